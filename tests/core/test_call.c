/* What a call checks before anything is launched, and what it hands to the backend. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "fixture.h"
#include "run/plan.h"

static const uintptr_t A = 0x100000, B = 0x4000000000, C = 0x8000000000;

/* Fails with `status`, says each word, and launches nothing. */
static void expect_refusal(expops_status got, expops_status status, unsigned launches, const char *word,
                           const char *other)
{
    if (got != status)
        fail_msg("status %d (%s); expected %d", got, expops_error_text(), status);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches);
    if (!strstr(expops_error_text(), word) || !strstr(expops_error_text(), other))
        fail_msg("\"%s\" names neither %s nor %s", expops_error_text(), word, other);
}

static void hands_over_addresses_and_numbers(void **state)
{
    fixture_tensor x, y;
    float number;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 8, 8);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, 8, 8);
    x.tensor.byte_offset = 64;
    assert_int_equal(expops_mul_scalar(fixture_device, (void *)7, &x.tensor, expops_real(2.5), &y.tensor), EXPOPS_OK);
    const null_record *last = &null_backend.last;
    assert_ptr_equal(last->stream, (void *)7);
    assert_int_equal(last->num_tensors, 2);
    assert_int_equal((uintptr_t)last->tensors[0].data + last->tensors[0].byte_offset, B);
    assert_int_equal((uintptr_t)last->tensors[1].data + last->tensors[1].byte_offset, A + 64);
    memcpy(&number, last->params + 16, sizeof number);
    assert_true(number == 2.5f);
    /* another number is not another kernel or plan */
    const unsigned compiled = null_backend.calls[NULL_COMPILE];
    assert_int_equal(expops_mul_scalar(fixture_device, NULL, &x.tensor, expops_real(-1), &y.tensor), EXPOPS_OK);
    memcpy(&number, null_backend.last.params + 16, sizeof number);
    assert_true(number == -1);
    assert_int_equal(null_backend.calls[NULL_COMPILE], compiled);
}

static void negative_strides_start_at_the_other_end(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 16);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, 16);
    y.strides[0] = -1;
    y.tensor.byte_offset = 60;
    assert_int_equal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK);
    assert_int_equal((uintptr_t)null_backend.last.tensors[0].data + null_backend.last.tensors[0].byte_offset, B);
    assert_int_equal((uintptr_t)null_backend.last.tensors[1].data + null_backend.last.tensors[1].byte_offset, A + 60);
}

static void empty_tensors_launch_nothing(void **state)
{
    fixture_tensor x, y;
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    TENSOR_AT(&x, 0, EXPOPS_DTYPE_F32, 4, 0, 3);
    TENSOR_AT(&y, 0, EXPOPS_DTYPE_F32, 4, 0, 3);
    assert_int_equal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches);
}

static void refuses_bad_arguments(void **state)
{
    fixture_tensor x, y, ints, wrong;
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    const int64_t three[] = { 3 };
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 2, 3);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, 2, 3);
    TENSOR_AT(&ints, C, EXPOPS_DTYPE_I32, 2, 3);
    TENSOR_AT(&wrong, C, EXPOPS_DTYPE_F32, 3, 2);
    expect_refusal(expops_silu(fixture_device, NULL, NULL, &y.tensor), EXPOPS_ERR_INVALID_ARGUMENT, launches, "silu",
                   "self");
    expect_refusal(expops_silu(fixture_device, NULL, &x.tensor, NULL), EXPOPS_ERR_INVALID_ARGUMENT, launches, "silu",
                   "out");
    expect_refusal(expops_silu(fixture_device, NULL, &ints.tensor, &y.tensor), EXPOPS_ERR_DTYPE, launches, "self",
                   "i32");
    expect_refusal(expops_silu(fixture_device, NULL, &x.tensor, &ints.tensor), EXPOPS_ERR_DTYPE, launches, "output",
                   "i32");
    expect_refusal(expops_silu(fixture_device, NULL, &x.tensor, &wrong.tensor), EXPOPS_ERR_SHAPE, launches, "(3, 2)",
                   "(2, 3)");
    expect_refusal(expops_mul(fixture_device, NULL, &x.tensor, &wrong.tensor, &y.tensor), EXPOPS_ERR_SHAPE, launches,
                   "argument other", "broadcast");
    expect_refusal(expops_amin(fixture_device, NULL, &x.tensor, three, 1, 0, &y.tensor), EXPOPS_ERR_SHAPE, launches,
                   "amin", "out of range");
    y.tensor.device.device_type = 77;
    expect_refusal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_ERR_DEVICE, launches, "out", "77");
    y.tensor.device.device_type = EXPOPS_DL_CPU;
    y.tensor.byte_offset = 2;
    expect_refusal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_ERR_INVALID_ARGUMENT, launches,
                   "out", "multiple");
    x.tensor.ndim = EXPOPS_MAX_RANK + 1;
    expect_refusal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_ERR_SHAPE, launches, "self", "17");
    assert_int_equal(expops_call(NULL, fixture_device, NULL, NULL, 0, &y.tensor, 1), EXPOPS_ERR_INVALID_ARGUMENT);
}

static void overlap(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 64);
    TENSOR_AT(&y, A, EXPOPS_DTYPE_F32, 64);
    unsigned launches = null_backend.calls[NULL_LAUNCH];
    assert_int_equal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK); /* in place */
    launches++;
    y.tensor.byte_offset = 16;
    expect_refusal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_ERR_OVERLAP, launches, "silu",
                   "self");
    /* even elements into odd ones: the ranges cross, the elements do not */
    x.strides[0] = y.strides[0] = 2;
    y.tensor.byte_offset = 4;
    assert_int_equal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK);
    launches++;
    y.tensor.byte_offset = 8;
    expect_refusal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_ERR_OVERLAP, launches, "silu",
                   "self");
    y.strides[0] = 0;
    expect_refusal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_ERR_OVERLAP, launches, "silu",
                   "output");
}

static void under_capture_only_loaded_kernels_run(void **state)
{
    fixture_tensor x, y;
    null_backend_reset();
    null_backend.caps |= EXPOPS_CAP_CAPTURE;
    expops_device_close(&fixture_device);
    assert_int_equal(expops_device_open("null", &fixture_device), EXPOPS_OK);
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F64, 31);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F64, 31);
    null_backend.capturing = 1;
    expect_refusal(expops_exp(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_ERR_CAPTURE, 0, "exp",
                   "expops_prepare");
    assert_int_equal(null_backend.calls[NULL_COMPILE], 0);
    null_backend.capturing = 0;
    const expops_value args[] = { expops_tensor_value(&x.tensor) };
    assert_int_equal(expops_prepare(expops_find("exp"), fixture_device, args, 1, &y.tensor, 1, NULL), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], 0);
    null_backend.capturing = 1;
    assert_int_equal(expops_exp(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], 1);
    null_backend.capturing = 0;
}

static void failures_tell_their_story_and_are_not_remembered(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F16, 7, 3);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F16, 7, 3);
    null_backend_fail(NULL_COMPILE, 1, EXPOPS_ERR_COMPILE);
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    expect_refusal(expops_gelu(fixture_device, NULL, &x.tensor, EXPOPS_GELU_APPROXIMATE_TANH, &y.tensor),
                   EXPOPS_ERR_COMPILE, launches, "gelu", "null:0");
    assert_int_equal(expops_gelu(fixture_device, NULL, &x.tensor, EXPOPS_GELU_APPROXIMATE_TANH, &y.tensor), EXPOPS_OK);
    null_backend_fail(NULL_LAUNCH, 1, EXPOPS_ERR_BACKEND);
    assert_int_equal(expops_gelu(fixture_device, NULL, &x.tensor, EXPOPS_GELU_APPROXIMATE_TANH, &y.tensor),
                     EXPOPS_ERR_BACKEND);
    assert_int_equal(expops_gelu(fixture_device, NULL, &x.tensor, EXPOPS_GELU_APPROXIMATE_TANH, &y.tensor), EXPOPS_OK);
}

static void *first_call(void *given)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 11, 13);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, 11, 13);
    for (int i = 0; i < 100; i++)
        if (expops_softplus(fixture_device, NULL, &x.tensor, 1, 20, &y.tensor) != EXPOPS_OK)
            return given;
    return NULL;
}

static void slow_compile(const expops_source *source)
{
    usleep(20000);
}

static void threads_share_one_compilation(void **state)
{
    pthread_t threads[8];
    void *failed = NULL;
    null_backend.compiling = slow_compile;
    const unsigned compiled = null_backend.calls[NULL_COMPILE];
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(threads + i, NULL, first_call, threads), 0);
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    null_backend.compiling = NULL;
    assert_int_equal(null_backend.calls[NULL_COMPILE], compiled + 1);
}

static void a_plugin_may_bring_its_own_kernel(void **state)
{
    fixture_tensor x, y;
    float number;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 5, 5);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, 5, 5);
    const unsigned compiled = null_backend.calls[NULL_COMPILE];
    null_backend.offers = 1;
    assert_int_equal(expops_clamp_min_scalar(fixture_device, NULL, &x.tensor, expops_real(1.5), &y.tensor), EXPOPS_OK);
    assert_int_equal(expops_clamp_min_scalar(fixture_device, NULL, &x.tensor, expops_real(0.5), &y.tensor), EXPOPS_OK);
    null_backend.offers = 0;
    assert_int_equal(null_backend.last.offered, 1);
    assert_string_equal(null_backend.last.operator_name, "clamp_min");
    assert_int_equal(null_backend.last.grid[0], 0);
    memcpy(&number, null_backend.last.params, sizeof number);
    assert_true(number == 0.5f);
    assert_int_equal(null_backend.calls[NULL_COMPILE], compiled);
    const int kernels = null_backend.live_kernels;
    expops_plan_forget();
    assert_int_equal(null_backend.live_kernels, kernels - 1);
    /* declined: the portable text is used */
    assert_int_equal(expops_clamp_min_scalar(fixture_device, NULL, &x.tensor, expops_real(0.5), &y.tensor), EXPOPS_OK);
    assert_int_equal(null_backend.last.offered, 0);
}

static void a_plugins_kernel_gets_the_memory_it_asks_for(void **state)
{
    fixture_tensor x, y;
    uint64_t bytes = 0;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 6, 5);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, 6, 5);
    const expops_value args[] = { expops_tensor_value(&x.tensor) };
    expops_plan_forget();
    null_backend.offers = 1;
    null_backend.scratch_of_offers = 1000;
    assert_int_equal(expops_neg(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK);
    assert_int_equal(expops_prepare(expops_find("neg"), fixture_device, args, 1, &y.tensor, 1, &bytes), EXPOPS_OK);
    null_backend.offers = 0;
    null_backend.scratch_of_offers = 0;
    assert_int_equal(bytes, 1000);
    assert_int_equal(null_backend.last.offered, 1);
    assert_int_equal(null_backend.last.num_tensors, 3);
    assert_ptr_equal(null_backend.last.tensors[0].data, y.tensor.data);
    assert_ptr_equal(null_backend.last.tensors[1].data, x.tensor.data);
    assert_non_null(null_backend.last.tensors[2].data);
    assert_ptr_not_equal(null_backend.last.tensors[2].data, x.tensor.data);
    assert_int_equal(null_backend.live_memory, 0); /* given back */
    expops_plan_forget();
}

static void a_plan_outlives_its_device(void **state)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 9, 9);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, 9, 9);
    null_backend.offers = 1;
    assert_int_equal(expops_neg(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK);
    null_backend.offers = 0;
    expops_device_close(&fixture_device);
    assert_int_equal(null_backend.live_kernels, 0);
    expops_plan_forget();
    assert_int_equal(expops_device_open("null", &fixture_device), EXPOPS_OK);
    assert_int_equal(expops_neg(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK);
    assert_int_equal(null_backend.last.offered, 0);
}

static uint64_t asked;
static char room[1 << 20];

static void *give(void *context, void *stream, uint64_t bytes)
{
    asked = bytes;
    return *(int *)context ? room : NULL;
}

static void take(void *context, void *stream, void *data, uint64_t bytes)
{
    asked -= data == room ? bytes : 0;
}

static void scratch_comes_from_the_callers_allocator(void **state)
{
    fixture_tensor x, y;
    int willing = 1;
    const expops_allocator allocator = { give, take, &willing };
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 1 << 24);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, -1);
    assert_int_equal(expops_device_set_allocator(fixture_device, &allocator), EXPOPS_OK);
    const unsigned allocated = null_backend.calls[NULL_ALLOCATE];
    assert_int_equal(expops_amin(fixture_device, NULL, &x.tensor, NULL, 0, 0, &y.tensor), EXPOPS_OK);
    assert_ptr_equal(null_backend.last.tensors[1].data, room);
    assert_int_equal(asked, 0);
    assert_int_equal(null_backend.calls[NULL_ALLOCATE], allocated);
    willing = 0;
    assert_int_equal(expops_amin(fixture_device, NULL, &x.tensor, NULL, 0, 0, &y.tensor), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_int_equal(expops_device_set_allocator(fixture_device, NULL), EXPOPS_OK);
}

static void scratch_is_asked_for_and_passed_in(void **state)
{
    const expops_operator *op = expops_find("amin");
    fixture_tensor x, y;
    uint64_t bytes = 0;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 1 << 24);
    TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, -1);
    const expops_value args[] = { expops_tensor_value(&x.tensor), expops_ints(NULL, 0), expops_bool(0) };
    assert_int_equal(expops_prepare(op, fixture_device, args, 3, &y.tensor, 1, &bytes), EXPOPS_OK);
    assert_in_range(bytes, 1, sizeof room);
    const expops_pointer scratch = { .data = room, .byte_offset = 256, .device_type = null_backend.device_type };
    const unsigned allocated = null_backend.calls[NULL_ALLOCATE], launched = null_backend.calls[NULL_LAUNCH];
#define AMIN(given, size) expops_call_with_scratch(op, fixture_device, NULL, args, 3, &y.tensor, 1, given, size)
    assert_int_equal(AMIN(&scratch, bytes - 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(AMIN(NULL, bytes), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launched);
    assert_int_equal(AMIN(&scratch, bytes), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launched + 2);
    assert_ptr_equal(null_backend.last.tensors[1].data, room);
    assert_int_equal(null_backend.last.tensors[1].byte_offset, 256);
    assert_int_equal(null_backend.calls[NULL_ALLOCATE], allocated);
    TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, 8); /* takes none */
    assert_int_equal(AMIN(NULL, 0), EXPOPS_OK);
}

/* One more than the device takes in a launch is refused before it is asked. */
static void launches_end_where_the_device_says(void **state)
{
    fixture_tensor x, y;
    null_backend.max_items = 1 << 20;
    expops_device_close(&fixture_device);
    assert_int_equal(expops_device_open("null", &fixture_device), EXPOPS_OK);
    for (int more = 0; more < 2; more++) {
        const int64_t count = (4 << 20) + more; /* of f32, a vector for each work-item */
        TENSOR_AT(&x, A, EXPOPS_DTYPE_F32, count);
        TENSOR_AT(&y, B, EXPOPS_DTYPE_F32, count);
        assert_int_equal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor),
                         more ? EXPOPS_ERR_UNSUPPORTED : EXPOPS_OK);
    }
    null_backend.max_items = 0;
    expops_device_close(&fixture_device);
    assert_int_equal(expops_device_open("null", &fixture_device), EXPOPS_OK);
}

static void inference_needs_no_device(void **state)
{
    fixture_tensor x, y;
    expops_result result;
    TENSOR_AT(&x, A, EXPOPS_DTYPE_I32, 4, 1, 3);
    TENSOR_AT(&y, A, EXPOPS_DTYPE_F16, 5, 1);
    const expops_value args[] = { expops_tensor_value(&x.tensor), expops_tensor_value(&y.tensor) };
    assert_int_equal(expops_infer(expops_find("multiply"), args, 2, &result, 1), EXPOPS_OK);
    assert_int_equal(result.dtype, EXPOPS_DTYPE_F16);
    assert_int_equal(result.ndim, 3);
    assert_memory_equal(result.shape, ((int64_t[]){ 4, 5, 3 }), 3 * sizeof *result.shape);
    assert_int_equal(expops_infer(expops_find("eq"), args, 2, &result, 1), EXPOPS_OK);
    assert_int_equal(result.dtype, EXPOPS_DTYPE_BOOL);
    assert_null(expops_find("no_such_operator"));
}

static void operators_are_found_by_each_of_their_names(void **state)
{
    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        if (i)
            assert_true(strcmp(expops_operator_name(expops_operator_at(i - 1)), expops_operator_name(op)) < 0);
        assert_ptr_equal(expops_find(expops_operator_name(op)), op);
        for (size_t a = 0; expops_operator_alias(op, a); a++)
            assert_ptr_equal(expops_find(expops_operator_alias(op, a)), op);
        if (expops_operator_copy_name(op))
            assert_ptr_equal(expops_find(expops_operator_copy_name(op)), op);
    }
    assert_null(expops_find("nothing"));
    assert_null(expops_find(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_over_addresses_and_numbers),
        cmocka_unit_test(negative_strides_start_at_the_other_end),
        cmocka_unit_test(empty_tensors_launch_nothing),
        cmocka_unit_test(refuses_bad_arguments),
        cmocka_unit_test(overlap),
        cmocka_unit_test(failures_tell_their_story_and_are_not_remembered),
        cmocka_unit_test(threads_share_one_compilation),
        cmocka_unit_test(a_plugin_may_bring_its_own_kernel),
        cmocka_unit_test(a_plugins_kernel_gets_the_memory_it_asks_for),
        cmocka_unit_test(a_plan_outlives_its_device),
        cmocka_unit_test(scratch_comes_from_the_callers_allocator),
        cmocka_unit_test(scratch_is_asked_for_and_passed_in),
        cmocka_unit_test(launches_end_where_the_device_says),
        cmocka_unit_test(inference_needs_no_device),
        cmocka_unit_test(under_capture_only_loaded_kernels_run),
        cmocka_unit_test(operators_are_found_by_each_of_their_names),
    };
    return cmocka_run_group_tests_name("call", tests, fixture_open, fixture_close);
}
