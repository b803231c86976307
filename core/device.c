#include "device.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "error.h"
#include "loader.h"
#include "log.h"

static expops_device *open_devices;
static uint64_t last_id;
static atomic_uint fork_generation;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void count_fork(void)
{
    atomic_fetch_add_explicit(&fork_generation, 1, memory_order_relaxed);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, count_fork);
}

/* A child of fork inherits the driver's memory but not its threads and its kernel objects. */
expops_status expops_device_usable(const expops_device *device)
{
    if (device->fork_generation == atomic_load_explicit(&fork_generation, memory_order_relaxed) ||
        device->info.caps & EXPOPS_CAP_HOST)
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_BACKEND,
                       "%s was opened before this process was forked, and its driver does not "
                       "survive that: open the device "
                       "only after fork, or start the process anew (exec, spawn)",
                       device->name);
}

static int is_text(const char **text)
{
    if (!*text)
        *text = "";
    return **text != 0;
}

/* What the rest of the core relies on. */
static expops_status check_info(expops_device_info *info)
{
    is_text(&info->driver);
    is_text(&info->compiler);
    if (!is_text(&info->name) || !is_text(&info->target))
        return expops_fail(EXPOPS_ERR_BACKEND,
                           "the backend gave a device without name or target; its author has to fix that");
    if (!info->num_device_types || info->num_device_types > EXPOPS_COUNTOF(info->device_types) || !info->max_group)
        return expops_fail(EXPOPS_ERR_BACKEND,
                           "the backend described %s with %u memory types and groups of %u; its "
                           "author has to fix that",
                           info->name, info->num_device_types, info->max_group);
    if (!info->subgroup)
        info->subgroup = 1;
    return EXPOPS_OK;
}

static expops_status read_info(expops_device *device)
{
    device->info.header.struct_size = sizeof device->info;
    const uint32_t mark = expops_error_mark();
    const int32_t status = device->api->device_info(device->backend, &device->info);
    device->info.header = (expops_header){ .struct_size = sizeof device->info };
    return status ? expops_fail_backend(mark, status, "asking about the device") : check_info(&device->info);
}

static expops_status open_backend(expops_device *device)
{
    const uint32_t mark = expops_error_mark();
    const int32_t opened = device->api->device_open(device->ordinal, &device->backend);
    if (opened || !device->backend)
        return expops_fail_backend(mark, opened, "opening the device");
    expops_status status = read_info(device);
    if (status == EXPOPS_OK)
        status = expops_kernel_table_create(device, &device->kernels);
    if (status)
        device->api->device_close(device->backend);
    return status;
}

static expops_status open_device(const expops_plugin *plugin, uint32_t ordinal, expops_device **out_device)
{
    expops_device *device = calloc(1, sizeof *device);
    if (!device)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory for a device's record; free some");
    device->api = plugin->api;
    device->ordinal = ordinal;
    device->fork_generation = atomic_load(&fork_generation);
    snprintf(device->backend_name, sizeof device->backend_name, "%s", plugin->name);
    snprintf(device->name, sizeof device->name, "%s:%u", plugin->name, ordinal);
    const expops_status status = open_backend(device);
    if (status) {
        free(device);
        return expops_fail_more(status, "%s:%u", plugin->name, ordinal);
    }
    device->id = ++last_id;
    device->next = open_devices;
    open_devices = device;
    expops_log_line(EXPOPS_LOG_DEBUG, "opened %s: %s, %s", device->name, device->info.name, device->info.driver);
    *out_device = device;
    return EXPOPS_OK;
}

expops_status expops_device_acquire(expops_plugin *plugin, uint32_t ordinal, expops_device **out_device)
{
    pthread_once(&fork_once, watch_forks);
    expops_device *device = open_devices;
    while (device && (device->api != plugin->api || device->ordinal != ordinal))
        device = device->next;
    if (!device)
        EXPOPS_TRY(open_device(plugin, ordinal, &device));
    device->count++;
    *out_device = device;
    return EXPOPS_OK;
}

void expops_device_release(expops_device *device)
{
    if (!device || --device->count)
        return;
    expops_device **at = &open_devices;
    while (*at != device)
        at = &(*at)->next;
    *at = device->next;
    /* in a forked child the driver's objects are not ours to close, and trying may hang */
    if (expops_device_usable(device) == EXPOPS_OK) {
        expops_kernel_table_destroy(device, device->kernels);
        device->api->device_close(device->backend);
    }
    free(device);
}

expops_status expops_device_open(const char *spec, expops_device **out_device)
{
    if (!out_device)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_device_open: out_device is NULL");
    expops_runtime_lock();
    const expops_status status = expops_device_choose(spec, out_device);
    expops_runtime_unlock();
    return status ? expops_fail_more(status, "expops_device_open") : EXPOPS_OK;
}

void expops_device_close(expops_device **device)
{
    if (!device || !*device)
        return;
    expops_runtime_lock();
    expops_device_release(*device);
    expops_runtime_unlock();
    *device = NULL;
}

const expops_device_info *expops_device_get_info(const expops_device *device)
{
    static const expops_device_info nothing = {
        .header = { .struct_size = sizeof nothing },
        .name = "",
        .target = "",
        .driver = "",
        .compiler = "",
    };
    return device ? &device->info : &nothing;
}

const char *expops_device_name(const expops_device *device)
{
    return device ? device->name : "";
}

expops_status expops_device_set_allocator(expops_device *device, const expops_allocator *allocator)
{
    static const expops_allocator none;
    EXPOPS_TRY(expops_device_resolve(device, &device));
    if (!allocator)
        allocator = &none;
    if (!allocator->allocate != !allocator->release)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "expops_device_set_allocator: give both allocate and release, or neither");
    device->allocator = *allocator;
    return EXPOPS_OK;
}
