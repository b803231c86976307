/* Operators whose elements are made of boxes of the first input: the plan. Work goes by blocks of rows of the output. */
#include "cpu_lines.h"

#include <string.h>

enum {
    COLS = CPU_LINE_ELEMENTS, /* of a piece of a row whose elements are moved, */
    ROWS = 256,
    LONG_RUN = 64,                /* longer ones are moved as pieces of rows */
    ELEMENTS = 8192,              /* and of a block, */
    BYTES = 32768,                /* or more where they are small; */
    SUMS = CPU_BUFFER_BYTES / 16, /* of one whose elements are sums */
    SHORT_ROW = 20,               /* of those, */
    SOON = 130, /* and elements of all of its boxes, so few that they had better be summed another way */
};

static void move_tiles(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const window_task *const task = context;

    cpu_tile_blocks(task->kernel, task->launch, first, last, scratch);
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    window_task task = { kernel, launch };

    cpu_parallel(kernel, cpu_threads(kernel, kernel->blocks.total), kernel->blocks.total, kernel->walk.way, &task,
                 scratch);
}

/* The dimension in which the output is closest together, `but` for one. */
static int32_t nearest_dim(const cpu_kernel *kernel, int32_t but)
{
    int32_t nearest = -1;

    for (int32_t d = (int32_t)kernel->rank - 1; d >= 0; d--) {
        const int64_t stride = kernel->operand[0].strides[d];
        const int64_t least = nearest < 0 ? 0 : kernel->operand[0].strides[nearest];
        if (d != but && kernel->shape[d] > 1 &&
            (nearest < 0 || (stride < 0 ? -stride : stride) < (least < 0 ? -least : least)))
            nearest = d;
    }
    return nearest;
}

/* The dimension of a block's rows, or -1 where what is known of a row's elements is not the same for the next row. */
static int32_t dim_of_rows(const cpu_kernel *kernel, int32_t across)
{
    const int32_t down = nearest_dim(kernel, across);

    for (uint32_t w = 0; down >= 0 && w < kernel->walk.walked; w++)
        if (cpu_window_varies(kernel, w, across) && cpu_window_varies(kernel, w, down))
            return -1;
    return down;
}

/* Of outputs whose small boxes are summed together: where a row has few, the largest dimension along which boxes are the same. If
 * these are apart in memory, that is worth it only where a row is soon summed by itself. */
static int32_t dim_of_sums(const cpu_kernel *kernel, int32_t across)
{
    const int soon = cpu_window_elements(kernel) * kernel->shape[across] <= SOON;
    int32_t found = across;

    if (kernel->shape[across] >= SHORT_ROW || !cpu_window_boxes_are_small(kernel))
        return across;
    for (int32_t d = 0; d < (int32_t)kernel->rank; d++) {
        int same = kernel->shape[d] > kernel->shape[found] && kernel->shape[d] >= CPU_FEW_OUTPUTS;
        for (uint32_t w = 0; w < kernel->walk.walked; w++)
            same &= !cpu_window_varies(kernel, w, d);
        found = same ? d : found;
    }
    return soon || kernel->operand[1].strides[found] == 1 ? found : across;
}

static void cut(cpu_kernel *kernel, int32_t across)
{
    const int64_t cols = cpu_least(kernel->shape[across], COLS), bytes = BYTES / kernel->operand[0].bytes;

    cpu_blocks_cut(kernel, across, cols, dim_of_rows(kernel, across),
                   cpu_least(ROWS, (bytes > ELEMENTS ? bytes : ELEMENTS) / cols), CPU_DOWN_IN_PLACE);
}

/* Short rows are streamed where they lie one after the other. */
static int streams(const cpu_kernel *kernel)
{
    const cpu_blocks *const blocks = &kernel->blocks;
    const int64_t *const strides = kernel->operand[0].strides;
    const int follow = blocks->down >= 0 && strides[blocks->across] == 1 && strides[blocks->down] == blocks->cols;

    return cpu_streams(kernel, blocks->across) || (follow && cpu_is_large(kernel));
}

/* Sizes of what is broadcast may be any. */
static int64_t more(int64_t work, int64_t each)
{
    int64_t all;

    return __builtin_mul_overflow(work, each, &all) ? work : all;
}

void cpu_window_plan(cpu_kernel *kernel)
{
    kernel->operand[0].mode = CPU_BUFFER;
    const int32_t nearest = nearest_dim(kernel, -1), across = nearest < 0 ? (int32_t)kernel->rank - 1 : nearest;
    kernel->run = run;
    if (kernel->instance->rows) {
        cpu_blocks_cut(kernel, dim_of_sums(kernel, across), SUMS, -1, 1, CPU_DOWN_IN_PLACE);
        kernel->work = more(kernel->work, cpu_window_elements(kernel));
        kernel->walk.way = cpu_window_sum;
        return;
    }
    if (cpu_tile_plan(kernel, LONG_RUN)) {
        kernel->walk.way = move_tiles;
        return;
    }
    if (cpu_split_plan(kernel))
        return;
    kernel->walk.way = cpu_picked_move;
    if (!cpu_picked_plan(kernel, across, nearest_dim(kernel, across))) {
        kernel->walk.way = cpu_window_move;
        cut(kernel, across);
        cpu_lines_keep(kernel);
    }
    kernel->streamed = (uint32_t)streams(kernel);
}
