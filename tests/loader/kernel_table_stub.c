/* Stands in for the core's table of loaded kernels: the device must make one and give it back. */
#include "loader_fixture.h"

atomic_int live_kernel_tables;
int fail_kernel_tables;

struct expops_kernel_table {
    int unused;
};

expops_status expops_kernel_table_create(expops_device *device, struct expops_kernel_table **out_table)
{
    static struct expops_kernel_table table;
    if (fail_kernel_tables)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no table today");
    live_kernel_tables++;
    *out_table = &table;
    return EXPOPS_OK;
}

void expops_kernel_table_destroy(expops_device *device, struct expops_kernel_table *table)
{
    assert_non_null(table);
    live_kernel_tables--;
}
