/* Drafts of the operators that read elements whose indices are elements of another argument. */
#ifndef EXPOPS_OPS_PICK_H
#define EXPOPS_OPS_PICK_H

#include <string.h>
#include "base/size.h"
#include "draft/draft.h"
#include "draft/elements.h"

/* Where PyTorch has no answer either (an index out of range), a device that only reads it when it runs gives 0. */
#define EXPOPS_PICK_DOC " An index out of range gives 0; nothing outside of self is read."

/* Dimensions that may be walked: there is a value for each of them. */
enum { EXPOPS_PICK_DIMS = EXPOPS_MAX_VALUES - 3 };

/* Negative indices count from behind where `wraps`. */
static inline expops_status expops_pick_elements(const expops_operator *op, const expops_value *index, int64_t size,
                                                 int wraps)
{
    if (expops_elements_within(index->as.tensor, wraps ? -size : 0, size - 1))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument index has an element outside of %lld", op->name,
                       (long long)size);
}

/* Along the dimension that the second argument says, by the indices of the third. */
static inline expops_status expops_pick_elements_along(const expops_operator *op, const expops_value *args)
{
    const expops_tensor *self = args[0].as.tensor;
    int32_t dim;
    EXPOPS_TRY(expops_view_dim(self->ndim, args[1].as.integer, &dim));
    return expops_pick_elements(op, args + 2, self->ndim ? self->shape[dim] : 1, 0);
}

/* `out` is made of `source`, in whose dimensions behind `out`'s the elements of argument `parameter`, seen as `index`, are looked
 * up. `wrap`: added to negative ones. */
static inline void expops_pick_leaf(expops_draft *d, const expops_view *out, const expops_view *source,
                                    uint32_t parameter, const expops_view *index, int64_t elements, int64_t wrap)
{
    expops_view to = *out, from = *source, picks = *index;
    if (!to.ndim) {
        expops_view_insert(&to, 0, 1);
        expops_view_insert(&from, 0, 1);
        expops_view_insert(&picks, 0, 1);
    }
    expops_leaf *leaf =
        expops_draft_window(d, &to, 0, &from, (uint32_t)(from.ndim - to.ndim), 1, expops_saturated_add(elements, wrap));
    expops_leaf_value(leaf, wrap);
    expops_leaf_value(leaf, from.ndim - to.ndim);
    expops_leaf_value(leaf, elements);
    for (int32_t dim = to.ndim; dim < from.ndim; dim++) {
        int64_t step = 1;
        for (int32_t behind = dim + 1; behind < from.ndim; behind++)
            step *= from.shape[behind];
        expops_leaf_value(leaf, step);
    }
    expops_leaf_picks(leaf, parameter, &picks);
}

/* The host knows that indices are wrong where there is nothing to look up. */
static inline expops_status expops_pick_check(const expops_view *out, int64_t elements)
{
    if (elements || expops_has_no_elements(out->ndim, out->shape))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE, "self has no elements to be picked, and index is not empty");
}

/* Along dimension `dim` of self, whose other indices are those of `out`, a result of this shape. */
static inline expops_status expops_pick_along(expops_draft *d, int32_t dim, int32_t ndim, const int64_t *shape,
                                              uint32_t parameter, const expops_view *index)
{
    expops_view self = d->tensor[0], out;
    if (!self.ndim)
        expops_view_insert(&self, 0, 1);
    const int64_t size = self.shape[dim], stride = self.strides[dim];
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, ndim, shape, NULL, &out));
    EXPOPS_TRY(expops_pick_check(&out, size));
    if (ndim) {
        memcpy(self.shape, out.shape, (size_t)ndim * sizeof *shape);
        self.strides[dim] = 0;
    } else {
        expops_view_drop(&self, dim);
    }
    if (ndim == EXPOPS_MAX_RANK)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "self has %d dimensions; %d is the most here", ndim, ndim - 1);
    expops_view_insert(&self, self.ndim, size);
    self.strides[self.ndim - 1] = stride;
    expops_pick_leaf(d, &out, &self, parameter, index, size, 0);
    return EXPOPS_OK;
}

#endif
