/* Tensor descriptors and DLPack's managed tensors. */
#include "expops/tensor.h"
#include <stdlib.h>
#include <string.h>
#include "base/error.h"
#include "base/size.h"
#include "tensor.h"
#include "view.h"

/* Something that sizes can be read from. */
static int has_sizes(int32_t ndim, const int64_t *shape)
{
    return ndim == 0 || (ndim > 0 && ndim <= EXPOPS_MAX_RANK && shape);
}

int64_t expops_tensor_numel(const expops_tensor *tensor)
{
    int64_t numel;
    if (!tensor || !has_sizes(tensor->ndim, tensor->shape))
        return -1;
    return expops_checked_numel(tensor->ndim, tensor->shape, &numel) ? numel : -1;
}

int expops_tensor_is_contiguous(const expops_tensor *tensor)
{
    int64_t expected = 1;
    if (!tensor || !has_sizes(tensor->ndim, tensor->shape))
        return 0;
    if (!tensor->strides || expops_tensor_numel(tensor) == 0) /* without elements no stride is ever taken */
        return 1;
    for (int32_t i = tensor->ndim - 1; i >= 0; i--) {
        /* along a size of 1 no stride is ever taken */
        if (tensor->shape[i] != 1 && tensor->strides[i] != expected)
            return 0;
        if (!expops_checked_multiply(expected, tensor->shape[i], &expected))
            return 0;
    }
    return 1;
}

expops_status expops_contiguous_strides(int32_t ndim, const int64_t *shape, int64_t *strides)
{
    char text[EXPOPS_SHAPE_TEXT];
    if (!has_sizes(ndim, shape) || (ndim && !strides))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "expops_contiguous_strides: %d dimensions, %s, %s; expected 0 to %d, and both", ndim,
                           shape ? "shape" : "no shape", strides ? "strides" : "no strides", EXPOPS_MAX_RANK);
    if (expops_checked_strides(ndim, shape, strides))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE, "the strides of a compact tensor of shape %s exceed 64 bits",
                       expops_shape_text(ndim, shape, text));
}

/* Sizes and strides are what a caller says: nothing after this may overflow. */
static expops_status check_reach(const expops_tensor *tensor, expops_dtype dtype)
{
    char text[EXPOPS_SHAPE_TEXT];
    int64_t compact[EXPOPS_MAX_RANK], low, high;
    const int64_t *strides = tensor->strides;
    if (expops_tensor_numel(tensor) < 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "shape %s has more elements than 64 bits count",
                           expops_shape_text(tensor->ndim, tensor->shape, text));
    if (!strides) {
        EXPOPS_TRY(expops_contiguous_strides(tensor->ndim, tensor->shape, compact));
        strides = compact;
    }
    if (!expops_checked_extent(tensor->ndim, tensor->shape, strides, (int64_t)expops_dtype_bytes(dtype), &low, &high))
        return expops_fail(EXPOPS_ERR_SHAPE, "shape %s of %s with %s strides reaches further than 64 bits count bytes",
                           expops_shape_text(tensor->ndim, tensor->shape, text), expops_dtype_name(dtype),
                           tensor->strides ? "its" : "compact");
    return EXPOPS_OK;
}

expops_status expops_check_tensor(const expops_tensor *tensor, expops_dtype *out_dtype)
{
    if (!tensor)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "the tensor is NULL");
    EXPOPS_TRY(expops_dtype_from_dl(tensor->dtype, out_dtype));
    if (tensor->ndim < 0 || tensor->ndim > EXPOPS_MAX_RANK)
        return expops_fail(EXPOPS_ERR_SHAPE, "%d dimensions; at most %d are supported", tensor->ndim, EXPOPS_MAX_RANK);
    if (tensor->ndim > 0 && !tensor->shape)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%d dimensions but no shape", tensor->ndim);
    for (int32_t i = 0; i < tensor->ndim; i++)
        if (tensor->shape[i] < 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "dimension %d has size %lld", i, (long long)tensor->shape[i]);
    return check_reach(tensor, *out_dtype);
}

/* Data may be NULL where there are no elements: allocators give NULL for no bytes, and frameworks pass that on. */
static expops_status check_imported(const expops_tensor *tensor)
{
    expops_dtype dtype;
    EXPOPS_TRY_SAYING(expops_check_tensor(tensor, &dtype), "a DLPack tensor");
    if (!tensor->data && expops_tensor_numel(tensor) > 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "a DLPack tensor with elements but no data");
    return EXPOPS_OK;
}

expops_status expops_dl_import(expops_dl_managed *managed, expops_tensor *out_tensor)
{
    if (!managed || !out_tensor)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_dl_import: NULL argument");
    EXPOPS_TRY(check_imported(&managed->dl_tensor));
    *out_tensor = managed->dl_tensor;
    return EXPOPS_OK;
}

expops_status expops_dl_import_versioned(expops_dl_managed_versioned *managed, int for_output,
                                         expops_tensor *out_tensor)
{
    if (!managed || !out_tensor)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_dl_import_versioned: NULL argument");
    if (managed->version_major != 1) {
        const unsigned major = managed->version_major;
        if (managed->deleter) /* which lies at the same place in every version */
            managed->deleter(managed);
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "a DLPack tensor of major version %u; this library speaks 1", major);
    }
    if (for_output && (managed->flags & EXPOPS_DL_FLAG_READ_ONLY))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "a read-only DLPack tensor cannot be an output");
    if (for_output && (managed->flags & EXPOPS_DL_FLAG_IS_COPIED))
        return expops_fail(
            EXPOPS_ERR_INVALID_ARGUMENT,
            "a DLPack tensor that its producer copied cannot be an output: nobody would see what is written");
    if (managed->flags & EXPOPS_DL_FLAG_SUBBYTE_PADDED)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "a DLPack tensor of padded sub-byte elements");
    EXPOPS_TRY(check_imported(&managed->dl_tensor));
    *out_tensor = managed->dl_tensor;
    return EXPOPS_OK;
}

/* Both exported forms in one allocation; which one is in use decides which deleter is called. */
struct exported {
    union {
        expops_dl_managed legacy;
        expops_dl_managed_versioned versioned;
    } managed;
    void (*release)(void *context);
    void *context;
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK];
};

static void destroy(struct exported *exported)
{
    if (exported->release)
        exported->release(exported->context);
    free(exported);
}

static void delete_legacy(expops_dl_managed *self)
{
    destroy(self->manager_ctx);
}

static void delete_versioned(expops_dl_managed_versioned *self)
{
    destroy(self->manager_ctx);
}

/* Shape and strides are copied beside the tensor: the caller's may be gone before the consumer is done. */
static expops_status export(const expops_tensor *tensor, void (*release)(void *), void *context,
                            const void *out_managed, struct exported **out_exported, expops_tensor *out_tensor)
{
    if (!tensor || !out_managed)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "no tensor to export, or out_managed is NULL");
    EXPOPS_TRY(check_imported(tensor));
    struct exported *exported = calloc(1, sizeof *exported);
    if (!exported)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory for a DLPack tensor's description");
    exported->release = release;
    exported->context = context;
    *out_tensor = *tensor;
    if (tensor->ndim > 0)
        memcpy(exported->shape, tensor->shape, (size_t)tensor->ndim * sizeof *tensor->shape);
    /* Strides are written out even where ours are NULL: newer versions of DLPack do not allow that. */
    if (tensor->strides && tensor->ndim > 0)
        memcpy(exported->strides, tensor->strides, (size_t)tensor->ndim * sizeof *tensor->strides);
    else
        expops_contiguous_strides(tensor->ndim, tensor->shape, exported->strides);
    out_tensor->shape = exported->shape;
    out_tensor->strides = exported->strides;
    *out_exported = exported;
    return EXPOPS_OK;
}

expops_status expops_dl_export(const expops_tensor *tensor, void (*release)(void *context), void *context,
                               expops_dl_managed **out_managed)
{
    struct exported *exported = NULL;
    expops_tensor copy;
    EXPOPS_TRY(export(tensor, release, context, out_managed, &exported, &copy));
    exported->managed.legacy.dl_tensor = copy;
    exported->managed.legacy.manager_ctx = exported;
    exported->managed.legacy.deleter = delete_legacy;
    *out_managed = &exported->managed.legacy;
    return EXPOPS_OK;
}

expops_status expops_dl_export_versioned(const expops_tensor *tensor, uint64_t flags, void (*release)(void *context),
                                         void *context, expops_dl_managed_versioned **out_managed)
{
    struct exported *exported = NULL;
    expops_tensor copy;
    EXPOPS_TRY(export(tensor, release, context, out_managed, &exported, &copy));
    exported->managed.versioned.version_major = 1;
    exported->managed.versioned.flags = flags;
    exported->managed.versioned.dl_tensor = copy;
    exported->managed.versioned.manager_ctx = exported;
    exported->managed.versioned.deleter = delete_versioned;
    *out_managed = &exported->managed.versioned;
    return EXPOPS_OK;
}
