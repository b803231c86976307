#include "operator.h"

OPERATOR(gelu) = {
    .name = "gelu",
    .doc = "Gaussian error linear unit: self * Phi(self), Phi the normal distribution function; \"tanh\" approximates it by "
           "0.5 * self * (1 + tanh(sqrt(2 / pi) * (self + 0.044715 * self^3))).",
    .source = "torch.nn.functional.gelu",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), CHOICE("approximate", "none", "tanh") },
    .samples = { { -6, 6 } },
    /* 1 + erf(x) cancels in the definition, which PyTorch computes in double precision too: left of zero its answers hold
     * to an absolute error only. */
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .floor = 0.125f },
};

#ifdef XK
#if !XK_F64 && !XK_HALF
/* log2(0.5 * erfc(a / sqrt(2))), 0 <= a < 5.3; beyond, to the end of f32's range, it falls fast enough. In pairs, whose
 * sums do not wait for each other. */
XK_FN xk_t gelu_tail(xk_t a)
{
    const xk_t v = a * a;
    const xk_t low = (XK_C(-5.2593999e-2) * a + XK_C(-4.5917708e-1)) * v + (XK_C(-1.1511089) * a + XK_C(-0.99999994));
    const xk_t high = (XK_C(2.8860442e-5) * a + XK_C(-1.3727215e-4)) * v + (XK_C(-2.5219083e-4) * a + XK_C(7.2096786e-3));
    return (XK_C(-1.9398551e-6) * (v * v) + high) * (v * v) + low;
}
#endif

KERNEL(xk_t self)
{
#if XK_CHOICE == 1
    /* 0.5 * (1 + tanh(u)) is 1 / (1 + exp(-2u)), which keeps its digits where tanh(u) nears -1. */
    const xk_t u = XK_C(0.79788456080286535588) * (self + XK_C(0.044715) * self * self * self);
#if XK_HALF
    return xk_half_gate(self, 2 * u);
#else
    return self / (1 + xk_exp(-2 * u));
#endif
#elif XK_HALF
    /* 0.5 * erfc(a / sqrt(2)), a power of 2 whose exponent falls ever faster. */
    const xk_t a = xk_fabs(self);
    xk_t y = XK_C(-4.0737758e-4);
    y = (y * a + XK_C(6.6020237e-3)) * a + XK_C(-5.0627496e-2);
    y = (y * a + XK_C(-4.6115541e-1)) * a + XK_C(-1.1504371);
    const xk_t tail = xk_raw_exp2(y * a + XK_C(-1.0000390));
    return self * (self > 0 ? 1 - tail : tail);
#elif XK_F32
    /* Right of 0 the tail, taken from self itself; 0 * self is NaN for minus infinity. */
    const xk_t a = xk_fabs(self), tail = xk_exp2(gelu_tail(a > 14 ? XK_C(14) : a));
    return (self > 0 ? self : self * 0) - (a > 14 ? XK_C(14) : a) * tail;
#else
    /* 0.5 * (1 + erf(x)) is 0.5 * erfc(-x), which keeps its digits where erf(x) nears -1. What rounding lost of the
     * argument counts by erfc's slope, which is -2a of it on the right; sqrt(1/2) is in two parts. */
    const xk_t root = XK_C(0.70710678118654757274), root_rest = XK_C(-4.8336466567264565e-17);
    const xk_t a = self * -root, y = self * XK_C(0.5) * xk_erfc(a);
    const xk_t lost = xk_fma(self, -root, -a) - self * root_rest;
    return a > XK_C(0.5) && a < 30 ? y - y * (2 * a * lost) : y;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double approximate)
{
    const long double cubic = self + 0.044715L * self * self * self;
    if (approximate == 1)
        return 0.5L * self * (1 + tanhl(sqrtl(2 / acosl(-1)) * cubic));
    return 0.5L * self * (1 + erfl(self / sqrtl(2)));
}
#endif
