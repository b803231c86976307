#include "operator.h"

OPERATOR(digamma) = {
    .name = "digamma",
    .doc = "The logarithmic derivative of the gamma function; infinite for zeros, NaN for negative whole numbers.",
    .source = "torch.digamma",
    .aliases = { "special_digamma", "special_psi" },
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -7, 20 } },
    /* At the roots left of 0 terms of about 2 cancel. */
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .negative_floor = 1 },
};

#ifdef XK
/* digamma(root + v) / v, root + v in [1, 2] */
XK_FN xk_t digamma_near(xk_t v)
{
#if XK_F64
    xk_t y = XK_C(-1.7312261802727394e-4);
    y = (y * v + XK_C(3.9917403499883605e-4)) * v + XK_C(-4.0427587920188247e-4);
    y = (y * v + XK_C(4.23302869727366e-4)) * v + XK_C(-6.962303923862455e-4);
    y = (y * v + XK_C(1.1003326985068057e-3)) * v + XK_C(-1.5903256854484034e-3);
    y = (y * v + XK_C(2.3017947243217925e-3)) * v + XK_C(-3.367342597731564e-3);
    y = (y * v + XK_C(4.927092544644749e-3)) * v + XK_C(-7.204811717465386e-3);
    y = (y * v + XK_C(1.0538774679626108e-2)) * v + XK_C(-1.5424746562676783e-2);
    y = (y * v + XK_C(2.259764870569479e-2)) * v + XK_C(-3.3161127280363e-2);
    y = (y * v + XK_C(4.880428816027699e-2)) * v + XK_C(-7.2199561238073e-2);
    y = (y * v + XK_C(1.0782405069118742e-1)) * v + XK_C(-1.6394270544259865e-1);
    y = (y * v + XK_C(2.5849976095565214e-1)) * v + XK_C(-4.427631689835915e-1);
    y = y * v + XK_C(9.676722454476212e-1);
#else
    xk_t y = XK_C(1.0902588e-2);
    y = (y * v + XK_C(-2.0556709e-2)) * v + XK_C(2.3491208e-2);
    y = (y * v + XK_C(-3.1981826e-2)) * v + XK_C(4.8563838e-2);
    y = (y * v + XK_C(-7.231595e-2)) * v + XK_C(1.0784524e-1);
    y = (y * v + XK_C(-1.63938e-1)) * v + XK_C(2.5849915e-1);
    y = (y * v + XK_C(-4.427632e-1)) * v + XK_C(9.676722e-1);
#endif
    return y;
}

/* (digamma(z + 1/2) - log(z)) * z^2 over v = 1 / z^2, z >= 1.5 */
XK_FN xk_t digamma_far(xk_t v)
{
#if XK_F64
    xk_t y = XK_C(1.2261203479495074e4);
    y = (y * v + XK_C(-6.39896881247714e4)) * v + XK_C(1.5662071943631244e5);
    y = (y * v + XK_C(-2.3901741914003552e5)) * v + XK_C(2.550870106676244e5);
    y = (y * v + XK_C(-2.0244450906005132e5)) * v + XK_C(1.2407172485587694e5);
    y = (y * v + XK_C(-6.022470370794306e4)) * v + XK_C(2.358059242056209e4);
    y = (y * v + XK_C(-7.5569672880140815e3)) * v + XK_C(2.0093209524677413e3);
    y = (y * v + XK_C(-4.5025498124232337e2)) * v + XK_C(8.694500393444835e1);
    y = (y * v + XK_C(-1.4999003992201239e1)) * v + XK_C(2.453982436349562);
    y = (y * v + XK_C(-4.1703430881080616e-1)) * v + XK_C(8.242083728390144e-2);
    y = (y * v + XK_C(-2.1059411024859975e-2)) * v + XK_C(7.560551544835568e-3);
    y = (y * v + XK_C(-4.134109998482673e-3)) * v + XK_C(3.8442460038937585e-3);
    y = (y * v + XK_C(-7.291666666598007e-3)) * v + XK_C(4.166666666666664e-2);
#else
    xk_t y = XK_C(2.236703e-3);
    y = (y * v + XK_C(-4.620247e-3)) * v + XK_C(4.703594e-3);
    y = (y * v + XK_C(-3.8014278e-3)) * v + XK_C(3.8231278e-3);
    y = (y * v + XK_C(-7.291123e-3)) * v + XK_C(4.1666664e-2);
#endif
    return y;
}

/* (1 / r - pi * cot(pi * r)) / r over v = r^2, |r| <= 1/2 */
XK_FN xk_t digamma_cot(xk_t v)
{
#if XK_F64
    xk_t y = XK_C(1.6010441555350102e1);
    y = (y * v + XK_C(-1.400913635189951e1)) * v + XK_C(1.1319882534156065e1);
    y = (y * v + XK_C(-1.3837148002891513)) * v + XK_C(2.8304597027964618);
    y = (y * v + XK_C(1.8569869062340112)) * v + XK_C(2.0175482780709193);
    y = (y * v + XK_C(1.9984989923885619)) * v + XK_C(2.000216397061563);
    y = (y * v + XK_C(2.0004882445092558)) * v + XK_C(2.0019892571205644);
    y = (y * v + XK_C(2.008154710650887)) * v + XK_C(2.0346861239837795);
    y = (y * v + XK_C(2.1646464674222266)) * v + XK_C(3.289868133696453);
#else
    xk_t y = XK_C(5.279792);
    y = (y * v + XK_C(6.60436e-1)) * v + XK_C(2.2499623);
    y = (y * v + XK_C(1.9854411)) * v + XK_C(2.0356576);
    y = (y * v + XK_C(2.1646311)) * v + XK_C(3.289868);
#endif
    return y;
}

/* The root in [1, 2], less 1, in two parts. */
#if XK_F64
#define DIGAMMA_ROOT XK_C(0.46163214496836236)
#define DIGAMMA_REST XK_C(-1.5522348162858677e-17)
#else
#define DIGAMMA_ROOT XK_C(0.46163213)
#define DIGAMMA_REST XK_C(1.243815e-08)
#endif

#if XK_HALF
/* As above but for log(z) in place of its z^2, z >= 1, and for the cotangent; bf16 sees less of them. */
#if XK_BF16
#define DIGAMMA_SCALE XK_C(16777216) /* keeps the smallest numbers apart from 0 */
XK_FN xk_t digamma_rest(xk_t v)
{
    return (XK_C(-4.5686100e-3) * v + XK_C(4.1009330e-2)) * v;
}
XK_FN xk_t digamma_turn(xk_t w)
{
    return (XK_C(3.3218705) * w + XK_C(1.9815080)) * w + XK_C(3.2960835);
}
#else
#define DIGAMMA_SCALE XK_C(1)
XK_FN xk_t digamma_rest(xk_t v)
{
    return ((XK_C(1.2906316e-3) * v + XK_C(-6.3368347e-3)) * v + XK_C(4.1541364e-2)) * v;
}
XK_FN xk_t digamma_turn(xk_t w)
{
    const xk_t slope = (XK_C(4.3351123) * w + XK_C(1.3230963)) * w + XK_C(2.1164167);
    return (slope * w + XK_C(2.1607709)) * w + XK_C(3.2899191);
}
#endif

/* For the larger one of x and 1 - x, raised by 1; where that is not x, by reflection. Around the root the first terms of
 * its series. */
KERNEL(xk_t self)
{
    const int left = self < XK_C(0.5);
    const xk_t t = xk_fmax(self, 1 - self), z = t + XK_C(0.5), u = xk_raw_rcp(z), v = u * u;
    const xk_t far = digamma_rest(v) + xk_raw_log2(z) * XK_LN_2;
    /* 1 / t and, of the reflection, 1 / r in one; r is the distance from the nearest whole number, with a zero's sign. */
    const xk_t distance = self - xk_rint(self), r = distance == 0 ? self : distance;
    const xk_t above = left ? t + distance : XK_C(1), below = left ? t * r : t;
    const xk_t y = far - above * (xk_raw_rcp(below * DIGAMMA_SCALE) * DIGAMMA_SCALE);
    const xk_t reflected = y + distance * digamma_turn(distance * distance);
    const xk_t beyond = self - XK_C(1.46163213), near = beyond * (XK_C(0.9676722) - XK_C(0.4427632) * beyond);
    const xk_t right = xk_fabs(beyond) < XK_C(0.02) ? near : y;
    const int pole = (self < 0) & (distance == 0);
    const xk_t result = left ? reflected : right;
    return pole ? XK_NAN : result;
}
#else
KERNEL(xk_t self)
{
    /* Left of 0 by reflection: digamma(1 - x) - pi * cot(pi * x); below 1 from digamma(x + 1). */
    const int left = self < 0, low = self < 1;
    const xk_t a = xk_fabs(self), t = low ? 1 + a : self, beyond = low ? a : self - 1;
    const xk_t near = (beyond - DIGAMMA_ROOT - DIGAMMA_REST) * digamma_near(beyond - DIGAMMA_ROOT);
    /* 1 / r, 2^24 keeping the smallest numbers apart from 0, and what it lacks. */
    const xk_t r = left ? self - xk_rint(self) : self, w = left ? r : XK_C(0), cot = w * digamma_cot(w * w);
    const xk_t inverse = xk_rcp_near(r * XK_C(16777216)) * XK_C(16777216),
               lacking = xk_fma(-r, inverse, XK_C(1)) * inverse;
    const xk_t lower = low ? inverse : XK_C(0), pole = left & (r == 0) ? (xk_t)XK_NAN : lower, large = cot - pole;
    /* At the roots left of 0 the logarithm cancels with the pole: both in two parts. */
    const xk_t lost = cot - (large + pole) - lacking, small = low & (xk_fabs(r) > XK_C(1e-37)) ? lost : XK_C(0);
    xk_t whole;
    const xk_t z = t - XK_C(0.5), v = xk_rcp_near(z * z), rest = xk_log_split(z, &whole) + v * digamma_far(v);
    const xk_t far = t < (xk_t)XK_INFINITY ? whole : t, most = t < 2 ? XK_C(0) : far, more = t < 2 ? near : rest;
    return (most + large) + (more + small);
}
#endif
#endif

#ifdef EXPOPS_REFERENCE
/* digamma(a), a between 1 and 2, as what it differs by from digamma(b) = 0: every term is a multiple of a - b, and none
 * cancels. */
static long double from_root(long double a)
{
    long double b = 1.46163214496836234128L, sum = 0;
    const long double beyond = (a - b) + 1.8257096315963484215e-20L;
    for (; b < 30; a++, b++)
        sum += beyond / (a * b);
    /* log(a / b), and of the series 1 / (12 x^2) - 1 / (120 x^4) + ... what each power grows by. */
    const long double ratio = log1pl(beyond / b), v = 1 / (b * b);
    const long double end = v * v * v * (expm1l(-6 * ratio) / 252 - v * (expm1l(-8 * ratio) / 240));
    const long double series = v * (expm1l(-2 * ratio) / 12 - v * (expm1l(-4 * ratio) / 120)) + end;
    return sum + ratio + beyond / (2 * a * b) - series;
}

REFERENCE(long double self)
{
    const long double pi = acosl(-1);
    long double sum = 0;
    if (self > 1 && self < 2)
        return from_root(self);
    if (self == 0)
        return signbit(self) ? INFINITY : -INFINITY;
    if (self < 0) {
        const long double left = self - rintl(self);
        if (left == 0 || isinf(self))
            return NAN;
        sum = fabsl(left) == 0.5L ? 0 : -pi / tanl(pi * left);
        self = 1 - self;
    }
    for (; self < 30; self++)
        sum -= 1 / self;
    const long double v = 1 / (self * self);
    const long double end = v * (1 / 252.0L - v * (1 / 240.0L - v / 132));
    const long double series = v * (1 / 12.0L - v * (1 / 120.0L - end));
    return sum + logl(self) - 0.5L / self - series;
}
#endif
