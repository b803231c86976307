#include "operator.h"

OPERATOR(exp2) = {
    .name = "exp2",
    .doc = "2 to the power of self; exact for whole numbers.",
    .source = "torch.exp2",
    .aliases = { "special_exp2" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self") },
    .samples = { { -80, 80 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#if XK_C64
#define EXP2_LN2 0.693147182464599609f
#define EXP2_LN2_REST -1.90465429995776804e-9f
#elif XK_C128
#define EXP2_LN2 0.693147180559945286
#define EXP2_LN2_REST 2.31904681384629956e-17
#endif

KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    /* The angle im * ln(2) and what its rounding lost, which turns the result a little further. */
    const xk_real angle = self.im * EXP2_LN2, scale = xk_exp2(self.re);
    const xk_real lost = xk_fma(self.im, EXP2_LN2, -angle) + self.im * EXP2_LN2_REST;
    const xk_real c = xk_cos(angle), s = xk_sin(angle);
    return xk_complex(scale * (c - lost * s), self.im == 0 ? self.im : scale * (s + lost * c));
#elif XK_HALF
    return xk_fast_exp2(self);
#else
    return xk_exp2(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return exp2l(self);
}
#endif
