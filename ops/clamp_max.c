#include "operator.h"

OPERATOR(clamp_max) = {
    .name = "clamp_max",
    .doc = "The smaller of self and max; NaN wins over any number.",
    .source = "torch.clamp_max",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN,
    .parameters = { TENSOR("self"), OPERAND("max", .meets = EXPOPS_MEETS_COMMON) },
    .samples = { { -10, 10 }, { -5, 5 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t max)
{
    return self > max || xk_isnan(max) ? max : self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double max)
{
    return isnan(self) || isnan(max) ? NAN : fminl(self, max);
}
#endif
