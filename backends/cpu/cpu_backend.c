/* The CPU as a backend: host memory, streams that are always finished, and kernels that were compiled with the library. */
#include "cpu_plan.h"
#include "cpu_weigh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ALIGNMENT = 64 };

struct expops_backend_device {
    const cpu_level *level;
    uint32_t level_index;
    cpu_cores cores;
    char name[128];
};

static const expops_host_api *host;

static int32_t cpu_probe(uint32_t *out_num_devices)
{
    *out_num_devices = 1;
    return EXPOPS_OK;
}

/* The processor's own name where the system tells it. */
static void read_name(char *name, size_t size)
{
    char line[256];
    FILE *const file = fopen("/proc/cpuinfo", "re");

    snprintf(name, size, "CPU");
    while (file && fgets(line, sizeof(line), file)) {
        const char *const colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !colon)
            continue;
        snprintf(name, size, "%s", colon + 2);
        name[strcspn(name, "\n")] = '\0';
        break;
    }
    if (file)
        fclose(file);
}

static const char *setting(const char *key)
{
    return host->config ? host->config(key) : NULL;
}

static int32_t prepare(expops_backend_device *device)
{
    const char *const wanted = setting("cpu_level");

    device->level = cpu_level_choose(wanted, &device->level_index);
    if (!device->level) {
        host->error("this processor has no instruction level %s that the library was built for; it needs at least %s",
                    wanted ? wanted : "", cpu_levels[0]->name);
        return EXPOPS_ERR_UNAVAILABLE;
    }
    if (!cpu_cores_choose(host, setting("cpu_threads"), &device->cores))
        return EXPOPS_ERR_UNAVAILABLE;
    read_name(device->name, sizeof(device->name));
    if (!cpu_pool_open())
        return EXPOPS_OK;
    host->error("no memory for the threads' records");
    return EXPOPS_ERR_OUT_OF_MEMORY;
}

static int32_t cpu_device_open(uint32_t ordinal, expops_backend_device **out_device)
{
    expops_backend_device *const device = calloc(1, sizeof(*device));

    *out_device = NULL;
    if (!device) {
        host->error("no memory for the device");
        return EXPOPS_ERR_OUT_OF_MEMORY;
    }
    const int32_t status = prepare(device);
    if (status)
        free(device);
    else
        *out_device = device;
    return status;
}

static void cpu_device_close(expops_backend_device *device)
{
    cpu_pool_close();
    free(device);
}

static int32_t cpu_device_info(expops_backend_device *device, expops_device_info *out_info)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE), cores = sysconf(_SC_NPROCESSORS_ONLN);
    const uint64_t rounding = cpu_has_matrix(device->level) ? EXPOPS_CAP_SHORT_WEIGHTS : 0;
    const expops_device_info info = {
        .header = { sizeof(info), 0, NULL },
        .name = device->name,
        .target = device->level->name,
        .driver = "none",
        .compiler = "ahead of time, " __VERSION__,
        .caps = EXPOPS_CAP_F64 | EXPOPS_CAP_HOST | EXPOPS_CAP_WEIGHTED | rounding,
        .memory_bytes = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0,
        .max_group = 1,
        .subgroup = 1,
        .compute_units = cores > 0 ? (uint32_t)cores : 1,
        .num_device_types = 3,
        /* whose memory the processor can address */
        .device_types = { EXPOPS_DL_CPU, EXPOPS_DL_CUDA_HOST, EXPOPS_DL_ROCM_HOST },
    };
    const uint32_t size = out_info->header.struct_size;

    memcpy(out_info, &info, size && size < sizeof(info) ? size : sizeof(info));
    return EXPOPS_OK;
}

static int32_t cpu_allocate(expops_backend_device *device, void *stream, uint64_t bytes, expops_pointer *out_pointer)
{
    const uint64_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *const data = rounded >= bytes && rounded <= SIZE_MAX
                           ? aligned_alloc(ALIGNMENT, rounded ? (size_t)rounded : ALIGNMENT)
                           : NULL;

    memset(out_pointer, 0, sizeof(*out_pointer));
    if (!data) {
        host->error("no memory for %llu bytes", (unsigned long long)bytes);
        return EXPOPS_ERR_OUT_OF_MEMORY;
    }
    out_pointer->data = data;
    out_pointer->device_type = EXPOPS_DL_CPU;
    return EXPOPS_OK;
}

static void cpu_release(expops_backend_device *device, void *stream, const expops_pointer *pointer)
{
    free(pointer->data);
}

static int32_t cpu_copy(expops_backend_device *device, void *stream, const expops_transfer *copy)
{
    if (copy->bytes)
        memmove(expops_address(&copy->destination), expops_address(&copy->source), copy->bytes);
    return EXPOPS_OK;
}

static int32_t cpu_synchronize(expops_backend_device *device, void *stream)
{
    return EXPOPS_OK;
}

/* Work is done when a launch returns: a stream has no state, but is told apart from the default one. */
static int32_t cpu_stream_create(expops_backend_device *device, void **out_stream)
{
    *out_stream = device;
    return EXPOPS_OK;
}

static void cpu_stream_destroy(expops_backend_device *device, void *stream)
{
}

static void cpu_unload(expops_backend_device *device, expops_backend_kernel *kernel)
{
    cpu_kernel_free(kernel);
}

static int32_t cpu_join_here(expops_backend_device *device, expops_backend_kernel *const *kernels, uint32_t count,
                             expops_backend_kernel **out_kernel)
{
    return cpu_join(host, kernels, count, out_kernel);
}

static int32_t cpu_offer_here(expops_backend_device *device, const expops_signature *signature,
                              expops_offered *out_offered)
{
    return cpu_offer(host, device->level, device->level_index, &device->cores, signature, &out_offered->kernel);
}

static int32_t cpu_launch(expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                          const expops_launch *launch)
{
    cpu_scratch *const scratch = kernel->without_scratch ? NULL : cpu_scratch_mine();

    if (!scratch && !kernel->without_scratch) {
        host->error("no memory for what a thread computes in (%zu bytes)", sizeof(*scratch));
        return EXPOPS_ERR_OUT_OF_MEMORY;
    }
    kernel->run(kernel, launch, scratch);
    return EXPOPS_OK;
}

static int32_t cpu_event_create(expops_backend_device *device, void **out_event)
{
    *out_event = calloc(1, sizeof(struct timespec));
    if (!*out_event) {
        host->error("no memory for an event");
        return EXPOPS_ERR_OUT_OF_MEMORY;
    }
    return EXPOPS_OK;
}

static void cpu_event_destroy(expops_backend_device *device, void *event)
{
    free(event);
}

static int32_t cpu_event_record(expops_backend_device *device, void *event, void *stream)
{
    clock_gettime(CLOCK_MONOTONIC, event);
    return EXPOPS_OK;
}

static int32_t cpu_event_elapsed(expops_backend_device *device, void *start, void *stop, uint64_t *out_ns)
{
    const struct timespec *const from = start, *const to = stop;
    const int64_t ns = (int64_t)(to->tv_sec - from->tv_sec) * 1000000000 + (to->tv_nsec - from->tv_nsec);

    *out_ns = ns > 0 ? (uint64_t)ns : 0;
    return EXPOPS_OK;
}

static const expops_backend_api api = {
    .header = { sizeof(api), 0, NULL },
    .probe = cpu_probe,
    .device_open = cpu_device_open,
    .device_close = cpu_device_close,
    .device_info = cpu_device_info,
    .allocate = cpu_allocate,
    .release = cpu_release,
    .copy = cpu_copy,
    .synchronize = cpu_synchronize,
    .stream_create = cpu_stream_create,
    .stream_destroy = cpu_stream_destroy,
    .unload = cpu_unload,
    .offer = cpu_offer_here,
    .launch = cpu_launch,
    .event_create = cpu_event_create,
    .event_destroy = cpu_event_destroy,
    .event_record = cpu_event_record,
    .event_elapsed = cpu_event_elapsed,
    .join = cpu_join_here,
};

__attribute__((visibility("default"))) int32_t expops_backend_query(const expops_host_api *from_host,
                                                                    expops_query *query);

int32_t expops_backend_query(const expops_host_api *from_host, expops_query *query)
{
    const int understood = expops_query_answer(query);
    query->name = "cpu";
    query->version = EXPOPS_VERSION;
    query->description = "this machine's processor: kernels compiled with the library, vectorised and threaded";
    if (!understood)
        return EXPOPS_ERR_INVALID_ARGUMENT;
    if (host != from_host) /* asked again, while devices are in use, the host is the same: nothing is written */
        host = from_host;
    query->api = &api;
    return EXPOPS_OK;
}
