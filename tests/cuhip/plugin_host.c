#include "plugin_host.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

plugin_host host_state;

static void __attribute__((format(printf, 1, 2))) take_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(host_state.error, sizeof host_state.error, format, args);
    va_end(args);
}

static void __attribute__((format(printf, 2, 3))) take_cause(uint32_t cause, const char *format, ...)
{
    va_list args;
    if (host_state.num_causes == PLUGIN_HOST_CAUSES)
        return;
    host_state.causes[host_state.num_causes] = cause;
    va_start(args, format);
    vsnprintf(host_state.sentences[host_state.num_causes], sizeof host_state.sentences[0], format, args);
    va_end(args);
    host_state.num_causes++;
}

static void __attribute__((format(printf, 2, 3))) take_log(int level, const char *format, ...)
{
    (void)level;
    (void)format;
}

static const char *give_config(const char *key)
{
    return host_state.config ? host_state.config(key) : NULL;
}

void *plugin_host_open_real(const char *name, int only_loaded, const char **out_message)
{
    static __thread char message[1024];
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL | (only_loaded ? RTLD_NOLOAD : 0));
    const char *text = library ? NULL : dlerror();
    snprintf(message, sizeof message, "%s", text ? text : "not loaded");
    *out_message = library ? NULL : message;
    return library;
}

void *plugin_host_symbol_real(void *library, const char *name)
{
    return dlsym(library, name);
}

static void *give_library(const char *name, int only_loaded, const char **out_message)
{
    return (host_state.open_library ? host_state.open_library : plugin_host_open_real)(name, only_loaded, out_message);
}

static void *give_symbol(void *library, const char *name)
{
    return (host_state.library_symbol ? host_state.library_symbol : plugin_host_symbol_real)(library, name);
}

static const expops_host_api host = {
    .header = { .struct_size = sizeof host },
    .major = EXPOPS_BACKEND_MAJOR,
    .minor = EXPOPS_BACKEND_MINOR,
    .error = take_error,
    .cause = take_cause,
    .config = give_config,
    .open_library = give_library,
    .library_symbol = give_symbol,
    .log = take_log,
};

const expops_backend_api *plugin_host_open(const char *path, expops_query *out_query)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return NULL;
    }
    expops_backend_query_fn query = (expops_backend_query_fn)dlsym(library, EXPOPS_BACKEND_QUERY);
    *out_query = (expops_query){ .header = { .struct_size = sizeof *out_query },
                                 .host_major = EXPOPS_BACKEND_MAJOR,
                                 .host_minor = EXPOPS_BACKEND_MINOR };
    if (!query || query(&host, out_query) != 0) {
        fprintf(stderr, "%s does not answer the query\n", path);
        return NULL;
    }
    return out_query->api;
}

void plugin_host_clear(void)
{
    host_state.num_causes = 0;
    host_state.error[0] = '\0';
}

const char *plugin_host_sentence(uint32_t cause)
{
    for (uint32_t i = 0; i < host_state.num_causes; i++)
        if (host_state.causes[i] == cause)
            return host_state.sentences[i];
    return NULL;
}
