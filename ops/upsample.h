/* The draft of the operators that take the nearest element of self for each of a larger or smaller result. */
#ifndef EXPOPS_OPS_UPSAMPLE_H
#define EXPOPS_OPS_UPSAMPLE_H

#include <string.h>
#include "draft/draft.h"
#include "draft/number.h"

static inline expops_status expops_upsample_check(const expops_draft *d, int32_t dims)
{
    char text[EXPOPS_SHAPE_TEXT];
    const expops_view *self = d->tensor;
    const expops_value *sizes = d->args + 1;
    int fits = self->ndim == dims + 2;
    for (int32_t i = 1; fits && i < self->ndim; i++)
        fits = self->shape[i] > 0;
    if (!fits)
        return expops_fail(EXPOPS_ERR_SHAPE, "self has shape %s; expected are %d dimensions, none empty but the first",
                           expops_shape_text(self->ndim, self->shape, text), dims + 2);
    if (sizes->count != (uint32_t)dims)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "output_size has %u entries; expected are %d", sizes->count,
                           dims);
    for (int32_t i = 0; i < dims; i++)
        if (sizes->as.integers[i] < 1)
            return expops_fail(EXPOPS_ERR_SHAPE, "output_size has %lld; expected is 1 or more",
                               (long long)sizes->as.integers[i]);
    return EXPOPS_OK;
}

enum { NO_FACTOR = EXPOPS_MAX_PARAMETERS };

/* The step in self from one element of the result to the next, as f32: from the scale factor where there is one above 0. */
static inline int64_t expops_upsample_ratio(const expops_draft *d, uint32_t scale, int64_t in, int64_t out)
{
    const double factor = scale == NO_FACTOR || d->args[scale].kind == EXPOPS_VALUE_NONE
                              ? 0
                              : expops_number_value(d->op, scale, d->args + scale);
    const float ratio = factor > 0 ? (float)(1 / factor) : (float)in / (float)out;
    int32_t bits;
    memcpy(&bits, &ratio, sizeof bits);
    return bits;
}

/* The last `dims` dimensions become as large as output_size says; their scale factors are the arguments behind it. `by_sizes`:
 * which do not count where a size stays or doubles. */
static inline expops_status expops_upsample_draft(expops_draft *d, int32_t dims, int by_sizes)
{
    const expops_view *self = d->tensor;
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK], reach = 0;
    expops_view out;
    EXPOPS_TRY(expops_upsample_check(d, dims));
    memcpy(shape, self->shape, sizeof shape);
    memcpy(shape + 2, d->args[1].as.integers, (size_t)dims * sizeof *shape);
    expops_draft_channels(self, shape, strides);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, shape, strides, &out));
    for (int32_t i = 2; i < self->ndim; i++)
        reach = self->shape[i] > reach ? self->shape[i] : reach;
    expops_leaf *leaf = expops_draft_window(d, &out, 0, self, (uint32_t)dims, 1, reach);
    for (int32_t w = 0; w < dims; w++) {
        const int64_t in = self->shape[2 + w], size = shape[2 + w];
        const int plain = by_sizes && (size == in || size == 2 * in);
        expops_leaf_value(leaf, expops_upsample_ratio(d, plain ? NO_FACTOR : 2 + (uint32_t)w, in, size));
    }
    return EXPOPS_OK;
}

#endif
