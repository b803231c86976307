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

/* --- angles --- */

/* Cosine and sine of one angle. */
typedef struct xk_cturn {
    xk_real c, s;
} xk_cturn;

/* Of r + rest, |r| up to about pi / 4, rest below its last bit. */
XK_FN xk_cturn xk_cturn_near(xk_real r, xk_real rest)
{
    const xk_real v = r * r;
    xk_cturn turn;
#if XK_C64
    xk_real s = 2.72437814e-6f * v - 1.98400389e-4f, c = 2.45428711e-5f * v - 1.38882793e-3f;
    s = (s * v + 8.33333179e-3f) * v - 1.66666667e-1f;
    c = c * v + 4.16666645e-2f;
#else
    xk_real s = 1.5915309183057952e-10 * v - 2.5051092308431318e-8, c = -1.1380868171449914e-11 * v + 2.0876121534608454e-9;
    s = (s * v + 2.7557315910939e-6) * v - 1.9841269836385435e-4;
    s = (s * v + 8.3333333333306999e-3) * v - 1.6666666666666666e-1;
    c = (c * v - 2.7557317151858866e-7) * v + 2.480158729853226e-5;
    c = (c * v - 1.3888888888887241e-3) * v + 4.1666666666666664e-2;
#endif
    const xk_real lost = XK_C(0.5) * v, most = 1 - lost; /* what the difference loses is known */
    turn.c = most + (((1 - most) - lost) + (v * v * c - r * rest));
    turn.s = r + (r * v * s + rest);
    return turn;
}

/* The same after `quarters` turns of pi / 2. */
XK_FN xk_cturn xk_cturn_by(xk_cturn near, int quarters)
{
    const xk_real c = quarters & 1 ? near.s : near.c, s = quarters & 1 ? near.c : near.s;
    xk_cturn turn;
    turn.c = (quarters + 1) & 2 ? -c : c;
    turn.s = quarters & 2 ? -s : s;
    return turn;
}

/* Of any angle. On the CPU the C library's vectors of doubles are off by more than 3 units, which leaves nothing for what the
 * result is multiplied by: up to XK_EXACT_TURNS its own. */
XK_FN xk_cturn xk_cturn_of(xk_real y)
{
#if XK_C128 && XK_WG == 1
    const int far = !(xk_fabs(y) < XK_EXACT_TURNS);
    const xk_real bounded = far ? XK_C(0) : y, beyond = far ? y : XK_C(0);
    const xk_real n = xk_rint(bounded * 0.63661977236758138);
    /* The first difference is exact. */
    const xk_real first = xk_fma(n, -1.5707963267948966, bounded), r = xk_fma(n, -6.123233995736766e-17, first);
    const xk_real rest = xk_fma(n, -6.123233995736766e-17, first - r) + n * 1.4973849048591698e-33;
    xk_cturn turn = xk_cturn_by(xk_cturn_near(r, rest), (int)n);
    turn.c = far ? xk_cos(beyond) : turn.c;
    turn.s = far ? xk_sin(beyond) : turn.s;
#else
    xk_cturn turn;
    turn.c = xk_cos(y);
    turn.s = xk_sin(y);
#endif
    return turn;
}

/* --- exponentials --- */

/* A number that may overflow or vanish where a product with it does not: near * first * first * second, to be multiplied in
 * this order, with the other factor after `near`. */
typedef struct xk_growth {
    xk_real near, first, second;
} xk_growth;

/* factor * 2^n, 1/2 < factor < 2 */
XK_FN xk_growth xk_cgrow_by(xk_real factor, int n)
{
    const int upper = n > XK_CTOP - 2 ? XK_CTOP - 2 : n, inner = upper < 2 - XK_CTOP ? 2 - XK_CTOP : upper;
    const int rest = n - inner, part = rest / 3;
    xk_growth growth;
    growth.near = factor * XK_CPOWER(inner);
    growth.first = XK_CPOWER(part);
    growth.second = XK_CPOWER(rest - 2 * part);
    return growth;
}

XK_FN xk_real xk_cgrow_bounded(xk_real x)
{
    const xk_real upper = x > XK_CGROWS ? XK_CGROWS : x;
    return upper < XK_CSHRINKS ? XK_CSHRINKS : upper;
}

/* e^x */
XK_FN xk_growth xk_cgrow(xk_real x)
{
    const xk_real bounded = xk_cgrow_bounded(x), n = xk_rint(bounded * XK_C(1.4426950408889634));
    const xk_real rest = (bounded - n * XK_CLN2_HIGH) - n * XK_CLN2_LOW;
    xk_growth growth = xk_cgrow_by(XK_MATH(exp)(rest), xk_isnan(x) ? 0 : (int)n);
    growth.second = x > XK_CGROWS ? (xk_real)XK_INFINITY : growth.second;
    return growth;
}

XK_FN xk_real xk_cgrown(xk_growth growth, xk_real factor)
{
    return growth.near * factor * growth.first * growth.first * growth.second;
}

/* Neither infinite nor NaN. */
XK_FN int xk_cisfinite(xk_real x)
{
    return xk_fabs(x) < XK_INFINITY;
}

/* growth * (c, s), c and s being cosine and sine of an angle that has the sign of y, and growth e^x. An infinite x decides where
 * there is no angle. */
XK_FN xk_t xk_cspiral(xk_growth growth, xk_real x, xk_real c, xk_real s, xk_real y)
{
    const int lost = !xk_cisfinite(y);
    const xk_real cosine = lost && xk_fabs(x) == XK_INFINITY ? XK_C(1) : c;
    const xk_real sine = lost && x == -XK_INFINITY ? XK_C(0) : s;
    return xk_complex(xk_cgrown(growth, cosine), y == 0 ? y : xk_cgrown(growth, sine));
}

XK_FN xk_t xk_cexp(xk_t z)
{
    const xk_cturn turn = xk_cturn_of(z.im);
    return xk_cspiral(xk_cgrow(z.re), z.re, turn.c, turn.s, z.im);
}

/* e^x cos y - 1 is (e^x - 1) cos y - 2 sin(y / 2)^2. */
XK_FN xk_t xk_cexpm1(xk_t z)
{
    const xk_t whole = xk_cexp(z);
    const xk_real sine = xk_sin(z.im * XK_C(0.5));
    const xk_real near = xk_expm1(z.re) * xk_cos(z.im) - 2 * sine * sine;
    xk_t out; /* not xk_complex(..., whole.im): a compiler was seen to drop that imaginary part of c128 */
    out.re = xk_fabs(z.re) < 1 ? near : whole.re - 1;
    out.im = whole.im;
    return out;
}

/* cosh(x) and sinh(x), both to be multiplied by the growth, whose `near` is 1. */
XK_FN xk_t xk_ccosh_sinh(xk_real x, xk_growth *growth)
{
    const xk_real far = xk_fabs(x);
    *growth = xk_cgrow(far);
    /* What e^x is off cancels in e^x + e^-x where that is near 1. Beyond XK_FLAT, e^-x is nothing. */
    const xk_real e = growth->near, inverse = far > XK_FLAT ? XK_C(0) : 1 / e;
    const xk_real c = XK_C(0.5) * (e + inverse), s = far > 1 ? XK_C(0.5) * (e - inverse) : xk_sinh(far > 1 ? XK_C(1) : far);
    growth->near = 1;
    return xk_complex(c, xk_copysign(s, x));
}

/* sinh x cos y and cosh x sin y. Where there is no angle, an infinite x stays infinite, and a zero zero. */
XK_FN xk_t xk_csinh(xk_t z)
{
    xk_growth growth;
    const xk_t h = xk_ccosh_sinh(z.re, &growth);
    const xk_cturn turn = xk_cturn_of(z.im);
    const int stays = !xk_cisfinite(z.im) && (z.re == 0 || xk_fabs(z.re) == XK_INFINITY);
    const xk_real re = xk_cgrown(growth, h.im * turn.c), im = xk_cgrown(growth, h.re * turn.s);
    return xk_complex(stays ? z.re : re, z.im == 0 ? z.im : im);
}

/* cosh x cos y and sinh x sin y */
XK_FN xk_t xk_ccosh(xk_t z)
{
    xk_growth growth;
    const xk_t h = xk_ccosh_sinh(z.re, &growth);
    const xk_cturn turn = xk_cturn_of(z.im);
    const int lost = !xk_cisfinite(z.im), vanishes = z.im == 0 || (lost && z.re == 0);
    const xk_real re = xk_cgrown(growth, h.re * turn.c), im = xk_cgrown(growth, h.im * turn.s);
    const xk_real zero = xk_copysign(XK_C(0), z.re) * xk_copysign(XK_C(1), z.im);
    return xk_complex(lost && xk_fabs(z.re) == XK_INFINITY ? (xk_real)XK_INFINITY : re, vanishes ? zero : im);
}

/* (sinh x cosh x, sin y cos y) over sinh(x)^2 + cos(y)^2. */
XK_FN xk_t xk_ctanh(xk_t z)
{
    const xk_real far = xk_fabs(z.re), bounded = far > XK_FLAT ? XK_FLAT : far;
    const xk_real s = xk_sinh(bounded), c = xk_cos(z.im), sine = xk_sin(z.im);
    const xk_real length = s * s + c * c;
    const xk_real rest = 4 * sine * c * XK_MATH(exp)(-2 * far);
    const xk_real re = far > XK_FLAT ? XK_C(1) : s * xk_sqrt(1 + s * s) / length;
    return xk_complex(xk_copysign(re, z.re), far > XK_FLAT ? rest : sine * c / length);
}

/* Functions of circles are those of hyperbolas turned by i. */
XK_FN xk_t xk_cturn_left(xk_t z)
{
    return xk_complex(-z.im, z.re);
}

XK_FN xk_t xk_cturn_right(xk_t z)
{
    return xk_complex(z.im, -z.re);
}

XK_FN xk_t xk_csin(xk_t z)
{
    return xk_cturn_right(xk_csinh(xk_cturn_left(z)));
}

XK_FN xk_t xk_ccos(xk_t z)
{
    return xk_ccosh(xk_cturn_left(z));
}

XK_FN xk_t xk_ctan(xk_t z)
{
    return xk_cturn_right(xk_ctanh(xk_cturn_left(z)));
}

/* --- logarithms and roots --- */

/* log of the length: near 1 from how far the squares' sum is from 1, else from the larger part and the parts' ratio. */
XK_FN xk_real xk_clog_length(xk_t z)
{
    const xk_real a = xk_fabs(z.re), b = xk_fabs(z.im);
    const xk_real larger = a < b ? b : a, smaller = a < b ? a : b;
    const int near = larger > XK_C(0.5) && larger < 2;
    const xk_real ratio = smaller == larger ? XK_C(1) : smaller / larger;
    const xk_real excess = near ? (larger - 1) * (larger + 1) + smaller * smaller : ratio * ratio;
    const xk_real length = (near ? XK_C(0) : XK_MATH(log)(larger)) + XK_C(0.5) * xk_log1p(excess);
    return xk_cisinf(z) ? (xk_real)XK_INFINITY : length;
}

XK_FN xk_t xk_clog(xk_t z)
{
    return xk_complex(xk_clog_length(z), xk_carg(z));
}

XK_FN xk_t xk_clog1p(xk_t z)
{
    const int near = xk_fabs(z.re) < XK_C(0.5) && xk_fabs(z.im) < 1;
    const xk_t moved = xk_complex(1 + z.re, z.im);
    const xk_real close = XK_C(0.5) * xk_log1p(near ? z.re * (2 + z.re) + z.im * z.im : XK_C(0));
    const xk_real re = near ? close : xk_clog_length(moved);
    return xk_complex(xk_is_true(z) ? re : z.re, xk_carg(moved));
}

/* z is 4^shift times a number whose length is here, and whose root has the larger part `main`, at least 1 / 2. */
typedef struct xk_croot {
    xk_real main, length;
    int shift;
} xk_croot;

XK_FN xk_croot xk_croot_of(xk_t z)
{
    xk_croot root;
    root.shift = (xk_cexponent(z) + 4 * XK_CTOP) / 2 - 2 * XK_CTOP;
    const xk_t y = xk_cnormal(z, 2 * root.shift);
    root.length = xk_sqrt(y.re * y.re + y.im * y.im);
    root.main = xk_sqrt(XK_C(0.5) * (xk_fabs(y.re) + root.length));
    return root;
}

/* The root's larger part is sqrt((|re| + |z|) / 2), the other one follows from their product. z is finite. */
XK_FN xk_t xk_csqrt(xk_t z)
{
    const xk_croot root = xk_croot_of(z);
    const xk_real main = xk_cshift(root.main, root.shift), b = xk_fabs(z.im);
    const xk_real rest = main == 0 ? b : b / (2 * main);
    return xk_complex(z.re < 0 ? rest : main, xk_copysign(z.re < 0 ? main : rest, z.im));
}

/* 1 / sqrt(z), the root's conjugate over |z|. */
XK_FN xk_t xk_crsqrt(xk_t z)
{
    const xk_croot root = xk_croot_of(z);
    const xk_real main = xk_cshift(root.main / root.length, -root.shift);
    const xk_real rest = xk_cshift(xk_fabs(z.im), -3 * root.shift) / (2 * root.main * root.length);
    const xk_real re = z.re < 0 ? rest : main, im = z.re < 0 ? main : rest;
    const int is_zero = z.re == 0 && z.im == 0, endless = xk_cisinf(z);
    return xk_complex(endless ? XK_C(0) : is_zero ? (xk_real)XK_INFINITY : re,
                      is_zero ? (xk_real)XK_NAN : xk_copysign(endless ? XK_C(0) : im, -z.im));
}

/* Inverse sine and cosine of (u, v), neither part negative: the sine's and the cosine's angle, and the imaginary part, which
 * is one but for its sign. From the roots of 1 + z and 1 - z, so that no part cancels; far out from the logarithm of 2 z. */
typedef struct xk_carcs {
    xk_real sine, cosine, growth;
} xk_carcs;

XK_FN xk_carcs xk_carcs_of(xk_real u, xk_real v)
{
    const int far = u > XK_CFAR || v > XK_CFAR;
    const xk_real x = far ? XK_C(0) : u, y = far ? XK_C(0) : v;
    const xk_t p = xk_csqrt(xk_complex(1 + x, y)), m = xk_csqrt(xk_complex(1 - x, y));
    xk_carcs arcs;
    arcs.sine = xk_atan2(u, far ? v : p.re * m.re + p.im * m.im);
    arcs.cosine = far ? xk_atan2(v, u) : 2 * xk_atan2(m.re, p.re);
    arcs.growth = far ? xk_clog_length(xk_complex(u, v)) + XK_C(0.69314718055994531) : xk_asinh(m.re * p.im + m.im * p.re);
    return arcs;
}

XK_FN xk_t xk_casin(xk_t z)
{
    const xk_carcs arcs = xk_carcs_of(xk_fabs(z.re), xk_fabs(z.im));
    return xk_complex(z.re == 0 ? z.re : xk_copysign(arcs.sine, z.re), xk_copysign(arcs.growth, z.im));
}

/* An angle of the left half is what the right half's lacks to pi: the two sines' sides change places. */
XK_FN xk_real xk_cacos_angle(xk_t z)
{
    const xk_real v = xk_fabs(z.im), angle = xk_carcs_of(xk_fabs(z.re), v).cosine;
    return z.re == 0 ? XK_PI_2 : z.re < 0 ? 2 * XK_PI_2 - angle : angle;
}

XK_FN xk_t xk_cacos(xk_t z)
{
    const xk_carcs arcs = xk_carcs_of(xk_fabs(z.re), xk_fabs(z.im));
    return xk_complex(xk_cacos_angle(z), xk_copysign(arcs.growth, -z.im));
}

XK_FN xk_t xk_casinh(xk_t z)
{
    return xk_cturn_right(xk_casin(xk_cturn_left(z)));
}

XK_FN xk_t xk_cacosh(xk_t z)
{
    const xk_carcs arcs = xk_carcs_of(xk_fabs(z.re), xk_fabs(z.im));
    return xk_complex(arcs.growth, xk_copysign(xk_cacos_angle(z), z.im));
}

XK_FN xk_t xk_catanh(xk_t z)
{
    const xk_real x = xk_fabs(z.re), y = xk_fabs(z.im), larger = x < y ? y : x;
    const int wide = larger > XK_WIDE, endless = xk_cisinf(z);
    /* Far out: 1 / z and a right angle. */
    const xk_real ratio = (x < y ? x : y) / larger, by_larger = 1 / larger / (1 + ratio * ratio), by_smaller = ratio * by_larger;
    const xk_real far = x < y ? by_smaller : by_larger, less = x < y ? by_larger : by_smaller;
    const xk_real u = wide ? XK_C(0) : x, v = wide ? XK_C(0) : y, gap = (1 - u) * (1 - u) + v * v;
    /* At 1 the square of a small part is lost. */
    const int at_pole = gap < XK_SMALL;
    const xk_real pole = XK_C(0.5) * (XK_C(0.69314718055994531) - XK_MATH(log)(at_pole ? v : XK_C(1)));
    const xk_real near = at_pole ? pole : XK_C(0.25) * xk_log1p(4 * u / gap);
    const xk_real re = endless || x == 0 ? XK_C(0) : wide ? far : near;
    const xk_real right = xk_isnan(z.im) ? z.im : XK_PI_2;
    const xk_real im = endless ? right : wide ? XK_PI_2 - less : XK_C(0.5) * xk_atan2(2 * v, (1 - u) * (1 + u) - v * v);
    return xk_complex(xk_copysign(re, z.re), xk_copysign(im, z.im));
}

#endif
