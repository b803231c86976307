#include "operator.h"
#include "select.h"

extern const expops_operator expops_operator_sum;

static void count(expops_draft *d, const expops_view *mask, const expops_view *out)
{
    const uint8_t walked[] = { 1 };
    expops_leaf *leaf = expops_draft_reduce(d, &expops_operator_sum, mask, walked, out, 0);
    expops_leaf_computes(leaf, EXPOPS_DTYPE_I64, EXPOPS_DTYPE_I64);
    expops_leaf_view(leaf, mask);
}

static expops_status draft(expops_draft *d)
{
    expops_view self = d->tensor[0], mask = d->tensor[1], out, number;
    int64_t shape[EXPOPS_MAX_RANK];
    int32_t ndim;
    EXPOPS_TRY(expops_draft_broadcast(d, &ndim, shape));
    EXPOPS_TRY(expops_select_flat(d, ndim, shape, &self));
    EXPOPS_TRY(expops_select_flat(d, ndim, shape, &mask));
    EXPOPS_TRY(expops_draft_result_up_to(d, 0, d->result, self.shape[0], &out));
    EXPOPS_TRY(expops_draft_result(d, 1, EXPOPS_DTYPE_I64, 0, NULL, NULL, &number));
    if (out.shape[0])
        expops_draft_select(d, &out, &mask, &self, NULL, &number);
    else /* nothing is moved, but the mask is counted all the same */
        count(d, &mask, &number);
    return EXPOPS_OK;
}

OPERATOR(masked_select) = {
    .name = "masked_select",
    .doc = "The elements of self at which mask is true, one after the other, and how many there are. out may have any "
           "size up to "
           "the number of elements: it gets as many as it has room for, and what is behind them stays as it was.",
    .source = "torch.masked_select",
    .outputs = { "out", "count" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("mask", .dtypes = BOOLEAN) },
    .draft = draft,
    .samples = { { -100, 100 }, { 0, 1 } },
};

#ifdef EXPOPS_REFERENCE
/* kept: how many elements of self and mask, broadcast, were looked at. */
MOVE_REFERENCE
{
    const expops_move_argument *self = m->argument, *mask = m->argument + 1;
    const int32_t ndim = self->ndim > mask->ndim ? self->ndim : mask->ndim;
    int64_t shape[MOVE_RANK], place[MOVE_RANK];
    for (int32_t i = 0; i < ndim; i++) {
        const int32_t own = i - (ndim - self->ndim), other = i - (ndim - mask->ndim);
        shape[i] = own >= 0 && self->shape[own] != 1 ? self->shape[own] : other >= 0 ? mask->shape[other] : 1;
    }
    const int64_t count = move_count(ndim, shape);
    while (*m->kept < count) {
        move_place(ndim, shape, (*m->kept)++, place);
        if (move_broadcast(m, 1, ndim, place).re != 0)
            return move_broadcast(m, 0, ndim, place);
    }
    return (expops_element){ .none = 1 };
}
#endif
