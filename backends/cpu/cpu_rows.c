/* Operators over rows. Rows are taken in groups: one row, whose elements the instance reduces in vectors (by rows), several
 * short ones that way, or a block of neighbouring rows where neighbours are closer in memory than a row's own elements (by
 * columns). Threads share the groups, or, where there are few, the blocks of each group. */
#include "cpu_plan.h"
#include "cpu_tree.h"

#include <string.h>

enum {
    PARTS_EACH = 4,   /* of a group, for each of the threads that share it */
    ROWS_AT_ONCE = 8, /* of columns, whose tree cpu_columns.inc makes */
    ROWS_BY = 16,     /* with numbers, cpu_columns_by.inc */
};

typedef struct rows_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
    int64_t group; /* the one that threads share, its blocks in `parts` parts with accumulators of their own */
    int64_t parts;
    char *partials;
    int64_t partial_bytes;
} rows_task;

/* Accumulators of the group that begins at a position. */
static int64_t group_size(const cpu_kernel *kernel, const cpu_position *position)
{
    return kernel->by_columns ? position->cols : kernel->short_rows ? position->rows : 1;
}

static size_t most_accs(const cpu_kernel *kernel)
{
    if (kernel->by_columns && kernel->abreast > 1)
        return (size_t)(kernel->shape[kernel->blocks.across] * kernel->abreast);
    return (size_t)(kernel->by_columns ? kernel->blocks.cols : kernel->short_rows ? kernel->blocks.rows : 1);
}

/* Of a group's accumulators. From one place of columns in the tree to the next it is some way into a page: what lies a whole page
 * apart shares a cache's few lines, and what lies a little less apart is taken for what was just stored. */
static int64_t accs_bytes(const cpu_kernel *kernel)
{
    const int64_t bytes = ((int64_t)most_accs(kernel) * kernel->instance->rows->acc_bytes + 63) / 64 * 64;
    const int64_t into = bytes % CPU_PAGE_BYTES;

    if (!kernel->by_columns || (into >= CPU_PAGE_BYTES / 8 && into <= CPU_PAGE_BYTES / 2))
        return bytes;
    return bytes - into + (into > CPU_PAGE_BYTES / 2 ? CPU_PAGE_BYTES : 0) + CPU_PAGE_BYTES / 8;
}

void cpu_take_numbers(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    const uint32_t arrays = kernel->instance->num_arrays;
    cpu_position position;

    for (uint32_t i = 1 + arrays; i < kernel->num_operands; i++) {
        cpu_scalar(kernel, launch, i, &position, scratch);
        scratch->numbers[i - 1 - arrays] = scratch->scalar[i];
    }
}

/* An input's block; where its rows are all the same, one of them. */
static cpu_view load(const cpu_kernel *kernel, const expops_launch *launch, uint32_t i, const cpu_position *position,
                     cpu_scratch *scratch)
{
    const cpu_operand *const op = &kernel->operand[i];
    cpu_position one = *position;

    if (kernel->by_numbers && i == 2) {
        one.cols = 1;
        return cpu_load(kernel, launch, i, &one, scratch);
    }
    if (kernel->blocks.down < 0 || (op->mode != CPU_FILLED && op->strides[kernel->blocks.down]))
        return cpu_load(kernel, launch, i, position, scratch);
    one.rows = 1;
    cpu_view view = cpu_load(kernel, launch, i, &one, scratch);
    view.row_bytes = 0;
    return view;
}

/* Addresses of row r of the first `count` inputs, and elements from row to row. */
static void point(const cpu_kernel *kernel, const cpu_scratch *scratch, uint32_t count, int64_t r, const void **in,
                  int64_t *steps)
{
    const uint32_t bytes = cpu_dtype_bytes[kernel->instance->store];

    for (uint32_t i = 0; i < count; i++) {
        in[i] = scratch->view[1 + i].data + r * scratch->view[1 + i].row_bytes;
        steps[i] = scratch->view[1 + i].row_bytes / bytes;
    }
}

/* A block whose rows follow one another can be reduced as one. */
static int one_run(const cpu_kernel *kernel, const cpu_position *position, const int64_t *steps)
{
    for (uint32_t i = 0; i < kernel->instance->num_lifted; i++)
        if (steps[i] != position->cols)
            return 0;
    return 1;
}

/* Short rows by columns: turned, a few of their elements at a time. */
static void accumulate_turned(const cpu_kernel *kernel, const cpu_position *position, const char *from, int64_t step,
                              cpu_scratch *scratch, cpu_tree *tree)
{
    const uint32_t bytes = cpu_dtype_bytes[kernel->instance->store];
    const size_t rows = (size_t)position->rows;
    const void *const turned = scratch->between.bytes;

    for (int64_t first = 0, n; first < position->cols; first += n) {
        n = position->cols - first < CPU_TURNED_COLS ? position->cols - first : CPU_TURNED_COLS;
        kernel->level->transpose[__builtin_ctz(bytes)](scratch->between.bytes, position->rows, from + first * bytes,
                                                       step, (size_t)n, rows);
        tree->rows->columns(cpu_tree_next(tree), rows, (size_t)n, &turned, &position->rows, scratch->numbers);
        cpu_tree_take(tree);
    }
}

/* Some rows at a time: by columns a few elements of each column, else one row, or all of a group of short ones. */
static void accumulate_rows(const cpu_kernel *kernel, const cpu_position *position, int64_t at_once,
                            cpu_scratch *scratch, cpu_tree *tree)
{
    void (*const columns)(void *, size_t, size_t, const void *const *, const int64_t *, const void *const *) =
        kernel->by_numbers ? tree->rows->columns_by : tree->rows->columns;
    const void *in[CPU_MAX_OPERANDS];
    int64_t steps[CPU_MAX_OPERANDS];

    for (int64_t r = 0, n; r < position->rows; r += n) {
        n = position->rows - r < at_once ? position->rows - r : at_once;
        point(kernel, scratch, kernel->instance->num_lifted, r, in, steps);
        (kernel->by_columns
             ? columns(cpu_tree_next(tree), (size_t)position->cols, (size_t)n, in, steps, scratch->numbers)
             : tree->rows->reduce(cpu_tree_next(tree), (size_t)n, (size_t)position->cols, in, steps, scratch->numbers));
        cpu_tree_take(tree);
    }
}

/* Narrow columns: of rows that lie abreast the accumulators do, too, until the end. Those that are left over are the first ones'. */
static void accumulate_abreast(const cpu_kernel *kernel, const cpu_position *position, cpu_scratch *scratch,
                               cpu_tree *tree)
{
    const int64_t abreast = kernel->abreast, whole = position->rows / abreast;
    const void *in[CPU_MAX_OPERANDS];
    int64_t steps[CPU_MAX_OPERANDS];

    for (int64_t r = 0, n; r < whole; r += n) {
        n = tree->rows->picks ? whole : cpu_least(whole - r, ROWS_AT_ONCE);
        point(kernel, scratch, kernel->instance->num_lifted, r * abreast, in, steps);
        for (uint32_t i = 0; i < kernel->instance->num_lifted; i++)
            steps[i] *= abreast;
        tree->rows->columns(cpu_tree_next(tree), (size_t)(position->cols * abreast), (size_t)n, in, steps,
                            scratch->numbers);
        cpu_tree_take(tree);
    }
    if (whole * abreast == position->rows)
        return;
    point(kernel, scratch, kernel->instance->num_lifted, whole * abreast, in, steps);
    tree->rows->columns(cpu_tree_next(tree), (size_t)position->cols, (size_t)(position->rows % abreast), in, steps,
                        scratch->numbers);
    cpu_tree_take(tree);
}

static void accumulate_block(const cpu_kernel *kernel, const cpu_position *position, cpu_scratch *scratch,
                             cpu_tree *tree)
{
    const void *in[CPU_MAX_OPERANDS];
    int64_t steps[CPU_MAX_OPERANDS];

    point(kernel, scratch, kernel->instance->num_lifted, 0, in, steps);
    if (kernel->by_columns && kernel->abreast > 1) {
        accumulate_abreast(kernel, position, scratch, tree);
    } else if (kernel->by_columns) {
        const int64_t at_once = kernel->by_numbers ? ROWS_BY : ROWS_AT_ONCE;
        accumulate_rows(kernel, position, tree->rows->picks ? position->rows : at_once, scratch, tree);
    } else if (kernel->turned && position->rows >= CPU_TURNED_COLS) {
        accumulate_turned(kernel, position, in[0], steps[0], scratch, tree);
    } else if (kernel->short_rows || !one_run(kernel, position, steps)) {
        accumulate_rows(kernel, position, kernel->short_rows ? position->rows : 1, scratch, tree);
    } else {
        tree->rows->reduce(cpu_tree_next(tree), 1, (size_t)(position->rows * position->cols), in, steps,
                           scratch->numbers);
        cpu_tree_take(tree);
    }
}

/* The accumulators of these blocks are at the end's first place. */
static cpu_tree accumulate(const rows_task *task, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    cpu_tree tree = { .rows = kernel->instance->rows, .places = scratch->waiting, .bytes = accs_bytes(kernel) };
    cpu_position position;

    cpu_position_set(kernel, &position, first);
    const size_t count = (size_t)group_size(kernel, &position);
    tree.width = count * (kernel->by_columns ? kernel->abreast : 1);
    tree.most = (uint32_t)(CPU_WAITING_BYTES / tree.bytes);
    for (int64_t block = first; block < last; block++) {
        if (block > first)
            cpu_position_next(kernel, &position);
        for (uint32_t i = 1; i <= kernel->instance->num_lifted; i++)
            scratch->view[i] = load(kernel, task->launch, i, &position, scratch);
        accumulate_block(kernel, &position, scratch, &tree);
    }
    cpu_tree_end(&tree);
    while (tree.width > count) {
        tree.width /= 2;
        tree.rows->combine(tree.places, tree.places + tree.width * tree.rows->acc_bytes, tree.width);
    }
    if (kernel->neighbours > 1) {
        tree.width /= kernel->neighbours;
        tree.rows->join(tree.places, tree.width, kernel->neighbours);
    }
    return tree;
}

static void map_block(const cpu_kernel *kernel, const cpu_position *position, cpu_view out, cpu_scratch *scratch,
                      const void *accs)
{
    const cpu_row_functions *const rows = kernel->instance->rows;
    const int64_t at_once = kernel->by_columns || kernel->short_rows ? position->rows : 1;
    const int64_t step = out.row_bytes / cpu_dtype_bytes[kernel->instance->result];
    const void *in[CPU_MAX_OPERANDS];
    int64_t steps[CPU_MAX_OPERANDS];

    for (int64_t r = 0; r < position->rows; r += at_once) {
        point(kernel, scratch, kernel->instance->num_arrays, r, in, steps);
        rows->map(out.data + r * out.row_bytes, step, (size_t)at_once, (size_t)position->cols, in, steps, accs,
                  kernel->by_columns);
    }
}

static void map(const rows_task *task, int64_t first, int64_t last, cpu_scratch *scratch, const void *accs)
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_instance *const instance = kernel->instance;
    cpu_position position;

    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        if (block > first)
            cpu_position_next(kernel, &position);
        for (uint32_t i = 1; i <= instance->num_arrays; i++)
            if (kernel->units > 1 || i > instance->num_lifted)
                scratch->view[i] = load(kernel, task->launch, i, &position, scratch);
        const cpu_view out = cpu_out(kernel, task->launch, &position, scratch);
        map_block(kernel, &position, out, scratch, accs);
        cpu_store(kernel, task->launch, &position, out, scratch);
    }
}

/* Results of a group are along one of a block's two dimensions, and one element in the other. */
static void finish(const rows_task *task, int64_t group, cpu_scratch *scratch, const void *accs)
{
    const cpu_kernel *const kernel = task->kernel;
    cpu_position position;

    cpu_position_set(kernel, &position, group * (kernel->units ? kernel->units : 1));
    const int64_t count = group_size(kernel, &position) / kernel->neighbours;
    position.rows = kernel->short_rows ? count : 1;
    position.cols = kernel->short_rows ? 1 : count;
    const cpu_view out = cpu_out(kernel, task->launch, &position, scratch);
    kernel->instance->rows->finish(out.data, accs, (size_t)count, kernel->length, scratch->numbers);
    cpu_store(kernel, task->launch, &position, out, scratch);
}

/* --- threads share the groups --- */
static void run_groups(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const rows_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    const cpu_row_functions *const rows = kernel->instance->rows;

    cpu_take_numbers(task->kernel, task->launch, scratch);
    for (int64_t group = first; group < last; group++) {
        if (kernel->terms) {
            cpu_terms_run(kernel, task->launch, group, scratch);
            continue;
        }
        const int64_t block = group * (kernel->units ? kernel->units : 1);
        const cpu_tree tree = accumulate(task, block, block + kernel->units, scratch);
        if (rows->map) {
            rows->settle(tree.places, tree.width, kernel->length, scratch->numbers);
            map(task, block, block + kernel->units, scratch, tree.places);
        } else {
            finish(task, group, scratch, tree.places);
        }
    }
    if (kernel->streamed)
        kernel->level->stream_end();
}

/* --- threads share the blocks of one group after another --- */
/* Which blocks belong together does not depend on who comes to them first: sums are the same each time. */
static void accumulate_parts(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const rows_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    const int64_t block = task->group * kernel->units;

    cpu_take_numbers(task->kernel, task->launch, scratch);
    for (int64_t part = first; part < last; part++) {
        const cpu_tree tree = accumulate(task, block + part * kernel->units / task->parts,
                                         block + (part + 1) * kernel->units / task->parts, scratch);
        memcpy(task->partials + part * task->partial_bytes, tree.places, tree.width * tree.rows->acc_bytes);
    }
}

static void map_blocks(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const rows_task *const task = context;
    const int64_t block = task->group * task->kernel->units;

    map(task, block + first, block + last, scratch, task->partials);
    if (task->kernel->streamed)
        task->kernel->level->stream_end();
}

static size_t width_of(const cpu_kernel *kernel, int64_t group)
{
    cpu_position position;

    cpu_position_set(kernel, &position, group * kernel->units);
    return (size_t)group_size(kernel, &position);
}

static void run_shared(rows_task *task, uint32_t threads, cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_row_functions *const rows = kernel->instance->rows;

    task->partials = scratch->partials;
    task->partial_bytes = accs_bytes(kernel);
    task->parts = cpu_least(cpu_least(threads * PARTS_EACH, kernel->units), CPU_PARTIAL_BYTES / task->partial_bytes);
    cpu_take_numbers(task->kernel, task->launch, scratch);
    for (task->group = 0; task->group < kernel->num_groups; task->group++) {
        cpu_parallel(kernel, threads, task->parts, accumulate_parts, task, scratch);
        const size_t count = width_of(kernel, task->group) / kernel->neighbours;
        for (int64_t gap = 1; gap < task->parts; gap *= 2)
            for (int64_t part = 0; part + gap < task->parts; part += 2 * gap)
                rows->combine(task->partials + part * task->partial_bytes,
                              task->partials + (part + gap) * task->partial_bytes, count);
        if (rows->map) {
            rows->settle(task->partials, count, kernel->length, scratch->numbers);
            cpu_parallel(kernel, threads, kernel->units, map_blocks, task, scratch);
        } else {
            finish(task, task->group, scratch, task->partials);
        }
    }
}

void cpu_rows_run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    rows_task task = { .kernel = kernel, .launch = launch };
    const int64_t groups = kernel->num_groups, most = groups > kernel->units ? groups : kernel->units;
    const uint32_t threads = cpu_threads(kernel, most);

    if (threads > 1 && groups < 8 * (int64_t)threads && groups % threads && kernel->units >= threads)
        run_shared(&task, threads, scratch);
    else
        cpu_parallel(kernel, threads < groups ? threads : (uint32_t)groups, groups, run_groups, &task, scratch);
}
