/* Kernels made for a device that is elsewhere: without one here, and found there. */
#include "cache_fixture.h"
#include "expops/expops.h"
#include "null_backend.h"
#include "run/plan.h"

enum { LENGTH = 100 };

static char memory[2][LENGTH * sizeof(float)] __attribute__((aligned(256)));

static expops_status on(expops_device *device, int prepared)
{
    int64_t shape[] = { LENGTH };
    const expops_tensor x = { .data = memory[0],
                              .device = { .device_type = null_backend.device_type },
                              .ndim = 1,
                              .dtype = expops_dtype_to_dl(EXPOPS_DTYPE_F32),
                              .shape = shape };
    expops_tensor out = x;
    const expops_value args[] = { expops_tensor_value(&x) };
    out.data = memory[1];
    return prepared ? expops_prepare(expops_find("silu"), device, args, 1, &out, 1, NULL)
                    : expops_call(expops_find("silu"), device, NULL, args, 1, &out, 1);
}

static expops_device *open_target(const char *target, uint32_t compute_units)
{
    expops_device *device;
    CHECK(expops_device_open_target("null", target, compute_units, &device) == EXPOPS_OK);
    return device;
}

static void begin(void)
{
    null_backend_reset();
    CHECK(expops_register_backend(null_backend_query) == EXPOPS_OK);
}

/* The driver is never asked for anything, and tensors' addresses are not looked at. */
static void check_made(const char *directory)
{
    begin();
    expops_device *device = open_target("null-1", 0);
    CHECK(!strcmp(expops_device_name(device), "null:null-1"));
    CHECK(expops_device_get_info(device)->compute_units == 4);
    CHECK(on(device, 1) == EXPOPS_OK);
    CHECK(null_backend.calls[NULL_COMPILE] == 1 && count_files(directory, "") == 3);
    CHECK(on(device, 1) == EXPOPS_OK);
    expops_plan_forget();
    CHECK(on(device, 1) == EXPOPS_OK && null_backend.calls[NULL_COMPILE] == 1);
    expops_device_close(&device);
    device = open_target("null-2", 7);
    CHECK(expops_device_get_info(device)->compute_units == 7);
    CHECK(on(device, 1) == EXPOPS_OK && null_backend.calls[NULL_COMPILE] == 2);
    expops_device_close(&device);
    for (int i = 0; i < NULL_FUNCTION_COUNT; i++)
        CHECK(!null_backend.calls[i] || i == NULL_COMPILE || i == NULL_RELEASE_IMAGE || i == NULL_DESCRIBE_TARGET);
}

/* The same machine's device, then one whose machine has no compiler, then one whose has another. */
static void check_found(const char *directory)
{
    expops_device *target, *device;
    begin();
    target = open_target("null-1", 0);
    CHECK(on(target, 1) == EXPOPS_OK);
    expops_device_close(&target);
    CHECK(expops_device_open("null", &device) == EXPOPS_OK && on(device, 0) == EXPOPS_OK);
    CHECK(null_backend.calls[NULL_COMPILE] == 1 && null_backend.calls[NULL_LAUNCH] == 1);
    expops_device_close(&device);

    null_backend.compiler = "no null compiler";
    null_backend_fail(NULL_COMPILE, 1, EXPOPS_ERR_UNAVAILABLE);
    CHECK(expops_device_open("null", &device) == EXPOPS_OK && on(device, 0) == EXPOPS_OK);
    CHECK(null_backend.calls[NULL_LAUNCH] == 2);
    expops_device_close(&device);

    null_backend.compiler = "null compiler 2";
    CHECK(expops_device_open("null", &device) == EXPOPS_OK && on(device, 0) == EXPOPS_OK);
    CHECK(null_backend.calls[NULL_COMPILE] == 3 && null_backend.calls[NULL_LAUNCH] == 3);
    expops_device_close(&device);
}

/* What only a device can do says that this is none. */
static void check_refused(const char *directory)
{
    expops_pointer pointer;
    begin();
    expops_device *device = open_target("null-1", 0);
    CHECK(on(device, 1) == EXPOPS_OK);
    CHECK(on(device, 0) == EXPOPS_ERR_UNSUPPORTED && strstr(expops_error_text(), "is a target, no device"));
    CHECK(expops_memory_allocate(device, NULL, 64, &pointer) == EXPOPS_ERR_UNSUPPORTED);
    CHECK(expops_synchronize(device, NULL) == EXPOPS_ERR_UNSUPPORTED);
    expops_device_close(&device);
    CHECK(!device);
    CHECK(expops_device_open_target("null", NULL, 0, &device) == EXPOPS_ERR_INVALID_ARGUMENT);
    CHECK(expops_device_open_target("nul", "null-1", 0, &device) == EXPOPS_ERR_NOT_FOUND);
    null_backend_fail(NULL_DESCRIBE_TARGET, 1, EXPOPS_ERR_INVALID_ARGUMENT);
    CHECK(expops_device_open_target("null", "x", 0, &device) == EXPOPS_ERR_INVALID_ARGUMENT && !device);
}

/* Where nothing is kept there is nothing to make. */
static void check_not_kept(const char *directory)
{
    begin();
    set_variable("EXPOPS_CACHE", "memory");
    expops_device *device = open_target("null-1", 0);
    CHECK(on(device, 1) == EXPOPS_ERR_UNAVAILABLE && null_backend.calls[NULL_COMPILE] == 0);
    expops_device_close(&device);
}

static void made_without_a_device(void **state)
{
    in_child(*state, check_made);
}

static void found_by_the_device(void **state)
{
    in_child(*state, check_found);
}

static void refused_beyond_that(void **state)
{
    in_child(*state, check_refused);
}

static void needs_a_place(void **state)
{
    in_child(*state, check_not_kept);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = { TEST(made_without_a_device), TEST(found_by_the_device),
                                        TEST(refused_beyond_that), TEST(needs_a_place) };
    return cmocka_run_group_tests_name("targets", tests, NULL, NULL);
}
