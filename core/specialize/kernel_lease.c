/* Who may call the backend of a device that closes. */
#include <stdlib.h>
#include "kernel_table_internal.h"

/* In a child of a fork a driver's objects are the parent's, and nothing may be unloaded; what is only memory can
 * be. */
int expops_table_usable(const struct expops_kernel_table *table)
{
    return table->host || table->fork_generation == expops_fork_generation();
}

void expops_table_lease(struct expops_kernel_table *table)
{
    /* relaxed: who takes a lease holds one already, or a lock under which the table is alive */
    atomic_fetch_add_explicit(&table->leases, 1, memory_order_relaxed);
}

void expops_table_lease_end(struct expops_kernel_table *table)
{
    /* The last to let go closes the device, and has to see all that others did with it before they let go. */
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
