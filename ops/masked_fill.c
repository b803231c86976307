#include "operator.h"

OPERATOR(masked_fill) = {
    .name = "masked_fill",
    .doc = "value (a number or a tensor of no dimensions) where mask is true, else self.",
    .source = "torch.masked_fill",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_SELF,
    .parameters = { TENSOR("self"), TENSOR("mask", .dtypes = BOOLEAN),
                    OPERAND("value", .max_ndim = 1, .meets = EXPOPS_MEETS_COMMON) },
    .samples = { { -100, 100 }, { 0, 1 }, { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t mask, xk_t value)
{
    return xk_is_true(mask) ? value : self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double mask, long double value)
{
    return mask ? value : self;
}
#endif
