/* Sums on the CPU are at least as good as pairwise ones, however the elements lie: of one 1 and halves of its last unit, each
 * addition that a half meets alone loses that half, and the 1 goes through ceil(log2 n) additions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "expops/expops.h"
#include "session.h"

#define HALF 0x1p-53

enum { MOST_ELEMENTS = 1 << 14, RANK = 5 };

static expops_device *device;

#define DOUBLES(pointer, rank, sizes, steps) \
    { \
        .data = pointer, .device = { EXPOPS_DL_CPU, 0 }, .ndim = rank, .dtype = { 2, 64, 1 }, .shape = sizes, \
        .strides = steps \
    }

/* Sizes that are summed over. */
static const int64_t boxes[][3] = { { 1, 1, 2 },  { 1, 1, 3 },   { 1, 1, 7 },  { 1, 1, 8 },  { 1, 1, 15 },
                                    { 1, 1, 31 }, { 1, 1, 33 },  { 1, 1, 63 }, { 1, 1, 64 }, { 1, 1, 100 },
                                    { 1, 2, 2 },  { 1, 3, 3 },   { 1, 5, 5 },  { 1, 7, 3 },  { 1, 3, 7 },
                                    { 1, 9, 9 },  { 1, 2, 300 }, { 2, 2, 2 },  { 3, 4, 5 },  { 4, 4, 4 },
                                    { 5, 3, 9 } };
/* Sums before and behind the box. */
static const int64_t around[][2] = { { 1, 1 }, { 3, 1 }, { 1, 9 }, { 2, 20 } };

/* The 1 is element `one` of each box. Returns how many elements a box has. */
static int64_t fill(double *data, const int64_t *shape, const int64_t *strides, int64_t one)
{
    const int64_t each = shape[1] * shape[2] * shape[3];

    for (int64_t i = 0; i < shape[0]; i++)
        for (int64_t k = 0; k < each; k++)
            for (int64_t j = 0; j < shape[4]; j++) {
                const int64_t row = k / shape[3], column = k % shape[3];
                data[i * strides[0] + row / shape[2] * strides[1] + row % shape[2] * strides[2] + column * strides[3] +
                     j * strides[4]] = k == one ? 1 : HALF;
            }
    return each;
}

/* Of `count` sums of n elements; `times`: what they were divided by. */
static void check(const double *sums, int64_t count, int64_t n, double times)
{
    const double granted = ceil(log2((double)n)) + (times > 1); /* the quotient's rounding */

    for (int64_t i = 0; i < count; i++)
        assert_true(fabs(sums[i] * times - 1 - (double)(n - 1) * HALF) <= granted * HALF);
}

/* Elements lie side by side, or `apart`. */
static void try_sum(int64_t *shape, int apart, int64_t one)
{
    static double data[MOST_ELEMENTS], sums[64];
    const int64_t dims[] = { 1, 2, 3 };
    int64_t strides[RANK], results[] = { shape[0], shape[4] };
    int64_t step = 1 + apart;
    for (int d = RANK - 1; d >= 0; step *= shape[d--])
        strides[d] = step;
    const int64_t n = fill(data, shape, strides, one);
    const expops_tensor self = DOUBLES(data, RANK, shape, strides);
    const expops_tensor out = DOUBLES(sums, 2, results, NULL);
    assert_int_equal(expops_sum(device, NULL, &self, dims, 3, 0, EXPOPS_DTYPE_F64, &out), EXPOPS_OK);
    check(sums, shape[0] * shape[4], n, 1);
}

/* The last three dimensions become one mean; `inside`: what lies in front of them lies behind them in memory. */
static void try_boxes(int64_t *shape, int inside, int64_t one)
{
    static double data[MOST_ELEMENTS], means[64];
    const int64_t sizes[] = { 1, 1, 1 }, each = shape[1] * shape[2] * shape[3], count = shape[0] * shape[4];
    int64_t pooled[] = { count, shape[1], shape[2], shape[3] }, results[] = { count, 1, 1, 1 };
    const int64_t step = inside ? count : 1;
    int64_t strides[] = { inside ? 1 : each, step * shape[2] * shape[3], step * shape[3], step };
    int64_t filled[] = { count, shape[1], shape[2], shape[3], 1 },
            places[] = { strides[0], strides[1], strides[2], step, 0 };
    fill(data, filled, places, one);
    const expops_tensor self = DOUBLES(data, 4, pooled, strides);
    const expops_tensor out = DOUBLES(means, 4, results, NULL);
    assert_int_equal(expops__adaptive_avg_pool3d(device, NULL, &self, sizes, 3, &out), EXPOPS_OK);
    check(means, count, each, (double)each);
}

static void for_each_box(void (*try)(int64_t *shape, int how, int64_t one))
{
    for (size_t b = 0; b < sizeof boxes / sizeof *boxes; b++)
        for (size_t a = 0; a < sizeof around / sizeof *around; a++) {
            int64_t shape[] = { around[a][0], boxes[b][0], boxes[b][1], boxes[b][2], around[a][1] };
            const int64_t each = shape[1] * shape[2] * shape[3];
            const int fits = 2 * shape[0] * each * shape[4] <= MOST_ELEMENTS;
            for (int64_t one = 0; one < each && fits; one++)
                for (int how = 0; how < 2; how++)
                    try(shape, how, one);
        }
}

static void test_sums_are_pairwise(void **state)
{
    for_each_box(try_sum);
}

static void test_sums_of_boxes_are_pairwise(void **state)
{
    for_each_box(try_boxes);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sums_are_pairwise),
                                        cmocka_unit_test(test_sums_of_boxes_are_pairwise) };
    return test_session_main("cpu sums", tests, sizeof tests / sizeof *tests, NULL, &device);
}
