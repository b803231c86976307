/* The lines of a window's block: each is worked out once for as many blocks as share it, or, where its pieces are few and always
 * the same, once for all. */
#include "cpu_lines.h"

#include <string.h>

enum {
    MOST_KEPT = 65536, /* columns that a plan looks at, */
    LOOKED_AT = 256,   /* so many at once */
};

static const cpu_operand *picked(const cpu_kernel *kernel)
{
    return kernel->walk.picked ? &kernel->operand[kernel->walk.picked] : NULL;
}

static int64_t pick(const cpu_operand *op, const char *from, int64_t i)
{
    return op->bytes == 4 ? ((const int32_t *)(const void *)from)[i] : ((const int64_t *)(const void *)from)[i];
}

uint32_t cpu_lines_read_by(const cpu_kernel *kernel, int32_t dim, uint32_t walked)
{
    uint32_t read = 0;

    for (uint32_t w = 0; w < kernel->walk.walked; w++)
        read |= walked >> w & 1u ? kernel->walk.reads[w] : 0;
    return read & (~(1u << cpu_window_index(kernel, dim)) | 1u << kernel->walk.indices);
}

static void begin_line(const cpu_kernel *kernel, cpu_line *line, int32_t dim, uint32_t walked)
{
    line->dim = dim;
    line->walked = walked;
    line->count = 0;
    line->read = cpu_lines_read_by(kernel, dim, walked);
}

/* Columns are what varies along a row, rows what varies from row to row; the rest is said of a block, or, where elements say what is
 * walked, of rows. */
void cpu_lines_begin(const cpu_kernel *kernel, cpu_lines *lines)
{
    const int32_t down = kernel->blocks.down;
    const uint32_t all = cpu_window_walked(kernel), across = cpu_window_walked_along(kernel, kernel->blocks.across);
    const uint32_t of_rows = kernel->walk.picked ? all : down < 0 ? 0 : cpu_window_walked_along(kernel, down);

    begin_line(kernel, &lines->cols, kernel->blocks.across, across);
    begin_line(kernel, &lines->rows, down, of_rows & ~across);
    lines->apart = ~(across | of_rows) & all;
}

int cpu_lines_picks_hold(const cpu_kernel *kernel, int32_t dim)
{
    const cpu_operand *const op = picked(kernel);

    for (int32_t d = 0; op && d < (int32_t)kernel->rank; d++)
        if (d != dim && kernel->shape[d] > 1 && op->strides[d])
            return 0;
    return 1;
}

/* Whether the line was made for this part and for these indices, as far as they count. */
static int holds(const cpu_kernel *kernel, const cpu_line *line, const int64_t *at, int64_t first, int64_t count)
{
    if (line->count != count || line->first != first)
        return 0;
    for (uint32_t i = 0; i < kernel->walk.indices; i++)
        if (line->read >> i & 1u && line->at[i] != at[i])
            return 0;
    return !(line->read >> kernel->walk.indices & 1u) || cpu_lines_picks_hold(kernel, line->dim);
}

/* One for each element along the line, where there is more than one: NULL, and the last of `at`. */
static const int64_t *read_picks(const cpu_kernel *kernel, const char *from, int64_t *at, cpu_line *line)
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

/* From an element along the dimension to the next, where no index changes. */
static int64_t step_of(const cpu_kernel *kernel, int32_t dim)
{
    return dim < 0 ? 0 : kernel->operand[1].strides[dim];
}

void cpu_lines_places(const cpu_kernel *kernel, int32_t dim, uint32_t walked, const cpu_box *box, const int64_t *at,
                      int64_t count, int64_t *from)
{
    const int64_t step = step_of(kernel, dim);
    const int64_t *before = NULL;

    for (uint32_t w = 0; w < kernel->walk.walked; w++) {
        if (!(walked >> w & 1u))
            continue;
        kernel->instance->places(box, (int)w, at, cpu_window_index(kernel, dim), (size_t)count, kernel->walk.strides[w],
                                 step, before, from);
        before = from;
    }
    for (int64_t i = 0; !before && i < count; i++)
        from[i] = i * step;
}

static void make_line(const cpu_kernel *kernel, const char *picks, int64_t *at, int64_t first, int64_t count,
                      cpu_line *line)
{
    cpu_box box = cpu_window_box(kernel);

    memcpy(line->at, at, sizeof(line->at));
    line->first = first;
    line->count = count;
    box.picked = read_picks(kernel, picks, at, line);
    cpu_lines_places(kernel, line->dim, line->walked, &box, at, count, line->from);
}

/* --- pieces of rows --- */

cpu_piece cpu_lines_piece(const int64_t *from, int64_t cols, int64_t first, int64_t apart)
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
static int find_turns(cpu_lines *lines)
{
    const int64_t *const from = lines->cols.from, cols = lines->cols.count;

    if (cols % 2)
        return 0;
    for (int64_t i = 0; i < 2; i++) {
        lines->piece[i] = cpu_lines_piece(from, cols, i, 2);
        if ((int64_t)lines->piece[i].count < cols / 2)
            return 0;
    }
    lines->num_pieces = 2;
    return 1;
}

/* Columns that are moved alike, unless they are so many that one at a time is as good; picks are not looked at. */
static void find_pieces(const cpu_kernel *kernel, cpu_lines *lines)
{
    const int64_t cols = lines->cols.count;

    lines->num_pieces = 0;
    lines->in_turn = 0;
    if (lines->cols.read >> kernel->walk.indices & 1u)
        return;
    for (int64_t i = 0; i < cols; i += (int64_t)lines->piece[lines->num_pieces++].count) {
        if ((int64_t)lines->num_pieces > cols / 4) {
            lines->num_pieces = 0;
            lines->in_turn = kernel->operand[0].strides[lines->cols.dim] == 1 && find_turns(lines);
            return;
        }
        lines->piece[lines->num_pieces] = cpu_lines_piece(lines->cols.from, cols, i, 1);
    }
}

/* Whether the second goes on where the first ends. */
static int goes_on(const cpu_piece *first, const cpu_piece *second)
{
    if (first->from == CPU_ABSENT || second->from == CPU_ABSENT)
        return first->from == second->from;
    return second->from == first->from + (int64_t)first->count * first->step &&
           (second->count == 1 || second->step == first->step);
}

/* Adds those of the columns from `first` on; whether there is room for them. */
static int keep_pieces(cpu_walk *walk, const int64_t *from, int64_t first, int64_t cols)
{
    for (int64_t i = 0; i < cols;) {
        cpu_piece piece = cpu_lines_piece(from, cols, i, 1);
        i += (int64_t)piece.count;
        piece.first += (size_t)first;
        if (walk->num_kept && goes_on(&walk->kept[walk->num_kept - 1], &piece))
            walk->kept[walk->num_kept - 1].count += piece.count;
        else if (walk->num_kept == CPU_KEPT_PIECES)
            return 0;
        else
            walk->kept[walk->num_kept++] = piece;
    }
    return 1;
}

void cpu_lines_keep(cpu_kernel *kernel)
{
    const int32_t across = kernel->blocks.across;
    const uint32_t walked = cpu_window_walked_along(kernel, across), along = cpu_window_index(kernel, across);
    const int64_t cols = kernel->shape[across], step = step_of(kernel, across);
    const cpu_box box = cpu_window_box(kernel);
    int64_t at[CPU_MAX_RANK] = { 0 }, from[LOOKED_AT];

    if (!walked)
        kernel->walk.kept[kernel->walk.num_kept++] =
            (cpu_piece){ kernel->walk.is_absent ? CPU_ABSENT : 0, step, 0, (size_t)cols };
    if (!walked || cpu_lines_read_by(kernel, across, walked) || cols > MOST_KEPT)
        return;
    for (int64_t first = 0, n; first < cols; first += n) {
        n = cols - first < LOOKED_AT ? cols - first : LOOKED_AT;
        at[along] = first;
        cpu_lines_places(kernel, across, walked, &box, at, n, from);
        for (int64_t i = 0; i < n; i++)
            from[i] += from[i] == CPU_ABSENT ? 0 : first * step;
        if (!keep_pieces(&kernel->walk, from, first, n)) {
            kernel->walk.num_kept = 0;
            return;
        }
    }
}

/* What these columns have of the pieces that the plan keeps. */
static void take_kept(const cpu_kernel *kernel, int64_t first, int64_t count, cpu_lines *lines)
{
    const int64_t before = first * step_of(kernel, lines->cols.dim);

    lines->num_pieces = 0;
    lines->in_turn = 0;
    for (const cpu_piece *p = kernel->walk.kept, *last = p + kernel->walk.num_kept; p < last; p++) {
        const int64_t from = (int64_t)p->first, to = from + (int64_t)p->count;
        const int64_t begin = from > first ? from : first, end = to < first + count ? to : first + count;
        if (begin < end)
            lines->piece[lines->num_pieces++] =
                (cpu_piece){ p->from == CPU_ABSENT ? CPU_ABSENT : p->from + (begin - from) * p->step - before, p->step,
                             (size_t)(begin - first), (size_t)(end - begin) };
    }
    lines->cols.first = first;
    lines->cols.count = count;
}

void cpu_lines_find(const cpu_kernel *kernel, const cpu_position *position, const char *picks, int64_t *at,
                    cpu_lines *lines)
{
    const cpu_blocks *const blocks = &kernel->blocks;
    const int64_t row = blocks->down < 0 ? 0 : position->index[blocks->down], col = position->index[blocks->across];

    if (!holds(kernel, &lines->rows, at, row, position->rows))
        make_line(kernel, picks, at, row, position->rows, &lines->rows);
    if (holds(kernel, &lines->cols, at, col, position->cols))
        return;
    if (kernel->walk.num_kept) {
        take_kept(kernel, col * blocks->cols, position->cols, lines);
        lines->cols.first = col;
        return;
    }
    make_line(kernel, picks, at, col, position->cols, &lines->cols);
    find_pieces(kernel, lines);
}
