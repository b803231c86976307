/* What operators that only move elements share: the body of detach, which passes an element on, so that one kernel serves all. */
#ifndef MOVER_H
#define MOVER_H

#include "draft/draft.h"

extern const expops_operator expops_operator_detach;
/* The same with a change of type; nothing but zeros. */
extern const expops_operator expops_operator_copy, expops_operator_zero;

/* Zeros of any type are those of integers as large, which nothing is converted to. */
static inline void expops_zeros(expops_draft *d, const expops_view *out)
{
    static const int32_t integers[] = {
        [1] = EXPOPS_DTYPE_I8, [2] = EXPOPS_DTYPE_I16, [4] = EXPOPS_DTYPE_I32, [8] = EXPOPS_DTYPE_I64
    };
    const size_t bytes = expops_dtype_bytes((expops_dtype)out->dtype);
    expops_view zeros = *out;
    zeros.dtype = bytes < 16 ? integers[bytes] : out->dtype;
    (void)expops_draft_leaf_of_output(d, &expops_operator_zero, EXPOPS_FAMILY_POINTWISE, &zeros);
}

/* --- one dimension --- */
/* `view` in one dimension; a copy of it where its strides do not allow that. */
static inline expops_status expops_flatten(expops_draft *d, expops_view *view)
{
    const int64_t elements = expops_view_numel(view);
    const expops_view from = *view;
    if (expops_view_reshape(view, 1, &elements))
        return EXPOPS_OK;
    EXPOPS_TRY(expops_draft_temporary(d, from.dtype, from.ndim, from.shape, view));
    expops_draft_then(d, &expops_operator_copy, view, &from);
    expops_view_reshape(view, 1, &elements);
    return EXPOPS_OK;
}

/* --- pixels: (..., channels, rows, columns) --- */
static inline expops_status expops_view_check_pixels(const expops_view *self, int64_t factor, const char *name)
{
    if (self->ndim < 3 || self->ndim > EXPOPS_MAX_RANK - 2)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has %d dimensions; expected 3 to %d", self->ndim,
                           EXPOPS_MAX_RANK - 2);
    return factor > 0 ? EXPOPS_OK
                      : expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "argument %s is %lld; expected one above 0", name,
                                    (long long)factor);
}

/* Rows and columns cut in blocks, in the order in which channels hold a block: (..., channels, r, r, rows / r, columns / r). */
static inline expops_view expops_view_pixel_blocks(const expops_view *large, int32_t channels, int64_t r)
{
    const int32_t order[] = { 0, 2, 4, 1, 3 };
    expops_view split = *large, blocks;
    expops_view_split(&split, channels + 2, r);
    expops_view_split(&split, channels + 1, r);
    blocks = split;
    for (int32_t i = 0; i < 5; i++) {
        blocks.shape[channels + i] = split.shape[channels + order[i]];
        blocks.strides[channels + i] = split.strides[channels + order[i]];
    }
    return blocks;
}

#endif
