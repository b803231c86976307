/* An operator over rows, or a loss, of one element type: rows of many lengths and kinds, each judged by its reference. */
#ifndef SWEEP_ROWS_H
#define SWEEP_ROWS_H

#include "judge.h"
#include "random.h"

typedef struct rows_subject {
    expops_device *device;
    const expops_operator *op;
    expops_dtype dtype;
} rows_subject;

/* What a row's elements are. */
enum rows_kind {
    ROWS_EVEN,        /* drawn from the operator's range */
    ROWS_MAGNITUDES,  /* of any size and sign */
    ROWS_HUGE,        /* one among small ones */
    ROWS_ALTERNATING, /* neighbours nearly cancel */
    ROWS_NEAR_ONE,    /* products stay in range, differences are small */
    ROWS_DESCENDING,  /* each smaller than the one before */
    ROWS_KINDS
};
const char *rows_kind_name(enum rows_kind kind);

/* A row reference, or a loss, found in the registry; computed, not moved, in floating point. */
int rows_applies(const expops_operator *op);
/* How much: EXPOPS_TEST_ROWS, 0 few lengths of f32, 1 more of all types, 2 up to 2^20 elements. */
int rows_depth(void);
/* Returns the number of failures, -1 where the device has no such arithmetic. */
int rows_run(const rows_subject *subject);
/* The same of long rows whose elements are infinite, huge or no numbers: rows_long.c. */
int rows_long_applies(const expops_operator *op);
int rows_long_run(const rows_subject *subject);

/* Of a matrix, whose columns they may be. */
typedef struct rows_shape {
    int64_t rows, n;
    int columns;
} rows_shape;
int rows_make_arguments(test_call *call, const rows_subject *subject, const rows_shape *shape, enum rows_kind kind);
/* What is drawn of argument i. */
expops_samples rows_range_of(const expops_operator *op, size_t i);
int rows_is_tensor(const test_call *call, size_t i);
int rows_is_loss(const expops_operator *op);
/* The parameter that says how a loss is reduced, the one behind the last where there is none. */
size_t rows_reduction_of(const expops_operator *op);
/* Asks for the result, makes room for it and calls. */
int rows_call(test_call *call);

/* rows_draw.c */
void rows_fill(test_array *array, const expops_samples *range, enum rows_kind kind, test_random *random);

/* rows_judge.c */
int64_t rows_position(const rows_shape *shape, int64_t row, int64_t k);
int rows_judge(test_call *call, const rows_shape *shape);
int rows_judge_one(test_call *call, const rows_shape *shape, int64_t row);

#endif
