/* Whether an output's elements are right. */
#ifndef TEST_JUDGE_H
#define TEST_JUDGE_H

#include "call.h"

/* The operator's bound for results of `dtype`, in units in the last place; complex types count as their parts. */
double test_bound(const expops_operator *op, expops_dtype dtype);

/* The type numbers have inside a kernel, and the precision of its arithmetic. */
expops_dtype test_arithmetic(expops_dtype common);
/* The largest relative error of a rounding in the arithmetic; 0 of integers. */
long double test_rounding(expops_dtype common);
/* The call's argument that is parameter i for an element of the result, as the reference is given it. */
long double test_argument(const test_call *call, size_t i, int64_t position);

/* What is the same for all elements of what `by_terms` grants: worked out once, since each would look at all operands. */
typedef struct test_terms {
    long double sizes;   /* of tensors that have a part in every element, whole */
    uint32_t of_element; /* arguments whose element has a part in the result's */
    long double levels;  /* of the sum */
} test_terms;
test_terms test_terms_of(const test_call *call);
/* What `by_terms` grants an element of the result: of an element's own operands, or of all where it is their sum. */
long double test_terms_slack(const test_call *call, const test_terms *terms, int64_t position);
/* What the bound grants beyond units of the answer, where the operator's file says that terms cancel: an absolute error. */
long double test_bound_slack(const test_call *call, const test_reference *reference, long double *arguments,
                             long double exact);

/* Results below the smallest normal number may be lost where an intermediate result overflows, or on devices that have
 * no denormals. Half precision is computed in more. */
long double test_underflow_slack(expops_dtype result, long double exact);

/* Tells references of what types the call's tensors are. */
void test_state_types(const test_call *call);
/* What the reference is given for an element of a pointwise call's output: one number for each parameter. */
void test_arguments(const test_call *call, int64_t position, long double *arguments);
/* Whether the reference picks one of two zeros of different sign by their place, as fmax may: then either is right. */
int test_sign_is_free(const test_call *call, const test_reference *reference, long double *arguments,
                      long double exact);

/* One element's exact answer. `slack` is an absolute error that rounding the inputs alone may cause. */
typedef struct test_answer {
    test_value value;
    long double slack;
    int unknown;      /* not known exactly: not judged */
    int sign_is_free; /* a zero of either sign is right */
} test_answer;

/* The answer of a pointwise call's element from the operator's reference; the reference must exist. */
test_answer test_answer_pointwise(const test_call *call, const test_reference *reference, int64_t position);
/* Whether an element of the output, of any type the result may be cast to, is that answer. */
int test_answer_accepts(const test_call *call, const test_answer *answer, test_value actual, double extra_ulp);
/* The same of an answer that is exact, noted for the record of how much of each bound is needed (share.h). */
int test_answer_holds(const test_call *call, const test_answer *answer, test_value actual, double extra_ulp);
/* Compares the whole output; returns the number of wrong elements. */
int test_judge_pointwise(test_call *call, const test_reference *reference);
/* Which dimensions of the first input a row walks. */
typedef struct test_row_plan {
    uint8_t walked[EXPOPS_MAX_RANK];
    int keepdim;
    int64_t length, rows; /* elements of a row, and their number */
} test_row_plan;
expops_status test_plan_rows(const test_call *call, test_row_plan *plan);
/* The same for an operator over rows, whose reference must exist. */
int test_judge_rows(test_call *call);
/* The same for one that moves elements, whose MOVE_REFERENCE must exist. Where it adds them they must be whole numbers. */
int test_judge_moves(test_call *call);
int test_adds_what_it_moves(const expops_operator *op);
/* Sums of complex numbers are judged part by part, products by their modulus; others cannot be. */
int test_judges_complex_rows(const test_call *call);
/* What such a reference says of each element of the output; of complex numbers only the slack, by their moduli. NULL where there
 * is no such reference. The caller frees it. */
test_answer *test_row_answers(const test_call *call);
/* The answers to a row with its negative numbers moved by so many units of the arithmetic's precision: far from the row's own
 * where such a number cancels with what it is added to. Behind `out` there is room for three rows. */
void test_row_beside(const test_call *call, const expops_row_reference *r, long double units, long double *out);
/* Whether the reference picks one of a row's zeros of different sign by their place; `room` is for the row's elements. */
int test_row_sign_is_free(const test_call *call, const expops_row_reference *r, long double *room);
/* Reports one wrong element; returns 1. */
int test_judge_report(test_call *call, int64_t position, test_value actual, test_value expected);

#endif
