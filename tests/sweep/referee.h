/* Exact answers, from MPFR's arithmetic instead of the formulas that operators' files hold. */
#ifndef SWEEP_REFEREE_H
#define SWEEP_REFEREE_H

#include <mpfr.h>
#include "reference.h"

/* Bits of every intermediate result: long double's 64, and room for what the formulas here cancel. */
enum { REFEREE_BITS = 160, REFEREE_ROOM = 6 };

/* Writes the answer for the arguments a[0], a[1], ... to y; t[0] to t[REFEREE_ROOM - 1] are its own to use. */
typedef void (*referee_formula)(mpfr_ptr y, mpfr_t *a, mpfr_t *t);

typedef struct referee {
    const char *name;                                             /* of the operator */
    int (*function)(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round); /* one of MPFR's, of the first argument */
    referee_formula formula;                                      /* where that is NULL */
} referee;

/* NULL where MPFR is not asked: what the operator does is exact arithmetic, or its file's reference must do. */
const referee *referee_find(const char *name);
/* The answer rounded to long double. The operator's own reference decides about arguments and answers that are no
 * ordinary numbers (NaN, infinity, zero): what those give is a convention, not mathematics. */
long double referee_answer(const referee *judge, const test_reference *own, const long double *arguments);

/* referee_special.c: what MPFR lacks. */
void referee_i0(mpfr_ptr y, mpfr_t *a, mpfr_t *t);
void referee_i0e(mpfr_ptr y, mpfr_t *a, mpfr_t *t);
void referee_i1(mpfr_ptr y, mpfr_t *a, mpfr_t *t);
void referee_erfinv(mpfr_ptr y, mpfr_t *a, mpfr_t *t);

#endif
