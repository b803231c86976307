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

CPU_ROW1(exp) CPU_ROW1(exp2) CPU_ROW1(exp10) CPU_ROW1(expm1)
CPU_ROW1(log) CPU_ROW1(log2) CPU_ROW1(log10) CPU_ROW1(log1p)
CPU_ROW1(sin) CPU_ROW1(cos) CPU_ROW1(tan) CPU_ROW1(asin) CPU_ROW1(acos) CPU_ROW1(atan)
CPU_ROW1(sinh) CPU_ROW1(cosh) CPU_ROW1(tanh) CPU_ROW1(asinh) CPU_ROW1(acosh) CPU_ROW1(atanh)
CPU_ROW1(erf) CPU_ROW1(erfc) CPU_ROW1(cbrt)
CPU_ROW2(pow) CPU_ROW2(hypot) CPU_ROW2(atan2)

#undef CPU_ROW1
#undef CPU_ROW2
#undef CPU_VECTOR
#endif
#endif

/* --- exp of an f32, in line: most activations are made of it, and the call costs as much as the work ---
 * exp(x) = 2^n * exp(r), n whole, |r| <= ln(2) / 2. A product with 2^n in two steps reaches subnormal results and infinity;
 * NaN passes through every step. */
#if defined(__FMA__)
#define CPU_FMA(a, b, c) __builtin_fmaf(a, b, c)
#else
#define CPU_FMA(a, b, c) ((a) * (b) + (c))
#endif

static inline __attribute__((always_inline, unused)) float cpu_expf(float x)
{
    const float upper = x > 89.0f ? 89.0f : x, bounded = upper < -105.0f ? -105.0f : upper;
    /* Adding 1.5 * 2^23 leaves the nearest whole number in the low bits. */
    const float shifted = CPU_FMA(bounded, 1.44269504f, 12582912.0f), n = shifted - 12582912.0f;
    const float high = CPU_FMA(n, -0x1.62e4p-1f, bounded), r = CPU_FMA(n, -1.42860682e-6f, high);
    float p = CPU_FMA(r, 0x1.6b6d98p-10f, 0x1.12309cp-7f);
    p = CPU_FMA(p, r, 0x1.55568ap-5f);
    p = CPU_FMA(p, r, 0x1.5554a2p-3f);
    p = CPU_FMA(p, r, 0.5f);
    p = CPU_FMA(p * r, r, r) + 1.0f;
    const int32_t whole = (int32_t)(xk_f32_bits(shifted) - 0x4b400000u), half = whole >> 1;
    const float scale = xk_bits_f32((uint32_t)(half + 127) << 23);
    const float rest = xk_bits_f32((uint32_t)(whole - half + 127) << 23);
    return p * scale * rest;
}

#define expf(x) cpu_expf(x)

static inline __attribute__((always_inline, unused)) double rsqrt(double x)
{
    return 1 / sqrt(x);
}

static inline __attribute__((always_inline, unused)) float rsqrtf(float x)
{
    return 1 / sqrtf(x);
}

#endif
