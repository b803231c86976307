/* Device memory and copies. */
#include "cuhip.h"

static const int32_t device_types[] = CUHIP_DEVICE_TYPES;

/* Asked before anything that a capture forbids, since trying would end the capture. */
static int32_t refuse_in_capture(expops_backend_device *device, void *stream)
{
    uint32_t capturing = 0;
    if (device->pools && CUHIP_ALLOCATES_IN_CAPTURE)
        return EXPOPS_OK;
    const int32_t status = cuhip_stream_capturing(device, stream, &capturing);
    if (status != EXPOPS_OK || !capturing)
        return status;
    cuhip_host->error("allocating device memory: this driver cannot while the stream is being captured; allocate "
                      "before the capture begins, or set an allocator");
    return EXPOPS_ERR_CAPTURE;
}

int32_t cuhip_allocate(expops_backend_device *device, void *stream, uint64_t bytes, expops_pointer *out_pointer)
{
    const char *doing = "allocating device memory", *function = cuhip_names.allocate;
    cuhip_address address = 0;
    cuhip_scope scope;
    *out_pointer = (expops_pointer){ .device_type = device_types[0] };
    if (bytes == 0)
        return EXPOPS_OK;
    const int32_t status = refuse_in_capture(device, stream);
    if (status != EXPOPS_OK)
        return status;
    cuhip_result result = cuhip_enter(device, &scope);
    if (result != 0)
        return cuhip_fail(result, CUHIP_ENTER_NAME, doing);
    result = device->pools ? cuhip_vendor_allocate(device, bytes, stream, &address, &function)
                           : cuhip_api.allocate(&address, bytes);
    cuhip_leave(&scope);
    if (result != 0)
        return cuhip_fail(result, function, doing);
    out_pointer->data = (void *)(uintptr_t)address;
    return EXPOPS_OK;
}

void cuhip_release(expops_backend_device *device, void *stream, const expops_pointer *pointer)
{
    cuhip_scope scope;
    if (!pointer->data || cuhip_enter(device, &scope) != 0)
        return;
    if (device->pools)
        (void)cuhip_api.release_async(CUHIP_ADDRESS(pointer->data), stream);
    else
        (void)cuhip_api.release(CUHIP_ADDRESS(pointer->data));
    cuhip_leave(&scope);
}

static cuhip_result copy_entered(const expops_transfer *copy, cuhip_stream stream, const char **out_function)
{
    void *to = expops_address(&copy->destination), *from = expops_address(&copy->source);
    if (copy->kind == EXPOPS_COPY_TO_DEVICE) {
        *out_function = cuhip_names.copy_to_device;
        return cuhip_api.copy_to_device(CUHIP_ADDRESS(to), CUHIP_HOST_SOURCE(from), copy->bytes, stream);
    }
    if (copy->kind == EXPOPS_COPY_TO_HOST) {
        *out_function = cuhip_names.copy_to_host;
        return cuhip_api.copy_to_host(to, CUHIP_ADDRESS(from), copy->bytes, stream);
    }
    *out_function = cuhip_names.copy_on_device;
    return cuhip_api.copy_on_device(CUHIP_ADDRESS(to), CUHIP_ADDRESS(from), copy->bytes, stream);
}

int32_t cuhip_copy(expops_backend_device *device, void *stream, const expops_transfer *copy)
{
    const char *doing = "copying memory", *function = CUHIP_ENTER_NAME;
    cuhip_scope scope;
    if (copy->bytes == 0)
        return EXPOPS_OK;
    cuhip_result result = cuhip_enter(device, &scope);
    if (result != 0)
        return cuhip_fail(result, function, doing);
    result = copy_entered(copy, stream, &function);
    cuhip_leave(&scope);
    return result == 0 ? EXPOPS_OK : cuhip_fail(result, function, doing);
}
