#include "operator.h"

OPERATOR(frac) = {
    .name = "frac",
    .doc = "The fraction of self, with self's sign: self - trunc(self).",
    .source = "torch.frac",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self)
{
    return self - xk_trunc(self);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return self - truncl(self);
}
#endif
