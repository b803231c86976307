/* tril and triu: zeros on one side of a diagonal. */
#ifndef TRIANGLE_H
#define TRIANGLE_H

#include <string.h>
#include "draft/draft.h"

extern const expops_operator expops_operator_tril, expops_operator_masked_fill;

/* For each element of a matrix of self's whether `sign` times how far it lies above the diagonal is more than 0. That is the same all
 * along a diagonal: a byte for each of these is all the memory it takes. */
static inline expops_status triangle_mask(expops_draft *d, int64_t sign, const expops_view *matrix, expops_view *mask)
{
    const int64_t rows = matrix->shape[0], columns = matrix->shape[1], away[] = { sign };
    const int64_t diagonals = rows && columns ? rows + columns - 1 : 0;
    int64_t above = d->args[1].as.integer;
    above = above < -rows ? -rows : above;
    above = above > columns ? columns : above;
    EXPOPS_TRY(expops_draft_temporary(d, EXPOPS_DTYPE_BOOL, 1, &diagonals, mask));
    expops_leaf *leaf = expops_draft_leaf(d, &expops_operator_tril, EXPOPS_FAMILY_POINTWISE, mask);
    expops_leaf_computes(leaf, EXPOPS_DTYPE_I64, EXPOPS_DTYPE_BOOL);
    expops_leaf_position(leaf, away, -sign * (rows - 1 + above));
    mask->ndim = 2;
    mask->offset = diagonals ? rows - 1 : 0;
    for (int32_t i = 0; i < 2; i++) {
        mask->shape[i] = matrix->shape[i];
        mask->strides[i] = i ? 1 : -1;
    }
    return EXPOPS_OK;
}

static inline expops_status triangle_draft(expops_draft *d, int64_t sign)
{
    const expops_view *self = d->tensor;
    expops_view mask, out, matrix = { .ndim = 2 };
    if (self->ndim < 2)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has %d dimensions; expected 2 or more", self->ndim);
    memcpy(matrix.shape, self->shape + self->ndim - 2, 2 * sizeof *matrix.shape);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, self->shape, NULL, &out));
    EXPOPS_TRY(triangle_mask(d, sign, &matrix, &mask));
    expops_view from = *self;
    /* Zeros of half types are those of integers as large, which need no conversion: where there is none to another type. */
    const int as_integers = out.dtype == from.dtype && expops_dtype_bytes((expops_dtype)from.dtype) == 2;
    if (as_integers)
        from.dtype = out.dtype = EXPOPS_DTYPE_I16;
    expops_leaf *leaf = expops_draft_leaf(d, &expops_operator_masked_fill, EXPOPS_FAMILY_POINTWISE, &out);
    if (as_integers)
        expops_leaf_computes(leaf, EXPOPS_DTYPE_I16, EXPOPS_DTYPE_I16);
    expops_leaf_view(leaf, &from);
    expops_leaf_view(leaf, &mask);
    expops_leaf_constant(leaf, 0, 0);
    return EXPOPS_OK;
}

#endif
