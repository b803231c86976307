/* Who may call the backend of a device that closes. */
#include <stdlib.h>
#include "kernel_table_internal.h"

int expops_table_usable(const struct expops_kernel_table *table)
{
    return table->host || table->fork_generation == expops_fork_generation();
}

void expops_table_lease(struct expops_kernel_table *table)
{
    atomic_fetch_add_explicit(&table->leases, 1, memory_order_relaxed);
}

void expops_table_lease_end(struct expops_kernel_table *table)
{
    if (atomic_fetch_sub_explicit(&table->leases, 1, memory_order_acq_rel) != 1)
        return;
    table->api->device_close(table->backend);
    free(table);
}

void expops_table_unload(const struct expops_kernel_table *table, expops_backend_kernel *kernel)
{
    if (kernel && EXPOPS_HAS(table->api, expops_backend_api, unload))
        table->api->unload(table->backend, kernel);
}
