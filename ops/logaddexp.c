#include "operator.h"

OPERATOR(logaddexp) = {
    .name = "logaddexp",
    .doc = "log(exp(self) + exp(other)) without overflow on the way; two equal infinities give themselves.",
    .source = "torch.logaddexp",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), TENSOR("other") },
    .samples = { { -20, 20 }, { -20, 20 } },
    /* The larger operand and the logarithm cancel where the result nears 0. */
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .by_operands = 1 },
};

#ifdef XK
#if XK_HALF
/* log(1 + t) / t, 0 <= t <= 1: however small t is, its digits stay, as they do not in a logarithm of 1 + t. */
XK_FN xk_t logaddexp_rise(xk_t t)
{
    xk_t y = XK_C(5.23268571e-3) * t + XK_C(-2.95052044e-2);
    y = (y * t + XK_C(7.82258958e-2)) * t + XK_C(-1.36632413e-1);
    y = (y * t + XK_C(1.91060051e-1)) * t + XK_C(-2.4842982e-1);
    y = (y * t + XK_C(3.33190978e-1)) * t + XK_C(-4.99994934e-1);
    return y * t + XK_C(0.99999994);
}
#endif

KERNEL(xk_t self, xk_t other)
{
    const xk_t larger = self < other ? other : self;
    const xk_t distance = xk_fabs(self - other), gap = self == other ? XK_C(0) : distance;
#if XK_HALF
#if XK_BF16
    const xk_t t = xk_fast_exp(-gap); /* denormals count beside operands that are as small */
#else
    const xk_t t = xk_raw_exp2(-gap * XK_LOG2_E);
#endif
    return larger + t * logaddexp_rise(t);
#else
    return larger + xk_log1p_positive(xk_exp(-gap));
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    if (isinf(self) && self == other)
        return self;
    const long double larger = self > other ? self : other;
    return isnan(self) || isnan(other) ? NAN : larger + log1pl(expl(-fabsl(self - other)));
}
#endif
