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

static inline __attribute__((always_inline, unused)) double rsqrt(double x)
{
    return 1 / sqrt(x);
}

static inline __attribute__((always_inline, unused)) float rsqrtf(float x)
{
    return 1 / sqrtf(x);
}

#endif
