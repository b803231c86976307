/* Loaded kernels: one program for each context they are launched in, and a pool of cl_kernel
 * objects for each program. */
#include "ocl.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct expops_backend_kernel {
    ocl_program *own;     /* of the device's own context; the programs of callers' contexts follow it */
    pthread_mutex_t lock; /* held while a program is added; no child of fork uses a kernel of its parent */
    size_t bytes;
    void *image;
    char entry[];
};

static void program_destroy(ocl_program *program)
{
    for (int i = 0; i < OCL_POOL; i++)
        if (program->slots[i].kernel)
            ocl.clReleaseKernel(program->slots[i].kernel);
    ocl.clReleaseProgram(program->program);
    free(program);
}

/* Builds the image for a context, and its first cl_kernel, which shows that the entry is there. */
static int32_t program_create(expops_backend_device *device, const expops_backend_kernel *kernel, cl_context context,
                              ocl_program **out_program)
{
    ocl_program *program = calloc(1, sizeof(*program));
    int32_t status;
    cl_int code;

    if (!program)
        return ocl_fail(CL_OUT_OF_HOST_MEMORY, "loading a kernel on %s", device->name);
    program->context = context;
    status = ocl_program_from_image(device, context, kernel->image, kernel->bytes, &program->program);
    if (status != EXPOPS_OK) {
        free(program);
        return status;
    }
    program->slots[0].kernel = ocl.clCreateKernel(program->program, kernel->entry, &code);
    if (!program->slots[0].kernel) {
        program_destroy(program);
        return ocl_fail(code, "looking up %s in a kernel's image", kernel->entry);
    }
    atomic_store_explicit(&program->slots[0].state, OCL_SLOT_FREE, memory_order_release);
    *out_program = program;
    return EXPOPS_OK;
}

int32_t ocl_load(expops_backend_device *device, const void *image, size_t bytes, const char *entry,
                 expops_backend_kernel **out_kernel)
{
    expops_backend_kernel *kernel = calloc(1, sizeof(*kernel) + strlen(entry) + 1);
    int32_t status;

    *out_kernel = NULL;
    if (kernel)
        kernel->image = malloc(bytes);
    if (!kernel || !kernel->image) {
        free(kernel);
        return ocl_fail(CL_OUT_OF_HOST_MEMORY, "loading a kernel on %s", device->name);
    }
    pthread_mutex_init(&kernel->lock, NULL);
    strcpy(kernel->entry, entry);
    memcpy(kernel->image, image, bytes);
    kernel->bytes = bytes;
    status = program_create(device, kernel, device->context, &kernel->own);
    if (status != EXPOPS_OK) {
        ocl_unload(device, kernel);
        return status;
    }
    *out_kernel = kernel;
    return EXPOPS_OK;
}

void ocl_unload(expops_backend_device *device, expops_backend_kernel *kernel)
{
    (void)device;
    if (!kernel)
        return;
    for (ocl_program *program = kernel->own, *next; program; program = next) {
        next = atomic_load_explicit(&program->next, memory_order_acquire);
        program_destroy(program);
    }
    pthread_mutex_destroy(&kernel->lock);
    free(kernel->image);
    free(kernel);
}

/* The program for `context`, or the last one with *out_found 0. */
static ocl_program *find(ocl_program *program, cl_context context, int *out_found)
{
    for (;;) {
        ocl_program *next = atomic_load_explicit(&program->next, memory_order_acquire);

        *out_found = program->context == context;
        if (*out_found || !next)
            return program;
        program = next;
    }
}

static int32_t check_device(expops_backend_device *device, cl_command_queue queue)
{
    cl_device_id id = NULL;
    const cl_int code = ocl.clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof(id), &id, NULL);

    if (code != CL_SUCCESS)
        return ocl_fail(code, "asking the stream for its device");
    if (id == device->id)
        return EXPOPS_OK;
    ocl_host->error("the stream is a queue of another OpenCL device than %s; pass a queue of this device",
                    device->name);
    return EXPOPS_ERR_DEVICE;
}

static int32_t add_program(expops_backend_device *device, expops_backend_kernel *kernel, cl_context context,
                           cl_command_queue queue, ocl_program **out_program)
{
    int32_t status = check_device(device, queue);
    ocl_program *last;
    int found;

    if (status != EXPOPS_OK)
        return status;
    pthread_mutex_lock(&kernel->lock);
    last = find(kernel->own, context, &found);
    *out_program = last;
    if (!found) {
        status = program_create(device, kernel, context, out_program);
        if (status == EXPOPS_OK)
            atomic_store_explicit(&last->next, *out_program, memory_order_release);
    }
    pthread_mutex_unlock(&kernel->lock);
    return status;
}

int32_t ocl_kernel_program(expops_backend_device *device, expops_backend_kernel *kernel, cl_context context,
                           cl_command_queue queue, ocl_program **out_program)
{
    int found;

    *out_program = find(kernel->own, context, &found);
    return found ? EXPOPS_OK : add_program(device, kernel, context, queue, out_program);
}

/* The slot the thread used last: threads that launch side by side settle on slots of their own. */
static _Thread_local uint32_t last_slot;

static ocl_slot *claim(ocl_program *program, uint32_t wanted)
{
    for (uint32_t i = 0; i < OCL_POOL; i++) {
        const uint32_t at = (last_slot + i) % OCL_POOL;
        uint32_t state = wanted;

        if (atomic_compare_exchange_strong_explicit(&program->slots[at].state, &state, OCL_SLOT_BUSY,
                                                    memory_order_acquire, memory_order_relaxed)) {
            last_slot = at;
            return &program->slots[at];
        }
    }
    return NULL;
}

int32_t ocl_kernel_claim(expops_backend_kernel *kernel, ocl_program *program, uint32_t kinds, ocl_slot **out_slot,
                         cl_kernel *out_kernel)
{
    const int mixed = kinds == OCL_KINDS_MIXED; /* such a one is not used again */
    ocl_slot *slot = mixed ? NULL : claim(program, OCL_SLOT_FREE + kinds);
    cl_int code;

    *out_slot = slot;
    if (slot) {
        *out_kernel = slot->kernel;
        return EXPOPS_OK;
    }
    *out_kernel = ocl.clCreateKernel(program->program, kernel->entry, &code);
    if (!*out_kernel)
        return ocl_fail(code, "making one more %s for a thread", kernel->entry);
    *out_slot = slot = mixed ? NULL : claim(program, OCL_SLOT_EMPTY);
    if (slot)
        slot->kernel = *out_kernel;
    return EXPOPS_OK;
}

void ocl_kernel_give_back(ocl_slot *slot, cl_kernel kernel, uint32_t kinds, int launched)
{
    const int keep = slot && launched;

    if (!keep)
        ocl.clReleaseKernel(kernel); /* lives on until the launch has run */
    if (!slot)
        return;
    if (!keep)
        slot->kernel = NULL;
    atomic_store_explicit(&slot->state, keep ? OCL_SLOT_FREE + kinds : OCL_SLOT_EMPTY, memory_order_release);
}
