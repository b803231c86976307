/* Windows of single elements: where the elements of a block come from is the sum of what is known of its columns and of its rows,
 * each worked out once for as many blocks as share it. */
#include "cpu_window.h"

#include <string.h>

enum { MOST = 1024 }; /* elements along a block */

/* Where the elements along one dimension of a block are: added to where the block's first would be, or CPU_ABSENT. */
typedef struct line {
    int32_t dim;
    uint32_t walked;          /* bit w where dimension w is walked for this line */
    uint32_t read;            /* the indices its runs depend on, but for the one that counts `dim` */
    int64_t at[CPU_MAX_RANK]; /* the indices it was made for, */
    int64_t first, count;     /* and the part of the dimension; count 0: not made */
    int64_t from[MOST];
    int64_t picks[MOST];
} line;

/* What a thread knows of the block at hand, in its `partials`. */
typedef struct table {
    line rows, cols;
    uint32_t apart;    /* bit w where dimension w is walked alike for the whole block */
    size_t num_pieces; /* 0: there are too many */
    int in_turn;       /* even columns, odd ones */
    cpu_piece piece[MOST];
} table;
_Static_assert(sizeof(table) <= CPU_PARTIAL_BYTES, "a table fits");

/* The argument whose elements are moved where a box has none, or 0. */
static uint32_t instead_of(const cpu_kernel *kernel)
{
    return kernel->num_operands > 2 && kernel->walk.picked != 2 ? 2 : 0;
}

static const cpu_operand *picked(const cpu_kernel *kernel)
{
    return kernel->walk.picked ? &kernel->operand[kernel->walk.picked] : NULL;
}

static int64_t pick(const cpu_operand *op, const char *from, int64_t i)
{
    return op->bytes == 4 ? ((const int32_t *)(const void *)from)[i] : ((const int64_t *)(const void *)from)[i];
}

/* --- lines --- */

static void begin_line(const cpu_kernel *kernel, line *line, int32_t dim, uint32_t walked)
{
    line->dim = dim;
    line->walked = walked;
    line->count = 0;
    line->read = 0;
    for (uint32_t w = 0; w < kernel->walk.walked; w++)
        line->read |= walked >> w & 1u ? kernel->walk.reads[w] : 0;
    line->read &= ~(1u << cpu_window_index(kernel, dim)) | 1u << kernel->walk.indices;
}

/* Columns are what varies along a row, rows what varies from row to row; the rest is said of a block, or, where elements say what is
 * walked, of rows. */
static void begin(const cpu_kernel *kernel, table *table)
{
    const int32_t down = kernel->blocks.down;
    uint32_t across = 0, of_rows = 0;

    for (uint32_t w = 0; w < kernel->walk.walked; w++) {
        across |= (uint32_t)cpu_window_varies(kernel, w, kernel->blocks.across) << w;
        of_rows |= (uint32_t)(kernel->walk.picked || (down >= 0 && cpu_window_varies(kernel, w, down))) << w;
    }
    begin_line(kernel, &table->cols, kernel->blocks.across, across);
    begin_line(kernel, &table->rows, down, of_rows & ~across);
    table->apart = ~(across | of_rows) & ((1u << kernel->walk.walked) - 1);
}

/* Whether picks, where they count, are the same in all blocks of this part of the dimension. */
static int picks_hold(const cpu_kernel *kernel, const line *line)
{
    const cpu_operand *const op = picked(kernel);

    for (int32_t d = 0; op && d < (int32_t)kernel->rank; d++)
        if (d != line->dim && kernel->shape[d] > 1 && op->strides[d])
            return 0;
    return 1;
}

/* Whether the line was made for this part and for these indices, as far as they count. */
static int holds(const cpu_kernel *kernel, const line *line, const int64_t *at, int64_t first, int64_t count)
{
    if (line->count != count || line->first != first)
        return 0;
    for (uint32_t i = 0; i < kernel->walk.indices; i++)
        if (line->read >> i & 1u && line->at[i] != at[i])
            return 0;
    return !(line->read >> kernel->walk.indices & 1u) || picks_hold(kernel, line);
}

/* One for each element along the line, where there is more than one: NULL, and the last of `at`. */
static const int64_t *read_picks(const cpu_kernel *kernel, const char *from, int64_t *at, line *line)
{
    const cpu_operand *const op = picked(kernel);
    const int64_t step = op && line->dim >= 0 ? op->strides[line->dim] : 0;
    int64_t *restrict picks = line->picks;

    if (!op || !(line->read >> kernel->walk.indices & 1u))
        return NULL;
    at[kernel->walk.indices] = pick(op, from, 0);
    if (!step)
        return NULL;
    if (op->bytes == 8 && step == 1)
        return (const int64_t *)(const void *)from;
    for (int64_t i = 0; i < line->count; i++)
        picks[i] = pick(op, from, i * step);
    return picks;
}

/* From an element along the line to the next, where no index changes. */
static int64_t step_of(const cpu_kernel *kernel, const line *line)
{
    return line->dim < 0 ? 0 : kernel->operand[1].strides[line->dim];
}

static void make_line(const cpu_kernel *kernel, const char *picks, int64_t *at, int64_t first, int64_t count,
                      line *line)
{
    const cpu_walk *const walk = &kernel->walk;
    const int64_t step = step_of(kernel, line);
    const int64_t *untouched = &step; /* what `from` is made of first */
    cpu_box box = cpu_window_box(kernel);

    memcpy(line->at, at, sizeof(line->at));
    line->first = first;
    line->count = count;
    box.picked = read_picks(kernel, picks, at, line);
    for (uint32_t w = 0; w < walk->walked; w++) {
        if (!(line->walked >> w & 1u))
            continue;
        kernel->instance->places(&box, (int)w, at, cpu_window_index(kernel, line->dim), (size_t)count, walk->strides[w],
                                 untouched, line->from);
        untouched = NULL;
    }
    for (int64_t i = 0; untouched && i < count; i++)
        line->from[i] = i * step;
}

/* --- blocks --- */

/* The columns from `first` on, each `apart` from the last, that are moved alike. */
static cpu_piece piece_from(const int64_t *from, int64_t cols, int64_t first, int64_t apart)
{
    const int there = from[first] != CPU_ABSENT;
    const int pair = first + apart < cols && (from[first + apart] != CPU_ABSENT) == there;
    const int64_t step = pair && there ? from[first + apart] - from[first] : 0;
    int64_t next = first + apart;

    for (; next < cols && (from[next] != CPU_ABSENT) == there; next += apart)
        if (there && from[next] - from[next - apart] != step)
            break;
    return (cpu_piece){ there ? from[first] : CPU_ABSENT, step, (size_t)first, (size_t)((next - first) / apart) };
}

/* Whether the columns are two pieces that take turns. */
static int find_turns(table *table)
{
    const int64_t *const from = table->cols.from, cols = table->cols.count;

    if (cols % 2)
        return 0;
    for (int64_t i = 0; i < 2; i++) {
        table->piece[i] = piece_from(from, cols, i, 2);
        if ((int64_t)table->piece[i].count < cols / 2)
            return 0;
    }
    table->num_pieces = 2;
    return 1;
}

/* Columns that are moved alike, unless they are so many that one at a time is as good; picks are not looked at. */
static void find_pieces(const cpu_kernel *kernel, table *table)
{
    const int64_t cols = table->cols.count;

    table->num_pieces = 0;
    table->in_turn = 0;
    if (!table->cols.walked) {
        table->piece[table->num_pieces++] = (cpu_piece){ 0, step_of(kernel, &table->cols), 0, (size_t)cols };
        return;
    }
    if (table->cols.read >> kernel->walk.indices & 1u)
        return;
    for (int64_t i = 0; i < cols; i += (int64_t)table->piece[table->num_pieces++].count) {
        if ((int64_t)table->num_pieces > cols / 4) {
            table->num_pieces = 0;
            table->in_turn = kernel->operand[0].strides[table->cols.dim] == 1 && find_turns(table);
            return;
        }
        table->piece[table->num_pieces] = piece_from(table->cols.from, cols, i, 1);
    }
}

/* How far into the operand the block lies by what is walked alike for all of it, or CPU_ABSENT. */
static int64_t find_origin(const cpu_kernel *kernel, const table *table, const int64_t *at)
{
    const cpu_box box = cpu_window_box(kernel);
    int64_t origin = 0;

    for (uint32_t w = 0; w < kernel->walk.walked; w++) {
        cpu_stretch run;
        if (!(table->apart >> w & 1u))
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

static void move_block(const window_task *task, const cpu_position *position, int64_t origin, const table *table,
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
        .row_from = origin == CPU_ABSENT ? NULL : table->rows.from,
        .col_from = table->cols.from,
        .piece = table->piece,
        .rows = (size_t)position->rows,
        .cols = (size_t)position->cols,
        .num_pieces = table->num_pieces,
        .in_turn = table->in_turn,
    };

    if (cpu_streams_now(kernel, task->launch))
        stream_block(kernel, &pieces, buffer);
    else
        kernel->level->pieces[__builtin_ctz(out->bytes)](&pieces);
}

void cpu_window_move(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const window_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    const cpu_blocks *const blocks = &kernel->blocks;
    table *const table = (void *)scratch->partials;
    int64_t at[CPU_MAX_RANK] = { 0 };
    const char *picks = NULL;
    cpu_position position;

    begin(kernel, table);
    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        const int64_t row = blocks->down < 0 ? 0 : position.index[blocks->down], col = position.index[blocks->across];
        cpu_window_indices(kernel, &position, at);
        if (kernel->walk.picked)
            picks = cpu_address(kernel, task->launch, kernel->walk.picked, &position);
        if (!holds(kernel, &table->rows, at, row, position.rows))
            make_line(kernel, picks, at, row, position.rows, &table->rows);
        if (!holds(kernel, &table->cols, at, col, position.cols)) {
            make_line(kernel, picks, at, col, position.cols, &table->cols);
            find_pieces(kernel, table);
        }
        move_block(task, &position, find_origin(kernel, table, at), table, scratch->accs);
        cpu_position_next(kernel, &position);
    }
    if (kernel->streamed)
        kernel->level->stream_end();
}
