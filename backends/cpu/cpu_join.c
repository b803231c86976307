/* Several kernels that move elements as one: threads are asked for once, and where the outputs' rows lie between one another, as those
 * of tensors that are stacked along the last dimension do, a block of each is moved while the lines that they share are at hand. */
#include "cpu_plan.h"

#include <stdlib.h>
#include <string.h>

enum { TENSORS = 2 }; /* of each part: to, from */

typedef struct join_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
} join_task;

static void move_part(const join_task *task, uint32_t part, int64_t first, int64_t last, cpu_scratch *scratch)
{
    expops_launch launch = *task->launch;

    launch.tensors += part * TENSORS;
    launch.num_tensors = TENSORS;
    cpu_move_blocks(task->kernel->parts[part], &launch, first, last, scratch);
}

static void run_woven(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const join_task *const task = context;

    for (int64_t block = first; block < last; block++)
        for (uint32_t i = 0; i < task->kernel->num_parts; i++)
            move_part(task, i, block, block + 1, scratch);
}

/* The parts' blocks are counted on. */
static void run_in_turn(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const join_task *const task = context;

    for (uint32_t i = 0; i < task->kernel->num_parts && last > 0; i++) {
        const int64_t total = task->kernel->parts[i]->blocks.total;
        if (first < total)
            move_part(task, i, first, last < total ? last : total, scratch);
        first = first > total ? first - total : 0;
        last -= total;
    }
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    join_task task = { kernel, launch };

    cpu_parallel(kernel, cpu_threads(kernel, kernel->blocks.total), kernel->blocks.total,
                 kernel->woven ? run_woven : run_in_turn, &task, scratch);
}

static int has_gaps(const cpu_kernel *part)
{
    return part->rank > 1 || part->operand[0].strides[0] > 1;
}

/* All parts of one shape, with gaps in their outputs. */
static int weaves(const cpu_kernel *kernel)
{
    const cpu_kernel *const first = kernel->parts[0];

    for (uint32_t i = 0; i < kernel->num_parts; i++)
        if (!has_gaps(kernel->parts[i]) || kernel->parts[i]->blocks.total != first->blocks.total)
            return 0;
    return 1;
}

static void add_up(cpu_kernel *kernel)
{
    kernel->woven = (uint32_t)weaves(kernel);
    for (uint32_t i = 0; i < kernel->num_parts; i++) {
        const cpu_kernel *const part = kernel->parts[i];
        kernel->work += part->work;
        kernel->blocks.total = (kernel->woven ? 0 : kernel->blocks.total) + part->blocks.total;
    }
}

/* Of a kernel that only moves elements, and some. */
static int moves(const cpu_kernel *kernel)
{
    return !kernel->instance && !kernel->parts && kernel->num_operands == TENSORS && kernel->blocks.total;
}

int32_t cpu_join(const expops_host_api *host, expops_backend_kernel *const *kernels, uint32_t count,
                 expops_backend_kernel **out_kernel)
{
    for (uint32_t i = 0; i < count; i++)
        if (!moves(kernels[i]))
            return EXPOPS_OK;
    cpu_kernel *const kernel = calloc(1, sizeof(*kernel));
    expops_backend_kernel **const parts = malloc(count * sizeof(*parts));
    if (!kernel || !parts) {
        free(kernel);
        free(parts);
        host->error("no memory for a kernel of %u parts", count);
        return EXPOPS_ERR_OUT_OF_MEMORY;
    }
    memcpy(parts, kernels, count * sizeof(*parts));
    kernel->level = kernels[0]->level;
    kernel->cores = kernels[0]->cores;
    kernel->parts = parts;
    kernel->num_parts = count;
    kernel->run = run;
    add_up(kernel);
    *out_kernel = kernel;
    return EXPOPS_OK;
}

void cpu_kernel_free(expops_backend_kernel *kernel)
{
    for (uint32_t i = 0; i < kernel->num_parts; i++)
        cpu_kernel_free(kernel->parts[i]);
    free(kernel->parts);
    free(kernel->tile);
    free(kernel->before);
    free(kernel);
}
