#include "base/error.h"
#include "operator.h"
#include "view.h"

/* The weight has one element for all channels, or one for each: the channels are dimension 1 of self. */
static expops_status spread_weight(const expops_operator *op, const expops_value *args, expops_view *views)
{
    const expops_view *self = views;
    expops_view *weight = views + 1;
    const int64_t count = expops_view_numel(weight), channels = self->ndim > 1 ? self->shape[1] : 1;
    if (count != 1 && count != channels)
        return expops_fail(EXPOPS_ERR_SHAPE, "weight has %lld elements, self has %lld channels (dimension 1)",
                           (long long)count, (long long)channels);
    weight->ndim = count == 1 ? 0 : self->ndim - 1;
    for (int32_t d = 1; d < weight->ndim; d++) {
        weight->shape[d] = 1;
        weight->strides[d] = 0;
    }
    return EXPOPS_OK;
}

OPERATOR(prelu) = {
    .name = "prelu",
    .doc = "self where it is above 0, else self * weight; NaN is kept.",
    .source = "torch.nn.functional.prelu",
    .dtypes = FLOATING,
    .promotion = EXPOPS_PROMOTE_SAME,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("weight", .max_ndim = 2,
                                           .doc = "One element, or one for each channel: self's dimension 1.") },
    .view = spread_weight,
    .samples = { { -10, 10 }, { -2, 2 } },
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
