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

/* How an operator's padding is bounded. */
typedef enum expops_pad_kind {
    EXPOPS_PAD_MIRRORED, /* less than the size */
    EXPOPS_PAD_WRAPPED,  /* up to the size */
    EXPOPS_PAD_FREE,     /* any, and something is left */
    EXPOPS_PAD_FILLED,   /* any */
} expops_pad_kind;

static inline expops_status expops_pad_dim(int32_t dim, int64_t n, const int64_t *pad, expops_pad_kind kind,
                                           int64_t *size)
{
    const int64_t far = INT64_MAX / 4;
    const int64_t limit = kind == EXPOPS_PAD_MIRRORED ? n - 1 : kind == EXPOPS_PAD_WRAPPED ? n : far;
    const int64_t least = kind == EXPOPS_PAD_MIRRORED || kind == EXPOPS_PAD_FREE;
    if (pad[0] > limit || pad[1] > limit || pad[0] < -far || pad[1] < -far || !expops_checked_add(n, pad[0], size) ||
        !expops_checked_add(*size, pad[1], size))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "dimension %d of self has size %lld; padding (%lld, %lld) is %s", dim, (long long)n,
                           (long long)pad[0], (long long)pad[1],
                           kind == EXPOPS_PAD_MIRRORED  ? "not smaller"
                           : kind == EXPOPS_PAD_WRAPPED ? "larger"
                                                        : "out of range");
    if (*size >= least)
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE,
                       "dimension %d of self has size %lld; padding (%lld, %lld) leaves nothing of it", dim,
                       (long long)n, (long long)pad[0], (long long)pad[1]);
}

/* The leaf that pads the last `dims` dimensions of self; padding comes in pairs, the last dimension's first. Value w: how far the w-th is
 * pushed on. */
static inline expops_status expops_pad_window(expops_draft *d, const expops_view *self, const int64_t *padding,
                                              int32_t dims, expops_pad_kind kind, expops_leaf **out_leaf)
{
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK], reach = 0;
    expops_view out;
    memcpy(shape, self->shape, sizeof shape);
    for (int32_t w = 0; w < dims; w++) {
        const int32_t dim = self->ndim - 1 - w;
        EXPOPS_TRY(expops_pad_dim(dim, shape[dim], padding + 2 * w, kind, shape + dim));
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
    if (kind == EXPOPS_PAD_WRAPPED)
        expops_leaf_wraps(leaf);
    *out_leaf = leaf;
    return EXPOPS_OK;
}

static inline expops_status expops_pad_draft(expops_draft *d, int32_t dims, expops_pad_kind kind)
{
    expops_leaf *leaf;
    EXPOPS_TRY(expops_pad_check(d, dims));
    return expops_pad_window(d, d->tensor, d->args[1].as.integers, dims, kind, &leaf);
}

#endif
