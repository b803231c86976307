/* Which kernel a signature gets, read off the text the null backend was asked to compile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "run/plan.h"

static const uintptr_t HERE = 0x100000, THERE = 0x4000000000;

static void launch_silu(fixture_tensor *in, fixture_tensor *out)
{
    null_backend.source[0] = 0;
    if (expops_silu(fixture_device, NULL, &in->tensor, &out->tensor) != EXPOPS_OK)
        fail_msg("%s", expops_error_text());
}

static void expect(const char *name, const char *value)
{
    const char *found = fixture_define(name);
    if (strcmp(found, value))
        fail_msg("%s is \"%s\"; expected \"%s\"", name, found, value);
}

static void contiguous_is_one_dimension_of_vectors(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_BF16, 3, 40, 16);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_BF16, 3, 40, 16);
    launch_silu(&x, &y);
    expect("XK_RANK", "1");
    expect("XK_VEC", "8");
    expect("XK_K0", "C");
    expect("XK_TAIL", "0");
    expect("XK_INDEX64", "0");
    assert_int_equal(null_backend.last.grid[0], 1);
    assert_int_equal(null_backend.last.group[0], 256);
}

static void a_partial_vector_is_a_tail(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 1025);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 1025);
    launch_silu(&x, &y);
    expect("XK_VEC", "4");
    expect("XK_TAIL", "1");
    assert_int_equal(null_backend.last.grid[0], 2);
}

static void misaligned_is_not_vectorised(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, HERE + 4, EXPOPS_DTYPE_F32, 4096);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 4096);
    launch_silu(&x, &y);
    expect("XK_VEC", "4");
    expect("XK_K0", "S");
    TENSOR_AT(&y, THERE + 4, EXPOPS_DTYPE_F32, 4096);
    launch_silu(&x, &y);
    expect("XK_VEC", "1");
}

static void transposed_is_staged(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 64, 128);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 64, 128);
    x.strides[0] = 1;
    x.strides[1] = 64;
    launch_silu(&x, &y);
    expect("XK_K0", "T");
    expect("XK_TILE", "64");
    assert_int_equal(null_backend.last.grid[0], 2);
}

static void wide_index(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, ((int64_t)1 << 31) - 131072);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, ((int64_t)1 << 31) - 131072);
    launch_silu(&x, &y);
    expect("XK_INDEX64", "0");
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, ((int64_t)1 << 31) + 4);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, ((int64_t)1 << 31) + 4);
    launch_silu(&x, &y);
    expect("XK_INDEX64", "1");
    assert_int_equal(null_backend.last.grid[0], (((int64_t)1 << 29) + 1 + 255) / 256);
    /* few elements, far apart */
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 3, 5);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 3, 5);
    x.strides[0] = (int64_t)1 << 30;
    launch_silu(&x, &y);
    expect("XK_INDEX64", "1");
}

/* The division by multiplication that kernels use, against division. */
static void magic_division(void **state)
{
    static const uint32_t divisors[] = {
        1, 2, 3, 5, 7, 10, 255, 256, 641, 65535, 65537, 1000003, 0x7ffffffe, 0x7fffffff
    };
    for (size_t i = 0; i < sizeof divisors / sizeof *divisors; i++) {
        fixture_tensor x, y;
        const uint32_t divisor = divisors[i];
        /* three dimensions that cannot be merged: the middle one is divided by */
        TENSOR_AT(&x, HERE, EXPOPS_DTYPE_I8, 2, divisor > 1 ? divisor : 2, 1);
        TENSOR_AT(&y, THERE, EXPOPS_DTYPE_I8, 2, divisor > 1 ? divisor : 2, 1);
        if (divisor < 2 || (uint64_t)divisor * 4 > INT32_MAX - 65536)
            continue;
        x.strides[0] = (int64_t)divisor + 1;
        if (expops_neg(fixture_device, NULL, &x.tensor, &y.tensor) != EXPOPS_OK)
            fail_msg("%s", expops_error_text());
        expect("XK_RANK", "2");
        int32_t size[2];
        uint32_t magic[2], shift[2];
        memcpy(size, null_backend.last.params + 16, 8);
        memcpy(magic, null_backend.last.params + 24, 8);
        memcpy(shift, null_backend.last.params + 32, 8);
        for (uint64_t n = 0; n < ((uint64_t)1 << 31); n += 1 + n / 3 + (n % 7)) {
            const uint32_t high = (uint32_t)((n * magic[1]) >> 32);
            assert_int_equal((high + (uint32_t)n) >> shift[1], n / (uint32_t)size[1]);
        }
    }
}

static void rows_share_groups(void **state)
{
    fixture_tensor x, y;
    const int64_t last[] = { -1 }, first[] = { 0 };
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 4096, 64);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 4096);
    assert_int_equal(expops_amin(fixture_device, NULL, &x.tensor, last, 1, 0, &y.tensor), EXPOPS_OK);
    expect("XK_VEC", "4");
    expect("XK_TPR", "8");
    expect("XK_RPG", "32");
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 512, 64);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 64);
    assert_int_equal(expops_amin(fixture_device, NULL, &x.tensor, first, 1, 0, &y.tensor), EXPOPS_OK);
    expect("XK_BY_ROWS", "1");
    /* 32 rows side by side are as much work as one that is 32 times as long. */
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 4096, 64);
    assert_int_equal(expops_amin(fixture_device, NULL, &x.tensor, first, 1, 0, &y.tensor), EXPOPS_OK);
    assert_non_null(strstr(null_backend.source_name, "combine"));
}

/* Where neighbouring groups can wait for each other: one launch, the smallest groups that hold the row together. */
static void groups_that_wait_share_a_row(void **state)
{
    uint32_t *most = (uint32_t *)&expops_device_get_info(fixture_device)->max_cluster;
    const uint32_t before = *most;
    const int64_t length = 1 << 16;
    fixture_tensor x, y;
    *most = 8;
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 8, length);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 8, length);
    unsigned launches = null_backend.calls[NULL_LAUNCH];
    assert_int_equal(expops_rms_norm(fixture_device, NULL, &x.tensor, &length, 1, NULL, expops_none(), &y.tensor),
                     EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches + 1);
    expect("XK_CLUSTER", "8");
    expect("XK_WG", "256");
    expect("XK_TURNS", "8");
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 1 << 15);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, -1);
    y.tensor.ndim = 0;
    launches = null_backend.calls[NULL_LAUNCH];
    assert_int_equal(expops_amin(fixture_device, NULL, &x.tensor, NULL, 0, 0, &y.tensor), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches + 1);
    expect("XK_CLUSTER", "4");
    for (int log = 20; log < 22; log++) { /* 4 MiB, which registers do not hold, and 8, which many groups reduce */
        TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 1 << log);
        launches = null_backend.calls[NULL_LAUNCH];
        assert_int_equal(expops_amin(fixture_device, NULL, &x.tensor, NULL, 0, 0, &y.tensor), EXPOPS_OK);
        assert_int_equal(null_backend.calls[NULL_LAUNCH], launches + (log == 20 ? 1 : 2));
    }
    *most = before;
}

static void one_long_row_is_cut_and_uses_scratch(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 1 << 24);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, -1);
    y.tensor.ndim = 0;
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    assert_int_equal(expops_amin(fixture_device, NULL, &x.tensor, NULL, 0, 0, &y.tensor), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches + 2);
    assert_non_null(strstr(null_backend.source_name, "combine"));
    assert_int_equal(null_backend.last.start, EXPOPS_START_EARLY);
    assert_non_null(strstr(null_backend.source, "    xk_wait_previous();"));
    assert_int_equal(null_backend.live_memory, 0);
}

/* A box has four dimensions at most. */
static void many_short_dimensions_are_not_turned(void **state)
{
    static const struct {
        int64_t channels, rows, columns;
        int turned;
    } cases[] = { { 4096, 3, 2, 0 }, { 4, 3, 2, 1 }, { 64, 48, 40, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_tensor x, y;
        TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, cases[i].channels, cases[i].rows, cases[i].columns);
        TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, cases[i].channels / 4, 2 * cases[i].rows, 2 * cases[i].columns);
        if (expops_pixel_shuffle(fixture_device, NULL, &x.tensor, 2, &y.tensor))
            fail_msg("%s", expops_error_text());
        assert_int_equal(strstr(null_backend.source_name, "turn") != NULL, cases[i].turned);
    }
}

/* Of blocks so small that neighbours reach all of one, no box is made; of odd ones that no vector divides only the smallest. */
static void small_blocks_are_not_turned(void **state)
{
    static const struct {
        int64_t rows, columns;
        int turned;
    } cases[] = { { 16, 3, 0 }, { 4, 2, 0 }, { 8, 8, 0 }, { 3, 5, 0 }, { 16, 8, 1 }, { 3, 16, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_tensor x, y;
        TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 1000, cases[i].rows, cases[i].columns);
        TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 1000, cases[i].columns, cases[i].rows);
        if (expops_transpose(fixture_device, NULL, &x.tensor, 1, 2, &y.tensor))
            fail_msg("%s", expops_error_text());
        if ((strstr(null_backend.source_name, "turn") != NULL) != cases[i].turned)
            fail_msg("blocks of %d x %d", (int)cases[i].rows, (int)cases[i].columns);
    }
}

/* Where all groups of a launch can run at once: what clears what they tell, and one launch, of as many members as keep the row. */
static void teams_keep_long_rows(void **state)
{
    static const struct {
        int64_t rows, length;
        const char *exact;
        unsigned launches;
    } cases[] = {
        { 512, 1 << 16, "1", 2 },      /* 8 members */
        { 64, 1 << 20, "0", 2 },       /* 128 would do, but all units share it */
        { 64, (1 << 20) + 4, "0", 2 }, /* as do these */
        { 32, 1 << 21, "0", 2 },       /* in twice as large parts */
        { 8, 1 << 22, "0", 3 },        /* 256 of those, of which only 132 run at once */
    };
    expops_device_info *info = (expops_device_info *)expops_device_get_info(fixture_device);
    const expops_device_info before = *info;
    info->caps |= EXPOPS_CAP_TOGETHER;
    info->launch_local_bytes = 227 << 10;
    info->compute_units = 132;
    info->subgroup = 32;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t length = cases[i].length;
        fixture_tensor x, y;
        TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, cases[i].rows, length);
        TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, cases[i].rows, length);
        const unsigned launches = null_backend.calls[NULL_LAUNCH];
        assert_int_equal(expops_rms_norm(fixture_device, NULL, &x.tensor, &length, 1, NULL, expops_none(), &y.tensor),
                         EXPOPS_OK);
        assert_int_equal(null_backend.calls[NULL_LAUNCH], launches + cases[i].launches);
        expect("XK_EXACT", cases[i].exact);
        expect("XK_TEAM", cases[i].launches == 2 ? "1" : "0");
    }
    *info = before;
}

/* Of f32, too, where local memory has place for the three short numbers of each, and more than half of a tile's rows are there. */
static void attention_takes_wide_instructions(void **state)
{
    static const struct {
        int64_t rows, width;
        uint64_t local;
        const char *wide;
    } cases[] = {
        { 65, 128, 192 << 10, "1" },
        { 64, 128, 192 << 10, "0" },
        { 65, 128, (192 << 10) - 1, "0" },
        { 65, 64, 96 << 10, "1" },
    };
    expops_device_info *info = (expops_device_info *)expops_device_get_info(fixture_device);
    const expops_device_info before = *info;
    info->caps |= EXPOPS_CAP_WIDE_MATRIX;
    info->local_bytes = 48 << 10;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_tensor x, y;
        info->launch_local_bytes = cases[i].local;
        TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 3, cases[i].rows, cases[i].width);
        TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 3, cases[i].rows, cases[i].width);
        if (expops_scaled_dot_product_attention(fixture_device, NULL, &x.tensor, &x.tensor, &x.tensor, NULL, 0, 0,
                                                expops_none(), 0, &y.tensor))
            fail_msg("%s", expops_error_text());
        expect("XK_WIDE", cases[i].wide);
        expect("XK_CHUNKS", cases[i].wide);
    }
    *info = before;
}

static void rows_stay_in_registers_where_they_fit(void **state)
{
    static const struct {
        int64_t length;
        const char *turns;
    } cases[] = { { 1, "1" }, { 8192, "8" }, { 32768, "8" }, { 1 << 20, "0" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_tensor x, y;
        TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 16, cases[i].length);
        TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 16, cases[i].length);
        if (expops_rms_norm(fixture_device, NULL, &x.tensor, &cases[i].length, 1, NULL, expops_none(), &y.tensor))
            fail_msg("%s", expops_error_text());
        expect("XK_TURNS", cases[i].turns);
    }
}

/* A weight begins anew with each row, and is read by the element. */
static void odd_rows_are_vectors_but_for_their_edges(void **state)
{
    fixture_tensor x, y, weight;
    const int64_t length = 4099;
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_F32, 16, length);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_F32, 16, length);
    TENSOR_AT(&weight, 2 * THERE, EXPOPS_DTYPE_F32, length);
    assert_int_equal(
        expops_rms_norm(fixture_device, NULL, &x.tensor, &length, 1, &weight.tensor, expops_none(), &y.tensor),
        EXPOPS_OK);
    expect("XK_EDGES", "1");
    expect("XK_VEC", "4");
    expect("XK_K0", "C");
    expect("XK_K1", "U");
    TENSOR_AT(&y, THERE + 4, EXPOPS_DTYPE_F32, 16, length); /* its vectors would begin elsewhere */
    assert_int_equal(expops_rms_norm(fixture_device, NULL, &x.tensor, &length, 1, NULL, expops_none(), &y.tensor),
                     EXPOPS_OK);
    expect("XK_EDGES", "0");
    expect("XK_VEC", "1");
}

static void take_triangle(fixture_tensor *x, fixture_tensor *y)
{
    uint64_t bytes = 1;
    const expops_value args[] = { expops_tensor_value(&x->tensor), expops_int(-3) };
    const uint32_t before = atomic_load(&null_backend.calls[NULL_LAUNCH]);
    assert_int_equal(expops_prepare(expops_find("tril"), fixture_device, args, 2, &y->tensor, 1, &bytes), EXPOPS_OK);
    assert_int_equal(bytes, 0);
    assert_int_equal(expops_tril(fixture_device, NULL, &x->tensor, -3, &y->tensor), EXPOPS_OK);
    assert_int_equal(atomic_load(&null_backend.calls[NULL_LAUNCH]) - before, 1);
    expect("XK_KEEPS", "1");
    expect("XK_O", "b16");
}

/* Elements are moved as bits and the position says which; no mask is made. A turned matrix is staged as any is. */
static void triangles_are_one_launch(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, HERE, EXPOPS_DTYPE_BF16, 7, 96, 160);
    TENSOR_AT(&y, THERE, EXPOPS_DTYPE_BF16, 7, 96, 160);
    take_triangle(&x, &y);
    expect("XK_VEC", "8");
    expect("XK_K0", "C");
    x.strides[1] = 1;
    x.strides[2] = 96;
    take_triangle(&x, &y);
    expect("XK_K0", "T");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contiguous_is_one_dimension_of_vectors),
        cmocka_unit_test(a_partial_vector_is_a_tail),
        cmocka_unit_test(misaligned_is_not_vectorised),
        cmocka_unit_test(transposed_is_staged),
        cmocka_unit_test(wide_index),
        cmocka_unit_test(magic_division),
        cmocka_unit_test(rows_share_groups),
        cmocka_unit_test(groups_that_wait_share_a_row),
        cmocka_unit_test(one_long_row_is_cut_and_uses_scratch),
        cmocka_unit_test(many_short_dimensions_are_not_turned),
        cmocka_unit_test(small_blocks_are_not_turned),
        cmocka_unit_test(teams_keep_long_rows),
        cmocka_unit_test(attention_takes_wide_instructions),
        cmocka_unit_test(rows_stay_in_registers_where_they_fit),
        cmocka_unit_test(odd_rows_are_vectors_but_for_their_edges),
        cmocka_unit_test(triangles_are_one_launch),
    };
    return cmocka_run_group_tests_name("choose", tests, fixture_open, fixture_close);
}
