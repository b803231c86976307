#include "operator.h"

OPERATOR(hardtanh) = {
    .name = "hardtanh",
    .doc = "self, but not below min_val and not above max_val, which wins over min_val; NaN is kept.",
    .source = "torch.nn.functional.hardtanh",
    .dtypes = FLOATING | INTEGRAL,
    .parameters = { TENSOR("self"), NUMBER("min_val", DEFAULT(-1)), NUMBER("max_val", DEFAULT(1)) },
    .samples = { { -3, 3 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t min_val, xk_t max_val)
{
    const xk_t low = self < min_val ? min_val : self;
    return low > max_val ? max_val : low;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double min_val, long double max_val)
{
    if (isnan(self) || (self == min_val && self <= max_val) || (self == max_val && self >= min_val))
        return self;
    return fminl(fmaxl(self, min_val), max_val);
}
#endif
