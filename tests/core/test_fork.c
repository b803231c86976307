/* A process that forks while its threads make plans and kernels: the child can call operators, new ones and old ones. */
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/env.h"
#include "cache/internal.h"
#include "fixture.h"
#include "run/plan.h"

enum { THREADS = 6, CHILDREN = 60, CHILD_SECONDS = 20 };

static atomic_int stop;

static expops_status call(int64_t n, expops_dtype dtype)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, 0x1000000, dtype, n);
    TENSOR_AT(&y, 0x2000000, dtype, n);
    return expops_silu(fixture_device, NULL, &x.tensor, &y.tensor);
}

/* Plans come and go as fast as can be. */
static void *make_plans(void *failed)
{
    for (int64_t n = 1; !atomic_load(&stop); n = n % 1000 + 1) {
        if (call(n, EXPOPS_DTYPE_F32) != EXPOPS_OK)
            return failed;
        if (n % 10 == 0)
            expops_plan_forget();
    }
    return NULL;
}

/* Ends with 0 where all of it works; a deadlock ends in SIGALRM. */
static void child(void)
{
    alarm(CHILD_SECONDS);
    int failures = 0;
    for (int64_t n = 1; n < 40; n++)
        failures += call(n, EXPOPS_DTYPE_F32) != EXPOPS_OK;
    expops_plan_forget();
    failures += call(5, EXPOPS_DTYPE_F64) != EXPOPS_OK;
    _exit(failures != 0);
}

static void fork_many(int count)
{
    for (int i = 0; i < count; i++) {
        int status;
        const pid_t pid = fork();
        if (!pid)
            child();
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
}

static void fork_while_plans_are_made(void)
{
#if defined(__SANITIZE_ADDRESS__)
    print_message(
        "skipped: AddressSanitizer's allocator holds its own locks across a fork, and the child waits for ever\n");
    skip();
#endif
    pthread_t threads[THREADS];
    void *failed;
    atomic_store(&stop, 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(threads + i, NULL, make_plans, &stop), 0);
    fork_many(CHILDREN);
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

static void f3_a_child_makes_plans_with_offered_kernels(void **state)
{
    null_backend.offers = null_backend.silent = 1;
    fork_while_plans_are_made();
    null_backend.offers = 0;
}

static void f3_a_child_makes_plans_with_compiled_kernels(void **state)
{
    null_backend.silent = 1;
    fork_while_plans_are_made();
}

/* --- a kernel that another thread was making --- */

static pthread_barrier_t compiling, forked;

static void compile_slowly(const expops_source *source)
{
    null_backend.compiling = NULL;
    pthread_barrier_wait(&compiling);
    pthread_barrier_wait(&forked);
}

static void *make_a_kernel(void *failed)
{
    return call(1000, EXPOPS_DTYPE_BF16) != EXPOPS_OK ? failed : NULL;
}

static void *wait_for_it(void *failed)
{
    return call(1000, EXPOPS_DTYPE_BF16) != EXPOPS_OK ? failed : NULL;
}

static void child_of_a_compilation(void)
{
    alarm(CHILD_SECONDS);
    const unsigned compiled = null_backend.calls[NULL_COMPILE];
    const expops_status status = call(1000, EXPOPS_DTYPE_BF16);
    _exit(status != EXPOPS_OK || null_backend.calls[NULL_COMPILE] != compiled + 1);
}

static void f3_a_child_makes_the_kernel_that_a_lost_thread_had_begun(void **state)
{
    pthread_t maker, waiter;
    void *failed, *waiter_failed;
    int status;
    pthread_barrier_init(&compiling, NULL, 2);
    pthread_barrier_init(&forked, NULL, 2);
    null_backend.compiling = compile_slowly;
    assert_int_equal(pthread_create(&maker, NULL, make_a_kernel, &compiling), 0);
    pthread_barrier_wait(&compiling);
    assert_int_equal(pthread_create(&waiter, NULL, wait_for_it, &compiling), 0);
    usleep(50000); /* by now it waits, most likely; the test holds if it does not */
    const pid_t pid = fork();
    if (!pid)
        child_of_a_compilation();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    pthread_barrier_wait(&forked);
    pthread_join(maker, &failed);
    pthread_join(waiter, &waiter_failed);
    assert_null(failed);
    assert_null(waiter_failed);
    assert_int_equal(status, 0);
}

/* --- the disk cache's directory and the environment, looked up for the first time --- */

static void *look_up(void *unused)
{
    while (!atomic_load(&stop)) {
        expops_env_reload();
        expops_cache_reset();
        expops_cache_get_place();
    }
    return NULL;
}

static void f3_a_child_finds_the_cache_and_the_environment(void **state)
{
    pthread_t thread;
    atomic_store(&stop, 0);
    assert_int_equal(pthread_create(&thread, NULL, look_up, NULL), 0);
    for (int i = 0; i < 200; i++) {
        int status;
        const pid_t pid = fork();
        if (!pid) {
            alarm(CHILD_SECONDS);
            _exit(expops_env(EXPOPS_ENV_CACHE) == NULL || expops_cache_get_place()->fd >= 0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    atomic_store(&stop, 1);
    pthread_join(thread, NULL);
}

/* --- a device that does not survive a fork --- */

static void what_the_parent_had_loaded_is_not_unloaded_in_the_child(void **state)
{
    int status;
    expops_device_close(&fixture_device);
    null_backend_reset();
    null_backend.caps &= ~(uint64_t)EXPOPS_CAP_HOST;
    null_backend.offers = 1;
    assert_int_equal(expops_device_open("null", &fixture_device), EXPOPS_OK);
    assert_int_equal(call(9, EXPOPS_DTYPE_F32), EXPOPS_OK);
    null_backend.offers = 0;
    assert_int_equal(call(9, EXPOPS_DTYPE_F64), EXPOPS_OK);
    const pid_t pid = fork();
    if (!pid) {
        alarm(CHILD_SECONDS);
        expops_plan_forget();
        expops_device_close(&fixture_device);
        _exit(null_backend.calls[NULL_UNLOAD] || null_backend.calls[NULL_DEVICE_CLOSE]);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
#if defined(__SANITIZE_ADDRESS__)
    puts("skipped: AddressSanitizer's allocator holds its own locks across a fork, and the child waits for ever");
    return 77;
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f3_a_child_makes_plans_with_offered_kernels),
        cmocka_unit_test(f3_a_child_makes_plans_with_compiled_kernels),
        cmocka_unit_test(f3_a_child_makes_the_kernel_that_a_lost_thread_had_begun),
        cmocka_unit_test(f3_a_child_finds_the_cache_and_the_environment),
        cmocka_unit_test(what_the_parent_had_loaded_is_not_unloaded_in_the_child),
    };
    return cmocka_run_group_tests_name("fork", tests, fixture_open, fixture_close);
}
