/* Where memory for a call's time comes from: a pool of the library's own. The driver's default pool gives everything back
 * whenever the host waits for the device, and mapping a gigabyte anew takes longer than attention does with it; what that pool
 * keeps is the application's to say. */
#include "cuhip.h"

enum {
    KEPT_SHARE = 64,       /* the pool keeps at most this part of the device's memory while nobody uses it */
    PINNED = 1,            /* CU_MEM_ALLOCATION_TYPE_PINNED */
    ON_DEVICE = 1,         /* CU_MEM_LOCATION_TYPE_DEVICE */
    RELEASE_THRESHOLD = 4, /* CU_MEMPOOL_ATTR_RELEASE_THRESHOLD */
};

/* CUmemPoolProps; what follows the device's number is zero. */
typedef struct properties {
    unsigned int allocation, handles, location;
    int device;
    unsigned char rest[80];
} properties;

void cuda_pool_open(expops_backend_device *device)
{
    const properties wanted = { .allocation = PINNED, .location = ON_DEVICE, .device = device->handle };
    unsigned long long kept = device->memory_bytes / KEPT_SHARE;
    device->pool = NULL; /* the default pool serves, more slowly */
    if (!device->pools || !cuhip_api.pool_create || !cuhip_api.pool_destroy || !cuhip_api.pool_set ||
        !cuhip_api.allocate_from)
        return;
    if (cuhip_api.pool_create(&device->pool, (const struct CUmemPoolProps_st *)&wanted) == 0)
        (void)cuhip_api.pool_set(device->pool, RELEASE_THRESHOLD, &kept);
    else
        device->pool = NULL;
}

/* What is still allocated is given back when it is released. */
void cuda_pool_close(expops_backend_device *device)
{
    if (device->pool)
        (void)cuhip_api.pool_destroy(device->pool);
}

cuhip_result cuhip_vendor_allocate(expops_backend_device *device, uint64_t bytes, cuhip_stream stream,
                                   cuhip_address *out_address, const char **out_function)
{
    *out_function = device->pool ? cuhip_names.allocate_from : cuhip_names.allocate_async;
    return device->pool ? cuhip_api.allocate_from(out_address, bytes, device->pool, stream)
                        : cuhip_api.allocate_async(out_address, bytes, stream);
}
