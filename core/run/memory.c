/* Memory, streams and events: checked here, done by the backend. */
#include <string.h>
#include "backend/device.h"
#include "base/error.h"

static expops_status need(const void *pointer, const char *what, const char *argument)
{
    return pointer ? EXPOPS_OK : expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: %s is NULL", what, argument);
}

/* Backends tell their part of the story where they fail; what was asked of them is told here. */
static expops_status result(const expops_device *device, uint32_t mark, int32_t status, const char *what)
{
    if (!status)
        return EXPOPS_OK;
    return expops_fail_more(expops_fail_backend(mark, status, device->name), "%s", what);
}

/* More is a size that overflowed. */
static expops_status check_bytes(uint64_t bytes, const char *what)
{
    return bytes <= INT64_MAX ? EXPOPS_OK
                              : expops_fail(EXPOPS_ERR_SHAPE, "%s: %llu bytes; sizes end at 2^63 - 1", what,
                                            (unsigned long long)bytes);
}

/* Optional in the ABI: a backend that computes at once has no use for them. */
static expops_status fail_no_events(const expops_device *device, const char *what)
{
    return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: backend %s has no events; time with the host's clock instead", what,
                       device->backend_name);
}

expops_status expops_memory_allocate(expops_device *device, void *stream, uint64_t bytes, expops_pointer *out_pointer)
{
    EXPOPS_TRY(need(out_pointer, "expops_memory_allocate", "out_pointer"));
    memset(out_pointer, 0, sizeof *out_pointer);
    EXPOPS_TRY(check_bytes(bytes, "expops_memory_allocate"));
    EXPOPS_TRY(expops_device_resolve(device, &device));
    out_pointer->device_type = device->info.device_types[0]; /* of no bytes, too: what has no elements is somewhere */
    if (!bytes)
        return EXPOPS_OK;
    expops_pointer pointer = *out_pointer; /* what a failing backend leaves in it is not for the caller */
    const uint32_t mark = expops_error_mark();
    const int32_t status = device->api->allocate(device->backend, stream, bytes, &pointer);
    if (status)
        return expops_fail_more(expops_fail_backend(mark, status, device->name), "expops_memory_allocate: %llu bytes",
                                (unsigned long long)bytes);
    *out_pointer = pointer;
    return EXPOPS_OK;
}

/* Without a status: who frees can do nothing about a failure, and the memory of a device that is gone is gone, too. */
void expops_memory_free(expops_device *device, void *stream, expops_pointer *pointer)
{
    if (!pointer || !pointer->data || expops_device_resolve(device, &device))
        return;
    device->api->release(device->backend, stream, pointer);
    pointer->data = NULL;
}

/* Nothing may be copied from and to NULL. */
static expops_status copy(expops_device *device, void *stream, const expops_transfer *what, const char *name)
{
    EXPOPS_TRY(expops_device_resolve(device, &device));
    if (!what->bytes)
        return EXPOPS_OK;
    EXPOPS_TRY(check_bytes(what->bytes, name));
    EXPOPS_TRY(need(what->destination.data, name, "destination"));
    EXPOPS_TRY(need(what->source.data, name, "source"));
    const uint32_t mark = expops_error_mark();
    return result(device, mark, device->api->copy(device->backend, stream, what), name);
}

/* There is one kind of pointer: a transfer does not write to its source. */
static expops_pointer host_pointer(const void *data)
{
    return (expops_pointer){ .data = (void *)(uintptr_t)data, .device_type = EXPOPS_DL_CPU };
}

expops_status expops_memory_upload(expops_device *device, void *stream, const expops_pointer *destination,
                                   const void *source, uint64_t bytes)
{
    EXPOPS_TRY(need(destination, "expops_memory_upload", "destination"));
    const expops_transfer what = {
        { .struct_size = sizeof what }, *destination, host_pointer(source), bytes, EXPOPS_COPY_TO_DEVICE
    };
    return copy(device, stream, &what, "expops_memory_upload");
}

expops_status expops_memory_download(expops_device *device, void *stream, void *destination,
                                     const expops_pointer *source, uint64_t bytes)
{
    EXPOPS_TRY(need(source, "expops_memory_download", "source"));
    const expops_transfer what = {
        { .struct_size = sizeof what }, host_pointer(destination), *source, bytes, EXPOPS_COPY_TO_HOST
    };
    return copy(device, stream, &what, "expops_memory_download");
}

expops_status expops_memory_copy(expops_device *device, void *stream, const expops_pointer *destination,
                                 const expops_pointer *source, uint64_t bytes)
{
    EXPOPS_TRY(need(destination, "expops_memory_copy", "destination"));
    EXPOPS_TRY(need(source, "expops_memory_copy", "source"));
    const expops_transfer what = {
        { .struct_size = sizeof what }, *destination, *source, bytes, EXPOPS_COPY_ON_DEVICE
    };
    return copy(device, stream, &what, "expops_memory_copy");
}

/* For callers without a framework; others pass streams of their own. */
expops_status expops_stream_create(expops_device *device, void **out_stream)
{
    EXPOPS_TRY(need(out_stream, "expops_stream_create", "out_stream"));
    *out_stream = NULL;
    EXPOPS_TRY(expops_device_resolve(device, &device));
    const uint32_t mark = expops_error_mark();
    return result(device, mark, device->api->stream_create(device->backend, out_stream), "expops_stream_create");
}

void expops_stream_destroy(expops_device *device, void *stream)
{
    if (stream && expops_device_resolve(device, &device) == EXPOPS_OK)
        device->api->stream_destroy(device->backend, stream);
}

expops_status expops_synchronize(expops_device *device, void *stream)
{
    EXPOPS_TRY(expops_device_resolve(device, &device));
    const uint32_t mark = expops_error_mark();
    return result(device, mark, device->api->synchronize(device->backend, stream), "expops_synchronize");
}

expops_status expops_event_create(expops_device *device, void **out_event)
{
    EXPOPS_TRY(need(out_event, "expops_event_create", "out_event"));
    *out_event = NULL;
    EXPOPS_TRY(expops_device_resolve(device, &device));
    if (!device->api->event_create)
        return fail_no_events(device, "expops_event_create");
    const uint32_t mark = expops_error_mark();
    return result(device, mark, device->api->event_create(device->backend, out_event), "expops_event_create");
}

void expops_event_destroy(expops_device *device, void *event)
{
    if (event && expops_device_resolve(device, &device) == EXPOPS_OK && device->api->event_destroy)
        device->api->event_destroy(device->backend, event);
}

expops_status expops_event_record(expops_device *device, void *event, void *stream)
{
    EXPOPS_TRY(need(event, "expops_event_record", "event"));
    EXPOPS_TRY(expops_device_resolve(device, &device));
    if (!device->api->event_record)
        return fail_no_events(device, "expops_event_record");
    const uint32_t mark = expops_error_mark();
    return result(device, mark, device->api->event_record(device->backend, event, stream), "expops_event_record");
}

expops_status expops_event_elapsed(expops_device *device, void *start, void *stop, uint64_t *out_ns)
{
    EXPOPS_TRY(need(start, "expops_event_elapsed", "start"));
    EXPOPS_TRY(need(stop, "expops_event_elapsed", "stop"));
    EXPOPS_TRY(need(out_ns, "expops_event_elapsed", "out_ns"));
    EXPOPS_TRY(expops_device_resolve(device, &device));
    if (!device->api->event_elapsed)
        return fail_no_events(device, "expops_event_elapsed");
    const uint32_t mark = expops_error_mark();
    return result(device, mark, device->api->event_elapsed(device->backend, start, stop, out_ns),
                  "expops_event_elapsed");
}
