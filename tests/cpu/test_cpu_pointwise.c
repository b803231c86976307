/* Pointwise operators on the CPU: layouts, conversions, scalars, tails, in place, at every instruction level. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "plugin.h"

static expops_backend_device *device;

static uint32_t compute_of(int32_t dtype)
{
    static const uint32_t compute[] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) EXPOPS_COMPUTE_##compute,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    };
    return compute[dtype];
}

static launch_case case_of(const char *name, int32_t dtype, int32_t result)
{
    const launch_case c = {
        .name = name, .family = EXPOPS_FAMILY_POINTWISE, .compute = compute_of(dtype), .dtype = dtype, .result = result
    };
    return c;
}

/* A shape whose longest dimension is up to `most`. */
static void random_shape(launch_case *c, uint32_t most)
{
    const uint32_t longest = random_below(4);

    c->rank = random_below(5);
    for (uint32_t d = 0; d < c->rank; d++)
        c->shape[d] = 1 + random_below(d == longest ? most : 6);
}

static void check_mul(const launch_case *c, const tensor *a, const tensor *b, double number)
{
    int64_t index[RANK] = { 0 };

    do {
        const double x = convert(tensor_get(a, element_at(a, index, c->rank)), c->dtype);
        const double y = convert(b ? tensor_get(b, element_at(b, index, c->rank)) : number, c->dtype);
        const double expected = convert(convert(x * y, c->result), c->tensors[0]->dtype);
        const double got = tensor_get(c->tensors[0], element_at(c->tensors[0], index, c->rank));
        if (expected != got)
            fail_msg("%g * %g gave %g instead of %g (type %d)", x, y, got, expected, (int)c->dtype);
    } while (next_index(index, c->shape, c->rank));
}

static int32_t random_real(void)
{
    return (int32_t)random_below(EXPOPS_DTYPE_BOOL + 1);
}

static void run_mul(uint32_t most, int32_t dtype, int32_t out_dtype, const int32_t *in_dtypes, const uint32_t *layouts)
{
    launch_case c = case_of("mul", dtype, dtype);
    random_shape(&c, most);
    tensor out = tensor_make(out_dtype, c.shape, c.rank, layouts[0] & ~(uint32_t)LAYOUT_BROADCAST);
    tensor a = tensor_make(in_dtypes[0], c.shape, c.rank, layouts[1]);
    tensor b = tensor_make(in_dtypes[1], c.shape, c.rank, layouts[2]);

    tensor_fill(&a);
    tensor_fill(&b);
    c.num_tensors = 3;
    c.tensors[0] = &out;
    c.tensors[1] = &a;
    c.tensors[2] = &b;
    run_case(device, &c);
    check_mul(&c, &a, &b, 0);
    tensor_free(&out);
    tensor_free(&a);
    tensor_free(&b);
}

static void test_layouts(void **state)
{
    for (int i = 0; i < 600; i++) {
        const int32_t dtype = random_real(), same[] = { dtype, dtype };
        const uint32_t layouts[] = { random_below(16), random_below(16), random_below(16) };
        run_mul(i % 3 ? 70 : 3000, dtype, dtype, same, layouts);
    }
}

static void test_mixed_types(void **state)
{
    for (int i = 0; i < 600; i++) {
        const int32_t dtype = random_real(), in[] = { random_real(), random_real() };
        const uint32_t layouts[] = { random_below(16), random_below(16), random_below(16) };
        run_mul(i % 3 ? 70 : 3000, dtype, random_real(), in, layouts);
    }
}

static void test_tails(void **state)
{
    static const uint32_t compact[] = { 0, 0, 0 };

    for (int32_t dtype = 0; dtype <= EXPOPS_DTYPE_BOOL; dtype++)
        for (uint32_t n = 1; n < 70; n++) {
            launch_case c = case_of("mul", dtype, dtype);
            c.rank = 1;
            c.shape[0] = n;
            tensor out = tensor_make(dtype, c.shape, 1, compact[0]), a = tensor_make(dtype, c.shape, 1, compact[1]);
            tensor_fill(&a);
            c.num_tensors = 2;
            c.tensors[0] = &out;
            c.tensors[1] = &a;
            c.num_numbers = 1;
            c.numbers[0] = 3;
            run_case(device, &c);
            check_mul(&c, &a, NULL, 3);
            tensor_free(&out);
            tensor_free(&a);
        }
}

/* The scalar first, as in 3 - x, and in place. */
static void test_number_first_in_place(void **state)
{
    for (int i = 0; i < 60; i++) {
        const int32_t dtype = random_real();
        launch_case c = case_of("mul", dtype, dtype);
        random_shape(&c, 300);
        tensor a = tensor_make(dtype, c.shape, c.rank, random_below(8));
        tensor_fill(&a);
        tensor kept = a;
        char copy[65536];
        if (a.bytes > sizeof(copy)) {
            tensor_free(&a);
            continue;
        }
        memcpy(copy, a.memory, a.bytes);
        kept.memory = copy;
        c.num_tensors = 2;
        c.tensors[0] = c.tensors[1] = &a;
        c.num_numbers = 1;
        c.number_first = 1;
        c.numbers[0] = 2;
        run_case(device, &c);
        check_mul(&c, &kept, NULL, 2);
        tensor_free(&a);
    }
}

static void test_large_parallel(void **state)
{
    static const int32_t dtypes[] = { EXPOPS_DTYPE_F32, EXPOPS_DTYPE_BF16 };

    for (int i = 0; i < 4; i++) {
        launch_case c = case_of("mul", dtypes[i / 2], dtypes[i / 2]);
        c.rank = 2;
        c.shape[0] = 517;
        c.shape[1] = 613;
        tensor out = tensor_make(c.dtype, c.shape, 2, i & 1 ? LAYOUT_PERMUTED : 0);
        tensor a = tensor_make(c.dtype, c.shape, 2, i & 1 ? LAYOUT_ANY : 0);
        tensor b = tensor_make(c.dtype, c.shape, 2, 0);
        tensor_fill(&a);
        tensor_fill(&b);
        c.num_tensors = 3;
        c.tensors[0] = &out;
        c.tensors[1] = &a;
        c.tensors[2] = &b;
        run_case(device, &c);
        check_mul(&c, &a, &b, 0);
        tensor_free(&out);
        tensor_free(&a);
        tensor_free(&b);
    }
}

/* Past the size from which results are stored past the caches; checked by sample. */
static void test_streamed(void **state)
{
    launch_case c = case_of("mul", EXPOPS_DTYPE_F32, EXPOPS_DTYPE_F32);
    c.rank = 1;
    c.shape[0] = (5 << 20) + 77;
    for (int misaligned = 0; misaligned < 2; misaligned++) {
        tensor out = tensor_make(EXPOPS_DTYPE_F32, c.shape, 1, 0), a = tensor_make(EXPOPS_DTYPE_F32, c.shape, 1, 0);
        out.first += misaligned;
        c.num_tensors = 2;
        c.tensors[0] = &out;
        c.tensors[1] = &a;
        c.num_numbers = 1;
        c.numbers[0] = 2;
        for (int64_t i = 0; i < c.shape[0]; i++)
            tensor_set(&a, i, (double)(i % 1000));
        run_case(device, &c);
        for (int64_t i = 0; i < c.shape[0]; i++)
            if (tensor_get(&out, i) != 2 * (double)(i % 1000))
                fail_msg("element %lld is %g", (long long)i, tensor_get(&out, i));
        tensor_free(&out);
        tensor_free(&a);
    }
}

/* Every half value survives a trip through the arithmetic; every f32 rounds to the nearest half. */
static void test_halves(void **state)
{
    static const int32_t halves[] = { EXPOPS_DTYPE_F16, EXPOPS_DTYPE_BF16 };

    for (int i = 0; i < 4; i++) {
        const int32_t half = halves[i & 1];
        launch_case c = case_of("mul", i < 2 ? half : EXPOPS_DTYPE_F32, i < 2 ? half : EXPOPS_DTYPE_F32);
        c.rank = 1;
        c.shape[0] = 65536;
        tensor out = tensor_make(half, c.shape, 1, 0), a = tensor_make(i < 2 ? half : EXPOPS_DTYPE_F32, c.shape, 1, 0);
        for (int64_t k = 0; k < c.shape[0]; k++) {
            const uint32_t bits = random_next() << 1 ^ random_next();
            if (i < 2)
                ((uint16_t *)a.memory)[a.first + k] = (uint16_t)k;
            else if (k & 1)
                memcpy(a.memory + 4 * (a.first + k), &bits, 4);
            else
                tensor_set(&a, k, ldexp((double)random_below(4096) + 0.5 * (k & 2), -26 - (int)random_below(3)));
        }
        c.num_tensors = 2;
        c.tensors[0] = &out;
        c.tensors[1] = &a;
        c.num_numbers = 1;
        c.numbers[0] = 1;
        run_case(device, &c);
        for (int64_t k = 0; k < c.shape[0]; k++) {
            const double expected = convert(tensor_get(&a, k), half), got = tensor_get(&out, k);
            if (!(expected == got || (isnan(expected) && isnan(got))) || signbit(expected) != signbit(got))
                if (!isnan(expected) || !isnan(got))
                    fail_msg("%a became %a instead of %a", tensor_get(&a, k), got, expected);
        }
        tensor_free(&out);
        tensor_free(&a);
    }
}

/* Inputs are rounded to the common type, results to the result's, before they are stored in something wider. */
static void test_rounds_through_half(void **state)
{
    launch_case c = case_of("mul", EXPOPS_DTYPE_F16, EXPOPS_DTYPE_F16);
    c.rank = 1;
    c.shape[0] = 50;
    tensor out = tensor_make(EXPOPS_DTYPE_F32, c.shape, 1, 0), a = tensor_make(EXPOPS_DTYPE_F32, c.shape, 1, 0);
    for (int64_t k = 0; k < 50; k++)
        tensor_set(&a, k, 2049 + (double)k);
    c.num_tensors = 2;
    c.tensors[0] = &out;
    c.tensors[1] = &a;
    c.num_numbers = 1;
    c.numbers[0] = 3;
    run_case(device, &c);
    check_mul(&c, &a, NULL, 3);
    assert_true(tensor_get(&out, 0) == 6144);
    tensor_free(&out);
    tensor_free(&a);
}

static void test_comparison_to_any_type(void **state)
{
    for (int i = 0; i < 100; i++) {
        const int32_t dtype = random_real();
        launch_case c = case_of("eq", dtype, EXPOPS_DTYPE_BOOL);
        random_shape(&c, 200);
        tensor out = tensor_make(i & 1 ? EXPOPS_DTYPE_BOOL : random_real(), c.shape, c.rank, random_below(8));
        tensor a = tensor_make(dtype, c.shape, c.rank, random_below(16));
        tensor b = tensor_make(random_real(), c.shape, c.rank, random_below(16));
        tensor_fill(&a);
        tensor_fill(&b);
        c.num_tensors = 3;
        c.tensors[0] = &out;
        c.tensors[1] = &a;
        c.tensors[2] = &b;
        run_case(device, &c);
        int64_t index[RANK] = { 0 };
        do {
            const double x = convert(tensor_get(&a, element_at(&a, index, c.rank)), dtype);
            const double y = convert(tensor_get(&b, element_at(&b, index, c.rank)), dtype);
            assert_true(tensor_get(&out, element_at(&out, index, c.rank)) == (x == y));
        } while (next_index(index, c.shape, c.rank));
        tensor_free(&out);
        tensor_free(&a);
        tensor_free(&b);
    }
}

/* softplus: two numbers that are always scalars; vector mathematics against libm in double. */
static void test_numbers_and_mathematics(void **state)
{
    static const int32_t dtypes[] = { EXPOPS_DTYPE_F32, EXPOPS_DTYPE_F64 };

    for (int i = 0; i < 2; i++) {
        launch_case c = case_of("softplus", dtypes[i], dtypes[i]);
        c.rank = 1;
        c.shape[0] = 1003;
        tensor out = tensor_make(dtypes[i], c.shape, 1, 0), a = tensor_make(dtypes[i], c.shape, 1, LAYOUT_GAPS);
        for (int64_t k = 0; k < c.shape[0]; k++)
            tensor_set(&a, k * a.strides[0], ((double)k - 500) / 20);
        c.num_tensors = 2;
        c.tensors[0] = &out;
        c.tensors[1] = &a;
        c.num_numbers = 2;
        c.numbers[0] = 2;
        c.numbers[1] = 20;
        run_case(device, &c);
        for (int64_t k = 0; k < c.shape[0]; k++) {
            const double x = tensor_get(&a, k * a.strides[0]), expected = 2 * x > 20 ? x : log1p(exp(2 * x)) / 2;
            const double got = tensor_get(&out, k), tolerance = (i ? 8 : 4) * (i ? 0x1p-52 : 0x1p-23) * expected;
            if (!(fabs(got - expected) <= tolerance))
                fail_msg("softplus(%a) gave %a instead of %a", x, got, expected);
        }
        tensor_free(&out);
        tensor_free(&a);
    }
}

static void test_complex(void **state)
{
    launch_case c = case_of("mul", EXPOPS_DTYPE_C64, EXPOPS_DTYPE_C64);
    c.rank = 1;
    c.shape[0] = 33;
    tensor out = tensor_make(EXPOPS_DTYPE_C64, c.shape, 1, 0), a = tensor_make(EXPOPS_DTYPE_C64, c.shape, 1, 0);
    c.num_tensors = 3;
    c.tensors[0] = &out;
    c.tensors[1] = c.tensors[2] = &a;
    if (declines(device, &c)) { /* the operator has no complex form */
        c.name = "eq";
        c.result = EXPOPS_DTYPE_BOOL;
    }
    for (int64_t k = 0; k < 33; k++) {
        float *const at = (float *)a.memory + 2 * (a.first + k);
        at[0] = (float)k;
        at[1] = 2;
    }
    run_case(device, &c);
    for (int64_t k = 0; k < 33; k++) {
        const float *const at = (const float *)out.memory + 2 * (out.first + k);
        if (!strcmp(c.name, "mul"))
            assert_true(at[0] == (float)(k * k - 4) && at[1] == (float)(4 * k));
        else
            assert_true(at[0] == 1 && at[1] == 0);
    }
    tensor_free(&out);
    tensor_free(&a);
}

static void test_empty(void **state)
{
    launch_case c = case_of("mul", EXPOPS_DTYPE_F32, EXPOPS_DTYPE_F32);
    c.rank = 2;
    c.shape[0] = 3;
    c.shape[1] = 0;
    tensor out = tensor_make(EXPOPS_DTYPE_F32, c.shape, 2, 0), a = tensor_make(EXPOPS_DTYPE_F32, c.shape, 2, 0);
    c.num_tensors = 3;
    c.tensors[0] = &out;
    c.tensors[1] = c.tensors[2] = &a;
    run_case(device, &c);
    tensor_free(&out);
    tensor_free(&a);
}

/* Sixteen dimensions, none of which join. */
static void test_highest_rank(void **state)
{
    int64_t shape[16], strides[16], stride = 1;
    static float memory[1 << 16], results[1 << 16];
    expops_operand operands[3];
    expops_pointer pointers[] = { { results, 0, 1, 0 }, { memory, 0, 1, 0 }, { memory, 0, 1, 0 } };
    const expops_launch launch = { .struct_size = sizeof(launch), .num_tensors = 3, .tensors = pointers };

    for (int d = 0; d < 16; d++, stride *= 2) {
        shape[d] = 2;
        strides[d] = stride;
    }
    for (int i = 0; i < 3; i++)
        operands[i] = (expops_operand){ sizeof(operands[i]),
                                        i ? EXPOPS_OPERAND_INPUT : EXPOPS_OPERAND_OUTPUT,
                                        EXPOPS_DTYPE_F32,
                                        1,
                                        strides,
                                        0,
                                        EXPOPS_DTYPE_F32,
                                        0 };
    for (int i = 0; i < 1 << 16; i++)
        memory[i] = (float)i;
    const expops_signature signature = { .header = { sizeof(signature), 0, NULL },
                                         .operator_name = "mul",
                                         .dtype = EXPOPS_DTYPE_F32,
                                         .result = EXPOPS_DTYPE_F32,
                                         .rank = 16,
                                         .shape = shape,
                                         .num_operands = 3,
                                         .operands = operands };
    expops_backend_kernel *kernel = ask_plugin(device, &signature);
    assert_non_null(kernel);
    assert_int_equal(plugin_api()->launch(device, kernel, NULL, &launch), 0);
    for (int i = 0; i < 1 << 16; i++)
        assert_true(results[i] == (float)i * (float)i);
    plugin_api()->unload(device, kernel);
}

static void test_declines(void **state)
{
    launch_case c = case_of("no_such_operator", EXPOPS_DTYPE_F32, EXPOPS_DTYPE_F32);
    c.rank = 1;
    c.shape[0] = 3;
    tensor out = tensor_make(EXPOPS_DTYPE_F32, c.shape, 1, 0);
    c.num_tensors = 2;
    c.tensors[0] = c.tensors[1] = &out;
    assert_true(declines(device, &c));
    c.name = "mul"; /* with one operand missing */
    assert_true(declines(device, &c));
    c.name = "softplus"; /* not for integers */
    c.dtype = c.result = EXPOPS_DTYPE_I32;
    c.compute = EXPOPS_COMPUTE_I32;
    c.num_numbers = 2;
    assert_true(declines(device, &c));
    tensor_free(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_mixed_types),
        cmocka_unit_test(test_tails),
        cmocka_unit_test(test_number_first_in_place),
        cmocka_unit_test(test_large_parallel),
        cmocka_unit_test(test_streamed),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_rounds_through_half),
        cmocka_unit_test(test_comparison_to_any_type),
        cmocka_unit_test(test_numbers_and_mathematics),
        cmocka_unit_test(test_complex),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_highest_rank),
        cmocka_unit_test(test_declines),
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
