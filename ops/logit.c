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
    .samples = { { 0, 1 }, { 0.01, 0.4 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#if XK_F32 && !XK_HALF
#define LOGIT_UP 18446744073709551616.0f /* 2^64 */
#define LOGIT_UP_BITS (64u << 23)

/* log(x / (1 - x)), 0 < x < 1: the quotient is 2^k * (1 + z) / (1 - z), where z = (x / 2^k - (1 - x)) / (x / 2^k + (1 - x)), whose
 * digits stay where x is near a half. */
XK_FN xk_t logit_within(xk_t x)
{
    const xk_t rest = 1 - x, lost = (rest - 1) + x, scaled = x * LOGIT_UP; /* no denormals */
    const xk_uint up = xk_ratio_exponent(scaled, rest);
    const xk_t power = xk_bits_f32(0x3f800000u - up), over = xk_fma(scaled, power, -rest) + lost;
    return 2 * xk_log_of_ratio(up - LOGIT_UP_BITS, xk_quotient(over, xk_fma(scaled, power, rest)));
}
#endif

KERNEL(xk_t self, xk_t eps)
{
    /* The same for all elements; eps may be above 1 - eps, and then wins. */
    const xk_t lowest = eps < 0 ? -(xk_t)XK_INFINITY : eps, highest = eps < 0 ? (xk_t)XK_INFINITY : 1 - eps;
    const xk_t lowered = self > highest ? highest : self, x = self < lowest ? lowest : lowered;
#if XK_HALF
    return (xk_half_log2(x) - xk_raw_log2(1 - x)) * XK_LN_2;
#elif XK_F32
    const xk_t y = logit_within(x);
#ifdef xk_near_log2
    const xk_t outer = xk_near_log2(x * LOGIT_UP * xk_rcp_near(1 - x)); /* infinite at both ends, and NaN beyond */
#else
    const xk_t end = x == 1 ? (xk_t)XK_INFINITY : (xk_t)XK_NAN, outer = x == 0 ? -(xk_t)XK_INFINITY : end;
#endif
    return (x > 0) & (x < 1) ? y : outer;
#else
    /* Near 1/2 from how far the quotient, or its reciprocal, is above 1; the difference from 1/2 is exact there. What
     * adding 1 to it loses counts most where the logarithm's slope is 1. */
    const xk_t rest = 1 - x, gap = x - XK_C(0.5), a = xk_fabs(gap);
    const int near = a < XK_C(0.25);
    const xk_t quotient = (near ? 2 * a : x) / (near && gap < 0 ? x : rest), above = 1 + quotient;
    const xk_t y = xk_log(near ? above : quotient) + (near ? quotient - (above - 1) : XK_C(0));
    return near ? xk_copysign(y, gap) : y;
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
