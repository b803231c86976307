/* Drafts of the operators that pad the last dimensions of self with elements of its own. */
#ifndef EXPOPS_OPS_PAD_H
#define EXPOPS_OPS_PAD_H

#include <string.h>
#include "base/size.h"
#include "draft/draft.h"

/* Without a batch one dimension stands before those padded, with one two; only the batch may be empty. */
static inline expops_status expops_pad_check(const expops_draft *d, int32_t dims)
{
    char text[EXPOPS_SHAPE_TEXT];
    const expops_view *self = d->tensor;
    const expops_value *padding = d->args + 1;
    int fits = self->ndim == dims + 1 || self->ndim == dims + 2;
    for (int32_t i = self->ndim == dims + 2; fits && i < self->ndim; i++)
        fits = self->shape[i] > 0;
    if (!fits)
        return expops_fail(EXPOPS_ERR_SHAPE,
                           "self has shape %s; expected are %d dimensions or %d, none empty but the first of %d",
                           expops_shape_text(self->ndim, self->shape, text), dims + 1, dims + 2, dims + 2);
    if (padding->count != 2 * (uint32_t)dims)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "padding has %u entries; expected are %d", padding->count,
                           2 * dims);
    return EXPOPS_OK;
}

/* `below_size`: padding is less than the size of the dimension, as where elements are mirrored. */
static inline expops_status expops_pad_dim(const expops_draft *d, int32_t dim, const int64_t *pad, int below_size,
                                           int64_t *size)
{
    const int64_t n = d->tensor->shape[dim], limit = below_size ? n : INT64_MAX / 4;
    if (pad[0] >= limit || pad[1] >= limit || pad[0] <= -INT64_MAX / 4 || pad[1] <= -INT64_MAX / 4 ||
        !expops_checked_add(n, pad[0], size) || !expops_checked_add(*size, pad[1], size))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "dimension %d of self has size %lld; padding (%lld, %lld) is %s", dim, (long long)n,
                           (long long)pad[0], (long long)pad[1], below_size ? "not smaller" : "out of range");
    if (*size >= 1)
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE,
                       "dimension %d of self has size %lld; padding (%lld, %lld) leaves nothing of it", dim,
                       (long long)n, (long long)pad[0], (long long)pad[1]);
}

/* The last `dims` dimensions; padding comes in pairs, the last dimension's first. Value w: how far the w-th is pushed on. */
static inline expops_status expops_pad_draft(expops_draft *d, int32_t dims, int below_size)
{
    const expops_view *self = d->tensor;
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK], reach = 0;
    expops_view out;
    EXPOPS_TRY(expops_pad_check(d, dims));
    const int64_t *padding = d->args[1].as.integers;
    memcpy(shape, self->shape, sizeof shape);
    for (int32_t w = 0; w < dims; w++) {
        const int32_t dim = self->ndim - 1 - w;
        EXPOPS_TRY(expops_pad_dim(d, dim, padding + 2 * w, below_size, shape + dim));
        const int64_t pushed = padding[2 * w] < 0 ? -padding[2 * w] : padding[2 * w];
        const int64_t twice = expops_saturated_add(self->shape[dim], self->shape[dim]);
        const int64_t most = expops_saturated_add(expops_saturated_add(shape[dim], twice), pushed);
        reach = most > reach ? most : reach;
    }
    expops_draft_channels(self, shape, strides);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, shape, strides, &out));
    expops_leaf *leaf = expops_draft_window(d, &out, 0, self, (uint32_t)dims, 1, reach);
    for (int32_t w = 0; w < dims; w++)
        expops_leaf_value(leaf, padding[2 * (dims - 1 - w)]);
    return EXPOPS_OK;
}

#endif
