/* Complex arithmetic on xk_t, the struct { re, im } of the compilation's real type; follows common.kernel.h where the
 * arithmetic is complex. Branches choose between values that are all computed, so that loops over them vectorise. Each part
 * of a result is accurate by itself wherever it does not depend on its operands' last bits, else as a share of the whole;
 * infinities and NaN are those of C's Annex G (tests/complex). Numbers that must neither overflow nor vanish on the way are
 * scaled by powers of 2, which is exact. */

#if XK_C64 || XK_C128

/* Powers of 2 are normal numbers from -XK_CTOP to XK_CTOP. Beyond XK_CGROWS, exp(x) times any number is infinite, and times
 * the quotient of any two; beyond XK_CSHRINKS it is zero. Beyond XK_FLAT, cosh and |sinh| are one number; beyond XK_CFAR,
 * z and sqrt(z^2 + 1). A number below XK_SMALL is a normal one once it is multiplied by XK_RAISE, a power of 2. */
#if XK_C64
#define XK_CTOP 126
#define XK_CPOWER(n) xk_bits_f32((xk_uint)((n) + 127) << 23)
#define XK_CEXPONENT(x) ((int)(xk_f32_bits(x) >> 23 & 255u) - 127)
#define XK_CGROWS 280.0f
#define XK_CSHRINKS -110.0f
#define XK_CLN2_HIGH 0.693145752f /* few bits: its product with a whole number is exact */
#define XK_CLN2_LOW 1.42860682e-6f
#define XK_FLAT 10.0f
#define XK_CFAR 1.0e8f
#define XK_SMALL 1.0e-30f
#define XK_RAISE 16777216.0f
#define XK_RAISE_BITS 24
#define XK_PI_2 1.57079637f
#define XK_WIDE 4096.0f
#else
#define XK_CTOP 1022
#define XK_CPOWER(n) xk_bits_f64((xk_ulong)((n) + 1023) << 52)
#define XK_CEXPONENT(x) ((int)(xk_f64_bits(x) >> 52 & 2047u) - 1023)
#define XK_CGROWS 2200.0
#define XK_CSHRINKS -760.0
#define XK_CLN2_HIGH 6.93147180369123816490e-01
#define XK_CLN2_LOW 1.90821492927058770002e-10
#define XK_FLAT 20.0
#define XK_CFAR 1.0e10
#define XK_SMALL 1.0e-280
#define XK_RAISE 18014398509481984.0
#define XK_RAISE_BITS 54
#define XK_PI_2 1.5707963267948966
#define XK_WIDE 134217728.0
#define XK_EXACT_TURNS 1.0e9
#endif

XK_FN xk_t xk_complex(xk_real re, xk_real im)
{
    xk_t z;
    z.re = re;
    z.im = im;
    return z;
}

XK_FN xk_t xk_cadd(xk_t a, xk_t b)
{
    return xk_complex(a.re + b.re, a.im + b.im);
}

XK_FN xk_t xk_csub(xk_t a, xk_t b)
{
    return xk_complex(a.re - b.re, a.im - b.im);
}

XK_FN xk_t xk_cneg(xk_t z)
{
    return xk_complex(-z.re, -z.im);
}

XK_FN xk_t xk_cscale(xk_t z, xk_real factor)
{
    return xk_complex(z.re * factor, z.im * factor);
}

XK_FN xk_t xk_cmul(xk_t a, xk_t b)
{
    return xk_complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
}

/* x * 2^n, |n| <= 3 * XK_CTOP; it is rounded once, unless the result is below the normal numbers. */
XK_FN xk_real xk_cshift(xk_real x, int n)
{
    const int third = n / 3;
    return x * XK_CPOWER(third) * XK_CPOWER(third) * XK_CPOWER(n - 2 * third);
}

XK_FN xk_real xk_clarger(xk_t z)
{
    const xk_real a = xk_fabs(z.re), b = xk_fabs(z.im);
    return a < b ? b : a;
}

XK_FN int xk_cisinf(xk_t z)
{
    return xk_fabs(z.re) == XK_INFINITY || xk_fabs(z.im) == XK_INFINITY;
}

/* The exponent of the larger part; an end of what XK_CPOWER takes where it is 0 or not finite. */
XK_FN int xk_cexponent(xk_t z)
{
    const xk_real larger = xk_clarger(z);
    const int low = larger < XK_SMALL, exponent = XK_CEXPONENT(low ? larger * XK_RAISE : larger);
    const int upper = exponent > XK_CTOP ? XK_CTOP : exponent;
    return (upper < -XK_CTOP ? -XK_CTOP : upper) - (low ? XK_RAISE_BITS : 0);
}

/* z / 2^exponent, whose larger part is from 1 to 4 if z was neither 0 nor infinite. */
XK_FN xk_t xk_cnormal(xk_t z, int exponent)
{
    return xk_complex(xk_cshift(z.re, -exponent), xk_cshift(z.im, -exponent));
}

/* 2^exponent / z. Zero comes out as (infinity, NaN), infinity as zero. */
XK_FN xk_t xk_cinverse(xk_t z, int exponent)
{
    const xk_t y = xk_cnormal(z, exponent);
    const xk_real square = y.re * y.re + y.im * y.im;
    const int endless = xk_cisinf(z), is_zero = square == 0;
    const xk_real re = y.re / square, im = (0 - y.im) / square;
    return xk_complex(endless ? xk_copysign(XK_C(0), z.re) : is_zero ? (xk_real)XK_INFINITY : re,
                      endless ? xk_copysign(XK_C(0), -z.im) : im);
}

XK_FN xk_t xk_creciprocal(xk_t z)
{
    const int exponent = xk_cexponent(z);
    const xk_t inverse = xk_cinverse(z, exponent);
    return xk_complex(xk_cshift(inverse.re, -exponent), xk_cshift(inverse.im, -exponent));
}

/* By the divisor's reciprocal, at most 1; the dividend is brought near the upper end, where its smaller part loses nothing. */
XK_FN xk_t xk_cdiv(xk_t a, xk_t b)
{
    const int of_a = xk_cexponent(a) - (XK_CTOP - 4), of_b = xk_cexponent(b), n = of_a - of_b;
    const xk_t up = xk_cnormal(a, of_a), q = xk_cmul(up, xk_cinverse(b, of_b));
    const int bounded = n < -3 * XK_CTOP ? -3 * XK_CTOP : n;
    const int by_zero = b.re == 0 && b.im == 0;
    return xk_complex(by_zero ? a.re * XK_INFINITY : xk_cshift(q.re, bounded),
                      by_zero ? a.im * XK_INFINITY : xk_cshift(q.im, bounded));
}

XK_FN int xk_cisnan(xk_t z)
{
    return xk_isnan(z.re) || xk_isnan(z.im);
}

XK_FN xk_real xk_cabs(xk_t z)
{
    return xk_hypot(z.re, z.im);
}

XK_FN xk_real xk_carg(xk_t z)
{
    return xk_atan2(z.im, z.re);
}

#endif
