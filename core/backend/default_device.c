/* The device that a NULL device means. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include "base/error.h"
#include "catalogue.h"
#include "device_internal.h"
#include "runtime_lock.h"

enum { MAX_SCOPES = 16 };

typedef struct scopes {
    expops_device *devices[MAX_SCOPES];
    unsigned depth;
} scopes;

static _Thread_local scopes own_scopes;
static _Atomic(expops_device *) enabled;
static _Atomic(expops_device *) found; /* what EXPOPS_BACKEND or auto came to */
static pthread_key_t scopes_key;
static pthread_once_t scopes_once = PTHREAD_ONCE_INIT;
static int scopes_key_made;

/* Makes a device that the caller has counted one that may be used without counting: from now on it
 * stays open. */
static void pin(expops_device *device)
{
    expops_runtime_lock();
    const int already = device->pinned;
    device->pinned = 1;
    expops_runtime_unlock();
    if (already)
        expops_device_release(device);
}

/* Of several threads that come to one, the first's counts. Not part of the hot path. */
__attribute__((noinline)) static expops_status find_default(expops_device **out_device)
{
    expops_device *device, *first = NULL;
    const expops_status status = expops_device_choose(NULL, &device);
    if (status)
        return expops_fail_more(status, "default device");
    pin(device);
    *out_device = atomic_compare_exchange_strong(&found, &first, device) ? device : first;
    return EXPOPS_OK;
}

expops_status expops_device_resolve(expops_device *given, expops_device **out_device)
{
    expops_device *device = given;
    if (!device && own_scopes.depth)
        device = own_scopes.devices[own_scopes.depth - 1];
    if (!device)
        /* Acquired, so that a thread which finds the pointer finds the device complete. */
        device = atomic_load_explicit(&enabled, memory_order_acquire);
    if (!device)
        device = atomic_load_explicit(&found, memory_order_acquire);
    if (!device)
        EXPOPS_TRY(find_default(&device));
    *out_device = device;
    return expops_device_usable(device);
}

expops_status expops_device_default(expops_device **out_device)
{
    if (!out_device)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_device_default: out_device is NULL");
    expops_device *device;
    *out_device = NULL;
    EXPOPS_TRY(expops_device_resolve(NULL, &device));
    *out_device = device;
    return EXPOPS_OK;
}

expops_status expops_enable(const char *spec)
{
    if (!spec) {
        atomic_store_explicit(&enabled, NULL, memory_order_release);
        return EXPOPS_OK;
    }
    expops_device *device;
    const expops_status status = expops_device_choose(spec, &device);
    if (status == EXPOPS_OK) {
        /* Threads that found it as their default use it without counting; so it may not be closed when another one
         * is enabled. */
        pin(device);
        atomic_store_explicit(&enabled, device, memory_order_release);
    }
    return status ? expops_fail_more(status, "expops_enable") : EXPOPS_OK;
}

/* Called by the C library when the thread ends, with the thread's own variable, whose memory is still there then. */
static void close_scopes(void *of_thread)
{
    scopes *left = of_thread;
    while (left->depth)
        expops_device_release(left->devices[--left->depth]);
}

static void make_key(void)
{
    scopes_key_made = !pthread_key_create(&scopes_key, close_scopes);
}

expops_status expops_scope_push(const char *spec)
{
    if (own_scopes.depth == MAX_SCOPES)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "expops_scope_push: %d scopes are open on this thread, the most there can be; pop some",
                           MAX_SCOPES);
    /* a thread that ends inside a scope gives its devices back */
    pthread_once(&scopes_once, make_key);
    if (scopes_key_made)
        pthread_setspecific(scopes_key, &own_scopes);
    expops_device *device;
    const expops_status status = expops_device_choose(spec, &device);
    if (status)
        return expops_fail_more(status, "expops_scope_push");
    own_scopes.devices[own_scopes.depth++] = device;
    return EXPOPS_OK;
}

expops_status expops_scope_pop(void)
{
    if (!own_scopes.depth)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_scope_pop: no scope is open on this thread");
    expops_device_close(&own_scopes.devices[--own_scopes.depth]);
    return EXPOPS_OK;
}

/* What EXPOPS_BACKEND means is found out again at the next use. */
expops_status expops_rescan(void)
{
    EXPOPS_TRY_SAYING(expops_catalogue_renew(), "expops_rescan");
    atomic_store_explicit(&found, NULL, memory_order_release);
    return EXPOPS_OK;
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
