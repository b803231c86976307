/* Backends as the core finds them: places are searched, files checked, loaded and asked who they
 * are; a backend is probed when it is first needed. One lock guards all of it and the list of open
 * devices. */
#ifndef EXPOPS_LOADER_H
#define EXPOPS_LOADER_H

#include <sys/stat.h>
#include "expops/device.h"

enum expops_stage {
    EXPOPS_STAGE_FOUND,
    EXPOPS_STAGE_TRUSTED,
    EXPOPS_STAGE_LOADED,
    EXPOPS_STAGE_QUERIED,
    EXPOPS_STAGE_PROBED,
    EXPOPS_STAGE_COUNT
};

enum { EXPOPS_NAME_BYTES = 32 };

/* A candidate. Lives until the next rescan; `api` for ever. */
typedef struct expops_plugin {
    char name[EXPOPS_NAME_BYTES]; /* what it calls itself; "" where it was never asked or may not
                                     use the name */
    char *path;
    const char *label; /* file name in `path` */
    const char *origin;
    char version[64];
    enum expops_stage stage;
    uint32_t cause; /* expops_cause */
    char reason[1024];
    char notes[2048];
    uint32_t num_devices;
    int probed;
    int advised;                       /* the reason is the backend's own sentence, which says what to do about it */
    expops_backend_query_fn linked_in; /* NULL for a file */
    dev_t file_device;
    ino_t file_inode;
    const expops_backend_api *api; /* as long as this host knows it, zero where the plugin's was
                                      shorter; NULL: unusable */
    struct expops_plugin *next;
} expops_plugin;

/* Recursion is not allowed. Held across fork. */
void expops_runtime_lock(void);
void expops_runtime_unlock(void);

/* --- with the lock held --- */
/* The candidates in order of preference; searched for at the first call. */
expops_plugin *expops_plugin_list(void);
/* The backend of that name, or, where none is usable, the candidate that comes nearest to it (its
 * file is called so), or NULL. */
expops_plugin *expops_plugin_find(const char *name);
/* Opens the vendor's libraries unless that was tried already; 1 if there is a device to use. */
int expops_plugin_probe(expops_plugin *plugin);
/* Stops a candidate for good: cause and one sentence. */
void expops_plugin_refuse(expops_plugin *plugin, uint32_t cause, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* load.c: from found to queried. */
void expops_plugin_load(expops_plugin *plugin);
/* search.c: appends what lies in the places to look at, in their order, to *list. */
void expops_search(expops_plugin **list);
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
