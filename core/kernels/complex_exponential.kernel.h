/* Complex functions made of angles and exponentials; follows complex.kernel.h, whose first lines say what holds of all. */

#if XK_C64 || XK_C128

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

#endif
