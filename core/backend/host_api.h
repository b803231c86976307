/* What plugins get from the core, and what a probe reports through it. */
#ifndef EXPOPS_HOST_API_H
#define EXPOPS_HOST_API_H

#include "expops/backend.h"

extern const expops_host_api expops_host;

/* Where findings of host->cause go while a probe runs on this thread. */
typedef struct expops_findings {
    uint32_t cause;     /* of the last finding */
    char reason[1024];  /* its sentence */
    char notes[2048];   /* those before it, one a line */
    uint32_t overruled; /* what the core itself knows to be the cause, whatever the plugin makes of it; or 0 */
} expops_findings;
/* NULL ends it. */
void expops_host_collect(expops_findings *findings);
/* Whether the linker's message says that memory ran out, which may be over soon. */
int expops_says_no_memory(const char *linker_message);
/* dlopen; where it fails, *out_message says why, until the thread's next call. */
void *expops_open_library(const char *name, int flags, const char **out_message);

/* Opening libraries for plugins: tests put their own here. NULL members are dlopen and dlsym. Not
 * thread-safe. */
typedef struct expops_library_seam {
    void *(*open)(const char *name, int only_loaded, const char **out_message);
    void *(*symbol)(void *library, const char *name);
} expops_library_seam;
void expops_host_set_libraries(const expops_library_seam *seam);

#endif
