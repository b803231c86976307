/* What must hold of an operator whose reference would be its own formula again. */
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "judge.h"

static int permutes(const expops_operator *op, expops_dtype dtype)
{
    return strcmp(op->name, "permute") == 0;
}

/* Runs one permutation of `from` and returns the elements in row-major order, or NULL. */
static test_value *permuted(test_subject *subject, const test_array *from, const int64_t *dims, int64_t *out_shape,
                            int *failures)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "permutation");
    const int64_t numel = test_array_numel(from);
    test_value *values = malloc((size_t)numel * sizeof(*values));
    int ok = values && test_call_tensor(&call, 0, from->dtype, from->ndim, from->shape, TEST_SLICED, 1);
    for (int64_t k = 0; ok && k < numel; k++)
        test_array_set(&call.arrays[0], test_array_index(&call.arrays[0], from->ndim, from->shape, k),
                       test_array_get(from, test_array_index(from, from->ndim, from->shape, k)));
    test_call_ints(&call, 1, dims, (uint32_t)from->ndim);
    ok = ok && test_call_infer(&call) == 0 && test_call_output(&call, call.result.dtype, TEST_COMPACT, 0);
    const int run = ok ? test_call_run(&call) : 1;
    *failures += run > 0;
    for (int64_t k = 0; run == 0 && k < numel; k++)
        values[k] = test_image_get(&call.out, call.image, test_array_index(&call.out, from->ndim, call.out.shape, k));
    memcpy(out_shape, call.result.shape, (size_t)from->ndim * sizeof(int64_t));
    test_call_end(&call);
    if (run == 0)
        return values;
    free(values);
    return NULL;
}

/* There and back again gives the original; once alone does not, and element (i, j, k) lands where dims say. */
static int run_permutation(test_subject *subject)
{
    static const int64_t shape[] = { 33, 5, 40 }, there[] = { 2, 0, -2 }, back[] = { 1, 2, 0 };
    int64_t middle_shape[3], end_shape[3];
    int failures = 0;
    test_array start, middle;
    memset(&middle, 0, sizeof(middle));
    if (!test_array_make(&start, subject->device, subject->dtype, 3, shape, TEST_COMPACT, 0))
        return 1;
    for (int64_t k = 0; k < start.stored; k++)
        test_array_set(&start, k, (test_value){ (long double)(k % 113), (long double)(k % 7) });
    test_value *once = permuted(subject, &start, there, middle_shape, &failures);
    if (once && test_array_make(&middle, subject->device, subject->dtype, 3, middle_shape, TEST_COMPACT, 0)) {
        const int64_t numel = test_array_numel(&start);
        for (int64_t k = 0; k < numel; k++)
            test_array_set(&middle, k, once[k]);
        test_value *twice = permuted(subject, &middle, back, end_shape, &failures);
        for (int64_t k = 0; twice && k < numel; k++) {
            const int64_t i = k / 200, j = k / 40 % 5, l = k % 40;
            const test_value original = test_array_get(&start, k);
            failures += twice[k].re != original.re || twice[k].im != original.im;
            failures += once[(l * 33 + i) * 5 + j].re != original.re;
        }
        free(twice);
    }
    free(once);
    test_array_free(&middle);
    test_array_free(&start);
    return failures;
}

/* --- operators whose reference speaks of elements that meet by a view --- */

/* Fills the reference's arguments for one element of the output. */
typedef void (*meeting)(const test_call *call, int64_t position, long double *arguments);

static long double element_of(const test_array *array, int64_t position)
{
    return test_array_get(array, test_array_index(array, array->ndim, array->shape, position)).re;
}

static int judge_meeting(test_call *call, meeting meet)
{
    const test_reference *reference = test_reference_find(call->op->name);
    int failures = test_call_infer(call);
    if (failures || !test_call_output(call, call->result.dtype, TEST_COMPACT, 0))
        return test_report(call, "no output");
    failures = test_call_run(call);
    const int64_t numel = failures ? 0 : test_array_numel(&call->out);
    for (int64_t k = 0; k < numel; k++) {
        long double arguments[EXPOPS_MAX_PARAMETERS] = { 0 };
        meet(call, k, arguments);
        const test_answer answer = { .value = { test_reference_call(reference, arguments), 0 } };
        const test_value actual =
            test_image_get(&call->out, call->image, test_array_index(&call->out, call->out.ndim, call->out.shape, k));
        if (!test_answer_holds(call, &answer, actual, 0))
            failures += test_judge_report(call, k, actual, answer.value);
    }
    return failures > 0 ? failures : 0;
}

/* The call must be refused for a shape. */
static int refuses(test_call *call)
{
    const expops_status status = test_call_results(call);
    if (status == EXPOPS_ERR_SHAPE && strstr(expops_error_text(), call->op->name))
        return 0;
    return test_report(call, "gives %s, not %s", expops_status_name(status), expops_status_name(EXPOPS_ERR_SHAPE));
}

static int halves(const expops_operator *op, expops_dtype dtype)
{
    return strcmp(op->name, "glu") == 0;
}

/* The element at the same place in either half. */
static void meet_halves(const test_call *call, int64_t position, long double *arguments)
{
    const test_array *self = &call->arrays[0], *out = &call->out;
    int64_t first = 0, scale = 1, half = 0;
    for (int32_t d = self->ndim - 1; d >= 0; d--) {
        first += position % out->shape[d] * scale;
        position /= out->shape[d];
        if (out->shape[d] != self->shape[d])
            half = out->shape[d] * scale;
        scale *= self->shape[d];
    }
    arguments[0] = element_of(self, first);
    arguments[1] = element_of(self, first + half);
}

static int run_halves(test_subject *subject)
{
    static const int64_t even[] = { 6, 4, 34 }, odd[] = { 4, 3 };
    static const struct {
        int32_t ndim;
        expops_value dim;
    } refused[] = { { 2, { EXPOPS_VALUE_NONE, 0, { 0 } } },
                    { 2, { EXPOPS_VALUE_INT, 1, { .integer = 2 } } },
                    { 0, { EXPOPS_VALUE_INT, 1, { .integer = 0 } } } };
    int failures = 0;
    for (int dim = -1; dim < 3; dim++) {
        for (int layout = 0; layout < TEST_LAYOUT_COUNT; layout++) {
            test_call call;
            test_call_begin(&call, subject->device, subject->op, "halves");
            call.args[1] = dim < 0 ? expops_none() : expops_int(dim);
            if (test_call_tensor(&call, 0, subject->dtype, 3, even, (enum test_layout)layout, layout % 2)) {
                test_draw(&call, 0, &subject->random);
                failures += judge_meeting(&call, meet_halves);
            }
            test_call_end(&call);
        }
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        test_call call;
        test_call_begin(&call, subject->device, subject->op, "no halves");
        call.args[1] = refused[i].dim;
        if (test_call_tensor(&call, 0, subject->dtype, refused[i].ndim, odd, TEST_COMPACT, 0))
            failures += refuses(&call);
        test_call_end(&call);
    }
    return failures;
}

static int weighs_channels(const expops_operator *op, expops_dtype dtype)
{
    return strcmp(op->name, "prelu") == 0;
}

/* The element, and the weight of its index in dimension 1. */
static void meet_channel(const test_call *call, int64_t position, long double *arguments)
{
    const test_array *self = &call->arrays[0], *weight = &call->arrays[1];
    arguments[0] = element_of(self, position);
    for (int32_t d = self->ndim - 1; d > 1; d--)
        position /= self->shape[d];
    arguments[1] = element_of(weight, test_array_numel(weight) == 1 ? 0 : position % self->shape[1]);
}

static int run_channels(test_subject *subject)
{
    static const struct {
        int32_t ndim;
        int64_t shape[4];
        int32_t weight_ndim;
        int64_t weights;
        int refused;
    } cases[] = {
        { 0, { 0 }, 0, 1, 0 },          { 1, { 9 }, 1, 1, 0 },        { 2, { 5, 3 }, 1, 3, 0 },
        { 2, { 4, 64 }, 1, 64, 0 },     { 3, { 2, 3, 32 }, 1, 3, 0 }, { 4, { 2, 3, 5, 7 }, 1, 3, 0 },
        { 4, { 2, 3, 5, 7 }, 1, 1, 0 }, { 3, { 2, 3, 5 }, 0, 1, 0 },  { 3, { 2, 0, 5 }, 1, 0, 0 },
        { 3, { 2, 3, 5 }, 1, 5, 1 },    { 1, { 9 }, 1, 9, 1 },        { 0, { 0 }, 1, 2, 1 },
        { 4, { 2, 3, 7, 7 }, 1, 3, 0 },
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const enum test_layout layout = (enum test_layout)(i % TEST_LAYOUT_COUNT);
        test_call call;
        test_call_begin(&call, subject->device, subject->op, "channels");
        if (test_call_tensor(&call, 0, subject->dtype, cases[i].ndim, cases[i].shape, layout, 0) &&
            test_call_tensor(&call, 1, subject->dtype, cases[i].weight_ndim, &cases[i].weights,
                             i % 2 ? TEST_STEPPED : TEST_COMPACT, 1)) {
            test_draw(&call, 0, &subject->random);
            test_draw(&call, 1, &subject->random);
            failures += cases[i].refused ? refuses(&call) : judge_meeting(&call, meet_channel);
        }
        test_call_end(&call);
    }
    return failures;
}

static int is_eye(const expops_operator *op, expops_dtype dtype)
{
    return strcmp(op->name, "eye") == 0;
}

static int wrong_elements(test_call *call)
{
    int wrong = 0;
    for (int64_t k = 0; k < test_array_numel(&call->out); k++) {
        const test_value one = { k / call->result.shape[1] == k % call->result.shape[1], 0 };
        const int64_t index = test_array_index(&call->out, 2, call->out.shape, k);
        const test_value actual = test_image_get(&call->out, call->image, index);
        if (actual.re != one.re || actual.im != 0)
            wrong += test_judge_report(call, k, actual, one);
    }
    return wrong;
}

/* Into every layout of the output, the compact one with odd rows: the diagonal stays where row and column are equal. */
static int run_eye(test_subject *subject)
{
    int failures = 0;
    for (int layout = 0; layout < TEST_EXPANDED; layout++) {
        test_call call;
        test_call_begin(&call, subject->device, subject->op, test_layout_name((enum test_layout)layout));
        call.args[0] = expops_int(37);
        call.args[1] = expops_int(133 + layout);
        call.args[2] = expops_int((int64_t)subject->dtype);
        int failed = test_call_infer(&call);
        if (!failed && !test_call_output(&call, call.result.dtype, (enum test_layout)layout, layout))
            failed = test_report(&call, "no memory for the output: %s", expops_error_text());
        const int run = failed ? failed : test_call_run(&call);
        failures += run > 0 ? run : run < 0 ? 0 : wrong_elements(&call);
        test_call_end(&call);
    }
    return failures;
}

const test_kind test_law_kinds[] = {
    { "diagonal", is_eye, run_eye, 0 },
    { "permutation", permutes, run_permutation, 0 },
    { "halves", halves, run_halves, 0 },
    { "channels", weighs_channels, run_channels, 0 },
    { "roundings", test_rounds_twice, test_run_roundings, 1 },
    { "losses", test_is_loss, test_run_losses, 0 },
    { "shares", test_gives_shares, test_run_shares, 0 },
    { "scales", test_knows_no_scale, test_run_scales, 0 },
    { "reduced", test_is_loss, test_run_reduced, 0 },
    { "put back", test_puts_back, test_run_put_back, 0 },
    { "picks", test_picks, test_run_picks, 0 },
    { "turns", test_turns, test_run_turns, 1 },
    { "lists", test_lists, test_run_lists, 0 },
    { "windows", test_is_window, test_run_windows, 1 },
    { "boxes", test_has_boxes, test_run_boxes, 0 },
    { "selections", test_selects, test_run_selections, 0 },
    { "attention", test_is_attention, test_run_attention, 1 },
    { "quotients", test_divides_halves, test_run_quotients, 1 },
    { NULL, NULL, NULL, 0 },
};
