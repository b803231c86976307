/* What a user sees of the cache: counters, the list of entries, clearing. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/error.h"
#include "expops/cache.h"
#include "internal.h"

static _Atomic uint64_t counters[EXPOPS_CACHE_COUNTER_COUNT];

/* Each is read by itself, so nothing is ordered by them. */
void expops_cache_count(enum expops_cache_counter counter, uint64_t amount)
{
    atomic_fetch_add_explicit(&counters[counter], amount, memory_order_relaxed);
}

/* What writers left half done takes space as well, but is no entry. */
static int add_size(void *context, const expops_cache_file *file)
{
    expops_cache_stats *stats = context;
    stats->disk_bytes += (uint64_t)file->stat.st_size;
    stats->disk_entries += !file->temporary;
    return 0;
}

expops_status expops_cache_get_stats(expops_cache_stats *out_stats)
{
    if (!out_stats)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "expops_cache_get_stats: out_stats is NULL; pass a struct to fill");
    *out_stats = (expops_cache_stats){
        .hits_memory = atomic_load(&counters[EXPOPS_CACHE_HITS_MEMORY]),
        .hits_disk = atomic_load(&counters[EXPOPS_CACHE_HITS_DISK]),
        .misses = atomic_load(&counters[EXPOPS_CACHE_MISSES]),
        .corrupt = atomic_load(&counters[EXPOPS_CACHE_CORRUPT]),
        .io_errors = atomic_load(&counters[EXPOPS_CACHE_IO_ERRORS]),
        .compile_ns = atomic_load(&counters[EXPOPS_CACHE_COMPILE_NS]),
    };
    const expops_cache_place *place = expops_cache_get_place();
    if (place->fd >= 0)
        expops_cache_walk(place->fd, add_size, out_stats);
    return EXPOPS_OK;
}

typedef struct listing {
    const char *directory;
    int (*visit)(void *context, const expops_cache_entry *entry);
    void *context;
} listing;

/* The provenance text of an entry; "" where the file is broken, which reading it as a kernel would find out. */
static void read_about(const expops_cache_file *file, char *about)
{
    uint8_t bytes[EXPOPS_CACHE_HEADER_BYTES];
    expops_cache_header header;
    const int fd = openat(file->directory, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (expops_cache_read_all(fd, bytes, sizeof(bytes)) == 0 &&
        expops_cache_entry_decode(bytes, (uint64_t)file->stat.st_size, &header) &&
        expops_cache_read_all(fd, about, header.about_bytes) == 0)
        about[header.about_bytes] = 0;
    else
        about[0] = 0;
    close(fd);
}

static int show_entry(void *context, const expops_cache_file *file)
{
    const listing *list = context;
    if (file->temporary)
        return 0;
    expops_cache_entry entry = { .bytes = (uint64_t)file->stat.st_size, .used = file->stat.st_mtime };
    _Static_assert(sizeof(entry.about) > EXPOPS_CACHE_ABOUT_BYTES, "the longest text fits");
    snprintf(entry.path, sizeof(entry.path), "%s/%s", list->directory, file->path);
    read_about(file, entry.about);
    return list->visit(list->context, &entry);
}

expops_status expops_cache_visit(int (*visit)(void *context, const expops_cache_entry *entry), void *context)
{
    if (!visit)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_cache_visit: visit is NULL; pass a function to call");
    const expops_cache_place *place = expops_cache_get_place();
    listing list = { .directory = place->path, .visit = visit, .context = context };
    if (place->fd >= 0)
        expops_cache_walk(place->fd, show_entry, &list);
    return EXPOPS_OK;
}

typedef struct removal {
    uint64_t removed;
    uint64_t failed;
} removal;

static int remove_file(void *context, const expops_cache_file *file)
{
    removal *r = context;
    if (unlinkat(file->directory, file->name, 0))
        r->failed++;
    else
        r->removed += !file->temporary; /* a rest of a process that was stopped is no entry */
    return 0;
}

expops_status expops_cache_clear(uint64_t *out_removed)
{
    const expops_cache_place *place = expops_cache_get_place();
    removal r = { 0 };
    if (out_removed)
        *out_removed = 0;
    if (place->fd < 0)
        return EXPOPS_OK;
    if (!place->writable)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED,
                           "expops_cache_clear: EXPOPS_CACHE is ro; set it to rw to remove entries");
    expops_cache_walk(place->fd, remove_file, &r);
    if (out_removed)
        *out_removed = r.removed;
    if (r.failed)
        return expops_fail(
            EXPOPS_ERR_UNAVAILABLE,
            "expops_cache_clear: %llu files in %s could not be removed; check the directory's permissions",
            (unsigned long long)r.failed, place->path);
    return EXPOPS_OK;
}
