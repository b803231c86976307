/* A driver, a run-time compiler and (for HIP) comgr in one, made of functions of this process: it stands behind the host
 * table, so a plugin can be driven through every path with no GPU. It counts calls, follows what is current on the thread,
 * refuses calls made with nothing current, and fails where it is told to. */
#ifndef FAKE_DRIVER_H
#define FAKE_DRIVER_H

#include "plugin_host.h"
#include CUHIP_NAMES

#if defined(CUDA_NAMES_H)
#define FAKE_VERSION 13000
#define FAKE_OLD_VERSION 11010
#define FAKE_NEW_SYMBOL "cuMemAllocAsync"
#define FAKE_TARGET "sm_90a"
#define FAKE_OLD_TARGET "sm_90"
#else
#define FAKE_VERSION 60032831
#define FAKE_OLD_VERSION 50221153
#define FAKE_NEW_SYMBOL "hipGetDevicePropertiesR0600"
#define FAKE_TARGET "gfx942:sramecc+:xnack-"
#define FAKE_OLD_TARGET "gfx90a:sramecc+:xnack-"
#endif

enum { FAKE_NOTHING_CURRENT = -1, FAKE_MAX_OPTIONS = 12, FAKE_MAX_TARGETS = 4 };

typedef struct fake_driver {
    int no_driver, no_compiler;
    const char *missing; /* a symbol that is not there */
    int num_devices, version, pools;
    const char *failing; /* the symbol of a function that fails, and with what */
    cuhip_result failing_result;
    unsigned int capture_state;
    unsigned int capture_mode, unloaded_in_mode; /* of the thread: now, and at the last unloading of a module */
    int current;                                 /* ordinal current on the thread, FAKE_NOTHING_CURRENT for none */
    int live;                                    /* contexts, allocations, streams, events and modules not given back */
    int pool_device;                             /* of the last pool made, and how much it keeps */
    unsigned long long pool_keeps;
    int compiler_major;
    cuhip_rtc_result compile_result;
    int targets[FAKE_MAX_TARGETS]; /* that the compiler knows; ends with 0 */
    char options[FAKE_MAX_OPTIONS][128];
    int num_options;
    /* the last launch */
    void *stream;
    void *argument_values[4];
    const void *params;
    unsigned int grid[3], group[3], local_bytes;
    int together, early;              /* the last launch */
    unsigned int allowed_local_bytes; /* of the last function asked about */
    char copied[64];                  /* function and amount of the last copy */
} fake_driver;

extern fake_driver fake;

/* A driver of an older generation, from the next fake_reset on: what newer ones added is not there. */
extern int fake_is_old;

/* Puts the fake behind host_state, with two devices and nothing current. */
void fake_reset(void);
/* How often the function with this symbol was called since fake_reset. */
int fake_calls(const char *symbol);

#endif
