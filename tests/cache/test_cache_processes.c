/* Processes that share a cache and start at once: each kernel is compiled by one of them, whatever becomes of it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "cache_fixture.h"
#include "expops/expops.h"
#include "null_backend.h"

enum { PROCESSES = 12 };

/* Of all processes. */
static struct {
    atomic_int compiled, dies;
} * shared;

static void compile_slowly(const expops_source *source)
{
    atomic_fetch_add(&shared->compiled, 1);
    usleep(100000);
    if (atomic_exchange(&shared->dies, 0))
        raise(SIGKILL);
}

static void process(const char *directory)
{
    int64_t shape[] = { 10 };
    expops_tensor x = { .data = (void *)0x100000, .ndim = 1, .shape = shape }, y;
    expops_device *device;
    alarm(50);
    set_variable("EXPOPS_CACHE", "rw");
    set_variable("EXPOPS_CACHE_DIR", directory);
    null_backend_reset();
    null_backend.compiling = compile_slowly;
    x.device.device_type = EXPOPS_DL_CPU;
    x.dtype = expops_dtype_to_dl(EXPOPS_DTYPE_F32);
    y = x;
    y.data = (void *)0x200000;
    if (expops_register_backend(null_backend_query) || expops_device_open("null", &device))
        _exit(1);
    _exit(expops_silu(device, NULL, &x, &y) != EXPOPS_OK);
}

/* How many ended otherwise than well. */
static int run_processes(const char *directory)
{
    int failed = 0, status;
    for (int i = 0; i < PROCESSES; i++) {
        const pid_t pid = fork();
        if (!pid)
            process(directory);
        assert_true(pid > 0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(wait(&status) > 0);
        failed += status != 0;
    }
    return failed;
}

static int share(void **state)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED ? 1 : fixture_setup(state);
}

static int unshare(void **state)
{
    munmap(shared, sizeof *shared);
    return fixture_teardown(state);
}

static void f7_one_process_compiles_for_all(void **state)
{
    assert_int_equal(run_processes(*state), 0);
    assert_int_equal(shared->compiled, 1);
}

static void f7_another_goes_on_where_one_was_killed(void **state)
{
    atomic_store(&shared->dies, 1);
    assert_int_equal(run_processes(*state), 1);
    assert_int_equal(shared->compiled, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(f7_one_process_compiles_for_all, share, unshare),
        cmocka_unit_test_setup_teardown(f7_another_goes_on_where_one_was_killed, share, unshare),
    };
    return cmocka_run_group_tests_name("cache_processes", tests, NULL, NULL);
}
