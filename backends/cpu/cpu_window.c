/* Operators whose elements are made of boxes of the first input. Work goes by pieces of rows of the output; what of the runs
 * depends on the place in the row is tabulated once for as many rows as share it. */
#include "cpu_plan.h"

#include <string.h>

enum { COLS = 1024, SUMS = CPU_BUFFER_BYTES / 16 }; /* of a piece */

/* Elements of a piece that are moved alike: `from` is in elements, from where the row's first would be. */
typedef struct straight {
    int64_t from, step;
    uint32_t first, count;
    uint32_t there;
} straight;

/* What a thread knows of the piece at hand, in its `partials`. */
typedef struct table {
    int64_t at[CPU_MAX_RANK]; /* the indices it was made for, */
    int64_t first, cols;      /* and the piece; cols 0: not made */
    uint32_t num_straight;
    int64_t from[COLS]; /* where each element is, or ABSENT */
    straight straight[COLS];
    int64_t picks[COLS];
    const int64_t *picked; /* these, or the operand's own elements */
} table;
_Static_assert(sizeof(table) <= CPU_PARTIAL_BYTES, "a table fits");
#define ABSENT CPU_ABSENT

typedef struct window_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
} window_task;

static cpu_box box_of(const cpu_kernel *kernel)
{
    return (cpu_box){ kernel->walk.sizes, kernel->walk.around, kernel->walk.values, NULL, kernel->walk.indices };
}

/* The indices of the block's first element. */
static void find_indices(const cpu_kernel *kernel, const cpu_position *position, int64_t *at)
{
    const uint32_t kept = kernel->rank - kernel->walk.indices;

    for (uint32_t d = kept; d < kernel->rank; d++) /* a digit counts each */
        at[d - kept] = position->index[d] * kernel->blocks.size[d];
}

static int varies(const cpu_walk *walk, uint32_t w)
{
    const int by_place = walk->along < walk->indices && walk->reads[w] >> walk->along & 1u;

    return by_place || (walk->picks_across && walk->reads[w] >> walk->indices & 1u);
}

/* The argument whose elements are moved where a box has none, or 0. */
static uint32_t instead_of(const cpu_kernel *kernel)
{
    return kernel->num_operands > 2 && kernel->walk.picked != 2 ? 2 : 0;
}

/* --- single elements --- */

/* The indices that elements are: one for each of the piece, or the row's as the last of `at`. */
static void read_picks(const cpu_kernel *kernel, const char *from, int64_t cols, int64_t *at, table *table)
{
    const cpu_operand *const operand = &kernel->operand[kernel->walk.picked];
    const int64_t stride = operand->strides[kernel->blocks.across];

    const int64_t count = kernel->walk.picks_across ? cols : 1;
    int64_t *restrict picks = table->picks;

    table->picked = operand->bytes == 8 && stride == 1 ? (const int64_t *)(const void *)from : picks;
    if (table->picked == picks && operand->bytes == 4)
        for (int64_t i = 0; i < count; i++)
            picks[i] = ((const int32_t *)(const void *)from)[i * stride];
    else if (table->picked == picks)
        for (int64_t i = 0; i < count; i++)
            picks[i] = ((const int64_t *)(const void *)from)[i * stride];
    at[kernel->walk.indices] = table->picked[0];
}

static void tabulate(const cpu_kernel *kernel, int64_t *at, table *table)
{
    const cpu_walk *const walk = &kernel->walk;
    const int64_t cols = table->cols, step = kernel->operand[1].strides[kernel->blocks.across];
    const int64_t *untouched = &step; /* what `from` is made of first */
    int64_t *const from = table->from;
    cpu_box box = box_of(kernel);

    box.picked = walk->picks_across ? table->picked : NULL;
    for (uint32_t w = 0; w < walk->walked; w++) {
        if (!varies(walk, w))
            continue;
        kernel->instance->places(&box, (int)w, at, walk->along, (size_t)cols, walk->strides[w], untouched, from);
        untouched = NULL;
    }
    for (int64_t i = 0; untouched && i < cols; i++)
        from[i] = i * step;
}

static void find_straight(table *table)
{
    table->num_straight = 0;
    for (int64_t i = 0, next; i < table->cols; i = next) {
        const int64_t *const from = table->from;
        const int there = from[i] != ABSENT, pair = i + 1 < table->cols && (from[i + 1] != ABSENT) == there;
        const int64_t step = pair && there ? from[i + 1] - from[i] : 0;
        for (next = i + 1; next < table->cols && (from[next] != ABSENT) == there; next++)
            if (there && from[next] - from[next - 1] != step)
                break;
        table->straight[table->num_straight++] =
            (straight){ there ? from[i] : 0, step, (uint32_t)i, (uint32_t)(next - i), (uint32_t)there };
    }
}

/* Whether the table was made for this piece and for these indices, as far as they count. */
static int holds(const cpu_kernel *kernel, const table *table, const int64_t *at, const cpu_position *position,
                 int64_t first)
{
    const cpu_walk *const walk = &kernel->walk;
    uint32_t count = 0;

    for (uint32_t w = 0; w < walk->walked; w++)
        count |= varies(walk, w) ? walk->reads[w] : 0;
    if (table->cols != position->cols || table->first != first || walk->picks_across)
        return 0;
    for (uint32_t i = 0; i < walk->indices + (walk->picked != 0); i++)
        if (count >> i & 1u && table->at[i] != at[i])
            return 0;
    return 1;
}

/* What the runs add that are the same along the row; ABSENT where there is nothing. */
static int64_t find_row(const cpu_kernel *kernel, int64_t *at)
{
    const cpu_walk *const walk = &kernel->walk;
    const cpu_box box = box_of(kernel);
    int64_t from = 0;
    cpu_stretch run;

    for (uint32_t w = 0; w < walk->walked; w++) {
        if (varies(walk, w))
            continue;
        kernel->instance->window(&box, (int)w, at, &run);
        if (run.count < 1)
            return ABSENT;
        from += run.first * walk->strides[w];
    }
    return from;
}

/* Elements for which there are none: the second input's, or 0. */
static void fill(const cpu_kernel *kernel, const char *instead, char *to, size_t n)
{
    const int32_t across = kernel->blocks.across;
    const cpu_operand *const out = &kernel->operand[0];
    static const _Alignas(16) char zero[16];

    kernel->level->move[__builtin_ctz(out->bytes)](to, out->strides[across], instead ? instead : zero,
                                                   instead ? kernel->operand[2].strides[across] : 0, n);
}

/* Stretches too short for a call each, one element after the other. */
#define GATHER(word, nothing) \
    do { \
        word *restrict out = (word *)(void *)to; \
        for (int64_t i = 0; i < cols; i++) \
            out[i * step] = places[i] == ABSENT ? nothing : ((const word *)(const void *)from)[places[i]]; \
    } while (0)

static void gather(const table *table, char *to, int64_t step, const char *from, uint32_t bytes)
{
    static const cpu_pair zero;
    const int64_t *const places = table->from, cols = table->cols;

    if (bytes == 1)
        GATHER(uint8_t, 0);
    else if (bytes == 2)
        GATHER(uint16_t, 0);
    else if (bytes == 4)
        GATHER(uint32_t, 0);
    else if (bytes == 8)
        GATHER(uint64_t, 0);
    else
        GATHER(cpu_pair, zero);
}

static void move_row(const cpu_kernel *kernel, const table *table, char *to, const char *from, const char *instead)
{
    const cpu_operand *const out = &kernel->operand[0];
    const int64_t bytes = out->bytes, step = out->strides[kernel->blocks.across];
    const int64_t beside = instead ? kernel->operand[2].strides[kernel->blocks.across] : 0;

    if (!instead && (kernel->walk.picks_across || table->num_straight > table->cols / 8)) {
        gather(table, to, step, from, out->bytes);
        return;
    }
    for (const straight *s = table->straight, *end = s + table->num_straight; s < end; s++)
        if (s->there)
            kernel->level->move[__builtin_ctz(out->bytes)](to + s->first * step * bytes, step, from + s->from * bytes,
                                                           s->step, s->count);
        else
            fill(kernel, instead ? instead + s->first * beside * bytes : NULL, to + s->first * step * bytes, s->count);
}

static void move_part(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const window_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    table *const table = (void *)scratch->partials;
    int64_t at[CPU_MAX_RANK] = { 0 };
    cpu_position position;

    table->cols = 0;
    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        const int64_t piece = position.index[kernel->blocks.across];
        const char *const instead =
            instead_of(kernel) ? cpu_address(kernel, task->launch, instead_of(kernel), &position) : NULL;
        char *const to = cpu_address(kernel, task->launch, 0, &position);
        find_indices(kernel, &position, at);
        if (kernel->walk.picked)
            read_picks(kernel, cpu_address(kernel, task->launch, kernel->walk.picked, &position), position.cols, at,
                       table);
        if (!holds(kernel, table, at, &position, piece)) {
            table->first = piece;
            table->cols = position.cols;
            memcpy(table->at, at, sizeof(at));
            tabulate(kernel, at, table);
            if (!kernel->walk.picks_across || instead)
                find_straight(table);
        }
        const int64_t row = find_row(kernel, at);
        if (row == ABSENT)
            fill(kernel, instead, to, (size_t)position.cols);
        else
            move_row(kernel, table, to,
                     cpu_address(kernel, task->launch, 1, &position) + row * kernel->operand[1].bytes, instead);
        cpu_position_next(kernel, &position);
    }
}

/* --- sums --- */

/* One run of the last dimension, from `from` on. */
static void reduce_run(const cpu_kernel *kernel, const char *from, int64_t step, int64_t count, void *acc,
                       cpu_buffer *buffer)
{
    const cpu_operand *const in = &kernel->operand[1];
    const int64_t most = CPU_BUFFER_BYTES / cpu_dtype_bytes[in->store];

    for (int64_t i = 0, n; i < count; i += n) {
        n = count - i < most ? count - i : most;
        const void *lifted = from + i * step * in->bytes;
        if (in->dtype != in->store || step != 1) {
            cpu_convert(kernel->level, in->store, buffer->bytes, 1, in->dtype, lifted, step, (size_t)n);
            lifted = buffer->bytes;
        }
        kernel->instance->rows->reduce(acc, (size_t)n, &lifted, NULL); /* it takes no numbers */
    }
}

/* The box that `runs` span, the last dimension innermost; returns its elements. */
static int64_t reduce_box(const cpu_kernel *kernel, const char *from, const cpu_stretch *runs, void *acc,
                          cpu_buffer *buffer)
{
    const cpu_walk *const walk = &kernel->walk;
    const uint32_t last = walk->walked - 1;
    const int64_t bytes = kernel->operand[1].bytes;
    int64_t turn[EXPOPS_MAX_WALKED] = { 0 }, elements = 1;

    for (uint32_t w = 0; w < walk->walked; w++) {
        if (runs[w].count < 1)
            return 0;
        from += runs[w].first * walk->strides[w] * bytes;
        elements *= runs[w].count;
    }
    for (uint32_t w = last;;) {
        reduce_run(kernel, from, runs[last].step * walk->strides[last], runs[last].count, acc, buffer);
        for (w = last; w > 0; w--) {
            const int64_t step = runs[w - 1].step * walk->strides[w - 1] * bytes;
            from += step;
            if (++turn[w - 1] < runs[w - 1].count)
                break;
            from -= turn[w - 1] * step;
            turn[w - 1] = 0;
        }
        if (!w)
            return elements;
    }
}

static void sum_part(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const window_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    const cpu_walk *const walk = &kernel->walk;
    const cpu_row_functions *const rows = kernel->instance->rows;
    const cpu_box box = box_of(kernel);
    const int32_t across = kernel->blocks.across;
    int64_t at[CPU_MAX_RANK] = { 0 };
    cpu_stretch runs[EXPOPS_MAX_WALKED];
    cpu_position position;

    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        const cpu_view out = cpu_out(kernel, task->launch, &position, scratch);
        const char *from = cpu_address(kernel, task->launch, 1, &position);
        find_indices(kernel, &position, at);
        for (int64_t i = 0; i < position.cols; i++) {
            for (uint32_t w = 0; w < walk->walked; w++)
                if (!i || varies(walk, w))
                    kernel->instance->window(&box, (int)w, at, runs + w);
            rows->identity(scratch->accs, 1);
            const int64_t elements = reduce_box(kernel, from, runs, scratch->accs, &scratch->operand[1]);
            rows->finish(out.data + i * cpu_dtype_bytes[kernel->operand[0].store], scratch->accs, 1, elements, NULL);
            from += kernel->operand[1].strides[across] * kernel->operand[1].bytes;
            if (walk->along < walk->indices)
                at[walk->along]++;
        }
        cpu_store(kernel, task->launch, &position, out, scratch);
        cpu_position_next(kernel, &position);
    }
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    window_task task = { kernel, launch };

    cpu_parallel(kernel, cpu_threads(kernel, kernel->blocks.total), kernel->blocks.total,
                 kernel->instance->rows ? sum_part : move_part, &task, scratch);
}

/* The dimension in which the output is closest together. */
static uint32_t nearest_dim(const cpu_kernel *kernel)
{
    uint32_t nearest = kernel->rank - 1;

    for (uint32_t d = kernel->rank; d-- > 0;) {
        const int64_t stride = kernel->operand[0].strides[d], least = kernel->operand[0].strides[nearest];
        if (kernel->shape[d] > 1 &&
            (kernel->shape[nearest] < 2 || (stride < 0 ? -stride : stride) < (least < 0 ? -least : least)))
            nearest = d;
    }
    return nearest;
}

void cpu_window_plan(cpu_kernel *kernel, const expops_window *window)
{
    cpu_walk *const walk = &kernel->walk;
    const uint32_t across = nearest_dim(kernel), kept = kernel->kept;

    walk->walked = window->walked;
    walk->indices = kernel->rank - kept;
    walk->along = across >= kept ? across - kept : walk->indices;
    memcpy(walk->sizes, window->sizes, sizeof(walk->sizes));
    memcpy(walk->strides, window->strides, sizeof(walk->strides));
    memcpy(walk->reads, window->reads, sizeof(walk->reads));
    memcpy(walk->values, window->values, sizeof(walk->values));
    walk->picked = window->picked ? kernel->num_operands - 1 : 0;
    walk->picks_across = walk->picked && kernel->operand[walk->picked].strides[across] != 0;
    for (uint32_t i = 0; i < walk->indices; i++)
        walk->around[i] = kernel->shape[kept + i];
    kernel->operand[0].mode = CPU_BUFFER;
    cpu_blocks_cut(kernel, (int32_t)across, kernel->instance->rows ? SUMS : COLS, -1, 1, CPU_DOWN_IN_PLACE);
    kernel->run = run;
}
