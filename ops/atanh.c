#include "operator.h"

OPERATOR(atanh) = {
    .name = "atanh",
    .doc = "Inverse hyperbolic tangent; infinite for 1 and -1, NaN beyond.",
    .source = "torch.atanh",
    .aliases = { "arctanh" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -1, 1 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_catanh(self);
#elif XK_HALF
    const xk_t square = self * self;
    const xk_t series = self + self * (square * (XK_C(0.33333333) + square * XK_C(0.2)));
    const xk_t far = (xk_raw_log2(1 + self) - xk_raw_log2(1 - self)) * (XK_LN_2 / 2);
    return xk_fabs(self) < XK_C(0.125) ? series : far;
#else
    /* log((1 + a) / (1 - a)) with the quotient's distance from 1 as log1p's argument. */
    const xk_t a = xk_fabs(self);
    return xk_copysign(XK_C(0.5) * xk_log1p(2 * a / (1 - a)), self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return atanhl(self);
}
#endif
