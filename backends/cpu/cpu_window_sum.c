/* Windows that are boxes, summed, pairwise. Outputs are made together where their boxes have one shape and lie side by side: they
 * take an element of each box at a time. Else of long boxes the other dimensions' sums are made first for all columns of a box, or
 * of all boxes of outputs for which these are the same, and then each box's columns are summed; of short ones all elements. */
#include "cpu_boxes.h"
#include "cpu_tree.h"

#include <string.h>

enum {
    LONG_BOX = CPU_MOST_BEGINS, /* elements */
    MOST_COLUMNS = CPU_BUFFER_BYTES / 16,
    AT_ONCE = 16, /* elements of a box, before their sum waits for that of as many others */
};
_Static_assert((int)MOST_COLUMNS <= (int)CPU_MOST_FOLDED && (int)LONG_BOX <= (int)CPU_MOST_CHAINED,
               "row functions take as many");

/* Elements side by side, `step` apart in memory, that go into an accumulator each. */
typedef struct source {
    const cpu_kernel *kernel;
    cpu_scratch *scratch;
    int64_t count, step;
} source;

/* Of the rows that begin at these places, how many of the first `most` lie one after the other. */
static int64_t adjoining(const source *s, const int64_t *places, int64_t most)
{
    int64_t rows = 1;

    while (s->step == 1 && rows < most && places[rows] - places[rows - 1] == s->count)
        rows++;
    return rows;
}

/* `rows` of them, at most AT_ONCE, that begin at these places. */
static void take(const source *s, const char *from, const int64_t *places, int64_t rows, cpu_tree *tree)
{
    const cpu_operand *const in = &s->kernel->operand[1];
    const size_t count = (size_t)s->count;
    int64_t compact[AT_ONCE];

    if (in->dtype == in->store && s->step == 1) {
        tree->rows->listed(cpu_tree_next(tree), count, (size_t)rows, from, places);
        cpu_tree_take(tree);
        return;
    }
    char *const converted = s->scratch->operand[1].bytes;
    const int64_t bytes = cpu_dtype_bytes[in->store], most = cpu_least(AT_ONCE, CPU_BUFFER_BYTES / (s->count * bytes));
    for (int64_t r = 0, n; r < rows; r += n) {
        n = cpu_least(rows - r, most);
        for (int64_t i = 0; i < n; i++)
            compact[i] = i * s->count;
        for (int64_t i = 0, together; i < n; i += together) {
            together = adjoining(s, places + r + i, n - i);
            cpu_convert(s->kernel->level, in->store, converted + compact[i] * bytes, 1, in->dtype,
                        from + places[r + i] * in->bytes, s->step, count * (size_t)together);
        }
        tree->rows->listed(cpu_tree_next(tree), count, (size_t)n, converted, compact);
        cpu_tree_take(tree);
    }
}

/* Sums of the boxes that the first dimensions' `runs` span, which are at the tree's first place. `from`: of the first box its first
 * element. Places of the tree have a line more than they need, since those of a power of 2 are pages apart (cpu_rows.c). */
static cpu_tree take_boxes(const source *s, const char *from, const cpu_stretch *runs, uint32_t walked)
{
    const cpu_row_functions *const rows = s->kernel->instance->rows;
    cpu_boxes_walk walk = { .kernel = s->kernel, .runs = runs, .others = walked };
    cpu_tree tree = { .rows = rows, .places = s->scratch->waiting, .width = (size_t)s->count };
    int64_t begins[CPU_MOST_BEGINS];

    tree.bytes = (s->count * rows->acc_bytes + 63) / 64 * 64 + 64;
    tree.most = (uint32_t)(CPU_WAITING_BYTES / tree.bytes);
    for (int64_t n; (n = (int64_t)cpu_boxes_begins(&walk, begins)) > 0;)
        for (int64_t i = 0; i < n; i += AT_ONCE)
            take(s, from, begins + i, cpu_least(AT_ONCE, n - i), &tree);
    cpu_tree_end(&tree);
    return tree;
}

/* --- results --- */

/* Results of outputs first, first + apart, ... of what is in `accs`. */
static void finish(const cpu_kernel *kernel, cpu_view out, int64_t first, int64_t count, int64_t apart,
                   int64_t elements, const void *accs, cpu_scratch *scratch)
{
    const uint32_t bytes = cpu_dtype_bytes[kernel->operand[0].store];
    char *const to = out.data + first * bytes, *const results = apart == 1 ? to : scratch->between.bytes;

    kernel->instance->rows->finish(results, accs, (size_t)count, elements, NULL);
    if (apart > 1)
        kernel->level->move[__builtin_ctz(bytes)](to, apart, results, 1, (size_t)count);
}

static void sum_alike(const cpu_kernel *kernel, const char *from, cpu_stretch *runs, const cpu_boxes *table,
                      cpu_view out, cpu_scratch *scratch)
{
    const uint32_t walked = kernel->walk.walked;

    for (const cpu_alike *s = table->stretch, *end = s + table->num_stretches; s < end; s++) {
        const source source = { kernel, scratch, s->count, s->step };
        for (uint32_t w = 0; w < walked; w++)
            if (table->varying >> w & 1u)
                runs[w] = table->run[s->first][w];
        const cpu_tree sums =
            take_boxes(&source, from + table->place[s->first] * kernel->operand[1].bytes, runs, walked);
        finish(kernel, out, s->first, s->count, table->apart, cpu_boxes_elements(runs, walked), sums.places, scratch);
    }
}

/* Sums across all walked dimensions but the last. */
static cpu_tree columns_of(const cpu_kernel *kernel, const char *from, const cpu_stretch *runs, int64_t count,
                           int64_t step, cpu_scratch *scratch)
{
    const source source = { kernel, scratch, count, step };

    return take_boxes(&source, from, runs, kernel->walk.walked - 1);
}

/* Whether the columns are few enough, and the boxes have elements enough. */
static int columns_pay(const cpu_boxes *table, const cpu_stretch *runs, uint32_t others)
{
    /* Where others vary there are no columns, and nothing in runs for them. */
    return table->columns && table->columns <= MOST_COLUMNS &&
           table->fewest * table->cols * cpu_boxes_elements(runs, others) >= LONG_BOX;
}

static void sum_shared(const cpu_kernel *kernel, const char *from, const cpu_stretch *runs, const cpu_boxes *table,
                       cpu_view out, cpu_scratch *scratch)
{
    const cpu_row_functions *const rows = kernel->instance->rows;
    const uint32_t last = kernel->walk.walked - 1;
    const int64_t step = kernel->walk.strides[last], first = table->first_column;
    const int64_t each = cpu_boxes_elements(runs, last);
    const cpu_tree columns =
        columns_of(kernel, from + first * step * kernel->operand[1].bytes, runs, table->columns, step, scratch);

    rows->folds(scratch->accs, (size_t)table->cols, columns.places, first, &table->run[0][last], EXPOPS_MAX_WALKED);
    for (int64_t i = 0, n; i < table->cols; i += n) {
        const int64_t count = table->run[i][last].count;
        for (n = 1; i + n < table->cols && table->run[i + n][last].count == count; n++)
            ;
        finish(kernel, out, i, n, 1, count * each, scratch->accs + i * rows->acc_bytes, scratch);
    }
}

static void sum_long(const cpu_kernel *kernel, const char *from, const cpu_stretch *runs, cpu_scratch *scratch)
{
    const cpu_row_functions *const rows = kernel->instance->rows;
    const uint32_t last = kernel->walk.walked - 1;
    const int64_t step = runs[last].step * kernel->walk.strides[last], bytes = kernel->operand[1].bytes;
    cpu_tree tree = { .rows = rows, .places = scratch->accs, .bytes = rows->acc_bytes, .width = 1 };

    tree.most = (uint32_t)(CPU_ACCS_BYTES / tree.bytes);
    for (int64_t i = 0, n; i < runs[last].count; i += n) {
        n = cpu_least(MOST_COLUMNS, runs[last].count - i);
        const cpu_tree columns = columns_of(kernel, from + i * step * bytes, runs, n, step, scratch);
        rows->fold(cpu_tree_next(&tree), columns.places, (size_t)n);
        cpu_tree_take(&tree);
    }
    cpu_tree_end(&tree);
}

/* `begins`: of the box's runs. */
static void sum_short(const cpu_kernel *kernel, const char *from, const cpu_stretch *last_run, const int64_t *begins,
                      size_t runs, cpu_scratch *scratch)
{
    const cpu_operand *const in = &kernel->operand[1];
    const int64_t step = last_run->step * kernel->walk.strides[kernel->walk.walked - 1], n = last_run->count;
    const uint32_t bytes = cpu_dtype_bytes[in->store];
    int64_t compact[LONG_BOX];

    if (in->dtype == in->store && step == 1) {
        kernel->instance->rows->chain(scratch->accs, runs, (size_t)n, from, begins);
        return;
    }
    for (size_t r = 0; r < runs; r++) {
        compact[r] = (int64_t)r * n;
        cpu_convert(kernel->level, in->store, scratch->operand[1].bytes + compact[r] * bytes, 1, in->dtype,
                    from + begins[r] * in->bytes, step, (size_t)n);
    }
    kernel->instance->rows->chain(scratch->accs, runs, (size_t)n, scratch->operand[1].bytes, compact);
}

static void sum_each(const cpu_kernel *kernel, const char *from, cpu_stretch *runs, const cpu_boxes *table,
                     cpu_view out, cpu_scratch *scratch)
{
    const uint32_t last = kernel->walk.walked - 1;
    int64_t begins[CPU_MOST_BEGINS];
    size_t num_begins = 0;

    for (int64_t i = 0; i < table->cols; i++) {
        const char *const first = from + table->place[i] * kernel->operand[1].bytes;
        for (uint32_t w = 0; w <= last; w++)
            if (table->varying >> w & 1u)
                runs[w] = table->run[i][w];
        const int64_t elements = cpu_boxes_elements(runs, last + 1);
        kernel->instance->rows->identity(scratch->accs, 1);
        if (elements >= LONG_BOX) {
            sum_long(kernel, first, runs, scratch);
        } else if (elements) {
            cpu_boxes_walk walk = { .kernel = kernel, .runs = runs, .others = last };
            if (!num_begins || table->varying & ((1u << last) - 1))
                num_begins = cpu_boxes_begins(&walk, begins);
            sum_short(kernel, first, runs + last, begins, num_begins, scratch);
        }
        finish(kernel, out, i, 1, 1, elements, scratch->accs, scratch);
    }
}

static void sum_piece(const cpu_kernel *kernel, const char *from, const int64_t *at, const cpu_boxes *table,
                      cpu_view out, cpu_scratch *scratch)
{
    const cpu_box box = cpu_window_box(kernel);
    cpu_stretch runs[EXPOPS_MAX_WALKED];

    for (uint32_t w = 0; w < kernel->walk.walked; w++) {
        if (table->varying >> w & 1u)
            continue;
        kernel->instance->window(&box, (int)w, at, runs + w);
        from += runs[w].count < 1 ? 0 : runs[w].first * kernel->walk.strides[w] * kernel->operand[1].bytes;
    }
    if (table->num_stretches)
        sum_alike(kernel, from, runs, table, out, scratch);
    else if (columns_pay(table, runs, kernel->walk.walked - 1))
        sum_shared(kernel, from, runs, table, out, scratch);
    else
        sum_each(kernel, from, runs, table, out, scratch);
}

void cpu_window_sum(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const window_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    cpu_boxes *const table = (void *)scratch->partials;
    int64_t at[CPU_MAX_RANK] = { 0 };
    cpu_position position;

    table->cols = 0;
    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        const int64_t piece = position.index[kernel->blocks.across];
        const cpu_view out = cpu_out(kernel, task->launch, &position, scratch);
        cpu_window_indices(kernel, &position, at);
        if (!cpu_boxes_hold(kernel, table, at, piece, position.cols))
            cpu_boxes_find(kernel, at, piece, position.cols, table);
        sum_piece(kernel, cpu_address(kernel, task->launch, 1, &position), at, table, out, scratch);
        cpu_store(kernel, task->launch, &position, out, scratch);
        cpu_position_next(kernel, &position);
    }
}
