/* Elements moved as bits, from one layout to another: memory to memory, without the blocks' buffers where it can be. */
#include "cpu_plan.h"

#include <string.h>

/* A tile that is turned, through a buffer where its rows are apart: a line of the output is written at once, however far its
 * neighbours are. Rows of a tile are whole lines where the output's rows are; elsewhere they are longer, so that fewer lines are
 * shared, and where it has few rows, so that it has elements enough. */
enum { LINE_BYTES = 64, LONG_ROW_BYTES = 256, BLOCK_BYTES = 32768 };

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
    if (out->dtype == in->dtype) {
        kernel->level->move_rows[__builtin_ctz(out->bytes)](to, to_step / out->bytes, out->strides[across], from,
                                                            from_step / in->bytes, in->strides[across],
                                                            (size_t)position->rows, (size_t)position->cols);
        return;
    }
    for (int64_t r = 0; r < position->rows; r++)
        cpu_convert(kernel->level, out->dtype, to + r * to_step, out->strides[across], in->dtype, from + r * from_step,
                    in->strides[across], (size_t)position->cols);
}

static void store_tile(const cpu_kernel *kernel, const cpu_position *position, char *to, int64_t to_step,
                       const char *tile)
{
    const int64_t row_bytes = position->cols * kernel->operand[0].bytes;
    const int whole_lines = !(((uintptr_t)to | (uint64_t)to_step | (uint64_t)row_bytes) % LINE_BYTES);

    if (kernel->streamed && to_step == row_bytes) {
        cpu_stream(kernel->level, to, tile, (size_t)(position->rows * row_bytes));
        return;
    }
    for (int64_t r = 0; r < position->rows; r++)
        if (kernel->streamed && (whole_lines || row_bytes >= CPU_STREAM_ROW_BYTES))
            cpu_stream(kernel->level, to + r * to_step, tile + r * row_bytes, (size_t)row_bytes);
        else
            memcpy(to + r * to_step, tile + r * row_bytes, (size_t)row_bytes);
}

/* The input runs along `down`, the output along `across`. */
static void move_turned(const cpu_kernel *kernel, const cpu_position *position, char *to, const char *from, char *tile)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];
    const cpu_blocks *const blocks = &kernel->blocks;
    const int in_place = !kernel->streamed && out->strides[blocks->down] == position->cols;

    kernel->level->transpose[__builtin_ctz(out->bytes)](in_place ? to : tile, position->cols, from,
                                                        in->strides[blocks->across], (size_t)position->rows,
                                                        (size_t)position->cols);
    if (!in_place)
        store_tile(kernel, position, to, out->strides[blocks->down] * out->bytes, tile);
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

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void cut_tiles(cpu_kernel *kernel, int32_t across, int32_t down)
{
    const cpu_operand *const out = &kernel->operand[0];
    const int lines = out->strides[down] * out->bytes % LINE_BYTES == 0;
    const int64_t room = CPU_BUFFER_BYTES / out->bytes, row = (lines ? LINE_BYTES : LONG_ROW_BYTES) / out->bytes;
    const int64_t few = room / least(kernel->shape[down], room), wide = few > row ? few : row;
    const int64_t cols = least(wide, kernel->shape[across]);

    cpu_blocks_cut(kernel, across, cols, down, room / cols, CPU_DOWN_INNERMOST);
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
    const int64_t wanted = BLOCK_BYTES / out->bytes;
    int32_t runs_along = -1;
    for (int32_t d = 0; d < across; d++)
        if (in->strides[d] == 1 && in->strides[across] > 1)
            runs_along = d;
    if (runs_along >= 0)
        cut_tiles(kernel, across, runs_along);
    else if (kernel->shape[across] < wanted && across > 0)
        cpu_blocks_cut(kernel, across, kernel->shape[across], across - 1, wanted / kernel->shape[across],
                       CPU_DOWN_IN_PLACE);
    else
        cpu_blocks_cut(kernel, across, CPU_DIRECT_COLS, -1, 1, CPU_DOWN_IN_PLACE);
    kernel->streamed = out->dtype == in->dtype && out->strides[across] == 1 &&
                       (runs_along >= 0 ? cpu_is_large(kernel) : cpu_streams(kernel, across));
    kernel->run = run;
}
