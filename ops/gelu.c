#include "operator.h"

OPERATOR(gelu) = {
    .name = "gelu",
    .doc = "Gaussian error linear unit: self * Phi(self), Phi the normal distribution function; \"tanh\" approximates "
           "it by "
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
#if XK_F32 && XK_CHOICE == 0
/* exp(x), x <= 0, and 0 below -87: without the steps that reach the smallest numbers. */
XK_FN xk_t gelu_exp(xk_t x)
{
    xk_whole whole;
    const xk_t r = xk_exp_reduce(x, XK_C(0), &whole), y = xk_exp_near(XK_POWER_OF_2(whole), r);
    return x < -87 ? XK_C(0) : y;
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
    /* Half of erf over the square, and beyond the logarithm of 0.5 * erfc(a / sqrt(2)) over a - 1, which falls ever
     * faster. A single power for both would add its error, two units on some devices, to results near self / 2. */
    const xk_t a = xk_fabs(self), v = self * self, w = a - 1;
    xk_t near = XK_C(-7.4628924e-6);
    near = (near * v + XK_C(1.1295212e-4)) * v + XK_C(-1.1857849e-3);
    near = (near * v + XK_C(9.9730780e-3)) * v + XK_C(-6.6490315e-2);
    near = (near * v + XK_C(3.9894229e-1)) * self + XK_C(0.5);
    xk_t y = XK_C(-1.6149590e-6);
    y = (y * w + XK_C(3.8956219e-5)) * w + XK_C(-4.4234027e-4);
    y = (y * w + XK_C(3.3273403e-3)) * w + XK_C(-1.9501112e-2);
    y = (y * w + XK_C(-4.0044841e-1)) * w + XK_C(-1.5251355);
    const xk_t tail = gelu_exp(y * w + XK_C(-1.8410217)), far = self > 0 ? 1 - tail : tail;
    return self * (a < 1 ? near : far);
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
