/* The dialect's common part: element types, conversions between them, and the words of operators.
 * Included as text after a backend's prelude, and by the CPU backend's. See docs/kernel-dialect.md. */

#define XK_CAT_(a, b) a##b
#define XK_CAT(a, b) XK_CAT_(a, b)
#define XK_CAT4_(a, b, c, d) a##b##c##d
#define XK_CAT4(a, b, c, d) XK_CAT4_(a, b, c, d)

#if XK_INDEX64
typedef xk_long xk_index; /* of an element */
#else
typedef int xk_index;
#endif

typedef struct xk_c64 {
    float re, im;
} xk_c64;

/* --- xk_s_<type>: as it lies in memory; xk_c_<type>: as it is computed with. Those of integers, and the words below, the build writes
 * (tools/write_integers.py) --- */
typedef xk_ushort xk_s_f16;
typedef xk_ushort xk_s_bf16;
typedef float xk_s_f32;
typedef xk_uchar xk_s_bool;
typedef xk_c64 xk_s_c64;
typedef xk_word1 xk_s_b8;
typedef xk_word2 xk_s_b16;
typedef xk_word4 xk_s_b32;
typedef xk_word8 xk_s_b64;
#if XK_AT_HALF /* a tensor's elements of 16 bytes start at a multiple of 8 only */
typedef struct xk_word_halves {
    xk_word8 low, high;
} xk_word_halves;
typedef xk_word_halves xk_s_b128;
#else
typedef xk_word16 xk_s_b128;
#endif

typedef float xk_c_f16;
typedef float xk_c_bf16;
typedef float xk_c_f32;
typedef int xk_c_bool;
typedef xk_c64 xk_c_c64;
typedef xk_word1 xk_c_b8;
typedef xk_word2 xk_c_b16;
typedef xk_word4 xk_c_b32;
typedef xk_word8 xk_c_b64;
typedef xk_s_b128 xk_c_b128;

/* XK_GET_<type>: memory to arithmetic; XK_PUT_<type>: arithmetic to memory. */
#define XK_GET_f16(s) xk_f16_to_f32(s)
#define XK_GET_bf16(s) xk_bf16_to_f32(s)
#define XK_GET_f32(s) (s)
#define XK_GET_f64(s) (s)
#define XK_GET_bool(s) ((int)((s) != 0))
#define XK_GET_c64(s) (s)
#define XK_GET_c128(s) (s)
#define XK_GET_b8(s) (s)
#define XK_GET_b16(s) (s)
#define XK_GET_b32(s) (s)
#define XK_GET_b64(s) (s)
#define XK_GET_b128(s) (s)

#define XK_PUT_f16(c) xk_f32_to_f16(c)
#define XK_PUT_bf16(c) xk_f32_to_bf16(c)
#define XK_PUT_f32(c) (c)
#define XK_PUT_f64(c) (c)
#define XK_PUT_bool(c) ((xk_uchar)((c) != 0))
#define XK_PUT_c64(c) (c)
#define XK_PUT_c128(c) (c)
#define XK_PUT_b8(c) (c)
#define XK_PUT_b16(c) (c)
#define XK_PUT_b32(c) (c)
#define XK_PUT_b64(c) (c)
#define XK_PUT_b128(c) (c)

/* --- conversion between element types: C's cast, rounded to the target type, bool being "not zero" ---
 * XK_AS_<target>_<r or c>(x): x real or complex, in arithmetic types. */
#define XK_AS_f16_r(x) xk_f16_to_f32(xk_f32_to_f16((float)(x)))
#define XK_AS_bf16_r(x) xk_bf16_to_f32(xk_f32_to_bf16((float)(x)))
#define XK_AS_f32_r(x) ((float)(x))
#define XK_AS_f64_r(x) ((double)(x))
#define XK_AS_bool_r(x) ((int)((x) != 0))
#define XK_AS_c64_r(x) xk_c64_of((float)(x), 0)
#define XK_AS_f16_c(z) XK_AS_f16_r((z).re)
#define XK_AS_bf16_c(z) XK_AS_bf16_r((z).re)
#define XK_AS_f32_c(z) XK_AS_f32_r((z).re)
#define XK_AS_f64_c(z) XK_AS_f64_r((z).re)
#define XK_AS_bool_c(z) ((int)((z).re != 0 || (z).im != 0))
#define XK_AS_c64_c(z) xk_c64_of((float)(z).re, (float)(z).im)

XK_FN xk_c64 xk_c64_of(float re, float im)
{
    xk_c64 z;
    z.re = re;
    z.im = im;
    return z;
}

/* Double appears only where a type needs it: devices without double arithmetic refuse its name. */
#if XK_USES_F64
typedef struct xk_c128 {
    double re, im;
} xk_c128;
typedef double xk_s_f64;
typedef double xk_c_f64;
typedef xk_c128 xk_s_c128;
typedef xk_c128 xk_c_c128;
#define XK_AS_c128_r(x) xk_c128_of((double)(x), 0)
#define XK_AS_c128_c(z) xk_c128_of((double)(z).re, (double)(z).im)

XK_FN xk_c128 xk_c128_of(double re, double im)
{
    xk_c128 z;
    z.re = re;
    z.im = im;
    return z;
}
#endif

#define XK_CLASS_f16 r
#define XK_CLASS_bf16 r
#define XK_CLASS_f32 r
#define XK_CLASS_f64 r
#define XK_CLASS_bool r
#define XK_CLASS_c64 c
#define XK_CLASS_c128 c

#define XK_S(type) XK_CAT(xk_s_, type)
#define XK_GET(type, s) XK_CAT(XK_GET_, type)(s)
#define XK_PUT(type, c) XK_CAT(XK_PUT_, type)(c)
/* Arithmetic value of type `from` as one of type `to`. */
#define XK_AS(to, from, c) XK_CAT4(XK_AS_, to, _, XK_CAT(XK_CLASS_, from))(c)

/* --- words of operators --- */
typedef XK_CAT(xk_c_, XK_D) xk_t;
typedef XK_CAT(xk_c_, XK_R) xk_r;

#define KERNEL XK_FN xk_r xk_body

/* Words that are the same for real and complex numbers. A real number as one of the arithmetic's: */
#define xk_from_real(x) XK_CAT4(XK_AS_, XK_D, _, r)(x)
#if XK_C64 || XK_C128
#define xk_equal(a, b) ((a).re == (b).re && (a).im == (b).im)
#define xk_is_true(x) ((x).re != 0 || (x).im != 0)
#else
#define xk_equal(a, b) ((a) == (b))
#define xk_is_true(x) ((x) != 0)
#endif

#if XK_F32 || XK_F64
#define XK_C(literal) ((xk_t)(literal))
#elif XK_C64
#define XK_C(literal) ((float)(literal))
#elif XK_C128
#define XK_C(literal) ((double)(literal))
#else
#define XK_C(literal) ((xk_t)(literal))
#endif

#if XK_F32 || XK_F64 || XK_C64 || XK_C128
/* The real type of the arithmetic. */
#if XK_F32 || XK_C64
typedef float xk_real;
#else
typedef double xk_real;
#endif
#if XK_F32 && XK_HALF
#define xk_exp(x) xk_fast_exp(x)
#define xk_expm1(x) xk_half_expm1(x)
#define xk_log(x) xk_fast_log(x)
#define xk_log1p(x) xk_half_log1p(x)
#define xk_log1p_exact(x) XK_MATH(log1p)(x)
#define xk_rcp(x) xk_fast_rcp(x)

/* Errors of a few units of 2^-17, small beside a half type's. Everything is worked out and one value chosen, as
 * branches would keep a device from working on several elements at once. */
#define XK_LOG2_E 1.44269504f
#define XK_LN_2 0.693147181f

/* Where exp(x) - 1 cancels, the first terms of its series. */
XK_FN float xk_half_expm1(float x)
{
    const float series = x * (1.0f + x * (0.5f + x * 0.16666667f)), far = xk_raw_exp2(x * XK_LOG2_E) - 1.0f;
    return XK_MATH(fabs)(x) < 0.03125f ? series : far;
}

/* Where 1 + x loses the digits of x, likewise. */
XK_FN float xk_half_log1p(float x)
{
    const float series = x * (1.0f - x * (0.5f - x * 0.33333333f)), far = xk_raw_log2(1.0f + x) * XK_LN_2;
    return XK_MATH(fabs)(x) < 0.015625f ? series : far;
}

/* log2(x) with an absolute error, but of numbers below the normal ones too, which only bf16 has. */
XK_FN float xk_half_log2(float x)
{
#if XK_BF16
    const int low = x < 1.17549435e-38f;
    const float y = xk_raw_log2(low ? x * 16777216.0f : x);
    return low ? y - 24.0f : y;
#else
    return xk_raw_log2(x);
#endif
}

/* y / (1 + exp(-x)), with both sides of the fraction divided by 2^8: so it reaches bf16's smallest normal numbers. */
XK_FN float xk_half_gate(float y, float x)
{
    return y * 0.00390625f * xk_raw_rcp(0.00390625f + xk_raw_exp2(-8.0f - x * XK_LOG2_E));
}

/* sin(x + shift * pi), given about x / pi + shift, for |x| < 6e6: the sine of what is left of the nearest multiple of
 * pi, which is taken off in two parts that keep the sign of a zero. Adding 1.5 * 2^23 leaves a whole number in the low
 * bits, the lowest of which is the sign. */
XK_FN float xk_half_sine(float x, float turns, float shift)
{
    const float shifted = turns + 12582912.0f, n = shifted - 12582912.0f - shift;
    const float r = XK_MATH(fma)(n, -1.50995799e-7f, XK_MATH(fma)(n, -3.1415925f, x)), v = r * r;
    float y = -1.8491709e-4f;
    y = (y * v + 8.3122402e-3f) * v + -1.6665606e-1f;
    y = (y * v + 9.9999917e-1f) * r;
    return xk_bits_f32(xk_f32_bits(y) ^ xk_f32_bits(shifted) << 31);
}
#else
#define xk_exp(x) XK_MATH(exp)(x)
#define xk_expm1(x) XK_MATH(expm1)(x)
#define xk_log(x) XK_MATH(log)(x)
#define xk_log1p(x) XK_MATH(log1p)(x)
#define xk_log1p_exact(x) xk_log1p_positive(x)
#define xk_rcp(x) (1 / (x))
#endif
#define xk_acos(x) XK_MATH(acos)(x)
#define xk_acosh(x) XK_MATH(acosh)(x)
#define xk_asin(x) XK_MATH(asin)(x)
#define xk_asinh(x) XK_MATH(asinh)(x)
#define xk_atan(x) XK_MATH(atan)(x)
#define xk_atan2(y, x) XK_MATH(atan2)(y, x)
#define xk_atanh(x) XK_MATH(atanh)(x)
#define xk_ceil(x) XK_MATH(ceil)(x)
#define xk_copysign(x, y) XK_MATH(copysign)(x, y)
#define xk_cos(x) XK_MATH(cos)(x)
#define xk_cosh(x) XK_MATH(cosh)(x)
#define xk_erf(x) XK_MATH(erf)(x)
#define xk_erfc(x) XK_MATH(erfc)(x)
#define xk_exp2(x) XK_MATH(exp2)(x)
#define xk_fabs(x) XK_MATH(fabs)(x)
#define xk_floor(x) XK_MATH(floor)(x)
#define xk_fma(x, y, z) XK_MATH(fma)(x, y, z)
#define xk_fmax(x, y) XK_MATH(fmax)(x, y)
#define xk_fmin(x, y) XK_MATH(fmin)(x, y)
#define xk_hypot(x, y) XK_MATH(hypot)(x, y)
#define xk_log10(x) XK_MATH(log10)(x)
#define xk_log2(x) XK_MATH(log2)(x)
#define xk_pow(x, y) XK_MATH(pow)(x, y)
#define xk_rint(x) XK_MATH(rint)(x)
#define xk_rsqrt(x) XK_MATH(rsqrt)(x)
#define xk_sin(x) XK_MATH(sin)(x)
#define xk_sinh(x) XK_MATH(sinh)(x)
#define xk_sqrt(x) XK_MATH(sqrt)(x)
#define xk_tan(x) XK_MATH(tan)(x)
#define xk_tanh(x) XK_MATH(tanh)(x)
#define xk_trunc(x) XK_MATH(trunc)(x)
#define xk_isnan(x) ((x) != (x))
#else
#define xk_isnan(x) 0
#endif
