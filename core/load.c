/* From a file to a backend that has said who it is: trust, dlopen, the one symbol, the question,
 * the checks of the answer. */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "elf_needed.h"
#include "error.h"
#include "host_api.h"
#include "loader.h"
#include "log.h"
#include "trust.h"

enum { MAX_NEEDED = 64, MAX_FILE_BYTES = 1 << 28 };

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
enum { OWN_SANITIZER = 1 };
#elif defined(__SANITIZE_THREAD__) || HAS_FEATURE(thread_sanitizer)
enum { OWN_SANITIZER = 2 };
#elif HAS_FEATURE(memory_sanitizer)
enum { OWN_SANITIZER = 3 };
#else
enum { OWN_SANITIZER = 0 };
#endif

/* Tables of functions of every backend that was ever accepted: open devices use them after a
 * rescan. */
typedef struct accepted {
    expops_backend_query_fn query;
    expops_backend_api api;
    struct accepted *next;
} accepted;
static accepted *accepted_list; /* guarded by the lock */

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

static int missing_dependency(const char *path, const char *message, char *out_name, size_t name_bytes)
{
    struct stat about;
    int found = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    if (!fstat(file, &about) && about.st_size > 0 && about.st_size < MAX_FILE_BYTES) {
        void *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        if (data != MAP_FAILED) {
            found = missing_in(data, (size_t)about.st_size, message, out_name, name_bytes);
            munmap(data, (size_t)about.st_size);
        }
    }
    close(file);
    return found;
}

static void explain_dlopen(expops_plugin *plugin, const char *path, const char *linker_message)
{
    char library[256], message[1024];
    snprintf(message, sizeof message, "%s", linker_message ? linker_message : "the linker did not say why");
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
    void *library = dlopen(resolved, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        explain_dlopen(plugin, resolved, dlerror());
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
    char resolved[PATH_MAX], why[PATH_MAX + 256];
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
    plugin->file_device = about.st_dev;
    plugin->file_inode = about.st_ino;
    return open_file(plugin, resolved);
}

int expops_name_valid(const char *name)
{
    size_t i = 0;
    while (i < EXPOPS_NAME_BYTES &&
           ((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '_'))
        i++;
    return i > 0 && i < EXPOPS_NAME_BYTES && !name[i];
}

/* Versions first: where they disagree nothing else of the answer means anything. */
static int versions_fit(expops_plugin *plugin, const expops_query *query)
{
    if (query->plugin_major != EXPOPS_BACKEND_MAJOR) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_ABI_MAJOR,
                             "It speaks version %u of the plugin interface, this library version %u.",
                             query->plugin_major, EXPOPS_BACKEND_MAJOR);
        return 0;
    }
    if (query->min_host_minor > EXPOPS_BACKEND_MINOR) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_HOST_TOO_OLD,
                             "It needs plugin interface %u.%u or later, this library has %u.%u.", EXPOPS_BACKEND_MAJOR,
                             query->min_host_minor, EXPOPS_BACKEND_MAJOR, EXPOPS_BACKEND_MINOR);
        return 0;
    }
    if (query->sanitizer && query->sanitizer != OWN_SANITIZER) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_SANITIZER_MISMATCH,
                             "It was built with a sanitizer (kind %u) that this library was not "
                             "built with (kind %u).",
                             query->sanitizer, (unsigned)OWN_SANITIZER);
        return 0;
    }
    return 1;
}

static int answer_complete(expops_plugin *plugin, const expops_query *query, int32_t status, int said_why)
{
    if (status || !query->api) {
        if (said_why)
            expops_plugin_refuse(plugin, EXPOPS_CAUSE_MALFORMED, "It refused: %s.", expops_error_text());
        else
            expops_plugin_refuse(plugin, EXPOPS_CAUSE_MALFORMED,
                                 "It gave no table of functions (status %d) and did not say why.", (int)status);
        return 0;
    }
    if (!query->name || !expops_name_valid(query->name)) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_MALFORMED,
                             "Its name is not made of 1 to %d lower case letters, digits and _.",
                             EXPOPS_NAME_BYTES - 1);
        return 0;
    }
    return 1;
}

/* The first function missing that every backend must have, or NULL. */
static const char *missing_function(const expops_backend_api *api)
{
#define REQUIRE(field) \
    if (!EXPOPS_HAS(api, expops_backend_api, field)) \
    return #field
    REQUIRE(probe);
    REQUIRE(device_open);
    REQUIRE(device_close);
    REQUIRE(device_info);
    REQUIRE(allocate);
    REQUIRE(release);
    REQUIRE(copy);
    REQUIRE(synchronize);
    REQUIRE(stream_create);
    REQUIRE(stream_destroy);
    REQUIRE(unload);
    REQUIRE(launch);
    if (EXPOPS_HAS(api, expops_backend_api, compile)) {
        REQUIRE(release_image);
        REQUIRE(load);
    } else {
        REQUIRE(offer);
    }
#undef REQUIRE
    return NULL;
}

static const expops_backend_api *keep_api(expops_backend_query_fn query, const expops_backend_api *api)
{
    expops_backend_api known = { 0 };
    const size_t bytes = api->header.struct_size < sizeof known ? api->header.struct_size : sizeof known;
    memcpy(&known, api, bytes);
    known.header = (expops_header){ .struct_size = sizeof known };
    expops_runtime_lock();
    accepted *entry = accepted_list;
    while (entry && (entry->query != query || memcmp(&entry->api, &known, sizeof known)))
        entry = entry->next;
    if (!entry && (entry = malloc(sizeof *entry))) {
        *entry = (accepted){ query, known, accepted_list };
        accepted_list = entry;
    }
    expops_runtime_unlock();
    return entry ? &entry->api : NULL;
}

static void accept(expops_plugin *plugin, expops_backend_query_fn query_function, const expops_query *query)
{
    const char *missing = missing_function(query->api);
    if (missing) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_PLUGIN_TOO_OLD,
                             "Its table of functions (%u bytes) lacks %s, which this library cannot do without.",
                             query->api->header.struct_size, missing);
        return;
    }
    plugin->api = keep_api(query_function, query->api);
    if (!plugin->api) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_OUT_OF_MEMORY, "Memory ran out while it was loaded.");
        return;
    }
    plugin->stage = EXPOPS_STAGE_QUERIED;
    expops_log_line(EXPOPS_LOG_DEBUG, "backend %s %s: %s", plugin->name, plugin->version, plugin->path);
}

static void ask(expops_plugin *plugin, expops_backend_query_fn query_function)
{
    expops_query query = {
        .header = { .struct_size = sizeof query },
        .host_major = EXPOPS_BACKEND_MAJOR,
        .host_minor = EXPOPS_BACKEND_MINOR,
    };
    const uint32_t mark = expops_error_mark();
    expops_loader_announce(plugin, "query");
    const int32_t status = query_function(&expops_host, &query);
    /* another major may have put something else where these pointers are */
    if (query.plugin_major == EXPOPS_BACKEND_MAJOR && query.name && expops_name_valid(query.name))
        memcpy(plugin->name, query.name, strlen(query.name) + 1);
    if (query.plugin_major == EXPOPS_BACKEND_MAJOR && query.version)
        snprintf(plugin->version, sizeof plugin->version, "%s", query.version);
    if (versions_fit(plugin, &query) && answer_complete(plugin, &query, status, mark != expops_error_mark()))
        accept(plugin, query_function, &query);
}

void expops_plugin_load(expops_plugin *plugin)
{
    expops_backend_query_fn query = plugin->linked_in;
    if (query)
        plugin->stage = EXPOPS_STAGE_LOADED;
    else
        query = load_file(plugin);
    if (query)
        ask(plugin, query);
}
