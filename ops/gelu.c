#include "operator.h"

OPERATOR(gelu) = {
    .name = "gelu",
    .doc = "Gaussian error linear unit: self * Phi(self), Phi the normal distribution function; \"tanh\" approximates it by "
           "0.5 * self * (1 + tanh(sqrt(2 / pi) * (self + 0.044715 * self^3))).",
    .source = "torch.nn.functional.gelu",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), CHOICE("approximate", "none", "tanh") },
    .samples = { { -6, 6 } },
    /* 1 + erf(x) cancels in the definition, so that only the absolute error means something left of zero. */
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .floor = 0.125f },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_CHOICE == 1
    /* 0.5 * (1 + tanh(u)) is 1 / (1 + exp(-2u)), which keeps its digits where tanh(u) nears -1. */
    const xk_t u = XK_C(0.79788456080286535588) * (self + XK_C(0.044715) * self * self * self);
    return self / (1 + xk_exp(-2 * u));
#else
    /* 0.5 * (1 + erf(x)) is 0.5 * erfc(-x), which keeps its digits where erf(x) nears -1. */
    return self * XK_C(0.5) * xk_erfc(self * XK_C(-0.70710678118654752440));
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
