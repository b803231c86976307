#include "operator.h"

OPERATOR(clamp_min) = {
    .name = "clamp_min",
    .doc = "The larger of self and min; NaN wins over any number.",
    .source = "torch.clamp_min",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN,
    .parameters = { TENSOR("self"), OPERAND("min", .meets = EXPOPS_MEETS_COMMON) },
    .samples = { { -10, 10 }, { -5, 5 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t min)
{
    return self < min || xk_isnan(min) ? min : self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double min)
{
    return isnan(self) || isnan(min) ? NAN : fmaxl(self, min);
}
#endif
