/* The inputs a sweep runs an operator on. */
#ifndef SWEEP_POINTS_H
#define SWEEP_POINTS_H

#include <stddef.h>
#include "operator.h"
#include "random.h"
#include "reference.h"

enum { SWEEP_OPERANDS = 2 };

typedef struct sweep_points {
    size_t count, room;
    int is_exhausted;  /* memory could not be had */
    int is_exhaustive; /* point k is the pattern of bits k; `values` is empty */
    long double (*values)[SWEEP_OPERANDS];
} sweep_points;

/* Who asks: what decides where the points lie. */
typedef struct sweep_query {
    const expops_operator *op;
    const test_reference *own; /* where it changes sign there are roots and poles */
    expops_dtype dtype;
    int operands;                                 /* 1 or 2 */
    size_t places[SWEEP_OPERANDS];                /* of the operands among the parameters */
    long double arguments[EXPOPS_MAX_PARAMETERS]; /* the others */
    test_random random;
} sweep_query;

/* Half types with one operand: all patterns. Else every exponent of both signs, the neighbourhood of whole and half
 * numbers, of thresholds, roots and poles, and random numbers. Call sweep_points_free after either. */
sweep_points sweep_points_make(sweep_query *query);
void sweep_points_free(sweep_points *points);
void sweep_points_add(sweep_points *points, const sweep_query *query, long double self, long double other);

/* pairs.c: two operands. */
void sweep_points_pairs(sweep_points *points, sweep_query *query);
/* The range the operand is sampled from. */
expops_samples sweep_range(const sweep_query *query, int operand);
/* A number of the operand's range, or any finite one of the type. */
long double sweep_random_near(sweep_query *query, int operand);
long double sweep_random_any(sweep_query *query);
/* Where the function changes sign between low and high when the operand moves; NaN where it does not. */
long double sweep_root(sweep_query *query, int operand, long double low, long double high);

#endif
