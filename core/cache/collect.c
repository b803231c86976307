/* Keeping the directory within EXPOPS_CACHE_MAX_BYTES: least recently used entries go first, at most once a day, done
 * by whichever process gets the lock. Young files stay: another process may be writing or about to read them. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "base/env.h"
#include "internal.h"

enum { HOUR_SECONDS = 60 * 60, DAY_SECONDS = 24 * HOUR_SECONDS };
#define DEFAULT_LIMIT ((uint64_t)2 << 30)

typedef struct old_entry {
    char *path;
    uint64_t bytes;
    int64_t used;
} old_entry;

typedef struct collection {
    old_entry *entries;
    size_t count, room;
    uint64_t total;
    int64_t now;
} collection;

static int add_entry(collection *c, const expops_cache_file *file)
{
    if (c->count == c->room) {
        const size_t room = c->room ? 2 * c->room : 256;
        old_entry *grown = realloc(c->entries, room * sizeof(*grown));
        if (!grown)
            return -1;
        c->entries = grown;
        c->room = room;
    }
    char *path = strdup(file->path);
    if (!path)
        return -1;
    c->entries[c->count++] =
        (old_entry){ .path = path, .bytes = (uint64_t)file->stat.st_size, .used = file->stat.st_mtime };
    return 0;
}

/* Counts everything, remembers what may go, and removes what dead writers left. */
static int look_at(void *context, const expops_cache_file *file)
{
    collection *c = context;
    const int young = llabs((long long)(c->now - file->stat.st_mtime)) < HOUR_SECONDS;
    if (file->temporary) {
        if (!young)
            unlinkat(file->directory, file->name, 0);
        return 0;
    }
    c->total += (uint64_t)file->stat.st_size;
    return young ? 0 : add_entry(c, file);
}

/* Entries of one age in any order: days are what mtimes tell apart. */
static int by_use(const void *a, const void *b)
{
    const int64_t x = ((const old_entry *)a)->used, y = ((const old_entry *)b)->used;
    return (x > y) - (x < y);
}

static void collect_now(int root)
{
    collection c = { .now = time(NULL) };
    expops_cache_walk(root, look_at, &c);
    if (c.count)
        qsort(c.entries, c.count, sizeof(*c.entries), by_use);
    const uint64_t limit = expops_env_number(EXPOPS_ENV_CACHE_MAX_BYTES, DEFAULT_LIMIT);
    for (size_t i = 0; i < c.count && c.total > limit; i++)
        /* who has it open reads on */
        if (unlinkat(root, c.entries[i].path, 0) == 0)
            c.total -= c.entries[i].bytes;
    for (size_t i = 0; i < c.count; i++)
        free(c.entries[i].path);
    free(c.entries);
}

/* The lock file's mtime says when the directory was collected last. A clock that was set back must not stop it. */
static int is_due(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && llabs((long long)time(NULL) - status.st_mtime) >= DAY_SECONDS;
}

void expops_cache_collect(const expops_cache_place *place)
{
    /* One look at the lock file an hour is enough for a process that compiles much. */
    static _Atomic int64_t looked;
    const int64_t now = time(NULL);
    int64_t before = atomic_load(&looked);
    if (llabs((long long)(now - before)) < HOUR_SECONDS || !atomic_compare_exchange_strong(&looked, &before, now))
        return;
    const int fd = openat(place->fd, "gc.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (is_due(fd) && flock(fd, LOCK_EX | LOCK_NB) == 0 && is_due(fd)) {
        futimens(fd, NULL);
        collect_now(place->fd);
    }
    close(fd);
}
