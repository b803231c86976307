/* Devices: their number, names, attributes and properties. */
#include "double.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of hipDeviceProp_t that is filled, where it lies in HIP 5 and in HIP 6. */
enum { ARCH_5 = 396, BYTES_5 = 792, ARCH_6 = 1160, BYTES_6 = 1472 };

static _Thread_local int current;

const char *double_arch(void)
{
    return double_setting("EXPOPS_TEST_HIP_ARCH", "gfx90a");
}

static int num_devices(void)
{
    return atoi(double_setting("EXPOPS_TEST_HIP_DEVICES", "1"));
}

static int wave(void)
{
    return !strncmp(double_arch(), "gfx8", 4) || !strncmp(double_arch(), "gfx9", 4) ? 64 : 32;
}

EXPORTED hipError_t hipInit(unsigned flags)
{
    RECORD();
    return num_devices() ? hipSuccess : hipErrorNoDevice;
}

EXPORTED hipError_t hipRuntimeGetVersion(int *out_version)
{
    RECORD();
    *out_version = DOUBLE_HIP * 10000000 + 221153;
    return hipSuccess;
}

EXPORTED hipError_t hipGetDeviceCount(int *out_count)
{
    RECORD();
    *out_count = num_devices();
    return *out_count ? hipSuccess : hipErrorNoDevice;
}

EXPORTED hipError_t hipGetDevice(int *out_device)
{
    RECORD();
    *out_device = current;
    return hipSuccess;
}

EXPORTED hipError_t hipSetDevice(int device)
{
    RECORD();
    if (device < 0 || device >= num_devices())
        return hipErrorInvalidDevice;
    current = device;
    return hipSuccess;
}

EXPORTED hipError_t hipDeviceGet(hipDevice_t *out_device, int ordinal)
{
    RECORD();
    *out_device = ordinal;
    return ordinal >= 0 && ordinal < num_devices() ? hipSuccess : hipErrorInvalidDevice;
}

EXPORTED hipError_t hipDeviceGetName(char *name, int room, hipDevice_t device)
{
    RECORD();
    snprintf(name, (size_t)room, "simulated %s", double_arch());
    return hipSuccess;
}

EXPORTED hipError_t hipDeviceGetAttribute(int *out_value, hipDeviceAttribute_t attribute, int device)
{
    RECORD();
    switch (attribute) {
    case hipDeviceAttributeWarpSize:
        *out_value = wave();
        break;
    case hipDeviceAttributeMultiprocessorCount:
        *out_value = 4; /* kernels that fill a device have little to fill */
        break;
    case hipDeviceAttributeMaxThreadsPerBlock:
        *out_value = 1024;
        break;
    case hipDeviceAttributeMaxSharedMemoryPerBlock:
        *out_value = 65536;
        break;
    case hipDeviceAttributeMemoryPoolsSupported:
        *out_value = DOUBLE_HIP >= 6;
        break;
    default:
        *out_value = 0;
        break;
    }
    return hipSuccess;
}

/* The rest holds a pattern: what is read elsewhere is not empty, but wrong. */
static hipError_t properties(char *out, int device, size_t bytes, size_t arch)
{
    if (device < 0 || device >= num_devices())
        return hipErrorInvalidDevice;
    memset(out, 'x', bytes);
    snprintf(out + arch, 256, "%s", double_arch());
    return hipSuccess;
}

#if DOUBLE_HIP < 7
EXPORTED hipError_t hipGetDeviceProperties(hipDeviceProp_t *out, int device)
{
    RECORD();
    return properties((char *)out, device, BYTES_5, ARCH_5);
}
#endif

/* HIP 5 has no function of this name; a program that finds it takes the newer layout for granted. */
#if DOUBLE_HIP >= 6
EXPORTED hipError_t hipGetDevicePropertiesR0600(void *out, int device);
EXPORTED hipError_t hipGetDevicePropertiesR0600(void *out, int device)
{
    RECORD();
    return properties(out, device, BYTES_6, ARCH_6);
}
#endif

EXPORTED const char *hipGetErrorName(hipError_t error)
{
#define NAME(code) \
    case code: \
        return #code
    switch (error) {
        NAME(hipSuccess);
        NAME(hipErrorInvalidValue);
        NAME(hipErrorOutOfMemory);
        NAME(hipErrorNotInitialized);
        NAME(hipErrorNoDevice);
        NAME(hipErrorInvalidDevice);
        NAME(hipErrorInvalidImage);
        NAME(hipErrorNoBinaryForGpu);
        NAME(hipErrorNotFound);
        NAME(hipErrorIllegalAddress);
        NAME(hipErrorLaunchFailure);
    default:
        return "hipErrorUnknown";
    }
#undef NAME
}

EXPORTED const char *hipGetErrorString(hipError_t error)
{
    return hipGetErrorName(error);
}
