/* Finding devices: all platforms, GPUs first. */
#include "ocl.h"

#include <pthread.h>
#include <unistd.h>

enum { MAX_PLATFORMS = 32, MAX_DEVICES = 64 };

/* The loader's and the drivers' code runs with it held, and may fork: a fork cannot wait for it, as it waits for the core's
 * locks. A child makes it anew; what it guards counts only when it is complete. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ocl_found found[MAX_DEVICES];
static uint32_t num_found; /* written last */
static atomic_int process; /* that first used the drivers */

static void begin_child(void)
{
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;

    lock = fresh;
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, begin_child);
}

static uint32_t rank_of(cl_device_id id)
{
    const cl_ulong type = ocl_device_number(id, CL_DEVICE_TYPE);

    if (type & CL_DEVICE_TYPE_GPU)
        return 0;
    if (type & CL_DEVICE_TYPE_ACCELERATOR)
        return 1;
    return type & CL_DEVICE_TYPE_CPU ? 2 : 3;
}

/* Says why a device is left out; 1 where it can be used. */
static int usable(cl_device_id id)
{
    char name[128];

    ocl_device_text(id, CL_DEVICE_NAME, name, sizeof(name));
    if (!ocl_device_number(id, CL_DEVICE_AVAILABLE)) {
        ocl_host->cause(EXPOPS_CAUSE_NO_DEVICE, "%s is not available now; close what uses it", name);
        return 0;
    }
    if (ocl_device_version(id) < 12) {
        ocl_host->cause(EXPOPS_CAUSE_DRIVER_TOO_OLD, "%s has no OpenCL 1.2; install a newer driver", name);
        return 0;
    }
    if (!ocl_device_number(id, CL_DEVICE_COMPILER_AVAILABLE)) {
        ocl_host->cause(EXPOPS_CAUSE_COMPILER_MISSING,
                        "the driver of %s has no compiler; install a full profile driver", name);
        return 0;
    }
    return 1;
}

/* Insertion keeps the drivers' order among devices of one rank. */
static void add(cl_platform_id platform, cl_device_id id, uint32_t *num_added)
{
    const ocl_found entry = { platform, id, rank_of(id) };
    uint32_t at = (*num_added)++;

    for (; at > 0 && found[at - 1].rank > entry.rank; at--)
        found[at] = found[at - 1];
    found[at] = entry;
}

static void add_platform(cl_platform_id platform, uint32_t *num_added)
{
    cl_device_id ids[MAX_DEVICES];
    cl_uint count = 0;

    if (ocl.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, MAX_DEVICES, ids, &count) != CL_SUCCESS)
        return;
    for (cl_uint i = 0; i < count && i < MAX_DEVICES && *num_added < MAX_DEVICES; i++)
        if (usable(ids[i]))
            add(platform, ids[i], num_added);
}

static int32_t no_device(const char *text)
{
    ocl_host->cause(EXPOPS_CAUSE_NO_DEVICE, "%s", text);
    ocl_host->error("%s", text);
    return EXPOPS_ERR_UNAVAILABLE;
}

static int32_t enumerate(void)
{
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_uint count = 0;
    uint32_t num_added = 0;

    if (ocl.clGetPlatformIDs(MAX_PLATFORMS, platforms, &count) != CL_SUCCESS || count == 0)
        return no_device("the OpenCL loader found no platform; install a vendor's driver "
                         "(pocl-opencl-icd runs on any "
                         "CPU) and check its file in /etc/OpenCL/vendors");
    for (cl_uint i = 0; i < count && i < MAX_PLATFORMS; i++)
        add_platform(platforms[i], &num_added);
    num_found = num_added;
    if (num_found == 0)
        return no_device("no OpenCL platform has a usable device; check that the driver runs "
                         "(clinfo shows what it says) "
                         "and that this user may open the device");
    return EXPOPS_OK;
}

int32_t ocl_same_process(void)
{
    static const char text[] =
        "the OpenCL drivers were in use before this process was forked, and do not survive that: use "
        "OpenCL only after fork, or start the process anew (exec, spawn)";
    int first = 0;

    if (atomic_compare_exchange_strong(&process, &first, getpid()) || first == getpid())
        return EXPOPS_OK;
    ocl_host->cause(EXPOPS_CAUSE_DRIVER_FAILED, "%s", text);
    ocl_host->error("%s", text);
    return EXPOPS_ERR_BACKEND;
}

int32_t ocl_probe(uint32_t *out_num_devices)
{
    int32_t status = ocl_same_process();

    *out_num_devices = 0;
    if (status != EXPOPS_OK)
        return status;
    pthread_mutex_lock(&lock);
    if (num_found == 0) {
        status = ocl_library_open();
        if (status == EXPOPS_OK)
            status = enumerate();
    }
    *out_num_devices = num_found;
    pthread_mutex_unlock(&lock);
    return status;
}

const ocl_found *ocl_found_at(uint32_t ordinal)
{
    const ocl_found *entry;

    pthread_mutex_lock(&lock);
    entry = ordinal < num_found ? &found[ordinal] : NULL;
    pthread_mutex_unlock(&lock);
    return entry;
}
