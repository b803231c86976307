/* The plugin on this machine as it is: whatever driver there is or is not, a probe ends with devices or with a cause and a
 * sentence that says what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "expops/status.h"
#include "plugin_host.h"

static const char *path;
static const expops_backend_api *api;

static void test_query_refuses_another_major(void **state)
{
    const expops_backend_query_fn query = (expops_backend_query_fn)plugin_host_symbol_real(
        plugin_host_open_real(path, 0, &(const char *){ NULL }), EXPOPS_BACKEND_QUERY);
    expops_query question = { .header = { .struct_size = sizeof question }, .host_major = EXPOPS_BACKEND_MAJOR + 1 };
    assert_int_not_equal(query(NULL, &question), 0);
    assert_null(question.api);
    assert_int_equal(question.plugin_major, EXPOPS_BACKEND_MAJOR);
    assert_non_null(question.name);
}

static int is_reason_to_be_unavailable(uint32_t cause)
{
    return cause == EXPOPS_CAUSE_DRIVER_MISSING || cause == EXPOPS_CAUSE_DRIVER_TOO_OLD ||
           cause == EXPOPS_CAUSE_NO_DEVICE || cause == EXPOPS_CAUSE_DEVICE_PERMISSION ||
           cause == EXPOPS_CAUSE_DRIVER_FAILED;
}

static void test_probe(void **state)
{
    for (int again = 0; again < 2; again++) {
        uint32_t count = 99;
        plugin_host_clear();
        const int32_t status = api->probe(&count);
        if (status == EXPOPS_OK) {
            assert_in_range(count, 1, 64);
            continue;
        }
        assert_int_equal(status, EXPOPS_ERR_UNAVAILABLE);
        assert_int_equal(count, 0);
        assert_int_equal(host_state.num_causes, 1);
        assert_true(is_reason_to_be_unavailable(host_state.causes[0]));
        assert_string_equal(host_state.sentences[0], host_state.error);
        print_message("%s\n", host_state.sentences[0]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_refuses_another_major),
        cmocka_unit_test(test_probe),
    };
    expops_query query;
    path = argv[1];
    api = plugin_host_open(path, &query);
    return api ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
