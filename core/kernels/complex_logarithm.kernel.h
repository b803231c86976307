/* Complex functions made of logarithms and roots; follows complex_exponential.kernel.h. */

#if XK_C64 || XK_C128

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
