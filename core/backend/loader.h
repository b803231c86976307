/* Backends as the core finds them: places are searched (catalogue.h); a file is checked, loaded and asked who it is, and its
 * backend probed, when they are first needed. */
#ifndef EXPOPS_LOADER_H
#define EXPOPS_LOADER_H

#include "plugin.h"

/* --- loader.c; called without the runtime lock --- */

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

/* --- load.c: from found to queried; on a candidate that nobody else sees, as the next --- */

void expops_plugin_load(expops_plugin *plugin);

/* --- question.c: asks who it is --- */

void expops_plugin_question(expops_plugin *plugin, expops_backend_query_fn query);

#endif
