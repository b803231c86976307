#include "operator.h"

OPERATOR(fmin) = {
    .name = "fmin",
    .doc = "The smaller of self and other; where one is NaN, the other one.",
    .source = "torch.fmin",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN,
    .parameters = { TENSOR("self"), TENSOR("other") },
    .samples = { { -100, 100 }, { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t other)
{
    return self < other || xk_isnan(other) ? self : other;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return fminl(self, other);
}
#endif
