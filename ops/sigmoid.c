#include "operator.h"

OPERATOR(sigmoid) = {
    .name = "sigmoid",
    .doc = "1 / (1 + exp(-self)).",
    .source = "torch.sigmoid",
    .aliases = { "special_expit" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -20, 20 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    /* With e = exp(-|x|), on the right (1 + e cos y, e sin y), on the left (e cos y + e^2, e sin y), over
     * |1 + e exp(iy)|^2. Near the poles 1 and the cosine cancel: there 1 + cos y is 2 cos(y / 2)^2, and the square
     * (1 - e)^2 + 2 e (1 + cos y). */
    const xk_real far = -xk_fabs(self.re), e = xk_exp(far), rise = -xk_expm1(far),
                  over_two = xk_cos(XK_C(0.5) * self.im);
    const xk_real c = xk_cos(self.im), turn = e * xk_sin(self.im), near = 2 * (over_two * over_two);
    const int left = self.re < 0, is_near = c < XK_C(-0.5), is_flat = far == -XK_INFINITY;
    const xk_real over = is_near ? rise + e * near : 1 + e * c;
    const xk_real square = is_near ? rise * rise + 2 * e * near : over * over + turn * turn;
    const xk_real re = left ? e * (is_near ? near - rise : c + e) / square : over / square;
    return xk_complex(is_flat ? (left ? XK_C(0) : XK_C(1)) : re,
                      is_flat ? xk_copysign(XK_C(0), self.im) : turn / square);
#elif XK_HALF
    return xk_half_gate(1, self);
#else
    return xk_rcp(1 + xk_exp(-self));
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return 1 / (1 + expl(-self));
}
#endif
