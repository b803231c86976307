/* Operators as data, and the one call that runs any of them. Typed functions for every operator are in expops/ops.h. */
#ifndef EXPOPS_OP_H
#define EXPOPS_OP_H

#include "expops/device.h"

EXPOPS_BEGIN

typedef struct expops_operator expops_operator;

/* An argument of a call. Make them with the functions below. A call checks each before it reads what it points to: a value
 * of an unknown kind, of another than the parameter takes (an int is no bool), or with NULL where something is to be read
 * is refused. */
typedef struct expops_value {
    uint32_t kind;  /* EXPOPS_VALUE_... */
    uint32_t count; /* entries of a list; otherwise without a meaning */
    union {
        const expops_tensor *tensor;
        double real;
        int64_t integer;     /* also bool, and the index of a choice */
        const double *parts; /* real, imaginary */
        const int64_t *integers;
        const expops_tensor *const *tensors;
    } as;
} expops_value;

enum {
    EXPOPS_VALUE_NONE = 0, /* the argument's default, whatever else the value holds */
    EXPOPS_VALUE_TENSOR,
    EXPOPS_VALUE_BOOL,
    EXPOPS_VALUE_INT,
    EXPOPS_VALUE_REAL,
    EXPOPS_VALUE_COMPLEX,
    EXPOPS_VALUE_INTS,
    EXPOPS_VALUE_CHOICE,
    EXPOPS_VALUE_TENSORS,
};

static inline expops_value expops_value_of_kind(uint32_t kind, uint32_t count)
{
    expops_value value;
    value.kind = kind;
    value.count = count;
    value.as.integer = 0;
    return value;
}

static inline expops_value expops_none(void)
{
    return expops_value_of_kind(EXPOPS_VALUE_NONE, 0);
}

/* NULL is an absent tensor: expops_none(). */
static inline expops_value expops_tensor_value(const expops_tensor *tensor)
{
    expops_value value = expops_value_of_kind(tensor ? EXPOPS_VALUE_TENSOR : EXPOPS_VALUE_NONE, tensor != NULL);
    value.as.tensor = tensor;
    return value;
}

/* Numbers of the four kinds that decide type promotion, as Python's bool, int, float and complex do. */
static inline expops_value expops_bool(int truth)
{
    expops_value value = expops_value_of_kind(EXPOPS_VALUE_BOOL, 1);
    value.as.integer = truth != 0;
    return value;
}

static inline expops_value expops_int(int64_t integer)
{
    expops_value value = expops_value_of_kind(EXPOPS_VALUE_INT, 1);
    value.as.integer = integer;
    return value;
}

static inline expops_value expops_real(double real)
{
    expops_value value = expops_value_of_kind(EXPOPS_VALUE_REAL, 1);
    value.as.real = real;
    return value;
}

/* `parts` (real, imaginary) must live until the call returns; so must `integers` below. NULL is an absent number:
 * expops_none(). */
static inline expops_value expops_complex(const double *parts)
{
    expops_value value = expops_value_of_kind(parts ? EXPOPS_VALUE_COMPLEX : EXPOPS_VALUE_NONE, parts != NULL);
    value.as.parts = parts;
    return value;
}

static inline expops_value expops_ints(const int64_t *integers, uint32_t count)
{
    expops_value value = expops_value_of_kind(EXPOPS_VALUE_INTS, count);
    value.as.integers = integers;
    return value;
}

static inline expops_value expops_choice(int64_t index)
{
    expops_value value = expops_value_of_kind(EXPOPS_VALUE_CHOICE, 1);
    value.as.integer = index;
    return value;
}

/* A list of tensors; it must live until the call returns. */
static inline expops_value expops_tensors(const expops_tensor *const *tensors, uint32_t count)
{
    expops_value value = expops_value_of_kind(EXPOPS_VALUE_TENSORS, count);
    value.as.tensors = tensors;
    return value;
}

/* --- looking --- */
/* By name or alias ("absolute"); NULL if there is none, and the others find nothing in that. All are thread-safe. */
EXPOPS_API const expops_operator *expops_find(const char *name);
EXPOPS_API size_t expops_operator_count(void);
EXPOPS_API const expops_operator *expops_operator_at(size_t index); /* in alphabetical order */
EXPOPS_API const char *expops_operator_name(const expops_operator *op);
EXPOPS_API const char *expops_operator_doc(const expops_operator *op);
EXPOPS_API const char *expops_operator_alias(const expops_operator *op, size_t index); /* NULL past the last */

enum {
    EXPOPS_PARAMETER_NONE = 0,
#define EXPOPS_PARAMETER_ROW(kind, ...) EXPOPS_PARAMETER_##kind,
#include "parameter.inc"
#undef EXPOPS_PARAMETER_ROW
};

typedef struct expops_parameter_info {
    const char *name;
    const char *doc;
    uint32_t kind; /* EXPOPS_PARAMETER_... */
    uint32_t optional;
    double default_value;       /* of a number, int, bool or choice where optional */
    const char *const *choices; /* NULL-terminated words, or NULL */
} expops_parameter_info;
EXPOPS_API size_t expops_operator_parameter_count(const expops_operator *op);
EXPOPS_API int expops_operator_parameter(const expops_operator *op, size_t index, expops_parameter_info *out_info);
/* Names of the outputs; "out" where there is one. NULL past the last. */
EXPOPS_API const char *expops_operator_output(const expops_operator *op, size_t index);
/* Of an operator whose result is a view of its first argument: the name under which it copies ("permute_copy"). NULL of all
 * others. Both names find the same operator: expops_view_of gives the view, expops_call the copy. */
EXPOPS_API const char *expops_operator_copy_name(const expops_operator *op);
/* Whether `self` may be passed as `out` too. */
EXPOPS_API int expops_operator_in_place(const expops_operator *op);
/* Bit 1 << dtype for each element type the operator takes. */
EXPOPS_API uint32_t expops_operator_dtypes(const expops_operator *op);

/* --- calling --- */
/* Result of a call as PyTorch would give it. */
typedef struct expops_result {
    uint32_t struct_size; /* set by the library */
    uint32_t flags;       /* EXPOPS_RESULT_... */
    expops_dtype dtype;
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK];
    int64_t
        strides[EXPOPS_MAX_RANK]; /* elements: the memory order PyTorch's result has. A call writes any other, too. */
    uint64_t byte_offset;         /* of an expops_view_of: from the first argument's data */
} expops_result;

enum {
    EXPOPS_RESULT_ALIAS = 1u << 0, /* lies in the first argument's memory: expops_view_of says where */
    /* The shape is the largest there can be: how many elements there are is known when the call has run, from another result. An
     * output of one dimension and any smaller size is taken, too, and gets as many as it has room for. */
    EXPOPS_RESULT_UP_TO = 1u << 1,
};

/* The results that `args` (one value for each parameter, in order; missing trailing ones take their defaults) would give.
 * Touches no device. `num_results` is the number of the operator's outputs. EXPOPS_ERR_SHAPE where a compact tensor of that
 * shape has more bytes than an int64_t counts. */
EXPOPS_API expops_status expops_infer(const expops_operator *op, const expops_value *args, size_t num_args,
                                      expops_result *out_results, size_t num_results);

/* What PyTorch refuses on a CPU because of the elements that the arguments have, where a call gives 0: an index that lies outside of what it
 * counts, fewer elements than places for them. `args` as for expops_infer, in memory that the host reads, which this does;
 * EXPOPS_ERR_INVALID_ARGUMENT for such elements. Of most operators there are none, and nothing is read. */
EXPOPS_API expops_status expops_check_elements(const expops_operator *op, const expops_value *args, size_t num_args);

/* The result as a view of the first argument, without a device and without copying: its type, shape, strides and where it
 * starts. EXPOPS_ERR_UNSUPPORTED where the operator gives none, or where these arguments cannot be had without a copy
 * (reshape). */
EXPOPS_API expops_status expops_view_of(const expops_operator *op, const expops_value *args, size_t num_args,
                                        expops_result *out_view);

/* Runs an operator: checks, then launches asynchronously on the caller's stream and returns. Each of `outs` has the inferred
 * shape, any strides, and any element type the result can be cast to; the first may be exactly one of the inputs. Missing
 * trailing args take their defaults. device NULL means the default device. On failure nothing is launched or written, but
 * where one of several launches is refused by the device.
 * After the first call with a signature (types, shapes, strides, alignment) a call allocates nothing, takes no lock and
 * reads no environment; it may be captured in a graph. Thread-safe; calls on one stream are ordered by the caller. */
EXPOPS_API expops_status expops_call(const expops_operator *op, expops_device *device, void *stream,
                                     const expops_value *args, size_t num_args, const expops_tensor *outs,
                                     size_t num_outs);
/* Makes outputs for the results: writes a tensor for each to `outs`. `results` are valid until it returns or itself calls the
 * library. What it gives but EXPOPS_OK is what the call gives. */
typedef expops_status expops_make_outputs(void *context, const expops_result *results, expops_tensor *outs);
/* expops_infer and expops_call in one, which looks at the arguments once: `make` fills `outs`, of which there are `num_outs`, when it
 * is told what they have to be, and the call writes to them. Outputs that were made are the caller's whether the call succeeds or not. */
EXPOPS_API expops_status expops_call_new(const expops_operator *op, expops_device *device, void *stream,
                                         const expops_value *args, size_t num_args, expops_make_outputs *make,
                                         void *context, expops_tensor *outs, size_t num_outs);
/* expops_call without launching: compiles and loads what the call would need, so that it can be captured. *out_scratch_bytes,
 * unless NULL, is the device memory that a call takes for its time (from the allocator of expops_device_set_allocator), or that
 * expops_call_with_scratch is given. */
EXPOPS_API expops_status expops_prepare(const expops_operator *op, expops_device *device, const expops_value *args,
                                        size_t num_args, const expops_tensor *outs, size_t num_outs,
                                        uint64_t *out_scratch_bytes);
/* expops_call in memory of the caller's, on the device, of at least the bytes that expops_prepare says, aligned to 256: nothing is
 * allocated for the call. It may be used again for what is queued behind it on the stream. NULL where no bytes are needed. */
EXPOPS_API expops_status expops_call_with_scratch(const expops_operator *op, expops_device *device, void *stream,
                                                  const expops_value *args, size_t num_args, const expops_tensor *outs,
                                                  size_t num_outs, const expops_pointer *scratch,
                                                  uint64_t scratch_bytes);

EXPOPS_END

#endif
