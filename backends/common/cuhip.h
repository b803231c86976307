/* One implementation for two driver APIs that differ in little but their names. Each plugin compiles these files with its own
 * CUHIP_NAMES (cuda_names.h, hip_names.h) and adds what truly differs: the functions marked "vendor" below. */
#ifndef CUHIP_H
#define CUHIP_H

#include <pthread.h>
#include <stdatomic.h>

#include "expops/backend.h"
#include CUHIP_NAMES

enum { CUHIP_MAX_TENSORS = 72, CUHIP_ARGUMENT_BYTES = 4096 };

/* The driver's functions, by names that both vendors' tables share. */
typedef struct cuhip_driver {
#define CUHIP_ROW(need, field, symbol, parameters) cuhip_result(*field) parameters;
#include CUHIP_SYMBOLS
#undef CUHIP_ROW
} cuhip_driver;

/* The same functions' names as the vendor spells them, for messages. */
typedef struct cuhip_driver_names {
#define CUHIP_ROW(need, field, symbol, parameters) const char *field;
#include CUHIP_SYMBOLS
#undef CUHIP_ROW
} cuhip_driver_names;

/* The run-time compiler's functions. */
typedef struct cuhip_rtc {
#define CUHIP_RTC_ROW(need, field, symbol, result, parameters) result(*field) parameters;
#include CUHIP_RTC_SYMBOLS
#undef CUHIP_RTC_ROW
    int major, minor;
    char identity[160]; /* "NVRTC 13.0 (build 0123abcd)" */
} cuhip_rtc;

struct expops_backend_device {
    int ordinal;
    int handle; /* the driver's name of the device */
    CUHIP_DEVICE_EXTRA
    int pools; /* allocate and release are ordered on the stream */
    uint64_t memory_bytes;
    int group_items, local_bytes, subgroup, units, cluster;
    int launch_local_bytes; /* that a launch may ask for; 0: none */
    int together;           /* has launches all of whose groups run at once */
    int begins_early;       /* has launches that may begin before the one in front of them has ended */
    int wide_matrix;        /* has matrix instructions of 128 work-items, and the compiler knows them */
    struct expops_backend_kernel *_Atomic recorded; /* what the core gave back and graphs may replay */
    char name[256], target[256], driver_text[96], compiler_text[160];
};

struct expops_backend_kernel {
    cuhip_module module;
    cuhip_function function;
    atomic_int recorded;                /* launched under capture: a graph may replay it at any time */
    struct expops_backend_kernel *next; /* in the device's list of those */
};

extern const expops_host_api *cuhip_host;
extern cuhip_driver cuhip_api; /* filled by a probe that succeeded, constant from then on */
extern const cuhip_driver_names cuhip_names;
extern const char cuhip_prelude[];

/* --- cuhip_error.c --- */
/* Reports `result` of the driver's `function` and gives the status that fits. */
int32_t cuhip_fail(cuhip_result result, const char *function, const char *doing);
/* A probe's finding that stops it: host->cause and host->error. Gives EXPOPS_ERR_UNAVAILABLE. */
int32_t cuhip_stop(uint32_t cause, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Every place a library was looked for, and what the linker said. */
typedef struct cuhip_trail {
    char text[6000];
    size_t used;
} cuhip_trail;
void cuhip_trail_add(cuhip_trail *trail, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- cuhip_lock.c --- */
/* In the order in which they may nest. */
enum cuhip_lock_name {
    CUHIP_LOCK_COMPILING, /* taken where CUHIP_RTC_SERIAL */
    CUHIP_LOCK_COMPILER,
    CUHIP_LOCK_DRIVER,
    CUHIP_LOCKS
};
void cuhip_lock(enum cuhip_lock_name name);
void cuhip_unlock(enum cuhip_lock_name name);

/* --- cuhip_driver.c --- */
/* Opens the driver's library and resolves its functions once. On failure the reason goes to host->cause. */
int32_t cuhip_driver_open(void);
/* The driver's version (13000 is CUDA 13.0), 0 before a probe has got that far. */
int cuhip_driver_version(void);
void cuhip_driver_set_version(int version);
/* The driver's library, opened if need be and possible, else NULL. */
void *cuhip_driver_library(cuhip_trail *trail);
/* Resolves `count` symbols into `table`; returns the name of a required one that is missing, or NULL. */
typedef struct cuhip_symbol {
    const char *name;
    int required;
    size_t offset;
} cuhip_symbol;
const char *cuhip_resolve(void *library, const cuhip_symbol *symbols, size_t count, void *table);

/* --- cuhip_search.c --- */
/* Calls `accept(library, path, context)` on each library found, best first, until it returns nonzero. */
typedef int (*cuhip_accept)(void *library, const char *path, void *context);
int cuhip_search(cuhip_accept accept, void *context, cuhip_trail *trail);

/* --- cuhip_identity.c --- */
/* The build id of the file that holds `address` as hexadecimal text, or its size where it has none. */
void cuhip_identify(const void *address, char *out, size_t room);
/* Directory of the file that holds `address`, without a slash at the end; 0 if unknown. */
int cuhip_directory_of(const void *address, char *out, size_t room);

/* --- cuhip_compiler.c --- */
/* The two calls that hand out what was compiled. */
typedef struct cuhip_image_functions {
    cuhip_rtc_result (*bytes)(cuhip_program program, size_t *out_bytes);
    cuhip_rtc_result (*data)(cuhip_program program, char *out_data);
} cuhip_image_functions;
/* The compiler, opened at first use; NULL with `trail` filled where there is none. A failure is not remembered. */
const cuhip_rtc *cuhip_compiler(cuhip_trail *trail);

/* --- vendor --- */
typedef struct cuhip_options {
    const char *list[12];
    int count;
    int want_text; /* the compiler's text form instead of machine code */
    char room[300];
} cuhip_options;
/* Names of the driver's library, best first, NULL at the end. */
extern const char *const cuhip_driver_names_list[];
/* Patterns of glob(3) for the compiler's library and plain names for the linker, NULL at the end. */
extern const char *const cuhip_rtc_patterns[];
extern const char *const cuhip_rtc_names[];
/* The pattern, below a directory of Python packages, of where packages of the compiler put it. */
extern const char *const cuhip_rtc_package_pattern;
/* After the common table: further functions. Returns the name of a missing required one or NULL. */
const char *cuhip_vendor_resolve(void *library);
/* cuhip_stop with the cause of a driver that does not start (`function` gave `result`), or counts no device. */
int32_t cuhip_vendor_explain(cuhip_result result, const char *function);
void cuhip_vendor_error(cuhip_result result, const char **out_name, const char **out_text);
/* Makes `device` ready to be entered and fills in its target. */
int32_t cuhip_vendor_open(expops_backend_device *device);
void cuhip_vendor_close(expops_backend_device *device);
/* Memory in the stream's order, of a device with pools. *out_function is what failed where the result says that. */
cuhip_result cuhip_vendor_allocate(expops_backend_device *device, uint64_t bytes, cuhip_stream stream,
                                   cuhip_address *out_address, const char **out_function);
/* A launch all of whose groups run at once. *out_function is what failed. */
cuhip_result cuhip_vendor_launch_together(cuhip_function function, cuhip_stream stream, const expops_launch *launch,
                                          void **arguments, const char **out_function);
/* A launch that may begin early, of a device that has such. */
cuhip_result cuhip_vendor_launch_early(cuhip_function function, cuhip_stream stream, const expops_launch *launch,
                                       void **arguments, const char **out_function);
void cuhip_vendor_describe_driver(int version, char *out, size_t room);
/* Facts about devices of a target, and its name as they have it: static, or the one given. NULL where it is none, which is
 * reported. */
const char *cuhip_vendor_target(const char *target, expops_backend_device *out_device);
/* Whether `rtc` serves this driver: 2 yes, 1 if there is nothing better, 0 no. */
int cuhip_vendor_compiler_fits(const cuhip_rtc *rtc, int driver_version);
/* Loads what the compiler needs from beside it. */
void cuhip_vendor_preload(const cuhip_rtc *rtc, const char *directory);
/* Options for a target, or a status with the reason reported. */
int32_t cuhip_vendor_options(const cuhip_rtc *rtc, const expops_backend_device *device, const expops_source *source,
                             cuhip_options *out_options);

/* --- the plugin's functions (cuhip_query.c lists them) --- */
int32_t cuhip_probe(uint32_t *out_num_devices);
/* Fails in the child of a fork whose parent had begun to use the driver: its locks and ours may be held for ever. */
int32_t cuhip_same_process(void);
int32_t cuhip_device_open(uint32_t ordinal, expops_backend_device **out_device);
void cuhip_device_close(expops_backend_device *device);
int32_t cuhip_device_info(expops_backend_device *device, expops_device_info *out_info);
int32_t cuhip_allocate(expops_backend_device *device, void *stream, uint64_t bytes, expops_pointer *out_pointer);
void cuhip_release(expops_backend_device *device, void *stream, const expops_pointer *pointer);
int32_t cuhip_copy(expops_backend_device *device, void *stream, const expops_transfer *copy);
int32_t cuhip_synchronize(expops_backend_device *device, void *stream);
int32_t cuhip_stream_create(expops_backend_device *device, void **out_stream);
void cuhip_stream_destroy(expops_backend_device *device, void *stream);
int32_t cuhip_stream_capturing(expops_backend_device *device, void *stream, uint32_t *out_capturing);
int32_t cuhip_compile(expops_backend_device *device, const expops_source *source, expops_image *out_image);
void cuhip_release_image(expops_image *image);
int32_t cuhip_load(expops_backend_device *device, const void *image, size_t bytes, const char *entry,
                   expops_backend_kernel **out_kernel);
void cuhip_unload(expops_backend_device *device, expops_backend_kernel *kernel);
/* Unloads what cuhip_unload kept for graphs: when the device closes. */
void cuhip_unload_recorded(expops_backend_device *device);
int32_t cuhip_launch(expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                     const expops_launch *launch);
int32_t cuhip_event_create(expops_backend_device *device, void **out_event);
void cuhip_event_destroy(expops_backend_device *device, void *event);
int32_t cuhip_event_record(expops_backend_device *device, void *event, void *stream);
int32_t cuhip_event_elapsed(expops_backend_device *device, void *start, void *stop, uint64_t *out_ns);
int32_t cuhip_describe_target(const char *target, expops_device_info *out_info);

/* cuhip_enter and cuhip_leave, which need the structs above. */
#include CUHIP_SCOPE

#endif
