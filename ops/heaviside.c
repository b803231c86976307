#include "operator.h"

OPERATOR(heaviside) = {
    .name = "heaviside",
    .doc = "0 below zero, 1 above, values at either zero; 0 for NaN.",
    .source = "torch.heaviside",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN,
    .meet = EXPOPS_MEET_SAME,
    .parameters = { TENSOR("self"), TENSOR("values") },
    .samples = { { -2, 2 }, { -10, 10 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t values)
{
    return self == 0 ? values : (xk_t)(self > 0);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double values)
{
    return self == 0 ? values : self > 0;
}
#endif
