#include "operator.h"

OPERATOR(sinc) = {
    .name = "sinc",
    .doc = "sin(pi * self) / (pi * self), 1 for 0.",
    .source = "torch.sinc",
    .aliases = { "special_sinc" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self") },
    .samples = { { -4, 4 } },
    /* PyTorch multiplies by pi before the sine, which moves the zeros at whole numbers. */
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
/* sin(pi * x) repeats every 2: what is left of x is exact, and its product with pi small. */
XK_FN xk_real sinc_left(xk_real x)
{
    return x - 2 * xk_rint(x * XK_C(0.5));
}

/* ... and mirrors at 1/2. */
XK_FN xk_real sinc_fold(xk_real left)
{
    const xk_real a = xk_fabs(left);
    return a > XK_C(0.5) ? xk_copysign(1 - a, left) : left;
}

KERNEL(xk_t self)
{
    const xk_real pi = XK_C(3.14159265358979323846);
#if XK_C64 || XK_C128
    const xk_real left = sinc_left(self.re), im = xk_fabs(left) > XK_C(0.5) ? -self.im : self.im;
    const xk_t sine = xk_csin(xk_complex(pi * sinc_fold(left), pi * im));
    return xk_is_true(self) ? xk_cdiv(sine, xk_cscale(self, pi)) : xk_complex(1, 0);
#elif XK_HALF
    /* sin(pi * t) / (pi * t * (1 - t^2)) over t^2, which keeps the digits at both of the sine's zeros. */
    const xk_t t = sinc_left(self), v = t * t;
    xk_t y = XK_C(-1.9756896e-2);
    y = ((y * v + XK_C(1.6412747e-1)) * v + XK_C(-6.4436036e-1)) * v + XK_C(0.99997956);
    const xk_t ratio = t * (1 - v) * y * xk_raw_rcp(self);
    return xk_fabs(self) < XK_C(1e-6) ? XK_C(1) : ratio;
#else
    return self == 0 ? XK_C(1) : xk_sin(pi * sinc_fold(sinc_left(self))) / (pi * self);
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
