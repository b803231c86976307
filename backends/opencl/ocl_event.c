/* Events: markers on a queue, timed by the device where the queue keeps times. A caller's queue may
 * keep none: recording on it waits for the queue and reads the host's clock, which is then an upper
 * bound. */
#include "ocl.h"

#include <stdlib.h>
#include <time.h>

typedef struct ocl_event {
    cl_event marker;  /* NULL before the first record, and where the host's clock is used */
    uint64_t host_ns; /* 0 where the device keeps the time */
} ocl_event;

int32_t ocl_event_create(expops_backend_device *device, void **out_event)
{
    *out_event = calloc(1, sizeof(ocl_event));
    return *out_event ? EXPOPS_OK : ocl_fail(CL_OUT_OF_HOST_MEMORY, "making an event on %s", device->name);
}

static void forget(ocl_event *event)
{
    if (event->marker)
        ocl.clReleaseEvent(event->marker);
    *event = (ocl_event){ 0 };
}

void ocl_event_destroy(expops_backend_device *device, void *event)
{
    (void)device;
    if (!event)
        return;
    forget(event);
    free(event);
}

static int32_t record_on_host(expops_backend_device *device, ocl_event *event, cl_command_queue queue)
{
    const int32_t status = ocl_synchronize(device, queue);
    struct timespec now;

    if (status != EXPOPS_OK)
        return status;
    clock_gettime(CLOCK_MONOTONIC, &now);
    event->host_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    return EXPOPS_OK;
}

int32_t ocl_event_record(expops_backend_device *device, void *event_, void *stream)
{
    cl_command_queue queue = stream ? stream : device->queue;
    cl_command_queue_properties properties = 0;
    ocl_event *event = event_;
    cl_int code;

    forget(event);
    code = ocl.clGetCommandQueueInfo(queue, CL_QUEUE_PROPERTIES, sizeof(properties), &properties, NULL);
    if (code != CL_SUCCESS)
        return ocl_fail(code, "recording an event on %s", device->name);
    if (!(properties & CL_QUEUE_PROFILING_ENABLE))
        return record_on_host(device, event, queue);
    code = ocl.clEnqueueMarkerWithWaitList(queue, 0, NULL, &event->marker);
    return code == CL_SUCCESS ? EXPOPS_OK : ocl_fail(code, "recording an event on %s", device->name);
}

static int32_t time_of(expops_backend_device *device, const ocl_event *event, cl_ulong *out_ns)
{
    cl_int code;

    *out_ns = event->host_ns;
    if (event->host_ns)
        return EXPOPS_OK;
    code = ocl.clWaitForEvents(1, &event->marker);
    if (code == CL_SUCCESS)
        code = ocl.clGetEventProfilingInfo(event->marker, CL_PROFILING_COMMAND_END, sizeof(*out_ns), out_ns, NULL);
    return code == CL_SUCCESS ? EXPOPS_OK : ocl_fail(code, "reading the time of an event on %s", device->name);
}

int32_t ocl_event_elapsed(expops_backend_device *device, void *start_, void *stop_, uint64_t *out_ns)
{
    const ocl_event *start = start_, *stop = stop_;
    cl_ulong from, to;
    int32_t status;

    if (!start->marker == !start->host_ns || !stop->marker == !stop->host_ns || !start->marker != !stop->marker) {
        ocl_host->error("the events were not both recorded on queues that keep times, or both on "
                        "queues that keep none; "
                        "record both on one stream");
        return EXPOPS_ERR_BACKEND;
    }
    status = time_of(device, start, &from);
    if (status == EXPOPS_OK)
        status = time_of(device, stop, &to);
    if (status == EXPOPS_OK)
        *out_ns = to > from ? to - from : 0;
    return status;
}
