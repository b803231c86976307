#include "mover.h"
#include "operator.h"

/* The new dimension of the result, from the first tensor's shape. */
static expops_status stacked_shape(expops_draft *d, const expops_view *first, int32_t *dim, int64_t *shape)
{
    if (first->ndim == EXPOPS_MAX_RANK)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument tensors has %d dimensions; one more is not supported",
                           first->ndim);
    EXPOPS_TRY_SAYING(expops_view_dim(first->ndim + 1, d->args[1].as.integer, dim), "argument dim");
    for (int32_t i = 0; i <= first->ndim; i++)
        shape[i] = i < *dim ? first->shape[i] : i == *dim ? d->args[0].count : first->shape[i - 1];
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    int64_t shape[EXPOPS_MAX_RANK];
    expops_view out;
    int32_t dim;
    if (d->args[0].count == 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "argument tensors is an empty list");
    const expops_view first = expops_draft_item(d, 0, 0);
    EXPOPS_TRY(stacked_shape(d, &first, &dim, shape));
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, first.ndim + 1, shape, NULL, &out));
    for (uint32_t i = 0; i < d->args[0].count; i++) {
        const expops_view item = expops_draft_item(d, 0, i);
        expops_view place = out;
        EXPOPS_TRY_SAYING(expops_view_has_shape(&item, first.ndim, first.shape), "argument tensors, item %u", i);
        place.offset += i * out.strides[dim];
        expops_view_drop(&place, dim);
        expops_draft_apart(d, &expops_operator_copy, &place, &item);
    }
    return EXPOPS_OK;
}

OPERATOR(stack) = {
    .name = "stack",
    .doc = "Tensors of one shape side by side in a new dimension, in the type they have in common.",
    .source = "torch.stack",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_MOVES,
    .not_in_place = 1,
    .parameters = { TENSORS("tensors"),
                    INT("dim", DEFAULT(0), .doc = "Of the result; negative counts from its last.") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t dim = move_wrapped(m->argument[1].integer, m->ndim);
    int64_t place[MOVE_RANK];
    for (int32_t i = 0, to = 0; i < m->ndim; i++)
        if (i != dim)
            place[to++] = at[i];
    return move_element(m, m->parameters + (int)at[dim], place);
}
#endif
