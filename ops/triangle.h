/* tril and triu: zeros on one side of a diagonal. */
#ifndef TRIANGLE_H
#define TRIANGLE_H

#include "draft/draft.h"

extern const expops_operator expops_operator_tril, expops_operator_masked_fill;

/* Zeros where `sign` times how far an element lies above the diagonal is more than 0. A mask says where; matrices share it. */
static inline expops_status triangle_draft(expops_draft *d, int64_t sign)
{
    const expops_view *self = d->tensor;
    const int32_t row = self->ndim - 2, column = self->ndim - 1;
    const int64_t away[] = { -sign, sign };
    int64_t diagonal = d->args[1].as.integer;
    expops_view mask, out;
    if (self->ndim < 2)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has %d dimensions; expected 2 or more", self->ndim);
    diagonal = diagonal < -self->shape[row] ? -self->shape[row] : diagonal;
    diagonal = diagonal > self->shape[column] ? self->shape[column] : diagonal;
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, self->shape, NULL, &out));
    EXPOPS_TRY(expops_draft_temporary(d, EXPOPS_DTYPE_BOOL, 2, self->shape + row, &mask));
    expops_leaf *leaf = expops_draft_leaf(d, &expops_operator_tril, EXPOPS_FAMILY_POINTWISE, &mask);
    expops_leaf_computes(leaf, EXPOPS_DTYPE_I64, EXPOPS_DTYPE_BOOL);
    expops_leaf_position(leaf, away, -sign * diagonal);
    leaf = expops_draft_leaf(d, &expops_operator_masked_fill, EXPOPS_FAMILY_POINTWISE, &out);
    expops_leaf_argument(leaf, 0);
    expops_leaf_view(leaf, &mask);
    expops_leaf_constant(leaf, 0, 0);
    return EXPOPS_OK;
}

#endif
