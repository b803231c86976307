/* The cache of compiled kernels, as a user sees it. */
#ifndef EXPOPS_CACHE_H
#define EXPOPS_CACHE_H

#include "expops/status.h"
#include <stdint.h>

EXPOPS_BEGIN

/* What happened to look-ups in this process, and what is on disk. */
typedef struct expops_cache_stats {
    uint64_t hits_memory, hits_disk, misses, corrupt, io_errors;
    uint64_t compile_ns;
    uint64_t disk_entries, disk_bytes; /* counted now */
} expops_cache_stats;
EXPOPS_API expops_status expops_cache_get_stats(expops_cache_stats *out_stats);

/* Directory in use, or NULL with the reason in expops_error_text() where kernels are kept in memory only. */
EXPOPS_API const char *expops_cache_directory(void);

typedef struct expops_cache_entry {
    char path[512];
    char about[256]; /* operator, types, compiler */
    uint64_t bytes;
    int64_t used; /* seconds since the epoch of the last use, a day's resolution */
} expops_cache_entry;
/* Calls `visit` for each entry on disk until it returns nonzero. */
EXPOPS_API expops_status expops_cache_visit(int (*visit)(void *context, const expops_cache_entry *entry),
                                            void *context);
/* Removes every entry on disk. *out_removed may be NULL. */
EXPOPS_API expops_status expops_cache_clear(uint64_t *out_removed);

EXPOPS_END

#endif
