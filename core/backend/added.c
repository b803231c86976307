/* Backends and places that the application adds, and files that a crash was seen in. */
#include "added.h"
#include <string.h>
#include "base/error.h"
#include "catalogue.h"
#include "doctor.h"
#include "runtime_lock.h"

enum { MAX_LINKED = 32, MAX_PATHS = 32 };

/* Guarded by the runtime lock, but for entries that are counted already. */
static struct {
    expops_backend_query_fn linked[MAX_LINKED];
    size_t num_linked;
    char *paths[MAX_PATHS];
    size_t num_paths;
    char *skipped[MAX_PATHS];
    size_t num_skipped;
} added;

/* Entries are only ever added, so those that are counted now may be read without the lock. */
expops_added expops_added_now(void)
{
    expops_runtime_lock();
    const expops_added now = { added.linked, added.paths, added.num_linked, added.num_paths };
    expops_runtime_unlock();
    return now;
}

expops_status expops_register_backend(expops_backend_query_fn query)
{
    if (!query)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "expops_register_backend: query is NULL; pass the backend's function");
    expops_status status = EXPOPS_OK;
    expops_runtime_lock();
    size_t i = 0;
    /* Twice the same is no mistake: several parts of a program may bring the same backend. */
    while (i < added.num_linked && added.linked[i] != query)
        i++;
    if (i == MAX_LINKED)
        status = expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                             "expops_register_backend: at most %d backends can be registered", MAX_LINKED);
    else if (i == added.num_linked)
        added.linked[added.num_linked++] = query;
    expops_runtime_unlock();
    return status;
}

/* An absolute one: the search comes later, when the process may stand in another folder. */
static expops_status add_path(const char *what, const char *path, char **paths, size_t *count)
{
    if (!path || path[0] != '/')
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: \"%s\" is not an absolute path; write the whole path",
                           what, path ? path : "(null)");
    expops_status status = EXPOPS_OK;
    expops_runtime_lock();
    char *copy = *count < MAX_PATHS ? strdup(path) : NULL;
    if (copy)
        paths[(*count)++] = copy;
    else if (*count < MAX_PATHS)
        status = expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "%s: no memory to remember the path", what);
    else
        status = expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: at most %d paths can be added", what, MAX_PATHS);
    expops_runtime_unlock();
    return status;
}

expops_status expops_add_backend_path(const char *path)
{
    return add_path("expops_add_backend_path", path, added.paths, &added.num_paths);
}

expops_status expops_loader_skip(const char *path)
{
    return add_path("expops_loader_skip", path, added.skipped, &added.num_skipped);
}

int expops_loader_skips(const char *path)
{
    int skips = 0;
    expops_runtime_lock();
    /* By the path as it was found: the doctor's child names it in the same words. */
    for (size_t i = 0; i < added.num_skipped && !skips; i++)
        skips = !strcmp(path, added.skipped[i]);
    expops_runtime_unlock();
    return skips;
}
