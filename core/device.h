/* A device as the core holds it. */
#ifndef EXPOPS_CORE_DEVICE_H
#define EXPOPS_CORE_DEVICE_H

#include "expops/device.h"

struct expops_kernel_table; /* kernel_table.c: kernels loaded on this device */

struct expops_device {
    const expops_backend_api *api;
    expops_backend_device *backend;
    expops_device_info info;
    uint64_t id; /* never given to another device of this process */
    char name[40];
    char backend_name[32];
    uint32_t ordinal;
    int count; /* guarded by device.c's lock */
    expops_allocator allocator;
    struct expops_kernel_table *kernels;
    struct expops_device *next;
};

/* `given`, or the default device of this moment where it is NULL. Hot: takes no lock once a default is known. */
expops_status expops_device_resolve(expops_device *given, expops_device **out_device);

/* kernel_table.c; called by device.c when a device opens and closes. */
expops_status expops_kernel_table_create(struct expops_kernel_table **out_table);
void expops_kernel_table_destroy(expops_device *device, struct expops_kernel_table *table);

#endif
