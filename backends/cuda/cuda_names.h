/* What the shared implementation calls things, for CUDA. */
#ifndef CUDA_NAMES_H
#define CUDA_NAMES_H

#include "cuda_api.h"

#define CUHIP_SYMBOLS "cuda_symbols.inc"
#define CUHIP_RTC_SYMBOLS "nvrtc_symbols.inc"
#define CUHIP_SCOPE "cuda_scope.h"
#define CUHIP_DEVICE_EXTRA \
    cuda_context context; \
    cuda_pool pool; /* NULL: the default one */

#define CUHIP_PLUGIN "cuda"
#define CUHIP_DESCRIPTION "NVIDIA GPUs through the CUDA driver and NVRTC"
#define CUHIP_DRIVER_LIBRARY "libcuda.so.1"
#define CUHIP_DRIVER_ADVICE "install the NVIDIA driver; a container needs it passed in, as by --gpus all"
#define CUHIP_DRIVER_OLD_ADVICE "update the NVIDIA driver to 450 or newer"
#define CUHIP_RTC_NAME "NVRTC"
#define CUHIP_RTC_STEM "libnvrtc.so"
#define CUHIP_RTC_CONFIG "nvrtc"
#define CUHIP_RTC_ADVICE \
    "install the CUDA toolkit's NVRTC (the package cuda-nvrtc, or the Python package nvidia-cuda-nvrtc), or set " \
    "EXPOPS_NVRTC to the absolute path of libnvrtc.so"
#define CUHIP_RTC_SERIAL 0           /* compiles on several threads */
#define CUHIP_RTC_IN_DRIVER 0        /* the driver's library has no compiler in it */
#define CUHIP_MAX_ITEMS 0            /* groups are counted, not their threads */
#define CUHIP_ALLOCATES_IN_CAPTURE 1 /* as nodes of the graph, where there are pools */

#define CUHIP_RESULT_OUT_OF_MEMORY CUDA_RESULT_OUT_OF_MEMORY
#define CUHIP_RESULT_ILLEGAL_ADDRESS CUDA_RESULT_ILLEGAL_ADDRESS
#define CUHIP_RESULT_LAUNCH_TIMEOUT CUDA_RESULT_LAUNCH_TIMEOUT
#define CUHIP_RESULT_ASSERT CUDA_RESULT_ASSERT
#define CUHIP_RESULT_FAULT_FIRST CUDA_RESULT_HARDWARE_STACK_ERROR
#define CUHIP_RESULT_FAULT_LAST CUDA_RESULT_LAUNCH_FAILED
#define CUHIP_RESULT_CAPTURE_FIRST CUDA_RESULT_CAPTURE_UNSUPPORTED
#define CUHIP_RESULT_CAPTURE_IMPLICIT CUDA_RESULT_CAPTURE_IMPLICIT
#define CUHIP_RESULT_CAPTURE_LAST CUDA_RESULT_CAPTURE_WRONG_THREAD
#define CUHIP_ATTRIBUTE_GROUP_ITEMS CUDA_ATTRIBUTE_GROUP_ITEMS
#define CUHIP_ATTRIBUTE_LOCAL_BYTES CUDA_ATTRIBUTE_LOCAL_BYTES
#define CUHIP_ATTRIBUTE_SUBGROUP CUDA_ATTRIBUTE_SUBGROUP
#define CUHIP_ATTRIBUTE_UNITS CUDA_ATTRIBUTE_UNITS
#define CUHIP_STREAM_NON_BLOCKING CUDA_STREAM_NON_BLOCKING
#define CUHIP_CAPTURE_NONE CUDA_CAPTURE_NONE
#define CUHIP_CAPTURE_MODE_RELAXED CUDA_CAPTURE_MODE_RELAXED

/* DLPack's device types: CUDA, CUDA managed, CUDA host (pinned). */
/* clang-format off */
#define CUHIP_DEVICE_TYPES { 2, 13, 3 }
/* clang-format on */

#define CUHIP_ADDRESS(data) ((cuhip_address)(uintptr_t)(data))
#define CUHIP_HOST_SOURCE(data) ((const void *)(data))
#define CUHIP_OPTION_LIST(options) (options)->list

/* Failing to make the device current is reported as this function's failure. */
#define CUHIP_ENTER_NAME "cuCtxPushCurrent"

#define CUHIP_LOAD_FUNCTION(function, out_name) \
    (cuhip_api.function_load ? (*(out_name) = cuhip_names.function_load, cuhip_api.function_load(function)) : 0)
/* Refused where the function has local memory of its own: such a one is launched with no more. */
#define CUHIP_LET_ASK(device, function) \
    ((device)->launch_local_bytes \
         ? (void)cuhip_api.function_set(function, CUDA_FUNCTION_LAUNCH_LOCAL, (device)->launch_local_bytes) \
         : (void)0)

#define CUHIP_IMAGE_FUNCTIONS(rtc, want_text) \
    ((want_text) ? (cuhip_image_functions){ (rtc)->text_bytes, (rtc)->text } \
                 : (cuhip_image_functions){ (rtc)->code_bytes, (rtc)->code })

/* --- cuda_pool.c --- */
struct expops_backend_device;
void cuda_pool_open(struct expops_backend_device *device);
void cuda_pool_close(struct expops_backend_device *device);

#endif
