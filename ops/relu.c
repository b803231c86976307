#include "operator.h"

OPERATOR(relu) = {
    .name = "relu",
    .doc = "The larger of self and 0; NaN and the sign of zero are kept.",
    .source = "torch.relu",
    .dtypes = FLOATING | INTEGRAL,
    .parameters = { TENSOR("self") },
    .samples = { { -10, 10 } },
};

#ifdef XK
KERNEL(xk_t self)
{
    return self < 0 ? 0 : self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return isnan(self) || self == 0 ? self : fmaxl(self, 0);
}
#endif
