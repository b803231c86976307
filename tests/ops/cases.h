/* The generic cases: for each operator, element type and kind of case one test. */
#ifndef TEST_CASES_H
#define TEST_CASES_H

#include "judge.h"
#include "random.h"

typedef struct test_subject {
    expops_device *device;
    const expops_operator *op;
    expops_dtype dtype;
    test_random random;
} test_subject;

typedef struct test_kind {
    const char *name;
    int (*applies)(const expops_operator *op, expops_dtype dtype);
    int (*run)(test_subject *subject); /* returns the number of failures */
    int each_type;                     /* run for every element type even where depth is 0 */
} test_kind;

extern const test_kind test_pointwise_kinds[]; /* a nameless one ends each list */
extern const test_kind test_row_kinds[];
extern const test_kind test_complex_kinds[];
extern const test_kind test_law_kinds[];
extern const test_kind test_meeting_kinds[]; /* meetings.c */
/* law_roundings.c, one of the laws */
int test_rounds_twice(const expops_operator *op, expops_dtype dtype);
int test_run_roundings(test_subject *subject);
/* law_quotients.c, another */
int test_divides_halves(const expops_operator *op, expops_dtype dtype);
int test_run_quotients(test_subject *subject);
/* law_attention.c, another */
int test_is_attention(const expops_operator *op, expops_dtype dtype);
int test_run_attention(test_subject *subject);
/* law_picks.c, two */
int test_picks(const expops_operator *op, expops_dtype dtype);
int test_run_picks(test_subject *subject);
int test_turns(const expops_operator *op, expops_dtype dtype);
int test_run_turns(test_subject *subject);
int test_lists(const expops_operator *op, expops_dtype dtype);
int test_run_lists(test_subject *subject);
int test_selects(const expops_operator *op, expops_dtype dtype);
int test_run_selections(test_subject *subject);
/* law_windows.c, another */
int test_is_window(const expops_operator *op, expops_dtype dtype);
int test_run_windows(test_subject *subject);
int test_has_boxes(const expops_operator *op, expops_dtype dtype);
int test_run_boxes(test_subject *subject);
/* law_losses.c, another */
int test_is_loss(const expops_operator *op, expops_dtype dtype);
int test_run_losses(test_subject *subject);
/* law_rows.c, four; the third is of losses */
int test_gives_shares(const expops_operator *op, expops_dtype dtype);
int test_run_shares(test_subject *subject);
int test_knows_no_scale(const expops_operator *op, expops_dtype dtype);
int test_run_scales(test_subject *subject);
int test_run_reduced(test_subject *subject);
int test_puts_back(const expops_operator *op, expops_dtype dtype);
int test_run_put_back(test_subject *subject);
/* Once for each operator, with its first element type. */
extern const test_kind test_error_kinds[];

/* How much is run: 2 everything; 1 fewer signatures, because each costs a compilation; 0 most kinds for one element type
 * only, because a compilation takes long. EXPOPS_TEST_DEPTH, else 2 where memory is the host's and 1 elsewhere. */
int test_depth(const expops_device *device);
int test_is_deep(const expops_device *device);
/* The first type of a set; EXPOPS_DTYPE_COUNT where it is empty. */
expops_dtype test_first_dtype(uint32_t dtypes);
/* The type the parameter's tensor has where the operator's main type is `dtype`. */
expops_dtype test_parameter_dtype(const expops_parameter *parameter, expops_dtype dtype);
/* Draws the elements of the argument from the operator's sampling range. */
void test_draw(test_call *call, size_t index, test_random *random);
/* An argument that is no tensor: its default, else a harmless value. `variant` walks through others. */
void test_plain_argument(test_call *call, size_t index, expops_dtype dtype, int variant);

#endif
