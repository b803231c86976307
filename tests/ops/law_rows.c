/* What holds of results whatever their formula: shares of a whole add up to it, a norm does not know its row's scale, a reduced loss is
 * the reduction of its elements, and what a mask selects goes back where it was. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "judge.h"

static long double out_at(const test_call *call, int64_t position)
{
    return test_image_get(&call->out, call->image,
                          test_array_index(&call->out, call->out.ndim, call->out.shape, position))
        .re;
}

/* Infers, makes a compact output and runs; returns the number of failures, -1 where the device has no such arithmetic. */
static int run(test_call *call)
{
    if (test_call_infer(call))
        return 1;
    if (!test_call_output(call, call->result.dtype, TEST_COMPACT, 0))
        return test_report(call, "no memory for the output: %s", expops_error_text());
    return test_call_run(call);
}

/* A first operand of rows of n, drawn, with the arguments that choose its last dimension. */
static int begin_rows(test_call *call, test_subject *subject, const char *title, int64_t rows, int64_t n)
{
    const int64_t shape[] = { rows, n };
    test_call_begin(call, subject->device, subject->op, title);
    for (size_t i = 1; i < call->num_args; i++)
        if (call->op->parameters[i].kind == EXPOPS_PARAMETER_INTS)
            test_call_ints(call, i, shape + 1, 1);
        else if (call->op->parameters[i].kind == EXPOPS_PARAMETER_INT)
            call->args[i] = expops_int(1);
    if (!test_call_tensor(call, 0, subject->dtype, 2, shape, TEST_COMPACT, 0))
        return 0;
    test_draw(call, 0, &subject->random);
    return 1;
}

/* --- softmax --- */

int test_gives_shares(const expops_operator *op, expops_dtype dtype)
{
    return !strcmp(op->name, "softmax") || !strcmp(op->name, "_safe_softmax");
}

/* As far from 1 as each share may be off, all together. */
static int judge_whole(test_call *call, int64_t row, int64_t n, const test_answer *answers)
{
    const double bound = test_bound(call->op, call->result.dtype);
    long double sum = 0, slack = 0;
    for (int64_t k = row * n; k < (row + 1) * n; k++) {
        sum += out_at(call, k);
        slack += answers[k].slack + (long double)bound * test_ulp(call->result.dtype, answers[k].value.re);
    }
    return fabsl(sum - 1) <= slack ? 0 : test_report(call, "row %lld sums to %.20Lg", (long long)row, sum);
}

int test_run_shares(test_subject *subject)
{
    static const int64_t lengths[] = { 1, 7, 300, 5000, 70016 };
    int failures = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const int64_t rows = lengths[i] > 5000 ? 1 : 5;
        test_call call;
        int failed = !begin_rows(&call, subject, "shares of 1", rows, lengths[i]);
        failed = failed ? failed : run(&call);
        test_answer *const answers = failed ? NULL : test_row_answers(&call);
        for (int64_t row = 0; row < rows && answers; row++)
            failed += judge_whole(&call, row, lengths[i], answers);
        failures += failed > 0 ? failed : 0;
        free(answers);
        test_call_end(&call);
    }
    return failures;
}

/* --- norms --- */

int test_knows_no_scale(const expops_operator *op, expops_dtype dtype)
{
    return !strcmp(op->name, "rms_norm") || !strcmp(op->name, "layer_norm");
}

/* The norm of the row times `scale`, with an eps of 0; the caller ends the call. */
static int run_scaled(test_call *call, test_subject *subject, int64_t n, long double scale)
{
    const test_random random = subject->random;
    int failed = !begin_rows(call, subject, "a row and its multiple", 3, n);
    subject->random = random; /* the same row again */
    for (size_t i = 0; i < call->num_args; i++)
        if (call->op->parameters[i].kind == EXPOPS_PARAMETER_NUMBER)
            call->args[i] = expops_real(0);
    for (int64_t k = 0; k < 3 * n && !failed; k++)
        test_array_set(&call->arrays[0], call->arrays[0].first + k,
                       (test_value){ scale * test_array_get(&call->arrays[0], call->arrays[0].first + k).re, 0 });
    return failed ? failed : run(call);
}

/* A power of two changes no significand: the results are the same to the last bit. */
int test_run_scales(test_subject *subject)
{
    static const int64_t lengths[] = { 2, 33, 1000, 70016 };
    static const long double scales[] = { 8, 0.25L };
    int failures = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        test_call once, again;
        int failed = run_scaled(&once, subject, lengths[i], 1);
        for (size_t s = 0; s < 2 && !failed; s++) {
            failed = run_scaled(&again, subject, lengths[i], scales[s]);
            for (int64_t k = 0; k < 3 * lengths[i] && !failed; k++)
                if (out_at(&once, k) != out_at(&again, k))
                    failed = test_judge_report(&again, k, (test_value){ out_at(&again, k), 0 },
                                               (test_value){ out_at(&once, k), 0 });
            test_call_end(&again);
        }
        failures += failed > 0 ? failed : 0;
        test_call_end(&once);
    }
    return failures;
}

/* --- losses --- */

static size_t reduction_of(const expops_operator *op)
{
    size_t i = 0;
    while (op->parameters[i].name && strcmp(op->parameters[i].name, "reduction") != 0)
        i++;
    return i;
}

/* The loss of the same operands with this reduction; the caller ends the call. */
static int run_loss(test_call *call, test_subject *subject, int64_t n, int reduction)
{
    const test_random random = subject->random;
    int failed = 0;
    test_call_begin(call, subject->device, subject->op, "a loss and its elements");
    for (size_t i = 0; i < call->num_args; i++) {
        if (call->op->parameters[i].kind != EXPOPS_PARAMETER_TENSOR)
            continue;
        failed += !test_call_tensor(call, i, subject->dtype, 1, &n, TEST_COMPACT, 0);
        if (!failed)
            test_draw(call, i, &subject->random);
    }
    subject->random = random;
    call->args[reduction_of(call->op)] = expops_choice(reduction);
    return failed ? failed : run(call);
}

/* Elements are rounded to their type, twice where that is a half type, sums as pairwise addition does, means once more. */
static int judge_reduced(test_call *reduced, const test_call *elements, int64_t n, int is_mean)
{
    const expops_dtype dtype = elements->result.dtype;
    const long double each = 2 * (long double)test_bound(reduced->op, test_arithmetic(dtype)) + test_levels(n) + 2;
    const test_terms terms = test_terms_of(elements);
    long double sum = 0, slack = 0;
    for (int64_t k = 0; k < n; k++) {
        const long double loss = out_at(elements, k);
        sum += loss;
        slack += each * fabsl(loss) * test_rounding(dtype) +
                 (long double)test_bound(reduced->op, dtype) * test_ulp(dtype, loss) +
                 test_terms_slack(elements, &terms, k);
    }
    const long double by = is_mean ? n : 1, actual = out_at(reduced, 0);
    const long double last = test_ulp(dtype, sum / by);
    const int overflows = isinf(test_round(dtype, sum / by)) && actual == test_round(dtype, sum / by);
    return overflows || fabsl(actual - sum / by) <= slack / by + last
               ? 0
               : test_judge_report(reduced, 0, (test_value){ actual, 0 }, (test_value){ sum / by, 0 });
}

int test_run_reduced(test_subject *subject)
{
    static const int64_t lengths[] = { 1, 35, 1000, 3001 };
    int failures = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        test_call elements, reduced;
        int failed = run_loss(&elements, subject, lengths[i], 0);
        for (int reduction = 1; reduction <= 2 && !failed; reduction++) {
            failed = run_loss(&reduced, subject, lengths[i], reduction);
            failed = failed ? failed : judge_reduced(&reduced, &elements, lengths[i], reduction == 1);
            test_call_end(&reduced);
        }
        failures += failed > 0 ? failed : 0;
        test_call_end(&elements);
    }
    return failures;
}

/* --- masks --- */

int test_puts_back(const expops_operator *op, expops_dtype dtype)
{
    return !strcmp(op->name, "masked_scatter");
}

/* self, where it matters a value that no element has, and mask. */
static int begin_masked(test_call *call, test_subject *subject, const expops_operator *op, const test_array *whole,
                        const test_array *mask)
{
    test_call_begin(call, subject->device, op, "selected and put back");
    if (!test_call_tensor(call, 0, whole->dtype, 2, whole->shape, TEST_SLICED, 1) ||
        !test_call_tensor(call, 1, EXPOPS_DTYPE_BOOL, 2, whole->shape, TEST_COMPACT, 0))
        return 0;
    for (int64_t k = 0; k < test_array_numel(whole); k++) {
        const test_value truth = test_array_get(mask, k), value = test_array_get(whole, k), gone = { 0, 0 };
        const int64_t index = test_array_index(&call->arrays[0], 2, whole->shape, k);
        test_array_set(&call->arrays[0], index, op == subject->op && truth.re != 0 ? gone : value);
        test_array_set(&call->arrays[1], k, truth);
    }
    return 1;
}

static int put_back(test_subject *subject, const test_array *whole, const test_array *mask)
{
    test_call select, scatter;
    int64_t room = test_array_numel(whole);
    int failed = !begin_masked(&select, subject, expops_find("masked_select"), whole, mask);
    failed = failed ? failed : run(&select);
    const int made = begin_masked(&scatter, subject, subject->op, whole, mask) &&
                     test_call_tensor(&scatter, 2, whole->dtype, 1, &room, TEST_COMPACT, 0);
    for (int64_t k = 0; k < room && made && !failed; k++)
        test_array_set(&scatter.arrays[2], k, test_image_get(&select.out, select.image, k));
    failed = failed ? failed : made ? run(&scatter) : 1;
    for (int64_t k = 0; k < room && !failed; k++) {
        const test_value actual = test_image_get(&scatter.out, scatter.image, k), expected = test_array_get(whole, k);
        if (actual.re != expected.re || actual.im != expected.im)
            failed = test_judge_report(&scatter, k, actual, expected);
    }
    test_call_end(&scatter);
    test_call_end(&select);
    return failed > 0 ? failed : 0;
}

int test_run_put_back(test_subject *subject)
{
    static const int64_t shapes[][2] = { { 3, 5 }, { 61, 1111 } }; /* more than a tile */
    int failures = 0;
    for (size_t i = 0; i < 2; i++)
        for (uint64_t one_in = 1; one_in <= 7; one_in += 3) {
            test_array whole = { 0 }, mask = { 0 };
            const int made = test_array_make(&whole, subject->device, subject->dtype, 2, shapes[i], TEST_COMPACT, 0) &&
                             test_array_make(&mask, subject->device, EXPOPS_DTYPE_BOOL, 2, shapes[i], TEST_COMPACT, 0);
            for (int64_t k = 0; k < shapes[i][0] * shapes[i][1] && made; k++) {
                test_array_set(&whole, k, test_random_element(&subject->random, subject->dtype, 1, 100));
                test_array_set(&mask, k, (test_value){ test_random_below(&subject->random, one_in) == 0, 0 });
            }
            failures += made ? put_back(subject, &whole, &mask) : 1;
            test_array_free(&mask);
            test_array_free(&whole);
        }
    return failures;
}
