/* The tests' own conversions, against the compiler's. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "numbers.h"
#include "random.h"

static uint64_t bits_after_store(expops_dtype dtype, long double value)
{
    uint64_t bits = 0;
    test_store(dtype, &bits, (test_value){ value, 0 });
    return bits;
}

/* A double of any size, the ends of the narrow types' ranges often met. */
static double any_double(test_random *random)
{
    return ldexp((double)test_random_in(random, -2, 2), (int)test_random_below(random, 320) - 165);
}

static void test_f32(void **state)
{
    test_random random = test_random_for("f32");
    for (int i = 0; i < 200000; i++) {
        const double value = any_double(&random);
        const float narrow = (float)value;
        uint32_t bits;
        memcpy(&bits, &narrow, sizeof(bits));
        assert_int_equal(bits_after_store(EXPOPS_DTYPE_F32, (long double)value), bits);
        assert_true(test_load(EXPOPS_DTYPE_F32, &narrow).re == (long double)narrow);
    }
}

static void test_f64(void **state)
{
    test_random random = test_random_for("f64");
    for (int i = 0; i < 100000; i++) {
        const long double value =
            ldexpl(test_random_in(&random, -2, 2), (int)test_random_below(&random, 6000) - 1110) + ldexpl(1, -60);
        const double narrow = (double)value;
        uint64_t bits;
        memcpy(&bits, &narrow, sizeof(bits));
        assert_int_equal(bits_after_store(EXPOPS_DTYPE_F64, value), bits);
        assert_true(test_load(EXPOPS_DTYPE_F64, &narrow).re == (long double)narrow);
    }
}

/* Every pattern is itself again, and the middle between neighbours goes to the even one. */
static void test_halves(void **state)
{
    static const expops_dtype halves[] = { EXPOPS_DTYPE_F16, EXPOPS_DTYPE_BF16 };
    for (int k = 0; k < 2; k++)
        for (uint32_t bits = 0; bits < 65536; bits++) {
            const uint16_t pattern = (uint16_t)bits, next = (uint16_t)(bits + 1);
            const long double value = test_load(halves[k], &pattern).re;
            if (isnan(value))
                continue;
            assert_int_equal(bits_after_store(halves[k], value), bits);
            const long double above = test_load(halves[k], &next).re;
            if (isinf(value) || !isfinite(above) || (bits & 0x7fff) == 0x7fff)
                continue;
            assert_int_equal(bits_after_store(halves[k], (value + above) / 2), bits & 1 ? bits + 1 : bits);
        }
}

static void test_known_halves(void **state)
{
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_F16, 1), 0x3c00);
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_F16, 65504), 0x7bff);
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_F16, 65519.9L), 0x7bff);
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_F16, 65520), 0x7c00);
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_F16, 0x1p-24L), 1);
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_F16, 0x1p-25L), 0);
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_F16, -0.0L), 0x8000);
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_BF16, 1), 0x3f80);
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_BF16, INFINITY), 0x7f80);
    assert_int_equal(bits_after_store(EXPOPS_DTYPE_BF16, 3.0e38L), 0x7f62);
}

static void test_integers(void **state)
{
    const int64_t lowest = INT64_MIN;
    const int8_t minus = -1;
    const uint8_t most = 255;
    assert_true(test_load(EXPOPS_DTYPE_I64, &lowest).re == -0x1p63L);
    assert_true(test_load(EXPOPS_DTYPE_I8, &minus).re == -1);
    assert_true(test_load(EXPOPS_DTYPE_U8, &most).re == 255);
    assert_true(test_round(EXPOPS_DTYPE_I8, 128) == -128);
    assert_true(test_round(EXPOPS_DTYPE_U8, -1) == 255);
    assert_true(test_round(EXPOPS_DTYPE_U16, -1) == 65535);
    assert_true(test_round(EXPOPS_DTYPE_I32, -2.9L) == -2);
    assert_true(test_round(EXPOPS_DTYPE_I64, 0x1p63L - 1) == 0x1p63L - 1);
    assert_true(test_round(EXPOPS_DTYPE_BOOL, NAN) == 1);
}

static void test_closeness(void **state)
{
    const expops_dtype f32 = EXPOPS_DTYPE_F32;
    assert_true(test_close(f32, 1, 1, 0, 0));
    assert_false(test_close(f32, 1 + 0x1p-23L, 1, 0, 0));
    assert_true(test_close(f32, 1 + 0x1p-23L, 1, 1, 0));
    assert_false(test_close(f32, 1 + 0x1p-22L, 1, 1.5, 0));
    assert_true(test_close(f32, 1 + 0x1p-22L, 1, 0, 0x1p-22L));
    assert_false(test_close(f32, -0.0L, 0.0L, 10, 0));
    assert_false(test_close(f32, 0x1p-149L, 0.0L, 10, 0));
    assert_true(test_close(f32, NAN, NAN, 0, 0));
    assert_false(test_close(f32, NAN, 1, 1e9, 0));
    assert_false(test_close(f32, 1, NAN, 1e9, 0));
    assert_false(test_close(f32, -INFINITY, INFINITY, 1e9, 0));
    assert_false(test_close(f32, 0x1.fffffep127L, INFINITY, 1, 0));
    assert_true(test_close(f32, INFINITY, 0x1.fffffep127L, 1, 0));
    assert_false(test_close(f32, INFINITY, 0x1.fffffep127L, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_f32),          cmocka_unit_test(test_f64),      cmocka_unit_test(test_halves),
        cmocka_unit_test(test_known_halves), cmocka_unit_test(test_integers), cmocka_unit_test(test_closeness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
