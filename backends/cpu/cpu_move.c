/* Elements moved as bits, from one layout to another: memory to memory, without the blocks' buffers where it can be. */
#include "cpu_plan.h"

#include <string.h>

enum { CPU_TILE_BYTES = 256 }; /* edge of a tile that is turned */

typedef struct move_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
} move_task;

static void move_rows(const cpu_kernel *kernel, const cpu_position *position, char *to, const char *from)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];
    const int32_t across = kernel->blocks.across, down = kernel->blocks.down;
    cpu_convert_fn *const convert = out->dtype == in->dtype ? kernel->level->move[__builtin_ctz(out->bytes)] :
                                                              kernel->level->convert[out->dtype][in->dtype];
    const int64_t to_step = down < 0 ? 0 : out->strides[down] * out->bytes;
    const int64_t from_step = down < 0 ? 0 : in->strides[down] * in->bytes;

    if (kernel->streamed && in->strides[across] == 1) {
        for (int64_t r = 0; r < position->rows; r++)
            cpu_stream(kernel->level, to + r * to_step, from + r * from_step, (size_t)(position->cols * out->bytes));
        return;
    }
    for (int64_t r = 0; r < position->rows; r++)
        convert(to + r * to_step, out->strides[across], from + r * from_step, in->strides[across], (size_t)position->cols);
}

/* The input runs along `down`, the output along `across`. */
static void move_turned(const cpu_kernel *kernel, const cpu_position *position, char *to, const char *from)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];
    const cpu_blocks *const blocks = &kernel->blocks;

    kernel->level->transpose[__builtin_ctz(out->bytes)](to, out->strides[blocks->down], from, in->strides[blocks->across],
                                                        (size_t)position->rows, (size_t)position->cols);
}

static int turned(const cpu_kernel *kernel)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];
    const cpu_blocks *const blocks = &kernel->blocks;

    return blocks->down >= 0 && out->dtype == in->dtype && out->strides[blocks->across] == 1 &&
           in->strides[blocks->down] == 1 && in->strides[blocks->across] > 1;
}

static void run_part(void *context, int64_t first, int64_t last, uint32_t thread)
{
    const move_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    const int is_turned = turned(kernel);
    cpu_position position;

    (void)thread;
    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        char *const to = cpu_address(kernel, task->launch, 0, &position);
        const char *const from = cpu_address(kernel, task->launch, 1, &position);
        if (is_turned)
            move_turned(kernel, &position, to, from);
        else
            move_rows(kernel, &position, to, from);
        cpu_position_next(kernel, &position);
    }
    if (kernel->streamed)
        kernel->level->stream_end();
}

static void run(const cpu_kernel *kernel, const expops_launch *launch)
{
    move_task task = { kernel, launch };

    cpu_parallel(cpu_threads(kernel->elements, kernel->blocks.total), kernel->blocks.total, run_part, &task);
}

void cpu_move_plan(cpu_kernel *kernel)
{
    cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];

    kernel->rank = cpu_space_arrange(kernel, 0, kernel->rank, 0);
    if (!kernel->rank) {
        kernel->rank = 1;
        kernel->shape[0] = 1;
        out->strides[0] = in->strides[0] = 1;
    }
    const int32_t across = (int32_t)kernel->rank - 1;
    int32_t runs_along = -1;
    for (int32_t d = 0; d < across; d++)
        if (in->strides[d] == 1 && in->strides[across] > 1)
            runs_along = d;
    const int64_t edge = CPU_TILE_BYTES / out->bytes;
    if (runs_along >= 0)
        cpu_blocks_cut(kernel, across, edge, runs_along, edge, runs_along != across - 1);
    else if (kernel->shape[across] < 256 && across > 0)
        cpu_blocks_cut(kernel, across, kernel->shape[across], across - 1, 64, 0);
    else
        cpu_blocks_cut(kernel, across, CPU_DIRECT_COLS, -1, 1, 0);
    kernel->streamed = runs_along < 0 && out->dtype == in->dtype && out->strides[across] == 1 &&
                       kernel->shape[across] * out->bytes >= 512 &&
                       kernel->elements * out->bytes >= CPU_STREAM_BYTES;
    kernel->run = run;
}
