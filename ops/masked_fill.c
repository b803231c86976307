#include "operator.h"

OPERATOR(masked_fill) = {
    .name = "masked_fill",
    .doc = "value where mask is true, else self.",
    .source = "torch.masked_fill",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_SELF,
    .parameters = { TENSOR("self"), TENSOR("mask", .dtypes = BOOLEAN), OPERAND("value") },
    .samples = { { -100, 100 }, { 0, 1 }, { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t mask, xk_t value)
{
#if XK_C64 || XK_C128
    return mask.re != 0 ? value : self;
#else
    return mask != 0 ? value : self;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double mask, long double value)
{
    return mask ? value : self;
}
#endif
