#include "device_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/error.h"
#include "base/in_call.h"
#include "base/log.h"
#include "runtime_lock.h"

/* Guarded by the lock. Those that are being opened or closed are in the list, too. */
static expops_device *open_devices;
static uint64_t last_id;

/* A child of fork inherits the driver's memory but not its threads and its kernel objects. */
expops_status expops_device_usable(const expops_device *device)
{
    if (device->fork_generation == expops_fork_generation())
        return EXPOPS_OK;
    if (expops_device_is_target(device))
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s is a target, no device: kernels can be prepared for it, no more",
                           device->name);
    if (device->info.caps & EXPOPS_CAP_HOST)
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_BACKEND,
                       "%s was opened before this process was forked, and its driver does not "
                       "survive that: open the device "
                       "only after fork, or start the process anew (exec, spawn)",
                       device->name);
}

/* Plugins may leave texts out; the core prints and hashes them. */
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

static expops_status check_told(expops_device *device, uint32_t mark, int32_t status, const char *doing)
{
    device->info.header = (expops_header){ .struct_size = sizeof device->info };
    return status ? expops_fail_backend(mark, status, doing) : check_info(&device->info);
}

static expops_status read_info(expops_device *device)
{
    device->info.header.struct_size = sizeof device->info;
    const uint32_t mark = expops_error_mark();
    const int32_t status = device->api->device_info(device->backend, &device->info);
    return check_told(device, mark, status, "asking about the device");
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

/* With the lock held, that of which it lets go to wait for another thread that opens or closes the device. One that was
 * being opened when the process was forked is nobody's, and passed over. */
static expops_device *find_device(const expops_plugin *plugin, uint32_t ordinal)
{
    expops_device *device = open_devices;
    while (device) {
        const int held = expops_claim_held(&device->claim);
        if (device->api != plugin->api || device->ordinal != ordinal || (device->claim.taken && !held)) {
            device = device->next;
        } else if (held && !expops_claim_own(&device->claim)) {
            expops_runtime_wait();
            device = open_devices;
        } else {
            return device;
        }
    }
    return NULL;
}

/* With the lock held. A device that this thread is to open. */
static expops_device *add_device(const expops_plugin *plugin, uint32_t ordinal)
{
    expops_device *device = calloc(1, sizeof *device);
    if (!device)
        return NULL;
    device->api = plugin->api;
    device->ordinal = ordinal;
    device->fork_generation = expops_fork_generation();
    device->id = ++last_id;
    device->count = 1;
    snprintf(device->backend_name, sizeof device->backend_name, "%s", plugin->name);
    snprintf(device->name, sizeof device->name, "%s:%u", plugin->name, ordinal);
    expops_claim_take(&device->claim);
    device->next = open_devices;
    open_devices = device;
    return device;
}

/* Searched for again, as the list may have changed while the lock was not held. */
static void remove_device(expops_device *device)
{
    expops_runtime_lock();
    expops_device **at = &open_devices;
    while (*at != device)
        at = &(*at)->next;
    *at = device->next;
    expops_runtime_wake();
    expops_runtime_unlock();
    free(device);
}

static expops_status open_added(expops_device *device, expops_device **out_device)
{
    const expops_status status = open_backend(device);
    if (status) {
        expops_fail_more(status, "%s", device->name);
        remove_device(device);
        return status;
    }
    expops_log_line(EXPOPS_LOG_DEBUG, "opened %s: %s, %s", device->name, device->info.name, device->info.driver);
    expops_runtime_lock();
    expops_claim_drop(&device->claim);
    expops_runtime_wake();
    expops_runtime_unlock();
    *out_device = device;
    return EXPOPS_OK;
}

expops_status expops_device_acquire(expops_plugin *plugin, uint32_t ordinal, expops_device **out_device)
{
    expops_runtime_lock();
    expops_device *device = find_device(plugin, ordinal), *added = device ? NULL : add_device(plugin, ordinal);
    const int called_back = device && expops_claim_own(&device->claim);
    if (device && !called_back)
        device->count++;
    expops_runtime_unlock();
    if (added)
        return open_added(added, out_device);
    if (!device)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory for a device's record; free some");
    if (called_back)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "this thread is opening or closing %s:%u; its driver must not call back for it",
                           plugin->name, ordinal);
    *out_device = device;
    return EXPOPS_OK;
}

void expops_device_release(expops_device *device)
{
    if (!device)
        return;
    expops_runtime_lock();
    const int last = --device->count == 0;
    if (last)
        expops_claim_take(&device->claim);
    expops_runtime_unlock();
    if (!last)
        return;
    if (expops_device_is_target(device)) {
        remove_device(device);
        return;
    }
    /* in a forked child the driver's objects are not ours to close, and trying may hang */
    if (expops_device_usable(device) == EXPOPS_OK)
        expops_kernel_table_close(device->kernels);
    remove_device(device);
}

/* --- targets --- */

enum { NO_ORDINAL = UINT32_MAX, NO_PROCESS = UINT32_MAX }; /* no call finds it as another's, or may use it */

static expops_status read_target(const char *target, uint32_t compute_units, expops_device *device)
{
    const size_t room = sizeof device->name - strlen(device->backend_name) - 1;
    expops_device_info *info = &device->info;
    info->header.struct_size = sizeof *info;
    const uint32_t mark = expops_error_mark();
    const int32_t status = device->api->describe_target(target, info);
    EXPOPS_TRY(check_told(device, mark, status, "asking about the target"));
    if (strlen(info->target) >= room)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "target \"%s\" has more than %zu letters", info->target,
                           room - 1);
    info->caps &= ~(uint64_t)(EXPOPS_CAP_HOST | EXPOPS_CAP_CAPTURE); /* nothing of it can be read, or asked */
    info->compute_units = compute_units ? compute_units : info->compute_units;
    if (!info->compute_units)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "how many compute units a device of target %s has is not known",
                           info->target);
    snprintf(device->name, sizeof device->name, "%s:%s", device->backend_name, info->target);
    /* The plugin's text was for the time of the call; this copy lives as long as the device. */
    info->name = info->target = device->name + strlen(device->backend_name) + 1;
    return EXPOPS_OK;
}

expops_status expops_device_imagine(const expops_plugin *plugin, const char *target, uint32_t compute_units,
                                    expops_device **out_device)
{
    if (!EXPOPS_HAS(plugin->api, expops_backend_api, describe_target) ||
        !EXPOPS_HAS(plugin->api, expops_backend_api, compile))
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "backend %s compiles for devices that are there only", plugin->name);
    expops_runtime_lock();
    expops_device *device = add_device(plugin, NO_ORDINAL);
    if (device)
        /* So every use is refused as one after a fork would be, and no call needs to ask whether a device is a
         * target. */
        device->fork_generation = NO_PROCESS;
    expops_runtime_unlock();
    if (!device)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory for a device's record; free some");
    const expops_status status = read_target(target, compute_units, device);
    if (status) {
        remove_device(device);
        return status;
    }
    expops_runtime_lock();
    expops_claim_drop(&device->claim);
    expops_runtime_unlock();
    *out_device = device;
    return EXPOPS_OK;
}

/* --- closing --- */

/* A closing that has to wait for the call it happened in. */
typedef struct closing {
    expops_later later;
    expops_device *device;
} closing;

static void close_later(expops_later *later)
{
    closing *own = (closing *)later;
    expops_device_release(own->device);
    free(own);
}

void expops_device_close(expops_device **device)
{
    if (!device || !*device)
        return;
    /* An allocator of the application's, say, that closes the device it is called for: the outer call is still
     * going to use it. */
    if (expops_in_call()) {
        closing *own = malloc(sizeof *own);
        if (own) { /* else it stays open: closed under a call it would be used all the same */
            *own = (closing){ { close_later, NULL }, *device };
            expops_let_go(&own->later);
        }
    } else {
        expops_device_release(*device);
    }
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
