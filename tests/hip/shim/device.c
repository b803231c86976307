/* The library, devices, and what a thread has current. */
#include "shim.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { MOST_DEVICES = 16, ARCH_5 = 396, ARCH_6 = 1160 };

static shim_driver driver;
static int usable;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t retaining = PTHREAD_MUTEX_INITIALIZER;
static cuda_context contexts[MOST_DEVICES]; /* under `retaining` */
static _Thread_local int current;

static const struct {
    const char *name;
    int required;
    size_t offset;
} symbols[] = {
#define REQUIRED 1
#define OPTIONAL 0
#define CUHIP_ROW(need, field, symbol, parameters) { #symbol, need, offsetof(shim_driver, field) },
#include "cuda_symbols.inc"
#undef CUHIP_ROW
    { "cuStreamBeginCapture_v2", 1, offsetof(shim_driver, begin_capture) },
    { "cuStreamEndCapture", 1, offsetof(shim_driver, end_capture) },
    { "cuGraphInstantiateWithFlags", 1, offsetof(shim_driver, instantiate) },
    { "cuGraphLaunch", 1, offsetof(shim_driver, graph_launch) },
    { "cuGraphExecDestroy", 1, offsetof(shim_driver, exec_destroy) },
    { "cuGraphDestroy", 1, offsetof(shim_driver, graph_destroy) },
};

static void open_driver(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "shim: %s\n", dlerror());
        return;
    }
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (!symbol && symbols[i].required) {
            fprintf(stderr, "shim: %s\n", dlerror());
            return;
        }
        *(void **)((char *)&driver + symbols[i].offset) = symbol;
    }
    usable = 1;
}

const shim_driver *shim_cuda(void)
{
    pthread_once(&once, open_driver);
    return usable ? &driver : NULL;
}

static int num_devices(void)
{
    int count = 0;
    if (!shim_cuda() || driver.init(0) || driver.device_count(&count))
        return 0;
    return count < MOST_DEVICES ? count : MOST_DEVICES;
}

cuhip_result shim_enter(void)
{
    cuda_context now = NULL;
    int device = current;
    if (!shim_cuda())
        return SHIM_NO_DEVICE;
    pthread_mutex_lock(&retaining);
    cuhip_result result = contexts[device] ? 0 : driver.context_retain(contexts + device, device);
    const cuda_context wanted = contexts[device];
    pthread_mutex_unlock(&retaining);
    if (!result)
        result = driver.context_get(&now);
    if (!result && now != wanted) {
        if (now)
            result = driver.context_pop(&now); /* one a thread, as HIP has it */
        if (!result)
            result = driver.context_push(wanted);
    }
    return result;
}

EXPORTED cuhip_result hipInit(unsigned flags);
EXPORTED cuhip_result hipRuntimeGetVersion(int *out_version);
EXPORTED cuhip_result hipGetDeviceCount(int *out_count);
EXPORTED cuhip_result hipGetDevice(int *out_device);
EXPORTED cuhip_result hipSetDevice(int device);
EXPORTED cuhip_result hipDeviceGet(int *out_device, int ordinal);
EXPORTED cuhip_result hipDeviceGetName(char *name, int room, int device);
EXPORTED cuhip_result hipDeviceTotalMem(size_t *out_bytes, int device);
EXPORTED cuhip_result hipDeviceGetAttribute(int *out_value, unsigned attribute, int device);
EXPORTED const char *hipGetErrorName(cuhip_result result);
EXPORTED const char *hipGetErrorString(cuhip_result result);

cuhip_result hipInit(unsigned flags)
{
    return num_devices() ? SHIM_OK : SHIM_NO_DEVICE;
}

cuhip_result hipRuntimeGetVersion(int *out_version)
{
    *out_version = SHIM_HIP * 10000000 + 221153;
    return SHIM_OK;
}

cuhip_result hipGetDeviceCount(int *out_count)
{
    *out_count = num_devices();
    return *out_count ? SHIM_OK : SHIM_NO_DEVICE;
}

cuhip_result hipGetDevice(int *out_device)
{
    *out_device = current;
    return SHIM_OK;
}

cuhip_result hipSetDevice(int device)
{
    if (device < 0 || device >= num_devices())
        return SHIM_INVALID_DEVICE;
    current = device;
    return SHIM_OK;
}

cuhip_result hipDeviceGet(int *out_device, int ordinal)
{
    *out_device = ordinal;
    return ordinal >= 0 && ordinal < num_devices() ? SHIM_OK : SHIM_INVALID_DEVICE;
}

cuhip_result hipDeviceGetName(char *name, int room, int device)
{
    return shim_cuda() ? driver.device_name(name, room, device) : SHIM_NO_DEVICE;
}

cuhip_result hipDeviceTotalMem(size_t *out_bytes, int device)
{
    return shim_cuda() ? driver.device_memory(out_bytes, device) : SHIM_NO_DEVICE;
}

/* HIP's numbers of the attributes that the plugin asks for, and CUDA's. */
cuhip_result hipDeviceGetAttribute(int *out_value, unsigned attribute, int device)
{
    static const struct {
        unsigned hip, cuda;
    } numbers[] = {
        { 56, CUDA_ATTRIBUTE_GROUP_ITEMS }, { 63, CUDA_ATTRIBUTE_UNITS }, { 74, CUDA_ATTRIBUTE_LOCAL_BYTES },
        { 87, CUDA_ATTRIBUTE_SUBGROUP },    { 88, CUDA_ATTRIBUTE_POOLS },
    };
    for (size_t i = 0; shim_cuda() && i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].hip == attribute)
            return driver.device_attribute(out_value, numbers[i].cuda, device);
    return SHIM_INVALID_VALUE;
}

#if SHIM_HIP >= 6
#define PROPERTIES hipGetDevicePropertiesR0600
#define ARCH ARCH_6
#else
#define PROPERTIES hipGetDeviceProperties
#define ARCH ARCH_5
#endif
EXPORTED cuhip_result PROPERTIES(char *out, int device);
cuhip_result PROPERTIES(char *out, int device)
{
    if (device < 0 || device >= num_devices())
        return SHIM_INVALID_DEVICE;
    strcpy(out + ARCH, "gfx1030");
    return SHIM_OK;
}

const char *hipGetErrorName(cuhip_result result)
{
    const char *name = NULL;
    if (result == SHIM_NO_DEVICE || !shim_cuda() || driver.error_name(result, &name) || !name)
        return "hipErrorNoDevice";
    return name;
}

const char *hipGetErrorString(cuhip_result result)
{
    const char *text = NULL;
    if (!shim_cuda() || driver.error_text(result, &text) || !text)
        return "no NVIDIA driver";
    return text;
}
