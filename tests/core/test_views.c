/* Results in the argument's own memory: what expops_view_of says, without any device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "expops/expops.h"

enum { MOST = 6 };

static int64_t rows_of_four[] = { 4, 1 };

/* f32 of shape (3, 4), with four elements from one row to the next, which starts 8 bytes behind `data`. */
static const expops_tensor matrix = {
    .byte_offset = 8,
    .device = { EXPOPS_DL_CPU, 0 },
    .ndim = 2,
    .dtype = { 2, 32, 1 },
    .shape = (int64_t[]){ 3, 4 },
    .strides = rows_of_four,
};
/* Its transpose. */
static const expops_tensor turned = {
    .byte_offset = 8,
    .device = { EXPOPS_DL_CPU, 0 },
    .ndim = 2,
    .dtype = { 2, 32, 1 },
    .shape = (int64_t[]){ 4, 3 },
    .strides = (int64_t[]){ 1, 4 },
};
static const expops_tensor ones = {
    .device = { EXPOPS_DL_CPU, 0 },
    .ndim = 4,
    .dtype = { 2, 32, 1 },
    .shape = (int64_t[]){ 1, 3, 1, 2 },
};
static const expops_tensor complex64 = {
    .device = { EXPOPS_DL_CPU, 0 },
    .ndim = 2,
    .dtype = { 5, 64, 1 },
    .shape = (int64_t[]){ 3, 4 },
    .strides = (int64_t[]){ 4, 1 },
};

static int64_t lists[4][MOST];
static int num_lists;

static expops_value list(uint32_t count, ...)
{
    va_list sizes;
    int64_t *values = lists[num_lists++ % 4];
    va_start(sizes, count);
    for (uint32_t i = 0; i < count; i++)
        values[i] = va_arg(sizes, int);
    va_end(sizes);
    return expops_ints(values, count);
}

#define COUNT(...) (sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))
#define LIST(...) list(COUNT(__VA_ARGS__), __VA_ARGS__)
#define INT(value) expops_int(value)
#define ARGS(...) \
    (const expops_value[]){ __VA_ARGS__ }, sizeof((const expops_value[]){ __VA_ARGS__ }) / sizeof(expops_value)

/* Shape and strides are lists of `ndim`; a stride of size 1 is not looked at. */
static void gives(const char *name, const expops_value *args, size_t num_args, uint64_t byte_offset, int ndim,
                  const int64_t *shape, const int64_t *strides)
{
    expops_result view;
    if (expops_view_of(expops_find(name), args, num_args, &view) != EXPOPS_OK)
        fail_msg("%s", expops_error_text());
    assert_true(view.flags & EXPOPS_RESULT_ALIAS);
    assert_int_equal(view.byte_offset, byte_offset);
    assert_int_equal(view.ndim, ndim);
    for (int i = 0; i < ndim; i++) {
        assert_int_equal(view.shape[i], shape[i]);
        if (shape[i] > 1)
            assert_int_equal(view.strides[i], strides[i]);
    }
}

#define GIVES(name, offset, shape, strides, ...) \
    gives(name, ARGS(__VA_ARGS__), offset, sizeof(shape) / sizeof(int64_t), shape, strides)
#define S(...) ((int64_t[]){ __VA_ARGS__ })

static void refuses(const char *name, const expops_value *args, size_t num_args, expops_status status, const char *word)
{
    expops_result view = { .ndim = 77 };
    assert_int_equal(expops_view_of(expops_find(name), args, num_args, &view), status);
    if (!strstr(expops_error_text(), word) || !strstr(expops_error_text(), name))
        fail_msg("neither %s nor %s in: %s", name, word, expops_error_text());
    assert_int_equal(view.ndim, 77);
}

#define REFUSES(name, word, ...) refuses(name, ARGS(__VA_ARGS__), EXPOPS_ERR_SHAPE, word)

static void dimensions_change_places(void **state)
{
    const expops_value self = expops_tensor_value(&matrix);
    GIVES("permute", 8, S(4, 3), S(1, 4), self, LIST(1, 0));
    GIVES("permute", 8, S(4, 3), S(1, 4), self, LIST(-1, -2));
    GIVES("transpose", 8, S(4, 3), S(1, 4), self, INT(-2), INT(1));
    GIVES("swapaxes", 8, S(3, 4), S(4, 1), self, INT(0), INT(0));
    GIVES("t", 8, S(4, 3), S(1, 4), self);
    REFUSES("permute", "more than once", self, LIST(0, 0));
    REFUSES("transpose", "dim1", self, INT(0), INT(2));
    REFUSES("t", "self", expops_tensor_value(&ones));
}

static void dimensions_of_size_one_come_and_go(void **state)
{
    const expops_value self = expops_tensor_value(&matrix), four = expops_tensor_value(&ones);
    GIVES("unsqueeze", 8, S(3, 1, 4), S(4, 0, 1), self, INT(1));
    GIVES("unsqueeze", 8, S(3, 4, 1), S(4, 1, 0), self, INT(-1));
    GIVES("squeeze", 0, S(3, 2), S(2, 1), four);
    GIVES("squeeze", 0, S(1, 3, 2), S(0, 2, 1), four, LIST(-2, 1));
    GIVES("squeeze", 0, S(1, 3, 1, 2), S(0, 2, 0, 1), four, expops_ints(NULL, 0));
    GIVES("expand", 8, S(2, 3, 4), S(0, 4, 1), self, LIST(2, -1, 4));
    GIVES("expand", 0, S(5, 3, 6, 2), S(0, 2, 0, 1), four, LIST(5, 3, 6, -1));
    REFUSES("unsqueeze", "dim", self, INT(3));
    REFUSES("squeeze", "more than once", four, LIST(0, -4));
    REFUSES("expand", "argument size", self, LIST(-1, 3, 4));
    REFUSES("expand", "argument size", self, LIST(3, 5));
    REFUSES("expand", "argument size", self, LIST(4));
    REFUSES("expand", "argument size", self, LIST(3, -2));
}

static void parts(void **state)
{
    const expops_value self = expops_tensor_value(&matrix),
                       scalar = expops_tensor_value(
                           &(expops_tensor){ .device = { EXPOPS_DL_CPU, 0 }, .dtype = { 2, 32, 1 } });
    GIVES("select", 8 + 4 * 4, S(4), S(1), self, INT(0), INT(1));
    GIVES("select", 8 + 3 * 4, S(3), S(4), self, INT(-1), INT(-1));
    GIVES("slice", 8 + 4, S(3, 2), S(4, 2), self, INT(1), INT(1), INT(100), INT(2));
    GIVES("slice", 8 + 4 * 4, S(2, 4), S(4, 1), self, INT(0), INT(-2));
    GIVES("slice", 8 + 3 * 4, S(3, 0), S(4, 0), self, INT(1), INT(3), INT(2));
    GIVES("narrow", 8 + 2 * 4, S(3, 2), S(4, 1), self, INT(1), INT(-2), INT(2));
    GIVES("diagonal", 8, S(3), S(5), self);
    GIVES("diagonal", 8 + 4 * 4, S(2), S(5), self, INT(-1));
    GIVES("diagonal", 8 + 2 * 4, S(2), S(5), self, INT(2));
    GIVES("diagonal", 8, S(0), S(0), self, INT(INT64_MIN));
    REFUSES("select", "index", self, INT(0), INT(3));
    REFUSES("select", "self", scalar, INT(0), INT(0));
    refuses("slice", ARGS(self, INT(0), INT(0), INT(3), INT(0)), EXPOPS_ERR_INVALID_ARGUMENT, "step");
    REFUSES("narrow", "length", self, INT(0), INT(1), INT(3));
    REFUSES("narrow", "start", self, INT(0), INT(4), INT(0));
    REFUSES("diagonal", "dim", self, INT(0), INT(1), INT(-1));
}

static void other_shapes(void **state)
{
    const expops_value self = expops_tensor_value(&matrix), other = expops_tensor_value(&turned);
    GIVES("reshape", 8, S(2, 6), S(6, 1), self, LIST(2, -1));
    GIVES("view", 8, S(12), S(1), self, LIST(-1));
    GIVES("reshape", 8, S(2, 2, 3, 1), S(2, 1, 4, 0), other, LIST(2, 2, 3, 1));
    refuses("reshape", ARGS(other, LIST(12)), EXPOPS_ERR_UNSUPPORTED, "view");
    REFUSES("reshape", "argument shape", self, LIST(-1, -1));
    REFUSES("reshape", "argument shape", self, LIST(5, -1));
    REFUSES("reshape", "argument shape", self, LIST(2, 5));
    REFUSES("reshape", "argument shape", self, LIST(-2, -6));
    GIVES("_reshape_alias", 8, S(2, 2), S(0, 7), self, LIST(2, 2), LIST(0, 7));
    GIVES("as_strided", 8 + 4 * 4, S(2, 2), S(2, 5), self, LIST(2, 2), LIST(2, 5), INT(4));
    REFUSES("as_strided", "reaches out", self, LIST(2, 2), LIST(2, 5), INT(5));
    REFUSES("as_strided", "stride", self, LIST(2), LIST(-1));
    REFUSES("as_strided", "entries", self, LIST(2, 2), LIST(1));
    REFUSES("as_strided", "storage_offset", self, LIST(2), LIST(1), INT(-1));
    refuses("as_strided",
            ARGS(self, expops_ints(S(INT64_MAX, INT64_MAX), 2), expops_ints(S(INT64_MAX, 1), 2), INT(INT64_MAX)),
            EXPOPS_ERR_SHAPE, "");
}

static void real_numbers_of_complex_ones(void **state)
{
    expops_result view;
    GIVES("view_as_real", 0, S(3, 4, 2), S(8, 2, 1), expops_tensor_value(&complex64));
    assert_int_equal(expops_view_of(expops_find("view_as_real"), ARGS(expops_tensor_value(&complex64)), &view),
                     EXPOPS_OK);
    assert_int_equal(view.dtype, EXPOPS_DTYPE_F32);
    refuses("view_as_real", ARGS(expops_tensor_value(&matrix)), EXPOPS_ERR_DTYPE, "self");
}

/* Every name of PyTorch's finds the operator, the copying one as well. */
static void names(void **state)
{
    static const char *const pairs[][2] = {
        { "permute", "permute_copy" },
        { "transpose", "transpose_copy" },
        { "t", "t_copy" },
        { "expand", "expand_copy" },
        { "squeeze", "squeeze_copy" },
        { "unsqueeze", "unsqueeze_copy" },
        { "as_strided", "as_strided_copy" },
        { "detach", "alias" },
        { "detach", "alias_copy" },
        { "detach", "lift" },
        { "detach", "lift_fresh" },
        { "detach", "lift_fresh_copy" },
        { "reshape", "view" },
        { "reshape", "view_copy" },
        { "reshape", "_unsafe_view" },
        { "select", "select_copy" },
        { "slice", "slice_copy" },
        { "narrow", "narrow_copy" },
        { "diagonal", "diagonal_copy" },
        { "_reshape_alias", "_reshape_alias_copy" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_non_null(expops_find(pairs[i][0]));
        assert_ptr_equal(expops_find(pairs[i][0]), expops_find(pairs[i][1]));
    }
    GIVES("alias", 8, S(3, 4), S(4, 1), expops_tensor_value(&matrix));
    refuses("positive", ARGS(expops_tensor_value(&matrix)), EXPOPS_ERR_UNSUPPORTED, "no view");
}

static void ranges_for_sizes(void **state)
{
    static const char name[] = "_functional_sym_constrain_range_for_size";
    const expops_value token = expops_tensor_value(&matrix), none = expops_none();
    const struct {
        expops_value size, min, max;
        const char *word;
    } bad[] = {
        { expops_int(-1), none, none, "argument size" },
        { expops_int(5), expops_int(6), none, "argument size" },
        { expops_int(5), expops_int(0), expops_int(4), "argument size" },
        { expops_int(1), expops_int(0), expops_int(2), "argument max" },
        { expops_int(5), expops_int(6), expops_int(4), "argument max" },
    };
    expops_result result;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const expops_value args[] = { bad[i].size, bad[i].min, bad[i].max, token };
        assert_int_equal(expops_infer(expops_find(name), args, 4, &result, 1), EXPOPS_ERR_INVALID_ARGUMENT);
        assert_non_null(strstr(expops_error_text(), bad[i].word));
    }
    assert_int_equal(expops_infer(expops_find(name), ARGS(expops_real(5.7), none, expops_int(5), token), &result, 1),
                     EXPOPS_OK);
}

/* Where a view starts is said anew for each tensor. */
static void views_move_with_their_tensor(void **state)
{
    expops_tensor moved = matrix;
    for (int repeat = 0; repeat < 2; repeat++)
        for (moved.byte_offset = 8; moved.byte_offset < 80; moved.byte_offset += 16) {
            expops_result view;
            const expops_value args[] = { expops_tensor_value(&moved), expops_int(0), expops_int(2) };
            assert_int_equal(expops_view_of(expops_find("select"), args, 3, &view), EXPOPS_OK);
            assert_int_equal(view.byte_offset, moved.byte_offset + 2 * 4 * 4);
            assert_int_equal(view.ndim, 1);
            assert_int_equal(view.flags, EXPOPS_RESULT_ALIAS);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dimensions_change_places),
        cmocka_unit_test(dimensions_of_size_one_come_and_go),
        cmocka_unit_test(parts),
        cmocka_unit_test(other_shapes),
        cmocka_unit_test(real_numbers_of_complex_ones),
        cmocka_unit_test(names),
        cmocka_unit_test(ranges_for_sizes),
        cmocka_unit_test(views_move_with_their_tensor),
    };
    return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
