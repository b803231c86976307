#include "operator.h"

OPERATOR(relu6) = {
    .name = "relu6",
    .doc = "self, not below 0 and not above 6; NaN is kept.",
    .source = "torch.nn.functional.relu6",
    .dtypes = FLOATING | INTEGRAL,
    .parameters = { TENSOR("self") },
    .samples = { { -3, 9 } },
};

#ifdef XK
KERNEL(xk_t self)
{
    /* Comparing this way round lets NaN through. */
    const xk_t raised = self < 0 ? 0 : self;
    return raised > 6 ? 6 : raised;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return isnan(self) || self == 0 ? self : fminl(fmaxl(self, 0), 6);
}
#endif
