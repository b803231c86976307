/* Tensors of more than 2^31 elements, and strides that reach beyond, where an index of 32 bits would come out elsewhere. Elements are
 * bytes, so that each such tensor takes 2 GiB. The device is EXPOPS_BACKEND's; a pattern as the first argument selects tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "room.h"
#include "session.h"

/* The matrix that the source is seen as: with rows that are no multiple of a vector, and with such. */
typedef struct matrix {
    int64_t rows, columns;
} matrix;
static const matrix odd = { 46341, 46349 }, even = { 65536, 32800 };
static matrix m;

static int64_t numel(void)
{
    return m.rows * m.columns;
}

static void source_matrix(huge_tensor *view)
{
    huge_view(view, HUGE_SOURCE, EXPOPS_DTYPE_U8, 0, 2, (int64_t[]){ m.rows, m.columns }, NULL);
}

static void target_matrix(huge_tensor *view, expops_dtype dtype, int64_t rows, int64_t columns)
{
    huge_view(view, HUGE_TARGET, dtype, 0, 2, (int64_t[]){ rows, columns }, NULL);
}

/* Operator `name` of the source as a matrix and further arguments, to a matrix of so many rows and columns. */
static void check_call(const char *name, const expops_value *more, size_t count, int64_t rows, int64_t columns,
                       huge_expectation *expected)
{
    huge_tensor self, out;
    expops_value args[HUGE_ARGUMENTS];
    source_matrix(&self);
    target_matrix(&out, EXPOPS_DTYPE_U8, rows, columns);
    args[0] = expops_tensor_value(&self.tensor);
    for (size_t i = 0; i < count; i++)
        args[1 + i] = more[i];
    huge_call(name, args, 1 + count, &out.tensor, 1);
    huge_check(rows * columns, expected);
}

/* --- moved --- */

static uint8_t same(int64_t i)
{
    return huge_pattern(i);
}

static void copied(void **state)
{
    for (int k = 0; k < 2; k++) {
        m = k ? even : odd;
        check_call("detach", NULL, 0, m.rows, m.columns, same);
    }
}

static uint8_t turned(int64_t i)
{
    return huge_pattern(i % m.rows * m.columns + i / m.rows);
}

static void transposed(void **state)
{
    const expops_value dims[] = { expops_int(0), expops_int(1) };
    for (int k = 0; k < 2; k++) {
        m = k ? even : odd;
        check_call("transpose", dims, 2, m.columns, m.rows, turned);
    }
}

static uint8_t backwards(int64_t i)
{
    return huge_pattern(numel() - 1 - i);
}

static void flipped(void **state)
{
    const expops_value dims = expops_ints((int64_t[]){ 0, 1 }, 2);
    m = odd;
    check_call("flip", &dims, 1, m.rows, m.columns, backwards);
}

static uint8_t pushed_on(int64_t i)
{
    const int64_t row = (i / m.columns + m.rows - 5) % m.rows, column = (i % m.columns + 7) % m.columns;
    return huge_pattern(row * m.columns + column);
}

static void rolled(void **state)
{
    const expops_value more[] = { expops_ints((int64_t[]){ 5, -7 }, 2), expops_ints((int64_t[]){ 0, 1 }, 2) };
    m = odd;
    check_call("roll", more, 2, m.rows, m.columns, pushed_on);
}

/* The source cut in two along `dim`, joined again. */
static void check_joined(int64_t dim)
{
    const int64_t strides[] = { m.columns, 1 };
    const int64_t first[] = { dim ? m.rows : 3, dim ? 3 : m.columns };
    const int64_t second[] = { m.rows - (dim ? 0 : 3), m.columns - (dim ? 3 : 0) };
    huge_tensor parts[2], out;
    huge_view(parts, HUGE_SOURCE, EXPOPS_DTYPE_U8, 0, 2, first, strides);
    huge_view(parts + 1, HUGE_SOURCE, EXPOPS_DTYPE_U8, dim ? 3 : 3 * m.columns, 2, second, strides);
    target_matrix(&out, EXPOPS_DTYPE_U8, m.rows, m.columns);
    const expops_tensor *items[] = { &parts[0].tensor, &parts[1].tensor };
    const expops_value args[] = { expops_tensors(items, 2), expops_int(dim) };
    huge_call("cat", args, 2, &out.tensor, 1);
    huge_check(numel(), same);
}

static void joined(void **state)
{
    m = odd;
    check_joined(0);
    check_joined(1);
}

static uint8_t padded_with_7(int64_t i)
{
    const int64_t row = i / (m.columns + 5) - 1, column = i % (m.columns + 5) - 2;
    const int inside = row >= 0 && row < m.rows && column >= 0 && column < m.columns;
    return inside ? huge_pattern(row * m.columns + column) : 7;
}

static void padded(void **state)
{
    const expops_value more[] = { expops_ints((int64_t[]){ 2, 3, 1, 4 }, 4), expops_int(7) };
    m = odd;
    check_call("constant_pad_nd", more, 2, m.rows + 5, m.columns + 5, padded_with_7);
}

static int64_t mirrored(int64_t place, int64_t size)
{
    return place < 0 ? -place : place < size ? place : 2 * (size - 1) - place;
}

static uint8_t padded_with_itself(int64_t i)
{
    const int64_t row = mirrored(i / (m.columns + 5) - 1, m.rows),
                  column = mirrored(i % (m.columns + 5) - 2, m.columns);
    return huge_pattern(row * m.columns + column);
}

static void reflected(void **state)
{
    huge_tensor self, out;
    m = odd;
    huge_view(&self, HUGE_SOURCE, EXPOPS_DTYPE_U8, 0, 3, (int64_t[]){ 1, m.rows, m.columns }, NULL);
    huge_view(&out, HUGE_TARGET, EXPOPS_DTYPE_U8, 0, 3, (int64_t[]){ 1, m.rows + 5, m.columns + 5 }, NULL);
    const expops_value args[] = { expops_tensor_value(&self.tensor), expops_ints((int64_t[]){ 2, 3, 1, 4 }, 4) };
    huge_call("reflection_pad2d", args, 2, &out.tensor, 1);
    huge_check((m.rows + 5) * (m.columns + 5), padded_with_itself);
}

static uint8_t below_the_diagonal(int64_t i)
{
    return i % m.columns - i / m.columns <= 11 ? huge_pattern(i) : 0;
}

static void lower_triangle(void **state)
{
    const expops_value diagonal = expops_int(11);
    m = odd;
    check_call("tril", &diagonal, 1, m.rows, m.columns, below_the_diagonal);
}

static uint8_t of_half_the_rows(int64_t i)
{
    return huge_pattern(i / m.columns / 2 * m.columns + i % m.columns);
}

static void upsampled(void **state)
{
    huge_tensor self, out;
    m = even;
    huge_view(&self, HUGE_SOURCE, EXPOPS_DTYPE_U8, 0, 4, (int64_t[]){ 1, 1, m.rows / 2, m.columns }, NULL);
    huge_view(&out, HUGE_TARGET, EXPOPS_DTYPE_U8, 0, 4, (int64_t[]){ 1, 1, m.rows, m.columns }, NULL);
    const expops_value args[] = { expops_tensor_value(&self.tensor), expops_ints((int64_t[]){ m.rows, m.columns }, 2) };
    huge_call("upsample_nearest2d", args, 2, &out.tensor, 1);
    huge_check(numel(), of_half_the_rows);
}

static uint8_t first_row(int64_t i)
{
    return huge_pattern(i % m.columns);
}

static void repeated(void **state)
{
    huge_tensor self, out;
    m = odd;
    huge_view(&self, HUGE_SOURCE, EXPOPS_DTYPE_U8, 0, 1, &m.columns, NULL);
    target_matrix(&out, EXPOPS_DTYPE_U8, m.rows, m.columns);
    const expops_value args[] = { expops_tensor_value(&self.tensor), expops_ints((int64_t[]){ m.rows, m.columns }, 2) };
    huge_call("expand", args, 2, &out.tensor, 1);
    huge_check(numel(), first_row);
}

/* --- places that elements name --- */

enum { PLACES = 1 << 20, PICKED_ROWS = 50 };

static int64_t place_of(int64_t i)
{
    return (int64_t)((uint64_t)i * UINT64_C(0xD1342543DE82EF95) >> 1) % numel();
}

static uint8_t taken_there(int64_t i)
{
    return huge_pattern(i < 4 ? numel() - 1 - i : place_of(i));
}

static void taken(void **state)
{
    const int64_t count = PLACES;
    huge_tensor self, index, out;
    int64_t *places = malloc(PLACES * sizeof *places);
    assert_non_null(places);
    m = odd;
    for (int64_t i = 0; i < count; i++)
        places[i] = i < 4 ? -1 - i : place_of(i);
    source_matrix(&self);
    huge_small(&index, 1, &count, places);
    free(places);
    huge_view(&out, HUGE_TARGET, EXPOPS_DTYPE_U8, 0, 1, &count, NULL);
    huge_call("take", (expops_value[]){ expops_tensor_value(&self.tensor), expops_tensor_value(&index.tensor) }, 2,
              &out.tensor, 1);
    const uint8_t *bytes = huge_read(HUGE_TARGET, count);
    for (int64_t i = 0; i < count; i++)
        assert_int_equal(bytes[i], taken_there(i));
    huge_free_small();
}

static uint8_t of_the_last_rows_first(int64_t i)
{
    return huge_pattern((m.rows - 1 - i / m.columns) * m.columns + i % m.columns);
}

static void rows_selected(void **state)
{
    huge_tensor index;
    m = odd;
    int64_t *rows = malloc((size_t)m.rows * sizeof *rows);
    assert_non_null(rows);
    for (int64_t i = 0; i < m.rows; i++)
        rows[i] = m.rows - 1 - i;
    huge_small(&index, 1, &m.rows, rows);
    free(rows);
    const expops_value more[] = { expops_int(0), expops_tensor_value(&index.tensor) };
    check_call("index_select", more, 2, m.rows, m.columns, of_the_last_rows_first);
    huge_free_small();
}

static void gathered(void **state)
{
    const int64_t shape[] = { PICKED_ROWS, odd.columns }, count = shape[0] * shape[1];
    huge_tensor self, index, out;
    int64_t *rows = malloc((size_t)count * sizeof *rows);
    assert_non_null(rows);
    m = odd;
    for (int64_t i = 0; i < count; i++)
        rows[i] = m.rows - 1 - i % 977;
    source_matrix(&self);
    huge_small(&index, 2, shape, rows);
    target_matrix(&out, EXPOPS_DTYPE_U8, shape[0], shape[1]);
    const expops_value args[] = { expops_tensor_value(&self.tensor), expops_int(0),
                                  expops_tensor_value(&index.tensor) };
    huge_call("gather", args, 3, &out.tensor, 1);
    const uint8_t *bytes = huge_read(HUGE_TARGET, count);
    for (int64_t i = 0; i < count; i++)
        assert_int_equal(bytes[i], huge_pattern(rows[i] * m.columns + i % m.columns));
    free(rows);
    huge_free_small();
}

/* --- strides --- */

static const int64_t far_shape[] = { 2, 1000 }, far_strides[] = { (INT64_C(1) << 31) + 11, 1 };

/* Two rows further apart than 2^31 elements, read. */
static void read_far_apart(void **state)
{
    huge_tensor self, out;
    huge_view(&self, HUGE_SOURCE, EXPOPS_DTYPE_U8, 5, 2, far_shape, far_strides);
    target_matrix(&out, EXPOPS_DTYPE_U8, 2, 1000);
    const expops_value args[] = { expops_tensor_value(&self.tensor), expops_int(3) };
    huge_call("mul", args, 2, &out.tensor, 1);
    const uint8_t *bytes = huge_read(HUGE_TARGET, 2000);
    for (int64_t i = 0; i < 2000; i++)
        assert_int_equal(bytes[i], (uint8_t)(3 * huge_pattern(5 + i / 1000 * far_strides[0] + i % 1000)));
}

/* The same written. */
static void written_far_apart(void **state)
{
    huge_tensor self, out;
    huge_view(&self, HUGE_SOURCE, EXPOPS_DTYPE_U8, 0, 2, far_shape, NULL);
    huge_view(&out, HUGE_TARGET, EXPOPS_DTYPE_U8, 7, 2, far_shape, far_strides);
    const expops_value args[] = { expops_tensor_value(&self.tensor), expops_int(3) };
    huge_call("mul", args, 2, &out.tensor, 1);
    const uint8_t *bytes = huge_read(HUGE_TARGET, HUGE_BYTES);
    for (int64_t i = 0; i < 2000; i++)
        assert_int_equal(bytes[7 + i / 1000 * far_strides[0] + i % 1000], (uint8_t)(3 * huge_pattern(i)));
}

static void seen_far_apart(void **state)
{
    huge_tensor self, out;
    m = odd;
    source_matrix(&self);
    target_matrix(&out, EXPOPS_DTYPE_U8, 2, 1000);
    const int64_t strides[] = { numel() - 1000, 1 };
    const expops_value args[] = { expops_tensor_value(&self.tensor), expops_ints(far_shape, 2), expops_ints(strides, 2),
                                  expops_int(0) };
    huge_call("as_strided", args, 4, &out.tensor, 1);
    const uint8_t *bytes = huge_read(HUGE_TARGET, 2000);
    for (int64_t i = 0; i < 2000; i++)
        assert_int_equal(bytes[i], huge_pattern(i / 1000 * strides[0] + i % 1000));
}

/* --- computed --- */

static uint8_t times_the_first(int64_t i)
{
    return (uint8_t)(huge_pattern(i) * huge_pattern(i / m.columns * m.columns));
}

/* By a column of the matrix itself: a broadcast operand that reaches beyond, too. */
static void multiplied(void **state)
{
    for (int k = 0; k < 2; k++) {
        huge_tensor column;
        m = k ? even : odd;
        huge_view(&column, HUGE_SOURCE, EXPOPS_DTYPE_U8, 0, 2, (int64_t[]){ m.rows, 1 }, (int64_t[]){ m.columns, 1 });
        const expops_value other = expops_tensor_value(&column.tensor);
        check_call("mul", &other, 1, m.rows, m.columns, times_the_first);
    }
}

static int64_t sum_of(int64_t first, int64_t step, int64_t count)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += huge_pattern(first + i * step);
    return sum;
}

/* Over `dims` dimensions from `first` on, into `count` results. */
static void check_sums(int64_t first, uint32_t dims, int64_t count, int64_t *sums)
{
    huge_tensor self, out;
    const int64_t listed[] = { first, 1 };
    source_matrix(&self);
    huge_small(&out, dims == 1, &count, NULL);
    huge_call("sum", (expops_value[]){ expops_tensor_value(&self.tensor), expops_ints(listed, dims) }, 2, &out.tensor,
              1);
    huge_read_small(&out, sums, count);
}

static void summed(void **state)
{
    for (int k = 0; k < 2; k++) {
        m = k ? even : odd;
        int64_t *const rows = malloc((size_t)m.rows * sizeof *rows);
        int64_t *const columns = malloc((size_t)m.columns * sizeof *columns);
        int64_t all;
        assert_true(rows && columns);
        check_sums(0, 2, 1, &all);
        check_sums(0, 1, m.columns, columns);
        check_sums(1, 1, m.rows, rows);
        assert_int_equal(all, sum_of(0, 1, numel()));
        for (int64_t i = 0; i < m.rows; i += i < m.rows - 100 ? 97 : 1)
            assert_int_equal(rows[i], sum_of(i * m.columns, 1, m.columns));
        for (int64_t i = 0; i < m.columns; i += i < m.columns - 10 ? 997 : 1)
            assert_int_equal(columns[i], sum_of(i, m.columns, m.rows));
        free(rows);
        free(columns);
        huge_free_small();
    }
}

/* --- selected by a mask --- */

static void masked(void **state)
{
    huge_tensor self, mask, out, count;
    int64_t found = 0, said;
    m = odd;
    source_matrix(&self);
    huge_view(&mask, HUGE_MASK, EXPOPS_DTYPE_BOOL, 0, 2, self.shape, NULL);
    const expops_value compared[] = { expops_tensor_value(&self.tensor), expops_int(100) };
    huge_call("gt", compared, 2, &mask.tensor, 1);
    const int64_t room = numel();
    huge_view(&out, HUGE_TARGET, EXPOPS_DTYPE_U8, 0, 1, &room, NULL);
    huge_small(&count, 0, NULL, NULL);
    const expops_value args[] = { expops_tensor_value(&self.tensor), expops_tensor_value(&mask.tensor) };
    huge_call("masked_select", args, 2, (expops_tensor[]){ out.tensor, count.tensor }, 2);
    huge_read_small(&count, &said, 1);
    const uint8_t *bytes = huge_read(HUGE_TARGET, said);
    for (int64_t i = 0; i < room; i++)
        if (huge_pattern(i) > 100 && bytes[found++] != huge_pattern(i))
            fail_msg("element %lld is not that at %lld", (long long)found - 1, (long long)i);
    assert_int_equal(said, found);
    huge_free_small();
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(copied),         cmocka_unit_test(transposed),     cmocka_unit_test(flipped),
        cmocka_unit_test(rolled),         cmocka_unit_test(joined),         cmocka_unit_test(padded),
        cmocka_unit_test(reflected),      cmocka_unit_test(lower_triangle), cmocka_unit_test(upsampled),
        cmocka_unit_test(repeated),       cmocka_unit_test(taken),          cmocka_unit_test(rows_selected),
        cmocka_unit_test(gathered),       cmocka_unit_test(read_far_apart), cmocka_unit_test(written_far_apart),
        cmocka_unit_test(seen_far_apart), cmocka_unit_test(multiplied),     cmocka_unit_test(summed),
        cmocka_unit_test(masked),
    };
    int result = huge_open();
    if (result)
        return result;
    result = test_session_run("huge", tests, sizeof tests / sizeof *tests, argc > 1 ? argv[1] : NULL);
    huge_close();
    return result;
}
