#include "operator.h"

OPERATOR(atanh) = {
    .name = "atanh",
    .doc = "Inverse hyperbolic tangent; infinite for 1 and -1, NaN beyond.",
    .source = "torch.atanh",
    .aliases = { "arctanh" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -1, 1 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#if XK_F32 && !XK_HALF
/* log((1 + a) / (1 - a)) / 2, 0 <= a < 1: that is 2^k * (1 + z) / (1 - z), where z = (1 + a - 2^k * (1 - a)) / (1 + a + 2^k * (1 - a)), of
 * which the upper part is worked out exactly where it is small. */
XK_FN xk_t atanh_within(xk_t a)
{
    const xk_t sum = 1 + a, rest = 1 - a, lost = (1 - rest) - a;
    const xk_uint k = xk_ratio_exponent(sum, rest);
    const xk_t power = xk_bits_f32(0x3f800000u + k), more = 1 + power;
    const xk_t over = xk_fma(-more, lost, xk_fma(-more, rest, XK_C(2))), under = xk_fma(power, rest, sum);
    return xk_log_of_ratio(k, xk_quotient(over, under));
}
#endif

KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_catanh(self);
#elif XK_HALF
    const xk_t square = self * self;
    const xk_t series = self + self * (square * (XK_C(0.33333333) + square * XK_C(0.2)));
    const xk_t far = (xk_raw_log2(1 + self) - xk_raw_log2(1 - self)) * (XK_LN_2 / 2);
    return xk_fabs(self) < XK_C(0.125) ? series : far;
#elif XK_F32
    const xk_t a = xk_fabs(self), y = atanh_within(a), end = a == 1 ? (xk_t)XK_INFINITY : (xk_t)XK_NAN;
    return xk_copysign(a < 1 ? y : end, self);
#else
    /* log((1 + a) / (1 - a)) with the quotient's distance from 1 as log1p's argument. */
    const xk_t a = xk_fabs(self);
    return xk_copysign(XK_C(0.5) * xk_log1p(2 * a / (1 - a)), self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return atanhl(self);
}
#endif
