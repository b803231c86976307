/* The harness itself: it must see a stray byte, and its rule of promotion must be PyTorch's. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "promotion.h"
#include "reference.h"
#include "session.h"

static expops_device *device;

/* Changes one byte of the device's copy, `at` bytes after the first guard's start, and returns what the check says. */
static int sees_stray_byte(test_array *array, uint64_t at, int only_view)
{
    unsigned char *image = malloc(test_array_bytes(array)), byte = 0;
    expops_pointer place = array->memory;
    assert_non_null(image);
    assert_int_equal(test_array_upload(array), EXPOPS_OK);
    place.byte_offset += at;
    assert_int_equal(expops_memory_upload(device, NULL, &place, &byte, 1), EXPOPS_OK);
    assert_int_equal(test_array_download(array, image), EXPOPS_OK);
    const int seen = test_array_spoilt(array, image, only_view);
    free(image);
    return seen;
}

static void test_guards(void **state)
{
    static const int64_t shape[] = { 3, 5 };
    test_array array;
    const uint64_t guard = 256;
    assert_true(test_array_make(&array, device, EXPOPS_DTYPE_F32, 2, shape, TEST_STEPPED, 2));
    const uint64_t first = guard + (uint64_t)array.first * 4;
    assert_true(sees_stray_byte(&array, 0, 1));
    assert_true(sees_stray_byte(&array, guard - 1, 1));
    assert_true(sees_stray_byte(&array, guard + (uint64_t)array.stored * 4, 1));
    assert_true(sees_stray_byte(&array, test_array_bytes(&array) - 1, 1));
    assert_true(sees_stray_byte(&array, first + 4, 1)); /* the gap after the first element */
    assert_false(sees_stray_byte(&array, first, 1));    /* an element is the output's to write */
    assert_true(sees_stray_byte(&array, first, 0));     /* an input's is not */
    test_array_free(&array);
}

/* Every layout must reach as many different elements as it has, all within its storage. */
static void test_layouts(void **state)
{
    static const int64_t shape[] = { 4, 3, 5 };
    for (int layout = 0; layout < TEST_LAYOUT_COUNT; layout++) {
        test_array array;
        assert_true(test_array_make(&array, device, EXPOPS_DTYPE_I32, 3, shape, (enum test_layout)layout, 3));
        unsigned char *touched = calloc((size_t)array.stored, 1);
        int count = 0;
        assert_non_null(touched);
        for (int64_t k = 0; k < 60; k++) {
            const int64_t index = test_array_index(&array, 3, shape, k);
            assert_true(index >= 3 && index < array.stored);
            count += !touched[index];
            touched[index] = 1;
        }
        assert_int_equal(count, layout == TEST_EXPANDED ? 15 : 60);
        free(touched);
        test_array_free(&array);
    }
}

/* An operand of a promotion: a type with dimensions, without, or a number. */
enum { DIMENSIONS, SCALAR, NUMBER_VALUE };

static expops_dtype promoted(expops_dtype a, int a_kind, expops_dtype b, int b_kind, uint32_t arithmetic)
{
    const expops_operator op = { .name = "pair",
                                 .arithmetic = arithmetic,
                                 .parameters = { OPERAND("a"), OPERAND("b") } };
    const expops_dtype dtypes[] = { a, b };
    const int kinds[] = { a_kind, b_kind };
    static const double parts[] = { 1, 2 };
    int64_t shape[] = { 2 };
    expops_tensor tensors[2];
    expops_value args[2];
    for (int i = 0; i < 2; i++) {
        tensors[i] =
            (expops_tensor){ .ndim = kinds[i] == DIMENSIONS, .dtype = expops_dtype_to_dl(dtypes[i]), .shape = shape };
        args[i] = expops_tensor_value(&tensors[i]);
        if (kinds[i] == NUMBER_VALUE)
            args[i] = dtypes[i] == EXPOPS_DTYPE_BOOL  ? expops_bool(1)
                      : dtypes[i] == EXPOPS_DTYPE_I64 ? expops_int(3)
                      : dtypes[i] == EXPOPS_DTYPE_C64 ? expops_complex(parts)
                                                      : expops_real(1.5);
    }
    return test_promote(&op, args, 2).common;
}

#define D(name) EXPOPS_DTYPE_##name

static void test_promotion(void **state)
{
    static const struct {
        expops_dtype a, b;
        int a_kind, b_kind;
        expops_dtype common;
    } facts[] = {
        { D(F16), D(BF16), DIMENSIONS, DIMENSIONS, D(F32) },   { D(F16), D(F32), DIMENSIONS, DIMENSIONS, D(F32) },
        { D(I64), D(F16), DIMENSIONS, DIMENSIONS, D(F16) },    { D(U8), D(I8), DIMENSIONS, DIMENSIONS, D(I16) },
        { D(U8), D(I32), DIMENSIONS, DIMENSIONS, D(I32) },     { D(BOOL), D(U8), DIMENSIONS, DIMENSIONS, D(U8) },
        { D(I16), D(I64), DIMENSIONS, SCALAR, D(I16) },        { D(I16), D(F64), DIMENSIONS, SCALAR, D(F64) },
        { D(F16), D(F64), DIMENSIONS, SCALAR, D(F16) },        { D(F16), D(F64), SCALAR, SCALAR, D(F64) },
        { D(BOOL), D(I64), DIMENSIONS, NUMBER_VALUE, D(I64) }, { D(I8), D(I64), DIMENSIONS, NUMBER_VALUE, D(I8) },
        { D(I8), D(F64), DIMENSIONS, NUMBER_VALUE, D(F32) },   { D(BF16), D(F64), DIMENSIONS, NUMBER_VALUE, D(BF16) },
        { D(F64), D(F64), SCALAR, NUMBER_VALUE, D(F64) },      { D(I32), D(I64), SCALAR, NUMBER_VALUE, D(I32) },
        { D(F64), D(C64), DIMENSIONS, NUMBER_VALUE, D(C128) }, { D(F32), D(C64), DIMENSIONS, DIMENSIONS, D(C64) },
        { D(F64), D(C64), DIMENSIONS, DIMENSIONS, D(C128) },   { D(BOOL), D(BOOL), DIMENSIONS, NUMBER_VALUE, D(BOOL) },
    };
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        const expops_dtype common =
            promoted(facts[i].a, facts[i].a_kind, facts[i].b, facts[i].b_kind, EXPOPS_ARITHMETIC_SAME);
        const expops_dtype turned =
            promoted(facts[i].b, facts[i].b_kind, facts[i].a, facts[i].a_kind, EXPOPS_ARITHMETIC_SAME);
        if (common != facts[i].common || turned != common)
            fail_msg("fact %zu: %s, not %s", i, expops_dtype_name(common), expops_dtype_name(facts[i].common));
    }
    assert_int_equal(promoted(D(I32), DIMENSIONS, D(BOOL), DIMENSIONS, EXPOPS_ARITHMETIC_FLOATING), D(F32));
    assert_true(test_meet(D(U16), D(F16)) && test_meet(D(U16), D(U16)) && !test_meet(D(U16), D(I32)));
    assert_true(!test_meet(D(BOOL), D(U16)) && !test_meet(D(U16), D(C64)));
    assert_true(test_can_cast(D(F64), D(F16)) && test_can_cast(D(I64), D(U8)) && test_can_cast(D(BOOL), D(I8)));
    assert_false(test_can_cast(D(F16), D(I64)) || test_can_cast(D(C64), D(F64)) || test_can_cast(D(I8), D(BOOL)));
}

static long double weighted(long double a, long double b, long double c)
{
    return a + 10 * b + 100 * c;
}

static void test_references(void **state)
{
    const test_reference reference = { "weighted", 3, (test_reference_fn)(void *)weighted, NULL };
    test_reference_add(&reference);
    const test_reference *found = test_reference_find("weighted");
    assert_non_null(found);
    assert_null(test_reference_find("weighte"));
    assert_true(test_reference_call(found, (const long double[]){ 1, 2, 3 }) == 321);
}

int main(void)
{
    int result = 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guards),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_promotion),
        cmocka_unit_test(test_references),
    };
    device = test_session_open(&result);
    if (!device)
        return result;
    result = cmocka_run_group_tests(tests, NULL, NULL) != 0;
    expops_device_close(&device);
    return result;
}
