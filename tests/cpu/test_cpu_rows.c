/* Reductions and row-wise maps on the CPU: rows that are contiguous, strided, short, long, few and many. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "plugin.h"

static expops_backend_device *device;

static launch_case case_of(const char *name, uint32_t family, int32_t dtype)
{
    static const uint32_t compute[] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) EXPOPS_COMPUTE_##compute,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    };
    const launch_case c = {
        .name = name, .family = family, .compute = compute[dtype], .dtype = dtype, .result = dtype
    };
    return c;
}

/* An output of a reduction does not move along the walked dimensions. */
static tensor make_reduced(const launch_case *c, int32_t dtype, uint32_t layout)
{
    tensor out = tensor_make(dtype, c->shape, c->rank - c->row_dims, layout);

    for (uint32_t d = c->rank - c->row_dims; d < c->rank; d++)
        out.strides[d] = 0;
    return out;
}

static void check_amin(const launch_case *c)
{
    const tensor *const out = c->tensors[0], *const x = c->tensors[1];
    const uint32_t kept = c->rank - c->row_dims;
    int64_t index[RANK] = { 0 };

    do {
        double least = INFINITY;
        do {
            const double value = convert(tensor_get(x, element_at(x, index, c->rank)), c->dtype);
            least = value < least ? value : least;
        } while (next_index(index + kept, c->shape + kept, c->row_dims));
        const double got = tensor_get(out, element_at(out, index, kept));
        if (got != convert(least, out->dtype))
            fail_msg("amin of %lld x %lld gave %g instead of %g", (long long)c->shape[0], (long long)c->shape[1], got,
                     convert(least, out->dtype));
    } while (next_index(index, c->shape, kept));
}

static void run_amin(launch_case *c, int32_t in_dtype, int32_t out_dtype, uint32_t layout)
{
    tensor out = make_reduced(c, out_dtype, layout & ~(uint32_t)LAYOUT_BROADCAST);
    tensor x = tensor_make(in_dtype, c->shape, c->rank, layout);

    tensor_fill(&x);
    /* So that one minimum is in a place of its own. */
    tensor_set(&x, 0, is_unsigned(x.dtype) ? 0 : -9);
    c->num_tensors = 2;
    c->tensors[0] = &out;
    c->tensors[1] = &x;
    run_case(device, c);
    check_amin(c);
    tensor_free(&out);
    tensor_free(&x);
}

static void test_reduce_random(void **state)
{
    for (int i = 0; i < 800; i++) {
        const int32_t any = (int32_t)random_below(EXPOPS_DTYPE_BOOL + 1),
                      dtype = is_unsigned(any) && bytes_of(any) > 1 ? EXPOPS_DTYPE_I16 : any;
        const uint32_t longest = random_below(4);
        launch_case c = case_of("amin", EXPOPS_FAMILY_REDUCE, dtype);
        c.rank = 1 + random_below(4);
        c.row_dims = 1 + random_below(c.rank);
        for (uint32_t d = 0; d < c.rank; d++)
            c.shape[d] = 1 + random_below(d == longest ? 1500 : 7);
        const int mixed = random_below(2);
        run_amin(&c, mixed ? (int32_t)random_below(EXPOPS_DTYPE_BOOL + 1) : dtype,
                 mixed && i & 1 ? EXPOPS_DTYPE_F64 : dtype, random_below(16));
    }
}

static void test_reduce_shapes(void **state)
{
    static const int64_t shapes[][2] = { { 1, 300001 }, { 3, 100003 }, { 300001, 1 },
                                         { 40000, 5 },  { 5, 40000 },  { 700, 900 } };
    static const int32_t dtypes[] = { EXPOPS_DTYPE_F32, EXPOPS_DTYPE_BF16, EXPOPS_DTYPE_I8 };

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        for (size_t k = 0; k < 3; k++)
            for (uint32_t turned = 0; turned < 2; turned++) {
                launch_case c = case_of("amin", EXPOPS_FAMILY_REDUCE, dtypes[k]);
                c.rank = 2;
                c.row_dims = 1;
                memcpy(c.shape, shapes[i], sizeof(shapes[i]));
                tensor out = make_reduced(&c, dtypes[k], 0), x = tensor_make(dtypes[k], c.shape, 2, 0);
                if (turned) {
                    x.strides[0] = 1;
                    x.strides[1] = c.shape[0];
                }
                tensor_fill(&x);
                c.num_tensors = 2;
                c.tensors[0] = &out;
                c.tensors[1] = &x;
                run_case(device, &c);
                check_amin(&c);
                tensor_free(&out);
                tensor_free(&x);
            }
}

static void test_nan_wins(void **state)
{
    launch_case c = case_of("amin", EXPOPS_FAMILY_REDUCE, EXPOPS_DTYPE_F32);
    c.rank = c.row_dims = 1;
    for (int64_t at = 0; at < 200; at += 7) {
        c.shape[0] = 200;
        tensor out = make_reduced(&c, EXPOPS_DTYPE_F32, 0), x = tensor_make(EXPOPS_DTYPE_F32, c.shape, 1, 0);
        tensor_fill(&x);
        tensor_set(&x, at, NAN);
        c.num_tensors = 2;
        c.tensors[0] = &out;
        c.tensors[1] = &x;
        run_case(device, &c);
        assert_true(isnan(tensor_get(&out, 0)));
        tensor_free(&out);
        tensor_free(&x);
    }
}

/* A row of nothing gives the identity. */
static void test_empty_rows(void **state)
{
    launch_case c = case_of("amin", EXPOPS_FAMILY_REDUCE, EXPOPS_DTYPE_F32);
    c.rank = 2;
    c.row_dims = 1;
    c.shape[0] = 40;
    tensor out = make_reduced(&c, EXPOPS_DTYPE_F32, LAYOUT_GAPS), x = tensor_make(EXPOPS_DTYPE_F32, c.shape, 2, 0);
    c.num_tensors = 2;
    c.tensors[0] = &out;
    c.tensors[1] = &x;
    run_case(device, &c);
    for (int64_t i = 0; i < 40; i++)
        assert_true(tensor_get(&out, i * out.strides[0]) == INFINITY);
    c.shape[0] = 0;
    c.shape[1] = 5;
    run_case(device, &c);
    tensor_free(&out);
    tensor_free(&x);
}

static double ulp(int32_t dtype)
{
    return dtype == EXPOPS_DTYPE_F16    ? 0x1p-10
           : dtype == EXPOPS_DTYPE_BF16 ? 0x1p-7
           : dtype == EXPOPS_DTYPE_F32  ? 0x1p-23
                                        : 0x1p-52;
}

static void check_rms_norm(const launch_case *c, const tensor *weight)
{
    const tensor *const out = c->tensors[0], *const x = c->tensors[1];
    const uint32_t kept = c->rank - c->row_dims;
    const double eps = c->numbers[c->num_numbers - 1], coarser = fmax(ulp(out->dtype), ulp(c->dtype));
    int64_t index[RANK] = { 0 };

    do {
        double sum = 0, count = 0;
        do {
            const double value = convert(tensor_get(x, element_at(x, index, c->rank)), c->dtype);
            sum += value * value;
            count++;
        } while (next_index(index + kept, c->shape + kept, c->row_dims));
        do {
            const double value = tensor_get(x, element_at(x, index, c->rank));
            const double w = weight ? tensor_get(weight, element_at(weight, index, c->rank)) : c->numbers[0];
            const double expected = value / sqrt(sum / count + eps) * w;
            const double got = tensor_get(out, element_at(out, index, c->rank));
            if (!(fabs(got - expected) <= 16 * coarser * (fabs(expected) + 1e-6)))
                fail_msg("rms_norm gave %.9g instead of %.9g", got, expected);
        } while (next_index(index + kept, c->shape + kept, c->row_dims));
    } while (next_index(index, c->shape, kept));
}

static void run_rms_norm(launch_case *c, int32_t other_dtype, uint32_t layout, int with_weight)
{
    tensor out = tensor_make(other_dtype, c->shape, c->rank, layout & ~(uint32_t)LAYOUT_BROADCAST);
    tensor x = tensor_make(c->dtype, c->shape, c->rank, layout);
    tensor weight = tensor_make(c->dtype, c->shape + c->rank - c->row_dims, c->row_dims, 0);

    memmove(weight.strides + c->rank - c->row_dims, weight.strides, c->row_dims * sizeof(int64_t));
    memset(weight.strides, 0, (c->rank - c->row_dims) * sizeof(int64_t));
    tensor_fill(&x);
    tensor_fill(&weight);
    c->tensors[0] = &out;
    c->tensors[1] = &x;
    c->tensors[2] = &weight;
    c->num_tensors = with_weight ? 3 : 2;
    c->num_numbers = with_weight ? 1 : 2;
    c->numbers[0] = with_weight ? 0.25 : 2; /* without a weight the first number stands in its place */
    c->numbers[1] = 0.25;
    run_case(device, c);
    check_rms_norm(c, with_weight ? &weight : NULL);
    tensor_free(&out);
    tensor_free(&x);
    tensor_free(&weight);
}

static void test_map_random(void **state)
{
    for (int i = 0; i < 600; i++) {
        const int32_t dtype = (int32_t)random_below(EXPOPS_DTYPE_F64 + 1);
        const uint32_t longest = random_below(4);
        launch_case c = case_of("rms_norm", EXPOPS_FAMILY_MAP, dtype);
        c.rank = 1 + random_below(4);
        c.row_dims = 1 + random_below(c.rank);
        for (uint32_t d = 0; d < c.rank; d++)
            c.shape[d] = 1 + random_below(d == longest ? 2500 : 7);
        run_rms_norm(&c, random_below(2) ? dtype : (int32_t)random_below(EXPOPS_DTYPE_F64 + 1), random_below(16),
                     i & 1);
    }
}

static void test_map_large(void **state)
{
    static const int64_t shapes[][2] = { { 1, 200003 }, { 3, 50003 }, { 300, 700 }, { 40000, 5 } };

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        for (uint32_t layout = 0; layout < 4; layout++) {
            launch_case c = case_of("rms_norm", EXPOPS_FAMILY_MAP, layout & 2 ? EXPOPS_DTYPE_F16 : EXPOPS_DTYPE_F32);
            c.rank = 2;
            c.row_dims = 1;
            memcpy(c.shape, shapes[i], sizeof(shapes[i]));
            run_rms_norm(&c, c.dtype, layout & 1, 1);
        }
}

static void test_map_in_place(void **state)
{
    launch_case c = case_of("rms_norm", EXPOPS_FAMILY_MAP, EXPOPS_DTYPE_F32);
    c.rank = 2;
    c.row_dims = 1;
    c.shape[0] = 9;
    c.shape[1] = 20000;
    tensor x = tensor_make(EXPOPS_DTYPE_F32, c.shape, 2, 0);
    for (int64_t i = 0; i < 9 * 20000; i++)
        tensor_set(&x, i, i & 1 ? 3 : -3);
    c.num_tensors = 2;
    c.tensors[0] = c.tensors[1] = &x;
    c.num_numbers = 2;
    c.numbers[0] = 1;
    run_case(device, &c);
    for (int64_t i = 0; i < 9 * 20000; i++)
        assert_true(fabs(tensor_get(&x, i) - (i & 1 ? 1 : -1)) < 1e-6);
    tensor_free(&x);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reduce_random), cmocka_unit_test(test_reduce_shapes), cmocka_unit_test(test_nan_wins),
        cmocka_unit_test(test_empty_rows),    cmocka_unit_test(test_map_random),    cmocka_unit_test(test_map_large),
        cmocka_unit_test(test_map_in_place),
    };
    int failed = 0;

    for (const char *const *level = plugin_levels; *level; level++) {
        device = plugin_device(*level);
        if (!device) {
            print_message("skipped: this processor, or this build, has no %s\n", *level);
            continue;
        }
        failed += cmocka_run_group_tests_name(*level, tests, NULL, NULL);
        plugin_api()->device_close(device);
    }
    return failed;
}
