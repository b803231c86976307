/* Calls from an application's parallel region: its threads are the ones that compute. */
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "work.h"

enum { REGION = 4 };

static void a4_a_parallel_region_gets_no_more_threads(void **state)
{
    expops_backend_device *const device = plugin_device_threads("3");
    work w[REGION];
    int wrong = 0;

    for (int i = 0; i < REGION; i++)
        work_make(device, &w[i]);
#pragma omp parallel num_threads(REGION)
    {
        assert_int_equal(omp_get_num_threads(), REGION);
    }
    const int before = count_threads();
    assert_int_equal(before, REGION);
#pragma omp parallel num_threads(REGION) reduction(+ : wrong)
    for (int i = 0; i < 10; i++)
        wrong += work_do(&w[omp_get_thread_num()]) != 0;
    assert_int_equal(wrong, 0);
    assert_int_equal(count_threads(), before);
    assert_int_equal(work_do(&w[0]), 0);
    assert_int_equal(count_threads(), before + 2);
    for (int i = 0; i < REGION; i++)
        work_free(&w[i]);
    plugin_api()->device_close(device);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(a4_a_parallel_region_gets_no_more_threads) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
