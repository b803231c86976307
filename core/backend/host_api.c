#include "host_api.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/env.h"
#include "base/error.h"
#include "base/log.h"

static _Thread_local expops_findings *collecting;
static _Thread_local char linker_message[1024];
static expops_library_seam libraries;

void expops_host_collect(expops_findings *findings)
{
    collecting = findings;
}

void expops_host_set_libraries(const expops_library_seam *seam)
{
    libraries = seam ? *seam : (expops_library_seam){ NULL, NULL };
}

static void append_note(expops_findings *findings)
{
    const size_t used = strlen(findings->notes);
    if (findings->reason[0])
        snprintf(findings->notes + used, sizeof findings->notes - used, "%s%s", used ? "\n" : "", findings->reason);
}

/* The last finding may turn out to be what stopped the probe; earlier ones are notes. */
static void host_cause(uint32_t cause, const char *format, ...)
{
    char sentence[sizeof collecting->reason];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    expops_log_line(EXPOPS_LOG_INFO, "finding: %s", sentence);
    if (!collecting)
        return;
    append_note(collecting);
    collecting->cause = cause;
    memcpy(collecting->reason, sentence, sizeof sentence);
}

/* "cache_dir" is the setting EXPOPS_CACHE_DIR. */
static const char *host_config(const char *key)
{
    for (int row = 0; row < EXPOPS_ENV_COUNT; row++) {
        const char *name = expops_env_name((enum expops_env_key)row) + strlen("EXPOPS_");
        size_t i = 0;
        while (key[i] && tolower((unsigned char)name[i]) == key[i])
            i++;
        if (!key[i] && !name[i])
            return expops_env((enum expops_env_key)row);
    }
    return NULL;
}

int expops_says_no_memory(const char *message)
{
    return strstr(message, strerror(ENOMEM)) || strstr(message, "out of memory");
}

/* Asked with as much as the linker needs for its smallest things. */
static int has_memory(void)
{
    void *some = malloc(4096);
    free(some);
    return some != NULL;
}

/* Where the linker cannot allocate it may say that it cannot find the file. So there is a second try where there is memory
 * after a failure, and where there is none, that was it. */
void *expops_open_library(const char *name, int flags, const char **out_message)
{
    void *library = dlopen(name, flags);
    const char *message = library ? NULL : dlerror();
    const int again = !library && !(flags & RTLD_NOLOAD) && has_memory();
    if (again) {
        library = dlopen(name, flags);
        message = library ? NULL : dlerror();
    }
    snprintf(linker_message, sizeof linker_message, "%s%s", message || library ? "" : "not loaded in this process",
             message ? message : "");
    if (!library && !again && !(flags & RTLD_NOLOAD))
        snprintf(linker_message, sizeof linker_message, "out of memory");
    *out_message = linker_message;
    return library;
}

static void *fail_to_open(const char *name, const char *message, const char **out_message)
{
    if (out_message)
        *out_message = message;
    if (collecting && expops_says_no_memory(message))
        collecting->overruled = EXPOPS_CAUSE_OUT_OF_MEMORY;
    expops_log_line(EXPOPS_LOG_DEBUG, "library %s: %s", name, message);
    return NULL;
}

/* Drivers and what they load trust variables that no list can name, and that the caller of a set-user-ID program sets. */
static void *refuse_to_open(const char *name, const char **out_message)
{
    if (collecting)
        collecting->overruled = EXPOPS_CAUSE_SECURE_EXECUTION;
    return fail_to_open(name,
                        "not opened, because this process runs with elevated rights (set-user-ID, set-group-ID or file "
                        "capabilities) and a driver may load what variables of its caller name",
                        out_message);
}

static void *host_open_library(const char *name, int only_loaded, const char **out_message)
{
    if (expops_env_secure())
        return refuse_to_open(name, out_message);
    if (libraries.open)
        return libraries.open(name, only_loaded, out_message);
    const char *message;
    void *library = expops_open_library(name, RTLD_NOW | RTLD_LOCAL | (only_loaded ? RTLD_NOLOAD : 0), &message);
    if (!library)
        return fail_to_open(name, message, out_message);
    if (out_message)
        *out_message = "";
    expops_log_line(EXPOPS_LOG_DEBUG, "library %s: opened", name);
    return library;
}

static void *host_library_symbol(void *library, const char *name)
{
    return libraries.symbol ? libraries.symbol(library, name) : dlsym(library, name);
}

static void host_log(int level, const char *format, ...)
{
    if (!expops_log_enabled(level))
        return;
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    expops_log_line(level, "%s", text);
}

const expops_host_api expops_host = {
    .header = { .struct_size = sizeof(expops_host_api) },
    .major = EXPOPS_BACKEND_MAJOR,
    .minor = EXPOPS_BACKEND_MINOR,
    .error = expops_error_from_backend,
    .cause = host_cause,
    .config = host_config,
    .open_library = host_open_library,
    .library_symbol = host_library_symbol,
    .log = host_log,
};
