/* Run under ThreadSanitizer, which judges: callers share the pool, devices open and close, the plugin is asked again. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "work.h"

enum { CALLERS = 3, ROUNDS = 12 };

static void *compute(void *given)
{
    for (int i = 0; i < ROUNDS; i++)
        if (work_do(given))
            return given;
    return NULL;
}

/* What goes wrong reads the host's table. */
static void *fail_often(void *given)
{
    expops_pointer nothing;
    int refused = 0;

    for (int i = 0; i < ROUNDS; i++)
        refused += plugin_api()->allocate(given, NULL, UINT64_MAX - 5, &nothing) != 0;
    return refused == ROUNDS ? NULL : given;
}

static void f14_a_rescan_asks_while_calls_run(void **state)
{
    expops_backend_device *const device = plugin_device_threads("3");
    pthread_t thread[CALLERS + 1];
    work w[CALLERS];

    for (int i = 0; i < CALLERS; i++)
        work_make(device, &w[i]);
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, compute, &w[i]), 0);
    assert_int_equal(pthread_create(&thread[CALLERS], NULL, fail_often, device), 0);
    for (int i = 0; i < ROUNDS; i++) {
        plugin_ask_again();
        plugin_api()->device_close(plugin_device_threads("2"));
    }
    for (int i = 0; i < CALLERS + 1; i++) {
        void *wrong;
        assert_int_equal(pthread_join(thread[i], &wrong), 0);
        assert_null(wrong);
    }
    for (int i = 0; i < CALLERS; i++)
        work_free(&w[i]);
    plugin_api()->device_close(device);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(f14_a_rescan_asks_while_calls_run) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
