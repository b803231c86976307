/* Windows of single elements that other elements say: where short rows each have picks of their own, places of several rows are worked out
 * at once, and moved as one. */
#include "cpu_lines.h"

#include <stdlib.h>
#include <string.h>

/* What a thread knows of the block at hand, in its `partials`. */
typedef struct picked_block {
    int64_t rows, cols; /* it was made for; 0: for none */
    int64_t picks[CPU_LINE_ELEMENTS], places[CPU_LINE_ELEMENTS];
} picked_block;
_Static_assert(sizeof(picked_block) <= CPU_PARTIAL_BYTES, "it fits");

static const cpu_operand *picked(const cpu_kernel *kernel)
{
    return &kernel->operand[kernel->walk.picked];
}

/* Where a block's elements' input is without their picks; of fewer rows it is the first ones. */
static int64_t *places_before(const cpu_kernel *kernel)
{
    const cpu_blocks *const blocks = &kernel->blocks;
    const int64_t *const strides = kernel->operand[1].strides;
    int64_t *const before = malloc((size_t)(blocks->rows * blocks->cols) * sizeof(*before));

    for (int64_t r = 0, i = 0; before && r < blocks->rows; r++)
        for (int64_t c = 0; c < blocks->cols; c++, i++)
            before[i] = r * strides[blocks->down] + c * strides[blocks->across];
    return before;
}

int cpu_picked_plan(cpu_kernel *kernel, int32_t across, int32_t down)
{
    const cpu_walk *const walk = &kernel->walk;
    const int64_t rows = CPU_LINE_ELEMENTS / kernel->shape[across];

    if (!walk->picked || walk->indices || down < 0 || rows < 2 || !picked(kernel)->strides[across])
        return 0;
    cpu_blocks_cut(kernel, across, kernel->shape[across], down, cpu_least(rows, kernel->shape[down]),
                   CPU_DOWN_IN_PLACE);
    kernel->before = places_before(kernel);
    return kernel->before != NULL;
}

static const int64_t *read_picks(const cpu_kernel *kernel, const char *from, const cpu_position *position,
                                 int64_t *picks)
{
    const cpu_operand *const op = picked(kernel);
    const int64_t step = op->strides[kernel->blocks.across], row = op->strides[kernel->blocks.down];
    const int32_t *const narrow = (const int32_t *)(const void *)from;
    const int64_t *const wide = (const int64_t *)(const void *)from;

    if (op->bytes == 8 && step == 1 && (row == position->cols || position->rows == 1))
        return wide;
    for (int64_t r = 0, i = 0; r < (row ? position->rows : 1); r++)
        for (int64_t c = 0; c < position->cols; c++, i++)
            picks[i] = op->bytes == 8 ? wide[r * row + c * step] : narrow[r * row + c * step];
    for (int64_t done = position->cols, all = done * position->rows; !row && done < all; done *= 2)
        memcpy(picks + done, picks, (size_t)cpu_least(done, all - done) * sizeof(*picks));
    return picks;
}

static void find_places(const cpu_kernel *kernel, const char *picks, const cpu_position *position, picked_block *block)
{
    const int64_t at[CPU_MAX_RANK] = { 0 }, count = position->rows * position->cols;
    const int known = block->rows == position->rows && block->cols == position->cols;
    cpu_box box = cpu_window_box(kernel);

    if (known && cpu_lines_picks_hold(kernel, kernel->blocks.across))
        return;
    block->rows = position->rows;
    block->cols = position->cols;
    box.picked = read_picks(kernel, picks, position, block->picks);
    for (uint32_t w = 0; w < kernel->walk.walked; w++)
        kernel->instance->places(&box, (int)w, at, 0, (size_t)count, kernel->walk.strides[w], 0,
                                 w ? block->places : kernel->before, block->places);
}

static void move_block(const window_task *task, const cpu_position *position, const picked_block *block, char *buffer)
{
    static const _Alignas(16) char zero[16];
    static const int64_t here;
    const cpu_operand *const out = &task->kernel->operand[0];
    const int64_t step = out->strides[task->kernel->blocks.across], row = out->strides[task->kernel->blocks.down];
    const int64_t rows = row == step * position->cols ? 1 : position->rows; /* that do not follow one another */
    cpu_pieces pieces = {
        .to_step = step,
        .from = cpu_address(task->kernel, task->launch, 1, position),
        .instead = zero,
        .row_from = &here,
        .rows = 1,
        .cols = (size_t)(position->rows / rows * position->cols),
    };

    for (int64_t r = 0; r < rows; r++) {
        pieces.to = cpu_address(task->kernel, task->launch, 0, position) + r * row * out->bytes;
        pieces.to_row = (ptrdiff_t)pieces.cols;
        pieces.col_from = block->places + r * position->cols;
        cpu_window_pieces(task, &pieces, buffer);
    }
}

void cpu_picked_move(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const window_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    picked_block *const known = (void *)scratch->partials;
    cpu_position position;

    known->rows = 0;
    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        find_places(kernel, cpu_address(kernel, task->launch, kernel->walk.picked, &position), &position, known);
        move_block(task, &position, known, scratch->accs);
        cpu_position_next(kernel, &position);
    }
    if (kernel->streamed)
        kernel->level->stream_end();
}
