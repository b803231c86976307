/* Streams: in-order command queues, the device's own or the caller's. */
#include "ocl.h"

int32_t ocl_queue_of(expops_backend_device *device, void *stream, cl_command_queue *out_queue, cl_context *out_context)
{
    cl_int code;

    *out_queue = device->queue;
    *out_context = device->context;
    if (!stream || stream == device->queue)
        return EXPOPS_OK;
    *out_queue = stream;
    code = ocl.clGetCommandQueueInfo(stream, CL_QUEUE_CONTEXT, sizeof(*out_context), out_context, NULL);
    return code == CL_SUCCESS ? EXPOPS_OK : ocl_fail(code, "asking the stream for its context");
}

int32_t ocl_synchronize(expops_backend_device *device, void *stream)
{
    const cl_int code = ocl.clFinish(stream ? stream : device->queue);

    return code == CL_SUCCESS ? EXPOPS_OK : ocl_fail(code, "waiting for a queue of %s", device->name);
}

int32_t ocl_stream_create(expops_backend_device *device, void **out_stream)
{
    cl_int code;

    *out_stream = ocl.clCreateCommandQueue(device->context, device->id, CL_QUEUE_PROFILING_ENABLE, &code);
    return *out_stream ? EXPOPS_OK : ocl_fail(code, "making a queue on %s", device->name);
}

void ocl_stream_destroy(expops_backend_device *device, void *stream)
{
    if (!stream)
        return;
    ocl_spare_drop(device, stream);
    ocl.clReleaseCommandQueue(stream);
}
