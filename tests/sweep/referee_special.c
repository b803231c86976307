/* Bessel functions and the inverse of erf, by series whose terms are all positive and by Newton's method. */
#include "referee.h"

#define NEAREST MPFR_RNDN

/* From here on the asymptotic series reaches exp(-2x) < 2^-160 before its terms grow. */
enum { FAR = 60 };

/* The sum over (x / 2)^(2k) / (k! (k + order)!), for x below FAR. */
static void bessel_sum(mpfr_ptr y, mpfr_srcptr x, unsigned order, mpfr_t *t)
{
    mpfr_sqr(t[0], x, NEAREST);
    mpfr_mul_2si(t[0], t[0], -2, NEAREST);
    mpfr_set_ui(t[1], 1, NEAREST);
    mpfr_set_ui(y, 1, NEAREST);
    for (unsigned long k = 1; mpfr_get_exp(t[1]) > mpfr_get_exp(y) - REFEREE_BITS; k++) {
        mpfr_mul(t[1], t[1], t[0], NEAREST);
        mpfr_div_ui(t[1], t[1], k * (k + order), NEAREST);
        mpfr_add(y, y, t[1], NEAREST);
        if (mpfr_zero_p(t[1]))
            break;
    }
}

/* The asymptotic series of I(x) * sqrt(2 pi x) * exp(-x), beyond. */
static void bessel_series(mpfr_ptr y, mpfr_srcptr x, unsigned order, mpfr_t *t)
{
    mpfr_mul_2si(t[0], x, 3, NEAREST);
    mpfr_set_ui(t[1], 1, NEAREST);
    mpfr_set_ui(y, 1, NEAREST);
    for (long k = 1; mpfr_get_exp(t[1]) > -REFEREE_BITS && k < 2 * FAR; k++) {
        mpfr_mul_si(t[1], t[1], (2 * k - 1) * (2 * k - 1) - (long)(4 * order * order), NEAREST);
        mpfr_div(t[1], t[1], t[0], NEAREST);
        mpfr_div_si(t[1], t[1], k, NEAREST);
        mpfr_add(y, y, t[1], NEAREST);
    }
    mpfr_const_pi(t[1], NEAREST);
    mpfr_mul(t[1], t[1], x, NEAREST);
    mpfr_mul_2si(t[1], t[1], 1, NEAREST);
    mpfr_sqrt(t[1], t[1], NEAREST);
    mpfr_div(y, y, t[1], NEAREST);
}

/* The modified Bessel function of order 0 or 1 for x >= 0, times exp(-x) where `scaled`. */
static void bessel(mpfr_ptr y, mpfr_srcptr x, unsigned order, int scaled, mpfr_t *t)
{
    const int far = mpfr_cmp_ui(x, FAR) >= 0;
    if (far)
        bessel_series(y, x, order, t);
    else
        bessel_sum(y, x, order, t);
    if (!far && order == 1) {
        mpfr_mul(y, y, x, NEAREST);
        mpfr_mul_2si(y, y, -1, NEAREST);
    }
    if (far == scaled)
        return;
    mpfr_neg(t[0], x, NEAREST);
    mpfr_exp(t[0], far ? x : t[0], NEAREST);
    mpfr_mul(y, y, t[0], NEAREST);
}

void referee_i0(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_abs(t[2], a[0], NEAREST);
    bessel(y, t[2], 0, 0, t);
}

void referee_i0e(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_abs(t[2], a[0], NEAREST);
    bessel(y, t[2], 0, 1, t);
}

void referee_i1(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_abs(t[2], a[0], NEAREST);
    bessel(y, t[2], 1, 0, t);
    mpfr_setsign(y, y, mpfr_signbit(a[0]), NEAREST);
}

/* A start that Newton's method takes to long double's precision; a in (0, 1), rest = 1 - a. */
static long double erfinv_start(long double a, long double rest)
{
    const long double pi = acosl(-1), w = -logl(rest * (1 + a)), half = 2 / (pi * 0.147L) - w / 2;
    long double y = a < 0.5L ? a : sqrtl(sqrtl(half * half + w / 0.147L) - half);
    for (int i = 0; i < 6; i++) {
        const long double slope = 2 / sqrtl(pi) * expl(-y * y);
        y += a < 0.5L ? (a - erfl(y)) / slope : erfcl(y) * logl(erfcl(y) / rest) / slope;
    }
    return y;
}

/* t[0] = (erfc(y) - rest) or (a - erf(y)), over the slope: Newton's step. */
static void erfinv_step(mpfr_srcptr y, mpfr_srcptr a, mpfr_srcptr rest, int small, mpfr_t *t)
{
    if (small) {
        mpfr_erf(t[0], y, NEAREST);
        mpfr_sub(t[0], a, t[0], NEAREST);
    } else {
        mpfr_erfc(t[0], y, NEAREST);
        mpfr_sub(t[0], t[0], rest, NEAREST);
    }
    mpfr_sqr(t[1], y, NEAREST);
    mpfr_exp(t[1], t[1], NEAREST);
    mpfr_mul(t[0], t[0], t[1], NEAREST);
    mpfr_const_pi(t[1], NEAREST);
    mpfr_sqrt(t[1], t[1], NEAREST);
    mpfr_mul(t[0], t[0], t[1], NEAREST);
    mpfr_mul_2si(t[0], t[0], -1, NEAREST);
}

/* Steps until one is below 2^-45 of y: its square is what is left. */
void referee_erfinv(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_abs(t[2], a[0], NEAREST);
    mpfr_ui_sub(t[3], 1, t[2], NEAREST);
    if (mpfr_sgn(t[3]) <= 0 || mpfr_zero_p(t[2])) { /* the operator's reference knows */
        mpfr_set_nan(y);
        return;
    }
    mpfr_set_ld(y, erfinv_start(mpfr_get_ld(t[2], NEAREST), mpfr_get_ld(t[3], NEAREST)), NEAREST);
    for (int i = 0; i < 50; i++) {
        erfinv_step(y, t[2], t[3], mpfr_cmp_d(t[2], 0.5) < 0, t);
        mpfr_add(y, y, t[0], NEAREST);
        if (mpfr_zero_p(t[0]) || mpfr_get_exp(t[0]) < mpfr_get_exp(y) - 45)
            break;
    }
    mpfr_setsign(y, y, mpfr_signbit(a[0]), NEAREST);
}
