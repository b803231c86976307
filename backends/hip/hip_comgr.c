#include "hip_comgr.h"
#include "cuhip.h"

#include <stdio.h>
#include <string.h>

typedef unsigned int comgr_status; /* amd_comgr_status_t; 0 is success */

typedef struct comgr {
    comgr_status (*isa_count)(size_t *out_count);
    comgr_status (*isa_name)(size_t index, const char **out_name);
} comgr;

static const cuhip_symbol symbols[] = {
    { "amd_comgr_get_isa_count", 1, offsetof(comgr, isa_count) },
    { "amd_comgr_get_isa_name", 1, offsetof(comgr, isa_name) },
};

/* The one that the process has loaded is the one hipRTC uses, most likely. */
static void *open_comgr(const void *beside)
{
    static const char *const names[] = { "libamd_comgr.so.3", "libamd_comgr.so.2", "libamd_comgr.so" };
    const char *message = NULL;
    char directory[512], path[600];
    const int known = cuhip_directory_of(beside, directory, sizeof directory);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        void *library = cuhip_host->open_library(names[i], 1, &message);
        if (library)
            return library;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", known ? directory : "", names[i]);
        void *library = known ? cuhip_host->open_library(path, 0, &message) : NULL;
        if (!library)
            library = cuhip_host->open_library(names[i], 0, &message);
        if (library)
            return library;
    }
    return NULL;
}

/* "amdgcn-amd-amdhsa--gfx90a" is the name of "gfx90a:sramecc+:xnack-". */
static int is_name_of(const char *name, const char *target)
{
    const char *arch = name ? strrchr(name, '-') : NULL;
    const size_t bytes = strcspn(target, ":");
    return arch && strlen(arch + 1) == bytes && strncmp(arch + 1, target, bytes) == 0;
}

int hip_comgr_knows(const void *beside, const char *target)
{
    comgr table;
    size_t count = 0;
    void *library = open_comgr(beside);
    if (!library || cuhip_resolve(library, symbols, sizeof symbols / sizeof symbols[0], &table) ||
        table.isa_count(&count) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const char *name = NULL;
        if (table.isa_name(i, &name) == 0 && is_name_of(name, target))
            return 1;
    }
    return 0;
}
