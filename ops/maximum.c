#include "operator.h"

OPERATOR(maximum) = {
    .name = "maximum",
    .doc = "The larger of self and other; NaN wins over any number.",
    .source = "torch.maximum",
    .aliases = { "max.other" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN,
    .parameters = { TENSOR("self"), TENSOR("other") },
    .samples = { { -100, 100 }, { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t other)
{
    return self < other || xk_isnan(other) ? other : self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return isnan(self) || isnan(other) ? NAN : fmaxl(self, other);
}
#endif
