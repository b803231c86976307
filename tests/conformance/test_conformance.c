/* Runs the whole suite on EXPOPS_BACKEND's device; a pattern as the first argument selects tests. */
#include "conformance.h"
#include "session.h"

expops_device *conformance_device;

int main(int argc, char **argv)
{
    int result = 0;
    conformance_device = test_session_open(&result);
    if (!conformance_device)
        return result;
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct {
        const char *name;
        const struct CMUnitTest *tests;
        size_t count;
    } groups[] = {
        { "devices", conformance_devices, conformance_num_devices },
        { "memory", conformance_memory, conformance_num_memory },
        { "streams", conformance_streams, conformance_num_streams },
        { "calls", conformance_calls, conformance_num_calls },
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        failed |= _cmocka_run_group_tests(groups[i].name, groups[i].tests, groups[i].count, NULL, NULL) != 0;
    expops_device_close(&conformance_device);
    return failed;
}
