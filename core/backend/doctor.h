/* For `expops doctor`, which evaluates candidates in a child process. */
#ifndef EXPOPS_BACKEND_DOCTOR_H
#define EXPOPS_BACKEND_DOCTOR_H

#include "expops/status.h"

/* Called before a plugin's code first runs in each stage ("load", "query", "probe"): the last call
 * names the plugin that crashed. NULL ends it. */
typedef void (*expops_load_observer)(void *context, const char *path, const char *stage);
EXPOPS_API void expops_loader_observe(expops_load_observer observer, void *context);
/* Leaves the file unloaded; it is listed with EXPOPS_CAUSE_CRASHED. Before first use or
 * expops_rescan. */
EXPOPS_API expops_status expops_loader_skip(const char *path);

#endif
