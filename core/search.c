/* Where backends are looked for. Order: linked into the application, added by the application,
 * EXPOPS_BACKEND_PATH, beside the library, the installed directory. Nothing else: not the current
 * directory, not the linker's path. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "env.h"
#include "error.h"
#include "loader.h"

enum { MAX_LINKED = 32, MAX_PATHS = 32 };

#define LINKED_IN "(linked in)"
#define PATTERN "expops_*.so"

/* What the application added, and files that a crash was seen in. */
static struct {
    expops_backend_query_fn linked[MAX_LINKED];
    size_t num_linked;
    char *paths[MAX_PATHS];
    size_t num_paths;
    char *skipped[MAX_PATHS];
    size_t num_skipped;
} added;

static expops_plugin *append(expops_plugin **list, const char *path, const char *origin)
{
    expops_plugin *plugin = calloc(1, sizeof *plugin);
    char *copy = strdup(path);
    if (!plugin || !copy) {
        free(plugin);
        free(copy);
        return NULL;
    }
    plugin->path = copy;
    const char *slash = strrchr(copy, '/');
    plugin->label = slash && slash[1] ? slash + 1 : copy;
    plugin->origin = origin;
    while (*list)
        list = &(*list)->next;
    *list = plugin;
    return plugin;
}

static void refuse_place(expops_plugin **list, const char *path, const char *origin, uint32_t cause, const char *reason)
{
    expops_plugin *plugin = append(list, path, origin);
    if (plugin)
        expops_plugin_refuse(plugin, cause, "%s", reason);
}

static int is_plugin_file(const struct dirent *entry)
{
    return !fnmatch(PATTERN, entry->d_name, 0);
}

static void search_directory(expops_plugin **list, const char *directory, const char *origin)
{
    struct dirent **entries = NULL;
    char path[PATH_MAX];
    const int count = scandir(directory, &entries, is_plugin_file, alphasort);
    for (int i = 0; i < count; i++) {
        const int length = snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        if (length > 0 && (size_t)length < sizeof path)
            append(list, path, origin);
        free(entries[i]);
    }
    free(entries);
}

/* A directory or a file; `must_exist` where somebody named it. */
static void search_place(expops_plugin **list, const char *path, const char *origin, int must_exist)
{
    struct stat place;
    char reason[PATH_MAX + 64];
    if (stat(path, &place)) {
        snprintf(reason, sizeof reason, "%s: %s.", path, strerror(errno));
        if (must_exist)
            refuse_place(list, path, origin, EXPOPS_CAUSE_NOT_FOUND, reason);
    } else if (S_ISDIR(place.st_mode)) {
        search_directory(list, path, origin);
    } else {
        append(list, path, origin);
    }
}

static void search_environment(expops_plugin **list)
{
    const char *origin = expops_env_name(EXPOPS_ENV_BACKEND_PATH);
    if (expops_env_ignored(EXPOPS_ENV_BACKEND_PATH))
        refuse_place(list, origin, origin, EXPOPS_CAUSE_ENV_IGNORED,
                     "EXPOPS_BACKEND_PATH is not looked at because this process runs with elevated rights.");
    const char *value = expops_env(EXPOPS_ENV_BACKEND_PATH);
    if (!value)
        return;
    for (const char *element = value;; element++) {
        const size_t length = strcspn(element, ":");
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%.*s", (int)(length < PATH_MAX ? length : PATH_MAX - 1), element);
        if (path[0] == '/')
            search_place(list, path, origin, 1);
        else
            refuse_place(list, length ? path : "(empty)", origin, EXPOPS_CAUSE_RELATIVE_PATH,
                         "An element of EXPOPS_BACKEND_PATH is not an absolute path; it would "
                         "depend on the current "
                         "directory, so it is not looked at.");
        element += length;
        if (!*element)
            return;
    }
}

static void search_beside_library(expops_plugin **list)
{
    Dl_info self;
    char path[PATH_MAX];
    if (!dladdr((void *)(uintptr_t)search_beside_library, &self) || !self.dli_fname || self.dli_fname[0] != '/')
        return;
    const int length = (int)(strrchr(self.dli_fname, '/') - self.dli_fname);
    const int written =
        snprintf(path, sizeof path, "%.*s/expops/backends-%u", length, self.dli_fname, EXPOPS_BACKEND_MAJOR);
    if (written > 0 && (size_t)written < sizeof path)
        search_place(list, path, "beside the library", 0);
}

void expops_search(expops_plugin **list)
{
    for (size_t i = 0; i < added.num_linked; i++) {
        expops_plugin *plugin = append(list, LINKED_IN, "expops_register_backend");
        if (plugin)
            plugin->linked_in = added.linked[i];
    }
    for (size_t i = 0; i < added.num_paths; i++)
        search_place(list, added.paths[i], "expops_add_backend_path", 1);
    search_environment(list);
    search_beside_library(list);
    search_place(list, EXPOPS_BACKEND_DIR, "installed", 0);
}

expops_status expops_register_backend(expops_backend_query_fn query)
{
    if (!query)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "expops_register_backend: query is NULL; pass the backend's function");
    expops_status status = EXPOPS_OK;
    expops_runtime_lock();
    size_t i = 0;
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
    for (size_t i = 0; i < added.num_skipped; i++)
        if (!strcmp(path, added.skipped[i]))
            return 1;
    return 0;
}
