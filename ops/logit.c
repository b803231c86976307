#include "operator.h"

OPERATOR(logit) = {
    .name = "logit",
    .doc = "log(self / (1 - self)); with eps, self is first limited to [eps, 1 - eps].",
    .source = "torch.logit",
    .aliases = { "special_logit" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self"), NUMBER("eps", DEFAULT(-1), .doc = "Below zero: no limit.") },
    .samples = { { 0, 1 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t eps)
{
    const xk_t high = 1 - eps, raised = self < eps ? eps : self;
    const xk_t x = eps < 0 ? self : raised > high ? high : raised;
#if XK_HALF
    return xk_log(x / (1 - x));
#else
    /* Near 1/2 from how far the quotient, or its reciprocal, is above 1; the difference from 1/2 is exact there. */
    const xk_t rest = 1 - x, gap = x - XK_C(0.5), a = xk_fabs(gap);
    const xk_t near = xk_copysign(xk_log1p(2 * a / (gap < 0 ? x : rest)), gap);
    return a < XK_C(0.25) ? near : xk_log(x / rest);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double eps)
{
    if (eps >= 0 && !isnan(self)) {
        self = self < eps ? eps : self;
        self = self > 1 - eps ? 1 - eps : self;
    }
    return logl(self / (1 - self));
}
#endif
