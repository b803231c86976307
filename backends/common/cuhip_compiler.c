/* The run-time compiler: opened once, the best of those found. */
#include "cuhip.h"

#include <stdio.h>
#include <string.h>

enum { OPTIONAL = 0, REQUIRED = 1 };

static const cuhip_symbol symbols[] = {
#define CUHIP_RTC_ROW(need, field, symbol, result, parameters) { #symbol, need, offsetof(cuhip_rtc, field) },
#include CUHIP_RTC_SYMBOLS
#undef CUHIP_RTC_ROW
};

/* guarded by CUHIP_LOCK_COMPILER */
static cuhip_rtc current; /* written once */
static int opened;

typedef struct choice {
    cuhip_rtc best;
    int fits; /* as cuhip_vendor_compiler_fits says; 0 while there is none */
    cuhip_trail *trail;
} choice;

static void identify(cuhip_rtc *rtc)
{
    char build[64];
    cuhip_identify((const void *)(uintptr_t)rtc->version, build, sizeof build);
    snprintf(rtc->identity, sizeof rtc->identity, "%s %d.%d (%s)", CUHIP_RTC_NAME, rtc->major, rtc->minor, build);
}

/* cuhip_accept: keeps the library if it is better than what there is; nonzero ends the search. */
static int consider(void *library, const char *path, void *context)
{
    choice *c = context;
    cuhip_rtc rtc = { 0 };
    const char *missing = cuhip_resolve(library, symbols, sizeof symbols / sizeof symbols[0], &rtc);
    if (missing) {
        cuhip_trail_add(c->trail, "%s (has no function %s); ", path, missing);
        return 0;
    }
    if (rtc.version(&rtc.major, &rtc.minor) != 0) {
        cuhip_trail_add(c->trail, "%s (does not tell its version); ", path);
        return 0;
    }
    const int fits = cuhip_vendor_compiler_fits(&rtc, cuhip_driver_version());
    if (fits > c->fits) {
        c->best = rtc;
        c->fits = fits;
        identify(&c->best);
    }
    return fits == 2;
}

static int open_locked(cuhip_trail *trail)
{
    choice c = { .trail = trail };
    char directory[512];
    if (opened)
        return 1;
    cuhip_search(consider, &c, trail);
    if (c.fits == 0)
        return 0;
    if (c.fits == 1)
        cuhip_host->log(1, "%s is newer than the driver; a compiler of the driver's version is safer", c.best.identity);
    if (cuhip_directory_of((const void *)(uintptr_t)c.best.version, directory, sizeof directory))
        cuhip_vendor_preload(&c.best, directory);
    current = c.best;
    opened = 1;
    return 1;
}

const cuhip_rtc *cuhip_compiler(cuhip_trail *trail)
{
    cuhip_lock(CUHIP_LOCK_COMPILER);
    const int found = open_locked(trail);
    cuhip_unlock(CUHIP_LOCK_COMPILER);
    return found ? &current : NULL;
}
