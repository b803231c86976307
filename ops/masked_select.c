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
    expops_draft_select(d, &out, &mask, &self, NULL);
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
