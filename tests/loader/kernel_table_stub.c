/* Stands in for the core's table of loaded kernels: the device must make one and give it back. */
#include "loader_fixture.h"

atomic_int live_kernel_tables;
int fail_kernel_tables;

struct expops_kernel_table {
    const expops_backend_api *api;
    expops_backend_device *backend;
};

expops_status expops_kernel_table_create(expops_device *device, struct expops_kernel_table **out_table)
{
    if (fail_kernel_tables)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no table today");
    *out_table = malloc(sizeof **out_table);
    if (!*out_table)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory for a table");
    live_kernel_tables++;
    **out_table = (struct expops_kernel_table){ device->api, device->backend };
    return EXPOPS_OK;
}

void expops_kernel_table_close(struct expops_kernel_table *table)
{
    assert_non_null(table);
    live_kernel_tables--;
    table->api->device_close(table->backend);
    free(table);
}
