/* Is there a driver, are there devices, is there a compiler. */
#include "cuhip.h"

#include <stdatomic.h>
#include <unistd.h>

int32_t cuhip_same_process(void)
{
    static atomic_int process; /* that first used the driver */
    int first = 0;
    if (atomic_compare_exchange_strong(&process, &first, getpid()) || first == getpid())
        return EXPOPS_OK;
    return cuhip_stop(
        EXPOPS_CAUSE_DRIVER_FAILED,
        "the driver was in use before this process was forked, and does not survive that: use it only after "
        "fork, or start the process anew (exec, spawn)");
}

/* A missing compiler does not stop the probe: kernels compiled earlier still load. */
static void note_compiler(void)
{
    cuhip_trail trail = { .used = 0 };
    if (!cuhip_compiler(&trail))
        cuhip_host->cause(EXPOPS_CAUSE_COMPILER_MISSING, "kernels cannot be compiled: %s not found: %s. Looked at: %s",
                          CUHIP_RTC_NAME, CUHIP_RTC_ADVICE, trail.text);
}

int32_t cuhip_probe(uint32_t *out_num_devices)
{
    int count = 0, version = 0;
    *out_num_devices = 0;
    int32_t status = cuhip_same_process();
    if (status == EXPOPS_OK)
        status = cuhip_driver_open();
    if (status != EXPOPS_OK)
        return status;
    cuhip_result result = cuhip_api.init(0);
    if (result != 0)
        return cuhip_vendor_explain(result, cuhip_names.init);
    result = cuhip_api.device_count(&count);
    if (result != 0 || count <= 0)
        return cuhip_vendor_explain(result, cuhip_names.device_count);
    if (cuhip_api.driver_version(&version) == 0)
        cuhip_driver_set_version(version);
    note_compiler();
    *out_num_devices = (uint32_t)count;
    return EXPOPS_OK;
}
