/* Means of boxes that are so large that devices add them up by strips, beside a slow loop over PyTorch's definition of a box: boxes that
 * overlap, rows that no vector divides, a last group with fewer rows. Elements are whole numbers, whose sums are exact. */
#include <string.h>

#include "cases.h"
#include "judge.h"

typedef struct box_case {
    const char *name;
    int32_t ndim, boxed;
    int64_t shape[5], size[3];
} box_case;

static const box_case cases[] = {
    { "_adaptive_avg_pool2d", 4, 2, { 2, 3, 56, 64 }, { 7, 7 } },
    { "_adaptive_avg_pool2d", 3, 2, { 3, 50, 57 }, { 7, 6 } },
    { "_adaptive_avg_pool2d", 4, 2, { 3, 41, 17, 34 }, { 5, 4 } },
    { "_adaptive_avg_pool2d", 3, 2, { 5, 30, 1000 }, { 1, 9 } },
    { "_adaptive_avg_pool3d", 5, 3, { 2, 2, 20, 22, 36 }, { 7, 7, 7 } },
    { "_adaptive_avg_pool3d", 4, 3, { 5, 9, 5, 50 }, { 2, 5, 8 } },
};

int test_has_boxes(const expops_operator *op, expops_dtype dtype)
{
    for (size_t i = 0; (dtype == EXPOPS_DTYPE_F32 || dtype == EXPOPS_DTYPE_F16) && i < sizeof cases / sizeof *cases;
         i++)
        if (strcmp(op->name, cases[i].name) == 0)
            return 1;
    return 0;
}

/* The mean of the box that belongs to the result's element at `position`. */
static long double mean_at(const test_array *in, const box_case *c, int64_t position)
{
    const int32_t kept = c->ndim - c->boxed;
    int64_t first[5], count[5], elements = 1;
    long double sum = 0;
    for (int32_t d = c->ndim - 1; d >= 0; d--) {
        const int64_t out = d < kept ? c->shape[d] : c->size[d - kept], i = position % out;
        position /= out;
        first[d] = i * c->shape[d] / out;
        count[d] = ((i + 1) * c->shape[d] + out - 1) / out - first[d];
        elements *= count[d];
    }
    for (int64_t e = 0; e < elements; e++) {
        int64_t rest = e, place = 0, step = 1;
        for (int32_t d = c->ndim - 1; d >= 0; d--) {
            place += (first[d] + rest % count[d]) * step;
            rest /= count[d];
            step *= c->shape[d];
        }
        sum += test_array_get(in, test_array_index(in, c->ndim, c->shape, place)).re;
    }
    return sum / (long double)elements;
}

static int judge(test_call *call, const box_case *c)
{
    const test_array *out = test_call_out(call);
    int wrong = 0;
    for (int64_t i = 0; wrong < 4 && i < test_array_numel(out); i++) {
        const test_answer answer = { .value = { mean_at(call->arrays, c, i), 0 } };
        const test_value actual = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, i));
        if (!test_answer_holds(call, &answer, actual, 0))
            wrong += test_judge_report(call, i, actual, answer.value);
    }
    return wrong;
}

static int run(test_subject *subject, const box_case *c, enum test_layout from, enum test_layout to)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "large boxes");
    int ok = test_call_tensor(&call, 0, subject->dtype, c->ndim, c->shape, from, 0);
    for (int64_t k = 0; ok && k < test_array_numel(call.arrays); k++)
        test_array_set(call.arrays, test_array_index(call.arrays, c->ndim, c->shape, k),
                       (test_value){ (long double)test_random_below(&subject->random, 121), 0 });
    if (ok)
        test_call_ints(&call, 1, c->size, (uint32_t)c->boxed);
    ok = ok && test_call_infer(&call) == 0 && test_call_output(&call, call.result.dtype, to, 0);
    int failures = ok ? test_call_run(&call) : test_report(&call, "the call cannot be made");
    if (!failures)
        failures = judge(&call, c);
    test_call_end(&call);
    return failures > 0 ? failures : 0;
}

int test_run_boxes(test_subject *subject)
{
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(subject->op->name, cases[i].name) == 0) {
            failures += run(subject, cases + i, TEST_COMPACT, TEST_COMPACT);
            failures += run(subject, cases + i, TEST_SLICED, TEST_REVERSED);
        }
    return failures;
}
