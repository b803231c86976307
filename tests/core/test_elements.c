/* Elements that PyTorch refuses where it sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "expops/expops.h"
#include "draft/elements.h"

enum { ROWS = 6, COLUMNS = 5, WIDTH = 12 };
static char memory[ROWS * WIDTH * 8 + 8];

typedef struct layout {
    int64_t strides[2];
    uint64_t byte_offset; /* elements may start anywhere */
    int compact;
} layout;

static const layout layouts[] = {
    { { COLUMNS, 1 }, 0, 1 }, { { COLUMNS, 1 }, 3, 0 }, { { WIDTH, 2 }, 0, 0 }, { { 1, ROWS }, 1, 0 }
};
static int64_t shape[] = { ROWS, COLUMNS };

static expops_tensor tensor_of(const layout *l, expops_dtype dtype)
{
    return (expops_tensor){ .data = memory,
                            .device = { EXPOPS_DL_CPU, 0 },
                            .ndim = 2,
                            .dtype = expops_dtype_to_dl(dtype),
                            .shape = shape,
                            .strides = l->compact ? NULL : (int64_t *)l->strides,
                            .byte_offset = l->byte_offset };
}

static void put(const expops_tensor *tensor, const layout *l, int64_t row, int64_t column, int64_t value)
{
    const int32_t narrow = (int32_t)value;
    const int wide = tensor->dtype.bits == 64;
    memcpy(memory + tensor->byte_offset + (row * l->strides[0] + column * l->strides[1]) * tensor->dtype.bits / 8,
           wide ? (const void *)&value : &narrow, wide ? sizeof value : sizeof narrow);
}

/* What lies between the elements counts for nothing. */
static void fill(const expops_tensor *tensor, const layout *l)
{
    memset(memory, 0x7f, sizeof memory);
    for (int64_t i = 0; i < ROWS * COLUMNS; i++)
        put(tensor, l, i / COLUMNS, i % COLUMNS, i % 10 - 3);
}

static void each_element_is_seen(void **state)
{
    static const int64_t beside[] = { -4, 7, INT32_MIN, INT32_MAX };
    for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++)
        for (int wide = 0; wide < 2; wide++) {
            const expops_tensor tensor = tensor_of(layouts + l, wide ? EXPOPS_DTYPE_I64 : EXPOPS_DTYPE_I32);
            fill(&tensor, layouts + l);
            assert_true(expops_elements_within(&tensor, -3, 6));
            for (int64_t i = 0; i < ROWS * COLUMNS; i++) {
                put(&tensor, layouts + l, i / COLUMNS, i % COLUMNS, beside[i % 4]);
                assert_false(expops_elements_within(&tensor, -3, 6));
                put(&tensor, layouts + l, i / COLUMNS, i % COLUMNS, 0);
            }
        }
}

static void what_64_bits_hold_is_outside(void **state)
{
    static const int64_t far[] = {
        INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 6, INT64_MIN + 6, (int64_t)1 << 32
    };
    const expops_tensor tensor = tensor_of(layouts, EXPOPS_DTYPE_I64);
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        fill(&tensor, layouts);
        put(&tensor, layouts, 2, 3, far[i]);
        assert_false(expops_elements_within(&tensor, -3, 6));
        put(&tensor, layouts, 2, 3, 1);
        put(&tensor, layouts, 0, 0, 0); /* from -3 on */
    }
}

static expops_status gather(const expops_tensor *index, int64_t dim, int32_t place)
{
    static float data[ROWS * COLUMNS];
    const expops_tensor self = { data, { place, 0 }, 2, { 2, 32, 1 }, shape, NULL, 0 };
    const expops_value args[] = { expops_tensor_value(&self), expops_int(dim), expops_tensor_value(index) };
    return expops_check_elements(expops_find("gather"), args, 3);
}

static void operators_say_what_they_refuse(void **state)
{
    const expops_tensor index = tensor_of(layouts, EXPOPS_DTYPE_I64);
    memset(memory, 0, sizeof memory);
    put(&index, layouts, 5, 4, COLUMNS);
    assert_int_equal(gather(&index, 0, EXPOPS_DL_CPU), EXPOPS_OK);
    assert_int_equal(gather(&index, 1, EXPOPS_DL_CPU), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(gather(&index, -2, EXPOPS_DL_CPU), EXPOPS_OK);
    assert_non_null(strstr(expops_error_text(), "index"));
    assert_int_equal(gather(&index, 2, EXPOPS_DL_CPU), EXPOPS_ERR_SHAPE);
    assert_int_equal(gather(&index, 0, EXPOPS_DL_CUDA), EXPOPS_ERR_DEVICE);
    assert_int_equal(gather(NULL, 0, EXPOPS_DL_CPU), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_check_elements(NULL, NULL, 0), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_check_elements(expops_find("silu"), NULL, 0), EXPOPS_OK); /* looks at nothing */
}

/* A row of the mask stands for all of self's. */
static void places_are_those_of_the_result(void **state)
{
    static uint8_t mask[] = { 1, 0, 2, 0, 0 };
    static float data[ROWS * COLUMNS];
    int64_t columns[] = { COLUMNS }, count[] = { 2 * ROWS };
    const expops_tensor self = { data, { EXPOPS_DL_CPU, 0 }, 2, { 2, 32, 1 }, shape, NULL, 0 };
    const expops_tensor where = { mask, { EXPOPS_DL_CPU, 0 }, 1, { 6, 8, 1 }, columns, NULL, 0 };
    const expops_tensor source = { data, { EXPOPS_DL_CPU, 0 }, 1, { 2, 32, 1 }, count, NULL, 0 };
    const expops_value args[] = { expops_tensor_value(&self), expops_tensor_value(&where),
                                  expops_tensor_value(&source) };
    assert_int_equal(expops_elements_true(&where), 2);
    assert_int_equal(expops_check_elements(expops_find("masked_scatter"), args, 3), EXPOPS_OK);
    count[0]--;
    assert_int_equal(expops_check_elements(expops_find("masked_scatter"), args, 3), EXPOPS_ERR_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_element_is_seen),
        cmocka_unit_test(what_64_bits_hold_is_outside),
        cmocka_unit_test(operators_say_what_they_refuse),
        cmocka_unit_test(places_are_those_of_the_result),
    };
    return cmocka_run_group_tests_name("elements", tests, NULL, NULL);
}
