/* Lists of tensors, joined and stacked: as many as one launch takes, one more, and far more; empty ones, ones of every layout and
 * of another type among them; elements of each size. */
#include <string.h>

#include "cases.h"
#include "judge.h"

/* How the tensors of a list differ, by their index. */
enum { RAGGED = 1, LAYOUTS = 2, NOTHINGS = 4, TYPES = 8, STEEP = 16 };

typedef struct list_case {
    const char *op;
    uint32_t count;
    int32_t ndim;
    int64_t shape[3];
    int64_t dim;
    int differ;
    enum test_layout out;
} list_case;

static const list_case lists[] = {
    { "cat", 1, 2, { 5, 7 }, 0, 0, TEST_COMPACT },
    { "cat", 2, 1, { 70001 }, 0, 0, TEST_COMPACT },
    { "cat", 2, 2, { 48, 64 }, 1, 0, TEST_COMPACT },
    { "cat", 5, 2, { 3, 2047 }, 1, RAGGED, TEST_COMPACT },
    { "cat", 6, 2, { 9001, 5 }, 1, RAGGED, TEST_COMPACT },
    { "cat", 7, 2, { 1301, 37 }, 1, RAGGED, TEST_COMPACT },
    { "cat", 20, 2, { 501, 33 }, 1, RAGGED, TEST_COMPACT },
    { "cat", 20, 2, { 3, 1501 }, 1, STEEP, TEST_COMPACT },
    { "cat", 16, 3, { 4, 3, 5 }, 1, LAYOUTS, TEST_COMPACT },
    { "cat", 17, 3, { 4, 0, 16 }, 1, RAGGED, TEST_SLICED },
    { "cat", 64, 2, { 67, 63 }, 1, RAGGED, TEST_COMPACT },
    { "cat", 64, 2, { 8, 32 }, 0, 0, TEST_COMPACT },
    { "cat", 64, 2, { 3, 33 }, 0, RAGGED | NOTHINGS, TEST_COMPACT },
    { "cat", 65, 2, { 7, 3 }, -1, LAYOUTS | RAGGED, TEST_STEPPED },
    { "cat", 100, 1, { 15 }, 0, RAGGED | NOTHINGS | TYPES, TEST_COMPACT },
    { "stack", 1, 0, { 0 }, 0, 0, TEST_COMPACT },
    { "stack", 4, 2, { 40, 70 }, -1, 0, TEST_COMPACT },
    { "stack", 16, 1, { 1000 }, 1, 0, TEST_COMPACT },
    { "stack", 17, 2, { 5, 0 }, 0, 0, TEST_COMPACT },
    { "stack", 64, 0, { 0 }, -1, 0, TEST_COMPACT },
    { "stack", 5, 1, { 60001 }, 1, 0, TEST_COMPACT },
    { "stack", 6, 1, { 44002 }, 1, 0, TEST_COMPACT },
    { "stack", 8, 1, { 33001 }, 1, 0, TEST_COMPACT },
    { "stack", 64, 1, { 64 }, 0, 0, TEST_COMPACT },
    { "stack", 65, 2, { 6, 9 }, 1, LAYOUTS, TEST_TRANSPOSED },
    { "stack", 100, 2, { 2, 21 }, 1, LAYOUTS | TYPES, TEST_REVERSED },
};

int test_lists(const expops_operator *op, expops_dtype dtype)
{
    const int a_type_of_each_size = dtype == EXPOPS_DTYPE_I8 || dtype == EXPOPS_DTYPE_F16 ||
                                    dtype == EXPOPS_DTYPE_F32 || dtype == EXPOPS_DTYPE_I64 ||
                                    dtype == EXPOPS_DTYPE_C128;
    return (strcmp(op->name, "cat") == 0 || strcmp(op->name, "stack") == 0) && a_type_of_each_size;
}

static int make_item(test_subject *subject, test_call *call, const list_case *c, uint32_t i)
{
    const size_t at = call->num_args + i;
    const int nothing = c->differ & NOTHINGS && i % 5 == 3;
    const expops_dtype dtype = c->differ & TYPES && i % 7 == 2 ? EXPOPS_DTYPE_I8 : subject->dtype;
    const enum test_layout layout = c->differ & LAYOUTS ? (enum test_layout)(i % TEST_LAYOUT_COUNT) : TEST_COMPACT;
    int64_t shape[3];
    memcpy(shape, nothing ? (int64_t[3]){ 0 } : c->shape, sizeof shape);
    int64_t *along = shape + (c->dim < 0 && c->ndim ? c->ndim + c->dim : c->dim < 0 ? 0 : c->dim);
    if (!nothing)
        *along = c->differ & STEEP ? *along * (1 + i % 3) : c->differ & RAGGED ? *along + i % 3 : *along;
    if (!test_array_make(&call->arrays[at], call->device, dtype, nothing ? 1 : c->ndim, shape, layout, i % 4 == 1))
        return 0;
    test_array *array = &call->arrays[at];
    for (int64_t k = 0; k < test_array_numel(array); k++)
        test_array_set(array, test_array_index(array, array->ndim, array->shape, k),
                       test_random_element(&subject->random, dtype, -100, 100));
    return 1;
}

static int run_list(test_subject *subject, const list_case *c)
{
    test_call call;
    int ok = 1;
    test_call_begin(&call, subject->device, subject->op, "lists");
    for (uint32_t i = 0; ok && i < c->count; i++)
        ok = make_item(subject, &call, c, i);
    test_call_list(&call, 0, c->count);
    call.args[1] = expops_int(c->dim);
    ok = ok && test_call_infer(&call) == 0 && test_call_output(&call, call.result.dtype, c->out, c->count % 2);
    int failures = ok ? test_call_run(&call) : test_report(&call, "the call of %u tensors cannot be made", c->count);
    if (!failures)
        failures = test_judge_moves(&call);
    test_call_end(&call);
    return failures > 0 ? failures : 0;
}

int test_run_lists(test_subject *subject)
{
    int failures = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(lists[i].op, subject->op->name) == 0)
            failures += run_list(subject, lists + i);
    return failures;
}
