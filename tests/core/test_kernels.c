/* Which kernels stay loaded, and that the backend unloads them without any lock of the core's held. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/env.h"
#include "fixture.h"
#include "run/plan.h"

enum { LIMIT = 64 };

/* The device anew, with no kernel, where at most LIMIT stay loaded unused. */
static int open_bounded(void **state)
{
    setenv("EXPOPS_MAX_KERNELS", "64", 1);
    expops_env_reload();
    expops_plan_forget();
    expops_device_close(&fixture_device);
    null_backend_reset();
    alarm(120); /* a deadlock is what some of these would end in */
    return expops_device_open("null", &fixture_device) != EXPOPS_OK;
}

static expops_status multiply(expops_dtype a, expops_dtype b, expops_dtype out, int rank)
{
    fixture_tensor x, y, z;
    int64_t shape[EXPOPS_MAX_RANK + 1];
    for (int i = 0; i < rank; i++)
        shape[i] = 3;
    shape[rank] = -1;
    fixture_make(&x, 0x10000000, a, shape);
    fixture_make(&y, 0x20000000, b, shape);
    fixture_make(&z, 0x30000000, out, shape);
    for (int i = 0; i < rank; i++) /* gaps, so that dimensions do not merge */
        x.strides[i] += (rank - i) * 1000;
    return expops_mul(fixture_device, NULL, &x.tensor, &y.tensor, &z.tensor);
}

/* Every one of these texts is another: three types, and how many dimensions there are. */
static expops_status call_number(unsigned number)
{
    static const expops_dtype types[] = { EXPOPS_DTYPE_F16, EXPOPS_DTYPE_BF16, EXPOPS_DTYPE_F32, EXPOPS_DTYPE_F64,
                                          EXPOPS_DTYPE_I8,  EXPOPS_DTYPE_I16,  EXPOPS_DTYPE_I32, EXPOPS_DTYPE_I64,
                                          EXPOPS_DTYPE_U8,  EXPOPS_DTYPE_BOOL };
    const unsigned inputs = number / 32 % 100;
    return multiply(types[inputs % 10], types[inputs / 10], types[number / 8 % 4], 1 + (int)(number % 8));
}

enum { CALLS = 3200 };

/* A thread whose plans hold too many kernels forgets an eighth of them at a time. */
static void f13_thousands_of_kernels_stay_near_the_limit(void **state)
{
    for (unsigned i = 0; i < CALLS; i++) {
        assert_int_equal(call_number(i), EXPOPS_OK);
        assert_in_range(null_backend.live_kernels, 1, LIMIT + LIMIT / 2);
    }
    assert_in_range(null_backend.calls[NULL_COMPILE], 2500, CALLS);
    expops_plan_forget();
    assert_int_equal(multiply(EXPOPS_DTYPE_F32, EXPOPS_DTYPE_F32, EXPOPS_DTYPE_F32, 12), EXPOPS_OK);
    assert_in_range(null_backend.live_kernels, 1, LIMIT);
}

static void f13_thousands_of_forgotten_kernels_stay_below_the_limit(void **state)
{
    for (unsigned i = 0; i < CALLS; i++) {
        assert_int_equal(call_number(i), EXPOPS_OK);
        expops_plan_forget();
        assert_in_range(null_backend.live_kernels, 1, LIMIT);
    }
    assert_int_equal(null_backend.live_kernels, LIMIT);
    expops_device_close(&fixture_device);
    assert_int_equal(null_backend.live_kernels, 0);
}

static void the_least_recently_used_goes_first(void **state)
{
    for (unsigned i = 0; i < LIMIT; i++) {
        assert_int_equal(call_number(i), EXPOPS_OK);
        expops_plan_forget();
    }
    assert_int_equal(call_number(0), EXPOPS_OK); /* used again: now the second is the oldest */
    expops_plan_forget();
    assert_int_equal(call_number(LIMIT), EXPOPS_OK);
    expops_plan_forget();
    const unsigned compiled = null_backend.calls[NULL_COMPILE];
    assert_int_equal(call_number(0), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_COMPILE], compiled);
    assert_int_equal(call_number(1), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_COMPILE], compiled + 1);
}

/* --- another thread's plans --- */

static pthread_barrier_t barrier;

static void *hold_a_kernel(void *unused)
{
    const expops_status first = call_number(0);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    const unsigned compiled = null_backend.calls[NULL_COMPILE];
    const expops_status again = call_number(0);
    return first || again || null_backend.calls[NULL_COMPILE] != compiled ? &barrier : NULL;
}

static void what_a_thread_holds_is_never_unloaded(void **state)
{
    pthread_t thread;
    void *failed;
    pthread_barrier_init(&barrier, NULL, 2);
    assert_int_equal(pthread_create(&thread, NULL, hold_a_kernel, NULL), 0);
    pthread_barrier_wait(&barrier);
    for (unsigned i = 1; i < 300; i++) {
        assert_int_equal(call_number(i), EXPOPS_OK);
        expops_plan_forget();
    }
    pthread_barrier_wait(&barrier);
    pthread_join(thread, &failed);
    pthread_barrier_destroy(&barrier);
    assert_null(failed);
    assert_int_equal(null_backend.live_kernels, LIMIT);
}

/* --- no lock is held while the backend unloads --- */

static void *use_the_library(void *failed)
{
    null_backend.offers = 1;
    const expops_status offered = call_number(0);
    null_backend.offers = 0;
    return offered || call_number(7) ? failed : NULL;
}

static atomic_int failures;

/* Whatever another thread does must not have to wait for this one. */
static void unload_slowly(void)
{
    pthread_t thread;
    void *failed = &failures;
    null_backend.unloading = NULL;
    if (!pthread_create(&thread, NULL, use_the_library, &failures))
        pthread_join(thread, &failed);
    atomic_fetch_add(&failures, failed != NULL);
}

static void a5_no_lock_is_held_while_a_kernel_is_unloaded(void **state)
{
    atomic_store(&failures, 0);
    for (unsigned i = 0; i < LIMIT; i++) {
        assert_int_equal(call_number(i), EXPOPS_OK);
        expops_plan_forget();
    }
    null_backend.unloading = unload_slowly; /* the limit is reached */
    assert_int_equal(call_number(LIMIT), EXPOPS_OK);
    assert_null(null_backend.unloading);
    assert_int_equal(failures, 0);
    null_backend.offers = 1; /* an offer is given back */
    assert_int_equal(call_number(3), EXPOPS_OK);
    null_backend.offers = 0;
    null_backend.unloading = unload_slowly;
    expops_plan_forget();
    assert_null(null_backend.unloading);
    assert_int_equal(failures, 0);
}

/* --- threads against a device that closes --- */

static atomic_int rounds;

static void *forget_all_the_time(void *unused)
{
    while (!atomic_load(&rounds))
        usleep(100);
    for (unsigned i = 0; atomic_load(&rounds) < 200; i++) {
        expops_device *device;
        fixture_tensor x, y;
        if (expops_device_open("null", &device) != EXPOPS_OK)
            return &rounds;
        TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, 1 + i % 50);
        TENSOR_AT(&y, 0x200000, EXPOPS_DTYPE_F32, 1 + i % 50);
        const expops_status status = expops_silu(device, NULL, &x.tensor, &y.tensor);
        expops_device_close(&device); /* now and then the last one: its plans stay, and are forgotten later */
        if (status != EXPOPS_OK)
            return &rounds;
        if (i % 7 == 0)
            expops_plan_forget();
        atomic_fetch_add(&rounds, i % 50 == 0);
    }
    return NULL;
}

static void plans_are_forgotten_while_their_device_closes(void **state)
{
    pthread_t threads[4];
    void *failed;
    expops_device_close(&fixture_device);
    null_backend.offers = 1;
    atomic_store(&rounds, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(threads + i, NULL, forget_all_the_time, NULL), 0);
    atomic_store(&rounds, 1);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    null_backend.offers = 0;
    assert_int_equal(null_backend.live_kernels, 0);
    assert_int_equal(null_backend.live_devices, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(f13_thousands_of_kernels_stay_near_the_limit, open_bounded),
        cmocka_unit_test_setup(f13_thousands_of_forgotten_kernels_stay_below_the_limit, open_bounded),
        cmocka_unit_test_setup(the_least_recently_used_goes_first, open_bounded),
        cmocka_unit_test_setup(what_a_thread_holds_is_never_unloaded, open_bounded),
        cmocka_unit_test_setup(a5_no_lock_is_held_while_a_kernel_is_unloaded, open_bounded),
        cmocka_unit_test_setup(plans_are_forgotten_while_their_device_closes, open_bounded),
    };
    return cmocka_run_group_tests_name("kernels", tests, fixture_open, fixture_close);
}
