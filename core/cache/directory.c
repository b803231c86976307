/* Which directory compiled kernels are kept in, and whether it can be trusted. Machine code read from here is run, so
 * the directory must be one that nobody but its owner can write to; there is no falling back to a shared temporary
 * place. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/env.h"
#include "base/error.h"
#include "base/fork.h"
#include "expops/cache.h"
#include "internal.h"

static expops_lock place_lock = EXPOPS_LOCK_INIT;
static expops_cache_place place = { .fd = -1 };
static int place_known;

static const char *setting(enum expops_env_key key)
{
    const char *value = expops_env(key);
    return value && *value ? value : NULL;
}

/* A word that is none keeps kernels in memory, which needs nobody's leave, and is told where the directory is asked for. */
enum expops_cache_mode expops_cache_get_mode(void)
{
    static const struct {
        const char *word;
        enum expops_cache_mode mode;
    } modes[] = {
        { "rw", EXPOPS_CACHE_RW },
        { "ro", EXPOPS_CACHE_RO },
        { "off", EXPOPS_CACHE_OFF },
        { "memory", EXPOPS_CACHE_MEMORY },
    };
    const char *value = setting(EXPOPS_ENV_CACHE);
    if (!value)
        return EXPOPS_CACHE_RW;
    for (size_t i = 0; i < EXPOPS_COUNTOF(modes); i++)
        if (strcmp(value, modes[i].word) == 0)
            return modes[i].mode;
    return EXPOPS_CACHE_MEMORY;
}

__attribute__((format(printf, 1, 2))) static int refuse(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(place.reason, sizeof(place.reason), format, list);
    va_end(list);
    return -1;
}

/* Writes the path into place.path. secure_getenv: with elevated rights HOME is the caller's word, not a fact. */
static int find_path(void)
{
    const char *given = setting(EXPOPS_ENV_CACHE_DIR);
    if (given && *given != '/')
        return refuse("EXPOPS_CACHE_DIR is '%s', which is not an absolute path; give one that starts with '/'", given);
    const char *base = given, *rest = "";
    if (!base) {
        base = secure_getenv("XDG_CACHE_HOME");
        rest = "/expops";
    }
    if (!base || *base != '/') {
        base = secure_getenv("HOME");
        rest = "/.cache/expops";
    }
    if (!base || *base != '/')
        return refuse(
            "neither XDG_CACHE_HOME nor HOME is an absolute path; set EXPOPS_CACHE_DIR to keep compiled kernels");
    if ((size_t)snprintf(place.path, sizeof(place.path), "%s%s", base, rest) >= sizeof(place.path))
        return refuse("the path of the cache directory is longer than %zu bytes; set a shorter EXPOPS_CACHE_DIR",
                      sizeof(place.path) - 1);
    return 0;
}

/* Makes every missing directory of the path, readable by nobody else. */
static void make_path(void)
{
    char partial[sizeof(place.path)];
    for (size_t i = 1; place.path[i]; i++) {
        if (place.path[i] != '/')
            continue;
        memcpy(partial, place.path, i);
        partial[i] = 0;
        /* A folder above may be closed to us, or on a disk that cannot be written, and exist all the same. */
        if (mkdir(partial, 0700) && errno != EEXIST && errno != EACCES && errno != EROFS)
            return; /* opening the whole path reports it */
    }
    mkdir(place.path, 0700);
}

/* Root's directory is as good as one's own to read from: a package may bring kernels along. */
static int check_trust(int fd, int writable)
{
    struct stat status;
    if (fstat(fd, &status))
        return refuse("%s cannot be examined (%s)", place.path, strerror(errno));
    const uid_t user = geteuid();
    if (status.st_uid != user && !(status.st_uid == 0 && !writable))
        return refuse(
            "%s belongs to user %u, not to user %u who runs this; set EXPOPS_CACHE_DIR to a directory of your own",
            place.path, (unsigned)status.st_uid, (unsigned)user);
    if (status.st_mode & (S_IWGRP | S_IWOTH))
        return refuse("%s can be written to by others (mode %04o); chmod go-w it or set EXPOPS_CACHE_DIR", place.path,
                      (unsigned)(status.st_mode & 07777));
    return 0;
}

static int open_place(void)
{
    const enum expops_cache_mode mode = expops_cache_get_mode();
    const char *word = setting(EXPOPS_ENV_CACHE);
    if (mode == EXPOPS_CACHE_OFF || (mode == EXPOPS_CACHE_MEMORY && strcmp(word, "memory") == 0))
        return refuse("EXPOPS_CACHE is '%s'", word);
    if (mode == EXPOPS_CACHE_MEMORY)
        return refuse("EXPOPS_CACHE is '%s', which is none of rw, ro, off and memory", word);
    if (find_path())
        return -1;
    const int writable = mode == EXPOPS_CACHE_RW;
    if (writable)
        make_path();
    /* everything behind goes by this descriptor: the path may lead elsewhere tomorrow */
    const int fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return refuse("%s cannot be opened (%s); set EXPOPS_CACHE_DIR to a directory of your own", place.path,
                      strerror(errno));
    if (check_trust(fd, writable)) {
        close(fd);
        return -1;
    }
    place.fd = fd;
    place.writable = writable;
    return 0;
}

const expops_cache_place *expops_cache_get_place(void)
{
    expops_lock_acquire(&place_lock);
    /* Once for a process: plans may be made by many threads, and what is said of the place must not change between
     * them. */
    if (!place_known) {
        open_place();
        place_known = 1;
    }
    expops_lock_release(&place_lock);
    return &place;
}

/* Of tests, which have one thread. */
void expops_cache_reset(void)
{
    if (place.fd >= 0)
        close(place.fd);
    place.fd = -1;
    place.writable = 0;
    place_known = 0;
}

const char *expops_cache_directory(void)
{
    const expops_cache_place *here = expops_cache_get_place();
    if (here->fd >= 0)
        return here->path;
    expops_fail(EXPOPS_ERR_UNAVAILABLE, "compiled kernels are kept in memory only: %s", here->reason);
    return NULL;
}
