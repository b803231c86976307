/* A real device for tests: the plugin opened, probed, and kernels of device.kernel.c built for it. */
#ifndef DEVICE_SUPPORT_H
#define DEVICE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "expops/status.h"
#include "plugin_host.h"

enum { GROUP = 256, SKIPPED = 77 };

/* The values of XK_CASE. */
enum kernel_case {
    F16_TO_F32,
    F32_TO_F16,
    BF16_TO_F32,
    F32_TO_BF16,
    MULHI,
    FAST_EXP,
    FAST_LOG,
    FAST_RCP,
    FAST_SIN,
    FAST_COS,
    SHUFFLE_INT,
    SHUFFLE_FLOAT,
    F64_BITS,
    SPECIAL,
    IDS,
    TABLE,
    LOCAL,
    WORD16,
    WORD8,
    RAW_EXP2,
    RAW_LOG2,
    RAW_RCP,
    RAW_RSQRT,
    RAW_SQRT,
};

extern const expops_backend_api *api;
extern expops_backend_device *device;
extern expops_device_info info;
extern expops_query query;

/* From the command line "plugin device.kernel.c [compiler]": 0, or the exit status the test must end with, the reason
 * printed. */
int device_open(int argc, char **argv);
/* Asserts success, showing what the plugin reported otherwise. */
void check(int32_t status);
expops_backend_kernel *device_build(enum kernel_case which);
/* Two tensors of `count` words each in one allocation, at an offset: the output first. */
void device_launch(expops_backend_kernel *kernel, void *stream, const expops_pointer *memory, uint32_t count);
enum { DEVICE_OUT = 256, DEVICE_IN = 512 }; /* bytes before the output, and before the input (more by the output's) */
void device_copy(void *stream, uint32_t kind, void *to, const void *from, uint64_t bytes);
uint32_t random_word(void);

#endif
