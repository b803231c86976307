/* Memory: buffers (cl_mem and byte offset), and pointers to shared virtual memory that callers
 * bring. */
#include "ocl.h"

static int32_t refused(expops_backend_device *device, uint64_t bytes, cl_int code)
{
    return ocl_fail(code, "allocating %llu bytes on %s, which has %llu", (unsigned long long)bytes, device->name,
                    (unsigned long long)device->info.memory_bytes);
}

/* NVIDIA's driver finds out how much it has when a buffer is first used, and makes one of any size until then. The largest
 * size a driver names (CL_DEVICE_MAX_MEM_ALLOC_SIZE) is no limit: NVIDIA's is a quarter of the memory, and larger buffers
 * work. */
static int exceeds(const expops_backend_device *device, uint64_t bytes)
{
    return device->info.memory_bytes && bytes > device->info.memory_bytes;
}

/* A buffer is made in the context of the caller's queue, because only there can it be used. */
int32_t ocl_allocate(expops_backend_device *device, void *stream, uint64_t bytes, expops_pointer *out_pointer)
{
    cl_command_queue queue;
    cl_context context;
    cl_int code;
    const int32_t status = ocl_queue_of(device, stream, &queue, &context);

    *out_pointer = (expops_pointer){ .device_type = EXPOPS_DL_OPENCL };
    if (status != EXPOPS_OK)
        return status;
    if (exceeds(device, bytes))
        return refused(device, bytes, CL_MEM_OBJECT_ALLOCATION_FAILURE);
    out_pointer->data = ocl_spare_take(device, queue, bytes);
    if (out_pointer->data)
        return EXPOPS_OK;
    out_pointer->data = ocl.clCreateBuffer(context, CL_MEM_READ_WRITE, bytes ? bytes : 1, NULL, &code);
    return out_pointer->data ? EXPOPS_OK : refused(device, bytes, code);
}

void ocl_release(expops_backend_device *device, void *stream, const expops_pointer *pointer)
{
    cl_command_queue queue;
    cl_context context;

    if (!pointer->data)
        return;
    if (ocl_queue_of(device, stream, &queue, &context) != EXPOPS_OK ||
        !ocl_spare_keep(device, queue, context, pointer->data))
        ocl.clReleaseMemObject(pointer->data);
}

static cl_int copy_addresses(cl_command_queue queue, const expops_transfer *copy)
{
    return ocl.clEnqueueSVMMemcpy(queue, CL_FALSE, expops_address(&copy->destination), expops_address(&copy->source),
                                  copy->bytes, 0, NULL, NULL);
}

static cl_int copy_buffers(cl_command_queue queue, const expops_transfer *copy)
{
    const expops_pointer *to = &copy->destination, *from = &copy->source;

    if (copy->kind == EXPOPS_COPY_TO_DEVICE)
        return ocl.clEnqueueWriteBuffer(queue, to->data, CL_FALSE, to->byte_offset, copy->bytes, expops_address(from),
                                        0, NULL, NULL);
    if (copy->kind == EXPOPS_COPY_TO_HOST)
        return ocl.clEnqueueReadBuffer(queue, from->data, CL_FALSE, from->byte_offset, copy->bytes, expops_address(to),
                                       0, NULL, NULL);
    return ocl.clEnqueueCopyBuffer(queue, from->data, to->data, from->byte_offset, to->byte_offset, copy->bytes, 0,
                                   NULL, NULL);
}

int32_t ocl_copy(expops_backend_device *device, void *stream, const expops_transfer *copy)
{
    cl_command_queue queue = stream ? stream : device->queue;
    const int to_buffer = copy->kind != EXPOPS_COPY_TO_HOST && copy->destination.device_type == EXPOPS_DL_OPENCL;
    const int from_buffer = copy->kind != EXPOPS_COPY_TO_DEVICE && copy->source.device_type == EXPOPS_DL_OPENCL;
    cl_int code;

    if (copy->bytes == 0)
        return EXPOPS_OK;
    if (copy->kind == EXPOPS_COPY_ON_DEVICE && to_buffer != from_buffer) {
        ocl_host->error("OpenCL has no copy between a buffer and shared virtual memory; copy "
                        "through host memory");
        return EXPOPS_ERR_UNSUPPORTED;
    }
    if (!to_buffer && !from_buffer && !device->svm) {
        ocl_host->error("%s has no shared virtual memory; pass a cl_mem", device->name);
        return EXPOPS_ERR_UNSUPPORTED;
    }
    code = to_buffer || from_buffer ? copy_buffers(queue, copy) : copy_addresses(queue, copy);
    if (code == CL_SUCCESS)
        return EXPOPS_OK;
    return ocl_fail(code, "copying %llu bytes on %s", (unsigned long long)copy->bytes, device->name);
}
