/* The contract between the core and a backend plugin. Self-contained: a plugin needs this file, which includes the numbers it speaks
 * of (expops_status, expops_dtype, DLPack's device types), and links nothing of the library.
 *
 * A plugin is a shared object that exports one symbol, expops_backend_query. Three phases: query (no driver contact, safe
 * anywhere), probe (opens the vendor's libraries, counts devices, reports causes), device_open (creates contexts).
 *
 * Rules. Every struct starts with its size as its writer knew it; fields are only ever appended; a reader asks
 * EXPOPS_HAS before it touches a field newer than the oldest version it accepts. A plugin reads no environment and writes
 * no file: both come through the host table. Functions return an expops_status value (0 is success) and say why they
 * failed through host->error. The core has validated everything: plugins trust their arguments. Every function must be
 * callable from any thread; calls on one stream are ordered by the caller. */
#ifndef EXPOPS_BACKEND_H
#define EXPOPS_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#include "expops/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXPOPS_BACKEND_MAJOR 1u
#define EXPOPS_BACKEND_MINOR 1u
#define EXPOPS_BACKEND_QUERY "expops_backend_query"

#define EXPOPS_HAS(p, T, field) ((p)->header.struct_size >= offsetof(T, field) + sizeof((p)->field) && (p)->field)

/* What the compiler builds in, as expops_query says it. */
#ifdef __has_feature
#define EXPOPS_HAS_FEATURE(name) __has_feature(name)
#else
#define EXPOPS_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || EXPOPS_HAS_FEATURE(address_sanitizer)
#define EXPOPS_SANITIZER 1u
#elif defined(__SANITIZE_THREAD__) || EXPOPS_HAS_FEATURE(thread_sanitizer)
#define EXPOPS_SANITIZER 2u
#elif EXPOPS_HAS_FEATURE(memory_sanitizer)
#define EXPOPS_SANITIZER 3u
#else
#define EXPOPS_SANITIZER 0u
#endif

typedef struct expops_header {
    uint32_t struct_size; /* sizeof as the writer of the struct knows it */
    uint32_t flags;       /* 0 */
    const void *next;     /* NULL */
} expops_header;

/* Why a candidate does not run; reported by the host's loader or by a plugin's probe. */
enum expops_cause {
    EXPOPS_CAUSE_NONE = 0,
    EXPOPS_CAUSE_NOT_FOUND = 1,
    EXPOPS_CAUSE_UNTRUSTED_PATH = 2,
    EXPOPS_CAUSE_RELATIVE_PATH = 3,
    EXPOPS_CAUSE_DLOPEN_FAILED = 4,
    EXPOPS_CAUSE_DEPENDENCY_MISSING = 5,
    EXPOPS_CAUSE_NO_SYMBOL = 6,
    EXPOPS_CAUSE_PLUGIN_TOO_OLD = 7,
    EXPOPS_CAUSE_HOST_TOO_OLD = 8,
    EXPOPS_CAUSE_ABI_MAJOR = 9,
    EXPOPS_CAUSE_SANITIZER_MISMATCH = 10,
    EXPOPS_CAUSE_DRIVER_MISSING = 11,
    EXPOPS_CAUSE_DRIVER_TOO_OLD = 12,
    EXPOPS_CAUSE_NO_DEVICE = 13,
    EXPOPS_CAUSE_DEVICE_PERMISSION = 14,
    EXPOPS_CAUSE_COMPILER_MISSING = 15,
    EXPOPS_CAUSE_EXCLUDED = 16,
    EXPOPS_CAUSE_DUPLICATE = 17,
    EXPOPS_CAUSE_ENV_IGNORED = 18,
    EXPOPS_CAUSE_DRIVER_FAILED = 19,
    EXPOPS_CAUSE_CRASHED = 20,
    EXPOPS_CAUSE_MALFORMED = 21,     /* breaks this contract, or refused the question without one of the causes above */
    EXPOPS_CAUSE_OUT_OF_MEMORY = 22, /* tried again when it is next needed */
    EXPOPS_CAUSE_SECURE_EXECUTION = 23, /* a driver would trust the environment of a process with elevated rights */
    EXPOPS_CAUSE_LAYOUT_MISMATCH = 24,  /* compiled with other structs, though of this version */
    EXPOPS_CAUSE_COUNT
};

/* Arithmetic a kernel computes in. Half types compute in F32; small integers and bool in I32. */
enum expops_compute {
    EXPOPS_COMPUTE_F32 = 0,
    EXPOPS_COMPUTE_F64 = 1,
    EXPOPS_COMPUTE_I32 = 2,
    EXPOPS_COMPUTE_I64 = 3,
    EXPOPS_COMPUTE_C64 = 4,
    EXPOPS_COMPUTE_C128 = 5,
};

typedef struct expops_backend_device expops_backend_device; /* the plugin's own */
typedef struct expops_backend_kernel expops_backend_kernel; /* the plugin's own */

/* What the core offers a plugin. Valid for the life of the process. */
typedef struct expops_host_api {
    expops_header header;
    uint32_t major, minor;
    /* The text of the failure the plugin is about to return; appended to the calling thread's story. */
    void (*error)(const char *format, ...);
    /* During probe: one finding, an expops_cause and a sentence with what to do about it. Compiler missing and the like
     * may be reported by a probe that succeeds. */
    void (*cause)(uint32_t cause, const char *format, ...);
    /* Value of a setting the core read from its environment table ("nvrtc", "hiprtc": paths of a compiler library), or
     * NULL. Owned by the core. */
    const char *(*config)(const char *key);
    /* dlopen with RTLD_NOW | RTLD_LOCAL and dlsym, replaceable by tests. open_library(name, 1) finds only what the
     * process has loaded already. The linker's message of a failure is in *out_message (valid until the thread's next
     * call). Libraries stay open. In secure execution (set-user-ID and the like) nothing is opened. */
    void *(*open_library)(const char *name, int only_loaded, const char **out_message);
    void *(*library_symbol)(void *library, const char *name);
    /* level: 0 error, 1 warning, 2 info, 3 debug */
    void (*log)(int level, const char *format, ...);
} expops_host_api;

/* Facts about a device. Strings are owned by the plugin and live as long as the device. */
typedef struct expops_device_info {
    expops_header header;
    const char *name;     /* "NVIDIA H100 80GB HBM3" */
    const char *target;   /* what the compiler compiles for: "sm_90", "gfx90a:sramecc+:xnack-", "x86-64-v3" */
    const char *driver;   /* the driver, with version */
    const char *compiler; /* the compiler's identity, with version: part of every cache key */
    const char *prelude;  /* dialect text put before every kernel; NULL: the backend compiles nothing */
    uint64_t caps;        /* EXPOPS_CAP_... */
    uint64_t memory_bytes;
    uint64_t local_bytes; /* local (shared) memory a group may use */
    uint32_t max_group;   /* work-items in a group */
    uint32_t subgroup;    /* work-items that shuffle among themselves; 1 where there are none */
    uint32_t compute_units;
    uint32_t num_device_types;
    int32_t device_types[4]; /* DLPack device types whose memory kernels here can use; [0] is what `allocate` gives */
    int32_t device_id;       /* ordinal as tensors name it */
    uint32_t max_cluster;    /* neighbouring groups of a launch that can wait for each other; 0 or 1: none can */
    uint32_t argument_bytes; /* of all arguments of a kernel; 0: unknown, and no launch gets more than 16 tensors */
    uint64_t launch_local_bytes; /* local memory that a launch may ask for, instead of a text; 0: none */
    uint64_t
        max_items; /* work-items of a launch, of all its groups; 0: any number. Groups end at 2^31 - 1 everywhere */
} expops_device_info;

enum {
    EXPOPS_CAP_F64 = 1u << 0,             /* double arithmetic */
    EXPOPS_CAP_HANDLES = 1u << 1,         /* device_types[0] memory is an opaque handle, not an address */
    EXPOPS_CAP_CAPTURE = 1u << 2,         /* stream_capturing is meaningful */
    EXPOPS_CAP_STREAM_ALLOCATE = 1u << 3, /* allocate and release are ordered on the stream */
    EXPOPS_CAP_HOST = 1u << 4,            /* memory is the host's: the core may read it */
    EXPOPS_CAP_CPU = 1u << 5,             /* the device's processors are the host's: `auto` takes it last */
    EXPOPS_CAP_WIDE_MATRIX = 1u << 6,     /* what `compile` takes has matrix instructions of 128 work-items */
    EXPOPS_CAP_TOGETHER = 1u << 7,        /* all groups of a launch run at once where it says so */
    EXPOPS_CAP_WEIGHTED = 1u << 8,        /* `offer` takes weighted sums of f32 and half types */
    EXPOPS_CAP_SHORT_WEIGHTS = 1u << 9,   /* those of bf16 may round their weights to it */
};

/* Kernel text ready for the compiler: prelude and defines included, one entry point. */
typedef struct expops_source {
    expops_header header;
    const char *text;
    const char *name;   /* for messages: "silu.f32" */
    const char *entry;  /* "xk_main" */
    const char *target; /* as in expops_device_info; never NULL */
} expops_source;

/* Machine code from `compile`; freed by release_image. */
typedef struct expops_image {
    void *data;
    size_t bytes;
} expops_image;

/* One operand of a signature. */
typedef struct expops_operand {
    uint32_t struct_size;
    uint32_t kind;          /* EXPOPS_OPERAND_... */
    int32_t dtype;          /* expops_dtype of the tensor */
    uint32_t aligned;       /* the data starts at a multiple of 16 bytes */
    const int64_t *strides; /* in elements, one for each dimension of the signature's shape; 0 where broadcast */
    int64_t first;          /* of a position */
    int32_t as;         /* expops_dtype that elements are converted to before the arithmetic, of an output the result's;
                             * numbers arrive converted */
    uint32_t attribute; /* rows: a number for the whole row, not for each element */
} expops_operand;

enum {
    EXPOPS_OPERAND_OUTPUT = 0,
    EXPOPS_OPERAND_INPUT = 1,
    EXPOPS_OPERAND_NUMBER = 2, /* a value of the compute type, in the launch's params */
    EXPOPS_OPERAND_POSITION =
        3, /* no memory: the sum of the element's indices times the strides, plus `first`, an i64 */
};

enum expops_family {
    EXPOPS_FAMILY_POINTWISE = 0, /* output element i from input elements i */
    EXPOPS_FAMILY_REDUCE = 1,    /* one output element for each row */
    EXPOPS_FAMILY_MAP = 2,       /* one output element for each element of a row, knowing a reduction of the row */
    EXPOPS_FAMILY_WINDOW = 3,    /* output element i from a box of the first input, which the operator says given i */
    EXPOPS_FAMILY_SELECT = 4,    /* what the first input, a mask, is true at, and how many of those come before it */
    EXPOPS_FAMILY_WEIGHTED = 5,  /* rows summed by weights that two other inputs give */
};

enum { EXPOPS_MAX_WALKED = 16, EXPOPS_MAX_VALUES = 24 };

/* Windows: beside the iteration space the first input has dimensions of its own, which a window walks. The operator's window
 * function says which run of each, given the element's indices in the last `row_dims` dimensions of the space. */
typedef struct expops_window {
    uint32_t walked; /* dimensions; of each */
    uint32_t
        single; /* every run has one element or none: it is moved, and where there is none the second input's or 0 is */
    int64_t sizes[EXPOPS_MAX_WALKED];
    int64_t strides[EXPOPS_MAX_WALKED]; /* elements */
    uint32_t reads[EXPOPS_MAX_WALKED];  /* bit i where its run depends on index i */
    int64_t most[EXPOPS_MAX_WALKED];    /* elements that a run has at most; 0: nothing is known */
    int64_t values[EXPOPS_MAX_VALUES];  /* what the window function reads beside indices and sizes */
    uint32_t num_values;
    uint32_t
        picked; /* the function reads the element of the last input at the same place, an i64 or i32, behind the indices */
} expops_window;

/* Selections have a window, too: `sizes[0]` elements of the first input, a bool mask, and of the second, both compact. With two
 * inputs those of the second at which the mask is true are written to the output one after the other, as far as it reaches. With
 * three the output is the second, but where the mask is true it takes the third's `sizes[1]` elements one after the other, and 0
 * where there are no more. */
/* Weighted sums walk the last four dimensions: rows, terms, elements of a product, columns. Of each row and term the first input
 * (rows by elements) and the second (terms by elements) give a score, their sum of products times the one number; where there is a
 * fourth input, the body makes another of it and of that input's element (rows by terms). Where a position is given, only terms count at
 * which it is above 0: of row r those below r + `first`. The exponentials of a row's scores over their sum are the weights by which
 * the rows of the third input (terms by columns) are summed; of a row whose scores are all -infinity the result is 0. */
/* What is known when a plan is made; valid during the call. The iteration space is collapsed and broadcast, outermost
 * dimension first. For rows the last `row_dims` dimensions are walked by one row, for windows they are the indices.
 * Operands come in the order in which the kernel's function takes them, outputs first. */
typedef struct expops_signature {
    expops_header header;
    const char *operator_name; /* whose body: "softplus" */
    uint32_t family;           /* expops_family */
    uint32_t compute;          /* expops_compute */
    int32_t dtype;             /* expops_dtype that inputs have in common; -1: elements are moved as bits */
    int32_t result;            /* expops_dtype of the arithmetic's result, before it is converted to the output's */
    uint32_t choice;           /* 0, or which of an operator's compile-time choices (gelu's "tanh"), of mixed radix */
    uint32_t rank, row_dims;
    const int64_t *shape;
    uint32_t num_operands;
    uint32_t num_numbers;           /* 8 bytes each at the start of params (16 for complex): float, double or int64_t */
    const expops_operand *operands; /* operands[0].struct_size apart */
    uint32_t lifted;                /* rows: so many of the inputs, the first ones, are reduced; at least 1 */
    uint32_t pad;
    const expops_window *window; /* of windows and selections */
} expops_signature;

/* A kernel of the plugin's own. */
typedef struct expops_offered {
    expops_header header;
    expops_backend_kernel *kernel; /* NULL declines */
    uint64_t scratch_bytes;        /* memory that each launch gets for its time, as its last tensor; 0: none */
} expops_offered;

/* A tensor as a kernel receives it. */
typedef struct expops_pointer {
    void *data; /* address or handle */
    uint64_t byte_offset;
    int32_t device_type;
    int32_t pad;
} expops_pointer;

/* Where a pointer that is no handle points. An offset may count backwards, so the sum may wrap. */
static inline void *expops_address(const expops_pointer *pointer)
{
    return (void *)((uintptr_t)pointer->data + (uintptr_t)pointer->byte_offset);
}

/* When a launch's groups start: as there is room for them; all at once, so that they may wait for each other (EXPOPS_CAP_TOGETHER);
 * before what stands in front of it on the stream has ended, for which its text waits, where the device can. */
enum { EXPOPS_START_IN_TURN, EXPOPS_START_TOGETHER, EXPOPS_START_EARLY };

/* One launch. Kernel arguments are the tensors in order, then the params struct by value. A kernel that the plugin
 * offered itself gets grid and group of zero. */
typedef struct expops_launch {
    uint32_t struct_size;
    uint32_t num_tensors;
    const expops_pointer *tensors; /* outputs first, then inputs, no numbers */
    const void *params;            /* read before launch returns: the next call changes them */
    uint32_t params_bytes;         /* a multiple of 8 */
    uint32_t grid[3];              /* groups */
    uint32_t group[3];             /* work-items in a group */
    uint32_t local_bytes;          /* local memory of a group beside what the text declares */
    uint32_t start;                /* EXPOPS_START_... */
} expops_launch;

/* A copy between host and device memory, or within the device. */
typedef struct expops_transfer {
    expops_header header;
    expops_pointer destination, source;
    uint64_t bytes;
    uint32_t kind; /* EXPOPS_COPY_... */
} expops_transfer;

enum { EXPOPS_COPY_TO_DEVICE = 0, EXPOPS_COPY_TO_HOST = 1, EXPOPS_COPY_ON_DEVICE = 2 };

/* The plugin's functions. `stream` is the vendor's own (CUstream, hipStream_t, cl_command_queue); NULL is the device's
 * default one. Optional entries may be NULL. */
typedef struct expops_backend_api {
    expops_header header;
    /* Opens the vendor's libraries and counts devices. May be called again after a failure. Does not change what the
     * process had current. */
    int32_t (*probe)(uint32_t *out_num_devices);
    int32_t (*device_open)(uint32_t ordinal, expops_backend_device **out_device);
    void (*device_close)(expops_backend_device *device);
    int32_t (*device_info)(expops_backend_device *device, expops_device_info *out_info);

    int32_t (*allocate)(expops_backend_device *device, void *stream, uint64_t bytes, expops_pointer *out_pointer);
    void (*release)(expops_backend_device *device, void *stream, const expops_pointer *pointer);
    /* Asynchronous on the stream where the memory allows; host memory may be reused only after synchronize. */
    int32_t (*copy)(expops_backend_device *device, void *stream, const expops_transfer *copy);
    int32_t (*synchronize)(expops_backend_device *device, void *stream);
    int32_t (*stream_create)(expops_backend_device *device, void **out_stream);
    void (*stream_destroy)(expops_backend_device *device, void *stream);
    /* *out_capturing = 1 while work on the stream is recorded instead of run. Optional. */
    int32_t (*stream_capturing)(expops_backend_device *device, void *stream, uint32_t *out_capturing);

    /* Text to machine code. Needs no device: `device` may be NULL where only source->target counts. Optional with
     * release_image and load: a backend that only offers kernels has none. */
    int32_t (*compile)(expops_backend_device *device, const expops_source *source, expops_image *out_image);
    void (*release_image)(expops_image *image);
    int32_t (*load)(expops_backend_device *device, const void *image, size_t bytes, const char *entry,
                    expops_backend_kernel **out_kernel);
    /* The core launches the kernel no more. Launches may still be queued, which have to run, and where it was launched under
     * capture the recording may be replayed until device_close: what those need is the plugin's to keep. */
    void (*unload)(expops_backend_device *device, expops_backend_kernel *kernel);
    /* A kernel of the plugin's own for this signature, asked once when a plan is made. Optional. */
    int32_t (*offer)(expops_backend_device *device, const expops_signature *signature, expops_offered *out_offered);
    /* The hot path: no allocation, lock or synchronisation. */
    int32_t (*launch)(expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                      const expops_launch *launch);

    /* Events, for timing. */
    int32_t (*event_create)(expops_backend_device *device, void **out_event);
    void (*event_destroy)(expops_backend_device *device, void *event);
    int32_t (*event_record)(expops_backend_device *device, void *event, void *stream);
    /* Waits for both. *out_ns is the time between them in nanoseconds. */
    int32_t (*event_elapsed)(expops_backend_device *device, void *start, void *stop, uint64_t *out_ns);

    /* What device_info says of a device of this target ("sm_90"), as far as kernels' texts depend on it: needs no device and no
     * driver. `target` and `name` may be the argument itself, or name the same better; compute_units are those of a usual
     * device, 0 where none is. Optional. */
    int32_t (*describe_target)(const char *target, expops_device_info *out_info);

    /* One kernel of several that were offered, none of which reads or writes what another one writes, has numbers or asks for memory:
     * its launches get their tensors, one kernel's after the other's. It takes the others along, which the core then neither launches
     * nor unloads; where *out_kernel stays NULL they are launched one by one. Optional. */
    int32_t (*join)(expops_backend_device *device, expops_backend_kernel *const *kernels, uint32_t count,
                    expops_backend_kernel **out_kernel);
} expops_backend_api;

/* One row of the list of structs and members, expops/backend_layout.inc, as one side's compiler has it. */
typedef struct expops_place {
    const char *name; /* NULL behind the last one */
    uint32_t offset;
    uint32_t bytes; /* of a struct itself: 0, and its size is `offset` */
} expops_place;

/* The question and, also when the plugin refuses, the answer. */
typedef struct expops_query {
    expops_header header;
    uint32_t host_major, host_minor;     /* in */
    uint32_t plugin_major, plugin_minor; /* out: what the plugin was built for */
    uint32_t min_host_minor;             /* out: the oldest host it accepts */
    uint32_t sanitizer;                  /* out: EXPOPS_SANITIZER: 0 none, 1 address, 2 thread, 3 memory */
    const char *name;                    /* out: "cuda"; lower case letters, digits and _ */
    const char *version;                 /* out */
    const char *description;             /* out: one line */
    const expops_backend_api *api;       /* out: NULL when refused */
    const expops_place *layout;          /* out: where the plugin's compiler has every member of these structs */
} expops_query;

/* Where the compiler of whoever asks has every member of these structs. */
static inline const expops_place *expops_layout(void)
{
#define EXPOPS_FIXED(type) { #type, (uint32_t)sizeof(type), 0 },
#define EXPOPS_GROWING(type) EXPOPS_FIXED(type)
#define EXPOPS_MEMBER(type, member) \
    { #member, (uint32_t)offsetof(type, member), (uint32_t)sizeof(((type *)0)->member) },
    static const expops_place layout[] = {
#include "expops/backend_layout.inc"
        { NULL, 0, 0 }
    };
#undef EXPOPS_MEMBER
#undef EXPOPS_GROWING
#undef EXPOPS_FIXED
    return layout;
}

/* How an answer begins: the version, the sanitizer and the layout that the plugin was compiled with. Left to add are the name, what
 * describes it, and the table of functions where this returns 1; where it returns 0 the host speaks another version. */
static inline int expops_query_answer(expops_query *query)
{
    query->plugin_major = EXPOPS_BACKEND_MAJOR;
    query->plugin_minor = EXPOPS_BACKEND_MINOR;
    query->min_host_minor = 1; /* the first that compares layouts */
    query->sanitizer = EXPOPS_SANITIZER;
    query->api = NULL;
    if (query->header.struct_size >= offsetof(expops_query, layout) + sizeof query->layout)
        query->layout = expops_layout();
    return query->host_major == EXPOPS_BACKEND_MAJOR;
}

/* Returns 0, or nonzero with query->api NULL. Must not contact a driver, print, or start threads. */
typedef int32_t (*expops_backend_query_fn)(const expops_host_api *host, expops_query *query);

#ifdef __cplusplus
}
#endif

#endif
