/* Devices that are not there: targets that a backend compiles for. It is found and asked who it is, not probed, which would open the
 * driver. */
#include "base/error.h"
#include "catalogue.h"
#include "device_internal.h"
#include "loader.h"

static expops_status open_target(const expops_catalogue *catalogue, const char *backend, const char *target,
                                 uint32_t compute_units, expops_device **out_device)
{
    const expops_plugin *plugin = expops_plugin_find(catalogue, backend);
    if (!plugin)
        return expops_fail(EXPOPS_ERR_NOT_FOUND, "no plugin of backend \"%s\" was found in %s", backend,
                           catalogue->places);
    if (!plugin->api)
        return expops_fail(EXPOPS_ERR_UNAVAILABLE, "%s: %s", backend, expops_plugin_verdict(plugin).reason);
    return expops_device_imagine(plugin, target, compute_units, out_device);
}

expops_status expops_device_open_target(const char *backend, const char *target, uint32_t compute_units,
                                        expops_device **out_device)
{
    expops_catalogue *catalogue;
    if (!backend || !target || !out_device)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_device_open_target: %s is NULL",
                           !backend  ? "backend"
                           : !target ? "target"
                                     : "out_device");
    *out_device = NULL;
    EXPOPS_TRY(expops_catalogue_open(&catalogue));
    const expops_status status = open_target(catalogue, backend, target, compute_units, out_device);
    expops_catalogue_close(catalogue);
    return status ? expops_fail_more(status, "expops_device_open_target") : EXPOPS_OK;
}
