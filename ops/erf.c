#include "operator.h"

OPERATOR(erf) = {
    .name = "erf",
    .doc = "The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to self.",
    .source = "torch.erf",
    .aliases = { "special_erf" },
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -5, 5 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#if !XK_F64 && !XK_HALF
/* Of what is taken off 1, where it is 0.16 at most, two units are less than one of the result. */
#ifdef xk_near_exp2
#define ERF_EXP(x) xk_near_exp2((x)*XK_C(1.44269504))
#else
#define ERF_EXP(x) xk_exp(x)
#endif

/* erf(x) / x - 1 over v = x^2, |x| < 1 */
XK_FN xk_t erf_near(xk_t v)
{
    xk_t y = XK_C(-9.667045e-6);
    y = (y * v + XK_C(1.1265959e-4)) * v + XK_C(-8.4840803e-4);
    y = (y * v + XK_C(5.2210316e-3)) * v + XK_C(-2.686543e-2);
    y = (y * v + XK_C(1.1283782e-1)) * v + XK_C(-3.7612638e-1);
    y = y * v + XK_C(1.2837917e-1);
    return y;
}

/* log(erfc(v + 2.5)), |v| <= 1.5; even and odd powers, whose sums do not wait for each other. */
XK_FN xk_t erf_far(xk_t v)
{
    const xk_t square = v * v;
    xk_t even = XK_C(1.6371514e-6) * square + XK_C(7.729138e-5),
         odd = XK_C(-1.3315014e-5) * square + XK_C(-4.2012252e-4);
    even = (even * square + XK_C(2.1653036e-3)) * square + XK_C(-9.4389373e-1);
    odd = (odd * square + XK_C(-1.0858541e-2)) * square + XK_C(-5.3526807);
    return even * square + (odd * v + XK_C(-7.806815));
}
#endif

KERNEL(xk_t self)
{
#if XK_F64
    return xk_erf(self);
#elif XK_HALF
    /* erf(x) / x over x^2, and the logarithm of erfc, which falls ever faster. */
    const xk_t a = xk_fabs(self), v = self * self;
    xk_t near = XK_C(-2.1018174e-2);
    near = ((near * v + XK_C(1.1058394e-1)) * v + XK_C(-3.7583956e-1)) * v + XK_C(1.1283734);
    xk_t y = XK_C(-4.8038114e-2);
    y = ((y * a + XK_C(-1.0727013)) * a + XK_C(-1.5183133)) * a + XK_C(-2.9372763e-2);
    const xk_t low = self * near, signed_far = xk_copysign(1 - xk_raw_exp2(y), self),
               far = self == self ? signed_far : self;
    return a < XK_C(0.8) ? low : far;
#else
    const xk_t a = xk_fabs(self), near = self + self * erf_near(self * self);
    /* From 4 on the result is 1; a NaN stays. */
    const xk_t far = 1 - ERF_EXP(erf_far((a > 4 ? XK_C(4) : a) - XK_C(2.5))), signed_far = xk_copysign(far, self);
    return a < 1 ? near : signed_far;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return erfl(self);
}
#endif
