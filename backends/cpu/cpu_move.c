/* Elements moved as bits, from one layout to another: memory to memory, without the blocks' buffers where it can be. */
#include "cpu_plan.h"

#include <string.h>

/* A tile that is turned, through a buffer: a line of the output is written at once, however far its neighbours are. Rows
 * of a tile are whole lines where the output's rows are; elsewhere they are longer, so that fewer lines are shared. */
enum { LINE_BYTES = 64, LONG_ROW_BYTES = 256 };

typedef struct move_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
} move_task;

static void move_rows(const cpu_kernel *kernel, const cpu_position *position, char *to, const char *from)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];
    const int32_t across = kernel->blocks.across, down = kernel->blocks.down;
    const int64_t to_step = down < 0 ? 0 : out->strides[down] * out->bytes;
    const int64_t from_step = down < 0 ? 0 : in->strides[down] * in->bytes;

    if (kernel->streamed && in->strides[across] == 1) {
        for (int64_t r = 0; r < position->rows; r++)
            cpu_stream(kernel->level, to + r * to_step, from + r * from_step, (size_t)(position->cols * out->bytes));
        return;
    }
    for (int64_t r = 0; r < position->rows; r++)
        cpu_convert(kernel->level, out->dtype, to + r * to_step, out->strides[across], in->dtype, from + r * from_step,
                    in->strides[across], (size_t)position->cols);
}

/* The input runs along `down`, the output along `across`. */
static void move_turned(const cpu_kernel *kernel, const cpu_position *position, char *to, const char *from, char *tile)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];
    const cpu_blocks *const blocks = &kernel->blocks;
    const int64_t to_step = out->strides[blocks->down] * out->bytes, row_bytes = position->cols * out->bytes;
    const int whole_lines = !(((uintptr_t)to | (uint64_t)to_step | (uint64_t)row_bytes) % LINE_BYTES);

    kernel->level->transpose[__builtin_ctz(out->bytes)](tile, position->cols, from, in->strides[blocks->across],
                                                        (size_t)position->rows, (size_t)position->cols);
    for (int64_t r = 0; r < position->rows; r++)
        if (kernel->streamed && whole_lines)
            kernel->level->stream(to + r * to_step, tile + r * row_bytes, (size_t)row_bytes);
        else
            memcpy(to + r * to_step, tile + r * row_bytes, (size_t)row_bytes);
}

static int turned(const cpu_kernel *kernel)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];
    const cpu_blocks *const blocks = &kernel->blocks;

    return blocks->down >= 0 && out->dtype == in->dtype && out->strides[blocks->across] == 1 &&
           in->strides[blocks->down] == 1 && in->strides[blocks->across] > 1;
}

static void run_part(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const move_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    const int is_turned = turned(kernel);
    cpu_position position;

    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        char *const to = cpu_address(kernel, task->launch, 0, &position);
        const char *const from = cpu_address(kernel, task->launch, 1, &position);
        if (is_turned)
            move_turned(kernel, &position, to, from, scratch->between.bytes);
        else
            move_rows(kernel, &position, to, from);
        cpu_position_next(kernel, &position);
    }
    if (kernel->streamed)
        kernel->level->stream_end();
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    move_task task = { kernel, launch };

    cpu_parallel(kernel, cpu_threads(kernel, kernel->blocks.total), kernel->blocks.total, run_part, &task, scratch);
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
    if (runs_along >= 0) {
        const int lines = out->strides[runs_along] * out->bytes % LINE_BYTES == 0;
        const int64_t row_bytes = lines ? LINE_BYTES : LONG_ROW_BYTES;
        cpu_blocks_cut(kernel, across, row_bytes / out->bytes, runs_along, CPU_BUFFER_BYTES / row_bytes,
                       CPU_DOWN_INNERMOST);
    } else if (kernel->shape[across] < 256 && across > 0) {
        cpu_blocks_cut(kernel, across, kernel->shape[across], across - 1, 64, CPU_DOWN_IN_PLACE);
    } else {
        cpu_blocks_cut(kernel, across, CPU_DIRECT_COLS, -1, 1, CPU_DOWN_IN_PLACE);
    }
    kernel->streamed =
        out->dtype == in->dtype && out->strides[across] == 1 &&
        (runs_along >= 0 ? kernel->elements * out->bytes >= CPU_STREAM_BYTES : cpu_streams(kernel, across));
    kernel->run = run;
}
