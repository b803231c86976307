/* The record of a candidate, from a file that was found to a backend with devices. */
#ifndef EXPOPS_PLUGIN_H
#define EXPOPS_PLUGIN_H

#include <sys/stat.h>
#include "backend_order.h"
#include "base/fork.h"
#include "expops/device.h"

enum expops_stage {
    EXPOPS_STAGE_FOUND,
    EXPOPS_STAGE_TRUSTED,
    EXPOPS_STAGE_LOADED,
    EXPOPS_STAGE_QUERIED,
    EXPOPS_STAGE_PROBED,
    EXPOPS_STAGE_COUNT
};

enum { EXPOPS_REASON_BYTES = 1024 };

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

/* Its name as far as it is known. With the runtime lock. */
const char *expops_plugin_name(const expops_plugin *plugin);

/* --- on a candidate that nobody else sees --- */

/* Stops it for good: cause and one sentence. */
void expops_plugin_refuse(expops_plugin *plugin, uint32_t cause, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Tells the observer (doctor.h) that the plugin's code is about to run. */
void expops_loader_announce(const expops_plugin *plugin, const char *stage);

#endif
