/* Scratch memory, kept for the next call: making a buffer costs a driver more than running a small kernel. A spare buffer is
 * only given out again for the queue it was released on; that queue runs in order, so nothing still uses it by then. The
 * queue is held as long, or another could be made with its address. */
#include "ocl.h"

enum { EMPTY, FULL, BUSY };

/* Larger memory is a tensor's, not scratch, and would be missed elsewhere. */
#define LARGEST_SPARE ((size_t)4 << 20)
#define SLACK ((size_t)64 << 10)

/* Of the first slot in that state from `first` on, now BUSY; NULL where there is none. */
static ocl_spare *claim(expops_backend_device *device, int state, unsigned first)
{
    for (unsigned i = 0; i < OCL_SPARES; i++) {
        ocl_spare *spare = device->spare + (first + i) % OCL_SPARES;
        int expected = state;
        if (atomic_compare_exchange_strong(&spare->state, &expected, BUSY))
            return spare;
    }
    return NULL;
}

static void free_spare(const ocl_spare *spare)
{
    ocl.clReleaseMemObject(spare->memory);
    ocl.clReleaseCommandQueue(spare->queue);
}

/* Not much larger than asked for: the next call that needs all of a large one would have to make it again. */
static int fits(size_t spare, size_t bytes)
{
    return spare >= bytes && (spare <= bytes + SLACK || spare / 4 <= bytes);
}

cl_mem ocl_spare_take(expops_backend_device *device, cl_command_queue queue, size_t bytes)
{
    for (unsigned i = 0; bytes <= LARGEST_SPARE && i < OCL_SPARES; i++) {
        ocl_spare *spare = device->spare + i;
        int expected = FULL;
        if (!atomic_compare_exchange_strong(&spare->state, &expected, BUSY))
            continue;
        if (spare->queue == queue && fits(spare->bytes, bytes)) {
            const cl_mem memory = spare->memory;
            atomic_store(&spare->state, EMPTY);
            ocl.clReleaseCommandQueue(queue);
            return memory;
        }
        atomic_store(&spare->state, FULL);
    }
    return NULL;
}

/* A caller may release memory on a queue of another context than the memory's: nothing there could use it. */
static int is_of(cl_context context, cl_mem memory)
{
    cl_context own;
    return ocl.clGetMemObjectInfo(memory, CL_MEM_CONTEXT, sizeof(own), &own, NULL) == CL_SUCCESS && own == context;
}

int ocl_spare_keep(expops_backend_device *device, cl_command_queue queue, cl_context context, cl_mem memory)
{
    size_t bytes;
    if (ocl.clGetMemObjectInfo(memory, CL_MEM_SIZE, sizeof(bytes), &bytes, NULL) != CL_SUCCESS ||
        bytes > LARGEST_SPARE || !is_of(context, memory) || ocl.clRetainCommandQueue(queue) != CL_SUCCESS)
        return 0;
    ocl_spare *spare = claim(device, EMPTY, 0);
    if (!spare) { /* full, perhaps of sizes that nobody asks for any more: another goes each time */
        spare = claim(device, FULL, atomic_fetch_add(&device->next_spare, 1));
        if (spare)
            free_spare(spare);
    }
    if (!spare) {
        ocl.clReleaseCommandQueue(queue);
        return 0;
    }
    spare->queue = queue;
    spare->memory = memory;
    spare->bytes = bytes;
    atomic_store(&spare->state, FULL);
    return 1;
}

void ocl_spare_drop(expops_backend_device *device, cl_command_queue queue)
{
    for (unsigned i = 0; i < OCL_SPARES; i++) {
        ocl_spare *spare = device->spare + i;
        int expected = FULL;
        if (!atomic_compare_exchange_strong(&spare->state, &expected, BUSY))
            continue;
        const int drop = !queue || spare->queue == queue;
        if (drop)
            free_spare(spare);
        atomic_store(&spare->state, drop ? EMPTY : FULL);
    }
}
