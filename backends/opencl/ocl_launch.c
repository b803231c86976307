/* Launching: no lock and no allocation once the kernel has been launched in the queue's context. */
#include "ocl.h"

static cl_int set_tensor(cl_kernel kernel, cl_uint index, const expops_pointer *tensor)
{
    const cl_ulong offset = tensor->byte_offset;
    cl_int code;

    if (tensor->device_type == EXPOPS_DL_OPENCL)
        code = ocl.clSetKernelArg(kernel, index, sizeof(cl_mem), &tensor->data);
    else
        code = ocl.clSetKernelArgSVMPointer(kernel, index, tensor->data);
    if (code == CL_SUCCESS)
        code = ocl.clSetKernelArg(kernel, index + 1, sizeof(offset), &offset);
    return code;
}

static cl_int set_arguments(cl_kernel kernel, const expops_launch *launch)
{
    cl_int code = CL_SUCCESS;
    cl_uint index = 0;

    for (uint32_t i = 0; i < launch->num_tensors && code == CL_SUCCESS; i++, index += 2)
        code = set_tensor(kernel, index, &launch->tensors[i]);
    if (code == CL_SUCCESS && launch->params_bytes)
        code = ocl.clSetKernelArg(kernel, index, launch->params_bytes, launch->params);
    return code;
}

static cl_int enqueue(cl_command_queue queue, cl_kernel kernel, const expops_launch *launch)
{
    size_t total[3], group[3];
    cl_uint dimensions = 1;

    for (cl_uint i = 0; i < 3; i++) {
        group[i] = launch->group[i];
        total[i] = (size_t)launch->grid[i] * launch->group[i];
        if (total[i] > 1)
            dimensions = i + 1;
    }
    return ocl.clEnqueueNDRangeKernel(queue, kernel, dimensions, NULL, total, group, 0, NULL, NULL);
}

static uint32_t kinds_of(const expops_launch *launch)
{
    uint32_t kinds = 0, addresses = 0;

    for (uint32_t i = 0; i < launch->num_tensors; i++)
        if (launch->tensors[i].device_type != EXPOPS_DL_OPENCL) {
            kinds |= i < OCL_KINDS ? 1u << i : 0;
            addresses++;
        }
    return launch->num_tensors > OCL_KINDS && addresses % launch->num_tensors ? OCL_KINDS_MIXED : kinds;
}

static int32_t refuse_address(expops_backend_device *device)
{
    ocl_host->error("%s has no shared virtual memory; pass a cl_mem and a byte offset", device->name);
    return EXPOPS_ERR_UNSUPPORTED;
}

int32_t ocl_launch(expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                   const expops_launch *launch)
{
    cl_command_queue queue;
    cl_context context;
    ocl_program *program;
    const uint32_t kinds = kinds_of(launch);
    ocl_slot *slot;
    cl_kernel object;
    cl_int code;
    int32_t status = ocl_queue_of(device, stream, &queue, &context);

    if (kinds && !device->svm)
        return refuse_address(device);
    if (status == EXPOPS_OK)
        status = ocl_kernel_program(device, kernel, context, queue, &program);
    if (status == EXPOPS_OK)
        status = ocl_kernel_claim(kernel, program, kinds, &slot, &object);
    if (status != EXPOPS_OK)
        return status;
    code = set_arguments(object, launch);
    if (code == CL_SUCCESS)
        code = enqueue(queue, object, launch);
    ocl_kernel_give_back(slot, object, kinds, code == CL_SUCCESS);
    return code == CL_SUCCESS ? EXPOPS_OK : ocl_fail(code, "launching a kernel on %s", device->name);
}
