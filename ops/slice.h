/* Drafts of the operators that put a tensor into a slice of another one. */
#ifndef EXPOPS_OPS_SLICE_H
#define EXPOPS_OPS_SLICE_H

#include "base/size.h"
#include "mover.h"

typedef struct expops_slice {
    int32_t dim;
    int64_t start, count, step;
} expops_slice;

static inline int64_t expops_slice_place(int64_t place, int64_t size)
{
    place = place < 0 ? place + size : place;
    return place < 0 ? 0 : place > size ? size : place;
}

/* From arguments dim, start, end and step, the first at `first`; start and end may be absent. */
static inline expops_status expops_slice_of(const expops_draft *d, uint32_t first, const expops_view *whole,
                                            expops_slice *slice)
{
    const expops_value *args = d->args + first;
    if (!whole->ndim)
        return expops_fail(EXPOPS_ERR_SHAPE, "a tensor without dimensions has no slices");
    EXPOPS_TRY_SAYING(expops_view_dim(whole->ndim, args[0].as.integer, &slice->dim), "argument dim");
    const int64_t size = whole->shape[slice->dim], step = args[3].as.integer;
    if (step < 1)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "step is %lld; expected is 1 or more", (long long)step);
    const int64_t start = args[1].kind == EXPOPS_VALUE_NONE ? 0 : expops_slice_place(args[1].as.integer, size);
    const int64_t end = args[2].kind == EXPOPS_VALUE_NONE ? size : expops_slice_place(args[2].as.integer, size);
    slice->start = start;
    slice->step = step < size || !size ? step : size; /* beyond the last, one is as good as another */
    slice->count = end > start ? (end - start - 1) / slice->step + 1 : 0;
    return EXPOPS_OK;
}

/* A leaf of `out` whose elements in the slice are those of `part`, which is argument `parameter`; *walked has a flag for the
 * slice's dimension. */
static inline expops_leaf *expops_slice_window(expops_draft *d, const expops_view *out, uint32_t parameter,
                                               const expops_view *part, const expops_slice *slice, uint8_t *walked)
{
    expops_view into = *out, source = *part;
    for (int32_t dim = 0; dim < EXPOPS_MAX_RANK; dim++)
        walked[dim] = dim == slice->dim;
    expops_view_to_end(&into, walked);
    expops_view_to_end(&source, walked);
    expops_leaf *leaf = expops_draft_window(
        d, &into, parameter, &source, 1, 1,
        expops_saturated_add(out->shape[slice->dim], expops_saturated_add(slice->start, slice->step)));
    expops_leaf_value(leaf, slice->start);
    expops_leaf_divisor(leaf, slice->step);
    return leaf;
}

/* A slice that is so small a part is written after the zeros, where its elements are so far apart, or the processor's caches have what
 * memory has beside them; another one with them, so that nothing is written twice. */
enum { EXPOPS_SMALL_SLICE = 8, EXPOPS_FAR_SLICE = 64 };

static inline int expops_slice_is_apart(const expops_draft *d, int64_t stride)
{
    return stride >= EXPOPS_FAR_SLICE || (d->device && d->device->info.caps & EXPOPS_CAP_HOST);
}

/* Result 0, of shape `sizes`: `part`, broadcast to the slice, and 0 elsewhere. */
static inline expops_status expops_slice_into_zeros(expops_draft *d, const expops_view *part, const expops_view *whole,
                                                    const expops_slice *slice)
{
    uint8_t walked[EXPOPS_MAX_RANK];
    expops_view out, place = *whole, source = *part;
    place.shape[slice->dim] = slice->count;
    EXPOPS_TRY_SAYING(expops_view_expands_to(&source, &place), "argument grad_output");
    expops_view_expand(&source, place.ndim, place.shape);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, whole->ndim, whole->shape, NULL, &out));
    const int is_small = slice->count <= whole->shape[slice->dim] / EXPOPS_SMALL_SLICE;
    if (!is_small || !expops_slice_is_apart(d, out.strides[slice->dim])) {
        expops_slice_window(d, &out, 0, &source, slice, walked);
        return EXPOPS_OK;
    }
    expops_zeros(d, &out);
    place = out;
    place.shape[slice->dim] = slice->count;
    place.offset += slice->start * out.strides[slice->dim];
    place.strides[slice->dim] *= slice->step;
    expops_leaf_argument_as(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &place), 0, &source);
    return EXPOPS_OK;
}

/* The shape that a list of sizes names. */
static inline expops_status expops_slice_whole(const expops_value *sizes, expops_view *whole)
{
    *whole = (expops_view){ .ndim = (int32_t)sizes->count };
    for (uint32_t i = 0; i < sizes->count; i++) {
        whole->shape[i] = sizes->as.integers[i];
        if (whole->shape[i] < 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "input_sizes has %lld; sizes cannot be negative",
                               (long long)whole->shape[i]);
    }
    return EXPOPS_OK;
}

#endif
