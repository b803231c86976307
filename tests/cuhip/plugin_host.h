/* A host table for tests that open a plugin directly, without the core: it remembers what the plugin reports, answers
 * settings, and can stand between the plugin and the libraries it opens. One plugin a process. */
#ifndef PLUGIN_HOST_H
#define PLUGIN_HOST_H

#include "expops/backend.h"

enum { PLUGIN_HOST_CAUSES = 8 };

typedef struct plugin_host {
    char error[16384];
    uint32_t num_causes;
    uint32_t causes[PLUGIN_HOST_CAUSES];
    char sentences[PLUGIN_HOST_CAUSES][8192];
    /* Set by the test: values of settings, and libraries. NULL means the process's own way. */
    const char *(*config)(const char *key);
    void *(*open_library)(const char *name, int only_loaded, const char **out_message);
    void *(*library_symbol)(void *library, const char *name);
} plugin_host;

extern plugin_host host_state;

/* Opens the plugin and asks it; NULL, with a line on standard error, if it cannot be used. */
const expops_backend_api *plugin_host_open(const char *path, expops_query *out_query);
/* Forgets errors and causes. */
void plugin_host_clear(void);
/* The sentence reported for a cause, or NULL. */
const char *plugin_host_sentence(uint32_t cause);
/* As the library does it: dlopen and dlsym. */
void *plugin_host_open_real(const char *name, int only_loaded, const char **out_message);
void *plugin_host_symbol_real(void *library, const char *name);

#endif
