#include "operator.h"

OPERATOR(acosh) = {
    .name = "acosh",
    .doc = "Inverse hyperbolic cosine; NaN below 1.",
    .source = "torch.acosh",
    .aliases = { "arccosh" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { 1, 100 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_cacosh(self);
#elif XK_HALF
    /* log(x + sqrt(x^2 - 1)), halved so that it does not overflow; where the square does, the root is x. A half type's
     * first number above 1 has a result that is still far above the logarithm's error. */
    const xk_t root = xk_raw_sqrt(self * xk_fabs(self) - 1), other = self > XK_C(1e18) ? self : root;
    const xk_t y = xk_raw_log2(XK_C(0.5) * self + XK_C(0.5) * other) * XK_LN_2 + XK_LN_2;
    return self == 1 ? XK_C(0) : y;
#else
    return xk_acosh(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return acoshl(self);
}
#endif
