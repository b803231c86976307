#include "operator.h"

OPERATOR(special_i1) = {
    .name = "special_i1",
    .doc =
        "The modified Bessel function of the first kind of order 1; NaN for infinities and +0 for -0, as in PyTorch.",
    .source = "torch.special.i1",
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -20, 20 } },
    .bound = { .f32 = 4, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
/* I1(x) / x over v = x^2 / 4, |x| <= 5 (f32), 10 (f64) */
XK_FN xk_t i1_near(xk_t v)
{
#if XK_F64
    xk_t y = XK_C(4.216757052811467e-31);
    y = (y * v + XK_C(4.415593064297176e-29)) * v + XK_C(1.9789367262619552e-26);
    y = (y * v + XK_C(4.31968835732014e-24)) * v + XK_C(9.231047612203638e-22);
    y = (y * v + XK_C(1.6758327559642781e-19)) * v + XK_C(2.6151147551543783e-17);
    y = (y * v + XK_C(3.4518342362340135e-15)) * v + XK_C(3.7970302468190353e-13);
    y = (y * v + XK_C(3.417326216331563e-11)) * v + XK_C(2.4604749348917945e-9);
    y = (y * v + XK_C(1.377865961033759e-7)) * v + XK_C(5.787037037082818e-6);
    y = (y * v + XK_C(1.7361111111102736e-4)) * v + XK_C(3.4722222222223153e-3);
    y = (y * v + XK_C(4.166666666666661e-2)) * v + XK_C(2.5e-1);
    y = y * v + XK_C(5.0e-1);
#elif XK_HALF
    xk_t y = XK_C(8.6545724e-06);
    y = (y * v + XK_C(0.00015457056)) * v + XK_C(0.0035268937);
    y = (y * v + XK_C(0.041599713)) * v + XK_C(0.25002789);
    y = y * v + XK_C(0.4999983);
#else
    xk_t y = XK_C(3.47163e-9);
    y = (y * v + XK_C(1.2696762e-7)) * v + XK_C(5.845702e-6);
    y = (y * v + XK_C(1.7343678e-4)) * v + XK_C(3.4725019e-3);
    y = (y * v + XK_C(4.1666448e-2)) * v + XK_C(2.5000006e-1);
    y = y * v + XK_C(5.0e-1);
#endif
    return y;
}

/* I1(x) * sqrt(x) * exp(-x) over v = 1 / x, beyond */
XK_FN xk_t i1_far(xk_t v)
{
#if XK_F64
    xk_t y = XK_C(-5.245046146333569e+14);
    y = (y * v + XK_C(5.103016410566822e+14)) * v + XK_C(-2.2728090577721716e+14);
    y = (y * v + XK_C(6.145786851691697e+13)) * v + XK_C(-1.1289542961260947e+13);
    y = (y * v + XK_C(1.4943793148085288e+12)) * v + XK_C(-1.4757582275188174e+11);
    y = (y * v + XK_C(1.1105340707218113e+10)) * v + XK_C(-6.446930869228082e8);
    y = (y * v + XK_C(2.903574808692548e7)) * v + XK_C(-1.0147052046143353e6);
    y = (y * v + XK_C(2.7356367746401484e4)) * v + XK_C(-5.663419583572775e2);
    y = (y * v + XK_C(7.913820190891404)) * v + XK_C(-3.683324916891628e-1);
    y = (y * v + XK_C(-1.0995378484873909e-1)) * v + XK_C(-5.7529857337242446e-2);
    y = (y * v + XK_C(-4.090715395384172e-2)) * v + XK_C(-4.675104850767481e-2);
    y = (y * v + XK_C(-1.4960335515052148e-1)) * v + XK_C(3.989422804014327e-1);
#elif XK_HALF
    xk_t y = XK_C(-0.098742075);
    y = (y * v + XK_C(-0.037222657)) * v + XK_C(-0.15005283);
    y = y * v + XK_C(0.39894554);
#else
    xk_t y = XK_C(-6.73536e2);
    y = (y * v + XK_C(7.1154205e2)) * v + XK_C(-2.8202884e2);
    y = (y * v + XK_C(5.45942e1)) * v + XK_C(-6.0360494);
    y = (y * v + XK_C(3.0600795e-1)) * v + XK_C(-5.3136937e-2);
    y = (y * v + XK_C(-4.654902e-2)) * v + XK_C(-1.4960462e-1);
    y = y * v + XK_C(3.989423e-1);
#endif
    return y;
}

#if XK_F64
#define I1_LIMIT XK_C(10)
#else
#define I1_LIMIT XK_C(5)
#endif

KERNEL(xk_t self)
{
    const xk_t a = xk_fabs(self), near = a * i1_near(XK_C(0.25) * a * a);
#if XK_HALF
    /* exp(a) with 2^-12 before it may overflow */
    const xk_t r = xk_raw_rsqrt(a), far = xk_raw_exp2(a * XK_LOG2_E - 12) * r * i1_far(r * r) * XK_C(4096);
#else
    const xk_t r = xk_rsqrt_exact(a), far = xk_exp_times(r * i1_far(r * r), a, XK_C(0));
#endif
    const xk_t y = a <= I1_LIMIT ? near : far;
    return self < 0 ? -y : y;
}
#endif

#ifdef EXPOPS_REFERENCE
/* The sum over (x / 2)^(2k) / (k! (k + 1)!), and the asymptotic one, whose last terms are below long double's unit. */
static long double scaled_bessel(long double a)
{
    const long double q = a * a / 4;
    long double term = a / 2, sum = 0;
    if (a < 40) {
        for (int k = 1; k < 200; k++) {
            sum += term;
            term *= q / k / (k + 1);
        }
        return sum * expl(-a);
    }
    term = 1;
    for (int k = 1; k < 30; k++) {
        sum += term;
        term *= ((2 * k - 1) * (2 * k - 1) - 4) / (8 * k * a);
    }
    return sum / sqrtl(2 * acosl(-1) * a);
}

REFERENCE(long double self)
{
    const long double a = fabsl(self);
    return isinf(a) ? NAN : (self < 0 ? -1 : 1) * scaled_bessel(a) * expl(a);
}
#endif
