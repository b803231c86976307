/* The draft of the operators that turn dimensions round. */
#ifndef EXPOPS_OPS_SHIFT_H
#define EXPOPS_OPS_SHIFT_H

#include "base/size.h"
#include "draft/draft.h"

/* Each of the dimensions named, of size n, is pushed on by n / 2, an odd one by one `more`. */
static inline expops_status expops_shift_draft(expops_draft *d, int more)
{
    uint8_t walked[EXPOPS_MAX_RANK];
    expops_view self = d->tensor[0], out;
    int64_t longest = 0;
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self.ndim, self.shape, NULL, &out));
    EXPOPS_TRY_SAYING(expops_view_dims(&self, d->args[1].as.integers, d->args[1].count, walked), "argument dim");
    if (!self.ndim) {
        expops_view_insert(&self, 0, 1);
        expops_view_insert(&out, 0, 1);
        walked[0] = 1;
    }
    const uint32_t count = expops_view_to_end(&self, walked);
    expops_view_to_end(&out, walked);
    for (int32_t dim = 0; dim < self.ndim; dim++)
        longest = self.shape[dim] > longest ? self.shape[dim] : longest;
    expops_leaf *leaf = expops_draft_window(d, &out, 0, &self, count, 1, expops_saturated_add(longest, longest));
    for (uint32_t w = 0; w < count; w++) {
        const int64_t n = self.shape[self.ndim - (int32_t)(count - w)];
        expops_leaf_value(leaf, n > 1 ? n / 2 + (n % 2 && more) : 0);
    }
    return EXPOPS_OK;
}

#endif
