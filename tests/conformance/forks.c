/* A process that forks while its threads call operators: where memory is the host's the child goes on, elsewhere it is refused. */
#include "conformance.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLERS = 4, FORKS = 24, CHILD_SECONDS = 20, LARGEST = 3000 };

static atomic_int stop;

/* Small vectors of ever other lengths, on the host. */
static expops_status call(int64_t length, int *right)
{
    static _Thread_local float x[LARGEST], y[LARGEST];
    int64_t shape[1] = { length };
    expops_tensor in = { .data = x, .ndim = 1, .shape = shape }, out;
    in.device.device_type = EXPOPS_DL_CPU;
    in.dtype = expops_dtype_to_dl(EXPOPS_DTYPE_F32);
    out = in;
    out.data = y;
    x[length - 1] = (float)length;
    const expops_value args[] = { expops_tensor_value(&in) };
    const expops_status status = expops_call(expops_find("neg"), conformance_device, NULL, args, 1, &out, 1);
    *right = y[length - 1] == -(float)length;
    return status;
}

static void *call_all_the_time(void *failed)
{
    int right = 1;
    for (int64_t n = 1; !atomic_load(&stop) && right; n = n % (LARGEST - 1) + 1)
        if (call(n, &right) != EXPOPS_OK)
            return failed;
    return right ? NULL : failed;
}

static void child(void)
{
    alarm(CHILD_SECONDS);
    int right = 1;
    for (int64_t n = 1; n < 60 && right; n++)
        right = call(n, &right) == EXPOPS_OK && right;
    _exit(!right);
}

static void fork_and_wait(void (*body)(void))
{
    int status;
    const pid_t pid = fork();
    if (!pid)
        body();
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void refused(void)
{
    int right;
    alarm(CHILD_SECONDS);
    _exit(call(10, &right) != EXPOPS_ERR_BACKEND);
}

static void f3_a_child_of_fork_calls_operators(void **state)
{
    pthread_t threads[CALLERS];
    void *failed;
    if (!(expops_device_get_info(conformance_device)->caps & EXPOPS_CAP_HOST)) {
        fork_and_wait(refused);
        return;
    }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    print_message(
        "skipped: the sanitizer's allocator holds its own locks across a fork, and the child waits for ever\n");
    skip();
#endif
    atomic_store(&stop, 0);
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(threads + i, NULL, call_all_the_time, &stop), 0);
    for (int i = 0; i < FORKS; i++)
        fork_and_wait(child);
    atomic_store(&stop, 1);
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

const struct CMUnitTest conformance_forks[] = {
    cmocka_unit_test(f3_a_child_of_fork_calls_operators),
};
const size_t conformance_num_forks = sizeof(conformance_forks) / sizeof(conformance_forks[0]);
