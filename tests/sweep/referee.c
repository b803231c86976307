#include "referee.h"

#include <string.h>

#define NEAREST MPFR_RNDN

static void rsqrt_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_sqrt(t[0], a[0], NEAREST);
    mpfr_ui_div(y, 1, t[0], NEAREST);
}

static void reciprocal_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_ui_div(y, 1, a[0], NEAREST);
}

static void deg2rad_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_const_pi(t[0], NEAREST);
    mpfr_div_ui(t[0], t[0], 180, NEAREST);
    mpfr_mul(y, a[0], t[0], NEAREST);
}

static void rad2deg_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_const_pi(t[0], NEAREST);
    mpfr_div_ui(t[0], t[0], 180, NEAREST);
    mpfr_div(y, a[0], t[0], NEAREST);
}

static void lgamma_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    int sign;
    mpfr_lgamma(y, &sign, a[0], NEAREST);
}

/* sin(pi * x) repeats every 2 and mirrors at 1/2; both steps are exact. */
static void sinc_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_mul_2si(t[0], a[0], -1, NEAREST);
    mpfr_rint(t[0], t[0], NEAREST);
    mpfr_mul_2si(t[0], t[0], 1, NEAREST);
    mpfr_sub(t[0], a[0], t[0], NEAREST);
    if (mpfr_cmp_d(t[0], 0.5) > 0)
        mpfr_ui_sub(t[0], 1, t[0], NEAREST);
    else if (mpfr_cmp_d(t[0], -0.5) < 0)
        mpfr_si_sub(t[0], -1, t[0], NEAREST);
    mpfr_const_pi(t[1], NEAREST);
    mpfr_mul(t[0], t[0], t[1], NEAREST);
    mpfr_sin(t[0], t[0], NEAREST);
    mpfr_mul(t[1], t[1], a[0], NEAREST);
    mpfr_div(y, t[0], t[1], NEAREST);
}

static void logit_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_ui_sub(t[1], 1, a[1], NEAREST);
    mpfr_set(t[0], a[0], NEAREST);
    if (mpfr_sgn(a[1]) >= 0 && mpfr_less_p(t[0], a[1]))
        mpfr_set(t[0], a[1], NEAREST);
    if (mpfr_sgn(a[1]) >= 0 && mpfr_greater_p(t[0], t[1]))
        mpfr_set(t[0], t[1], NEAREST);
    mpfr_ui_sub(t[1], 1, t[0], NEAREST);
    mpfr_div(t[0], t[0], t[1], NEAREST);
    mpfr_log(y, t[0], NEAREST);
}

/* y = x / (1 + exp(-z)) */
static void over_logistic(mpfr_ptr y, mpfr_srcptr x, mpfr_srcptr z, mpfr_t *t)
{
    mpfr_neg(t[0], z, NEAREST);
    mpfr_exp(t[0], t[0], NEAREST);
    mpfr_add_ui(t[0], t[0], 1, NEAREST);
    mpfr_div(y, x, t[0], NEAREST);
}

static void sigmoid_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_set_ui(t[1], 1, NEAREST);
    over_logistic(y, t[1], a[0], t);
}

static void silu_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    over_logistic(y, a[0], a[0], t);
}

/* a[1]: 0, x * erfc(-x / sqrt(2)) / 2; 1, with tanh(u), which is x / (1 + exp(-2u)) */
static void gelu_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    if (mpfr_sgn(a[1]) == 0) {
        mpfr_set_d(t[0], 0.5, NEAREST);
        mpfr_sqrt(t[0], t[0], NEAREST);
        mpfr_mul(t[0], t[0], a[0], NEAREST);
        mpfr_neg(t[0], t[0], NEAREST);
        mpfr_erfc(t[0], t[0], NEAREST);
        mpfr_mul(y, t[0], a[0], NEAREST);
        mpfr_mul_2si(y, y, -1, NEAREST);
        return;
    }
    mpfr_set_str(t[1], "0.044715", 10, NEAREST);
    mpfr_mul(t[1], t[1], a[0], NEAREST);
    mpfr_mul(t[1], t[1], a[0], NEAREST);
    mpfr_add_ui(t[1], t[1], 1, NEAREST);
    mpfr_mul(t[1], t[1], a[0], NEAREST); /* x + 0.044715 x^3 */
    mpfr_const_pi(t[2], NEAREST);
    mpfr_ui_div(t[2], 8, t[2], NEAREST);
    mpfr_sqrt(t[2], t[2], NEAREST); /* 2 * sqrt(2 / pi) */
    mpfr_mul(t[1], t[1], t[2], NEAREST);
    over_logistic(y, a[0], t[1], t);
}

static void softplus_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_mul(t[0], a[0], a[1], NEAREST);
    if (mpfr_greater_p(t[0], a[2])) {
        mpfr_set(y, a[0], NEAREST);
        return;
    }
    mpfr_exp(t[0], t[0], NEAREST);
    mpfr_log1p(t[0], t[0], NEAREST);
    mpfr_div(y, t[0], a[1], NEAREST);
}

static void elu_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_mul(t[0], a[0], a[3], NEAREST);
    mpfr_expm1(t[0], t[0], NEAREST);
    mpfr_mul(t[0], t[0], a[1], NEAREST);
    mpfr_mul(y, mpfr_sgn(a[0]) > 0 ? a[0] : t[0], a[2], NEAREST);
}

static void celu_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_div(t[0], a[0], a[1], NEAREST);
    mpfr_expm1(t[0], t[0], NEAREST);
    mpfr_mul(t[0], t[0], a[1], NEAREST);
    mpfr_set(y, mpfr_sgn(a[0]) > 0 ? a[0] : t[0], NEAREST);
}

static void selu_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_set_str(t[1], "1.6732632423543772848170429916717", 10, NEAREST);
    mpfr_set_str(t[2], "1.0507009873554804934193349852946", 10, NEAREST);
    mpfr_expm1(t[0], a[0], NEAREST);
    mpfr_mul(t[0], t[0], t[1], NEAREST);
    mpfr_mul(y, mpfr_sgn(a[0]) > 0 ? a[0] : t[0], t[2], NEAREST);
}

static void hypot_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_hypot(y, a[0], a[1], NEAREST);
}

static void xlogy_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_log(t[0], a[1], NEAREST);
    mpfr_mul(y, a[0], t[0], NEAREST);
}

static void xlog1py_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    mpfr_log1p(t[0], a[1], NEAREST);
    mpfr_mul(y, a[0], t[0], NEAREST);
}

/* t[0] the larger operand, t[1] what the smaller one is below it */
static void split_pair(mpfr_t *a, mpfr_t *t)
{
    mpfr_max(t[0], a[0], a[1], NEAREST);
    mpfr_min(t[1], a[0], a[1], NEAREST);
    mpfr_sub(t[1], t[1], t[0], NEAREST);
}

/* The larger operand and log(1 + exp(smaller - larger)); two doubles may cancel 53 bits of it and a few more. */
static void logaddexp_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    split_pair(a, t);
    mpfr_exp(t[1], t[1], NEAREST);
    mpfr_log1p(t[1], t[1], NEAREST);
    mpfr_add(y, t[0], t[1], NEAREST);
}

static void logaddexp2_of(mpfr_ptr y, mpfr_t *a, mpfr_t *t)
{
    split_pair(a, t);
    mpfr_exp2(t[1], t[1], NEAREST);
    mpfr_log1p(t[1], t[1], NEAREST);
    mpfr_const_log2(t[2], NEAREST);
    mpfr_div(t[1], t[1], t[2], NEAREST);
    mpfr_add(y, t[0], t[1], NEAREST);
}

static const referee referees[] = {
    { "acosh", mpfr_acosh, NULL },
    { "asinh", mpfr_asinh, NULL },
    { "atanh", mpfr_atanh, NULL },
    { "celu", NULL, celu_of },
    { "cos", mpfr_cos, NULL },
    { "cosh", mpfr_cosh, NULL },
    { "deg2rad", NULL, deg2rad_of },
    { "digamma", mpfr_digamma, NULL },
    { "elu", NULL, elu_of },
    { "erf", mpfr_erf, NULL },
    { "erfinv", NULL, referee_erfinv },
    { "exp", mpfr_exp, NULL },
    { "exp2", mpfr_exp2, NULL },
    { "expm1", mpfr_expm1, NULL },
    { "gelu", NULL, gelu_of },
    { "hypot", NULL, hypot_of },
    { "i0", NULL, referee_i0 },
    { "lgamma", NULL, lgamma_of },
    { "log", mpfr_log, NULL },
    { "log10", mpfr_log10, NULL },
    { "log1p", mpfr_log1p, NULL },
    { "log2", mpfr_log2, NULL },
    { "logaddexp", NULL, logaddexp_of },
    { "logaddexp2", NULL, logaddexp2_of },
    { "logit", NULL, logit_of },
    { "rad2deg", NULL, rad2deg_of },
    { "reciprocal", NULL, reciprocal_of },
    { "rsqrt", NULL, rsqrt_of },
    { "selu", NULL, selu_of },
    { "sigmoid", NULL, sigmoid_of },
    { "silu", NULL, silu_of },
    { "sin", mpfr_sin, NULL },
    { "sinc", NULL, sinc_of },
    { "sinh", mpfr_sinh, NULL },
    { "softplus", NULL, softplus_of },
    { "special_i0e", NULL, referee_i0e },
    { "special_i1", NULL, referee_i1 },
    { "special_xlog1py", NULL, xlog1py_of },
    { "xlogy", NULL, xlogy_of },
};

const referee *referee_find(const char *name)
{
    for (size_t i = 0; i < sizeof(referees) / sizeof(referees[0]); i++)
        if (strcmp(referees[i].name, name) == 0)
            return &referees[i];
    return NULL;
}

long double referee_answer(const referee *judge, const test_reference *own, const long double *arguments)
{
    static mpfr_t a[8], t[REFEREE_ROOM], y;
    static int is_ready;
    if (!judge)
        return test_reference_call(own, arguments);
    for (int i = 0; i < 8 && !is_ready; i++)
        mpfr_init2(a[i], REFEREE_BITS);
    for (int i = 0; i < REFEREE_ROOM && !is_ready; i++)
        mpfr_init2(t[i], REFEREE_BITS);
    if (!is_ready)
        mpfr_init2(y, REFEREE_BITS);
    is_ready = 1;
    for (int i = 0; i < own->count; i++) {
        if (!isfinite(arguments[i]))
            return test_reference_call(own, arguments);
        mpfr_set_ld(a[i], arguments[i], NEAREST);
    }
    if (judge->function)
        judge->function(y, a[0], NEAREST);
    else
        judge->formula(y, a, t);
    return mpfr_regular_p(y) ? mpfr_get_ld(y, NEAREST) : test_reference_call(own, arguments);
}
