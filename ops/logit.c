#include "operator.h"

OPERATOR(logit) = {
    .name = "logit",
    .doc = "log(self / (1 - self)); with eps, self is first limited: eps where it is below that, else 1 - eps where it "
           "is above that.",
    .source = "torch.logit",
    .aliases = { "special_logit" },
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self"),
                    NUMBER("eps", DEFAULT(-1), .meets = EXPOPS_MEETS_COMMON, .doc = "Below zero: no limit.") },
    .samples = { { 0, 1 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
/* 2 * (atanh(z) / z - 1) / z^2 over v = z^2, |z| < 1/2 */
#if XK_F32 && !XK_HALF
XK_FN xk_t logit_near(xk_t v)
{
    xk_t y = XK_C(3.6448422e-1);
    y = (y * v + XK_C(1.6426155e-1)) * v + XK_C(2.9351172e-1);
    y = (y * v + XK_C(3.9955363e-1)) * v + XK_C(6.6667485e-1);
    return y;
}
#endif

KERNEL(xk_t self, xk_t eps)
{
#if XK_HALF
    /* eps may be above 1 - eps, and then wins. */
    const xk_t lowest = eps < 0 ? -XK_INFINITY : eps, highest = eps < 0 ? XK_INFINITY : 1 - eps;
    const xk_t lowered = self > highest ? highest : self, x = self < lowest ? lowest : lowered;
    return (xk_half_log2(x) - xk_raw_log2(1 - x)) * XK_LN_2;
#else
    /* A compiler may take this choice, the same for all elements, out of its loop. */
    const xk_t high = 1 - eps, lowered = self > high ? high : self;
    const xk_t x = eps < 0 ? self : self < eps ? eps : lowered;
#if XK_F32
    /* Near 1/2 twice the inverse hyperbolic tangent of 2 * x - 1, which is exact there. Outside 0 to 1 the quotient only has
     * to be negative, and its divisor a number whose reciprocal is one. */
    const xk_t z = 2 * x - 1, v = z * z, near = 2 * z + z * v * logit_near(v);
    const xk_t rest = 1 - x, low = rest < -1 ? XK_C(-1) : rest, bounded = low > 1 ? XK_C(1) : low;
    const xk_t far = xk_log(xk_quotient(x, bounded)), outer = x == 1 ? (xk_t)XK_INFINITY : far;
    return v < XK_C(0.25) ? near : outer;
#else
    /* Near 1/2 from how far the quotient, or its reciprocal, is above 1; the difference from 1/2 is exact there. What
     * adding 1 to it loses counts most where the logarithm's slope is 1. */
    const xk_t rest = 1 - x, gap = x - XK_C(0.5), a = xk_fabs(gap);
    const int near = a < XK_C(0.25);
    const xk_t quotient = (near ? 2 * a : x) / (near && gap < 0 ? x : rest), above = 1 + quotient;
    const xk_t y = xk_log(near ? above : quotient) + (near ? quotient - (above - 1) : XK_C(0));
    return near ? xk_copysign(y, gap) : y;
#endif
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double eps)
{
    if (eps >= 0 && !isnan(self))
        self = self < eps ? eps : self > 1 - eps ? 1 - eps : self;
    /* Near 1/2 the quotient's own rounding would be most of what is left of its logarithm. */
    return fabsl(self - 0.5L) < 0.25L ? log1pl((2 * self - 1) / (1 - self)) : logl(self / (1 - self));
}
#endif
