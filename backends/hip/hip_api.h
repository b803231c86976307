/* The part of the HIP runtime, of hipRTC and of comgr that the backend uses, so that no SDK is needed to build it. Handles
 * point to the vendor's own struct tags and enumerations are unsigned, which makes every type here compatible with the
 * vendor's; tests/cuhip/check_hip.c has the compiler prove it where HIP's headers are installed. */
#ifndef HIP_API_H
#define HIP_API_H

#include <stddef.h>

typedef unsigned int cuhip_result;     /* hipError_t */
typedef unsigned int cuhip_rtc_result; /* hiprtcResult */
typedef void *cuhip_address;
typedef struct ihipStream_t *cuhip_stream;
typedef struct ihipEvent_t *cuhip_event;
typedef struct ihipModule_t *cuhip_module;
typedef struct ihipModuleSymbol_t *cuhip_function;
typedef struct _hiprtcProgram *cuhip_program;
struct hipDeviceProp_t;

enum {
    HIP_RESULT_INVALID_VALUE = 1,
    HIP_RESULT_OUT_OF_MEMORY = 2,
    HIP_RESULT_NO_DEVICE = 100,
    HIP_RESULT_INVALID_DEVICE = 101,
    HIP_RESULT_ILLEGAL_ADDRESS = 700,
    HIP_RESULT_LAUNCH_TIMEOUT = 702,
    HIP_RESULT_ASSERT = 710,
    HIP_RESULT_LAUNCH_FAILURE = 719,
    HIP_RESULT_CAPTURE_UNSUPPORTED = 900,
    HIP_RESULT_CAPTURE_IMPLICIT = 906,
    HIP_RESULT_CAPTURED_EVENT = 907,
    HIP_RESULT_CAPTURE_WRONG_THREAD = 908,

    /* Attribute numbers are the same in HIP 5 and 6. */
    HIP_ATTRIBUTE_GROUP_ITEMS = 56, /* MaxThreadsPerBlock */
    HIP_ATTRIBUTE_UNITS = 63,       /* MultiprocessorCount */
    HIP_ATTRIBUTE_LOCAL_BYTES = 74, /* MaxSharedMemoryPerBlock */
    HIP_ATTRIBUTE_SUBGROUP = 87,    /* WarpSize */

    HIP_ATTRIBUTE_POOLS = 88, /* MemoryPoolsSupported */

    HIP_STREAM_NON_BLOCKING = 1,
    HIP_CAPTURE_NONE = 0,
    HIP_CAPTURE_MODE_RELAXED = 2,

    /* Where gcnArchName lies in the two layouts of the properties, and room enough for either. */
    HIP_PROPERTIES_ARCH_5 = 396,
    HIP_PROPERTIES_ARCH_6 = 1160,
    HIP_PROPERTIES_ARCH_BYTES = 256,
    HIP_PROPERTIES_ROOM = 4096,
};

#endif
