/* libm as the compiler should see it: where the C library has vector variants of a function, its declaration says so and a
 * loop that calls it vectorises. Functions without one are called one element at a time. */
#ifndef CPU_MATH_H
#define CPU_MATH_H

#include <math.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#if __GLIBC_PREREQ(2, 35)
#define CPU_VECTOR __attribute__((simd("notinbranch")))
#define CPU_ROW1(name) \
    CPU_VECTOR double name(double); \
    CPU_VECTOR float name##f(float);
#define CPU_ROW2(name) \
    CPU_VECTOR double name(double, double); \
    CPU_VECTOR float name##f(float, float);

/* clang-format off */
CPU_ROW1(exp) CPU_ROW1(exp2) CPU_ROW1(exp10) CPU_ROW1(expm1)
CPU_ROW1(log) CPU_ROW1(log2) CPU_ROW1(log10) CPU_ROW1(log1p)
CPU_ROW1(sin) CPU_ROW1(cos) CPU_ROW1(tan) CPU_ROW1(asin) CPU_ROW1(acos) CPU_ROW1(atan)
CPU_ROW1(sinh) CPU_ROW1(cosh) CPU_ROW1(tanh) CPU_ROW1(asinh) CPU_ROW1(acosh) CPU_ROW1(atanh)
CPU_ROW1(erf) CPU_ROW1(erfc) CPU_ROW1(cbrt)
CPU_ROW2(pow) CPU_ROW2(hypot) CPU_ROW2(atan2)
/* clang-format on */

#undef CPU_ROW1
#undef CPU_ROW2
#undef CPU_VECTOR
#endif
#endif

#if defined(__FMA__)
#define CPU_FMA(a, b, c) __builtin_fmaf(a, b, c)
#else
#define CPU_FMA(a, b, c) ((a) * (b) + (c))
#endif

/* --- exp and exp2 of an f32, in line: most activations are made of them, and a call costs as much as the work ---
 * exp(x) = 4^m * exp(t), m whole, |t| <= ln(2): two factors of 2^m, which one shift makes, reach subnormal results and
 * infinity. m is bounded as a whole number, for NaN to pass. What takes time is the number of steps and how long a chain
 * of them is: sums are taken in pairs. */
/* 1.5 * 2^23 + 127: m's biased exponent is left in the low bits. */
#define CPU_EXP_MAGIC 12583039.0f

CPU_INLINE uint32_t cpu_exp_bits(float shifted)
{
    const int32_t middle = 0x4b400000 + 127, nearest = (int32_t)xk_f32_bits(shifted);
    const int32_t upper = nearest < middle + 66 ? nearest : middle + 66;
    return (uint32_t)(upper > middle - 77 ? upper : middle - 77);
}

/* 1 + first + t^2 * (c0 + c1 * t ... + c5 * t^5) */
CPU_INLINE float cpu_exp_sum(float t, float first, float c0, float c1, float c2, float c3, float c4, float c5)
{
    const float square = t * t, high = CPU_FMA(CPU_FMA(t, c5, c4), square, CPU_FMA(t, c3, c2));
    return CPU_FMA(CPU_FMA(high, square, CPU_FMA(t, c1, c0)), square, first) + 1.0f;
}

CPU_INLINE float cpu_expf(float x)
{
    const uint32_t bits = cpu_exp_bits(CPU_FMA(x, 0x1.715476p-1f, CPU_EXP_MAGIC));
    const float m = xk_bits_f32(bits) - CPU_EXP_MAGIC, scale = xk_bits_f32(bits << 23);
    const float t = CPU_FMA(m, -2.85721364e-6f, CPU_FMA(m, -0x1.62e4p+0f, x));
    const float p = cpu_exp_sum(t, t, 0x1.00000cp-1f, 0x1.55550ep-3f, 0x1.554a04p-5f, 0x1.11284ep-7f, 0x1.71bd88p-10f,
                                0x1.9b48f6p-13f);
    return x < -104.0f ? 0 : p * scale * scale;
}

CPU_INLINE float cpu_exp2f(float x)
{
    const uint32_t bits = cpu_exp_bits(CPU_FMA(x, 0.5f, CPU_EXP_MAGIC));
    const float m = xk_bits_f32(bits) - CPU_EXP_MAGIC, scale = xk_bits_f32(bits << 23), t = CPU_FMA(m, -2.0f, x);
    const float p = cpu_exp_sum(t, t * 0x1.62e43p-1f, 0x1.ebfbf8p-3f, 0x1.c6b02ep-5f, 0x1.3b2044p-7f, 0x1.5da5bep-10f,
                                0x1.480cb8p-13f, 0x1.f9df5ep-17f);
    return x < -151.0f ? 0 : p * scale * scale;
}

#define expf(x) cpu_expf(x)
#define exp2f(x) cpu_exp2f(x)

CPU_INLINE double rsqrt(double x)
{
    return 1 / sqrt(x);
}

/* The root keeps the divider busy: its reciprocal comes from Newton's steps, which from a guess 12 % off reach the type's
 * precision. A root is 0, a number whose reciprocal is normal, infinite or NaN. */
CPU_INLINE float rsqrtf(float x)
{
#if defined(__FMA__)
    const float root = sqrtf(x);
    float y = xk_bits_f32(0x7ef311c7u - xk_f32_bits(root));
    const float error = CPU_FMA(-root, y, 1.0f);
    y = CPU_FMA(y, CPU_FMA(error, error, error), y);
    const float rest = CPU_FMA(-root, y, 1.0f);
    y = CPU_FMA(y, CPU_FMA(rest, rest, rest), y);
    const float last = CPU_FMA(-root, y, 1.0f);
    y = CPU_FMA(y, last, y);
    const float special = x == 0 ? copysignf(__builtin_inff(), x) : 1 / __builtin_inff();
    return x == 0 || x == __builtin_inff() ? special : y;
#else
    return 1 / sqrtf(x);
#endif
}

#endif
