/* What the files behind kernel_table.h share. */
#ifndef EXPOPS_KERNEL_TABLE_INTERNAL_H
#define EXPOPS_KERNEL_TABLE_INTERNAL_H

#include <stdatomic.h>
#include "base/fork.h"
#include "cache/disk_cache.h"
#include "kernel_table.h"

/* A kernel and what it was made from. Guarded by the lock in kernel_table.c; `kernel` is constant while the entry is held. */
struct expops_loaded {
    expops_cache_key key;
    expops_backend_kernel *kernel;     /* NULL while a thread makes it */
    struct expops_kernel_table *table; /* NULL once the device is closed */
    uint32_t holders;                  /* the thread that makes it, then plans */
    uint32_t fork_generation;          /* of the process in which a thread makes it */
    expops_loaded *next;               /* in its bucket */
    expops_loaded *older, *newer;      /* among those that nobody holds, by when the last holder let go */
};

enum { EXPOPS_KERNEL_BUCKETS = 256, EXPOPS_OFFER_PARTS = 16 };

struct expops_kernel_table {
    const expops_backend_api *api;
    expops_backend_device *backend;
    atomic_uint leases;       /* those who may call the backend: the open device, and each thread that is unloading */
    uint32_t fork_generation; /* of the process that opened the device */
    int host;                 /* the backend's device works in a forked child, too */
    uint32_t count, limit;
    expops_loaded *bucket[EXPOPS_KERNEL_BUCKETS];
    expops_loaded *oldest, *newest;           /* of those that nobody holds */
    expops_offer *offers[EXPOPS_OFFER_PARTS]; /* each guarded by a lock of its own, or threads would queue here */
};

/* Whether a kernel may be given back here: what the parent's driver made is not the child's to touch. */
int expops_table_usable(const struct expops_kernel_table *table);
/* Keeps the backend's device open until the lease is ended, which may close it. Take it under a lock that proves the device
 * open, end it without any lock. */
void expops_table_lease(struct expops_kernel_table *table);
void expops_table_lease_end(struct expops_kernel_table *table);
void expops_table_unload(const struct expops_kernel_table *table, expops_backend_kernel *kernel);

/* Unloads every offer that is out, because the device closes. */
void expops_offers_close(struct expops_kernel_table *table);

/* Holds the entry for `key`, which this thread has to make where its kernel is NULL; waits where another is making it. NULL:
 * no memory, or, with `only_loaded`, nothing that is loaded. */
expops_loaded *expops_table_claim(struct expops_kernel_table *table, const expops_cache_key *key, int only_loaded);
/* Ends the making of a claimed entry: with NULL the entry is gone, and the next thread tries. Unloads what is too much. */
void expops_table_settle(expops_loaded *loaded, expops_backend_kernel *kernel);

#endif
