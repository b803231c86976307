/* Calls whose outputs are made when the results are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "run/plan.h"

enum { NEW_SHAPES = 6000 }; /* more than a thread keeps plans */

/* What makes the outputs: how, and what it was asked. */
static struct maker {
    uintptr_t address;
    expops_status gives;
    int32_t dtype; /* another than the result's; -1: that */
    int turned;    /* with strides of its own */
    void (*first)(void);
    unsigned asked;
    expops_result result;
    int64_t strides[EXPOPS_MAX_RANK];
} maker;

static expops_status make(void *context, const expops_result *results, expops_tensor *outs)
{
    struct maker *m = context;
    m->asked++;
    m->result = *results;
    if (m->first)
        m->first();
    if (m->gives)
        return m->gives;
    m->strides[0] = 1;
    m->strides[1] = m->result.shape[0];
    *outs = (expops_tensor){ .data = (void *)m->address,
                             .device = { null_backend.device_type, 0 },
                             .ndim = m->result.ndim,
                             .dtype = expops_dtype_to_dl(m->dtype < 0 ? m->result.dtype : (expops_dtype)m->dtype),
                             .shape = m->result.shape,
                             .strides = m->turned ? m->strides : m->result.strides };
    return EXPOPS_OK;
}

static int start(void **state)
{
    expops_plan_forget();
    null_backend_reset();
    maker = (struct maker){ .address = 0x200000, .dtype = -1 };
    return 0;
}

static const expops_tensor *input(expops_dtype dtype)
{
    static fixture_tensor x;
    TENSOR_AT(&x, 0x100000, dtype, 40, 30);
    return &x.tensor;
}

static expops_status call(const char *name, const expops_value *args, size_t num_args)
{
    expops_tensor out;
    return expops_call_new(expops_find(name), fixture_device, NULL, args, num_args, make, &maker, &out, 1);
}

static expops_status silu(expops_dtype dtype)
{
    const expops_value args[] = { expops_tensor_value(input(dtype)) };
    return call("silu", args, 1);
}

static void expect_launch(uintptr_t address, unsigned launches)
{
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches);
    assert_ptr_equal(null_backend.last.tensors[0].data, (void *)address);
}

static void outputs_are_made_of_the_results(void **state)
{
    for (unsigned i = 1; i <= 3; i++) {
        maker.address += 0x1000;
        assert_int_equal(silu(EXPOPS_DTYPE_F16), EXPOPS_OK);
        assert_int_equal(maker.asked, i);
        assert_int_equal(maker.result.dtype, EXPOPS_DTYPE_F16);
        assert_int_equal(maker.result.ndim, 2);
        assert_int_equal(maker.result.shape[0], 40);
        assert_int_equal(maker.result.strides[0], 30);
        expect_launch(maker.address, i);
    }
    assert_int_equal(silu(EXPOPS_DTYPE_F32), EXPOPS_OK);
    assert_int_equal(maker.result.dtype, EXPOPS_DTYPE_F32);
    expect_launch(maker.address, 4);
}

/* The plan of an output that is described otherwise is another one, whichever came before. */
static void any_output_will_do(void **state)
{
    static const struct {
        uintptr_t address;
        int32_t dtype;
        int turned;
    } outs[] = { { 0x200000, -1, 0 }, { 0x200004, -1, 0 }, { 0x200000, -1, 1 }, { 0x200000, EXPOPS_DTYPE_F16, 0 } };
    enum { COUNT = sizeof outs / sizeof *outs };
    null_backend.offers = 1;
    for (unsigned i = 0; i < 5 * COUNT; i++) {
        const unsigned k = i % COUNT; /* each after each other one, and after itself */
        maker.address = outs[k].address;
        maker.dtype = outs[k].dtype;
        maker.turned = outs[k].turned;
        assert_int_equal(silu(EXPOPS_DTYPE_F32), EXPOPS_OK);
        assert_int_equal(silu(EXPOPS_DTYPE_F32), EXPOPS_OK);
        expect_launch(maker.address, 2 * i + 2);
        assert_int_equal(null_backend.calls[NULL_OFFER], i < COUNT ? i + 1 : COUNT);
    }
}

static void what_makes_outputs_may_refuse(void **state)
{
    for (int i = 0; i < 2; i++) {
        maker.gives = EXPOPS_ERR_OUT_OF_MEMORY;
        assert_int_equal(silu(EXPOPS_DTYPE_F32), EXPOPS_ERR_OUT_OF_MEMORY);
        assert_non_null(strstr(expops_error_text(), "silu"));
        assert_int_equal(null_backend.calls[NULL_LAUNCH], i);
        maker.gives = EXPOPS_OK;
        assert_int_equal(silu(EXPOPS_DTYPE_F32), EXPOPS_OK);
    }
}

static void wrong_calls_make_nothing(void **state)
{
    const expops_operator *op = expops_find("silu");
    const expops_value args[] = { expops_tensor_value(input(EXPOPS_DTYPE_F32)) };
    expops_tensor out;
#define NEW(op, num_args, make, outs, count) \
    expops_call_new(op, fixture_device, NULL, args, num_args, make, &maker, outs, count)
    assert_int_equal(NEW(NULL, 1, make, &out, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(NEW(op, 2, make, &out, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(NEW(op, 0, make, &out, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(NEW(op, 1, NULL, &out, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(NEW(op, 1, make, NULL, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(NEW(op, 1, make, &out, 0), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(NEW(op, 1, make, &out, 2), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(silu(EXPOPS_DTYPE_BOOL), EXPOPS_ERR_DTYPE);
    assert_int_equal(maker.asked, 0);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], 0);
}

/* Lists come first in some operators, and others have no tensor at all. */
static void any_first_argument_will_do(void **state)
{
    const expops_tensor *list[] = { input(EXPOPS_DTYPE_F32), input(EXPOPS_DTYPE_F32) };
    const expops_value cat[] = { expops_tensors(list, 2), expops_int(1) }, eye[] = { expops_int(7) };
    const expops_value none[] = { expops_tensors(NULL, 2), expops_int(1) };
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(call("cat", cat, 2), EXPOPS_OK);
        assert_int_equal(maker.result.shape[1], 60);
        assert_int_equal(call("eye", eye, 1), EXPOPS_OK);
        assert_int_equal(maker.result.shape[1], 7);
        assert_int_equal(call("cat", none, 2), EXPOPS_ERR_INVALID_ARGUMENT);
    }
    assert_int_equal(maker.asked, 4);
}

/* --- what makes outputs calls the library --- */

static void forget(void)
{
    expops_plan_forget();
}

static void forget_by_others(void)
{
    fixture_tensor x, y;
    for (int64_t n = 1; n < NEW_SHAPES; n++) {
        TENSOR_AT(&x, 0x300000, EXPOPS_DTYPE_F32, n);
        TENSOR_AT(&y, 0x400000, EXPOPS_DTYPE_F32, n);
        assert_int_equal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK);
    }
}

static double number_launched(void)
{
    float number;
    memcpy(&number, null_backend.last.params, sizeof number);
    return number;
}

static expops_status mul(double number)
{
    const expops_value args[] = { expops_tensor_value(input(EXPOPS_DTYPE_F32)), expops_real(number) };
    return call("mul", args, 2);
}

static void mul_by_another(void)
{
    maker.first = NULL;
    assert_int_equal(mul(9), EXPOPS_OK);
    assert_true(number_launched() == 9);
}

static void plans_may_go_meanwhile(void **state)
{
    static void (*const all[])(void) = { forget, forget_by_others, mul_by_another };
    null_backend.offers = 1;
    for (int i = 0; i < 9; i++) {
        maker.first = all[i % 3];
        assert_int_equal(mul(i), EXPOPS_OK);
        assert_true(number_launched() == i);
        assert_ptr_equal(null_backend.last.tensors[0].data, (void *)maker.address);
        assert_ptr_equal(null_backend.last.tensors[1].data, (void *)0x100000);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(outputs_are_made_of_the_results), TEST(any_output_will_do),         TEST(what_makes_outputs_may_refuse),
        TEST(wrong_calls_make_nothing),        TEST(any_first_argument_will_do), TEST(plans_may_go_meanwhile),
    };
    return cmocka_run_group_tests_name("call_new", tests, fixture_open, fixture_close);
}
