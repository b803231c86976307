/* tril and triu: zeros on one side of a diagonal. */
#ifndef TRIANGLE_H
#define TRIANGLE_H

#include "draft/draft.h"

extern const expops_operator expops_operator_copy, expops_operator_tril;

/* What lies, times `sign`, at most 0 above the diagonal is kept. Another type is converted to first. */
static inline expops_status triangle_draft(expops_draft *d, int64_t sign)
{
    expops_view out, from = *d->tensor;
    int64_t away[EXPOPS_MAX_RANK] = { 0 }, above = d->args[1].as.integer;
    if (from.ndim < 2)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has %d dimensions; expected 2 or more", from.ndim);
    const int64_t rows = from.shape[from.ndim - 2], columns = from.shape[from.ndim - 1];
    above = above < -rows ? -rows : above;
    above = above > columns ? columns : above;
    away[from.ndim - 2] = -sign;
    away[from.ndim - 1] = sign;
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, from.ndim, from.shape, NULL, &out));
    if (out.dtype != from.dtype) {
        expops_draft_then(d, &expops_operator_copy, &out, &from);
        from = out;
    }
    expops_leaf *leaf = expops_draft_leaf_of_output(d, &expops_operator_tril, EXPOPS_FAMILY_POINTWISE, &out);
    expops_leaf_position(leaf, away, -sign * above);
    expops_leaf_view(leaf, &from);
    return EXPOPS_OK;
}

#endif
