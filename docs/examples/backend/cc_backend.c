/* A skeleton to copy from: a backend whose device is this machine's processor, one work-item a group, and whose compiler is
 * /usr/bin/cc, run for each kernel. It is slow and complete: it passes the conformance suite and the operators' tests. What a
 * vendor's plugin does otherwise is said where it does. */
#include "cc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct expops_backend_device {
    uint32_t ordinal;
};

const expops_host_api *cc_host;

static const char prelude[] =
#include "cc_prelude.inc"
    ;

static char compiler[128]; /* set by probe, which one thread at a time calls */

/* The compiler's version is part of every cache key: an update must not find what its predecessor left. */
static int32_t probe(uint32_t *out_num_devices)
{
    FILE *answer = popen(CC_COMPILER " -dumpfullversion 2>/dev/null", "r");
    char version[64] = "";

    /* A vendor's plugin opens its driver here, with cc_host->open_library, and looks its functions up. */
    if (answer && fgets(version, sizeof(version), answer))
        version[strcspn(version, "\n")] = 0;
    if (answer)
        pclose(answer);
    if (!*version) {
        cc_host->cause(EXPOPS_CAUSE_COMPILER_MISSING, "there is no " CC_COMPILER ": install a C compiler");
        return CC_ERR_UNAVAILABLE;
    }
    snprintf(compiler, sizeof(compiler), "cc %s", version);
    *out_num_devices = 1;
    return 0;
}

static int32_t device_open(uint32_t ordinal, expops_backend_device **out_device)
{
    *out_device = malloc(sizeof(**out_device));
    if (!*out_device) {
        cc_host->error("no memory");
        return CC_ERR_NO_MEMORY;
    }
    (*out_device)->ordinal = ordinal;
    return 0;
}

static void device_close(expops_backend_device *device)
{
    free(device);
}

static int32_t device_info(expops_backend_device *device, expops_device_info *out_info)
{
    out_info->name = "This machine's processor, by cc";
    out_info->target = "native";
    out_info->driver = "none";
    out_info->compiler = compiler;
    out_info->prelude = prelude;
    out_info->caps = EXPOPS_CAP_F64 | EXPOPS_CAP_HOST | EXPOPS_CAP_CPU;
    out_info->memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    out_info->local_bytes = 32 << 10;
    out_info->max_group = 1; /* a power of two up to 1024 on a GPU */
    out_info->subgroup = 1;
    out_info->compute_units = 1;
    out_info->num_device_types = 1;
    out_info->device_types[0] = 1; /* DLPack's kDLCPU */
    out_info->device_id = (int32_t)device->ordinal;
    return 0;
}

/* --- memory: aligned to 16 bytes at least, as the widest word is loaded --- */

static int32_t allocate(expops_backend_device *device, void *stream, uint64_t bytes, expops_pointer *out_pointer)
{
    *out_pointer = (expops_pointer){ .device_type = 1 };
    if (posix_memalign(&out_pointer->data, 64, bytes)) {
        out_pointer->data = NULL;
        cc_host->error("no memory for %llu bytes", (unsigned long long)bytes);
        return CC_ERR_NO_MEMORY;
    }
    return 0;
}

static void release(expops_backend_device *device, void *stream, const expops_pointer *pointer)
{
    free(pointer->data);
}

/* --- streams: what is asked for is done when the function returns, so that any stream is in order. A GPU's plugin enqueues --- */

static int32_t copy(expops_backend_device *device, void *stream, const expops_transfer *transfer)
{
    memmove(expops_address(&transfer->destination), expops_address(&transfer->source), transfer->bytes);
    return 0;
}

static int32_t synchronize(expops_backend_device *device, void *stream)
{
    return 0;
}

static int32_t object_create(expops_backend_device *device, void **out_object)
{
    *out_object = calloc(1, sizeof(struct timespec));
    return *out_object ? 0 : CC_ERR_NO_MEMORY;
}

static void object_destroy(expops_backend_device *device, void *object)
{
    free(object);
}

static int32_t event_record(expops_backend_device *device, void *event, void *stream)
{
    clock_gettime(CLOCK_MONOTONIC, event);
    return 0;
}

static int32_t event_elapsed(expops_backend_device *device, void *start, void *stop, uint64_t *out_ns)
{
    const struct timespec *from = start, *to = stop;
    *out_ns = (uint64_t)((to->tv_sec - from->tv_sec) * 1000000000 + to->tv_nsec - from->tv_nsec);
    return 0;
}

static const expops_backend_api api = {
    .header = { .struct_size = sizeof(expops_backend_api) },
    .probe = probe,
    .device_open = device_open,
    .device_close = device_close,
    .device_info = device_info,
    .allocate = allocate,
    .release = release,
    .copy = copy,
    .synchronize = synchronize,
    .stream_create = object_create,
    .stream_destroy = object_destroy,
    .compile = cc_compile,
    .release_image = cc_release_image,
    .load = cc_load,
    .unload = cc_unload,
    .launch = cc_launch,
    .event_create = object_create,
    .event_destroy = object_destroy,
    .event_record = event_record,
    .event_elapsed = event_elapsed,
};

__attribute__((visibility("default"))) int32_t expops_backend_query(const expops_host_api *host, expops_query *query)
{
    const int understood = expops_query_answer(query);
    query->name = "cc";
    query->version = "1";
    query->description = "a skeleton: kernels compiled by the C compiler";
    if (!understood)
        return CC_ERR_UNAVAILABLE;
    cc_host = host;
    query->api = &api;
    return 0;
}
