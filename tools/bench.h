/* Timing an operator. */
#ifndef EXPOPS_TOOLS_BENCH_H
#define EXPOPS_TOOLS_BENCH_H

#include "call.h"

typedef struct bench_setup {
    expops_device *device;
    expops_dtype dtype;
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK];
    int or_samples; /* where this shape does not do: the sizes of the operator's samples */
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

/* One line of what was found. */
typedef struct bench_row {
    const expops_operator *op;
    const bench_setup *setup;
    const bench_report *report;
    size_t num_tensors;  /* inputs */
    const char *failure; /* NULL, or why it could not be timed */
    double earlier;      /* microseconds of a call in an earlier run; 0: unknown */
} bench_row;

enum bench_format { BENCH_TABLE, BENCH_JSON, BENCH_CSV };

/* --- bench_rows.c --- */
void bench_format_shape(const bench_setup *setup, char *out, size_t size);
struct json_object;
struct json_object *bench_make_json(const bench_row *row);
void bench_print_head(const bench_setup *setup, enum bench_format format, int compares);
/* A line of a table or of CSV. */
void bench_print_row(const bench_row *row, enum bench_format format, int compares);
/* An earlier run's list, or NULL after saying why there is none. */
struct json_object *bench_load_earlier(const char *path);
/* Microseconds of the same operator, device, type and shape in it; 0 where it was not timed. */
double bench_find_earlier(struct json_object *list, const bench_row *row);

/* --- bench_plot.c --- */
/* Hands the list to expops-plot, which lies beside this program. */
int bench_plot(struct json_object *list, const char *path);

/* --- bench_inputs.c --- */
/* Fills what was not given: tensors of the setup's shape and type with random numbers, attributes an operator cannot do
 * without. 0, or -1 with a sentence in c->message. */
int bench_fill_call(call *c, const bench_setup *setup, call_outputs *out);

/* --- bench_timing.c --- */
/* 0, or -1 with a sentence in report->message. */
int bench_measure(call *c, const bench_setup *setup, const call_outputs *outputs, bench_report *report);
/* Nanoseconds of the first and the second call of this process. */
int bench_first_calls(call *c, const bench_setup *setup, call_outputs *outputs, double out_ns[2]);

/* --- bench_first.c --- */
/* Runs this program again with an empty cache directory and once more with what that left there. `argv` is the command
 * line that makes a process print both times of bench_first_calls. */
void bench_cold_and_warm(char *const *argv, bench_report *report);

#endif
