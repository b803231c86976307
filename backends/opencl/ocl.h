/* What the OpenCL plugin's files share. */
#ifndef EXPOPS_OCL_H
#define EXPOPS_OCL_H

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <stdatomic.h>
#include <CL/cl.h>
#include "expops/backend.h"

/* --- ocl_library.c: the loader library and its errors --- */

typedef struct ocl_table {
#define OCL_REQUIRED(name) __typeof__(name) *name;
#define OCL_OPTIONAL(name) __typeof__(name) *name;
#include "ocl_symbols.inc"
#undef OCL_REQUIRED
#undef OCL_OPTIONAL
} ocl_table;

extern const expops_host_api *ocl_host;
extern ocl_table ocl; /* filled once, by the first probe that finds the library */

/* Opens the library and fills `ocl`, or reports a cause. Called under the probe's lock. */
int32_t ocl_library_open(void);
/* Reports "<what>: <name of code> (<code>); <advice>" and returns the status for `code`. */
int32_t ocl_fail(cl_int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- ocl_probe.c: which devices there are --- */

typedef struct ocl_found {
    cl_platform_id platform;
    cl_device_id id;
    uint32_t rank; /* GPUs come first */
} ocl_found;

int32_t ocl_probe(uint32_t *out_num_devices);
/* Fails in the child of a fork whose parent had begun to use the drivers: their threads are gone, their locks and ours may
 * be held for ever. Takes no lock. */
int32_t ocl_same_process(void);
/* NULL for an ordinal that the last probe did not count. */
const ocl_found *ocl_found_at(uint32_t ordinal);

/* --- ocl_device.c --- */

/* A buffer kept for the next scratch memory on its queue; see ocl_spare.c. */
typedef struct ocl_spare {
    _Atomic int state;
    cl_command_queue queue;
    cl_mem memory;
    size_t bytes;
} ocl_spare;

enum { OCL_SPARES = 16 };

struct expops_backend_device {
    ocl_spare spare[OCL_SPARES];
    _Atomic unsigned next_spare; /* which one goes where all are full */
    cl_device_id id;
    cl_context context;
    cl_command_queue queue; /* what a NULL stream means */
    int svm;
    int gpu, cpu;
    int ptx; /* kernels may hold PTX */
    char name[160], driver[320], compiler[640], options[96];
    char *prelude;
    expops_device_info info;
};

int32_t ocl_device_open(uint32_t ordinal, expops_backend_device **out_device);
void ocl_device_close(expops_backend_device *device);
int32_t ocl_device_info(expops_backend_device *device, expops_device_info *out_info);

/* --- ocl_facts.c: what a device is asked --- */

void ocl_device_text(cl_device_id id, cl_device_info what, char *out, size_t size);
cl_ulong ocl_device_number(cl_device_id id, cl_device_info what);
/* 12 for OpenCL 1.2; 0 where the driver's text is not understood. */
uint32_t ocl_device_version(cl_device_id id);
int ocl_device_has_extension(cl_device_id id, const char *name);
int ocl_device_has_svm(cl_device_id id);
/* Kernels may hold PTX for compute capability 8.0, which rounds to bf16. */
int ocl_device_takes_ptx(cl_device_id id);
/* Work-items that shuffle among themselves where kernels can demand it; 1 elsewhere. */
uint32_t ocl_device_subgroup(cl_device_id id);

/* --- ocl_spare.c; lock-free --- */

/* A spare buffer of at least `bytes`, and not many more, that was released on the queue, or NULL. */
cl_mem ocl_spare_take(expops_backend_device *device, cl_command_queue queue, size_t bytes);
/* 0 where it is not kept: the caller still owns the memory. `context` is the queue's. */
int ocl_spare_keep(expops_backend_device *device, cl_command_queue queue, cl_context context, cl_mem memory);
/* Frees the spare buffers of a queue, of all queues where it is NULL. */
void ocl_spare_drop(expops_backend_device *device, cl_command_queue queue);

/* --- ocl_memory.c, ocl_queue.c, ocl_event.c --- */

/* The stream's queue and the context that belongs to it. */
int32_t ocl_queue_of(expops_backend_device *device, void *stream, cl_command_queue *out_queue, cl_context *out_context);
int32_t ocl_allocate(expops_backend_device *device, void *stream, uint64_t bytes, expops_pointer *out_pointer);
void ocl_release(expops_backend_device *device, void *stream, const expops_pointer *pointer);
int32_t ocl_copy(expops_backend_device *device, void *stream, const expops_transfer *copy);
int32_t ocl_synchronize(expops_backend_device *device, void *stream);
int32_t ocl_stream_create(expops_backend_device *device, void **out_stream);
void ocl_stream_destroy(expops_backend_device *device, void *stream);
int32_t ocl_event_create(expops_backend_device *device, void **out_event);
void ocl_event_destroy(expops_backend_device *device, void *event);
int32_t ocl_event_record(expops_backend_device *device, void *event, void *stream);
int32_t ocl_event_elapsed(expops_backend_device *device, void *start, void *stop, uint64_t *out_ns);

/* --- ocl_compile.c: text to image, image to program --- */

int32_t ocl_compile(expops_backend_device *device, const expops_source *source, expops_image *out_image);
void ocl_release_image(expops_image *image);
/* A built program for `context`, which holds the device. */
int32_t ocl_program_from_image(expops_backend_device *device, cl_context context, const void *image, size_t bytes,
                               cl_program *out_program);

/* --- ocl_kernel.c, ocl_launch.c --- */

enum { OCL_POOL = 32 };
/* A free slot's state is OCL_SLOT_FREE and the kinds of its cl_kernel's tensors. */
enum { OCL_SLOT_EMPTY = 0, OCL_SLOT_BUSY = 1, OCL_SLOT_FREE = 2 };

/* Arguments belong to a cl_kernel until it is enqueued, so no two threads may hold one at a time. A
 * launch claims a slot, and a slot's cl_kernel is made when all earlier ones are busy, or were given a
 * buffer where this launch has an address or the reverse. By the specification either may follow the other
 * in one cl_kernel, but NVIDIA's driver 580 refused all launches with buffers after one with addresses. */
typedef struct ocl_slot {
    _Atomic uint32_t state;
    cl_kernel kernel;
} ocl_slot;

/* A kernel built for one context. It holds the context, so no other one gets its address. */
typedef struct ocl_program {
    cl_context context;
    cl_program program;
    struct ocl_program *_Atomic next;
    ocl_slot slots[OCL_POOL];
} ocl_program;

int32_t ocl_load(expops_backend_device *device, const void *image, size_t bytes, const char *entry,
                 expops_backend_kernel **out_kernel);
void ocl_unload(expops_backend_device *device, expops_backend_kernel *kernel);
/* The kernel for the context of a queue. Takes a lock only on the first launch in a context. */
int32_t ocl_kernel_program(expops_backend_device *device, expops_backend_kernel *kernel, cl_context context,
                           cl_command_queue queue, ocl_program **out_program);
/* Kinds of a launch's tensors: bit i where the i-th is an address, not a buffer. Where there are more than OCL_KINDS all are alike,
 * or the kinds are OCL_KINDS_MIXED, of which nothing more is known. */
enum { OCL_KINDS = 29, OCL_KINDS_MIXED = 1 << OCL_KINDS };
/* The cl_kernel to launch with tensors of these kinds; *out_slot is NULL where it is a temporary one. */
int32_t ocl_kernel_claim(expops_backend_kernel *kernel, ocl_program *program, uint32_t kinds, ocl_slot **out_slot,
                         cl_kernel *out_kernel);
/* One that could not be launched is not used again: what it remembers is unknown. */
void ocl_kernel_give_back(ocl_slot *slot, cl_kernel kernel, uint32_t kinds, int launched);
int32_t ocl_launch(expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                   const expops_launch *launch);

#endif
