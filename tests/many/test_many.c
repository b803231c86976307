/* An operator that has as much of everything as one may have gives the same on every backend: all of it is small integers, so
 * floats are exact whatever the order of sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "expops/expops.h"

enum { EXIT_SKIP = 77, TENSORS = 8, SINGLE = 6 };

static expops_device *device;

/* Sizes of 1 broadcast. */
typedef struct input {
    int64_t shape[2];
    float *data;
    expops_tensor *tensor;
} input;

static int64_t numel(const input *in)
{
    return in->shape[0] * in->shape[1];
}

static void make(input *in, unsigned number, int64_t rows, int64_t columns)
{
    in->shape[0] = number == 2 || number == 7 ? 1 : rows;
    in->shape[1] = number == 3 || number == 7 ? 1 : columns;
    in->data = malloc((size_t)numel(in) * sizeof *in->data);
    assert_non_null(in->data);
    for (int64_t i = 0; i < numel(in); i++)
        in->data[i] = (float)((i * 7 + number * 5 + i / 11) % 3) - 1;
    assert_int_equal(expops_array_new(device, EXPOPS_DTYPE_F32, 2, in->shape, in->data, &in->tensor), EXPOPS_OK);
}

static double at(const input *in, int64_t row, int64_t column)
{
    return in->data[(in->shape[0] == 1 ? 0 : row) * in->shape[1] + (in->shape[1] == 1 ? 0 : column)];
}

static double value(const input in[TENSORS], int64_t row, int64_t column, int minus, int weight)
{
    double x[TENSORS];
    for (int i = 0; i < TENSORS; i++)
        x[i] = at(in + i, row, column);
    const double rest = 4 * x[4] - 8 * x[5];
    return x[0] - x[1] + (1 + weight) * (x[2] - 2 * x[3]) + (minus ? -rest : rest) + 16 * x[6] - 32 * x[7];
}

static double summary(const input in[TENSORS], int64_t row, int64_t columns, int minus, int weight)
{
    double total = 0, largest = value(in, row, 0, minus, weight), smallest = largest;
    for (int64_t column = 0; column < columns; column++) {
        const double x = value(in, row, column, minus, weight);
        total += x + (x > -8 && x < 8 ? x * x : 0) + (x == 0) * 11 + (x < 0) * 13 + (x > 5) * 17 + (x > 10) * 19 -
                 (x < -10 ? x : 0);
        largest = x > largest ? x : largest;
        smallest = x < smallest ? x : smallest;
    }
    return total + 3 * largest - 5 * smallest;
}

static void read(expops_tensor *array, float *data, int64_t count)
{
    assert_int_equal(expops_array_read(device, array, data, (size_t)count * sizeof *data), EXPOPS_OK);
    expops_array_free(device, array);
}

static void judge(const input in[TENSORS], expops_tensor *outs[2], int64_t rows, int64_t columns, int minus, int weight)
{
    float *each = malloc((size_t)(rows * columns) * sizeof *each),
          *summaries = malloc((size_t)rows * sizeof *summaries);
    assert_true(each && summaries);
    read(outs[0], each, rows * columns);
    read(outs[1], summaries, rows);
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t column = 0; column < columns; column++)
            if (each[row * columns + column] != value(in, row, column, minus, weight))
                fail_msg("element %lld of row %lld is %g", (long long)column, (long long)row,
                         each[row * columns + column]);
        if (summaries[row] != summary(in, row, columns, minus, weight))
            fail_msg("row %lld gives %.9g; expected is %.9g", (long long)row, summaries[row],
                     summary(in, row, columns, minus, weight));
    }
    free(each);
    free(summaries);
}

static void run(int64_t rows, int64_t columns, int minus, int weight)
{
    input in[TENSORS];
    expops_tensor *outs[2];
    for (unsigned i = 0; i < TENSORS; i++)
        make(in + i, i, rows, columns);
    const expops_tensor *const last[] = { in[6].tensor, in[7].tensor };
    expops_value args[] = { expops_none(),           expops_none(),        expops_none(),
                            expops_none(),           expops_none(),        expops_none(),
                            expops_tensors(last, 2), expops_choice(minus), expops_choice(weight) };
    for (int i = 0; i < SINGLE; i++)
        args[i] = expops_tensor_value(in[i].tensor);
    if (expops_run("many", device, args, sizeof args / sizeof *args, outs, 2) != EXPOPS_OK)
        fail_msg("%s", expops_error_text());
    judge(in, outs, rows, columns, minus, weight);
    for (int i = 0; i < TENSORS; i++) {
        expops_array_free(device, in[i].tensor);
        free(in[i].data);
    }
}

/* Each of a kernel's choices is compiled for itself, so not all of them meet all sizes: odd ones, vectors, and rows that are cut in
 * parts, whose accumulators go through scratch memory. */
static void gives_the_same_everywhere(void **state)
{
    run(5, 33, 0, 0);
    run(64, 64, 1, 1);
    run(2, 2 * 16384 + 20, 1, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gives_the_same_everywhere) };
    const expops_status status = expops_device_open(NULL, &device);
    const char *backend = getenv("EXPOPS_BACKEND");
    /* The CPU is always there: its plugin that does not load must not pass for a machine without. */
    const int may_skip = status == EXPOPS_ERR_UNAVAILABLE && !(backend && strcmp(backend, "cpu") == 0);
    if (status != EXPOPS_OK) {
        printf("%s: %s\n", may_skip ? "skipped" : "failed", expops_error_text());
        return may_skip ? EXIT_SKIP : 1;
    }
    const int failed = cmocka_run_group_tests_name("many", tests, NULL, NULL);
    expops_device_close(&device);
    return failed;
}
