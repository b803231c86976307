/* Runs the whole suite on EXPOPS_BACKEND's device; a pattern as the first argument selects tests. */
#include "conformance.h"
#include "session.h"

expops_device *conformance_device;

int main(int argc, char **argv)
{
    const struct {
        const struct CMUnitTest *tests;
        size_t count;
    } parts[] = {
        { conformance_devices, conformance_num_devices },     { conformance_memory, conformance_num_memory },
        { conformance_streams, conformance_num_streams },     { conformance_calls, conformance_num_calls },
        { conformance_unloading, conformance_num_unloading }, { conformance_forks, conformance_num_forks },
    };
    struct CMUnitTest all[64];
    size_t count = 0;
    for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++)
        for (size_t i = 0; i < parts[part].count && count < sizeof(all) / sizeof(all[0]); i++)
            all[count++] = parts[part].tests[i];
    return test_session_main("conformance", all, count, argc > 1 ? argv[1] : NULL, &conformance_device);
}
