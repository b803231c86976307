/* The pool of threads: how many there are, forks, systems that refuse threads or memory, many callers at once.
 *
 * test_cpu_threads [FORKS]: how often a process is forked while others compute, 300 by default. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "expops/status.h"
#include "work.h"

enum { NOBODY = 65534, CALLERS = 4, CHILD_SECONDS = 60 };

static int num_forks = 300;

/* Runs `body` in a child of fork and returns what it returned; a child that hangs is killed by the alarm. */
static int in_child(int (*body)(work *w), work *w)
{
    int status;
    const pid_t child = fork();

    if (!child) {
        alarm(CHILD_SECONDS);
        _exit(body(w) & 0x7f);
    }
    assert_true(child > 0);
    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    if (WIFSIGNALED(status))
        fail_msg("the child was ended by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

/* --- the setting --- */
static void test_wrong_settings_are_refused(void **state)
{
    static const char *const wrong[] = { "0", "257", "-1", "two", "2x", " 2", "99999999999999999999" };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_null(plugin_device_threads(wrong[i]));
        assert_non_null(strstr(plugin_error(), "EXPOPS_CPU_THREADS"));
        assert_non_null(strstr(plugin_error(), wrong[i]));
    }
}

static int threads_of_a_device(const char *setting)
{
    const int before = count_threads();
    expops_backend_device *const device = plugin_device_threads(setting);
    work w;

    assert_non_null(device);
    assert_int_equal(count_threads(), before);
    work_make(device, &w);
    assert_int_equal(work_do(&w), 0);
    const int more = count_threads() - before;
    work_free(&w);
    plugin_api()->device_close(device);
    assert_int_equal(count_threads(), before);
    return more + 1;
}

static void test_there_are_as_many_threads_as_set(void **state)
{
    assert_int_equal(threads_of_a_device("1"), 1);
    assert_int_equal(threads_of_a_device("2"), 2);
    assert_int_equal(threads_of_a_device("5"), 5);
}

static void test_the_default_is_what_the_process_may_use(void **state)
{
    cpu_set_t every, one;

    assert_int_equal(sched_getaffinity(0, sizeof(every), &every), 0);
    assert_in_range(threads_of_a_device(NULL), 1, CPU_COUNT(&every));
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    assert_int_equal(threads_of_a_device(NULL), 1);
    assert_int_equal(sched_setaffinity(0, sizeof(every), &every), 0);
}

static void test_threads_end_with_the_last_device(void **state)
{
    const int before = count_threads();
    expops_backend_device *const one = plugin_device_threads("2"), *const other = plugin_device_threads("2");
    work w;

    work_make(one, &w);
    assert_int_equal(work_do(&w), 0);
    work_free(&w);
    plugin_api()->device_close(one);
    assert_int_equal(count_threads(), before + 1);
    work_make(other, &w);
    assert_int_equal(work_do(&w), 0);
    work_free(&w);
    plugin_api()->device_close(other);
    assert_int_equal(count_threads(), before);
}

/* --- forks --- */
static int compute_in_threads(work *w)
{
    if (count_threads() != 1)
        return 1;
    if (work_do(w) || work_do(w))
        return 2;
    return count_threads() == 3 ? 0 : 3;
}

static int fork_again(work *w)
{
    return work_do(w) ? 1 : in_child(compute_in_threads, w);
}

static void a2_a_child_of_fork_computes_in_threads_of_its_own(void **state)
{
    expops_backend_device *const device = plugin_device_threads("3");
    work w;

    work_make(device, &w);
    assert_int_equal(in_child(compute_in_threads, &w), 0); /* before there were threads */
    assert_int_equal(work_do(&w), 0);
    const int threads = count_threads();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(in_child(compute_in_threads, &w), 0);
        assert_int_equal(work_do(&w), 0);
    }
    assert_int_equal(in_child(fork_again, &w), 0);
    assert_int_equal(count_threads(), threads);
    work_free(&w);
    plugin_api()->device_close(device);
}

/* Threads that compute until they are told to stop. */
typedef struct callers {
    pthread_t thread[CALLERS];
    work work[CALLERS];
    atomic_int stop, wrong, calls;
} callers;

typedef struct caller {
    callers *all;
    int index;
} caller;

static void *call_until_stopped(void *given)
{
    const caller *const self = given;
    callers *const all = self->all;

    while (!atomic_load(&all->stop)) {
        if (work_do(&all->work[self->index]))
            atomic_fetch_add(&all->wrong, 1);
        atomic_fetch_add(&all->calls, 1);
    }
    return NULL;
}

static void with_callers(expops_backend_device *device, void (*body)(work *w))
{
    static callers all;
    caller self[CALLERS];
    work own;

    memset(&all, 0, sizeof(all));
    work_make(device, &own);
    for (int i = 0; i < CALLERS; i++)
        work_make(device, &all.work[i]);
    for (int i = 0; i < CALLERS; i++) {
        self[i] = (caller){ &all, i };
        assert_int_equal(pthread_create(&all.thread[i], NULL, call_until_stopped, &self[i]), 0);
    }
    body(&own);
    while (atomic_load(&all.calls) < 3 * CALLERS)
        usleep(1000);
    atomic_store(&all.stop, 1);
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(all.thread[i], NULL);
        work_free(&all.work[i]);
    }
    work_free(&own);
    assert_int_equal(atomic_load(&all.wrong), 0);
}

static int compute_once(work *w)
{
    return work_do(w) ? 1 : 0;
}

static void fork_often(work *w)
{
    for (int i = 0; i < num_forks; i++)
        assert_int_equal(in_child(compute_once, w), 0);
}

static void f3_forks_while_other_threads_compute(void **state)
{
    expops_backend_device *const device = plugin_device_threads("3");

    with_callers(device, fork_often);
    plugin_api()->device_close(device);
}

static void compute_some_times(work *w)
{
    for (int i = 0; i < 20; i++)
        assert_int_equal(work_do(w), 0);
}

static void test_several_callers_share_the_threads(void **state)
{
    expops_backend_device *const device = plugin_device_threads("4");
    const int before = count_threads();

    with_callers(device, compute_some_times);
    assert_true(count_threads() <= before + 3);
    plugin_api()->device_close(device);
}

/* --- what the system refuses --- */
static int compute_where_threads_are_refused(work *w)
{
    const struct rlimit one = { 1, 1 };

    if (setrlimit(RLIMIT_NPROC, &one) || (!getuid() && setuid(NOBODY)))
        return 77;
    if (work_do(w) || work_do(w))
        return 1;
    return count_threads() == 1 ? 0 : 2;
}

static void a3_a_refused_thread_means_fewer(void **state)
{
    expops_backend_device *const device = plugin_device_threads("3");
    work w;

    work_make(device, &w);
    const int status = in_child(compute_where_threads_are_refused, &w);
    work_free(&w);
    plugin_api()->device_close(device);
    if (status == 77)
        skip();
    assert_int_equal(status, 0);
}

static uint64_t mapped_bytes(void)
{
    unsigned long long pages = 0;
    FILE *const file = fopen("/proc/self/statm", "re");

    if (file && fscanf(file, "%llu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Its own memory is there already: only the threads' is missing. */
static int compute_without_memory(work *w)
{
    const rlim_t bytes = mapped_bytes() + (1 << 16);
    const struct rlimit limit = { bytes, bytes };

    return setrlimit(RLIMIT_AS, &limit) || work_do(w) || work_do(w) || count_threads() > 1;
}

static void f4_threads_without_memory_mean_fewer(void **state)
{
    expops_backend_device *const device = plugin_device_threads("1");
    work w;

    work_make(device, &w);
    assert_int_equal(work_do(&w), 0); /* this thread's memory */
    work_free(&w);
    expops_backend_device *const threaded = plugin_device_threads("3");
    work_make(threaded, &w);
    assert_int_equal(in_child(compute_without_memory, &w), 0);
    work_free(&w);
    plugin_api()->device_close(threaded);
    plugin_api()->device_close(device);
}

/* A thread whose first call finds no memory at all says so, writes nothing, and can call again. */
static void *first_call_without_memory(void *given)
{
    work *const w = given;
    static char before[64];
    struct rlimit had, none;

    memset(w->y.memory, 0x5a, w->y.bytes);
    memcpy(before, w->y.memory, sizeof(before));
    getrlimit(RLIMIT_AS, &had);
    none = had;
    none.rlim_cur = 1;
    setrlimit(RLIMIT_AS, &none);
    while (malloc(1 << 12))
        ;
    const int32_t status = launch_prepared(&w->product);
    setrlimit(RLIMIT_AS, &had);
    if (status != EXPOPS_ERR_OUT_OF_MEMORY || !strstr(plugin_error(), "memory"))
        return "no status";
    if (memcmp(before, w->y.memory, sizeof(before)))
        return "written";
    return work_do(w) ? "wrong afterwards" : NULL;
}

static int call_first_in_a_thread(work *w)
{
    pthread_t thread;
    void *wrong = NULL;

    return pthread_create(&thread, NULL, first_call_without_memory, w) || pthread_join(thread, &wrong) || wrong;
}

static void f4_a_thread_without_memory_gets_a_status(void **state)
{
    expops_backend_device *const device = plugin_device_threads("2");
    work w;

    work_make(device, &w);
    assert_int_equal(in_child(call_first_in_a_thread, &w), 0);
    work_free(&w);
    plugin_api()->device_close(device);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(f4_threads_without_memory_mean_fewer), /* first: stacks of ended threads are used again */
        cmocka_unit_test(test_wrong_settings_are_refused),
        cmocka_unit_test(test_there_are_as_many_threads_as_set),
        cmocka_unit_test(test_the_default_is_what_the_process_may_use),
        cmocka_unit_test(test_threads_end_with_the_last_device),
        cmocka_unit_test(a2_a_child_of_fork_computes_in_threads_of_its_own),
        cmocka_unit_test(f3_forks_while_other_threads_compute),
        cmocka_unit_test(test_several_callers_share_the_threads),
        cmocka_unit_test(a3_a_refused_thread_means_fewer),
        cmocka_unit_test(f4_a_thread_without_memory_gets_a_status),
    };

    if (argc > 1)
        num_forks = atoi(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
