/* Reading and writing entries. An entry is v1/<backend>/<2 hex digits>/<32 hex digits>.xo below the cache directory. A
 * writer fills a file of another name and renames it, so readers see a whole entry or none, without locks; of two
 * writers the last one wins, with the same content. Whatever goes wrong is counted and becomes a miss. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "internal.h"

enum { DAY_SECONDS = 24 * 60 * 60, LONGEST_WAIT_MS = 60 * 1000, LONGEST_PAUSE_MS = 32 };

typedef struct entry_path {
    char directory[64]; /* v1/<backend>/<2 hex digits> */
    char name[40];      /* <32 hex digits>.xo */
    char whole[112];
} entry_path;

/* 0 for a backend whose name could lead out of the directory. */
static int make_path(entry_path *out, const char *backend, const expops_cache_key *key)
{
    const size_t length = strlen(backend);
    if (length == 0 || length > 31 || strspn(backend, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return 0;
    for (size_t i = 0; i < sizeof(key->bytes); i++)
        snprintf(out->name + 2 * i, 3, "%02x", key->bytes[i]);
    strcat(out->name, EXPOPS_CACHE_SUFFIX);
    snprintf(out->directory, sizeof(out->directory), EXPOPS_CACHE_VERSION_DIRECTORY "/%.31s/%.2s", backend, out->name);
    snprintf(out->whole, sizeof(out->whole), "%s/%s", out->directory, out->name);
    return 1;
}

/* Removes what was found broken, unless another process has put a new entry there meanwhile. */
static void remove_if_same(const expops_cache_place *place, const entry_path *path, const struct stat *seen)
{
    struct stat now;
    if (!place->writable || fstatat(place->fd, path->whole, &now, AT_SYMLINK_NOFOLLOW))
        return;
    if (now.st_ino == seen->st_ino && now.st_dev == seen->st_dev)
        unlinkat(place->fd, path->whole, 0);
}

/* The age order of entries is their mtime; writing it at each hit would cost more than the order is worth. */
static void mark_used(const expops_cache_place *place, int fd, const struct stat *status)
{
    if (place->writable && llabs((long long)time(NULL) - status->st_mtime) > DAY_SECONDS)
        futimens(fd, NULL);
}

/* The payload moved to the start of `file`, or NULL. Takes `file`. */
static void *payload_of(uint8_t *file, uint64_t file_bytes, const expops_cache_key *key, size_t *out_bytes)
{
    expops_cache_header header;
    if (!expops_cache_entry_verify(file, file_bytes, key, &header)) {
        free(file);
        return NULL;
    }
    memmove(file, file + EXPOPS_CACHE_HEADER_BYTES + header.about_bytes, header.payload_bytes);
    *out_bytes = header.payload_bytes;
    return file;
}

static int read_open(const expops_cache_place *place, int fd, const entry_path *path, const expops_cache_key *key,
                     void **out_data, size_t *out_bytes)
{
    struct stat status;
    if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
        expops_cache_count(EXPOPS_CACHE_IO_ERRORS, 1);
        return 0;
    }
    const uint64_t bytes = (uint64_t)status.st_size;
    /* before there is memory for it: a file may say that it is petabytes long */
    const int sane = bytes <= EXPOPS_CACHE_HEADER_BYTES + EXPOPS_CACHE_ABOUT_BYTES + EXPOPS_CACHE_PAYLOAD_LIMIT;
    uint8_t *file = sane ? malloc(bytes ? bytes : 1) : NULL;
    if (sane && (!file || expops_cache_read_all(fd, file, bytes))) {
        free(file);
        expops_cache_count(EXPOPS_CACHE_IO_ERRORS, 1);
        return 0;
    }
    void *payload = sane ? payload_of(file, bytes, key, out_bytes) : NULL;
    if (!payload) {
        expops_cache_count(EXPOPS_CACHE_CORRUPT, 1);
        remove_if_same(place, path, &status);
        return 0;
    }
    mark_used(place, fd, &status);
    *out_data = payload;
    return 1;
}

static int read_entry(const char *backend, const expops_cache_key *key, void **out_data, size_t *out_bytes)
{
    const expops_cache_place *place = expops_cache_get_place();
    entry_path path;
    if (place->fd < 0 || !make_path(&path, backend, key))
        return 0;
    /* O_NONBLOCK: a pipe of that name would keep the process waiting */
    const int fd = openat(place->fd, path.whole, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        if (errno != ENOENT)
            expops_cache_count(EXPOPS_CACHE_IO_ERRORS, 1);
        return 0;
    }
    const int hit = read_open(place, fd, &path, key, out_data, out_bytes);
    close(fd);
    return hit;
}

int expops_cache_read(const char *backend, const expops_cache_key *key, void **out_data, size_t *out_bytes)
{
    const int hit = read_entry(backend, key, out_data, out_bytes);
    expops_cache_count(hit ? EXPOPS_CACHE_HITS_DISK : EXPOPS_CACHE_MISSES, 1);
    return hit;
}

/* Descriptor of the entry's folder, made where it is missing. */
static int open_folder(const expops_cache_place *place, const entry_path *path)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const int fd = openat(place->fd, path->directory, flags);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    char partial[sizeof(path->directory)];
    strcpy(partial, path->directory);
    for (char *slash = strchr(partial, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdirat(place->fd, partial, 0700);
        *slash = '/';
    }
    mkdirat(place->fd, partial, 0700);
    return openat(place->fd, path->directory, flags);
}

/* No fsync: a torn file fails its checksum and is a miss. */
static int write_file(int fd, const uint8_t *header, const char *about, size_t about_bytes, const void *data,
                      size_t bytes)
{
    const int failed = expops_cache_write_all(fd, header, EXPOPS_CACHE_HEADER_BYTES) ||
                       expops_cache_write_all(fd, about, about_bytes) || expops_cache_write_all(fd, data, bytes);
    return (close(fd) || failed) ? -1 : 0;
}

static int write_entry(const expops_cache_place *place, const entry_path *path, const uint8_t *header,
                       const char *about, size_t about_bytes, const void *data, size_t bytes)
{
    const int folder = open_folder(place, path);
    if (folder < 0)
        return -1;
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
        random = (uint64_t)(uintptr_t)&random ^ (uint64_t)time(NULL); /* O_EXCL keeps this safe, too */
    char temporary[64];
    snprintf(temporary, sizeof(temporary), EXPOPS_CACHE_TEMPORARY "%ld.%016llx", (long)getpid(),
             (unsigned long long)random);
    const int fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int result = -1;
    if (fd >= 0) {
        result = write_file(fd, header, about, about_bytes, data, bytes);
        if (!result)
            result = renameat(folder, temporary, folder, path->name);
        if (result)
            unlinkat(folder, temporary, 0);
    }
    close(folder);
    return result;
}

void expops_cache_write(const char *backend, const expops_cache_key *key, const void *data, size_t bytes,
                        const char *about)
{
    const expops_cache_place *place = expops_cache_get_place();
    entry_path path;
    if (place->fd < 0 || !place->writable || bytes > EXPOPS_CACHE_PAYLOAD_LIMIT || !make_path(&path, backend, key))
        return;
    const size_t about_bytes = about ? strnlen(about, EXPOPS_CACHE_ABOUT_BYTES) : 0;
    uint8_t header[EXPOPS_CACHE_HEADER_BYTES];
    expops_cache_entry_encode(header, key, about, about_bytes, data, bytes);
    if (write_entry(place, &path, header, about, about_bytes, data, bytes))
        expops_cache_count(EXPOPS_CACHE_IO_ERRORS, 1);
    /* Who adds an entry makes room for it: a process that only reads never walks over the folders. */
    expops_cache_collect(place);
}

void expops_cache_drop(const char *backend, const expops_cache_key *key)
{
    const expops_cache_place *place = expops_cache_get_place();
    entry_path path;
    if (place->fd >= 0 && place->writable && make_path(&path, backend, key))
        unlinkat(place->fd, path.whole, 0);
}

/* flock has no limit of time, and a process that was stopped must not stop all others. */
static void lock_for_a_while(int fd)
{
    int waited = 0;
    for (int pause = 1; flock(fd, LOCK_EX | LOCK_NB) && waited < LONGEST_WAIT_MS; waited += pause) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return;
        pause = pause < LONGEST_PAUSE_MS ? 2 * pause : pause;
        nanosleep(&(struct timespec){ .tv_nsec = pause * 1000000L }, NULL);
    }
}

/* One lock file for each folder of entries. */
int expops_cache_begin_making(const char *backend, const expops_cache_key *key)
{
    const expops_cache_place *place = expops_cache_get_place();
    entry_path path;
    /* Where nothing is written nobody waits: no process could find what another one made. */
    if (place->fd < 0 || !place->writable || !make_path(&path, backend, key))
        return -1;
    const int folder = open_folder(place, &path);
    if (folder < 0)
        return -1;
    const int fd = openat(folder, "making.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    close(folder);
    if (fd >= 0)
        lock_for_a_while(fd);
    return fd;
}

/* A child that another thread forked meanwhile has the descriptor, too: closing this one would not unlock the file. */
void expops_cache_end_making(int making)
{
    if (making < 0)
        return;
    flock(making, LOCK_UN);
    close(making);
}
