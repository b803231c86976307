/* A libamdhip64 without a GPU: device memory is the host's, kernels run in the simulator, hipRTC is the real one. It checks
 * what a driver would (ranges, launch limits, stale handles), counts calls and fails on demand. DOUBLE_HIP is the major version
 * whose layouts, functions and numbers it has.
 *
 *   EXPOPS_TEST_HIP_ARCH      the device's architecture; default gfx90a
 *   EXPOPS_TEST_HIP_DEVICES   how many devices; default 1
 *   EXPOPS_TEST_HIP_FAIL      function:nth:code[,...]: the n-th call of the function returns the code
 *   EXPOPS_TEST_HIP_LAZY      1: work runs only when something waits for it, so that a missing wait shows
 *   EXPOPS_TEST_HIP_LOG       a file that every call is written to
 *   EXPOPS_TEST_HIP_PLANT     text=>other: a fault that is planted into sources of kernels, where they hold the text first
 *   EXPOPS_TEST_HIP_PROFILE   a file that every launch is written to: items of a group, lanes of a wave, registers, local
 *                             and private memory, bytes touched, instructions of each unit, widths of
 *                             accesses, and what local memory took */
#ifndef HIP_DOUBLE_H
#define HIP_DOUBLE_H

#define __HIP_PLATFORM_AMD__
#include <hip/hip_runtime_api.h>
#include <hip/hiprtc.h>
#include <stddef.h>
#include <stdint.h>

#include "../simulator/simulator.h"
#include "notes.h"

#ifndef DOUBLE_HIP
#define DOUBLE_HIP 5
#endif
#define EXPORTED __attribute__((visibility("default")))

/* --- record.c --- */
const char *double_setting(const char *name, const char *otherwise);
/* Counts a call; what EXPOPS_TEST_HIP_FAIL asks for, or hipSuccess. */
hipError_t double_record(const char *function);
#define RECORD() \
    do { \
        const hipError_t record_result = double_record(__func__); \
        if (record_result != hipSuccess) \
            return record_result; \
    } while (0)

/* --- rtc_plant.c --- */
/* The source as EXPOPS_TEST_HIP_PLANT wants it; kept until the next call. */
const char *double_planted(const char *source);

/* --- rtc_header.c --- */
/* What hipRTC 5 puts before every program, without the HIP runtime's headers (7,400 lines), which no kernel uses and whose parsing
 * takes more than half of a compilation; NULL where it has another form. The code is the same, byte for byte: same_code.py. */
const char *double_short_header(void);

/* --- device.c --- */
const char *double_arch(void);

/* --- memory.c --- */
/* The allocation that holds the address, as [*begin, *end); 0 where there is none. */
int double_find(const void *address, const char **begin, const char **end);
/* The same memory as the simulator's: segments of modules are added to it. */
void double_add_range(void *begin, size_t bytes);
void double_drop_range(void *begin);

/* --- code_object.c --- */
typedef struct double_module {
    char *image; /* segments at their places */
    size_t image_bytes;
    char *file;
    size_t file_bytes;
    double_notes notes;
} double_module;

/* Reads a code object; its architecture must be the device's. */
hipError_t double_module_read(const void *data, double_module **out_module);
void double_module_free(double_module *module);

/* --- stream.c --- */
typedef struct double_work {
    enum { WORK_COPY, WORK_LAUNCH } kind;
    void *to;
    const void *from;
    size_t bytes;
    const double_kernel *kernel;
    void *kernarg; /* freed with the work */
    uint32_t grid[3], block[3], local_bytes;
    struct double_work *next;
} double_work;

/* Runs it now, at the next wait, or records it, as the stream's state says. Takes `work.kernarg`. */
hipError_t double_submit(hipStream_t stream, double_work work);
/* Everything that was submitted. */
hipError_t double_drain(void);

/* --- launch.c --- */
hipError_t double_launch(const double_work *work);

#endif
