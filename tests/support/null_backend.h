/* A backend that computes nothing and remembers everything: registered with
 * expops_register_backend, it lets tests see what the core asks of a plugin, and lets any of the
 * plugin's functions fail on demand. Memory is the host's. Settings are changed between calls, not
 * during them; counters may be read at any time. */
#ifndef NULL_BACKEND_H
#define NULL_BACKEND_H

#include <stdatomic.h>
#include "expops/backend.h"

enum null_function {
    NULL_PROBE,
    NULL_DEVICE_OPEN,
    NULL_DEVICE_CLOSE,
    NULL_DEVICE_INFO,
    NULL_ALLOCATE,
    NULL_RELEASE,
    NULL_COPY,
    NULL_SYNCHRONIZE,
    NULL_STREAM_CREATE,
    NULL_STREAM_DESTROY,
    NULL_STREAM_CAPTURING,
    NULL_COMPILE,
    NULL_RELEASE_IMAGE,
    NULL_LOAD,
    NULL_UNLOAD,
    NULL_OFFER,
    NULL_LAUNCH,
    NULL_EVENT_CREATE,
    NULL_EVENT_DESTROY,
    NULL_EVENT_RECORD,
    NULL_EVENT_ELAPSED,
    NULL_DESCRIBE_TARGET,
    NULL_JOIN,
    NULL_FUNCTION_COUNT
};

enum { NULL_MAX_DEVICES = 4, NULL_MAX_TENSORS = 72, NULL_MAX_PARAMS = 4096, NULL_MAX_TEXT = 1 << 18 };

typedef struct null_record {
    uint32_t num_tensors, params_bytes;
    uint32_t grid[3], group[3], start;
    expops_pointer tensors[NULL_MAX_TENSORS];
    uint8_t params[NULL_MAX_PARAMS];
    void *stream;
    uint32_t ordinal;       /* of the device */
    uint32_t offered;       /* the kernel came from `offer`; of a joined one, how many did */
    char entry[64];         /* of the kernel */
    char operator_name[64]; /* of an offered kernel's signature */
} null_record;

typedef struct null_state {
    /* settings */
    const char *name;     /* "null" */
    uint32_t num_devices; /* 1 */
    uint64_t caps;        /* EXPOPS_CAP_F64 | EXPOPS_CAP_HOST */
    int32_t device_type;  /* 1, DLPack's CPU */
    uint32_t subgroup, max_group;
    uint64_t max_items;
    const char *target, *compiler, *prelude;
    uint32_t capturing;                             /* what stream_capturing answers */
    uint32_t offers;                                /* `offer` gives a kernel */
    uint64_t scratch_of_offers;                     /* which needs so much memory */
    uint32_t joins;                                 /* `join` makes one of several */
    uint32_t silent;                                /* launches are counted, not recorded: for timing */
    void (*compiling)(const expops_source *source); /* called by `compile`, for races; may be NULL */
    void (*unloading)(void);                        /* called by `unload`, as the other */

    /* what happened */
    atomic_uint calls[NULL_FUNCTION_COUNT];
    atomic_int live_devices, live_kernels, live_images, live_memory, live_streams, live_events;
    null_record last;           /* the last launch */
    char source[NULL_MAX_TEXT]; /* the last text compiled */
    char source_name[64];
} null_state;

extern null_state null_backend;

int32_t null_backend_query(const expops_host_api *host, expops_query *query);
/* Settings and counters as they were at the start; things that are open stay open and are counted
 * on. */
void null_backend_reset(void);
/* The `nth` call from now on (1 is the next) of `function` fails with `status`, once; 0 takes it
 * back. */
void null_backend_fail(enum null_function function, unsigned nth, int32_t status);
/* The same, but every call fails until it is taken back. */
void null_backend_fail_always(enum null_function function, int32_t status);

#endif
