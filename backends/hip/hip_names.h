/* What the shared implementation calls things, for HIP. */
#ifndef HIP_NAMES_H
#define HIP_NAMES_H

#include "hip_api.h"

#define CUHIP_SYMBOLS "hip_symbols.inc"
#define CUHIP_RTC_SYMBOLS "hiprtc_symbols.inc"
#define CUHIP_SCOPE "hip_scope.h"
#define CUHIP_DEVICE_EXTRA

#define CUHIP_PLUGIN "hip"
#define CUHIP_DESCRIPTION "AMD GPUs through the HIP runtime and hipRTC"
#define CUHIP_DRIVER_LIBRARY "libamdhip64.so"
#define CUHIP_DRIVER_ADVICE "install AMD's ROCm, or the distribution's package of the HIP runtime (libamdhip64)"
#define CUHIP_DRIVER_OLD_ADVICE "update ROCm to 5.2 or newer"
#define CUHIP_RTC_NAME "hipRTC"
#define CUHIP_RTC_STEM "libhiprtc.so"
#define CUHIP_RTC_CONFIG "hiprtc"
#define CUHIP_RTC_ADVICE \
    "install hipRTC of the same version as the HIP runtime, or set EXPOPS_HIPRTC to the absolute path of libhiprtc.so"
#define CUHIP_RTC_SERIAL 1    /* two compilations at once crash versions in use */
#define CUHIP_RTC_IN_DRIVER 1 /* up to ROCm 5 the runtime's library holds the compiler */
#define CUHIP_ALLOCATES_IN_CAPTURE 0
#define CUHIP_MAX_ITEMS UINT32_MAX /* the runtime refuses 2^32 of them */

#define CUHIP_RESULT_OUT_OF_MEMORY HIP_RESULT_OUT_OF_MEMORY
#define CUHIP_RESULT_ILLEGAL_ADDRESS HIP_RESULT_ILLEGAL_ADDRESS
#define CUHIP_RESULT_LAUNCH_TIMEOUT HIP_RESULT_LAUNCH_TIMEOUT
#define CUHIP_RESULT_ASSERT HIP_RESULT_ASSERT
#define CUHIP_RESULT_FAULT_FIRST HIP_RESULT_LAUNCH_FAILURE
#define CUHIP_RESULT_FAULT_LAST HIP_RESULT_LAUNCH_FAILURE
#define CUHIP_RESULT_CAPTURE_FIRST HIP_RESULT_CAPTURE_UNSUPPORTED
#define CUHIP_RESULT_CAPTURE_IMPLICIT HIP_RESULT_CAPTURE_IMPLICIT
#define CUHIP_RESULT_CAPTURE_LAST HIP_RESULT_CAPTURE_WRONG_THREAD
#define CUHIP_ATTRIBUTE_GROUP_ITEMS HIP_ATTRIBUTE_GROUP_ITEMS
#define CUHIP_ATTRIBUTE_LOCAL_BYTES HIP_ATTRIBUTE_LOCAL_BYTES
#define CUHIP_ATTRIBUTE_SUBGROUP HIP_ATTRIBUTE_SUBGROUP
#define CUHIP_ATTRIBUTE_UNITS HIP_ATTRIBUTE_UNITS
#define CUHIP_STREAM_NON_BLOCKING HIP_STREAM_NON_BLOCKING
#define CUHIP_CAPTURE_NONE HIP_CAPTURE_NONE
#define CUHIP_CAPTURE_MODE_RELAXED HIP_CAPTURE_MODE_RELAXED

/* DLPack's device types: ROCm, ROCm host (pinned). */
/* clang-format off */
#define CUHIP_DEVICE_TYPES { 10, 11 }
/* clang-format on */

#define CUHIP_ADDRESS(data) ((cuhip_address)(data))
#define CUHIP_HOST_SOURCE(data) (data) /* the runtime takes a pointer that is not const, and only reads */
/* hipRTC takes an array of pointers that are not const, and only reads. */
#define CUHIP_OPTION_LIST(options) (const char **)(options)->list

/* Failing to make the device current is reported as this function's failure. */
#define CUHIP_ENTER_NAME "hipSetDevice"

#define CUHIP_LOAD_FUNCTION(function, out_name) ((void)(function), (void)(out_name), 0)
#define CUHIP_LET_ASK(device, function) ((void)(device))

#define CUHIP_IMAGE_FUNCTIONS(rtc, want_text) \
    ((void)(want_text), (cuhip_image_functions){ (rtc)->code_bytes, (rtc)->code })

#endif
