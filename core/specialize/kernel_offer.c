/* Kernels a backend offered, each for one plan. The table must know them all, because a device that closes takes them along,
 * whichever threads' plans hold them. */
#include <stdlib.h>
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

/* An offer's kernel is replaced, by none in the end, under the lock that a closing device takes it by. */
static void replace(expops_offer *offer, expops_backend_kernel *kernel)
{
    expops_lock *lock = lock_of(offer->part);
    expops_lock_acquire(lock);
    if (!kernel && offer->table)
        unlink_offer(offer);
    offer->kernel = kernel;
    expops_lock_release(lock);
}

static expops_status ask_to_join(expops_device *device, expops_offer *const *offers, uint32_t count,
                                 expops_backend_kernel **kernels, expops_backend_kernel **out_kernel)
{
    for (uint32_t i = 0; i < count; i++)
        kernels[i] = offers[i]->kernel;
    const int32_t status = device->api->join(device->backend, kernels, count, out_kernel);
    return status ? expops_fail_more((expops_status)status, "joining %u kernels on %s", count, device->name)
                  : EXPOPS_OK;
}

expops_status expops_kernel_join(expops_device *device, expops_offer *const *offers, uint32_t count, int *out_joined)
{
    expops_backend_kernel *kernel = NULL;
    *out_joined = 0;
    if (!EXPOPS_HAS(device->api, expops_backend_api, join))
        return EXPOPS_OK;
    expops_backend_kernel **kernels = malloc(count * sizeof(*kernels));
    if (!kernels)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory to join %u kernels", count);
    const expops_status status = ask_to_join(device, offers, count, kernels, &kernel);
    free(kernels);
    if (!kernel || status != EXPOPS_OK)
        return status;
    for (uint32_t i = 0; i < count; i++)
        replace(offers[i], i ? NULL : kernel);
    *out_joined = 1;
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
