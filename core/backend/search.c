/* Where backends are looked for. Order: linked into the application, added by the application, EXPOPS_BACKEND_PATH, beside
 * the library, or, where it is no file of its own, the installed directory. Nothing else: not the current directory, not
 * the linker's path, and not where another copy of the library has its plugins. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/env.h"
#include "base/error.h"
#include "added.h"
#include "catalogue.h"

#define LINKED_IN "(linked in)"
#define PATTERN "expops_*.so"

/* The library's own file as it was when it was loaded: later the current directory may be another, and what its name was
 * relative to. "" where it is part of the program. */
static char own_path[PATH_MAX];

__attribute__((constructor)) static void find_own_path(void)
{
    Dl_info self;
    struct link_map *map = NULL;
    const int known = dladdr1((void *)(uintptr_t)find_own_path, &self, (void **)&map, RTLD_DL_LINKMAP);
    if (known && map && map->l_name[0] && !realpath(map->l_name, own_path))
        snprintf(own_path, sizeof own_path, "%s", map->l_name);
}

/* A search as it goes on. */
typedef struct search {
    expops_catalogue *catalogue;
    expops_plugin **end;
    expops_status status; /* the first failure: memory ran out */
    int named;            /* somebody said where plugins are: that there are none elsewhere is no news */
} search;

static void read_stem(expops_plugin *plugin)
{
    const size_t prefix = strlen("expops_"), length = strlen(plugin->label);
    if (fnmatch(PATTERN, plugin->label, 0) || length - prefix - strlen(".so") >= sizeof plugin->stem)
        return;
    memcpy(plugin->stem, plugin->label + prefix, length - prefix - strlen(".so"));
    if (!expops_name_valid(plugin->stem))
        plugin->stem[0] = 0;
}

/* At the end: the order of the search is the order of preference among plugins of one name. */
static expops_plugin *append(search *s, const char *path, const char *origin)
{
    expops_plugin *plugin = calloc(1, sizeof *plugin);
    char *copy = strdup(path);
    if (!plugin || !copy) {
        free(plugin);
        free(copy);
        s->status = expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory to search for backends; free some");
        return NULL;
    }
    plugin->path = copy;
    const char *slash = strrchr(copy, '/');
    plugin->label = slash && slash[1] ? slash + 1 : copy;
    plugin->origin = origin;
    plugin->catalogue = s->catalogue;
    *s->end = plugin;
    s->end = &plugin->next;
    return plugin;
}

static void append_file(search *s, const char *path, const char *origin)
{
    expops_plugin *plugin = append(s, path, origin);
    if (plugin)
        read_stem(plugin);
}

static void refuse_place(search *s, const char *path, const char *origin, uint32_t cause, const char *reason)
{
    expops_plugin *plugin = append(s, path, origin);
    if (!plugin)
        return;
    plugin->tried = EXPOPS_TRIED_PROBING;
    expops_plugin_refuse(plugin, cause, "%s", reason);
}

static void note_place(search *s, const char *path)
{
    char *places = s->catalogue->places;
    const size_t used = strlen(places);
    snprintf(places + used, sizeof s->catalogue->places - used, "%s%s", used ? ", " : "", path);
}

static int is_plugin_file(const struct dirent *entry)
{
    return !fnmatch(PATTERN, entry->d_name, 0);
}

static void fail_place(search *s, const char *path, const char *origin, int error)
{
    char reason[EXPOPS_REASON_BYTES];
    snprintf(reason, sizeof reason, "%s: %s.", path, strerror(error));
    /* no finding about the place: it may be there */
    if (error == ENOMEM)
        s->status = expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "searching %s: no memory; free some", path);
    else
        refuse_place(s, path, origin, EXPOPS_CAUSE_NOT_FOUND, reason);
}

static void search_directory(search *s, const char *directory, const char *origin)
{
    struct dirent **entries = NULL;
    char *path;
    note_place(s, directory);
    const int count = scandir(directory, &entries, is_plugin_file, alphasort);
    if (count < 0)
        fail_place(s, directory, origin, errno);
    for (int i = 0; i < count; i++) {
        if (asprintf(&path, "%s/%s", directory, entries[i]->d_name) >= 0) {
            append_file(s, path, origin);
            free(path);
        } else {
            fail_place(s, directory, origin, ENOMEM);
        }
        free(entries[i]);
    }
    free(entries);
}

/* A directory or a file; `must_exist` where somebody named it. */
static void search_place(search *s, const char *path, const char *origin, int must_exist)
{
    struct stat place;
    if (stat(path, &place)) {
        if (must_exist)
            fail_place(s, path, origin, errno);
        note_place(s, path);
    } else if (S_ISDIR(place.st_mode)) {
        search_directory(s, path, origin);
    } else {
        append_file(s, path, origin);
    }
}

static void search_environment(search *s)
{
    const char *origin = expops_env_name(EXPOPS_ENV_BACKEND_PATH);
    if (expops_env_ignored(EXPOPS_ENV_BACKEND_PATH))
        refuse_place(s, origin, origin, EXPOPS_CAUSE_ENV_IGNORED,
                     "EXPOPS_BACKEND_PATH is not looked at because this process runs with elevated rights.");
    const char *value = expops_env(EXPOPS_ENV_BACKEND_PATH);
    if (!value)
        return;
    for (const char *element = value;; element++) {
        const size_t length = strcspn(element, ":");
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%.*s", (int)(length < PATH_MAX ? length : PATH_MAX - 1), element);
        if (path[0] == '/')
            search_place(s, path, origin, 1);
        else
            refuse_place(s, length ? path : "(empty)", origin, EXPOPS_CAUSE_RELATIVE_PATH,
                         "An element of EXPOPS_BACKEND_PATH is not an absolute path; it would "
                         "depend on the current "
                         "directory, so it is not looked at.");
        element += length;
        if (!*element)
            return;
    }
}

static void refuse_missing(search *s, const char *path)
{
    expops_plugin *plugin = append(s, path, "beside the library");
    note_place(s, path);
    if (!plugin)
        return;
    plugin->tried = EXPOPS_TRIED_PROBING;
    expops_plugin_refuse(
        plugin, EXPOPS_CAUSE_NOT_FOUND,
        "The library is %s, and beside it there is no folder of plugins; move that along, or name it in "
        "EXPOPS_BACKEND_PATH.",
        own_path);
}

/* Where the library was moved, copied or bundled, plugins of another installation may lie at the installed directory: it is
 * only for a library that is part of a program and so lies nowhere itself. */
static void search_installed(search *s)
{
    char path[PATH_MAX];
    const char *slash = strrchr(own_path, '/');
    if (!slash) {
        search_place(s, EXPOPS_BACKEND_DIR, "installed", 0);
        return;
    }
    const int written =
        snprintf(path, sizeof path, "%.*s/expops/backends-%u", (int)(slash - own_path), own_path, EXPOPS_BACKEND_MAJOR);
    if (written < 0 || (size_t)written >= sizeof path)
        return;
    if (!access(path, F_OK))
        search_place(s, path, "beside the library", 1);
    else if (s->named)
        note_place(s, path);
    else
        refuse_missing(s, path);
}

expops_status expops_search(expops_catalogue *catalogue)
{
    search s = { .catalogue = catalogue, .end = &catalogue->first };
    /* read before anything is logged of what was added: the log is told by that */
    const char *named = expops_env(EXPOPS_ENV_BACKEND_PATH);
    const expops_added added = expops_added_now();
    s.named = named || added.num_linked || added.num_paths;
    for (size_t i = 0; i < added.num_linked; i++) {
        expops_plugin *plugin = append(&s, LINKED_IN, "expops_register_backend");
        if (plugin)
            plugin->linked_in = added.linked[i];
    }
    for (size_t i = 0; i < added.num_paths; i++)
        search_place(&s, added.paths[i], "expops_add_backend_path", 1);
    search_environment(&s);
    search_installed(&s);
    return s.status;
}
