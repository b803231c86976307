/* Windows of single elements: where the elements of a block come from is the sum of what is known of its columns and of its rows. */
#include "cpu_lines.h"

/* The argument whose elements are moved where a box has none, or 0. */
static uint32_t instead_of(const cpu_kernel *kernel)
{
    return kernel->num_operands > 2 && kernel->walk.picked != 2 ? 2 : 0;
}

int64_t cpu_window_origin(const cpu_kernel *kernel, uint32_t apart, const int64_t *at)
{
    const cpu_box box = cpu_window_box(kernel);
    int64_t origin = 0;

    for (uint32_t w = 0; w < kernel->walk.walked; w++) {
        cpu_stretch run;
        if (!(apart >> w & 1u))
            continue;
        kernel->instance->window(&box, (int)w, at, &run);
        if (run.count < 1)
            return CPU_ABSENT;
        origin += run.first * kernel->walk.strides[w];
    }
    return origin;
}

/* By way of the first cache past the others, as many rows at a time as fit the buffer. */
static void stream_block(const cpu_kernel *kernel, const cpu_pieces *all, char *buffer)
{
    const size_t bytes = kernel->operand[0].bytes, row_bytes = all->cols * bytes, most = CPU_ACCS_BYTES / row_bytes;
    const int rows_follow = all->to_row == (ptrdiff_t)all->cols;
    cpu_pieces part = *all;

    part.to = buffer;
    part.to_row = (ptrdiff_t)all->cols;
    for (size_t r = 0; r < all->rows; r += part.rows) {
        char *const to = (char *)all->to + (ptrdiff_t)r * all->to_row * (ptrdiff_t)bytes;
        part.rows = all->rows - r < most ? all->rows - r : most;
        part.row_from = all->row_from ? all->row_from + r : NULL;
        part.instead = (const char *)all->instead + (ptrdiff_t)r * all->instead_row * (ptrdiff_t)bytes;
        kernel->level->pieces[__builtin_ctz((unsigned)bytes)](&part);
        for (size_t i = 0, n = rows_follow ? part.rows : 1; i < part.rows; i += n)
            cpu_stream(kernel->level, to + (ptrdiff_t)i * all->to_row * (ptrdiff_t)bytes, buffer + i * row_bytes,
                       n * row_bytes);
    }
}

/* Of elements picked from a short run in any order, reads the run in its own. */
static void fetch_run(const cpu_kernel *kernel, const char *from)
{
    const cpu_walk *const walk = &kernel->walk;
    const int64_t bytes = walk->sizes[0] * kernel->operand[1].bytes;

    if (walk->walked == 1 && walk->strides[0] == 1 && bytes <= CPU_ACCS_BYTES)
        for (int64_t byte = 0; byte < bytes; byte += 64)
            __builtin_prefetch(from + byte);
}

void cpu_window_pieces(const window_task *task, const cpu_pieces *pieces, char *buffer)
{
    if (cpu_streams_now(task->kernel, task->launch))
        stream_block(task->kernel, pieces, buffer);
    else
        task->kernel->level->pieces[__builtin_ctz(task->kernel->operand[0].bytes)](pieces);
}

static void move_block(const window_task *task, const cpu_position *position, int64_t origin, const cpu_lines *lines,
                       char *buffer)
{
    static const _Alignas(16) char zero[16];
    const cpu_kernel *const kernel = task->kernel;
    const cpu_operand *const out = &kernel->operand[0], *const other = &kernel->operand[2];
    const int32_t across = kernel->blocks.across, down = kernel->blocks.down;
    const uint32_t instead = instead_of(kernel);
    const cpu_pieces pieces = {
        .to = cpu_address(kernel, task->launch, 0, position),
        .to_step = out->strides[across],
        .to_row = down < 0 ? 0 : out->strides[down],
        .from = cpu_address(kernel, task->launch, 1, position) + (origin == CPU_ABSENT ? 0 : origin * out->bytes),
        .instead = instead ? cpu_address(kernel, task->launch, instead, position) : zero,
        .instead_step = instead ? other->strides[across] : 0,
        .instead_row = instead && down >= 0 ? other->strides[down] : 0,
        .row_from = origin == CPU_ABSENT ? NULL : lines->rows.from,
        .col_from = lines->cols.from,
        .piece = lines->piece,
        .rows = (size_t)position->rows,
        .cols = (size_t)position->cols,
        .num_pieces = lines->num_pieces,
        .in_turn = lines->in_turn,
    };

    cpu_window_pieces(task, &pieces, buffer);
}

void cpu_window_move(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const window_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    cpu_lines *const lines = (void *)scratch->partials;
    int64_t at[CPU_MAX_RANK] = { 0 };
    const char *picks = NULL;
    cpu_position position;

    cpu_lines_begin(kernel, lines);
    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        cpu_window_indices(kernel, &position, at);
        if (kernel->walk.picked)
            picks = cpu_address(kernel, task->launch, kernel->walk.picked, &position);
        if (picks && kernel->streamed)
            fetch_run(kernel, cpu_address(kernel, task->launch, 1, &position));
        cpu_lines_find(kernel, &position, picks, at, lines);
        move_block(task, &position, cpu_window_origin(kernel, lines->apart, at), lines, scratch->accs);
        cpu_position_next(kernel, &position);
    }
    if (kernel->streamed)
        kernel->level->stream_end();
}
