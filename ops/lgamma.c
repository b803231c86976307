#include "operator.h"

OPERATOR(lgamma) = {
    .name = "lgamma",
    .doc = "The logarithm of the gamma function's magnitude; infinite for zero, negative whole numbers and infinities.",
    .source = "torch.lgamma",
    .aliases = { "special_gammaln" },
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -6, 20 } },
    /* Left of 0 there is a root beside each pole, where two terms cancel. */
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .negative_floor = 1 },
};

#ifdef XK
#if XK_HALF
/* f16 has numbers so near to the roots that they take a series there, left of 0 a longer one for the sine. NaN passes through it. */
#if XK_BF16
/* 2^24 times |sin(pi * r) / pi|, |r| <= 1/2 */
XK_FN xk_t lgamma_sine(xk_t r, xk_t v)
{
    return xk_fabs(r * ((XK_C(12425066.0) * v + XK_C(-27480422.0)) * v + XK_C(16775401.0)));
}
#define LGAMMA_LEFT(x, bounded) (x)
#define LGAMMA_LEAST XK_C(-4194304) /* from here on all numbers are whole */
XK_FN xk_t lgamma_at_roots(xk_t x, xk_t y)
{
    return x == 1 || x == 2 ? XK_C(0) : y;
}
#else
XK_FN xk_t lgamma_sine(xk_t r, xk_t v)
{
    const xk_t slope = (XK_C(-2982032.5) * v + XK_C(13583750.0)) * v + XK_C(-27595572.0);
    return xk_fabs(r * (slope * v + XK_C(16777200.0)));
}
#define LGAMMA_LEFT(x, bounded) (bounded)
#define LGAMMA_LEAST XK_C(-65504) /* all but -infinity */
XK_FN xk_t lgamma_at_roots(xk_t x, xk_t y)
{
    const xk_t v = (1 - x) * (2 - x), slope = (XK_C(7.25e-2) * x + XK_C(-0.3719314)) * x + XK_C(0.8766471);
    const xk_t near = xk_fma(v, slope, XK_C(0)); /* +0 at both */
    return xk_fabs(v) > XK_C(7e-3) ? y : near;
}
#endif

/* Stirling's formula for the larger one of x and 1 - x, raised by 2 and with a product's logarithm taken off, which
 * leaves an error of 2^-20. Where that is not x, by reflection. */
KERNEL(xk_t self)
{
    const int left = self < XK_C(0.5);
    const xk_t bounded = xk_fmax(self, LGAMMA_LEAST), t = xk_fmax(self, 1 - LGAMMA_LEFT(self, bounded));
    const xk_t z = t + 2, product = xk_fmin(t * t + t, XK_C(1e38));
    const xk_t u = xk_raw_rcp(z), power = xk_raw_log2(z) * XK_LN_2 - 1;
    const xk_t rest = u * (XK_C(8.3327927e-2) - XK_C(2.6362592e-3) * (u * u)) + XK_C(0.41893853);
    const xk_t right = (z - XK_C(0.5)) * power + rest - xk_raw_log2(product) * XK_LN_2;
    /* The distance from the nearest whole number, by the sum's rounding. */
    const xk_t r = bounded - (bounded + XK_C(12582912) - XK_C(12582912));
    const xk_t exact = lgamma_at_roots(self, right), reflected = XK_C(16.635532) - right;
    const xk_t height = lgamma_sine(r, r * r), y = left ? reflected : exact;
    const xk_t all = y - xk_raw_log2(left ? height : XK_C(1)) * XK_LN_2;
#if XK_BF16
    return left && r == 0 ? XK_INFINITY : all;
#else
    return all; /* infinite where r is 0, by its logarithm */
#endif
}
#elif XK_F32
/* Where the near side ends: beyond, the terms of Stirling's formula no longer cancel. */
#define LGAMMA_FAR XK_C(2.875)

/* lgamma(2 + v) / (v * (1 + v)), 1 <= 2 + v < LGAMMA_FAR */
XK_FN xk_t lgamma_near(xk_t v)
{
    xk_t y = XK_C(-5.22672271e-5) * v + XK_C(6.67468048e-5);
    y = (y * v + XK_C(-2.39449364e-5)) * v + XK_C(1.53007277e-4);
    y = (y * v + XK_C(-4.47257509e-4)) * v + XK_C(9.29063419e-4);
    y = (y * v + XK_C(-2.09488417e-3)) * v + XK_C(4.99575259e-3);
    y = (y * v + XK_C(-1.23859355e-2)) * v + XK_C(3.2965228e-2);
    y = (y * v + XK_C(-1.0031724e-1)) * v + XK_C(4.22784328e-1);
    return y;
}

/* What Stirling's formula lacks, times x, over v = 1 / x^2, x >= 2.25; here from LGAMMA_FAR on */
XK_FN xk_t lgamma_rest(xk_t v)
{
    return (XK_C(6.393648e-4) * v + XK_C(-2.764053e-3)) * v + XK_C(8.3333015e-2);
}

/* sin(pi * r) / (pi * r) over v = r^2, |r| <= 1/2 */
XK_FN xk_t lgamma_sine(xk_t v)
{
    xk_t y = XK_C(2.4715936e-2);
    y = (y * v + XK_C(-1.9044323e-1)) * v + XK_C(8.117158e-1);
    y = (y * v + XK_C(-1.6449333)) * v + XK_C(1.0);
    return y;
}

/* Below 1 from gamma(1 + x), left of 0 by reflection: either takes one more logarithm. Both sides of each choice have names, which
 * keeps compilers from branches. */
KERNEL(xk_t self)
{
    const int left = self < 0, low = self < 1;
    const xk_t x = xk_fabs(self), v = x - (x < 1 ? XK_C(1) : XK_C(2)), near = v * (1 + v) * lgamma_near(v);
    const int far = x >= LGAMMA_FAR;
    /* Left of 0 the pole's logarithm cancels with Stirling's formula: both in two parts. 8 bits of the factor make an exact
     * product up to x = 22, and none that overflows where the sum does not. */
    xk_t whole, pole_whole;
    const xk_t part = xk_log_split(x, &whole), power = whole - 1, shifted = x - XK_C(0.5);
    const xk_t bounded = shifted < XK_C(3e38) ? shifted : XK_C(3e38),
               most = xk_bits_f32(xk_f32_bits(bounded) & 0xffff0000u);
    const xk_t u = xk_rcp_near(x), rest = u * lgamma_rest(u * u) + XK_C(0.41893853);
    const xk_t far_high = most * power, far_more = (bounded - most) * power + (bounded * part + rest);
    const xk_t high = far ? far_high : XK_C(0), more = far ? far_more : near;
    /* |sin(pi * x) / pi|, by the distance from the nearest whole number; 2^24 keeps the smallest numbers normal. */
    const xk_t r = self - xk_rint(self), sine = xk_fabs(r * lgamma_sine(r * r));
    const xk_t beside = (x < 1 ? XK_C(1) : x) * sine, factor = (left ? beside : x) * XK_C(16777216);
    const xk_t pole_part = xk_log_steps(factor, 24, &pole_whole);
    const xk_t side = left ? XK_C(1) : XK_C(-1), sign = low ? side : XK_C(0);
    const xk_t y = (high + sign * pole_whole) + (more + sign * pole_part), other = -y, sided = left ? other : y;
    return low & !(xk_fabs(r) > 0) ? (xk_t)XK_INFINITY : sided;
}
#else
/* lgamma(2 + v) / (v * (1 + v)), -3/4 <= v <= 1/2 */
XK_FN xk_t lgamma_near(xk_t v)
{
    xk_t y = XK_C(-7.208408342766473e-08) * v + XK_C(-5.221680247668084e-08);
    y = (y * v + XK_C(-7.285468993528913e-09)) * v + XK_C(1.81587286479924e-07);
    y = (y * v + XK_C(-1.8320671921977304e-07)) * v + XK_C(3.583181300757852e-07);
    y = (y * v + XK_C(-8.663903676873518e-07)) * v + XK_C(1.8204173159307782e-06);
    y = (y * v + XK_C(-3.842197552149848e-06)) * v + XK_C(8.22022049635584e-06);
    y = (y * v + XK_C(-1.7662686438723403e-05)) * v + XK_C(3.816907889643797e-05);
    y = (y * v + XK_C(-8.309501157017403e-05)) * v + XK_C(0.00018255262828243158);
    y = (y * v + XK_C(-0.000405707405028919)) * v + XK_C(0.0009153769225978137);
    y = (y * v + XK_C(-0.0021081308336903305)) * v + XK_C(0.004998641164691526);
    y = (y * v + XK_C(-0.012384192193375531)) * v + XK_C(0.03296500062115587);
    y = (y * v + XK_C(-0.1003173016743539)) * v + XK_C(0.42278433509846713);
    return y;
}

/* What Stirling's formula lacks, times x, over v = 1 / x^2, x >= 8 */
XK_FN xk_t lgamma_rest(xk_t v)
{
    xk_t y = XK_C(-1.6526004440147832e-3);
    y = (y * v + XK_C(8.37283451140661e-4)) * v + XK_C(-5.952025951792307e-4);
    y = (y * v + XK_C(7.93650664948818e-4)) * v + XK_C(-2.777777777606244e-3);
    y = y * v + XK_C(8.33333333333333e-2);
    return y;
}

/* sin(pi * r) / (pi * r) over v = r^2, |r| <= 1/2 */
XK_FN xk_t lgamma_sine(xk_t v)
{
    xk_t y = XK_C(2.4502943624559793e-7);
    y = (y * v + XK_C(-6.972099660851199e-6)) * v + XK_C(1.484278414189103e-4);
    y = (y * v + XK_C(-2.3460808954639607e-3)) * v + XK_C(2.614784780555096e-2);
    y = (y * v + XK_C(-1.9075182412149616e-1)) * v + XK_C(8.117424252833393e-1);
    y = (y * v + XK_C(-1.6449340668482264)) * v + XK_C(1.0);
    return y;
}

/* Left of 0 the pole's logarithm cancels with log(gamma(1 - x)) as long as that is not much larger, which it is where the
 * type has no number that near to the pole: up to there one logarithm holds both. */
#define LGAMMA_SHIFTS 2

/* Below, gamma(x) comes from gamma(1 + x). Further up their logarithms would cancel. */
#define LGAMMA_LOW XK_C(1.25)

/* gamma(x) as *product * exp(what is returned), LGAMMA_LOW <= x < 9.5 + 8 * LGAMMA_SHIFTS; 1 / *product below. */
XK_FN xk_t lgamma_factors(xk_t x, xk_t *product)
{
    xk_t y = XK_C(1), d;
    XK_UNROLL
    for (int k = 0; k < LGAMMA_SHIFTS; k++) {
        const int above = x >= XK_C(9.5); /* (x - 1)(x - 2)...(x - 8), in pairs around 4.5 */
        const xk_t next = x - 8, w = (x - 1) * next;
        y = above ? y * ((w * (w + 6)) * ((w + 10) * (w + 12))) : y;
        x = above ? next : x;
    }
    y = x < XK_C(0.5) ? x * (1 + x) : x < LGAMMA_LOW ? x : y;
    d = x < XK_C(0.5) ? x : x < LGAMMA_LOW ? x - 1 : x - 2;
    XK_UNROLL
    for (int k = 1; k < 8; k++) {
        const int above = x >= k + XK_C(1.5);
        y = above ? y * (x - k) : y;
        d = above ? x - (k + 2) : d;
    }
    *product = y;
    return d * (1 + d) * lgamma_near(d);
}

KERNEL(xk_t self)
{
    const int left = self < 0;
    const xk_t x = xk_fabs(self), r = self - xk_rint(self);
    /* Left of 0: -log(|sin(pi * x) / pi| * x * gamma(x)), the sine by the distance from the nearest whole number. */
    const xk_t sine = xk_fabs(r * lgamma_sine(r * r));
    const int far = x >= (left ? 8 * LGAMMA_SHIFTS + XK_C(9.5) : XK_C(8.5)), low = x < LGAMMA_LOW;
    xk_t product;
    const xk_t sum = lgamma_factors(x, &product), inverse = 1 / (far ? x : 1 + x);
    const xk_t beside = x < XK_C(0.5) ? inverse : low ? XK_C(1) : x * product;
    const xk_t y = xk_log(far ? x * XK_C(0.36787944117144232160) : left ? sine * beside : product);
    const xk_t stirling = (x - XK_C(0.5)) * y + XK_C(0.41893853320467274178) + inverse * lgamma_rest(inverse * inverse);
    const xk_t right = far ? stirling : low ? sum - y : sum + y;
    const xk_t reflected = far ? -xk_log(sine * x) - stirling : -sum - y;
    const int pole = r == 0 || self == -XK_INFINITY;
    return left ? pole ? (xk_t)XK_INFINITY : reflected : right;
}
#endif
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    int sign;
    return lgammal_r(self, &sign); /* lgammal writes it where other threads do */
}
#endif
