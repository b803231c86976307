/* Which kernels are loaded. Those that no plan holds stay for the next plan that wants them, up to a limit; beyond it the one
 * that was let go of longest ago is unloaded. */
#include <stdlib.h>
#include <string.h>
#include "base/env.h"
#include "base/error.h"
#include "kernel_table_internal.h"

/* A kernel takes some 10 to 200 KiB of memory, by the driver; more than a few hundred are in use only where shapes never end. */
enum { DEFAULT_LIMIT = 1024 };

/* One for all tables: a device may close, and its table go, while plans hold entries. */
static expops_lock lock = EXPOPS_LOCK_INIT;

expops_status expops_kernel_table_create(expops_device *device, struct expops_kernel_table **out_table)
{
    struct expops_kernel_table *table = calloc(1, sizeof *table);
    if (!table)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory for a device's kernels");
    const uint64_t limit = expops_env_number(EXPOPS_ENV_MAX_KERNELS, DEFAULT_LIMIT);
    table->api = device->api;
    table->backend = device->backend;
    table->fork_generation = expops_fork_generation();
    table->host = (device->info.caps & EXPOPS_CAP_HOST) != 0;
    table->limit = limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
    atomic_init(&table->leases, 1);
    *out_table = table;
    return EXPOPS_OK;
}

/* --- with the lock held --- */

static expops_loaded **find(struct expops_kernel_table *table, const expops_cache_key *key)
{
    expops_loaded **at = table->bucket + key->bytes[0] % EXPOPS_KERNEL_BUCKETS;
    while (*at && memcmp(&(*at)->key, key, sizeof *key))
        at = &(*at)->next;
    return at;
}

static void add_idle(expops_loaded *loaded)
{
    struct expops_kernel_table *table = loaded->table;
    loaded->older = table->newest;
    loaded->newer = NULL;
    *(table->newest ? &table->newest->newer : &table->oldest) = loaded;
    table->newest = loaded;
}

static void remove_idle(expops_loaded *loaded)
{
    struct expops_kernel_table *table = loaded->table;
    *(loaded->older ? &loaded->older->newer : &table->oldest) = loaded->newer;
    *(loaded->newer ? &loaded->newer->older : &table->newest) = loaded->older;
}

static void forget(struct expops_kernel_table *table, expops_loaded *loaded)
{
    *find(table, &loaded->key) = loaded->next;
    table->count--;
}

/* Takes what is too much out of the table: a list by `newer`. */
static expops_loaded *take_excess(struct expops_kernel_table *table)
{
    expops_loaded *first = NULL;
    while (table->count > table->limit && table->oldest) {
        expops_loaded *loaded = table->oldest;
        remove_idle(loaded);
        forget(table, loaded);
        loaded->newer = first;
        first = loaded;
    }
    return first;
}

/* --- without it --- */

static void unload_list(struct expops_kernel_table *table, expops_loaded *first)
{
    for (expops_loaded *loaded = first, *next; loaded; loaded = next) {
        next = loaded->newer;
        expops_table_unload(table, loaded->kernel);
        free(loaded);
    }
}

/* Somebody else is making it, and will end that in this process. */
static int is_under_way(const expops_loaded *loaded)
{
    return !loaded->kernel && loaded->fork_generation == expops_fork_generation();
}

static expops_loaded *create(struct expops_kernel_table *table, const expops_cache_key *key)
{
    expops_loaded *loaded = calloc(1, sizeof *loaded);
    if (!loaded)
        return NULL;
    loaded->key = *key;
    loaded->table = table;
    table->count++;
    return loaded;
}

expops_loaded *expops_table_claim(struct expops_kernel_table *table, const expops_cache_key *key, int only_loaded)
{
    expops_lock_acquire(&lock);
    expops_loaded **at = find(table, key);
    while (*at && is_under_way(*at)) {
        expops_lock_wait(&lock);
        at = find(table, key);
    }
    expops_loaded *loaded = *at;
    if (loaded && loaded->kernel) {
        if (loaded->holders++ == 0)
            remove_idle(loaded);
    } else if (only_loaded) {
        loaded = NULL;
    } else {
        if (!loaded) /* else a thread had begun that a fork left behind */
            *at = loaded = create(table, key);
        if (loaded) {
            loaded->holders = 1;
            loaded->fork_generation = expops_fork_generation();
        }
    }
    expops_lock_release(&lock);
    return loaded;
}

void expops_table_settle(expops_loaded *loaded, expops_backend_kernel *kernel)
{
    struct expops_kernel_table *table = loaded->table;
    expops_loaded *excess = NULL;
    expops_lock_acquire(&lock);
    loaded->kernel = kernel;
    if (kernel) {
        excess = take_excess(table);
    } else {
        forget(table, loaded);
        free(loaded);
    }
    expops_lock_wake(&lock);
    expops_lock_release(&lock);
    unload_list(table, excess); /* the caller has the device open */
}

expops_backend_kernel *expops_kernel_of(const expops_loaded *loaded)
{
    return loaded ? loaded->kernel : NULL;
}

int expops_kernels_crowded(const expops_loaded *loaded)
{
    expops_lock_acquire(&lock);
    const int crowded = loaded->table && loaded->table->count > loaded->table->limit;
    expops_lock_release(&lock);
    return crowded;
}

/* Unloads nothing that is still in the table: the thread's stream may be under capture here, which making a kernel rules
 * out. What is too much goes when the next one is made. */
void expops_kernel_release(expops_loaded *loaded)
{
    if (!loaded)
        return;
    expops_lock_acquire(&lock);
    const int last = --loaded->holders == 0;
    if (last && loaded->table)
        add_idle(loaded);
    else if (last)
        free(loaded);
    expops_lock_release(&lock);
}

/* One kernel out of the table, for a device that closes; plans may still hold its entry. */
static int take_any(struct expops_kernel_table *table, unsigned bucket, expops_backend_kernel **out_kernel)
{
    expops_lock_acquire(&lock);
    expops_loaded *loaded = table->bucket[bucket];
    const int found = loaded != NULL;
    if (found) {
        *out_kernel = loaded->kernel;
        table->bucket[bucket] = loaded->next;
        if (loaded->holders)
            loaded->table = NULL;
        else
            free(loaded);
    }
    expops_lock_release(&lock);
    return found;
}

void expops_kernel_table_close(struct expops_kernel_table *table)
{
    expops_backend_kernel *kernel;
    for (unsigned i = 0; i < EXPOPS_KERNEL_BUCKETS; i++)
        while (take_any(table, i, &kernel))
            expops_table_unload(table, kernel);
    expops_offers_close(table);
    expops_table_lease_end(table);
}
