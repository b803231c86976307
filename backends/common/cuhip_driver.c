/* Opening the driver's library and finding its functions. */
#include "cuhip.h"

cuhip_driver cuhip_api;

const cuhip_driver_names cuhip_names = {
#define CUHIP_ROW(need, field, symbol, parameters) .field = #symbol,
#include CUHIP_SYMBOLS
#undef CUHIP_ROW
};

enum { OPTIONAL = 0, REQUIRED = 1 };

static const cuhip_symbol symbols[] = {
#define CUHIP_ROW(need, field, symbol, parameters) { #symbol, need, offsetof(cuhip_driver, field) },
#include CUHIP_SYMBOLS
#undef CUHIP_ROW
};

/* guarded by CUHIP_LOCK_DRIVER */
static void *library;
static int resolved;
static int version;

const char *cuhip_resolve(void *from, const cuhip_symbol *list, size_t count, void *table)
{
    for (size_t i = 0; i < count; i++) {
        void *address = cuhip_host->library_symbol(from, list[i].name);
        if (!address && list[i].required)
            return list[i].name;
        *(void **)((char *)table + list[i].offset) = address;
    }
    return NULL;
}

/* A library the process has already comes first: two copies of a driver in one process disagree about its state. */
static void *open_any(cuhip_trail *trail)
{
    const char *message = NULL;
    for (size_t i = 0; cuhip_driver_names_list[i]; i++) {
        void *handle = cuhip_host->open_library(cuhip_driver_names_list[i], 1, &message);
        if (handle)
            return handle;
    }
    for (size_t i = 0; cuhip_driver_names_list[i]; i++) {
        void *handle = cuhip_host->open_library(cuhip_driver_names_list[i], 0, &message);
        if (handle)
            return handle;
        cuhip_trail_add(trail, "%s%s", i ? "; " : "", message ? message : cuhip_driver_names_list[i]);
    }
    return NULL;
}

static void *library_locked(cuhip_trail *trail)
{
    if (!library)
        library = open_any(trail);
    return library;
}

void *cuhip_driver_library(cuhip_trail *trail)
{
    cuhip_lock(CUHIP_LOCK_DRIVER);
    void *found = library_locked(trail);
    cuhip_unlock(CUHIP_LOCK_DRIVER);
    return found;
}

static int32_t open_locked(void)
{
    cuhip_trail trail = { .used = 0 };
    cuhip_driver table = { 0 };
    if (resolved)
        return EXPOPS_OK;
    if (!library_locked(&trail))
        return cuhip_stop(EXPOPS_CAUSE_DRIVER_MISSING, "the driver's library %s cannot be opened (%s): %s",
                          CUHIP_DRIVER_LIBRARY, trail.text, CUHIP_DRIVER_ADVICE);
    const char *missing = cuhip_resolve(library, symbols, sizeof symbols / sizeof symbols[0], &table);
    if (!missing)
        missing = cuhip_vendor_resolve(library);
    if (missing)
        return cuhip_stop(EXPOPS_CAUSE_DRIVER_TOO_OLD, "the driver's library %s has no function %s: %s",
                          CUHIP_DRIVER_LIBRARY, missing, CUHIP_DRIVER_OLD_ADVICE);
    cuhip_api = table;
    resolved = 1;
    return EXPOPS_OK;
}

int32_t cuhip_driver_open(void)
{
    cuhip_lock(CUHIP_LOCK_DRIVER);
    const int32_t status = open_locked();
    cuhip_unlock(CUHIP_LOCK_DRIVER);
    return status;
}

int cuhip_driver_version(void)
{
    cuhip_lock(CUHIP_LOCK_DRIVER);
    const int found = version;
    cuhip_unlock(CUHIP_LOCK_DRIVER);
    return found;
}

void cuhip_driver_set_version(int found)
{
    cuhip_lock(CUHIP_LOCK_DRIVER);
    version = found;
    cuhip_unlock(CUHIP_LOCK_DRIVER);
}
