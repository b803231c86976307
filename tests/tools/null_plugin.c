/* The backend that computes nothing, as a plugin. */
#include "null_backend.h"

__attribute__((visibility("default"))) int32_t expops_backend_query(const expops_host_api *host, expops_query *query);

int32_t expops_backend_query(const expops_host_api *host, expops_query *query)
{
    null_backend_reset();
    return null_backend_query(host, query);
}
