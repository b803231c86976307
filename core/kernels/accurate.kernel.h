/* exp and log for operators whose result multiplies them or cancels with them: compilers' own functions may be two or
 * three units off, which uses up the bound before the operator's own arithmetic begins.
 * Included as text after the common part, where the arithmetic is real and floating. */

#if XK_F32
#define XK_LN2_HIGH 0.693145752f /* few bits: its product with a whole number is exact */
#define XK_LN2_LOW 1.42860682e-6f
#define XK_LOG2_E_HIGH 1.44269502f
#define XK_LOG2_E_LOW 1.92596303e-8f
#define XK_ROUNDER 12582912.0f /* 1.5 * 2^23: adding it leaves the nearest whole number in the low bits */
#define XK_EXP_RANGE 170.0f /* two powers of 2 reach so far */
#elif XK_F64
#define XK_LN2_HIGH 6.93147180369123816490e-01
#define XK_LN2_LOW 1.90821492927058770002e-10
#define XK_ROUNDER 6755399441055744.0
#define XK_EXP_RANGE 1400.0
#endif

#if XK_F32
typedef int xk_whole;
#define XK_WHOLE_OF(rounder_sum) ((xk_whole)(xk_f32_bits(rounder_sum) - 0x4b400000u))
#define XK_POWER_OF_2(whole) xk_bits_f32((xk_uint)((whole) + 127) << 23)

/* factor * exp(r), |r| <= ln(2) / 2: the factor's last bit stays exact, since what is added to it is less. */
XK_FN float xk_exp_near(float factor, float r)
{
    float q = 1.38129061e-3f;
    q = (q * r + 8.36953428e-3f) * r + 4.16684672e-2f;
    q = (q * r + 1.66665137e-1f) * r + 0.49999994f;
    return factor + factor * (r + r * r * q);
}

/* log(1 + f), sqrt(1/2) <= 1 + f < sqrt(2) */
XK_FN float xk_log_near(float f)
{
    float y = -7.63449669e-2f;
    y = (y * f + 1.27615765e-1f) * f - 1.31601825e-1f;
    y = (y * f + 1.42017573e-1f) * f - 1.66233569e-1f;
    y = (y * f + 2.00012267e-1f) * f - 2.50008196e-1f;
    y = y * f + 3.33333313e-1f;
    return f - f * f * (0.5f - f * y);
}

/* log(2^k * (1 + f)), k as an exponent lies in a float: what follows finds such a k for x. */
XK_FN float xk_log_joined(xk_uint k, float f)
{
    return xk_fma((float)(int)k, 8.2629583e-8f, xk_log_near(f)); /* ln(2) / 2^23 */
}

XK_FN xk_uint xk_log_exponent(float x)
{
    return (xk_f32_bits(x) - 0x3f3504f3u) & 0xff800000u;
}

/* log(2^k * (1 + z) / (1 - z)) / 2, |z| <= 0.2005, k as in xk_log_joined */
XK_FN float xk_log_of_ratio(xk_uint k, float z)
{
    const float v = z * z, y = (0.15192005f * v + 0.19978365f) * v + 0.3333348f;
    return xk_fma((float)(int)k, 4.1314790e-8f, z + z * v * y); /* ln(2) / 2^24 */
}

/* Such a k that a / b is 2^k * (1 + z) / (1 - z), of normal numbers above 0: their bits differ by nearly what their logarithms do. */
XK_FN xk_uint xk_ratio_exponent(float a, float b)
{
    return (xk_f32_bits(a) - xk_f32_bits(b) + 0x400000u) & 0xff800000u;
}

/* log(x) of a normal number above 0, in no more than its steps */
XK_FN float xk_log_normal(float x)
{
    const xk_uint k = xk_log_exponent(x);
    return xk_log_joined(k, xk_bits_f32(xk_f32_bits(x) - k) - 1);
}

/* sqrt(x) within one unit, 0 < x < infinity: one step of Newton's after the device's own inverse of it. */
#ifndef xk_sqrt_exact
XK_FN float xk_sqrt_exact(float x)
{
    const float inverse = xk_raw_rsqrt(x), y = x * inverse;
    return y + xk_fma(-y, y, x) * (0.5f * inverse);
}
#endif
#elif XK_F64
typedef xk_long xk_whole;
#define XK_WHOLE_OF(rounder_sum) ((xk_whole)(xk_f64_bits(rounder_sum) - 0x4338000000000000ul))
#define XK_POWER_OF_2(whole) xk_bits_f64((xk_ulong)((whole) + 1023) << 52)

XK_FN double xk_exp_near(double factor, double r)
{
    return factor * XK_MATH(exp)(r);
}

XK_FN double xk_log_near(double f)
{
    return XK_MATH(log1p)(f);
}
#endif

#if XK_F32 || XK_F64
#define xk_log1p_positive(x) xk_log1p(x)

/* 1 / x, on devices with a relative error of up to 2^-21; 0 or infinity where x or that is not a normal number. */
#if XK_F32
#define xk_rcp_near(x) xk_raw_rcp(x)
#else
#define xk_rcp_near(x) (1 / (x))
#endif

/* a / b within one unit, without the branch that a GPU's division has for numbers at the ends; b neither 0 nor infinite. */
#ifndef xk_quotient
XK_FN xk_t xk_quotient(xk_t a, xk_t b)
{
    const xk_t inverse = xk_rcp_near(b), y = a * inverse;
    return y + xk_fma(-y, b, a) * inverse;
}
#endif

/* 1 / sqrt(x), 0 < x < infinity: one step of Newton's after the device's own, which may be two units off, costs less than a
 * division. */
XK_FN xk_t xk_rsqrt_exact(xk_t x)
{
    const xk_t y = xk_rsqrt(x);
    return y + y * (XK_C(0.5) * xk_fma(-x * y, y, XK_C(1)));
}

/* high + low less a multiple of ln(2), which is *whole. */
XK_FN xk_t xk_exp_reduce(xk_t high, xk_t low, xk_whole *whole)
{
    const xk_t shifted = high * XK_C(1.4426950408889634) + XK_ROUNDER, n = shifted - XK_ROUNDER;
    *whole = XK_WHOLE_OF(shifted);
    return (high - n * XK_LN2_HIGH) + (low - n * XK_LN2_LOW);
}

XK_FN xk_t xk_exp_bounded(xk_t x)
{
    const xk_t upper = x > XK_EXP_RANGE ? XK_EXP_RANGE : x;
    return upper < -XK_EXP_RANGE ? -XK_EXP_RANGE : upper;
}

/* y * 2^whole, the power being exp(high)'s, in two steps: it may lie beyond the type's range where the product does not. */
XK_FN xk_t xk_exp_raised(xk_t y, xk_t high, xk_whole whole)
{
    const xk_whole part = whole >> 1;
    const xk_t rest = high > XK_EXP_RANGE ? (xk_t)XK_INFINITY : high < -XK_EXP_RANGE ? XK_C(0) : XK_POWER_OF_2(whole - part);
    return y * XK_POWER_OF_2(part) * rest;
}

/* factor * exp(high + low), `low` being what rounding `high` lost. Only the result itself may overflow or vanish, where the
 * factor is at most half the type's largest number: it is first multiplied by up to sqrt(2). */
XK_FN xk_t xk_exp_times(xk_t factor, xk_t high, xk_t low)
{
    xk_whole whole;
    const xk_t y = xk_exp_near(factor, xk_exp_reduce(xk_exp_bounded(high), low, &whole));
    return xk_exp_raised(y, high, whole);
}

/* factor * exp(x), one rounding further off, of a factor that may be infinite. Where a device's own 2^r is within two units for r of up
 * to a half, it takes less than half as many instructions; a power of two that a number does not hold is left to r then: so the
 * exponential itself vanishes, and is infinite. */
#if XK_F32 && defined(xk_near_exp2)
XK_FN float xk_times_exp(float factor, float x)
{
    const float place = xk_fma(xk_within_1(xk_fma(x, XK_LOG2_E_HIGH / 252, 0.5f)), 252.0f, XK_ROUNDER + 1), n = place - (XK_ROUNDER + 127);
    const float r = xk_fma(x, XK_LOG2_E_LOW, xk_fma(x, XK_LOG2_E_HIGH, -n));
    return factor * xk_near_exp2(r) * xk_bits_f32(xk_f32_bits(place) << 23);
}
#else
XK_FN xk_t xk_times_exp(xk_t factor, xk_t x)
{
    xk_whole whole;
    const xk_t y = factor * xk_exp_near(XK_C(1), xk_exp_reduce(xk_exp_bounded(x), 0, &whole));
    return xk_exp_raised(y, x, whole);
}
#endif

/* log(x / 2^steps) less *whole, which is a multiple of ln(2) with few bits, so that it cancels exactly with what is like it; x
 * a normal number above 0. */
XK_FN xk_t xk_log_steps(xk_t x, int steps, xk_t *whole)
{
#if XK_F32
    const xk_uint k = xk_log_exponent(x);
    const xk_t n = (xk_t)((int)k - (steps << 23)), m = xk_bits_f32(xk_f32_bits(x) - k), unit = XK_C(1) / 8388608;
#else
    const xk_ulong bits = xk_f64_bits(x) + (0x3ff0000000000000ul - 0x3fe6a09e667f3bcdul);
    const xk_t n = (xk_t)((int)(bits >> 52) - 1023 - steps), m = xk_bits_f64((bits & 0xffffffffffffful) + 0x3fe6a09e667f3bcdul);
    const xk_t unit = 1;
#endif
    *whole = n * (XK_LN2_HIGH * unit);
    return xk_log_near(m - 1) + n * (XK_LN2_LOW * unit);
}

XK_FN xk_t xk_log_split(xk_t x, xk_t *whole)
{
    return xk_log_steps(x, 0, whole);
}

/* The same for any x. */
XK_FN xk_t xk_log_parts(xk_t x, xk_t *whole)
{
#if XK_F32
    const xk_t least = 1.17549435e-38f, scale = 16777216.0f, steps = 24;
#else
    const xk_t least = 2.2250738585072014e-308, scale = 18014398509481984.0, steps = 54;
#endif
    const int tiny = x < least, ordinary = x > 0 && x < (xk_t)XK_INFINITY;
    const xk_t other = x == 0 ? -(xk_t)XK_INFINITY : x < 0 ? (xk_t)XK_NAN : x, n = tiny ? steps : XK_C(0);
    const xk_t rest = xk_log_split(tiny ? x * scale : x, whole) - n * XK_LN2_LOW;
    *whole = ordinary ? *whole - n * XK_LN2_HIGH : other;
    return ordinary ? rest : XK_C(0);
}
#endif
