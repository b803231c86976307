/* From a file to the function that says who it is: trust, dlopen, the one symbol. */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "catalogue.h"
#include "elf_needed.h"
#include "host_api.h"
#include "loader.h"
#include "trust.h"

enum { MAX_NEEDED = 64, MAX_FILE_BYTES = 1 << 28, HEADER_BYTES = 4096 };

/* A library the message is about, that the file asks for by name, and that is not there. */
static int missing_in(const void *data, size_t bytes, const char *message, char *out_name, size_t name_bytes)
{
    const char *names[MAX_NEEDED];
    const size_t count = expops_elf_needed(data, bytes, names, MAX_NEEDED);
    for (size_t i = 0; i < count; i++) {
        if (!strstr(message, names[i]) || dlopen(names[i], RTLD_LAZY | RTLD_NOLOAD))
            continue;
        snprintf(out_name, name_bytes, "%s", names[i]);
        return 1;
    }
    return 0;
}

/* Read, not mapped: a file that is being replaced may become shorter. */
static void *read_start(const char *path, size_t most, size_t *out_bytes)
{
    char *data = malloc(most);
    const int file = data ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    size_t used = 0;
    for (ssize_t got = 1; file >= 0 && used < most && got > 0; used += got > 0 ? (size_t)got : 0)
        got = read(file, data + used, most - used);
    if (file >= 0)
        close(file);
    *out_bytes = used;
    return data;
}

/* No file that is longer: what is no plugin may be of any size, or have no end. */
static void *read_whole(const char *path, size_t *out_bytes)
{
    struct stat about;
    if (stat(path, &about) || about.st_size <= 0 || about.st_size > MAX_FILE_BYTES)
        return NULL;
    return read_start(path, (size_t)about.st_size, out_bytes);
}

static int missing_dependency(const char *path, const char *message, char *out_name, size_t name_bytes)
{
    size_t bytes;
    void *data = read_whole(path, &bytes);
    const int found = data && missing_in(data, bytes, message, out_name, name_bytes);
    free(data);
    return found;
}

/* Where memory ran out while glibc loaded a library that others need, it keeps that half made, and every later use of it
 * fails; opening just that library completes it. So what the file needs is opened one by one before another try. */
static void *open_again(const char *path, const char **out_message)
{
    const char *names[MAX_NEEDED];
    void *needed[MAX_NEEDED];
    size_t bytes, count = 0;
    void *data = read_whole(path, &bytes);
    if (data)
        count = expops_elf_needed(data, bytes, names, MAX_NEEDED);
    for (size_t i = 0; i < count; i++)
        needed[i] = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    void *library = expops_open_library(path, RTLD_NOW | RTLD_LOCAL, out_message);
    for (size_t i = 0; i < count; i++)
        if (needed[i])
            dlclose(needed[i]);
    free(data);
    return library;
}

/* 0 with cause and reason where the file must not be loaded. */
static int check_length(expops_plugin *plugin, const char *path, const struct stat *about)
{
    size_t bytes;
    void *start = read_start(path, HEADER_BYTES, &bytes);
    const int cut = start && expops_elf_cut_short(start, bytes, (uint64_t)about->st_size);
    free(start);
    if (!start)
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_OUT_OF_MEMORY, "Memory ran out while it was checked.");
    if (cut)
        expops_plugin_refuse(
            plugin, EXPOPS_CAUSE_DLOPEN_FAILED,
            "It is cut short: it says that it is longer than the %lld bytes that are there; perhaps it is "
            "being replaced just now.",
            (long long)about->st_size);
    return start && !cut;
}

/* The linker's message names a library, but in words that differ by C library and version: what the file asks for is looked for in it. */
static void explain_dlopen(expops_plugin *plugin, const char *path, const char *linker_message)
{
    char library[256], message[1024];
    snprintf(message, sizeof message, "%s", linker_message);
    if (expops_says_no_memory(message))
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_OUT_OF_MEMORY, "Memory ran out while it was loaded (%s).", message);
    else if (missing_dependency(path, message, library, sizeof library))
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_DEPENDENCY_MISSING,
                             "It needs the library %s, which is not on this machine (%s).", library, message);
    else
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_DLOPEN_FAILED, "It cannot be loaded: %s.", message);
}

/* Runs the plugin's constructors; the caller has checked the file. */
static expops_backend_query_fn open_file(expops_plugin *plugin, const char *resolved)
{
    expops_loader_announce(plugin, "load");
    const char *message;
    void *library = expops_open_library(resolved, RTLD_NOW | RTLD_LOCAL, &message);
    if (!library && !expops_says_no_memory(message))
        library = open_again(resolved, &message);
    if (!library) {
        explain_dlopen(plugin, resolved, message);
        return NULL;
    }
    plugin->stage = EXPOPS_STAGE_LOADED;
    expops_backend_query_fn query = NULL;
    *(void **)&query = dlsym(library, EXPOPS_BACKEND_QUERY);
    if (!query)
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_NO_SYMBOL, "It has no function " EXPOPS_BACKEND_QUERY ".");
    return query;
}

static expops_backend_query_fn load_file(expops_plugin *plugin)
{
    char resolved[PATH_MAX], why[EXPOPS_REASON_BYTES];
    struct stat about;
    if (expops_loader_skips(plugin->path)) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_CRASHED, "It crashed when it was tried in a process of its own.");
        return NULL;
    }
    if (!expops_path_trusted(plugin->path, resolved, why, sizeof why)) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_UNTRUSTED_PATH, "Others could have changed it: %s.", why);
        return NULL;
    }
    plugin->stage = EXPOPS_STAGE_TRUSTED;
    if (stat(resolved, &about) || !S_ISREG(about.st_mode)) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_DLOPEN_FAILED, "%s is not a file.", resolved);
        return NULL;
    }
    /* one file may be found by two names, which is then said */
    plugin->file_device = about.st_dev;
    plugin->file_inode = about.st_ino;
    return check_length(plugin, resolved, &about) ? open_file(plugin, resolved) : NULL;
}

void expops_plugin_load(expops_plugin *plugin)
{
    expops_backend_query_fn query = plugin->linked_in;
    if (query)
        plugin->stage = EXPOPS_STAGE_LOADED;
    else
        query = load_file(plugin);
    if (query)
        expops_plugin_question(plugin, query);
}
