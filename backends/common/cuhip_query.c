/* The one exported symbol, and the table behind it. */
#include "cuhip.h"

const expops_host_api *cuhip_host;

static const expops_backend_api api = {
    .header = { .struct_size = sizeof api },
    .probe = cuhip_probe,
    .device_open = cuhip_device_open,
    .device_close = cuhip_device_close,
    .device_info = cuhip_device_info,
    .allocate = cuhip_allocate,
    .release = cuhip_release,
    .copy = cuhip_copy,
    .synchronize = cuhip_synchronize,
    .stream_create = cuhip_stream_create,
    .stream_destroy = cuhip_stream_destroy,
    .stream_capturing = cuhip_stream_capturing,
    .compile = cuhip_compile,
    .release_image = cuhip_release_image,
    .load = cuhip_load,
    .unload = cuhip_unload,
    .launch = cuhip_launch,
    .event_create = cuhip_event_create,
    .event_destroy = cuhip_event_destroy,
    .event_record = cuhip_event_record,
    .event_elapsed = cuhip_event_elapsed,
    .describe_target = cuhip_describe_target,
};

__attribute__((visibility("default"))) int32_t expops_backend_query(const expops_host_api *host, expops_query *query);

int32_t expops_backend_query(const expops_host_api *host, expops_query *query)
{
    const int understood = expops_query_answer(query);
    query->name = CUHIP_PLUGIN;
    query->version = EXPOPS_VERSION;
    query->description = CUHIP_DESCRIPTION;
    if (!understood)
        return 1;
    if (cuhip_host != host) /* asked again, while devices are in use, the host is the same: nothing is written */
        cuhip_host = host;
    query->api = &api;
    return 0;
}
