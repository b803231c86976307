#include "draft/draft.h"
#include "operator.h"

/* The weight has one element for all channels, or one for each: the channels are dimension 1 of self. */
static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    expops_view weight = d->tensor[1], out;
    const int64_t count = expops_view_numel(&weight), channels = self->ndim > 1 ? self->shape[1] : 1;
    int64_t strides[EXPOPS_MAX_RANK];
    EXPOPS_TRY_SAYING(expops_view_at_most(d->args + 1, &weight, 1), "argument weight");
    if (count != 1 && count != channels)
        return expops_fail(EXPOPS_ERR_SHAPE, "weight has %lld elements, self has %lld channels (dimension 1)",
                           (long long)count, (long long)channels);
    weight.ndim = count == 1 ? 0 : self->ndim - 1;
    for (int32_t i = 1; i < weight.ndim; i++)
        weight.shape[i] = 1;
    expops_draft_strides(d, self->ndim, self->shape, strides);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, self->shape, strides, &out));
    expops_leaf *leaf = expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &out);
    expops_leaf_argument(leaf, 0);
    expops_leaf_argument_as(leaf, 1, &weight);
    return EXPOPS_OK;
}

OPERATOR(prelu) = {
    .name = "prelu",
    .doc = "self where it is above 0, else self * weight; NaN is kept.",
    .source = "torch.nn.functional.prelu",
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_SAME,
    .not_in_place = 1,
    .parameters = { TENSOR("self"),
                    TENSOR("weight", .doc = "One element, or one for each channel: self's dimension 1.") },
    .draft = draft,
    .samples = { { -10, 10 }, { -2, 2, .scalar = 1 } },
    .bound = { .f32 = 1, .f64 = 1, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t weight)
{
    return self > 0 ? self : self * weight;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double weight)
{
    return self > 0 ? self : self * weight;
}
#endif
