/* Windows that move elements, over rows that are long enough to be made word by word, by the operators' MOVE_REFERENCE: rows that begin at
 * any byte, ends of rows inside of words, elements that lie further apart than two words, more rows than one work-item makes. */
#include <string.h>

#include "cases.h"
#include "judge.h"

/* A tensor's shape, a list's integers, or one integer; nothing where the default is meant. */
typedef struct window_argument {
    uint32_t count;
    int64_t integers[4];
} window_argument;

typedef struct window_case {
    const char *name;
    window_argument arguments[6];
} window_case;

static const window_case windows[] = {
    { "reflection_pad1d", { { 2, { 37, 133 } }, { 2, { 131, 67 } } } },
    { "reflection_pad2d", { { 4, { 2, 3, 21, 70 } }, { 4, { 3, 2, 1, 4 } } } },
    { "replication_pad1d", { { 2, { 3, 1501 } }, { 2, { 5, -3 } } } },
    { "replication_pad2d", { { 4, { 2, 5, 19, 64 } }, { 4, { 2, 2, 3, 1 } } } },
    { "constant_pad_nd", { { 3, { 3, 37, 64 } }, { 4, { 1, 2, 2, 1 } } } },
    { "constant_pad_nd", { { 3, { 3, 37, 61 } }, { 4, { 3, 1, 0, 5 } }, { 1, { 7 } } } },
    { "_pad_circular", { { 4, { 2, 3, 30, 61 } }, { 4, { 2, 3, 1, 1 } } } },
    { "slice_scatter",
      { { 2, { 40, 97 } }, { 2, { 40, 31 } }, { 1, { 1 } }, { 1, { 2 } }, { 1, { 95 } }, { 1, { 3 } } } },
    { "slice_scatter",
      { { 2, { 40, 97 } }, { 2, { 13, 97 } }, { 1, { 0 } }, { 1, { 1 } }, { 1, { 40 } }, { 1, { 3 } } } },
    { "slice_backward",
      { { 2, { 50, 45 } }, { 2, { 50, 91 } }, { 1, { 1 } }, { 1, { 1 } }, { 1, { 91 } }, { 1, { 2 } } } },
    { "fft_fftshift", { { 3, { 5, 23, 131 } }, { 2, { 1, 2 } } } },
    { "upsample_nearest1d", { { 3, { 2, 9, 77 } }, { 1, { 231 } } } },
    { "upsample_nearest2d", { { 4, { 2, 3, 17, 40 } }, { 2, { 34, 81 } } } },
    { "upsample_nearest2d", { { 4, { 1, 40, 64, 28 } }, { 2, { 128, 56 } } } },
    { "upsample_nearest2d", { { 4, { 2, 3, 17, 240 } }, { 2, { 13, 61 } } } },
    { "im2col", { { 4, { 2, 3, 18, 50 } }, { 2, { 3, 2 } }, { 2, { 1, 2 } }, { 2, { 1, 1 } }, { 2, { 1, 1 } } } },
    { "im2col", { { 4, { 3, 5, 19, 52 } }, { 2, { 3, 3 } }, { 2, { 1, 1 } }, { 2, { 1, 1 } }, { 2, { 1, 1 } } } },
    { "reflection_pad2d", { { 4, { 2, 3, 21, 64 } }, { 4, { 60, 63, 1, 4 } } } },
    { "_pad_circular", { { 4, { 2, 3, 30, 64 } }, { 4, { 2, 2, 1, 1 } } } },
    { "im2col", { { 4, { 2, 3, 18, 150 } }, { 2, { 2, 3 } }, { 2, { 1, 1 } }, { 2, { 1, 2 } }, { 2, { 2, 3 } } } },
    { "col2im",
      { { 3, { 2, 27, 320 } },
        { 2, { 16, 20 } },
        { 2, { 3, 3 } },
        { 2, { 1, 1 } },
        { 2, { 1, 1 } },
        { 2, { 1, 1 } } } },
    { "col2im",
      { { 3, { 2, 40, 360 } },
        { 2, { 17, 24 } },
        { 2, { 5, 4 } },
        { 2, { 1, 2 } },
        { 2, { 1, 3 } },
        { 2, { 1, 1 } } } },
    { "col2im",
      { { 3, { 2, 36, 88 } }, { 2, { 16, 21 } }, { 2, { 3, 6 } }, { 2, { 1, 1 } }, { 2, { 1, 3 } }, { 2, { 2, 2 } } } },
};

int test_is_window(const expops_operator *op, expops_dtype dtype)
{
    const int small = dtype == EXPOPS_DTYPE_U8 || dtype == EXPOPS_DTYPE_BOOL || dtype == EXPOPS_DTYPE_BF16;
    for (size_t i = 0; small && i < sizeof windows / sizeof *windows; i++)
        if (strcmp(op->name, windows[i].name) == 0)
            return 1;
    return 0;
}

static int give_tensor(test_subject *subject, test_call *call, size_t index, const window_argument *a,
                       enum test_layout layout)
{
    test_array *array = call->arrays + index;
    if (!test_call_tensor(call, index, subject->dtype, (int32_t)a->count, a->integers, layout, 3))
        return 0;
    for (int64_t k = 0; k < test_array_numel(array); k++)
        test_array_set(array, test_array_index(array, array->ndim, array->shape, k),
                       test_random_element(&subject->random, subject->dtype, 0, 120));
    return 1;
}

static int give(test_subject *subject, test_call *call, const window_case *c, enum test_layout layout)
{
    int ok = 1;
    for (size_t i = 0; ok && i < 6 && c->arguments[i].count; i++) {
        const window_argument *a = c->arguments + i;
        const uint32_t kind = call->op->parameters[i].kind;
        if (kind == EXPOPS_PARAMETER_TENSOR)
            ok = give_tensor(subject, call, i, a, layout);
        else if (kind == EXPOPS_PARAMETER_INTS)
            test_call_ints(call, i, a->integers, a->count);
        else
            call->args[i] = (expops_value){ EXPOPS_VALUE_INT, 1, { .integer = a->integers[0] } };
    }
    return ok;
}

/* To memory without gaps that begins anywhere, and to rows of a wider matrix. */
static int run_window(test_subject *subject, const window_case *c, enum test_layout from, enum test_layout to)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "rows made alike");
    const int ok = give(subject, &call, c, from) && test_call_infer(&call) == 0 &&
                   test_call_output(&call, call.result.dtype, to, to == TEST_COMPACT ? 1 : 0);
    int failures = ok ? test_call_run(&call) : test_report(&call, "the call cannot be made");
    if (!failures)
        failures = test_judge_moves(&call);
    test_call_end(&call);
    return failures > 0 ? failures : 0;
}

int test_run_windows(test_subject *subject)
{
    int failures = 0;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
        if (strcmp(subject->op->name, windows[i].name) == 0) {
            failures += run_window(subject, windows + i, TEST_COMPACT, TEST_COMPACT);
            failures += run_window(subject, windows + i, TEST_REVERSED, TEST_SLICED);
        }
    return failures;
}
