/* The draft of the operators that turn dimensions round. */
#ifndef EXPOPS_OPS_SHIFT_H
#define EXPOPS_OPS_SHIFT_H

#include "base/size.h"
#include "draft/draft.h"

/* Dimensions that have a flag are pushed on, dimension i by by[i], which is at least 0 and less than its size, or 0; what is pushed
 * out at the end comes in at the start. */
static inline expops_status expops_shift(expops_draft *d, uint8_t *walked, int64_t *by, const expops_view *from,
                                         const expops_view *to)
{
    expops_view self = *from, out = *to;
    int64_t longest = 0;
    for (int32_t dim = 0; dim < self.ndim; dim++)
        longest = self.shape[dim] > longest ? self.shape[dim] : longest;
    const int32_t ndim = self.ndim;
    const uint32_t count = expops_view_to_end(&self, walked);
    expops_view_to_end(&out, walked);
    expops_leaf *leaf = expops_draft_window(d, &out, 0, &self, count, 1, expops_saturated_add(longest, longest));
    expops_leaf_wraps(leaf);
    for (int32_t dim = 0; dim < ndim; dim++)
        if (walked[dim])
            expops_leaf_value(leaf, by[dim]);
    return EXPOPS_OK;
}

/* Each of the dimensions named, of size n, is pushed on by n / 2, an odd one by one `more`, and again where it is named again. */
static inline expops_status expops_shift_draft(expops_draft *d, int more)
{
    uint8_t walked[EXPOPS_MAX_RANK] = { 0 };
    int64_t by[EXPOPS_MAX_RANK] = { 0 };
    const expops_view *self = d->tensor;
    const expops_value *dims = d->args + 1;
    const int named = dims->kind == EXPOPS_VALUE_INTS, count = named ? (int)dims->count : self->ndim;
    expops_view out;
    if (!count || !self->ndim)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "no dimension of self is named, or it has none");
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, self->shape, NULL, &out));
    for (int32_t i = 0, dim; i < count; i++) {
        EXPOPS_TRY_SAYING(expops_view_dim(self->ndim, named ? dims->as.integers[i] : i, &dim), "argument dim");
        const int64_t n = self->shape[dim], half = n > 1 ? n / 2 + (n % 2 && more) : 0;
        by[dim] += by[dim] < n - half ? half : half - n;
        walked[dim] = 1;
    }
    return expops_shift(d, walked, by, self, &out);
}

#endif
