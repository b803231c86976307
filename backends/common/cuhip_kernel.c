/* Machine code on a device, and the launch. */
#include "cuhip.h"

#include <stdlib.h>

/* The driver may put off loading a function until its first launch, which a capture forbids: load it now. */
static cuhip_result find_function(const expops_backend_device *device, expops_backend_kernel *kernel, const char *entry,
                                  const char **out_function)
{
    *out_function = cuhip_names.module_function;
    cuhip_result result = cuhip_api.module_function(&kernel->function, kernel->module, entry);
    if (result != 0)
        return result;
    CUHIP_LET_ASK(device, kernel->function);
    return CUHIP_LOAD_FUNCTION(kernel->function, out_function);
}

static cuhip_result load_entered(const expops_backend_device *device, expops_backend_kernel *kernel, const void *image,
                                 const char *entry, const char **out_function)
{
    *out_function = cuhip_names.module_load;
    cuhip_result result = cuhip_api.module_load(&kernel->module, image);
    if (result != 0)
        return result;
    result = find_function(device, kernel, entry, out_function);
    if (result != 0)
        (void)cuhip_api.module_unload(kernel->module);
    return result;
}

int32_t cuhip_load(expops_backend_device *device, const void *image, size_t bytes, const char *entry,
                   expops_backend_kernel **out_kernel)
{
    const char *doing = "loading a kernel", *function = CUHIP_ENTER_NAME;
    cuhip_scope scope;
    *out_kernel = NULL;
    expops_backend_kernel *kernel = calloc(1, sizeof *kernel);
    if (!kernel) {
        cuhip_host->error("loading a kernel: the host has no memory for its description");
        return EXPOPS_ERR_OUT_OF_MEMORY;
    }
    cuhip_result result = cuhip_enter(device, &scope);
    if (result == 0) {
        result = load_entered(device, kernel, image, entry, &function);
        cuhip_leave(&scope);
    }
    if (result != 0) {
        free(kernel);
        return cuhip_fail(result, function, doing);
    }
    *out_kernel = kernel;
    return EXPOPS_OK;
}

/* Another thread's capture, in the mode that applications use most, would be ended by this call, as by all that may wait for
 * the device, unless this thread says that it knows better. */
static void unload_entered(expops_backend_kernel *kernel)
{
    unsigned int mode = CUHIP_CAPTURE_MODE_RELAXED;
    const int exchanged = cuhip_api.capture_mode && cuhip_api.capture_mode(&mode) == 0;
    (void)cuhip_api.module_unload(kernel->module);
    if (exchanged)
        (void)cuhip_api.capture_mode(&mode);
}

static void unload_now(expops_backend_device *device, expops_backend_kernel *kernel)
{
    cuhip_scope scope;
    if (cuhip_enter(device, &scope) == 0) {
        unload_entered(kernel);
        cuhip_leave(&scope);
    }
    free(kernel);
}

void cuhip_unload(expops_backend_device *device, expops_backend_kernel *kernel)
{
    if (!atomic_load_explicit(&kernel->recorded, memory_order_relaxed)) {
        unload_now(device, kernel);
        return;
    }
    kernel->next = atomic_load_explicit(&device->recorded, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&device->recorded, &kernel->next, kernel, memory_order_release,
                                                  memory_order_relaxed)) {
    }
}

void cuhip_unload_recorded(expops_backend_device *device)
{
    expops_backend_kernel *kernel = atomic_exchange_explicit(&device->recorded, NULL, memory_order_acquire);
    while (kernel) {
        expops_backend_kernel *next = kernel->next;
        unload_now(device, kernel);
        kernel = next;
    }
}

/* No stream that is NULL is ever captured. */
static void note_capture(expops_backend_kernel *kernel, void *stream)
{
    unsigned int state = CUHIP_CAPTURE_NONE;
    if (stream && cuhip_api.stream_capturing && !atomic_load_explicit(&kernel->recorded, memory_order_relaxed) &&
        cuhip_api.stream_capturing(stream, &state) == 0 && state != CUHIP_CAPTURE_NONE)
        atomic_store_explicit(&kernel->recorded, 1, memory_order_relaxed);
}

static cuhip_result launch_entered(const expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                                   const expops_launch *launch, void **arguments, const char **out_function)
{
    const uint32_t *grid = launch->grid, *group = launch->group;
    if (launch->start == EXPOPS_START_EARLY && device->begins_early)
        return cuhip_vendor_launch_early(kernel->function, stream, launch, arguments, out_function);
    if (launch->start == EXPOPS_START_TOGETHER)
        return cuhip_vendor_launch_together(kernel->function, stream, launch, arguments, out_function);
    *out_function = cuhip_names.launch;
    return cuhip_api.launch(kernel->function, grid[0], grid[1], grid[2], group[0], group[1], group[2],
                            launch->local_bytes, stream, arguments, NULL);
}

int32_t cuhip_launch(expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                     const expops_launch *launch)
{
    void *addresses[CUHIP_MAX_TENSORS], *arguments[CUHIP_MAX_TENSORS + 1];
    const uint32_t count = launch->num_tensors;
    cuhip_scope scope;
    if (count > CUHIP_MAX_TENSORS) {
        cuhip_host->error("launching a kernel: %u tensors, this backend passes at most %d", count, CUHIP_MAX_TENSORS);
        return EXPOPS_ERR_UNSUPPORTED;
    }
    for (uint32_t i = 0; i < count; i++) {
        addresses[i] = expops_address(launch->tensors + i);
        arguments[i] = &addresses[i];
    }
    arguments[count] = (void *)launch->params;
    const char *function;
    cuhip_result result = cuhip_enter(device, &scope);
    if (result != 0)
        return cuhip_fail(result, CUHIP_ENTER_NAME, "launching a kernel");
    result = launch_entered(device, kernel, stream, launch, arguments, &function);
    note_capture(kernel, stream);
    cuhip_leave(&scope);
    return result == 0 ? EXPOPS_OK : cuhip_fail(result, function, "launching a kernel");
}
