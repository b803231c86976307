/* A device as the core holds it; all that the rest of the core knows of this folder. */
#ifndef EXPOPS_CORE_DEVICE_H
#define EXPOPS_CORE_DEVICE_H

#include "base/fork.h"
#include "expops/device.h"

struct expops_kernel_table; /* kernel_table.c: kernels loaded on this device */

struct expops_device {
    const expops_backend_api *api;
    expops_backend_device *backend;
    expops_device_info info;
    uint64_t id; /* never given to another device of this process */
    char name[72];
    char backend_name[32];
    uint32_t ordinal;
    uint32_t fork_generation; /* of the process that opened it */
    int count;                /* guarded by the runtime lock, as the next two are */
    int pinned;               /* was a default once: threads may use it uncounted, so it stays open */
    expops_claim claim;       /* of the thread that opens or closes it */
    expops_allocator allocator;
    struct expops_kernel_table *kernels;
    struct expops_device *next;
};

/* Whether it is one that this process opened, which needs no more looking at. */
static inline int expops_device_is_ready(const expops_device *device)
{
    return device && device->fork_generation == expops_fork_generation();
}

/* `given`, or the default device of this moment where it is NULL. Hot: takes no lock once a default is known. */
expops_status expops_device_resolve(expops_device *given, expops_device **out_device);

/* Fails where the device belongs to the process this one was forked from, and cannot be used here, or is a target's. Takes no
 * lock. */
expops_status expops_device_usable(const expops_device *device);

/* Whether it is a target's: nothing is loaded and launched, and `backend` and `kernels` are NULL. */
static inline int expops_device_is_target(const expops_device *device)
{
    return !device->backend;
}

/* What this folder asks of the rest in turn (kernel_table.c), when a device opens and closes. */
expops_status expops_kernel_table_create(expops_device *device, struct expops_kernel_table **out_table);
/* Closes the backend's device, too: where another thread is giving a kernel back at this moment, that thread does it. */
void expops_kernel_table_close(struct expops_kernel_table *table);

#endif
