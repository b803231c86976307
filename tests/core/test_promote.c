/* Type promotion against PyTorch's documented rules, and laws no table can get wrong by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "draft/promote.h"

enum { NONE = EXPOPS_DTYPE_COUNT };
#define T(name) EXPOPS_DTYPE_##name

static void two_tensors(void **state)
{
    static const int cases[][3] = {
        { T(F16), T(BF16), T(F32) },  { T(F16), T(F32), T(F32) },  { T(F32), T(F64), T(F64) },
        { T(I8), T(U8), T(I16) },     { T(U8), T(I64), T(I64) },   { T(BOOL), T(U8), T(U8) },
        { T(I64), T(F16), T(F16) },   { T(C64), T(F64), T(C128) }, { T(C64), T(BF16), T(C64) },
        { T(C64), T(C128), T(C128) }, { T(I64), T(C64), T(C64) },  { T(I16), T(I32), T(I32) },
        { T(U16), T(F16), T(F16) },   { T(U16), T(F64), T(F64) },  { T(U16), T(I16), NONE },
        { T(U16), T(BOOL), NONE },    { T(U16), T(C64), NONE },    { T(U16), T(U8), NONE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(expops_promote_types(cases[i][0], cases[i][1]), cases[i][2]);
        assert_int_equal(expops_promote_types(cases[i][1], cases[i][0]), cases[i][2]);
    }
}

static void laws(void **state)
{
    for (int a = 0; a < EXPOPS_DTYPE_COUNT; a++) {
        assert_int_equal(expops_promote_types(a, a), a);
        for (int b = 0; b < EXPOPS_DTYPE_COUNT; b++) {
            const int joined = expops_promote_types(a, b);
            assert_int_equal(joined, expops_promote_types(b, a));
            assert_int_equal(joined, expops_promote_types(joined, a));
            assert_true(joined == NONE || expops_dtype_can_cast(a, joined));
        }
    }
}

static int promoted(int dimensioned, int zero_dim, int number)
{
    const expops_promotion_state given = { dimensioned, zero_dim, number };
    return expops_promoted(&given);
}

static void ranks(void **state)
{
    assert_int_equal(promoted(T(F16), T(F64), -1), T(F16));  /* a 0-d tensor of the same kind does not widen */
    assert_int_equal(promoted(T(I32), -1, T(F32)), T(F32));  /* an int tensor times 1.5 */
    assert_int_equal(promoted(T(U8), -1, T(I64)), T(U8));    /* times 3 */
    assert_int_equal(promoted(T(BOOL), -1, T(I64)), T(I64)); /* bool times 3 */
    assert_int_equal(promoted(T(F64), -1, T(C64)), T(C128)); /* f64 times 1j keeps its precision */
    assert_int_equal(promoted(T(I64), T(F16), -1), T(F16));
    assert_int_equal(promoted(-1, T(F16), T(F32)), T(F16));
    assert_int_equal(promoted(-1, -1, -1), -1);
    assert_int_equal(promoted(T(U16), T(I32), -1), T(U16)); /* of unequal rank they need nothing in common */
    assert_int_equal(promoted(T(I8), T(U16), T(I64)), T(I8));
    assert_int_equal(promoted(T(U16), T(C64), -1), T(C64));
    assert_int_equal(promoted(T(BOOL), T(U16), -1), NONE); /* but where the lower one decides */
    assert_int_equal(promoted(T(F32), NONE, -1), NONE);
}

static void casts(void **state)
{
    assert_false(expops_dtype_can_cast(T(F32), T(I64)));
    assert_false(expops_dtype_can_cast(T(C64), T(F64)));
    assert_false(expops_dtype_can_cast(T(I32), T(BOOL)));
    assert_true(expops_dtype_can_cast(T(F64), T(F16)));
    assert_true(expops_dtype_can_cast(T(BOOL), T(F32)));
    assert_true(expops_dtype_can_cast(T(I64), T(U8)));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(two_tensors), cmocka_unit_test(laws), cmocka_unit_test(ranks),
                                        cmocka_unit_test(casts) };
    return cmocka_run_group_tests_name("promote", tests, NULL, NULL);
}
