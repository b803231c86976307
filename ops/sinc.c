#include "operator.h"

OPERATOR(sinc) = {
    .name = "sinc",
    .doc = "sin(pi * self) / (pi * self), 1 for 0.",
    .source = "torch.sinc",
    .aliases = { "special_sinc" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -4, 4 } },
    /* PyTorch multiplies by pi before the sine, which moves the zeros at whole numbers. */
    .bound = { .f32 = 4, .f64 = 3, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
/* sin(pi * x) repeats every 2: what is left of x is exact, and its product with pi small. */
XK_FN xk_real sinc_left(xk_real x)
{
    return x - 2 * xk_rint(x * XK_C(0.5));
}

/* ... and mirrors at 1/2. */
XK_FN xk_real sinc_fold(xk_real left)
{
    const xk_real a = xk_fabs(left);
    return a > XK_C(0.5) ? xk_copysign(1 - a, left) : left;
}

#define SINC_PI XK_C(3.14159265358979323846)
#if XK_C64 || XK_C128
#if XK_C64
#define SINC_PI_REST -8.74227766e-8f
#define SINC_SQUARE 9.86960411f /* pi^2, and what its rounding lost */
#define SINC_SQUARE_REST 2.90371585e-07f
#define SINC_TERMS 12
#else
#define SINC_PI_REST 1.2246467991473532e-16
#define SINC_SQUARE 9.869604401089358
#define SINC_SQUARE_REST 6.2652955087397114e-16
#define SINC_TERMS 18
#endif

/* What pi * x lost by being rounded to `product`. */
XK_FN xk_real sinc_lost(xk_real x, xk_real product)
{
    return xk_fma(x, SINC_PI, -product) + x * SINC_PI_REST;
}

/* sin(pi * z) / growth; both arguments of functions are corrected by what their rounding lost. */
XK_FN xk_t sinc_sine(xk_t z, xk_growth *growth)
{
    /* Quarters of a turn are exact: to the nearest one an eighth at most is left. */
    const xk_real left = sinc_left(z.re), n = xk_rint(2 * left), rest = left - XK_C(0.5) * n, angle = SINC_PI * rest;
    const xk_cturn turn = xk_cturn_by(xk_cturn_near(angle, sinc_lost(rest, angle)), xk_isnan(n) ? 0 : (int)n);
    const xk_real y = SINC_PI * z.im, lost = xk_fabs(y) < XK_CGROWS ? sinc_lost(z.im, y) : XK_C(0);
    const xk_t h = xk_ccosh_sinh(y, growth);
    return xk_complex(turn.s * (h.re + lost * h.im), turn.c * (h.im + lost * h.re));
}

/* pi^2 * x */
XK_FN xk_real sinc_square(xk_real x)
{
    return xk_fma(x, SINC_SQUARE, x * SINC_SQUARE_REST);
}

/* 1 - w * sum / divisor */
XK_FN xk_t sinc_less(xk_t w, xk_t sum, xk_real divisor)
{
    const xk_t product = xk_cmul(w, sum);
    return xk_complex(1 - product.re / divisor, product.im / -divisor);
}

/* The series in w = (pi * z)^2, where the quotient's imaginary part would cancel. */
XK_FN xk_t sinc_near(xk_t z)
{
    const xk_real y = z.im * z.im, rest = xk_fma(z.im, z.im, -y);
    const xk_t w = xk_complex(sinc_square(xk_fma(z.re, z.re, -y) - rest), 2 * sinc_square(z.re * z.im));
    xk_t sum = xk_complex(1, 0);
    XK_UNROLL
    for (int k = SINC_TERMS; k > 3; k--) {
        const xk_t term = xk_cscale(xk_cmul(w, sum), 1 / XK_C(2 * k * (2 * k + 1)));
        sum = xk_complex(1 - term.re, -term.im);
    }
    return sinc_less(w, sinc_less(w, sinc_less(w, sum, 42), 20), 6);
}

/* a * b - c * d; what the second product lost by being rounded is taken off, since the two may cancel. */
XK_FN xk_real sinc_cross(xk_real a, xk_real b, xk_real c, xk_real d)
{
    const xk_real product = c * d, lost = xk_cisfinite(product) ? xk_fma(-c, d, product) : XK_C(0);
    return xk_fma(a, b, -product) + lost;
}

/* sin(pi * z) / (pi * z). Where the sine is infinite before it grows into the type's range, the divisor only turns it. */
XK_FN xk_t sinc_far(xk_t z)
{
    xk_growth growth;
    const int exponent = xk_cexponent(z), back = xk_fabs(z.im) > XK_CGROWS ? 0 : -exponent;
    const xk_t divisor = xk_cnormal(z, exponent);
    const xk_t sine = sinc_sine(z, &growth);
    const xk_t over = xk_complex(sinc_cross(sine.re, divisor.re, sine.im, -divisor.im),
                                 sinc_cross(sine.im, divisor.re, sine.re, divisor.im));
    const xk_real square = divisor.re * divisor.re + divisor.im * divisor.im;
    const xk_real below = xk_fma(square, SINC_PI, square * SINC_PI_REST);
    const xk_real re = xk_cshift(over.re / below, back), im = xk_cshift(over.im / below, back);
    return xk_complex(xk_cgrown(growth, re), im == 0 ? im : xk_cgrown(growth, im));
}

KERNEL(xk_t self)
{
    const xk_real y = xk_fabs(self.im);
    const int is_near = xk_fabs(self.re) < XK_C(0.5) + XK_C(0.25) * y && y < XK_C(1.1);
    const xk_real nan = (xk_real)XK_NAN;
    const xk_t near = sinc_near(self), far = sinc_far(self);
    return is_near ? near : xk_cisinf(self) ? xk_complex(nan, nan) : far;
}
#elif XK_HALF
KERNEL(xk_t self)
{
    /* sin(pi * t) / (pi * t * (1 - t^2)) over t^2, which keeps the digits at both of the sine's zeros. */
    const xk_t t = sinc_left(self), v = t * t;
    xk_t y = XK_C(-1.9756896e-2);
    y = ((y * v + XK_C(1.6412747e-1)) * v + XK_C(-6.4436036e-1)) * v + XK_C(0.99997956);
    const xk_t ratio = t * (1 - v) * y * xk_raw_rcp(self);
    return xk_fabs(self) < XK_C(1e-6) ? XK_C(1) : ratio;
}
#elif XK_F32
/* sin(pi * r) / (pi * r) over v = r^2, |r| <= 1/2 */
XK_FN xk_t sinc_near(xk_t v)
{
    xk_t y = XK_C(2.47170795e-2) * v + XK_C(-1.90443456e-1);
    y = (y * v + XK_C(8.11715841e-1)) * v + XK_C(-1.64493334);
    return y * v + 1;
}

KERNEL(xk_t self)
{
    /* A product with the inverse, made exact first, keeps the sign of a zero. */
    const xk_t r = sinc_fold(sinc_left(self)), y = sinc_near(r * r), inverse = xk_rcp_near(self);
    const xk_t share = r * (inverse + inverse * xk_fma(-inverse, self, XK_C(1)));
    return xk_fabs(self) <= XK_C(0.5) ? y : y * share;
}
#else
/* sin(pi * r) / (pi * r) over v = r^2, |r| <= 1/2: its series, whose next term is below 2^-60. A library's sine is up to 4 units off. */
XK_FN xk_t sinc_near(xk_t v)
{
    xk_t y = XK_C(-3.34813353504406665e-12) * v + XK_C(1.71653847498214322e-10);
    y = (y * v + XK_C(-7.30471182221777497e-9)) * v + XK_C(2.53121740413702741e-7);
    y = (y * v + XK_C(-6.97587366165638071e-6)) * v + XK_C(0.000148428793031070997);
    y = (y * v + XK_C(-0.00234608103545582347)) * v + XK_C(0.0261478478176547999);
    y = (y * v + XK_C(-0.190751824122084218)) * v + XK_C(0.811742425283353608);
    return (y * v + XK_C(-1.64493406684822644)) * v + 1;
}

KERNEL(xk_t self)
{
    const xk_t r = sinc_fold(sinc_left(self)), y = sinc_near(r * r);
    return xk_fabs(self) <= XK_C(0.5) ? y : y * (r / self);
}
#endif
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    const long double pi = acosl(-1), left = self - 2 * rintl(self / 2), a = fabsl(left);
    const long double folded = a > 0.5L ? copysignl(1 - a, left) : left;
    return self == 0 ? 1 : sinl(pi * folded) / (pi * self);
}
#endif
