#include "operator.h"

OPERATOR(sign) = {
    .name = "sign",
    .doc = "1 where self is above zero, -1 where it is below, else 0, also for NaN.",
    .source = "torch.sign",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN,
    .parameters = { TENSOR("self") },
    .samples = { { -3, 3 } },
};

#ifdef XK
KERNEL(xk_t self)
{
    return (xk_t)((self > 0) - (self < 0));
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return (self > 0) - (self < 0);
}
#endif
