/* Backends, devices, memory, streams, and which device a call uses when it names none. */
#ifndef EXPOPS_DEVICE_H
#define EXPOPS_DEVICE_H

#include "expops/backend.h"
#include "expops/tensor.h"

EXPOPS_BEGIN

typedef struct expops_device expops_device;

/* Opens what `spec` says, in the grammar of EXPOPS_BACKEND: an ordered list of `name[:ordinal]`, `auto`, and `!name` to
 * exclude; NULL means EXPOPS_BACKEND, or `auto` where that is unset. A named backend is strict: if none of the list can
 * run, the call fails with the reasons; only `auto` goes on to the next best, the CPU last. Devices are shared: opening
 * one again gives the same handle and counts. Thread-safe. */
EXPOPS_API expops_status expops_device_open(const char *spec, expops_device **out_device);
/* Gives one count back and sets *device to NULL; NULL is accepted. Work on the device must have finished. Called by an
 * allocator from within a call, it takes effect when that call ends. */
EXPOPS_API void expops_device_close(expops_device **device);
/* Facts; valid as long as the device is open. Never NULL. */
EXPOPS_API const expops_device_info *expops_device_get_info(const expops_device *device);
/* "cuda:0" */
EXPOPS_API const char *expops_device_name(const expops_device *device);

/* A device that is not there: one of `target`, a name that such devices' info has, of which `backend` knows enough to compile for it
 * without hardware and driver. expops_prepare with it, and tensors of its device type, of whose addresses only the alignment counts,
 * compiles what the call would need, and keeps it on disk, where a machine with such a device finds it (EXPOPS_CACHE_DIR); everything else refuses it.
 * `compute_units`: how many that device has, which some kernels depend on; 0: as many as a usual one. Closed as others are. */
EXPOPS_API expops_status expops_device_open_target(const char *backend, const char *target, uint32_t compute_units,
                                                   expops_device **out_device);

/* --- the device a NULL device means ---
 * innermost scope of the calling thread, else what expops_enable set, else EXPOPS_BACKEND, else `auto`. */
EXPOPS_API expops_status expops_enable(const char *spec); /* process-wide; NULL takes it back */
EXPOPS_API expops_status expops_scope_push(const char *spec);
EXPOPS_API expops_status expops_scope_pop(void);
/* The device a NULL device means now, opened if need be; not counted. */
EXPOPS_API expops_status expops_device_default(expops_device **out_device);

/* --- memory and streams: for callers that have none of their own --- */
/* Fills out_pointer's data and device type. Bytes are uninitialised. Stream-ordered where the driver has it. */
EXPOPS_API expops_status expops_memory_allocate(expops_device *device, void *stream, uint64_t bytes,
                                                expops_pointer *out_pointer);
EXPOPS_API void expops_memory_free(expops_device *device, void *stream, expops_pointer *pointer);
/* Host memory may be reused or read after expops_synchronize on the stream. */
EXPOPS_API expops_status expops_memory_upload(expops_device *device, void *stream, const expops_pointer *destination,
                                              const void *source, uint64_t bytes);
EXPOPS_API expops_status expops_memory_download(expops_device *device, void *stream, void *destination,
                                                const expops_pointer *source, uint64_t bytes);
EXPOPS_API expops_status expops_memory_copy(expops_device *device, void *stream, const expops_pointer *destination,
                                            const expops_pointer *source, uint64_t bytes);
EXPOPS_API expops_status expops_stream_create(expops_device *device, void **out_stream);
EXPOPS_API void expops_stream_destroy(expops_device *device, void *stream);
EXPOPS_API expops_status expops_synchronize(expops_device *device, void *stream);
EXPOPS_API expops_status expops_event_create(expops_device *device, void **out_event);
EXPOPS_API void expops_event_destroy(expops_device *device, void *event);
EXPOPS_API expops_status expops_event_record(expops_device *device, void *event, void *stream);
EXPOPS_API expops_status expops_event_elapsed(expops_device *device, void *start, void *stop, uint64_t *out_ns);

/* Scratch memory of operators that need it. NULL functions restore the backend's own allocator. Set before use. Either function
 * may call the library, operators included; memory goes back to the allocator it came from. */
typedef struct expops_allocator {
    /* A device address, 256-byte aligned; NULL fails the call. */
    void *(*allocate)(void *context, void *stream, uint64_t bytes);
    void (*release)(void *context, void *stream, void *data, uint64_t bytes);
    void *context;
} expops_allocator;
EXPOPS_API expops_status expops_device_set_allocator(expops_device *device, const expops_allocator *allocator);

/* --- finding backends --- */
/* A backend linked into the application. Comes before every plugin of the same name. Before first use or before
 * expops_rescan. */
EXPOPS_API expops_status expops_register_backend(expops_backend_query_fn query);
/* Directories or files searched before EXPOPS_BACKEND_PATH; absolute. Same time as above. */
EXPOPS_API expops_status expops_add_backend_path(const char *path);
/* Looks for plugins again; open devices and running calls are not disturbed. */
EXPOPS_API expops_status expops_rescan(void);

/* Candidates seen so far, in the order they are preferred. Probing happens at the first call of any of these. */
typedef struct expops_candidate {
    const char *name;       /* "cuda", or the file name where it never said */
    const char *path;       /* file, or "(linked in)" */
    const char *origin;     /* which rule found it: "EXPOPS_BACKEND_PATH" */
    const char *version;    /* may be "" */
    const char *stage;      /* how far it got: "found", "trusted", "loaded", "queried", "probed" */
    uint32_t cause;         /* expops_cause; EXPOPS_CAUSE_NONE when it runs */
    const char *cause_name; /* "DRIVER_MISSING" */
    const char *reason;     /* one sentence or "" */
    const char *hint;       /* what to do or "" */
    const char *notes;      /* findings that do not stop it, one a line, or "" */
    uint32_t num_devices;
    int usable;
} expops_candidate;
EXPOPS_API size_t expops_candidate_count(void);
/* Strings live until expops_rescan. Returns 0 where index is out of range. */
EXPOPS_API int expops_candidate_get(size_t index, expops_candidate *out_candidate);

EXPOPS_END

#endif
