#include "operator.h"

OPERATOR(asinh) = {
    .name = "asinh",
    .doc = "Inverse hyperbolic sine.",
    .source = "torch.asinh",
    .aliases = { "arcsinh" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_casinh(self);
#elif XK_HALF
    /* log(a + sqrt(a^2 + 1)), halved so that it does not overflow; where the square does, the root is a. A series where
     * 1 hides a's digits. */
    const xk_t a = xk_fabs(self), square = self * self, series = self * (1 - square * XK_C(0.16666667));
    const xk_t root = xk_raw_sqrt(square + 1), other = a > XK_C(1e18) ? a : root;
    const xk_t far = xk_raw_log2(XK_C(0.5) * a + XK_C(0.5) * other) * XK_LN_2 + XK_LN_2;
    const xk_t signed_far = xk_copysign(far, self);
    return a < XK_C(0.0625) ? series : signed_far;
#else
    return xk_asinh(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return asinhl(self);
}
#endif
