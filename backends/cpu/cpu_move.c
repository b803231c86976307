/* Elements moved as bits, from one layout to another: memory to memory, without the blocks' buffers where it can be. */
#include "cpu_plan.h"

#include <string.h>

/* A tile that is turned, through a buffer where its rows are apart: a line of the output is written at once, however far its
 * neighbours are. Rows of a tile are whole lines where the output's rows are; elsewhere they are longer, so that fewer lines are
 * shared, and where it has few rows, so that it has elements enough. */
enum { LINE_BYTES = 64, LONG_ROW_BYTES = 256, BLOCK_BYTES = 32768 };
/* What a second cache keeps of the input's lines and pages until all of them has been read, and rows that are worth a block. */
enum { REGION_BYTES = 262144, FEWEST_ROWS = 16 };
/* What a block's elements are spread over where they have gaps between them: tensors that are joined fill each other's. */
enum { SPREAD_BYTES = 16384, FEW_ELEMENTS = 128, LONG_RUN = 64 };

typedef struct move_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
} move_task;

static void fetch_rows(const char *from, int64_t step, int64_t rows, int64_t bytes)
{
    for (int64_t r = 0; r < rows; r++)
        for (int64_t byte = 0; byte < bytes; byte += LINE_BYTES)
            __builtin_prefetch(from + r * step + byte);
}

/* By way of the first cache past the others, as much at a time as fits the buffer; of short rows the next ones are read meanwhile. */
static void stream_parts(const cpu_kernel *kernel, const cpu_position *position, char *to, int64_t to_step,
                         const char *from, int64_t from_step, char *buffer)
{
    const int64_t bytes = kernel->operand[0].bytes, step = kernel->operand[1].strides[kernel->blocks.across];
    const int64_t cols = cpu_least(position->cols, CPU_BUFFER_BYTES / bytes), row_bytes = cols * bytes;
    const int64_t rows = to_step == row_bytes ? CPU_BUFFER_BYTES / row_bytes : 1;

    for (int64_t r = 0, n; r < position->rows; r += n) {
        n = cpu_least(rows, position->rows - r);
        if (step == 1 && rows > 1)
            fetch_rows(from + (r + n) * from_step, from_step, cpu_least(n, position->rows - r - n), row_bytes);
        for (int64_t c = 0, m; c < position->cols; c += m) {
            m = cpu_least(cols, position->cols - c);
            kernel->level->move_rows[__builtin_ctz((unsigned)bytes)](
                buffer, m, 1, from + r * from_step + c * step * bytes, from_step / bytes, step, (size_t)n, (size_t)m);
            cpu_stream(kernel->level, to + r * to_step + c * bytes, buffer, (size_t)(n * m * bytes));
        }
    }
}

static void move_rows(const cpu_kernel *kernel, const cpu_position *position, char *to, const char *from, char *buffer)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];
    const int32_t across = kernel->blocks.across, down = kernel->blocks.down;
    const int64_t to_step = down < 0 ? 0 : out->strides[down] * out->bytes;
    const int64_t from_step = down < 0 ? 0 : in->strides[down] * in->bytes;

    if (kernel->streamed && in->strides[across] == 1 && position->cols * out->bytes >= CPU_STREAM_ROW_BYTES) {
        for (int64_t r = 0; r < position->rows; r++)
            cpu_stream(kernel->level, to + r * to_step, from + r * from_step, (size_t)(position->cols * out->bytes));
        return;
    }
    if (kernel->streamed) {
        stream_parts(kernel, position, to, to_step, from, from_step, buffer);
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

void cpu_move_blocks(const cpu_kernel *kernel, const expops_launch *launch, int64_t first, int64_t last,
                     cpu_scratch *scratch)
{
    const int is_turned = turned(kernel);
    cpu_position position;

    if (kernel->tile) {
        cpu_tile_blocks(kernel, launch, first, last, scratch);
        return;
    }
    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        char *const to = cpu_address(kernel, launch, 0, &position);
        const char *const from = cpu_address(kernel, launch, 1, &position);
        if (is_turned)
            move_turned(kernel, &position, to, from, scratch->between.bytes);
        else
            move_rows(kernel, &position, to, from, scratch->between.bytes);
        cpu_position_next(kernel, &position);
    }
    if (kernel->streamed)
        kernel->level->stream_end();
}

static void run_part(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const move_task *const task = context;

    cpu_move_blocks(task->kernel, task->launch, first, last, scratch);
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    move_task task = { kernel, launch };

    cpu_parallel(kernel, cpu_threads(kernel, kernel->blocks.total), kernel->blocks.total, run_part, &task, scratch);
}

static char *first_of(const cpu_operand *operand, const expops_launch *launch)
{
    return (char *)expops_address(&launch->tensors[operand->slot]) + operand->offset * operand->bytes;
}

/* One block that is one run on both sides, which may be the same. */
static void run_copy(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];

    memmove(first_of(out, launch), first_of(in, launch), (size_t)(kernel->elements * out->bytes));
}

static int is_copy(const cpu_kernel *kernel)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];

    return kernel->rank == 1 && kernel->blocks.total == 1 && out->dtype == in->dtype && out->strides[0] == 1 &&
           in->strides[0] == 1 && !kernel->streamed;
}

static void cut_tiles(cpu_kernel *kernel, int32_t across, int32_t down)
{
    const cpu_operand *const out = &kernel->operand[0];
    const int lines = out->strides[down] * out->bytes % LINE_BYTES == 0;
    const int64_t room = CPU_BUFFER_BYTES / out->bytes, row = (lines ? LINE_BYTES : LONG_ROW_BYTES) / out->bytes;
    const int64_t few = room / cpu_least(kernel->shape[down], room), wide = few > row ? few : row;
    const int64_t cols = cpu_least(wide, kernel->shape[across]);

    cpu_blocks_cut(kernel, across, cols, down, room / cols, CPU_DOWN_INNERMOST);
}

/* Short rows, some at a time. Where the input's nearest rows are another dimension's, a block has so few that what lies around
 * them is still at hand when the blocks along that dimension, which come next, read it. */
static void cut_rows(cpu_kernel *kernel, int32_t across, int64_t rows)
{
    const cpu_operand *const in = &kernel->operand[1];
    const int32_t down = across - 1;
    const int64_t step = in->strides[down] < 0 ? -in->strides[down] : in->strides[down];
    int nearer = 0;

    for (int32_t d = 0; d < down; d++)
        nearer |= in->strides[d] > 0 && in->strides[d] < step;
    if (nearer && step * in->bytes * rows > REGION_BYTES)
        rows = cpu_least(rows, REGION_BYTES / in->bytes / step + FEWEST_ROWS);
    cpu_blocks_cut(kernel, across, kernel->shape[across], down, rows, nearer ? CPU_DOWN_OUTERMOST : CPU_DOWN_IN_PLACE);
}

/* Whether the output's rows lie one after the other. */
static int rows_follow(const cpu_kernel *kernel)
{
    const cpu_blocks *const blocks = &kernel->blocks;
    const int64_t *const strides = kernel->operand[0].strides;

    return blocks->down >= 0 && strides[blocks->down] == kernel->shape[blocks->across];
}

static int streams(const cpu_kernel *kernel, int turned)
{
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1];
    const int32_t across = kernel->blocks.across;

    return out->dtype == in->dtype && out->strides[across] == 1 && cpu_is_large(kernel) &&
           (turned || cpu_streams(kernel, across) || rows_follow(kernel));
}

static int64_t columns_of_block(const cpu_operand *out, int32_t across)
{
    const int64_t step = out->strides[across], spread = SPREAD_BYTES / out->bytes / (step > 1 ? step : 1);

    return step <= 1 ? CPU_DIRECT_COLS : spread > CPU_TURNED_COLS ? spread : CPU_TURNED_COLS;
}

/* What a block costs beside its elements is then more than a map of them. */
static int blocks_are_small(const cpu_kernel *kernel)
{
    const cpu_blocks *const blocks = &kernel->blocks;
    const int64_t rows = blocks->down < 0 ? 1 : cpu_least(blocks->rows, kernel->shape[blocks->down]);

    return blocks->total > 1 && rows * cpu_least(blocks->cols, kernel->shape[blocks->across]) < FEW_ELEMENTS;
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
        cut_rows(kernel, across, wanted / kernel->shape[across]);
    else
        cpu_blocks_cut(kernel, across, columns_of_block(out, across), -1, 1, CPU_DOWN_IN_PLACE);
    if (blocks_are_small(kernel) && cpu_tile_plan(kernel, LONG_RUN)) {
        kernel->run = run;
        return;
    }
    kernel->streamed = (uint32_t)streams(kernel, runs_along >= 0);
    kernel->run = is_copy(kernel) ? run_copy : run;
}
