/* Kernels a backend offered, each for one plan. The table must know them all, because a device that closes takes them along,
 * whichever threads' plans hold them. */
#include "base/error.h"
#include "kernel_table_internal.h"

/* Of all tables. Each lies in a cache line of its own, for threads take different ones. */
static struct {
    _Alignas(64) expops_lock lock;
} parts[EXPOPS_OFFER_PARTS] = { [0 ... EXPOPS_OFFER_PARTS - 1] = { EXPOPS_LOCK_INIT } };

static expops_lock *lock_of(uint32_t part)
{
    return &parts[part].lock;
}

/* Threads spread over the lists. */
static uint32_t part_of_thread(void)
{
    static atomic_uint threads;
    static _Thread_local uint32_t own; /* counts from 1 */
    if (!own)
        own = 1 + atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) % EXPOPS_OFFER_PARTS;
    return own - 1;
}

static void link_offer(expops_offer *offer)
{
    expops_offer **first = offer->table->offers + offer->part;
    offer->before = NULL;
    offer->after = *first;
    if (*first)
        (*first)->before = offer;
    *first = offer;
}

static void unlink_offer(expops_offer *offer)
{
    *(offer->before ? &offer->before->after : offer->table->offers + offer->part) = offer->after;
    if (offer->after)
        offer->after->before = offer->before;
    offer->table = NULL;
}

expops_status expops_kernel_ask(expops_device *device, const expops_signature *signature, expops_offer *offer,
                                uint64_t *out_scratch_bytes)
{
    /* A target is no device: there is nothing that could have a kernel loaded. */
    if (expops_device_is_target(device) || !EXPOPS_HAS(device->api, expops_backend_api, offer))
        return EXPOPS_OK;
    expops_offered offered = { .header = { .struct_size = sizeof offered } };
    const int32_t status = device->api->offer(device->backend, signature, &offered);
    if (status)
        return expops_fail_more((expops_status)status, "%s on %s", signature->operator_name, device->name);
    if (!offered.kernel)
        return EXPOPS_OK;
    offer->kernel = offered.kernel;
    *out_scratch_bytes = offered.scratch_bytes;
    offer->table = device->kernels;
    offer->part = part_of_thread();
    expops_lock_acquire(lock_of(offer->part));
    link_offer(offer);
    expops_lock_release(lock_of(offer->part));
    return EXPOPS_OK;
}

void expops_kernel_give_back(expops_offer *offer)
{
    if (!offer->kernel)
        return;
    expops_lock_acquire(lock_of(offer->part));
    struct expops_kernel_table *table = offer->table;
    if (table) {
        unlink_offer(offer);
        expops_table_lease(table);
    }
    expops_lock_release(lock_of(offer->part));
    if (!table)
        return;
    if (expops_table_usable(table))
        expops_table_unload(table, offer->kernel);
    expops_table_lease_end(table);
}

void expops_offers_close(struct expops_kernel_table *table)
{
    for (uint32_t part = 0; part < EXPOPS_OFFER_PARTS; part++) {
        expops_backend_kernel *kernel;
        do {
            expops_lock_acquire(lock_of(part));
            expops_offer *offer = table->offers[part];
            kernel = offer ? offer->kernel : NULL;
            if (offer)
                unlink_offer(offer);
            expops_lock_release(lock_of(part));
            expops_table_unload(table, kernel);
        } while (kernel);
    }
}
