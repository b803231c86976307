/* Compiles AMD's headers together with our declarations of the same things: a difference is an error here. Where the headers
 * are missing there is nothing to compare, and the build says so. */
#include "hip_names.h"
#include "cuhip_checks.h"

#if defined(HAVE_HIP_H)
#define __HIP_PLATFORM_AMD__
#include <hip/hip_runtime_api.h>
#include <hip/hiprtc.h>

#if HIP_VERSION_MAJOR < 6
hipError_t hipGetDevicePropertiesR0600(void *properties, int device);
#define ARCH_OFFSET HIP_PROPERTIES_ARCH_5
#else
#define ARCH_OFFSET HIP_PROPERTIES_ARCH_6
#endif

#define CUHIP_ROW(need, field, symbol, parameters) SAME_FUNCTION(symbol, cuhip_result, parameters)
#include "hip_symbols.inc"
#define CUHIP_RTC_ROW(need, field, symbol, result, parameters) SAME_FUNCTION(symbol, result, parameters)
#include "hiprtc_symbols.inc"
SAME_FUNCTION(hipGetErrorName, const char *, (cuhip_result));
SAME_FUNCTION(hipGetErrorString, const char *, (cuhip_result));

SAME(offsetof(hipDeviceProp_t, gcnArchName), ARCH_OFFSET);
SAME(sizeof(((hipDeviceProp_t *)0)->gcnArchName), HIP_PROPERTIES_ARCH_BYTES);
_Static_assert(sizeof(hipDeviceProp_t) <= HIP_PROPERTIES_ROOM, "the properties fit");
SAME_SIZE(cuhip_result, hipError_t);
SAME_SIZE(cuhip_rtc_result, hiprtcResult);
SAME(HIP_RESULT_OUT_OF_MEMORY, hipErrorOutOfMemory);
SAME(HIP_RESULT_NO_DEVICE, hipErrorNoDevice);
SAME(HIP_RESULT_INVALID_DEVICE, hipErrorInvalidDevice);
SAME(HIP_RESULT_ILLEGAL_ADDRESS, hipErrorIllegalAddress);
SAME(HIP_RESULT_LAUNCH_TIMEOUT, hipErrorLaunchTimeOut);
SAME(HIP_RESULT_ASSERT, hipErrorAssert);
SAME(HIP_RESULT_LAUNCH_FAILURE, hipErrorLaunchFailure);
SAME(HIP_RESULT_CAPTURE_UNSUPPORTED, hipErrorStreamCaptureUnsupported);
SAME(HIP_RESULT_CAPTURE_IMPLICIT, hipErrorStreamCaptureImplicit);
SAME(HIP_RESULT_CAPTURE_WRONG_THREAD, hipErrorStreamCaptureWrongThread);
SAME(HIP_ATTRIBUTE_GROUP_ITEMS, hipDeviceAttributeMaxThreadsPerBlock);
SAME(HIP_ATTRIBUTE_LOCAL_BYTES, hipDeviceAttributeMaxSharedMemoryPerBlock);
SAME(HIP_ATTRIBUTE_SUBGROUP, hipDeviceAttributeWarpSize);
SAME(HIP_ATTRIBUTE_UNITS, hipDeviceAttributeMultiprocessorCount);
SAME(HIP_ATTRIBUTE_POOLS, hipDeviceAttributeMemoryPoolsSupported);
SAME(HIP_STREAM_NON_BLOCKING, hipStreamNonBlocking);
SAME(HIP_CAPTURE_NONE, hipStreamCaptureStatusNone);
SAME(HIP_CAPTURE_MODE_RELAXED, hipStreamCaptureModeRelaxed);
#else
NOT_CHECKED("HIP's headers are not installed: the declarations of HIP and hipRTC were not compared")
#endif
