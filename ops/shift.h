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
    for (int32_t dim = 0; dim < ndim; dim++)
        if (walked[dim])
            expops_leaf_value(leaf, by[dim]);
    return EXPOPS_OK;
}

/* Each of the dimensions named, of size n, is pushed on by n / 2, an odd one by one `more`. */
static inline expops_status expops_shift_draft(expops_draft *d, int more)
{
    uint8_t walked[EXPOPS_MAX_RANK];
    int64_t by[EXPOPS_MAX_RANK];
    const expops_view *self = d->tensor;
    expops_view out;
    if (!self->ndim || (d->args[1].kind == EXPOPS_VALUE_INTS && !d->args[1].count))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "no dimension of self is named, or it has none");
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, self->shape, NULL, &out));
    EXPOPS_TRY_SAYING(expops_view_dims(self, d->args[1].as.integers, d->args[1].count, walked), "argument dim");
    for (int32_t dim = 0; dim < self->ndim; dim++) {
        const int64_t n = self->shape[dim];
        by[dim] = n > 1 ? n / 2 + (n % 2 && more) : 0;
    }
    return expops_shift(d, walked, by, self, &out);
}

#endif
