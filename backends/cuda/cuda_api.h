/* The part of the CUDA driver API and of NVRTC that the backend uses, so that no SDK is needed to build it. Handles point
 * to the vendor's own struct tags and enumerations are unsigned, which makes every type here compatible with the
 * vendor's; tests/cuhip/check_cuda.c has the compiler prove it where cuda.h is installed. */
#ifndef CUDA_API_H
#define CUDA_API_H

#include <stddef.h>

typedef unsigned int cuhip_result;     /* CUresult */
typedef unsigned int cuhip_rtc_result; /* nvrtcResult */
typedef unsigned long long cuhip_address;
typedef struct CUctx_st *cuda_context;
typedef struct CUstream_st *cuhip_stream;
typedef struct CUevent_st *cuhip_event;
typedef struct CUmod_st *cuhip_module;
typedef struct CUfunc_st *cuhip_function;
typedef struct CUmemPoolHandle_st *cuda_pool;
typedef struct _nvrtcProgram *cuhip_program;
struct CUmemPoolProps_st;
struct CUlaunchConfig_st;

enum {
    CUDA_RESULT_OUT_OF_MEMORY = 2,
    CUDA_RESULT_STUB_LIBRARY = 34,
    CUDA_RESULT_NO_DEVICE = 100,
    CUDA_RESULT_ILLEGAL_ADDRESS = 700,
    CUDA_RESULT_LAUNCH_TIMEOUT = 702,
    CUDA_RESULT_ASSERT = 710,
    CUDA_RESULT_HARDWARE_STACK_ERROR = 714,
    CUDA_RESULT_LAUNCH_FAILED = 719,
    CUDA_RESULT_SYSTEM_NOT_READY = 802,
    CUDA_RESULT_SYSTEM_DRIVER_MISMATCH = 803,
    CUDA_RESULT_CAPTURE_UNSUPPORTED = 900,
    CUDA_RESULT_CAPTURE_IMPLICIT = 906,
    CUDA_RESULT_CAPTURED_EVENT = 907,
    CUDA_RESULT_CAPTURE_WRONG_THREAD = 908,

    CUDA_ATTRIBUTE_GROUP_ITEMS = 1,   /* MAX_THREADS_PER_BLOCK */
    CUDA_ATTRIBUTE_LOCAL_BYTES = 8,   /* MAX_SHARED_MEMORY_PER_BLOCK */
    CUDA_ATTRIBUTE_SUBGROUP = 10,     /* WARP_SIZE */
    CUDA_ATTRIBUTE_UNITS = 16,        /* MULTIPROCESSOR_COUNT */
    CUDA_ATTRIBUTE_MAJOR = 75,        /* COMPUTE_CAPABILITY_MAJOR */
    CUDA_ATTRIBUTE_MINOR = 76,        /* COMPUTE_CAPABILITY_MINOR */
    CUDA_ATTRIBUTE_TOGETHER = 95,     /* COOPERATIVE_LAUNCH */
    CUDA_ATTRIBUTE_LAUNCH_LOCAL = 97, /* MAX_SHARED_MEMORY_PER_BLOCK_OPTIN */
    CUDA_ATTRIBUTE_POOLS = 115,       /* MEMORY_POOLS_SUPPORTED */

    CUDA_FUNCTION_LAUNCH_LOCAL = 8, /* MAX_DYNAMIC_SHARED_SIZE_BYTES */
    CUDA_LAUNCH_EARLY = 6,          /* PROGRAMMATIC_STREAM_SERIALIZATION */

    CUDA_STREAM_NON_BLOCKING = 1,
    CUDA_CAPTURE_NONE = 0,
    CUDA_CAPTURE_MODE_RELAXED = 2,
};

#endif
