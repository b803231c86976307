/* Timing an operator. */
#ifndef EXPOPS_TOOLS_BENCH_H
#define EXPOPS_TOOLS_BENCH_H

#include "call.h"

typedef struct bench_setup {
    expops_device *device;
    expops_dtype dtype;
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK];
} bench_setup;

typedef struct bench_report {
    double microseconds;       /* a call, in a loop over buffers that no cache holds */
    uint64_t bytes;            /* read and written by a call */
    double gigabytes_a_second; /* those bytes over that time */
    double copy_gigabytes_a_second;
    double cold_ms, disk_ms,
        memory_us; /* first call with nothing cached, with the disk's, second call; negative: unknown */
    char message[CALL_MESSAGE_BYTES];
} bench_report;

/* --- bench_inputs.c --- */
/* Fills what was not given: tensors of the setup's shape and type with random numbers, attributes an operator cannot do
 * without. 0, or -1 with a sentence in c->message. */
int bench_fill_call(call *c, const bench_setup *setup, expops_result *out_result);

/* --- bench_timing.c --- */
/* 0, or -1 with a sentence in report->message. */
int bench_measure(call *c, const bench_setup *setup, const expops_result *result, bench_report *report);
/* Nanoseconds of the first and the second call of this process. */
int bench_first_calls(call *c, const bench_setup *setup, expops_result *result, double out_ns[2]);

/* --- bench_first.c --- */
/* Runs this program again with an empty cache directory and once more with what that left there. `argv` is the command
 * line that makes a process print both times of bench_first_calls. */
void bench_cold_and_warm(char *const *argv, bench_report *report);

#endif
