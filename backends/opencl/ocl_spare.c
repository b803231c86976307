/* Scratch memory, kept for the next call: making a buffer costs a driver more than running a small kernel. A spare buffer is
 * only given out again for the queue it was released on; that queue runs in order, so nothing still uses it by then. The
 * queue is held as long, or another could be made with its address. */
#include "ocl.h"

enum { EMPTY, FULL, BUSY };

/* Larger memory is a tensor's, not scratch, and would be missed elsewhere. */
#define LARGEST_SPARE ((size_t)4 << 20)

cl_mem ocl_spare_take(expops_backend_device *device, cl_command_queue queue, size_t bytes)
{
    for (unsigned i = 0; bytes <= LARGEST_SPARE && i < OCL_SPARES; i++) {
        ocl_spare *spare = device->spare + i;
        int expected = FULL;
        if (!atomic_compare_exchange_strong(&spare->state, &expected, BUSY))
            continue;
        if (spare->queue == queue && spare->bytes >= bytes) {
            const cl_mem memory = spare->memory;
            atomic_store(&spare->state, EMPTY);
            ocl.clReleaseCommandQueue(queue);
            return memory;
        }
        atomic_store(&spare->state, FULL);
    }
    return NULL;
}

int ocl_spare_keep(expops_backend_device *device, cl_command_queue queue, cl_mem memory)
{
    size_t bytes;
    if (ocl.clGetMemObjectInfo(memory, CL_MEM_SIZE, sizeof(bytes), &bytes, NULL) != CL_SUCCESS ||
        bytes > LARGEST_SPARE || ocl.clRetainCommandQueue(queue) != CL_SUCCESS)
        return 0;
    for (unsigned i = 0; i < OCL_SPARES; i++) {
        ocl_spare *spare = device->spare + i;
        int expected = EMPTY;
        if (!atomic_compare_exchange_strong(&spare->state, &expected, BUSY))
            continue;
        spare->queue = queue;
        spare->memory = memory;
        spare->bytes = bytes;
        atomic_store(&spare->state, FULL);
        return 1;
    }
    ocl.clReleaseCommandQueue(queue);
    return 0;
}

void ocl_spare_drop(expops_backend_device *device, cl_command_queue queue)
{
    for (unsigned i = 0; i < OCL_SPARES; i++) {
        ocl_spare *spare = device->spare + i;
        int expected = FULL;
        if (!atomic_compare_exchange_strong(&spare->state, &expected, BUSY))
            continue;
        const int drop = !queue || spare->queue == queue;
        if (drop) {
            ocl.clReleaseMemObject(spare->memory);
            ocl.clReleaseCommandQueue(spare->queue);
        }
        atomic_store(&spare->state, drop ? EMPTY : FULL);
    }
}
