/* Windows on the CPU: elements of every size, rows and columns exchanged, and nothing read outside the operand, which lies
 * against memory that cannot be read on either side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "expops/expops.h"
#include "session.h"

enum { ROWS = 7, COLS = 40, TOP = 6, BOTTOM = -2, LEFT = -3, RIGHT = 39 };
enum { OUT_ROWS = ROWS + TOP + BOTTOM, OUT_COLS = COLS + LEFT + RIGHT, SPARE = 0x5a };

static expops_device *device;
static const expops_dtype dtypes[] = { EXPOPS_DTYPE_I8, EXPOPS_DTYPE_F16, EXPOPS_DTYPE_I32, EXPOPS_DTYPE_C64,
                                       EXPOPS_DTYPE_C128 };

/* Room for `bytes` between two pages that cannot be read, against the one behind it or before it. */
static char *guarded(size_t bytes, int against_end)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (bytes + page - 1) / page * page;
    char *const all = mmap(NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(all != MAP_FAILED);
    assert_int_equal(mprotect(all + page, room, PROT_READ | PROT_WRITE), 0);
    return all + page + (against_end ? room - bytes : 0);
}

/* One step after the other, turning round at the ends. */
static int mirrored(int place, int size)
{
    int at = 0, step = 1;
    for (int left = abs(place); left > 0; left--) {
        if (at + step < 0 || at + step >= size)
            step = -step;
        at += step;
    }
    return at;
}

static expops_tensor tensor_of(char *data, expops_dtype dtype, int64_t *shape, int64_t *strides)
{
    return (expops_tensor){ .data = data,
                            .device = { EXPOPS_DL_CPU, 0 },
                            .ndim = 3,
                            .dtype = expops_dtype_to_dl(dtype),
                            .shape = shape,
                            .strides = strides };
}

static void check_pad(expops_dtype dtype, int turned, int apart, int against_end)
{
    const size_t bytes = expops_dtype_bytes(dtype), stored = OUT_ROWS * OUT_COLS * (size_t)apart * bytes;
    const int64_t padding[] = { LEFT, RIGHT, TOP, BOTTOM };
    int64_t shape[] = { 1, ROWS, COLS }, strides[] = { ROWS * COLS, turned ? 1 : COLS, turned ? ROWS : 1 };
    int64_t out_shape[] = { 1, OUT_ROWS, OUT_COLS }, out_strides[] = { 1, OUT_COLS * apart, apart };
    char *const in = guarded(ROWS * COLS * bytes, against_end), *const out = guarded(stored, against_end);
    for (size_t i = 0; i < ROWS * COLS * bytes; i++)
        in[i] = (char)(i * 131 + i / 251);
    memset(out, SPARE, stored);
    const expops_tensor self = tensor_of(in, dtype, shape, strides),
                        result = tensor_of(out, dtype, out_shape, out_strides);
    assert_int_equal(expops_reflection_pad2d(device, NULL, &self, padding, 4, &result), EXPOPS_OK);
    for (int r = 0; r < OUT_ROWS; r++)
        for (int c = 0; c < OUT_COLS; c++) {
            const int64_t from = mirrored(r - TOP, ROWS) * strides[1] + mirrored(c - LEFT, COLS) * strides[2];
            const char *const at = out + (size_t)((r * OUT_COLS + c) * apart) * bytes;
            assert_memory_equal(at, in + (size_t)from * bytes, bytes);
            for (size_t i = bytes; i < bytes * (size_t)apart; i++)
                assert_int_equal(at[i], SPARE);
        }
}

static void test_pads_of_every_size_stay_inside(void **state)
{
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        for (int how = 0; how < 8; how++)
            check_pad(dtypes[i], how & 1, 1 + (how >> 1 & 1), how >> 2);
}

/* Every second column is of a gradient of half as many. */
static void check_turns(expops_dtype dtype, int64_t start, int against_end)
{
    enum { LINES = 3, HALF = 21 };
    const size_t bytes = expops_dtype_bytes(dtype);
    const int64_t sizes[] = { 1, LINES, 2 * HALF };
    int64_t half[] = { 1, LINES, HALF }, half_strides[] = { LINES * HALF, HALF, 1 };
    int64_t whole[] = { 1, LINES, 2 * HALF }, whole_strides[] = { 2 * LINES * HALF, 2 * HALF, 1 };
    char *const in = guarded(LINES * HALF * bytes, against_end), *const out =
                                                                     guarded(2 * LINES * HALF * bytes, against_end);
    static const char nothing[16];
    for (size_t i = 0; i < LINES * HALF * bytes; i++)
        in[i] = (char)(i * 131 + i / 251 + 1);
    memset(out, SPARE, 2 * LINES * HALF * bytes);
    const expops_tensor grad = tensor_of(in, dtype, half, half_strides),
                        result = tensor_of(out, dtype, whole, whole_strides);
    assert_int_equal(expops_slice_backward(device, NULL, &grad, sizes, 3, 2, start, 2 * HALF, 2, &result), EXPOPS_OK);
    for (int i = 0; i < 2 * LINES * HALF; i++)
        assert_memory_equal(out + (size_t)i * bytes, i % 2 == start ? in + (size_t)(i / 2) * bytes : nothing, bytes);
}

static void test_columns_in_turn_of_every_size_stay_inside(void **state)
{
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        for (int how = 0; how < 4; how++)
            check_turns(dtypes[i], how & 1, how >> 1);
}

/* A gradient without elements has no memory; all of the result is 0. */
static void test_an_empty_slice_reads_nothing(void **state)
{
    const int64_t sizes[] = { 1, 4, 5 };
    int64_t none[] = { 1, 0, 5 }, shape[] = { 1, 4, 5 };
    float out[20];
    memset(out, SPARE, sizeof out);
    const expops_tensor grad = tensor_of(NULL, EXPOPS_DTYPE_F32, none, NULL);
    const expops_tensor result = tensor_of((char *)out, EXPOPS_DTYPE_F32, shape, NULL);
    assert_int_equal(expops_slice_backward(device, NULL, &grad, sizes, 3, 1, 2, 2, 1, &result), EXPOPS_OK);
    for (int i = 0; i < 20; i++)
        assert_true(out[i] == 0);
}

/* Rows that several blocks make, or that go past the caches: pushed on, and with a frame. */
static void check_wide(int64_t rows, int64_t cols, int64_t by)
{
    static const int64_t dims[] = { 2 }, frame[] = { 2, 3, 1, 1 };
    const int64_t wide = cols + 5, high = rows + 2;
    int64_t shape[] = { 1, rows, cols }, framed[] = { 1, high, wide };
    int32_t *const in = malloc((size_t)(rows * cols) * sizeof *in), *const out =
                                                                        malloc((size_t)(high * wide) * sizeof *out);
    assert_true(in && out);
    for (int64_t i = 0; i < rows * cols; i++)
        in[i] = (int32_t)i + 1;
    const expops_tensor self = tensor_of((char *)in, EXPOPS_DTYPE_I32, shape, NULL),
                        same = tensor_of((char *)out, EXPOPS_DTYPE_I32, shape, NULL),
                        more = tensor_of((char *)out, EXPOPS_DTYPE_I32, framed, NULL);
    assert_int_equal(expops_roll(device, NULL, &self, &by, 1, dims, 1, &same), EXPOPS_OK);
    for (int64_t i = 0; i < rows * cols; i++)
        if (out[i] != in[i / cols * cols + (i % cols + cols - by) % cols])
            fail_msg("element %lld of rows of %lld is wrong", (long long)i, (long long)cols);
    assert_int_equal(expops_constant_pad_nd(device, NULL, &self, frame, 4, -7, &more), EXPOPS_OK);
    for (int64_t i = 0; i < high * wide; i++) {
        const int64_t r = i / wide - 1, c = i % wide - 2, inside = r >= 0 && r < rows && c >= 0 && c < cols;
        if (out[i] != (inside ? in[r * cols + c] : -7))
            fail_msg("element %lld of framed rows of %lld is wrong", (long long)i, (long long)cols);
    }
    free(in);
    free(out);
}

static void test_wide_rows(void **state)
{
    static const int64_t widths[] = { 2, 7, 255, 256, 257, 1023, 1024, 1025, 3000, 65536, 65537 };
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        for (int64_t by = 1; by < widths[i]; by = by * 37 + 1)
            check_wide(3, widths[i], by);
    check_wide(1031, 4200, 1001);
    check_wide(70001, 61, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_pads_of_every_size_stay_inside),
                                        cmocka_unit_test(test_columns_in_turn_of_every_size_stay_inside),
                                        cmocka_unit_test(test_an_empty_slice_reads_nothing),
                                        cmocka_unit_test(test_wide_rows) };
    return test_session_main("cpu windows", tests, sizeof tests / sizeof *tests, NULL, &device);
}
