/* Locks across fork. */
#include "loader_fixture.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/fork.h"

enum { THREADS = 6, FORKS = 200 };

static expops_lock outer = EXPOPS_LOCK_INIT, inner = EXPOPS_LOCK_INIT;
static unsigned outer_before, outer_after, inner_before, inner_after;
static atomic_int stop;

/* Between the two numbers something is half done. */
static void *work(void *unused)
{
    while (!atomic_load(&stop)) {
        expops_lock_acquire(&outer);
        outer_before++;
        expops_lock_acquire(&inner);
        inner_before++;
        inner_after++;
        expops_lock_release(&inner);
        outer_after++;
        expops_lock_wake(&outer);
        expops_lock_release(&outer);
    }
    return NULL;
}

static void *keep_waiting(void *unused)
{
    while (!atomic_load(&stop)) {
        expops_lock_acquire(&outer);
        expops_lock_wait(&outer);
        expops_lock_release(&outer);
    }
    return NULL;
}

static void child(uint32_t generation)
{
    alarm(10);
    expops_lock_acquire(&outer);
    expops_lock_acquire(&inner);
    const int whole = outer_before == outer_after && inner_before == inner_after;
    expops_lock_release(&inner);
    expops_lock_wake(&outer);
    expops_lock_release(&outer);
    _exit(whole && expops_fork_generation() != generation ? 0 : 1);
}

static void a_child_has_free_locks_and_whole_data(void **state)
{
    pthread_t threads[THREADS], waiting;
    atomic_store(&stop, 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, NULL), 0);
    assert_int_equal(pthread_create(&waiting, NULL, keep_waiting, NULL), 0);
    for (int i = 0; i < FORKS; i++) {
        int status;
        const uint32_t generation = expops_fork_generation();
        const pid_t pid = fork();
        if (!pid)
            child(generation);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_equal(expops_fork_generation(), generation);
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    expops_lock_acquire(&outer);
    expops_lock_wake(&outer);
    expops_lock_release(&outer);
    pthread_join(waiting, NULL);
}

static void a_thread_that_holds_a_lock_may_fork(void **state)
{
    int status;
    expops_lock_acquire(&outer);
    const pid_t pid = fork();
    if (!pid) {
        alarm(10);
        expops_lock_release(&outer);
        expops_lock_acquire(&outer);
        expops_lock_release(&outer);
        const pid_t grandchild = fork();
        _exit(!grandchild ? 0 : waitpid(grandchild, &status, 0) != grandchild || status);
    }
    expops_lock_release(&outer);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_has_free_locks_and_whole_data),
        cmocka_unit_test(a_thread_that_holds_a_lock_may_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
