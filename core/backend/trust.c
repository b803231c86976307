#include "trust.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In a sticky directory others cannot replace what is not theirs, and what lies below it is checked to be ours. Where a
 * file has an access list, the group's bits are its mask: the most that anybody on the list has. */
static const char *who_can_write(const struct stat *entry)
{
    /* the mode of a link says nothing; where it points is checked as the resolved path */
    if (S_ISLNK(entry->st_mode) || (S_ISDIR(entry->st_mode) && (entry->st_mode & S_ISVTX)))
        return NULL;
    if (entry->st_mode & S_IWOTH)
        return "every user";
    return entry->st_mode & S_IWGRP ? "its group or who its access list names" : NULL;
}

static int entry_trusted(const char *path, char *why, size_t why_bytes)
{
    struct stat entry;
    if (lstat(path, &entry)) {
        snprintf(why, why_bytes, "%s: %s", path, strerror(errno));
        return 0;
    }
    if (entry.st_uid != 0 && entry.st_uid != geteuid()) {
        snprintf(why, why_bytes, "%s belongs to user %u, neither to root nor to the user this process runs as (%u)",
                 path, (unsigned)entry.st_uid, (unsigned)geteuid());
        return 0;
    }
    const char *others = who_can_write(&entry);
    if (others)
        snprintf(why, why_bytes, "%s can be written by %s (mode %04o); take that away: chmod go-w %s", path, others,
                 (unsigned)(entry.st_mode & 07777), path);
    return !others;
}

/* "/", "/a", "/a/b" for "/a/b". */
static int chain_trusted(const char *path, char *why, size_t why_bytes)
{
    char prefix[PATH_MAX];
    const size_t length = strlen(path);
    if (!entry_trusted("/", why, why_bytes))
        return 0;
    for (size_t i = 1; i <= length; i++) {
        if ((path[i] != '/' && path[i]) || path[i - 1] == '/')
            continue;
        memcpy(prefix, path, i);
        prefix[i] = 0;
        if (!entry_trusted(prefix, why, why_bytes))
            return 0;
    }
    return 1;
}

int expops_path_trusted(const char *path, char *out_resolved, char *why, size_t why_bytes)
{
    if (path[0] != '/' || strlen(path) >= PATH_MAX) {
        snprintf(why, why_bytes, "\"%.200s\" is not an absolute path of usable length", path);
        return 0;
    }
    if (!realpath(path, out_resolved)) {
        snprintf(why, why_bytes, "%s: %s", path, strerror(errno));
        return 0;
    }
    return chain_trusted(path, why, why_bytes) && chain_trusted(out_resolved, why, why_bytes);
}
