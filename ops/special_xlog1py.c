#include "operator.h"

OPERATOR(special_xlog1py) = {
    .name = "special_xlog1py",
    .doc = "self * log(1 + other), 0 where self is 0 and other is not NaN.",
    .source = "torch.special.xlog1py",
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { OPERAND("self"), OPERAND("other") },
    .samples = { { -10, 10 }, { -1, 10 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t other)
{
    /* Some devices' log1p gives 0 to denormals, which infinity turns into NaN. */
    const xk_t y = xk_log1p(other), product = self * (xk_fabs(other) < XK_C(1e-20) ? other : y);
    return (self == 0) & !xk_isnan(other) ? XK_C(0) : product;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    if (isnan(other))
        return NAN;
    return self == 0 ? 0 : self * log1pl(other);
}
#endif
