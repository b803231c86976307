/* Complex arithmetic on xk_t, the struct { re, im } of the compilation's real type; follows common.kernel.h where the
 * arithmetic is complex. Branches choose between values that are all computed, so that loops over them vectorise. Results
 * are accurate as complex numbers: an error is small beside the whole, not beside the smaller part. */

#if XK_C64 || XK_C128

/* Where e^x nears overflow the exponent is lowered by XK_STEP and the result multiplied by e^XK_STEP. Beyond
 * XK_FLAT, cosh and |sinh| are one number. Numbers above XK_LARGE or below XK_SMALL are scaled before they are squared or
 * added. */
#if XK_C64
#define XK_LIMIT 88.0f
#define XK_STEP 40.0f
#define XK_EXP_STEP 2.3538527e17f
#define XK_FLAT 10.0f
#define XK_LARGE 1.0e36f
#define XK_SMALL 1.0e-30f
#define XK_RAISE 16777216.0f
#define XK_PI_2 1.57079637f
#define XK_WIDE 4096.0f
#else
#define XK_LIMIT 709.0
#define XK_STEP 400.0
#define XK_EXP_STEP 5.2214696897641443e173
#define XK_FLAT 20.0
#define XK_LARGE 1.0e300
#define XK_SMALL 1.0e-280
#define XK_RAISE 18014398509481984.0
#define XK_PI_2 1.5707963267948966
#define XK_WIDE 134217728.0
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

/* By the quotient of the divisor's parts, the smaller over the larger, so that no square overflows. */
XK_FN xk_t xk_cdiv(xk_t a, xk_t b)
{
    const int turned = xk_fabs(b.re) < xk_fabs(b.im);
    const xk_real larger = turned ? b.im : b.re, smaller = turned ? b.re : b.im;
    const xk_real ratio = larger == 0 ? XK_C(0) : smaller / larger;
    const xk_real length = larger + smaller * ratio;
    const xk_real u = turned ? a.im : a.re, v = turned ? -a.re : a.im;
    const xk_real r = turned ? -ratio : ratio;
    return xk_complex((u + v * r) / length, (v - u * r) / length);
}

XK_FN xk_t xk_creciprocal(xk_t z)
{
    return xk_cdiv(xk_complex(1, 0), z);
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

/* --- exponentials --- */

/* (cos y, sin y) times `length`, a real number staying one. */
XK_FN xk_t xk_cturn(xk_real length, xk_real y)
{
    return xk_complex(length * xk_cos(y), y == 0 ? y : length * xk_sin(y));
}

XK_FN xk_t xk_cexp(xk_t z)
{
    const int high = z.re > XK_LIMIT;
    const xk_t low = xk_cturn(XK_MATH(exp)(high ? z.re - XK_STEP : z.re), z.im);
    return xk_cscale(low, high ? XK_EXP_STEP : XK_C(1));
}

/* e^x cos y - 1 is (e^x - 1) cos y - 2 sin(y / 2)^2. */
XK_FN xk_t xk_cexpm1(xk_t z)
{
    const xk_t whole = xk_cexp(z);
    const xk_real sine = xk_sin(z.im * XK_C(0.5));
    const xk_real near = xk_expm1(z.re) * xk_cos(z.im) - 2 * sine * sine;
    return xk_complex(xk_fabs(z.re) < 1 ? near : whole.re - 1, whole.im);
}

/* cosh(x) and |sinh(x)| divided by `factor`, which is 1 unless they overflow. */
XK_FN xk_t xk_ccosh_sinh(xk_real x, xk_real *factor)
{
    const xk_real far = xk_fabs(x);
    const int high = far > XK_LIMIT;
    const xk_real near = high ? far - XK_STEP : far;
    *factor = high ? XK_EXP_STEP : XK_C(1);
    return xk_complex(xk_cosh(near), xk_copysign(xk_sinh(near), x));
}

XK_FN xk_t xk_csinh(xk_t z)
{
    xk_real factor;
    const xk_t h = xk_ccosh_sinh(z.re, &factor);
    const xk_real im = z.im == 0 ? z.im : h.re * xk_sin(z.im) * factor;
    return xk_complex(h.im * xk_cos(z.im) * factor, im);
}

XK_FN xk_t xk_ccosh(xk_t z)
{
    xk_real factor;
    const xk_t h = xk_ccosh_sinh(z.re, &factor);
    const xk_real im = z.im == 0 || z.re == 0 ? z.im * xk_copysign(XK_C(0), z.re) : h.im * xk_sin(z.im) * factor;
    return xk_complex(h.re * xk_cos(z.im) * factor, im);
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
    return (near ? XK_C(0) : XK_MATH(log)(larger)) + XK_C(0.5) * xk_log1p(excess);
}

XK_FN xk_t xk_clog(xk_t z)
{
    return xk_complex(xk_clog_length(z), xk_carg(z));
}

XK_FN xk_t xk_clog1p(xk_t z)
{
    const int near = xk_fabs(z.re) < XK_C(0.5) && xk_fabs(z.im) < XK_C(0.5);
    const xk_t moved = xk_complex(1 + z.re, z.im);
    const xk_real close = XK_C(0.5) * xk_log1p(near ? z.re * (2 + z.re) + z.im * z.im : XK_C(0));
    return xk_complex(near ? close : xk_clog_length(moved), xk_carg(moved));
}

/* The root's larger part is sqrt((|re| + |z|) / 2), the other one follows from their product. */
XK_FN xk_t xk_csqrt(xk_t z)
{
    const xk_real a = xk_fabs(z.re), b = xk_fabs(z.im), larger = a < b ? b : a;
    const int high = larger > XK_LARGE, low = larger < XK_SMALL;
    const xk_real scale = high ? XK_C(0.0625) : low ? XK_RAISE * XK_RAISE : XK_C(1);
    const xk_real back = high ? XK_C(4) : low ? 1 / XK_RAISE : XK_C(1);
    const xk_real x = a * scale, y = b * scale;
    const xk_real main = xk_sqrt(XK_C(0.5) * (x + xk_hypot(x, y)));
    const xk_real rest = main == 0 || y == 0 ? y : XK_C(0.5) * y / main;
    const xk_real re = (z.re < 0 ? rest : main) * back, im = (z.re < 0 ? main : rest) * back;
    /* An infinite imaginary part makes both parts infinite, whatever the other was. */
    const int endless = b == XK_INFINITY;
    return xk_complex(endless ? b : re, xk_copysign(endless ? b : im, z.im));
}

/* Inverse sine from the roots of 1 + z and 1 - z: no part cancels, and the sides of the cuts come out right. */
XK_FN xk_t xk_casin(xk_t z)
{
    const xk_t p = xk_csqrt(xk_complex(1 + z.re, z.im)), m = xk_csqrt(xk_complex(1 - z.re, -z.im));
    return xk_complex(xk_atan2(z.re, p.re * m.re - p.im * m.im), xk_asinh(m.re * p.im - m.im * p.re));
}

XK_FN xk_t xk_cacos(xk_t z)
{
    const xk_t p = xk_csqrt(xk_complex(1 + z.re, z.im)), m = xk_csqrt(xk_complex(1 - z.re, -z.im));
    return xk_complex(2 * xk_atan2(m.re, p.re), xk_asinh(p.re * m.im - p.im * m.re));
}

XK_FN xk_t xk_casinh(xk_t z)
{
    return xk_cturn_right(xk_casin(xk_cturn_left(z)));
}

XK_FN xk_t xk_cacosh(xk_t z)
{
    const xk_t p = xk_csqrt(xk_complex(z.re + 1, z.im)), m = xk_csqrt(xk_complex(z.re - 1, z.im));
    return xk_complex(xk_asinh(m.re * p.re + m.im * p.im), 2 * xk_atan2(m.im, p.re));
}

XK_FN xk_t xk_catanh(xk_t z)
{
    const xk_real x = xk_fabs(z.re), y = xk_fabs(z.im), larger = x < y ? y : x;
    const int wide = larger > XK_WIDE;
    /* Far out: 1 / z and a right angle. */
    const xk_real ratio = larger == XK_INFINITY ? XK_C(0) : (x < y ? x : y) / larger;
    const xk_real by_larger = 1 / larger / (1 + ratio * ratio), by_smaller = ratio * by_larger;
    const xk_real far = x < y ? by_smaller : by_larger, less = x < y ? by_larger : by_smaller;
    const xk_real u = wide ? XK_C(0) : x, v = wide ? XK_C(0) : y, gap = (1 - u) * (1 - u) + v * v;
    const xk_real re = wide ? far : XK_C(0.25) * xk_log1p(4 * u / gap);
    const xk_real im = wide ? XK_PI_2 - less : XK_C(0.5) * xk_atan2(2 * v, (1 - u) * (1 + u) - v * v);
    return xk_complex(xk_copysign(re, z.re), xk_copysign(im, z.im));
}

#endif
