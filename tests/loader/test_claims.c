/* No lock is held while a backend's code runs: it may fork, take long, or call the library back. */
#include "loader_fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 20, THREADS = 4 };

/* A backend called "odd" that does what a test says while it is probed, opened or closed. */
static void (*while_probed)(void), (*while_opened)(void), (*while_closed)(void);
static atomic_int probes, opens;
static expops_backend_api plain, odd;

static int32_t odd_probe(uint32_t *out_num_devices)
{
    atomic_fetch_add(&probes, 1);
    if (while_probed)
        while_probed();
    return plain.probe(out_num_devices);
}

static int32_t odd_open(uint32_t ordinal, expops_backend_device **out_device)
{
    atomic_fetch_add(&opens, 1);
    if (while_opened)
        while_opened();
    return plain.device_open(ordinal, out_device);
}

static void odd_close(expops_backend_device *device)
{
    if (while_closed)
        while_closed();
    plain.device_close(device);
}

static int32_t odd_query(const expops_host_api *host, expops_query *query)
{
    const int32_t status = null_backend_query(host, query);
    odd = plain = *query->api;
    odd.probe = odd_probe;
    odd.device_open = odd_open;
    odd.device_close = odd_close;
    query->name = "odd";
    query->api = &odd;
    return status;
}

static int start(void **state)
{
    while_probed = while_opened = while_closed = NULL;
    atomic_store(&probes, 0);
    atomic_store(&opens, 0);
    alarm(PATIENCE); /* a dead lock ends the test */
    return expops_rescan();
}

static void *open_and_close(void *spec)
{
    expops_device *device = NULL;
    if (expops_device_open(spec, &device))
        return (void *)expops_error_text();
    expops_device_close(&device);
    return NULL;
}

static void assert_opens(const char *spec)
{
    const char *failure = open_and_close((void *)(uintptr_t)spec);
    if (failure)
        fail_msg("%s: %s", spec ? spec : "NULL", failure);
}

/* --- forks --- */

static void fork_once(void)
{
    int status;
    const pid_t child = fork();
    if (!child)
        _exit(0);
    waitpid(child, &status, 0);
}

static void *fork_in_thread(void *unused)
{
    fork_once();
    return NULL;
}

static void fork_elsewhere(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, fork_in_thread, NULL);
    pthread_join(thread, NULL);
}

static void a5_driver_that_forks(void **state)
{
    static void (*const ways[])(void) = { fork_once, fork_elsewhere };
    for (size_t i = 0; i < EXPOPS_COUNTOF(ways); i++) {
        expops_candidate candidate;
        while_probed = while_opened = while_closed = ways[i];
        expops_rescan();
        assert_opens(NULL);
        assert_opens("odd");
        expops_rescan();
        assert_true(expops_candidate_get(0, &candidate));
        assert_opens("odd");
    }
}

/* As a file, where loading it runs its code, too. */
static void a5_plugin_that_forks(void **state)
{
    search_in(fixture("forking"));
    assert_opens("forking");
    assert_true(candidate_at(fixture("forking")).usable);
    search_in(NULL);
}

/* --- others wait for what they need, and for nothing else --- */

static sem_t entered, leave;

static void stay(void)
{
    sem_post(&entered);
    sem_wait(&leave);
    sem_post(&leave);
}

static void start_staying(pthread_t *thread)
{
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    pthread_create(thread, NULL, open_and_close, "odd");
    sem_wait(&entered);
}

static void end_staying(pthread_t thread)
{
    void *failure;
    sem_post(&leave);
    pthread_join(thread, &failure);
    assert_null(failure);
}

static void slow_backend_delays_no_other(void **state)
{
    pthread_t slow;
    while_probed = stay;
    start_staying(&slow);
    assert_opens("null");
    assert_int_equal(expops_rescan(), EXPOPS_OK);
    assert_opens("null");
    end_staying(slow);
    while_probed = NULL;
    while_opened = stay;
    start_staying(&slow);
    assert_opens("null");
    end_staying(slow);
}

static void threads_share_one_probe_and_one_opening(void **state)
{
    pthread_t slow, others[THREADS];
    void *failure;
    while_probed = stay;
    start_staying(&slow);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&others[i], NULL, open_and_close, "odd");
    usleep(50000);
    end_staying(slow);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(others[i], &failure);
        assert_null(failure);
    }
    assert_int_equal(atomic_load(&probes), 1);
    assert_int_equal(atomic_load(&null_backend.live_devices), 0);
}

static void a_device_is_opened_once(void **state)
{
    pthread_t slow, other;
    expops_device *device;
    void *failure;
    while_opened = stay;
    start_staying(&slow);
    pthread_create(&other, NULL, open_and_close, "odd");
    usleep(20000);
    assert_int_equal(atomic_load(&opens), 1);
    end_staying(slow);
    pthread_join(other, &failure);
    assert_null(failure);
    while_opened = NULL;
    assert_int_equal(expops_device_open("odd", &device), EXPOPS_OK);
    assert_int_equal(device->count, 1);
    expops_device_close(&device);
}

/* --- the child of a fork does not wait for threads that it has not --- */

static int opens_in_child(void)
{
    int status = -1;
    const pid_t child = fork();
    if (!child) {
        while_probed = while_opened = NULL;
        alarm(PATIENCE / 2);
        _exit(open_and_close("odd") || open_and_close(NULL) || open_and_close("null"));
    }
    waitpid(child, &status, 0);
    return status == 0;
}

static void fork_while_another_thread_probes(void **state)
{
    pthread_t slow;
    while_probed = stay;
    start_staying(&slow);
    assert_true(opens_in_child());
    end_staying(slow);
}

static void fork_while_another_thread_opens(void **state)
{
    pthread_t slow;
    while_opened = stay;
    start_staying(&slow);
    assert_true(opens_in_child());
    end_staying(slow);
}

/* --- calls back --- */

static expops_status called_back;
static char said[1024];

static void call_back(void)
{
    expops_device *device = NULL;
    expops_candidate candidate;
    called_back = expops_device_open("odd", &device);
    snprintf(said, sizeof said, "%s", expops_error_text());
    expops_device_close(&device);
    open_and_close("null");
    expops_candidate_get(0, &candidate);
}

static void calling_back_is_answered(void **state)
{
    while_probed = call_back;
    assert_opens("odd");
    assert_int_equal(called_back, EXPOPS_ERR_UNAVAILABLE);
    assert_has(said, "It called the library while it was being opened.");
    while_probed = NULL;
    while_opened = call_back;
    assert_opens("odd");
    assert_int_equal(called_back, EXPOPS_ERR_INVALID_ARGUMENT);
    assert_has(said, "this thread is opening or closing odd:0");
    while_opened = NULL;
    while_closed = call_back;
    called_back = EXPOPS_OK;
    assert_opens("odd");
    assert_int_equal(called_back, EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(atomic_load(&null_backend.live_devices), 0);
}

static void rescan_once(void)
{
    while_probed = NULL;
    expops_rescan();
}

static void searching_again_while_probing(void **state)
{
    while_probed = rescan_once;
    assert_opens("odd");
    assert_opens(NULL);
}

#define CLAIM_TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM_TEST(a5_driver_that_forks),
        CLAIM_TEST(a5_plugin_that_forks),
        CLAIM_TEST(slow_backend_delays_no_other),
        CLAIM_TEST(threads_share_one_probe_and_one_opening),
        CLAIM_TEST(a_device_is_opened_once),
        CLAIM_TEST(fork_while_another_thread_probes),
        CLAIM_TEST(fork_while_another_thread_opens),
        CLAIM_TEST(calling_back_is_answered),
        CLAIM_TEST(searching_again_while_probing),
    };
    setenv("EXPOPS_BACKEND_PATH", "", 1);
    null_backend_reset();
    if (expops_register_backend(odd_query) || expops_register_backend(null_backend_query))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
