#include "operator.h"

OPERATOR(cos) = {
    .name = "cos",
    .doc = "Cosine of self in radians; NaN for infinities.",
    .source = "torch.cos",
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
    return xk_ccos(self);
#elif XK_HALF
    const xk_t near = xk_half_sine(self, self * XK_C(0.31830987) + XK_C(0.5), XK_C(0.5));
#if XK_BF16
    if (xk_fabs(self) > XK_C(6e6))
        return xk_fast_cos(self);
#endif
    return near;
#else
    return xk_cos(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return cosl(self);
}
#endif
