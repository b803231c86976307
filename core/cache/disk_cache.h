/* Compiled kernels on disk: content-addressed, checksummed, safe under many processes, bounded in size. */
#ifndef EXPOPS_DISK_CACHE_H
#define EXPOPS_DISK_CACHE_H

#include <stddef.h>
#include <stdint.h>
#include "expops/status.h"

typedef struct expops_cache_key {
    uint8_t bytes[16]; /* XXH3, 128 bits, of everything that decides the machine code */
} expops_cache_key;

/* One key over a list of length-prefixed parts. */
expops_cache_key expops_cache_key_of(const void *const *parts, const size_t *sizes, size_t count);

/* A copy of the entry's payload in malloc-ed memory, or 0 for any kind of miss. Never fails a call. Thread-safe. */
int expops_cache_read(const char *backend, const expops_cache_key *key, void **out_data, size_t *out_bytes);
/* Keeps the payload; failures are counted, not reported. `about` is one line for `expops cache ls`. Thread-safe. */
void expops_cache_write(const char *backend, const expops_cache_key *key, const void *data, size_t bytes,
                        const char *about);
/* Makes other processes that share the cache wait before they make the same kernel (and a few others), for a minute at most,
 * until expops_cache_end_making gets what this gave. */
int expops_cache_begin_making(const char *backend, const expops_cache_key *key);
void expops_cache_end_making(int making);
/* Forgets an entry whose payload the driver refused. */
void expops_cache_drop(const char *backend, const expops_cache_key *key);

enum expops_cache_counter {
    EXPOPS_CACHE_HITS_MEMORY = 0,
    EXPOPS_CACHE_HITS_DISK,
    EXPOPS_CACHE_MISSES,
    EXPOPS_CACHE_CORRUPT,
    EXPOPS_CACHE_IO_ERRORS,
    EXPOPS_CACHE_COMPILE_NS,
    EXPOPS_CACHE_COUNTER_COUNT
};
/* For expops_cache_get_stats; who makes kernels counts memory hits and compile times. Thread-safe. */
void expops_cache_count(enum expops_cache_counter counter, uint64_t amount);

#endif
