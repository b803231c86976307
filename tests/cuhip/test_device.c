/* The plugin on a real device: memory, streams, timing, and the value of every word of the prelude that has one. Skips,
 * saying why, where the probe finds no device: test_device plugin device.kernel.c [path of the compiler]. */
#include "device_support.h"
#include "target_facts.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 1 << 16 };

static uint32_t in[COUNT], out[COUNT];

static float as_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t as_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* out = case(in) for the first `count` words, on a stream. */
static void run_on(void *stream, enum kernel_case which, const uint32_t *from, uint32_t *to, uint32_t count)
{
    const uint64_t bytes = count * sizeof *from;
    expops_backend_kernel *kernel = device_build(which);
    expops_pointer memory;
    check(api->allocate(device, stream, 2 * bytes + DEVICE_IN, &memory));
    device_copy(stream, EXPOPS_COPY_TO_DEVICE, (char *)memory.data + DEVICE_IN + bytes, from, bytes);
    device_launch(kernel, stream, &memory, count);
    device_copy(stream, EXPOPS_COPY_TO_HOST, to, (char *)memory.data + DEVICE_OUT, bytes);
    check(api->synchronize(device, stream));
    api->release(device, stream, &memory);
    check(api->synchronize(device, stream));
    api->unload(device, kernel);
}

static void run(enum kernel_case which)
{
    memset(out, 0xa5, sizeof out);
    run_on(NULL, which, in, out, COUNT);
}

static void fill_random(void)
{
    for (int i = 0; i < COUNT; i++)
        in[i] = random_word();
}

static void fill_halves(void)
{
    for (int i = 0; i < COUNT; i++)
        in[i] = (uint32_t)i;
}

/* --- halves; the reference works with doubles and looks up nothing --- */

static double f16_value(uint32_t h)
{
    const int exponent = h >> 10 & 31, mantissa = h & 1023;
    const double sign = h & 0x8000 ? -1 : 1;
    if (exponent == 31)
        return mantissa ? (double)NAN : sign * INFINITY;
    return sign * (exponent ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24));
}

/* Nearest of the numbers of `digits` binary digits with least exponent `lowest`, as a double; ties to even. */
static double rounded(double x, int digits, int lowest)
{
    int exponent;
    if (x == 0 || isnan(x) || isinf(x))
        return x;
    (void)frexp(x, &exponent);
    const int unit = exponent - digits > lowest ? exponent - digits : lowest;
    return ldexp(rint(ldexp(x, -unit)), unit);
}

static int same(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}

static void assert_same(int i, double got, double expected)
{
    if (!same(got, expected))
        print_error("word %d, %08x: got %g, expected %g\n", i, in[i], got, expected);
    assert_true(same(got, expected));
}

static void test_f16_to_f32(void **state)
{
    fill_halves();
    run(F16_TO_F32);
    for (int i = 0; i < COUNT; i++)
        assert_same(i, as_float(out[i]), f16_value(in[i]));
}

/* Words around every half: itself, its neighbours in f32, and the points half-way to the next. */
static void fill_around_halves(int is_bf16)
{
    static const int steps[] = { 0, 1, -1 };
    for (int i = 0; i < COUNT; i++) {
        const uint32_t h = random_word() & 0xffff;
        const uint32_t bits = is_bf16 ? h << 16 : as_bits((float)f16_value(h));
        in[i] = bits + (i & 3 ? 0 : is_bf16 ? 0x8000 : 0x1000) + (uint32_t)steps[i % 3];
    }
    for (int i = 0; i < COUNT; i += 2)
        in[i] = i % 4 ? in[i] : random_word();
}

static void test_f32_to_f16(void **state)
{
    fill_around_halves(0);
    run(F32_TO_F16);
    for (int i = 0; i < COUNT; i++) {
        const double expected = rounded(as_float(in[i]), 11, -24);
        assert_same(i, f16_value(out[i]), fabs(expected) > 65504 ? copysign(INFINITY, expected) : expected);
    }
}

static void test_bf16_to_f32(void **state)
{
    fill_halves();
    run(BF16_TO_F32);
    for (int i = 0; i < COUNT; i++)
        assert_same(i, as_float(out[i]), as_float(in[i] << 16));
}

static void test_f32_to_bf16(void **state)
{
    fill_around_halves(1);
    run(F32_TO_BF16);
    for (int i = 0; i < COUNT; i++) {
        const double expected = rounded(as_float(in[i]), 8, -133);
        const double highest = as_float(0x7f7f0000u);
        assert_same(i, as_float(out[i] << 16), fabs(expected) > highest ? copysign(INFINITY, expected) : expected);
    }
}

/* --- the cheap functions, for every f16 and every normal bf16: as good as the half type can tell --- */

/* Errors are relative to the result, or to `least` where that is more. */
static void assert_near(enum kernel_case which, double (*reference)(double), double low, double high, double least,
                        double allowed)
{
    double worst = 0;
    run(which);
    for (int i = 0; i < COUNT; i++) {
        const double x = as_float(in[i]), got = as_float(out[i]), expected = reference(x);
        if (!(x >= low && x <= high) || (x != 0 && fabs(x) < 0x1p-126))
            continue;
        if (isnan(expected) || isinf((float)expected) || expected == 0) {
            assert_same(i, got, (float)expected);
            continue;
        }
        const double error = fabs(got - expected) / fmax(fabs(expected), least);
        worst = error > worst ? error : worst;
        if (error > allowed)
            print_error("case %d of %g: got %g, expected %g\n", (int)which, x, got, expected);
        assert_true(error <= allowed);
    }
    print_message("largest relative error 2^%.1f\n", log2(worst));
}

static void assert_fast(enum kernel_case which, double (*reference)(double), double low, double high)
{
    assert_near(which, reference, low, high, 1e-37, 0x1p-13);
}

static double reciprocal(double x)
{
    return 1 / x;
}

static double reciprocal_root(double x)
{
    return 1 / sqrt(x);
}

static void fill_half_values(int is_bf16)
{
    for (int i = 0; i < COUNT; i++)
        in[i] = is_bf16 ? (uint32_t)i << 16 : as_bits((float)f16_value((uint32_t)i));
}

static void test_fast(void **state)
{
    for (int is_bf16 = 0; is_bf16 < 2; is_bf16++) {
        fill_half_values(is_bf16);
        assert_fast(FAST_EXP, exp, -87, INFINITY);
        assert_fast(FAST_LOG, log, -INFINITY, INFINITY);
        assert_fast(FAST_RCP, reciprocal, -1e37, 1e37);
        assert_fast(FAST_SIN, sin, -1e5, 1e5);
        assert_fast(FAST_COS, cos, -1e5, 1e5);
        /* The formulas for half types count on these. */
        assert_near(RAW_EXP2, exp2, -126, INFINITY, 1e-37, 0x1p-21);
        assert_near(RAW_LOG2, log2, -INFINITY, INFINITY, 1, 0x1p-21);
        assert_near(RAW_RCP, reciprocal, -1e37, 1e37, 1e-37, 0x1p-22);
        assert_near(RAW_RSQRT, reciprocal_root, -INFINITY, INFINITY, 1e-37, 0x1p-21);
        assert_near(RAW_SQRT, sqrt, -INFINITY, INFINITY, 1e-37, 0x1p-21);
    }
}

/* --- the rest --- */

static void test_integers_and_bits(void **state)
{
    fill_random();
    run(MULHI);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(out[i], (uint32_t)((uint64_t)in[i] * 0x9e3779b9u >> 32));
    for (int i = 0; i < COUNT; i++)
        in[i] &= 0x7fe00000u | (uint32_t)i;
    run(F64_BITS);
    assert_memory_equal(out, in, sizeof in);
    fill_halves();
    run(SPECIAL);
    for (int i = 0; i < COUNT; i++)
        assert_same(i, as_float(out[i]), i & 1 ? (double)INFINITY : (double)NAN);
}

static void test_table(void **state)
{
    fill_random();
    run(TABLE);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(out[i], "\3\1\4\1"[in[i] & 3]);
}

static void test_ids_and_local_memory(void **state)
{
    fill_random();
    run(IDS);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(out[i], i);
    run(LOCAL);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(out[i], in[i / GROUP * GROUP + GROUP - 1 - i % GROUP]);
}

static void test_shuffle(void **state)
{
    const int width = (int)info.subgroup;
    fill_random();
    run(SHUFFLE_INT);
    for (int i = 0; i < COUNT; i++)
        if (i % width + 3 < width)
            assert_int_equal(out[i], in[i + 3]);
    for (int i = 0; i < COUNT; i++)
        in[i] = as_bits((float)i);
    run(SHUFFLE_FLOAT);
    for (int i = 0; i < COUNT; i++)
        if (i % width + width / 2 < width)
            assert_int_equal(out[i], in[i + width / 2]);
}

static void test_words(void **state)
{
    fill_random();
    run(WORD16);
    assert_memory_equal(out, in, sizeof in);
    run(WORD8);
    assert_memory_equal(out, in, sizeof in);
}

static void test_copies_and_timing(void **state)
{
    void *stream, *start, *stop;
    expops_pointer a, b;
    uint64_t ns = 0;
    uint32_t capturing = 9;
    fill_random();
    check(api->stream_create(device, &stream));
    check(api->event_create(device, &start));
    check(api->event_create(device, &stop));
    check(api->stream_capturing(device, stream, &capturing));
    assert_int_equal(capturing, 0);
    check(api->allocate(device, stream, sizeof in, &a));
    check(api->allocate(device, stream, sizeof in, &b));
    check(api->event_record(device, start, stream));
    device_copy(stream, EXPOPS_COPY_TO_DEVICE, a.data, in, sizeof in);
    device_copy(stream, EXPOPS_COPY_ON_DEVICE, b.data, a.data, sizeof in);
    device_copy(stream, EXPOPS_COPY_TO_HOST, out, b.data, sizeof in);
    check(api->event_record(device, stop, stream));
    check(api->event_elapsed(device, start, stop, &ns));
    check(api->synchronize(device, stream));
    assert_memory_equal(out, in, sizeof in);
    assert_in_range(ns, 1, 10ull * 1000 * 1000 * 1000);
    api->release(device, stream, &a);
    api->release(device, stream, &b);
    api->event_destroy(device, start);
    api->event_destroy(device, stop);
    api->stream_destroy(device, stream);
}

static void test_broken_image_is_refused(void **state)
{
    static const char image[4096] = "\177ELF and nothing more";
    expops_backend_kernel *kernel = NULL;
    assert_int_equal(api->load(device, image, sizeof image, "xk_main", &kernel), EXPOPS_ERR_BACKEND);
    assert_null(kernel);
    assert_non_null(strstr(host_state.error, "ModuleLoadData"));
}

/* A thread that has never met the driver, with a stream of its own. */
static void *use_in_thread(void *context)
{
    uint32_t *words = context;
    void *stream;
    check(api->stream_create(device, &stream));
    run_on(stream, MULHI, words, words + GROUP, GROUP);
    api->stream_destroy(device, stream);
    return NULL;
}

static void test_threads(void **state)
{
    static uint32_t words[3][2 * GROUP];
    pthread_t threads[3];
    for (int t = 0; t < 3; t++) {
        for (int i = 0; i < GROUP; i++)
            words[t][i] = random_word();
        assert_int_equal(pthread_create(&threads[t], NULL, use_in_thread, words[t]), 0);
    }
    for (int t = 0; t < 3; t++) {
        pthread_join(threads[t], NULL);
        for (int i = 0; i < GROUP; i++)
            assert_int_equal(words[t][GROUP + i], (uint32_t)((uint64_t)words[t][i] * 0x9e3779b9u >> 32));
    }
}

static void test_target_facts(void **state)
{
    check_target_facts(api, &info);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_and_timing),
        cmocka_unit_test(test_f16_to_f32),
        cmocka_unit_test(test_f32_to_f16),
        cmocka_unit_test(test_bf16_to_f32),
        cmocka_unit_test(test_f32_to_bf16),
        cmocka_unit_test(test_fast),
        cmocka_unit_test(test_integers_and_bits),
        cmocka_unit_test(test_ids_and_local_memory),
        cmocka_unit_test(test_shuffle),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_broken_image_is_refused),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_target_facts),
    };
    const int unable = device_open(argc, argv);
    if (unable)
        return unable;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api->device_close(device);
    return failed;
}
