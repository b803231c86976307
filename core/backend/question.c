/* The question who a backend is, and the checks of its answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/error.h"
#include "base/log.h"
#include "host_api.h"
#include "layout.h"
#include "loader.h"
#include "runtime_lock.h"

/* A function that was asked, for ever: open devices use its table after a rescan. One thread asks at a time, and a file
 * that has answered is not asked again: others may be using what it writes down when it is asked. */
typedef struct asked {
    expops_backend_query_fn query;
    expops_claim claim;
    char name[EXPOPS_NAME_BYTES], version[64];
    const expops_backend_api *api; /* NULL: its answer was of no use */
    struct asked *next;
} asked;
/* Tables of functions, each as long as this host knows it. One function may have given several. */
typedef struct accepted {
    expops_backend_query_fn query;
    expops_backend_api api;
    struct accepted *next;
} accepted;
static asked *asked_list; /* guarded by the lock, as is the next */
static accepted *accepted_list;

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
    if (query->sanitizer && query->sanitizer != EXPOPS_SANITIZER) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_SANITIZER_MISMATCH,
                             "It was built with a sanitizer (kind %u) that this library was not "
                             "built with (kind %u).",
                             query->sanitizer, (unsigned)EXPOPS_SANITIZER);
        return 0;
    }
    return 1;
}

/* One version may have had several layouts while it was being made. */
static int layouts_fit(expops_plugin *plugin, const expops_query *query)
{
    char why[256];
    if (!query->layout) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_PLUGIN_TOO_OLD,
                             "It does not say how its structs are laid out, as plugins do since interface 1.1.");
        return 0;
    }
    if (expops_layout_fits(query->layout, query->plugin_minor, why, sizeof why))
        return 1;
    expops_plugin_refuse(plugin, EXPOPS_CAUSE_LAYOUT_MISMATCH,
                         "It was compiled with other structs of the plugin interface, version %u.%u: %s.",
                         query->plugin_major, query->plugin_minor, why);
    return 0;
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
    /* A backend either compiles texts or brings its kernels; what it compiled it has to load and to release. */
    if (EXPOPS_HAS(api, expops_backend_api, compile)) {
        REQUIRE(release_image);
        REQUIRE(load);
    } else {
        REQUIRE(offer);
    }
#undef REQUIRE
    return NULL;
}

/* A copy as long as this host's table, zeros behind a shorter one: code that calls need not ask how old the plugin is. Never freed, and
 * the same answer gives the same copy, as devices are told apart by it. */
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

static void put_question(expops_plugin *plugin, expops_backend_query_fn query_function)
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
    if (versions_fit(plugin, &query) && answer_complete(plugin, &query, status, mark != expops_error_mark()) &&
        layouts_fit(plugin, &query))
        accept(plugin, query_function, &query);
}

/* The record of that function, claimed; NULL where there is no memory for one, or this thread is asking it. */
static asked *claim_question(expops_backend_query_fn query)
{
    expops_runtime_lock();
    asked *record = asked_list;
    while (record && record->query != query)
        record = record->next;
    if (!record && (record = calloc(1, sizeof *record))) {
        record->query = query;
        record->next = asked_list;
        asked_list = record;
    }
    while (record && expops_claim_held(&record->claim) && !expops_claim_own(&record->claim))
        expops_runtime_wait();
    if (record && expops_claim_own(&record->claim))
        record = NULL;
    else if (record)
        expops_claim_take(&record->claim);
    expops_runtime_unlock();
    return record;
}

static void drop_question(asked *record)
{
    expops_runtime_lock();
    expops_claim_drop(&record->claim);
    expops_runtime_wake();
    expops_runtime_unlock();
}

/* Found again after a rescan, perhaps at another path: dlopen gave the library that was there. */
static void repeat_answer(expops_plugin *plugin, const asked *record)
{
    memcpy(plugin->name, record->name, sizeof plugin->name);
    memcpy(plugin->version, record->version, sizeof plugin->version);
    plugin->api = record->api;
    plugin->stage = EXPOPS_STAGE_QUERIED;
}

void expops_plugin_question(expops_plugin *plugin, expops_backend_query_fn query)
{
    asked *record = claim_question(query);
    if (!record) {
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_OUT_OF_MEMORY, "Memory ran out while it was loaded.");
        return;
    }
    /* an application may ask its own backend to be another one after a rescan, as tests do */
    if (record->api && !plugin->linked_in) {
        repeat_answer(plugin, record);
    } else {
        put_question(plugin, query);
        memcpy(record->name, plugin->name, sizeof record->name);
        memcpy(record->version, plugin->version, sizeof record->version);
        record->api = plugin->api;
    }
    drop_question(record);
}
