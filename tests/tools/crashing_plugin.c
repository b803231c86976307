/* A plugin that does not survive being asked who it is: how is chosen by a macro. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "expops/backend.h"

__attribute__((visibility("default"))) int32_t expops_backend_query(const expops_host_api *host, expops_query *query);

int32_t expops_backend_query(const expops_host_api *host, expops_query *query)
{
    static const char noise[] = "noise on standard output\n";
    (void)host;
    query->api = NULL;
    if (write(STDOUT_FILENO, noise, sizeof(noise) - 1) < 0)
        return 1;
    CRASH;
    return 1;
}
