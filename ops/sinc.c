#include "operator.h"

OPERATOR(sinc) = {
    .name = "sinc",
    .doc = "sin(pi * self) / (pi * self), 1 for 0.",
    .source = "torch.sinc",
    .aliases = { "special_sinc" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self") },
    .samples = { { -10, 10 } },
    /* PyTorch multiplies by pi before the sine, which moves the zeros at whole numbers. */
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .floor = 0.125f },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    const xk_t turned = xk_cscale(self, XK_C(3.14159265358979323846)), one = xk_complex(1, 0);
    return xk_is_true(self) ? xk_cdiv(xk_csin(turned), turned) : one;
#else
    /* The sine repeats every 2: what is left of self is exact, and its product with pi small. */
    const xk_t left = self - 2 * xk_rint(self * XK_C(0.5)), a = xk_fabs(left);
    const xk_t folded = a > XK_C(0.5) ? xk_copysign(1 - a, left) : left;
    const xk_t turned = XK_C(3.14159265358979323846) * self;
    return self == 0 ? XK_C(1) : xk_sin(XK_C(3.14159265358979323846) * folded) / turned;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    const long double pi = acosl(-1), left = self - 2 * rintl(self / 2), a = fabsl(left);
    const long double folded = a > 0.5L ? copysignl(1 - a, left) : left;
    return self == 0 ? 1 : sinl(pi * folded) / (pi * self);
}
#endif
