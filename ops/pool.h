/* The draft of the operators that divide the last dimensions into boxes. */
#ifndef EXPOPS_OPS_POOL_H
#define EXPOPS_OPS_POOL_H

#include <string.h>
#include "base/size.h"
#include "draft/draft.h"

static inline expops_status expops_pool_check(const expops_draft *d, int32_t dims)
{
    char text[EXPOPS_SHAPE_TEXT];
    const expops_view *self = d->tensor;
    const expops_value *sizes = d->args + 1;
    int fits = self->ndim == dims + 1 || self->ndim == dims + 2;
    for (int32_t i = self->ndim - dims; fits && i < self->ndim; i++)
        fits = self->shape[i] > 0;
    if (!fits)
        return expops_fail(EXPOPS_ERR_SHAPE,
                           "self has shape %s; expected are %d dimensions or %d, the last %d not empty",
                           expops_shape_text(self->ndim, self->shape, text), dims + 1, dims + 2, dims);
    if (sizes->count != (uint32_t)dims)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "output_size has %u entries; expected are %d", sizes->count,
                           dims);
    for (int32_t i = 0; i < dims; i++)
        if (sizes->as.integers[i] < 0 || sizes->as.integers[i] > INT32_MAX)
            return expops_fail(EXPOPS_ERR_SHAPE, "output_size has %lld; expected are 0 to %d",
                               (long long)sizes->as.integers[i], INT32_MAX);
    return EXPOPS_OK;
}

enum { SMALL_BOX = 16 }; /* elements; a work-item for each of larger ones would have too long to do */

extern const expops_operator expops_operator_mean;

/* Large boxes of one size are rows of the tensor with each of its last dimensions in two. */
static inline int expops_pool_has_rows(const expops_view *self, const expops_view *out, int32_t dims)
{
    int64_t elements = 1;
    int even = self->ndim + dims <= EXPOPS_MAX_RANK;
    for (int32_t i = self->ndim - dims; even && i < self->ndim; i++) {
        even = out->shape[i] > 0 && self->shape[i] % out->shape[i] == 0;
        elements *= even && elements <= SMALL_BOX ? self->shape[i] / out->shape[i] : 1;
    }
    return even && elements > SMALL_BOX;
}

static inline void expops_pool_rows(expops_draft *d, const expops_view *self, const expops_view *out, int32_t dims)
{
    expops_view boxes = *self;
    uint8_t walked[EXPOPS_MAX_RANK] = { 0 };
    for (int32_t i = self->ndim - 1; i >= self->ndim - dims; i--)
        expops_view_split(&boxes, i, self->shape[i] / out->shape[i]);
    for (int32_t i = 0; i < dims; i++)
        walked[self->ndim - dims + 2 * i + 1] = 1;
    expops_leaf *leaf = expops_draft_reduce(d, &expops_operator_mean, &boxes, walked, out, 0);
    expops_leaf_row_argument(leaf, 0, &boxes, walked);
}

static inline void expops_pool_boxes(expops_draft *d, const expops_view *self, const expops_view *out, int32_t dims,
                                     int64_t reach)
{
    expops_leaf *leaf = expops_draft_window(d, out, 0, self, (uint32_t)dims, 0, reach);
    for (int32_t w = 0; w < dims; w++) {
        const int64_t n = self->shape[self->ndim - dims + w], m = out->shape[self->ndim - dims + w];
        if (m)
            expops_leaf_most(leaf, (uint32_t)w, n % m ? n / m + 2 : n / m);
    }
}

/* `channels_inside`: the result's memory order follows self's where its channels are innermost. */
static inline expops_status expops_pool_draft(expops_draft *d, int32_t dims, int channels_inside)
{
    const expops_view *self = d->tensor;
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK], reach = 0;
    expops_view out;
    EXPOPS_TRY(expops_pool_check(d, dims));
    memcpy(shape, self->shape, sizeof shape);
    memcpy(shape + self->ndim - dims, d->args[1].as.integers, (size_t)dims * sizeof *shape);
    expops_draft_channels(self, shape, strides);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, shape, channels_inside ? strides : NULL, &out));
    for (int32_t i = self->ndim - dims; i < self->ndim; i++) {
        int64_t most;
        if (!expops_checked_multiply(self->shape[i], shape[i] + 1, &most))
            return expops_fail(EXPOPS_ERR_SHAPE, "dimension %d of self has size %lld, too large to be divided", i,
                               (long long)self->shape[i]);
        reach = most > reach ? most : reach;
    }
    if (expops_pool_has_rows(self, &out, dims))
        expops_pool_rows(d, self, &out, dims);
    else
        expops_pool_boxes(d, self, &out, dims, reach);
    return EXPOPS_OK;
}

#endif
