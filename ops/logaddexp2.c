#include "operator.h"

OPERATOR(logaddexp2) = {
    .name = "logaddexp2",
    .doc = "log2(2^self + 2^other) without overflow on the way; two equal infinities give themselves.",
    .source = "torch.logaddexp2",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), TENSOR("other") },
    .samples = { { -20, 20 }, { -20, 20 } },
    /* The larger operand and the logarithm cancel where the result nears 0. */
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .floor = 0.5f },
};

#ifdef XK
/* log2(1 + t) is log1p(t) / ln 2, which keeps what a small t adds. */
KERNEL(xk_t self, xk_t other)
{
    const xk_t larger = self < other ? other : self;
    const xk_t distance = xk_fabs(self - other), gap = self == other ? XK_C(0) : distance;
#if XK_HALF
    return larger + xk_raw_log2(1 + xk_raw_exp2(-gap));
#else
    return larger + xk_log1p(xk_exp2(-gap)) * XK_C(1.4426950408889634);
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
