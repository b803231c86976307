/* Functions of f32 for GPUs, whose compilers' own have branches or several times the instructions: without branches, which is why
 * both sides of a choice are worked out first; about two units off, and four where reciprocals and roots are off by 2^-21. Included
 * as text after accurate.kernel.h; not by the CPU's prelude, whose compiler has these functions for whole vectors. */
#if XK_F32 && !XK_HALF
#define XK_LN_2 0.693147181f
#define XK_EXP_MOST 90.0f /* e^90 is infinite, and its half */

/* log(1 + x), -1 < x < infinity, but for the sign of a zero: 1 + x is 2^k * (1 + f), where f has the digits that 1 + x lacks. */
XK_FN float xk_log1p_within(float x)
{
    const xk_uint k = xk_log_exponent(1 + x);
    const float f = xk_bits_f32(xk_f32_bits(x) - k) + xk_fma(0.25f, xk_bits_f32(0x40800000u - k), -1.0f);
    return xk_log_joined(k, f);
}

/* The same for x >= 0, infinity and NaN. */
XK_FN float xk_log1p_above(float x)
{
    const float y = xk_log1p_within(x);
    return x < (float)XK_INFINITY ? y : x;
}

XK_FN float xk_log1p_all(float x)
{
    const float y = xk_copysign(xk_log1p_above(x), x), end = x == -1 ? -(float)XK_INFINITY : (float)XK_NAN;
    return x > -1 ? y : end;
}

/* e^x / 2, 0 <= x <= XK_EXP_MOST */
XK_FN float xk_exp_half(float x)
{
    const float shifted = xk_fma(x, 1.44269504f, XK_ROUNDER), n = shifted - XK_ROUNDER;
    const float r = xk_fma(n, -XK_LN2_LOW, xk_fma(n, -XK_LN2_HIGH, x));
    return xk_exp_near(2.0f, r) * xk_bits_f32((xk_f32_bits(shifted) + 125u) << 23);
}

XK_FN float xk_sinh_all(float x)
{
    const float rise = xk_exp_half(xk_fmin(xk_fabs(x), XK_EXP_MOST)), v = x * x;
    const float far = xk_copysign(rise - 0.25f * xk_rcp_near(rise), x);
    float y = 2.78221319e-6f * v + 1.98428956e-4f;
    y = (y * v + 8.33331048e-3f) * v + 0.166666672f;
    y = x + x * v * y;
    return xk_fabs(x) >= 1 ? far : y;
}

XK_FN float xk_cosh_all(float x)
{
    const float a = xk_fabs(x), rise = xk_exp_half(a > XK_EXP_MOST ? XK_EXP_MOST : a); /* NaN stays */
    return rise + 0.25f * xk_rcp_near(rise);
}

/* log(1 + y), and log(2 * x) where x is so large that y, about that, may have overflowed on its way. */
XK_FN float xk_log1p_or_twice(float y, float x)
{
    const int large = x > 1e12f;
    return xk_log1p_within(large ? x : y) + (large ? XK_LN_2 : 0.0f);
}

/* log(a + sqrt(1 + a^2)), of whose root 1 is taken off without cancellation */
XK_FN float xk_asinh_all(float x)
{
    const float a = xk_fabs(x), v = a * a;
    const float y = xk_log1p_or_twice(a + v * xk_rcp_near(1 + xk_raw_sqrt(1 + v)), a);
    return xk_copysign(a < (float)XK_INFINITY ? y : a, x);
}

/* log(x + sqrt(x^2 - 1)) over d = x - 1. Near 1 the root is all of the result. */
XK_FN float xk_acosh_all(float x)
{
    const float d = x - 1, v = d * d + 2 * d;
    const float y = xk_log1p_or_twice(d + xk_sqrt_exact(v), d), end = xk_raw_sqrt(d);
    return (d > 0) & (d < (float)XK_INFINITY) ? y : end;
}

#undef xk_log1p
#undef xk_log1p_positive
#undef xk_sinh
#undef xk_cosh
#undef xk_asinh
#undef xk_acosh
#define xk_log1p(x) xk_log1p_all(x)
#define xk_log1p_positive(x) xk_log1p_above(x)
#define xk_sinh(x) xk_sinh_all(x)
#define xk_cosh(x) xk_cosh_all(x)
#define xk_asinh(x) xk_asinh_all(x)
#define xk_acosh(x) xk_acosh_all(x)
#endif
