/* Tensors as the caller describes them: DLPack's DLTensor, field for field, so one passes for the other by a cast. */
#ifndef EXPOPS_TENSOR_H
#define EXPOPS_TENSOR_H

#include "expops/dtype.h"

EXPOPS_BEGIN

/* DLPack's device types that the library knows (DLDeviceType). */
enum {
    EXPOPS_DL_CPU = 1,
    EXPOPS_DL_CUDA = 2,
    EXPOPS_DL_CUDA_HOST = 3,
    EXPOPS_DL_OPENCL = 4, /* data is a cl_mem, byte_offset counts from its start */
    EXPOPS_DL_ROCM = 10,
    EXPOPS_DL_ROCM_HOST = 11,
    EXPOPS_DL_EXT = 12, /* of an OpenCL device: data is a pointer to shared virtual memory */
    EXPOPS_DL_CUDA_MANAGED = 13,
};

typedef struct expops_dl_device {
    int32_t device_type;
    int32_t device_id;
} expops_dl_device;

/* A view of memory the caller owns. Describing costs nothing and owns nothing; shape and strides are the caller's arrays.
 *
 * The number of elements, and the bytes from the lowest to the highest one reached, must fit an int64_t. Without elements
 * (a size of 0) the other sizes and the strides may be what they like; compact strides must still fit. The first element
 * lies at data + byte_offset; this sum may wrap, so an offset may count backwards, except where data is a handle. */
typedef struct expops_tensor {
    void *data;
    expops_dl_device device;
    int32_t ndim; /* 0 is a scalar tensor */
    expops_dl_dtype dtype;
    int64_t *shape;
    int64_t *strides; /* in elements, any sign or zero; NULL means compact row-major */
    uint64_t byte_offset;
} expops_tensor;

/* Number of elements; -1 where an int64_t cannot hold it, or where sizes are missing. */
EXPOPS_API int64_t expops_tensor_numel(const expops_tensor *tensor);
EXPOPS_API int expops_tensor_is_contiguous(const expops_tensor *tensor); /* 0 where sizes are missing */
/* Fills `strides` with the compact row-major strides of `shape`. EXPOPS_ERR_SHAPE where one exceeds 64 bits; `strides` is
 * of no use then. */
EXPOPS_API expops_status expops_contiguous_strides(int32_t ndim, const int64_t *shape, int64_t *strides);

/* --- DLPack's managed tensors: the legacy form and the versioned one (major version 1) --- */

typedef struct expops_dl_managed {
    expops_tensor dl_tensor;
    void *manager_ctx;
    void (*deleter)(struct expops_dl_managed *self);
} expops_dl_managed;

typedef struct expops_dl_managed_versioned {
    uint32_t version_major, version_minor;
    void *manager_ctx;
    void (*deleter)(struct expops_dl_managed_versioned *self);
    uint64_t flags; /* EXPOPS_DL_FLAG_... */
    expops_tensor dl_tensor;
} expops_dl_managed_versioned;

#define EXPOPS_DL_FLAG_READ_ONLY 1u
#define EXPOPS_DL_FLAG_IS_COPIED 2u
#define EXPOPS_DL_FLAG_SUBBYTE_PADDED 4u

/* Checks a producer's tensor and gives a view of it in *out_tensor, which stays valid until the caller calls the
 * producer's deleter. On failure nothing is written and the caller still owns `managed`; a version other than 1 is
 * released through its deleter, as the DLPack rules ask. `for_output` refuses read-only tensors and copies. Thread-safe. */
EXPOPS_API expops_status expops_dl_import(expops_dl_managed *managed, expops_tensor *out_tensor);
EXPOPS_API expops_status expops_dl_import_versioned(expops_dl_managed_versioned *managed, int for_output,
                                                    expops_tensor *out_tensor);

/* Makes a managed tensor over `tensor` (shape and strides are copied, memory is not). `release(context)` is called once,
 * from whichever thread runs the deleter. The result is freed by its own deleter. Thread-safe. */
EXPOPS_API expops_status expops_dl_export(const expops_tensor *tensor, void (*release)(void *context), void *context,
                                          expops_dl_managed **out_managed);
EXPOPS_API expops_status expops_dl_export_versioned(const expops_tensor *tensor, uint64_t flags,
                                                    void (*release)(void *context), void *context,
                                                    expops_dl_managed_versioned **out_managed);

EXPOPS_END

#endif
