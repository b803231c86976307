/* An allocator of the application's that calls the library back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "fixture.h"
#include "run/plan.h"

enum { NEW_SHAPES = 6000 }; /* more than a thread keeps plans */

static char room[1 << 20];
static int depth;
static int32_t failed;
static void (*nested)(int releasing);

static void run_nested(int releasing)
{
    if (depth++ == 0 && nested)
        nested(releasing);
    depth--;
}

static void *give(void *context, void *stream, uint64_t bytes)
{
    run_nested(0);
    return room;
}

static void take(void *context, void *stream, void *data, uint64_t bytes)
{
    run_nested(1);
}

static const expops_allocator calling_back = { give, take, NULL };

static int open_with_allocator(void **state)
{
    expops_plan_forget();
    expops_device_close(&fixture_device);
    null_backend_reset();
    nested = NULL;
    failed = 0;
    null_backend.max_group = 1024;
    return expops_device_open("null", &fixture_device) != EXPOPS_OK ||
           expops_device_set_allocator(fixture_device, &calling_back) != EXPOPS_OK;
}

/* A row so long that it is cut in parts, which needs scratch memory. */
static expops_status call(uintptr_t address)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, address, EXPOPS_DTYPE_F32, 1 << 24);
    TENSOR_AT(&y, 2 * address, EXPOPS_DTYPE_F32, -1);
    return expops_amin(fixture_device, NULL, &x.tensor, NULL, 0, 0, &y.tensor);
}

/* The last launch was the second step of that call. */
static void expect_combined(uintptr_t address)
{
    assert_int_equal(null_backend.last.num_tensors, 2);
    assert_ptr_equal(null_backend.last.tensors[0].data, (void *)(2 * address));
    assert_ptr_equal(null_backend.last.tensors[1].data, room);
    assert_string_equal(null_backend.last.entry, "xk_main");
}

static void forget_everything(int releasing)
{
    if (releasing)
        return;
    for (int64_t n = 1; n < NEW_SHAPES; n++) {
        fixture_tensor x, y;
        TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, n);
        TENSOR_AT(&y, 0x200000, EXPOPS_DTYPE_F32, n);
        failed |= expops_silu(fixture_device, NULL, &x.tensor, &y.tensor);
    }
}

static const uintptr_t A = 0x40000000, B = 0x80000000;

static void f11_the_plan_in_use_is_forgotten_meanwhile(void **state)
{
    nested = forget_everything;
    assert_int_equal(call(A), EXPOPS_OK);
    assert_int_equal(failed, EXPOPS_OK);
    expect_combined(A);
    nested = NULL;
    assert_int_equal(call(A), EXPOPS_OK);
    expect_combined(A);
}

static void forget(int releasing)
{
    expops_plan_forget();
}

static void f11_all_plans_are_forgotten_meanwhile(void **state)
{
    null_backend.offers = 0;
    nested = forget;
    assert_int_equal(call(A), EXPOPS_OK);
    expect_combined(A);
}

static void call_the_same(int releasing)
{
    failed |= call(B);
    if (releasing)
        return;
    expect_combined(B);
}

static void f11_the_same_plan_is_used_by_a_nested_call(void **state)
{
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    nested = call_the_same;
    assert_int_equal(call(A), EXPOPS_OK);
    assert_int_equal(failed, EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches + 6);
    expect_combined(B); /* the one nested in the release comes last */
}

static void close_the_device(int releasing)
{
    expops_device *again = fixture_device;
    if (releasing)
        return;
    expops_device_close(&again);
    assert_null(again);
    assert_int_equal(null_backend.live_devices, 1);
}

static void f11_the_device_is_closed_by_a_nested_call(void **state)
{
    nested = close_the_device;
    assert_int_equal(call(A), EXPOPS_OK);
    expect_combined(A);
    assert_int_equal(null_backend.live_devices, 0);
    assert_int_equal(null_backend.live_kernels, 0);
    fixture_device = NULL;
}

static int taken_by_own;

static void *give_and_change(void *context, void *stream, uint64_t bytes)
{
    failed |= expops_device_set_allocator(fixture_device, NULL);
    return room;
}

static void take_own(void *context, void *stream, void *data, uint64_t bytes)
{
    taken_by_own += data == room;
}

static void f11_memory_goes_back_to_the_allocator_it_came_from(void **state)
{
    const expops_allocator changing = { give_and_change, take_own, NULL };
    assert_int_equal(expops_device_set_allocator(fixture_device, &changing), EXPOPS_OK);
    assert_int_equal(call(A), EXPOPS_OK);
    assert_int_equal(failed, EXPOPS_OK);
    assert_int_equal(taken_by_own, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(f11_the_plan_in_use_is_forgotten_meanwhile, open_with_allocator),
        cmocka_unit_test_setup(f11_all_plans_are_forgotten_meanwhile, open_with_allocator),
        cmocka_unit_test_setup(f11_the_same_plan_is_used_by_a_nested_call, open_with_allocator),
        cmocka_unit_test_setup(f11_the_device_is_closed_by_a_nested_call, open_with_allocator),
        cmocka_unit_test_setup(f11_memory_goes_back_to_the_allocator_it_came_from, open_with_allocator),
    };
    return cmocka_run_group_tests_name("nested", tests, fixture_open, fixture_close);
}
