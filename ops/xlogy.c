#include "operator.h"

OPERATOR(xlogy) = {
    .name = "xlogy",
    .doc = "self * log(other), 0 where self is 0 and other is not NaN.",
    .source = "torch.xlogy",
    .aliases = { "special_xlogy" },
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { OPERAND("self"), OPERAND("other") },
    .samples = { { -10, 10 }, { 0, 10 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t other)
{
#if XK_HALF
    const xk_t product = self * xk_log(other);
#else
    /* The product's rounding comes on top of the logarithm's. */
    xk_t whole;
    const xk_t rest = xk_log_parts(other, &whole), product = self * (whole + rest);
#endif
    return self == 0 && !xk_isnan(other) ? XK_C(0) : product;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    if (isnan(other))
        return NAN;
    return self == 0 ? 0 : self * logl(other);
}
#endif
