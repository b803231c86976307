#include "null_backend.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct expops_backend_device {
    uint32_t ordinal;
    char name[32];
};

struct expops_backend_kernel {
    char entry[64];
    char operator_name[64];
    uint32_t offered;
};

typedef struct null_plan {
    unsigned countdown; /* calls until the failure; 0: none planned */
    int always;
    int32_t status;
} null_plan;

static const char *const function_names[NULL_FUNCTION_COUNT] = {
    "probe",
    "device_open",
    "device_close",
    "device_info",
    "allocate",
    "release",
    "copy",
    "synchronize",
    "stream_create",
    "stream_destroy",
    "stream_capturing",
    "compile",
    "release_image",
    "load",
    "unload",
    "offer",
    "launch",
    "event_create",
    "event_destroy",
    "event_record",
    "event_elapsed",
    "describe_target",
    "join",
};

null_state null_backend;
static const expops_host_api *null_host;
static null_plan plans[NULL_FUNCTION_COUNT];
static atomic_int planned; /* any failure planned: lets a launch pass without the lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void null_backend_reset(void)
{
    null_backend.name = "null";
    null_backend.num_devices = 1;
    null_backend.caps = EXPOPS_CAP_F64 | EXPOPS_CAP_HOST;
    null_backend.device_type = 1;
    null_backend.subgroup = 1;
    null_backend.max_group = 256;
    null_backend.max_items = 0;
    null_backend.target = "null-1";
    null_backend.compiler = "null compiler 1";
    null_backend.prelude = "/* null prelude */\n";
    null_backend.capturing = null_backend.offers = null_backend.joins = null_backend.silent = 0;
    null_backend.compiling = NULL;
    null_backend.unloading = NULL;
    for (int i = 0; i < NULL_FUNCTION_COUNT; i++)
        atomic_store(&null_backend.calls[i], 0);
    memset(&null_backend.last, 0, sizeof null_backend.last);
    memset(plans, 0, sizeof plans);
    atomic_store(&planned, 0);
    null_backend.source[0] = null_backend.source_name[0] = 0;
}

static void plan_failure(enum null_function function, unsigned nth, int always, int32_t status)
{
    pthread_mutex_lock(&lock);
    plans[function] = (null_plan){ nth, always, status };
    atomic_store(&planned, 1);
    pthread_mutex_unlock(&lock);
}

void null_backend_fail(enum null_function function, unsigned nth, int32_t status)
{
    plan_failure(function, nth, 0, status);
}

void null_backend_fail_always(enum null_function function, int32_t status)
{
    plan_failure(function, status != 0, 1, status);
}

/* Counts the call; the status it has to fail with, or 0. */
static int32_t enter(enum null_function function)
{
    atomic_fetch_add_explicit(&null_backend.calls[function], 1, memory_order_relaxed);
    if (!atomic_load_explicit(&planned, memory_order_relaxed))
        return 0;
    int32_t status = 0;
    pthread_mutex_lock(&lock);
    null_plan *plan = &plans[function];
    if (plan->always || (plan->countdown && --plan->countdown == 0))
        status = plan->status;
    pthread_mutex_unlock(&lock);
    if (status)
        null_host->error("null driver: %s was told to fail", function_names[function]);
    return status;
}

static void copy_text(char *to, size_t size, const char *from)
{
    const size_t length = from ? strnlen(from, size - 1) : 0;
    memcpy(to, from ? from : "", length);
    to[length] = 0;
}

static int32_t null_probe(uint32_t *out_num_devices)
{
    const int32_t status = enter(NULL_PROBE);
    if (status) {
        null_host->cause(EXPOPS_CAUSE_DRIVER_FAILED, "The null driver was told to fail; tell it to succeed.");
        return status;
    }
    *out_num_devices = null_backend.num_devices;
    return 0;
}

static int32_t null_device_open(uint32_t ordinal, expops_backend_device **out_device)
{
    const int32_t status = enter(NULL_DEVICE_OPEN);
    if (status)
        return status;
    *out_device = calloc(1, sizeof **out_device);
    if (!*out_device) {
        null_host->error("null driver: no memory");
        return 401;
    }
    (*out_device)->ordinal = ordinal;
    copy_text((*out_device)->name, sizeof(*out_device)->name, "Null device");
    atomic_fetch_add(&null_backend.live_devices, 1);
    return 0;
}

static void null_device_close(expops_backend_device *device)
{
    enter(NULL_DEVICE_CLOSE);
    atomic_fetch_sub(&null_backend.live_devices, 1);
    free(device);
}

static void describe(expops_device_info *out_info)
{
    out_info->target = null_backend.target;
    out_info->driver = "null driver 1";
    out_info->compiler = null_backend.compiler;
    out_info->prelude = null_backend.prelude;
    out_info->caps = null_backend.caps;
    out_info->memory_bytes = 1u << 30;
    out_info->local_bytes = 32768;
    out_info->max_group = null_backend.max_group;
    out_info->subgroup = null_backend.subgroup;
    out_info->compute_units = 4;
    out_info->num_device_types = 1;
    out_info->device_types[0] = null_backend.device_type;
    out_info->argument_bytes = 4096;
    out_info->max_items = null_backend.max_items;
}

static int32_t null_device_info(expops_backend_device *device, expops_device_info *out_info)
{
    const int32_t status = enter(NULL_DEVICE_INFO);
    if (status)
        return status;
    describe(out_info);
    out_info->name = device->name;
    out_info->device_id = (int32_t)device->ordinal;
    return 0;
}

static int32_t null_describe_target(const char *target, expops_device_info *out_info)
{
    const int32_t status = enter(NULL_DESCRIBE_TARGET);
    if (status)
        return status;
    describe(out_info);
    out_info->name = out_info->target = target;
    return 0;
}

static int32_t null_allocate(expops_backend_device *device, void *stream, uint64_t bytes, expops_pointer *out_pointer)
{
    const int32_t status = enter(NULL_ALLOCATE);
    if (status)
        return status;
    memset(out_pointer, 0, sizeof *out_pointer);
    out_pointer->data = aligned_alloc(256, (bytes + 256) / 256 * 256);
    out_pointer->device_type = null_backend.device_type;
    atomic_fetch_add(&null_backend.live_memory, 1);
    return 0;
}

static void null_release(expops_backend_device *device, void *stream, const expops_pointer *pointer)
{
    enter(NULL_RELEASE);
    atomic_fetch_sub(&null_backend.live_memory, 1);
    free(pointer->data);
}

static int32_t null_copy(expops_backend_device *device, void *stream, const expops_transfer *copy)
{
    const int32_t status = enter(NULL_COPY);
    if (status)
        return status;
    memmove(expops_address(&copy->destination), expops_address(&copy->source), copy->bytes);
    return 0;
}

static int32_t null_synchronize(expops_backend_device *device, void *stream)
{
    return enter(NULL_SYNCHRONIZE);
}

static int32_t make_object(enum null_function function, atomic_int *live, void **out_object)
{
    const int32_t status = enter(function);
    if (status)
        return status;
    *out_object = calloc(1, 16);
    atomic_fetch_add(live, 1);
    return 0;
}

static int32_t null_stream_create(expops_backend_device *device, void **out_stream)
{
    return make_object(NULL_STREAM_CREATE, &null_backend.live_streams, out_stream);
}

static void null_stream_destroy(expops_backend_device *device, void *stream)
{
    enter(NULL_STREAM_DESTROY);
    atomic_fetch_sub(&null_backend.live_streams, 1);
    free(stream);
}

static int32_t null_stream_capturing(expops_backend_device *device, void *stream, uint32_t *out_capturing)
{
    const int32_t status = enter(NULL_STREAM_CAPTURING);
    if (status)
        return status;
    *out_capturing = null_backend.capturing;
    return 0;
}

static int32_t null_compile(expops_backend_device *device, const expops_source *source, expops_image *out_image)
{
    const int32_t status = enter(NULL_COMPILE);
    if (null_backend.compiling)
        null_backend.compiling(source);
    if (status)
        return status;
    pthread_mutex_lock(&lock);
    copy_text(null_backend.source, sizeof null_backend.source, source->text);
    copy_text(null_backend.source_name, sizeof null_backend.source_name, source->name);
    pthread_mutex_unlock(&lock);
    out_image->data = strdup(source->text);
    out_image->bytes = strlen(source->text) + 1;
    atomic_fetch_add(&null_backend.live_images, 1);
    return 0;
}

static void null_release_image(expops_image *image)
{
    enter(NULL_RELEASE_IMAGE);
    atomic_fetch_sub(&null_backend.live_images, 1);
    free(image->data);
    *image = (expops_image){ NULL, 0 };
}

static int32_t null_load(expops_backend_device *device, const void *image, size_t bytes, const char *entry,
                         expops_backend_kernel **out_kernel)
{
    const int32_t status = enter(NULL_LOAD);
    if (status)
        return status;
    *out_kernel = calloc(1, sizeof **out_kernel);
    copy_text((*out_kernel)->entry, sizeof(*out_kernel)->entry, entry);
    atomic_fetch_add(&null_backend.live_kernels, 1);
    return 0;
}

static void null_unload(expops_backend_device *device, expops_backend_kernel *kernel)
{
    enter(NULL_UNLOAD);
    if (null_backend.unloading)
        null_backend.unloading();
    atomic_fetch_sub(&null_backend.live_kernels, 1);
    free(kernel);
}

static int32_t null_offer(expops_backend_device *device, const expops_signature *signature, expops_offered *out_offered)
{
    const int32_t status = enter(NULL_OFFER);
    if (status || !null_backend.offers)
        return status;
    expops_backend_kernel *kernel = calloc(1, sizeof *kernel);
    kernel->offered = 1;
    copy_text(kernel->operator_name, sizeof kernel->operator_name, signature->operator_name);
    out_offered->kernel = kernel;
    out_offered->scratch_bytes = null_backend.scratch_of_offers;
    atomic_fetch_add(&null_backend.live_kernels, 1);
    return 0;
}

static int32_t null_join(expops_backend_device *device, expops_backend_kernel *const *kernels, uint32_t count,
                         expops_backend_kernel **out_kernel)
{
    const int32_t status = enter(NULL_JOIN);
    if (status || !null_backend.joins)
        return status;
    expops_backend_kernel *kernel = calloc(1, sizeof *kernel);
    copy_text(kernel->operator_name, sizeof kernel->operator_name, kernels[0]->operator_name);
    for (uint32_t i = 0; i < count; i++) {
        kernel->offered += kernels[i]->offered;
        free(kernels[i]);
    }
    atomic_fetch_sub(&null_backend.live_kernels, (int)count - 1);
    *out_kernel = kernel;
    return 0;
}

static void record_launch(const expops_backend_device *device, const expops_backend_kernel *kernel, void *stream,
                          const expops_launch *launch)
{
    null_record *last = &null_backend.last;
    pthread_mutex_lock(&lock);
    memset(last, 0, sizeof *last);
    last->num_tensors = launch->num_tensors;
    for (uint32_t i = 0; i < launch->num_tensors && i < NULL_MAX_TENSORS; i++)
        last->tensors[i] = launch->tensors[i];
    last->params_bytes = launch->params_bytes;
    if (launch->params_bytes && launch->params_bytes <= NULL_MAX_PARAMS)
        memcpy(last->params, launch->params, launch->params_bytes);
    memcpy(last->grid, launch->grid, sizeof last->grid);
    memcpy(last->group, launch->group, sizeof last->group);
    last->start = launch->start;
    last->stream = stream;
    last->ordinal = device->ordinal;
    last->offered = kernel->offered;
    copy_text(last->entry, sizeof last->entry, kernel->entry);
    copy_text(last->operator_name, sizeof last->operator_name, kernel->operator_name);
    pthread_mutex_unlock(&lock);
}

static int32_t null_launch(expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                           const expops_launch *launch)
{
    const int32_t status = enter(NULL_LAUNCH);
    if (!status && !null_backend.silent)
        record_launch(device, kernel, stream, launch);
    return status;
}

static int32_t null_event_create(expops_backend_device *device, void **out_event)
{
    return make_object(NULL_EVENT_CREATE, &null_backend.live_events, out_event);
}

static void null_event_destroy(expops_backend_device *device, void *event)
{
    enter(NULL_EVENT_DESTROY);
    atomic_fetch_sub(&null_backend.live_events, 1);
    free(event);
}

static int32_t null_event_record(expops_backend_device *device, void *event, void *stream)
{
    return enter(NULL_EVENT_RECORD);
}

static int32_t null_event_elapsed(expops_backend_device *device, void *start, void *stop, uint64_t *out_ns)
{
    *out_ns = 1000;
    return enter(NULL_EVENT_ELAPSED);
}

static const expops_backend_api null_api = {
    .header = { .struct_size = sizeof(expops_backend_api) },
    .probe = null_probe,
    .device_open = null_device_open,
    .device_close = null_device_close,
    .device_info = null_device_info,
    .allocate = null_allocate,
    .release = null_release,
    .copy = null_copy,
    .synchronize = null_synchronize,
    .stream_create = null_stream_create,
    .stream_destroy = null_stream_destroy,
    .stream_capturing = null_stream_capturing,
    .compile = null_compile,
    .release_image = null_release_image,
    .load = null_load,
    .unload = null_unload,
    .offer = null_offer,
    .launch = null_launch,
    .event_create = null_event_create,
    .event_destroy = null_event_destroy,
    .event_record = null_event_record,
    .event_elapsed = null_event_elapsed,
    .describe_target = null_describe_target,
    .join = null_join,
};

int32_t null_backend_query(const expops_host_api *host, expops_query *query)
{
    null_host = host;
    if (!null_backend.name)
        null_backend_reset();
    expops_query_answer(query);
    query->name = null_backend.name;
    query->version = "1";
    query->description = "records what it is asked to do";
    query->api = &null_api;
    return 0;
}
