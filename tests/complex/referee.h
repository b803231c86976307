/* Exact answers of complex operators: MPC's arithmetic for ordinary numbers, C's Annex G for the others. */
#ifndef COMPLEX_REFEREE_H
#define COMPLEX_REFEREE_H

#include <mpc.h>
#include "numbers.h"

enum { COMPLEX_OPERANDS = 4, COMPLEX_ROOM = 3 };

/* Writes the answer for the finite operands a[0], a[1], ... to y; t[0] to t[COMPLEX_ROOM - 1] are its own to use. */
typedef void (*complex_formula)(mpc_ptr y, mpc_t *a, mpc_t *t);

typedef struct complex_answer {
    test_value value;
    int sign_is_free; /* of a zero or an infinity, in either part */
} complex_answer;

/* special.c: returns 0 where the operands are ordinary, else writes the answer. */
typedef int (*complex_special)(const test_value *a, complex_answer *answer);

enum complex_kind {
    COMPLEX_FUNCTION, /* of one operand, the first */
    COMPLEX_SUM,      /* terms of several operands, or of one with itself, by plain arithmetic on their parts */
    COMPLEX_EXACT,    /* a choice or a comparison */
    COMPLEX_MADE,     /* reads no element: the operators' own tests know it */
};

typedef struct complex_referee {
    const char *name; /* of the operator */
    enum complex_kind kind;
    int (*function)(mpc_ptr y, mpc_srcptr x, mpc_rnd_t round); /* one of MPC's, of the first operand */
    complex_formula formula;                                   /* where that is NULL */
    complex_special special;
    test_value (*plain)(const test_value *a);    /* COMPLEX_SUM and COMPLEX_EXACT: on parts, in long double */
    long double (*largest)(const test_value *a); /* COMPLEX_SUM: what no intermediate result exceeds */
    int zero_is_free;                            /* the sign of a zero: PyTorch, C and the limit do not agree */
} complex_referee;

/* NULL where nobody said what the operator does to complex numbers. */
const complex_referee *complex_referee_find(const char *name);
/* The answer to operands of `dtype`, rounded to long double. */
complex_answer complex_referee_answer(const complex_referee *referee, expops_dtype dtype, const test_value *operands);

/* special.c */
int complex_special_exp(const test_value *a, complex_answer *answer);
int complex_special_expm1(const test_value *a, complex_answer *answer);
int complex_special_log(const test_value *a, complex_answer *answer);
int complex_special_log1p(const test_value *a, complex_answer *answer);
int complex_special_log2(const test_value *a, complex_answer *answer);
int complex_special_log10(const test_value *a, complex_answer *answer);
int complex_special_sinh(const test_value *a, complex_answer *answer);
int complex_special_cosh(const test_value *a, complex_answer *answer);
int complex_special_sin(const test_value *a, complex_answer *answer);
int complex_special_cos(const test_value *a, complex_answer *answer);
int complex_special_asinh(const test_value *a, complex_answer *answer);
int complex_special_acosh(const test_value *a, complex_answer *answer);
int complex_special_atanh(const test_value *a, complex_answer *answer);
int complex_special_abs(const test_value *a, complex_answer *answer);
int complex_special_sgn(const test_value *a, complex_answer *answer);
int complex_special_sinc(const test_value *a, complex_answer *answer);
int complex_special_reciprocal(const test_value *a, complex_answer *answer);
int complex_special_sigmoid(const test_value *a, complex_answer *answer);

/* plain.c */
test_value complex_mul_plain(const test_value *a);
long double complex_mul_largest(const test_value *a);
test_value complex_square_plain(const test_value *a);
long double complex_square_largest(const test_value *a);
test_value complex_lerp_plain(const test_value *a);
long double complex_lerp_largest(const test_value *a);
test_value complex_addcmul_plain(const test_value *a);
long double complex_addcmul_largest(const test_value *a);
test_value complex_addcdiv_plain(const test_value *a);
long double complex_addcdiv_largest(const test_value *a);
test_value complex_eq_of(const test_value *a);
test_value complex_ne_of(const test_value *a);
test_value complex_not_of(const test_value *a);
test_value complex_xor_of(const test_value *a);
test_value complex_neg_of(const test_value *a);
test_value complex_first_of(const test_value *a);
test_value complex_second_of(const test_value *a);
test_value complex_masked_fill_of(const test_value *a);

#endif
