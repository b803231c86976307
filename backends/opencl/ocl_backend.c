/* The plugin's one exported function and its table. */
#include "ocl.h"

static const expops_backend_api api = {
    .header = { .struct_size = sizeof(expops_backend_api) },
    .probe = ocl_probe,
    .device_open = ocl_device_open,
    .device_close = ocl_device_close,
    .device_info = ocl_device_info,
    .allocate = ocl_allocate,
    .release = ocl_release,
    .copy = ocl_copy,
    .synchronize = ocl_synchronize,
    .stream_create = ocl_stream_create,
    .stream_destroy = ocl_stream_destroy,
    .compile = ocl_compile,
    .release_image = ocl_release_image,
    .load = ocl_load,
    .unload = ocl_unload,
    .launch = ocl_launch,
    .event_create = ocl_event_create,
    .event_destroy = ocl_event_destroy,
    .event_record = ocl_event_record,
    .event_elapsed = ocl_event_elapsed,
};

__attribute__((visibility("default"))) int32_t expops_backend_query(const expops_host_api *host, expops_query *query);

int32_t expops_backend_query(const expops_host_api *host, expops_query *query)
{
    const int understood = expops_query_answer(query);
    query->name = "opencl";
    query->version = EXPOPS_VERSION;
    query->description = "any device with an OpenCL 1.2 driver, through libOpenCL.so.1";
    if (!understood)
        return 1;
    if (ocl_host != host) /* asked again, while devices are in use, the host is the same: nothing is written */
        ocl_host = host;
    query->api = &api;
    return 0;
}
