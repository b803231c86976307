#include "operator.h"

OPERATOR(logaddexp2) = {
    .name = "logaddexp2",
    .doc = "log2(2^self + 2^other) without overflow on the way; two equal infinities give themselves.",
    .source = "torch.logaddexp2",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), TENSOR("other") },
    .samples = { { -20, 20 }, { -20, 20 } },
    /* The larger operand and the logarithm cancel where the result nears 0. */
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .by_operands = 1 },
};

#ifdef XK
#if XK_HALF
/* log2(1 + t) / t, 0 <= t <= 1: however small t is, its digits stay, as they do not in a logarithm of 1 + t. */
XK_FN xk_t logaddexp2_rise(xk_t t)
{
    xk_t y = XK_C(7.54916994e-3) * t + XK_C(-4.2567011e-2);
    y = (y * t + XK_C(1.12856112e-1)) * t + XK_C(-1.97118893e-1);
    y = (y * t + XK_C(2.75641382e-1)) * t + XK_C(-3.58408451e-1);
    y = (y * t + XK_C(4.80692953e-1)) * t + XK_C(-7.21340179e-1);
    return y * t + XK_C(1.44269502);
}
#endif

/* log2(1 + t) is log1p(t) / ln 2, which keeps what a small t adds. */
KERNEL(xk_t self, xk_t other)
{
    const xk_t larger = self < other ? other : self;
    const xk_t distance = xk_fabs(self - other), gap = self == other ? XK_C(0) : distance;
#if XK_HALF
#if XK_BF16
    const xk_t t = xk_fast_exp2(-gap); /* denormals count beside operands that are as small */
#else
    const xk_t t = xk_raw_exp2(-gap);
#endif
    return larger + t * logaddexp2_rise(t);
#else
    return larger + xk_log1p_positive(xk_exp2(-gap)) * XK_C(1.4426950408889634);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    if (isinf(self) && self == other)
        return self;
    const long double larger = self > other ? self : other, low = self > other ? other : self;
    return isnan(self) || isnan(other) ? NAN : larger + log1pl(exp2l(low - larger)) / logl(2);
}
#endif
