#include "referee.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define NEAREST MPC_RNDNN

/* Bits of intermediate results: sums of numbers from one end of the type to the other are exact, and what cancels is covered. */
enum { BITS_C64 = 640, BITS_C128 = 2400 };

/* Where exponentials have left the type's range for good, farther out changes nothing but the time MPC takes. */
static long double bounded(long double part)
{
    return part > 20000 ? 20000 : part < -20000 ? -20000 : part;
}

static void exp2_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpfr_const_log2(mpc_realref(t[0]), MPFR_RNDN);
    mpc_mul_fr(t[1], a[0], mpc_realref(t[0]), NEAREST);
    mpc_exp(y, t[1], NEAREST);
}

static void expm1_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_exp(t[0], a[0], NEAREST);
    mpc_sub_ui(y, t[0], 1, NEAREST);
}

/* log|z| is half of log1p(|z|^2 - 1), whose terms are exact; MPC 1.3's own logarithm is 1e-4 off near 1. t[0] is z, `excess` is
 * |z|^2 - 1. */
static void log_by_excess(mpc_ptr y, mpfr_ptr excess, mpc_t *t)
{
    mpfr_log1p(excess, excess, MPFR_RNDN);
    mpfr_mul_2si(mpc_realref(y), excess, -1, MPFR_RNDN);
    mpc_arg(mpc_imagref(y), t[0], MPFR_RNDN);
}

static void log_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_set(t[0], a[0], NEAREST);
    mpc_norm(mpc_realref(t[1]), t[0], MPFR_RNDN);
    mpfr_sub_ui(mpc_realref(t[1]), mpc_realref(t[1]), 1, MPFR_RNDN);
    log_by_excess(y, mpc_realref(t[1]), t);
}

/* |1 + z|^2 - 1 = x * (2 + x) + y^2 */
static void log1p_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_add_ui(t[0], a[0], 1, NEAREST);
    mpfr_add_ui(mpc_realref(t[1]), mpc_realref(a[0]), 2, MPFR_RNDN);
    mpfr_fmma(mpc_realref(t[1]), mpc_realref(t[1]), mpc_realref(a[0]), mpc_imagref(a[0]), mpc_imagref(a[0]), MPFR_RNDN);
    log_by_excess(y, mpc_realref(t[1]), t);
}

static void over_log(mpc_ptr y, mpc_t *a, unsigned long base, mpc_t *t)
{
    log_of(y, a, t);
    mpfr_log_ui(mpc_realref(t[0]), base, MPFR_RNDN);
    mpc_div_fr(y, y, mpc_realref(t[0]), NEAREST);
}

static void log2_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    over_log(y, a, 2, t);
}

static void log10_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    over_log(y, a, 10, t);
}

static void reciprocal_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_ui_div(y, 1, a[0], NEAREST);
}

static void rsqrt_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_sqrt(t[0], a[0], NEAREST);
    mpc_ui_div(y, 1, t[0], NEAREST);
}

static void sigmoid_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_neg(t[0], a[0], NEAREST);
    mpc_exp(t[0], t[0], NEAREST);
    mpc_add_ui(t[0], t[0], 1, NEAREST);
    mpc_ui_div(y, 1, t[0], NEAREST);
}

static void abs_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_abs(mpc_realref(y), a[0], MPFR_RNDN);
    mpfr_set_zero(mpc_imagref(y), 1);
}

static void sgn_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_abs(mpc_realref(t[0]), a[0], MPFR_RNDN);
    mpc_div_fr(y, a[0], mpc_realref(t[0]), NEAREST);
}

/* sin(pi * z) repeats every 2 along the real axis: the multiple is taken off exactly. */
static void sinc_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpfr_set_ui(mpc_realref(t[0]), 2, MPFR_RNDN);
    mpc_set(t[1], a[0], NEAREST);
    mpfr_remainder(mpc_realref(t[1]), mpc_realref(a[0]), mpc_realref(t[0]), MPFR_RNDN);
    mpfr_set_ld(mpc_imagref(t[1]), bounded(mpfr_get_ld(mpc_imagref(a[0]), MPFR_RNDN)), MPFR_RNDN);
    mpfr_const_pi(mpc_realref(t[0]), MPFR_RNDN);
    mpc_mul_fr(t[1], t[1], mpc_realref(t[0]), NEAREST);
    mpc_sin(t[1], t[1], NEAREST);
    mpc_mul_fr(t[2], a[0], mpc_realref(t[0]), NEAREST);
    mpc_div(y, t[1], t[2], NEAREST);
}

static void mul_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_mul(y, a[0], a[1], NEAREST);
}

static void square_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_sqr(y, a[0], NEAREST);
}

static void lerp_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_sub(t[0], a[1], a[0], NEAREST);
    mpc_mul(t[0], t[0], a[2], NEAREST);
    mpc_add(y, a[0], t[0], NEAREST);
}

static void addcmul_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_mul(t[0], a[3], a[1], NEAREST);
    mpc_mul(t[0], t[0], a[2], NEAREST);
    mpc_add(y, a[0], t[0], NEAREST);
}

static void addcdiv_of(mpc_ptr y, mpc_t *a, mpc_t *t)
{
    mpc_mul(t[0], a[3], a[1], NEAREST);
    mpc_div(t[0], t[0], a[2], NEAREST);
    mpc_add(y, a[0], t[0], NEAREST);
}

/* clang-format off */
static const complex_referee referees[] = {
    { "abs", COMPLEX_FUNCTION, NULL, abs_of, complex_special_abs, NULL, NULL, 0 },
    { "acosh", COMPLEX_FUNCTION, mpc_acosh, NULL, complex_special_acosh, NULL, NULL, 0 },
    { "addcdiv", COMPLEX_SUM, NULL, addcdiv_of, NULL, complex_addcdiv_plain, complex_addcdiv_largest, 1 },
    { "addcmul", COMPLEX_SUM, NULL, addcmul_of, NULL, complex_addcmul_plain, complex_addcmul_largest, 1 },
    { "asinh", COMPLEX_FUNCTION, mpc_asinh, NULL, complex_special_asinh, NULL, NULL, 0 },
    { "atanh", COMPLEX_FUNCTION, mpc_atanh, NULL, complex_special_atanh, NULL, NULL, 0 },
    { "copy", COMPLEX_EXACT, NULL, NULL, NULL, complex_second_of, NULL, 0 },
    { "cos", COMPLEX_FUNCTION, mpc_cos, NULL, complex_special_cos, NULL, NULL, 0 },
    { "cosh", COMPLEX_FUNCTION, mpc_cosh, NULL, complex_special_cosh, NULL, NULL, 0 },
    { "eq", COMPLEX_EXACT, NULL, NULL, NULL, complex_eq_of, NULL, 0 },
    { "exp", COMPLEX_FUNCTION, mpc_exp, NULL, complex_special_exp, NULL, NULL, 0 },
    { "exp2", COMPLEX_FUNCTION, NULL, exp2_of, complex_special_exp, NULL, NULL, 0 },
    { "expm1", COMPLEX_FUNCTION, NULL, expm1_of, complex_special_expm1, NULL, NULL, 0 },
    { "eye", COMPLEX_MADE, NULL, NULL, NULL, NULL, NULL, 0 },
    { "fill", COMPLEX_EXACT, NULL, NULL, NULL, complex_second_of, NULL, 0 },
    { "lerp", COMPLEX_SUM, NULL, lerp_of, NULL, complex_lerp_plain, complex_lerp_largest, 1 },
    { "log", COMPLEX_FUNCTION, NULL, log_of, complex_special_log, NULL, NULL, 0 },
    { "log10", COMPLEX_FUNCTION, NULL, log10_of, complex_special_log10, NULL, NULL, 0 },
    { "log1p", COMPLEX_FUNCTION, NULL, log1p_of, complex_special_log1p, NULL, NULL, 0 },
    { "log2", COMPLEX_FUNCTION, NULL, log2_of, complex_special_log2, NULL, NULL, 0 },
    { "logical_not", COMPLEX_EXACT, NULL, NULL, NULL, complex_not_of, NULL, 0 },
    { "logical_xor", COMPLEX_EXACT, NULL, NULL, NULL, complex_xor_of, NULL, 0 },
    { "masked_fill", COMPLEX_EXACT, NULL, NULL, NULL, complex_masked_fill_of, NULL, 0 },
    { "mul", COMPLEX_SUM, NULL, mul_of, NULL, complex_mul_plain, complex_mul_largest, 1 },
    { "ne", COMPLEX_EXACT, NULL, NULL, NULL, complex_ne_of, NULL, 0 },
    { "neg", COMPLEX_EXACT, NULL, NULL, NULL, complex_neg_of, NULL, 0 },
    { "new_ones", COMPLEX_MADE, NULL, NULL, NULL, NULL, NULL, 0 },
    { "positive", COMPLEX_EXACT, NULL, NULL, NULL, complex_first_of, NULL, 0 },
    { "reciprocal", COMPLEX_FUNCTION, NULL, reciprocal_of, complex_special_reciprocal, NULL, NULL, 1 },
    { "rsqrt", COMPLEX_FUNCTION, NULL, rsqrt_of, complex_special_reciprocal, NULL, NULL, 1 },
    { "scalar_tensor", COMPLEX_MADE, NULL, NULL, NULL, NULL, NULL, 0 },
    { "sgn", COMPLEX_FUNCTION, NULL, sgn_of, complex_special_sgn, NULL, NULL, 0 },
    { "sigmoid", COMPLEX_FUNCTION, NULL, sigmoid_of, complex_special_sigmoid, NULL, NULL, 1 },
    { "sin", COMPLEX_FUNCTION, mpc_sin, NULL, complex_special_sin, NULL, NULL, 0 },
    { "sinc", COMPLEX_FUNCTION, NULL, sinc_of, complex_special_sinc, NULL, NULL, 1 },
    { "sinh", COMPLEX_FUNCTION, mpc_sinh, NULL, complex_special_sinh, NULL, NULL, 0 },
    { "square", COMPLEX_SUM, NULL, square_of, NULL, complex_square_plain, complex_square_largest, 1 },
    { "zero", COMPLEX_MADE, NULL, NULL, NULL, NULL, NULL, 0 },
    { "zeros_like", COMPLEX_MADE, NULL, NULL, NULL, NULL, NULL, 0 },
};
/* clang-format on */

const complex_referee *complex_referee_find(const char *name)
{
    for (size_t i = 0; i < sizeof referees / sizeof referees[0]; i++)
        if (strcmp(referees[i].name, name) == 0)
            return &referees[i];
    return NULL;
}

static int is_exponential(const char *name, int *along_imaginary)
{
    static const char *const real[] = { "exp", "exp2", "expm1", "sinh", "cosh", "sigmoid" };
    *along_imaginary = strcmp(name, "sin") == 0 || strcmp(name, "cos") == 0;
    for (size_t i = 0; i < sizeof real / sizeof real[0]; i++)
        if (strcmp(name, real[i]) == 0)
            return 1;
    return *along_imaginary;
}

static test_value calculate(const complex_referee *referee, expops_dtype dtype, const test_value *operands)
{
    static mpc_t a[COMPLEX_OPERANDS], t[COMPLEX_ROOM], y;
    static expops_dtype ready = EXPOPS_DTYPE_COUNT;
    const mpfr_prec_t bits = dtype == EXPOPS_DTYPE_C64 ? BITS_C64 : BITS_C128;
    for (int i = 0; i < COMPLEX_OPERANDS && ready == EXPOPS_DTYPE_COUNT; i++)
        mpc_init2(a[i], 64);
    for (int i = 0; i < COMPLEX_ROOM && ready != dtype; i++)
        ready == EXPOPS_DTYPE_COUNT ? mpc_init2(t[i], bits) : mpc_set_prec(t[i], bits);
    if (ready == EXPOPS_DTYPE_COUNT)
        mpc_init2(y, 100);
    ready = dtype;
    for (int i = 0; i < COMPLEX_OPERANDS; i++)
        mpc_set_ld_ld(a[i], operands[i].re, operands[i].im, NEAREST);
    if (referee->function)
        referee->function(y, a[0], NEAREST);
    else
        referee->formula(y, a, t);
    return (test_value){ mpfr_get_ld(mpc_realref(y), MPFR_RNDN), mpfr_get_ld(mpc_imagref(y), MPFR_RNDN) };
}

complex_answer complex_referee_answer(const complex_referee *referee, expops_dtype dtype, const test_value *operands)
{
    complex_answer answer = { .sign_is_free = 0 };
    int is_finite = 1, along_imaginary;
    for (int i = 0; i < COMPLEX_OPERANDS; i++)
        is_finite = is_finite && isfinite(operands[i].re) && isfinite(operands[i].im);
    if (referee->special && referee->special(operands, &answer))
        return answer;
    answer.sign_is_free = 0;
    if (referee->kind == COMPLEX_EXACT || (referee->kind == COMPLEX_SUM && !is_finite)) {
        answer.value = referee->plain(operands);
        return answer;
    }
    test_value a[COMPLEX_OPERANDS];
    memcpy(a, operands, sizeof a);
    if (is_exponential(referee->name, &along_imaginary))
        *(along_imaginary ? &a[0].im : &a[0].re) = bounded(along_imaginary ? a[0].im : a[0].re);
    answer.value = calculate(referee, dtype, a);
    return answer;
}
