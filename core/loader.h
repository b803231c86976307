/* Backends as the core finds them: places are searched; a file is checked, loaded and asked who it is, and its backend
 * probed, when they are first needed. One lock guards all of it and the list of open devices. It is never held while a
 * plugin's code runs: the thread that runs it has claimed the plugin or the device, and others wait for just that one. */
#ifndef EXPOPS_LOADER_H
#define EXPOPS_LOADER_H

#include <sys/stat.h>
#include "expops/device.h"
#include "fork.h"

enum expops_stage {
    EXPOPS_STAGE_FOUND,
    EXPOPS_STAGE_TRUSTED,
    EXPOPS_STAGE_LOADED,
    EXPOPS_STAGE_QUERIED,
    EXPOPS_STAGE_PROBED,
    EXPOPS_STAGE_COUNT
};

enum { EXPOPS_NAME_BYTES = 32, EXPOPS_REASON_BYTES = 1024 };

/* What has been tried with a candidate. */
enum expops_step { EXPOPS_TRIED_NOTHING, EXPOPS_TRIED_LOADING, EXPOPS_TRIED_PROBING };

/* A candidate. Lives as long as its catalogue; `api` for ever. What stands before `name` never changes; the rest is
 * written by who holds the claim, on a copy, and settled and read under the lock. What led to an end, good or bad, is not
 * changed any more; only where memory ran out it is tried again. */
typedef struct expops_plugin {
    char *path;
    const char *label;            /* file name in `path` */
    char stem[EXPOPS_NAME_BYTES]; /* of expops_<stem>.so, which is its name until it was asked; or "" */
    const char *origin;
    expops_backend_query_fn linked_in; /* NULL for a file */
    const struct expops_catalogue *catalogue;
    struct expops_plugin *next;
    expops_claim claim;

    char name[EXPOPS_NAME_BYTES]; /* what it calls itself; "" where it was never asked or may not use the name */
    char version[64];
    enum expops_stage stage;
    enum expops_step tried;
    uint32_t cause; /* expops_cause */
    char reason[EXPOPS_REASON_BYTES];
    char notes[2048];
    uint32_t num_devices;
    int advised; /* the reason is the backend's own sentence, which says what to do about it */
    dev_t file_device;
    ino_t file_inode;
    const expops_backend_api
        *api; /* as long as this host knows it, zero where the plugin's was shorter; NULL: unusable */
} expops_plugin;

/* The candidates of one search, in order of preference. */
typedef struct expops_catalogue {
    expops_plugin *first;
    uint32_t users;    /* guarded by the lock */
    char places[1024]; /* directories that were searched, for messages */
} expops_catalogue;

/* The lock. */
void expops_runtime_lock(void);
void expops_runtime_unlock(void);
void expops_runtime_wait(void);
void expops_runtime_wake(void);

/* --- without the lock --- */
/* What was found when places were last searched, which they are at the first call; counted. */
expops_status expops_catalogue_open(expops_catalogue **out_catalogue);
void expops_catalogue_close(expops_catalogue *catalogue);
/* The backend of that name, or, where none is usable, the candidate that comes nearest to it, or NULL. Loads those that are
 * called so by their file's name; if that does not help, those whose file has a name that no known backend has. */
expops_plugin *expops_plugin_find(const expops_catalogue *catalogue, const char *name);
/* Loads it and asks who it is, unless that was tried already. */
void expops_plugin_ask(expops_plugin *plugin);
/* The same, and opens the vendor's libraries; 1 if there is a device to use. */
int expops_plugin_probe(expops_plugin *plugin);
/* Why it is of no use. */
typedef struct expops_verdict {
    uint32_t cause;
    char reason[EXPOPS_REASON_BYTES];
} expops_verdict;
expops_verdict expops_plugin_verdict(const expops_plugin *plugin);

/* --- with the lock --- */
/* Its name as far as it is known. */
const char *expops_plugin_name(const expops_plugin *plugin);

/* --- on a candidate that nobody else sees --- */
/* Stops it for good: cause and one sentence. */
void expops_plugin_refuse(expops_plugin *plugin, uint32_t cause, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* load.c: from found to queried. */
void expops_plugin_load(expops_plugin *plugin);
/* question.c: asks who it is. */
void expops_plugin_question(expops_plugin *plugin, expops_backend_query_fn query);
/* search.c: adds what lies in the places to look at, in their order. */
expops_status expops_search(expops_catalogue *catalogue);

/* Whether `name` may name a backend: lower case letters, digits and _, at most 31. */
int expops_name_valid(const char *name);
const char *expops_cause_name(uint32_t cause);
const char *expops_cause_hint(uint32_t cause);

/* --- for `expops doctor`, which evaluates candidates in a child process --- */
/* Called before a plugin's code first runs in each stage ("load", "query", "probe"): the last call
 * names the plugin that crashed. NULL ends it. */
typedef void (*expops_load_observer)(void *context, const char *path, const char *stage);
EXPOPS_API void expops_loader_observe(expops_load_observer observer, void *context);
/* Leaves the file unloaded; it is listed with EXPOPS_CAUSE_CRASHED. Before first use or
 * expops_rescan. */
EXPOPS_API expops_status expops_loader_skip(const char *path);
/* Whether `path` is to be skipped. */
int expops_loader_skips(const char *path);
/* Tells the observer. */
void expops_loader_announce(const expops_plugin *plugin, const char *stage);

#endif
