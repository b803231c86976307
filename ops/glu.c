#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view first = d->tensor[0], gate, out;
    int32_t dim;
    if (first.ndim == 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "self has no dimension to halve");
    EXPOPS_TRY(expops_view_dim(first.ndim, d->args[1].as.integer, &dim));
    if (first.shape[dim] % 2)
        return expops_fail(EXPOPS_ERR_SHAPE, "dimension %d of self has the odd size %lld and no halves", dim,
                           (long long)first.shape[dim]);
    first.shape[dim] /= 2;
    gate = first;
    gate.offset += first.shape[dim] * first.strides[dim];
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, first.ndim, first.shape, NULL, &out));
    expops_leaf *leaf = expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &out);
    expops_leaf_argument_as(leaf, 0, &first);
    expops_leaf_argument_as(leaf, 0, &gate);
    return EXPOPS_OK;
}

OPERATOR(glu) = {
    .name = "glu",
    .doc = "Gated linear unit: the first half of self along dim times the sigmoid of the second.",
    .source = "torch.nn.functional.glu",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim", DEFAULT(-1), .doc = "Of even size.") },
    .draft = draft,
    .samples = { { -10, 10 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t first, xk_t gate)
{
#if XK_HALF
    return xk_half_gate(first, gate);
#else
    return first * xk_rcp(1 + xk_exp(-gate));
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
/* Of two elements that meet. */
REFERENCE(long double first, long double gate)
{
    return first / (1 + expl(-gate));
}
#endif
