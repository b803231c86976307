/* Windows that are boxes, summed. Outputs are made together where their boxes have one shape and lie side by side: they take an
 * element of each box at a time. Else of long boxes the other dimensions' sums are made first for all columns of a box, or of all
 * boxes of outputs for which these are the same, and then each box's columns are summed; of short ones, where rounding is as small
 * in the order in which they lie, one element after the other. */
#include "cpu_window.h"

#include <string.h>

enum {
    OUTPUTS = CPU_BUFFER_BYTES / 16, /* of a piece; no element is larger */
    MOST_APART = 8,                  /* outputs of one shape */
    WORTHWHILE = 4,                  /* outputs made together */
    LONG_BOX = 64,                   /* elements: shorter ones are summed in their order */
    MOST_COLUMNS = CPU_BUFFER_BYTES / 16,
};

/* Outputs first, first + apart, ..., whose boxes have one shape and lie side by side. */
typedef struct stretch {
    int64_t first, count;
} stretch;

/* What a thread knows of the piece at hand, in its `partials`. */
typedef struct table {
    int64_t at[CPU_MAX_RANK]; /* the indices it was made for, */
    int64_t first, cols;      /* and the piece; cols 0: not made */
    int64_t place[OUTPUTS];   /* where a box begins, as far as it depends on the output */
    uint32_t num_stretches;   /* 0: too many */
    int64_t apart;
    stretch stretch[OUTPUTS];
    uint32_t varying; /* bit w where dimension w's runs depend on the output */
    cpu_stretch run[OUTPUTS][EXPOPS_MAX_WALKED];
} table;
_Static_assert(sizeof(table) <= CPU_PARTIAL_BYTES, "a table fits");

/* --- what is known of a piece --- */

/* Whether two outputs' boxes have one shape. */
static int alike(const cpu_kernel *kernel, const table *table, int64_t a, int64_t b)
{
    for (uint32_t w = 0; w < kernel->walk.walked; w++) {
        const cpu_stretch *const x = &table->run[a][w], *const y = &table->run[b][w];
        if (table->varying >> w & 1u && (x->count != y->count || (x->count > 1 && x->step != y->step)))
            return 0;
    }
    return 1;
}

/* Stretches of outputs that are `apart`; 0 where they are not worth it. */
static uint32_t find_stretches(const cpu_kernel *kernel, table *table, int64_t apart)
{
    uint32_t count = 0;

    for (int64_t begin = 0; begin < apart && begin < table->cols; begin++)
        for (int64_t i = begin, next; i < table->cols; i = next) {
            for (next = i + apart; next < table->cols && alike(kernel, table, i, next); next += apart)
                if (table->place[next] - table->place[next - apart] != 1)
                    break;
            if ((count + 1) * WORTHWHILE > table->cols)
                return 0;
            table->stretch[count++] = (stretch){ i, (next - i + apart - 1) / apart };
        }
    return count;
}

static void find_runs(const cpu_kernel *kernel, int64_t *at, table *table)
{
    const cpu_walk *const walk = &kernel->walk;
    const int32_t across = kernel->blocks.across;
    const uint32_t along = cpu_window_index(kernel, across);
    const cpu_box box = cpu_window_box(kernel);

    for (int64_t i = 0; i < table->cols; i++) {
        table->place[i] = i * kernel->operand[1].strides[across];
        for (uint32_t w = 0; w < walk->walked; w++) {
            if (!(table->varying >> w & 1u))
                continue;
            kernel->instance->window(&box, (int)w, at, &table->run[i][w]);
            table->place[i] += table->run[i][w].count < 1 ? 0 : table->run[i][w].first * walk->strides[w];
        }
        if (along < walk->indices)
            at[along]++;
    }
    if (along < walk->indices)
        at[along] -= table->cols;
}

static int holds(const cpu_kernel *kernel, const table *table, const int64_t *at, int64_t first, int64_t cols)
{
    const uint32_t along = cpu_window_index(kernel, kernel->blocks.across);

    if (table->cols != cols || table->first != first)
        return 0;
    for (uint32_t i = 0; i < kernel->walk.indices; i++)
        for (uint32_t w = 0; i != along && w < kernel->walk.walked; w++)
            if (table->varying >> w & 1u && kernel->walk.reads[w] >> i & 1u && table->at[i] != at[i])
                return 0;
    return 1;
}

static void tabulate(const cpu_kernel *kernel, int64_t *at, int64_t first, int64_t cols, table *table)
{
    memcpy(table->at, at, sizeof(table->at));
    table->first = first;
    table->cols = cols;
    table->varying = 0;
    for (uint32_t w = 0; w < kernel->walk.walked; w++)
        table->varying |= (uint32_t)cpu_window_varies(kernel, w, kernel->blocks.across) << w;
    find_runs(kernel, at, table);
    table->num_stretches = 0;
    for (table->apart = 1; table->apart <= MOST_APART && !table->num_stretches; table->apart++)
        table->num_stretches = find_stretches(kernel, table, table->apart);
    table->apart--;
}

/* --- boxes --- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t elements_of(const cpu_stretch *runs, uint32_t walked)
{
    int64_t elements = 1;

    for (uint32_t w = 0; w < walked; w++)
        elements *= runs[w].count < 1 ? 0 : runs[w].count;
    return elements;
}

/* Where the runs of the last dimension begin that the others span, in elements; their number. */
static size_t list_begins(const cpu_kernel *kernel, const cpu_stretch *runs, uint32_t others, int64_t *begins)
{
    int64_t turn[EXPOPS_MAX_WALKED] = { 0 }, at = 0;
    size_t count = 0;

    for (uint32_t w = elements_of(runs, others) > 0; w;) {
        begins[count++] = at;
        for (w = others; w > 0; w--) {
            const int64_t step = runs[w - 1].step * kernel->walk.strides[w - 1];
            at += step;
            if (++turn[w - 1] < runs[w - 1].count)
                break;
            at -= turn[w - 1] * step;
            turn[w - 1] = 0;
        }
    }
    return count;
}

/* Elements side by side, `step` apart in memory, that go into an accumulator each. */
typedef struct source {
    const cpu_kernel *kernel;
    cpu_scratch *scratch;
    int64_t count, step;
} source;

/* `rows` of them, `down` apart. */
static void take(const source *s, const char *from, int64_t rows, int64_t down, void *accs)
{
    const cpu_operand *const in = &s->kernel->operand[1];
    const cpu_row_functions *const functions = s->kernel->instance->rows;
    const int direct = in->dtype == in->store && s->step == 1;
    const void *lifted = from;

    for (int64_t r = 0, n = direct ? rows : 1; r < rows; r += n) {
        if (!direct) {
            lifted = s->scratch->operand[1].bytes;
            cpu_convert(s->kernel->level, in->store, s->scratch->operand[1].bytes, 1, in->dtype,
                        from + r * down * in->bytes, s->step, (size_t)s->count);
        }
        functions->columns(accs, (size_t)s->count, (size_t)n, &lifted, &down, NULL); /* it takes no numbers */
    }
}

/* The boxes that `runs` span, the last of them innermost. `from`: of the first box its first element. */
static void take_boxes(const source *s, const char *from, const cpu_stretch *runs, uint32_t walked, void *accs)
{
    const int64_t bytes = s->kernel->operand[1].bytes, *const strides = s->kernel->walk.strides;
    const cpu_stretch one = { 0, 1, 1 }, *const inner = walked ? runs + walked - 1 : &one;
    const int64_t step = walked ? inner->step * strides[walked - 1] : 0;
    int64_t turn[EXPOPS_MAX_WALKED] = { 0 };

    for (uint32_t w = elements_of(runs, walked) > 0; w;) {
        take(s, from, inner->count, step, accs);
        for (w = walked ? walked - 1 : 0; w > 0; w--) {
            const int64_t next = runs[w - 1].step * strides[w - 1] * bytes;
            from += next;
            if (++turn[w - 1] < runs[w - 1].count)
                break;
            from -= turn[w - 1] * next;
            turn[w - 1] = 0;
        }
    }
}

/* --- results --- */

/* Results of outputs first, first + apart, ... */
static void finish(const cpu_kernel *kernel, cpu_view out, int64_t first, int64_t count, int64_t apart,
                   int64_t elements, cpu_scratch *scratch)
{
    const uint32_t bytes = cpu_dtype_bytes[kernel->operand[0].store];
    char *const to = out.data + first * bytes, *const results = apart == 1 ? to : scratch->between.bytes;

    kernel->instance->rows->finish(results, scratch->accs, (size_t)count, elements, NULL);
    if (apart > 1)
        kernel->level->move[__builtin_ctz(bytes)](to, apart, results, 1, (size_t)count);
}

static void sum_alike(const cpu_kernel *kernel, const char *from, cpu_stretch *runs, const table *table, cpu_view out,
                      cpu_scratch *scratch)
{
    const uint32_t walked = kernel->walk.walked;

    for (const stretch *s = table->stretch, *end = s + table->num_stretches; s < end; s++) {
        const source source = { kernel, scratch, s->count, 1 };
        for (uint32_t w = 0; w < walked; w++)
            if (table->varying >> w & 1u)
                runs[w] = table->run[s->first][w];
        kernel->instance->rows->identity(scratch->accs, (size_t)s->count);
        take_boxes(&source, from + table->place[s->first] * kernel->operand[1].bytes, runs, walked, scratch->accs);
        finish(kernel, out, s->first, s->count, table->apart, elements_of(runs, walked), scratch);
    }
}

/* Columns of the last walked dimension. */
typedef struct span {
    int64_t first, count;
} span;

/* Those that any box of the piece has, where boxes are long and differ in that dimension only; none where they are too many. */
static span span_of(const cpu_kernel *kernel, const cpu_stretch *runs, const table *table)
{
    const uint32_t last = kernel->walk.walked - 1;
    int64_t low = INT64_MAX, high = INT64_MIN, fewest = INT64_MAX;

    if (table->varying != 1u << last || kernel->operand[1].strides[kernel->blocks.across] != 0)
        return (span){ 0, 0 };
    for (int64_t i = 0; i < table->cols; i++) {
        const cpu_stretch *const run = &table->run[i][last];
        if (run->count > 1 && run->step != 1)
            return (span){ 0, 0 };
        fewest = run->count < fewest ? run->count : fewest;
        low = run->first < low ? run->first : low;
        high = run->first + run->count > high ? run->first + run->count : high;
    }
    return fewest * elements_of(runs, last) >= LONG_BOX && high - low <= MOST_COLUMNS ? (span){ low, high - low }
                                                                                      : (span){ 0, 0 };
}

/* Sums across all walked dimensions but the last. */
static void make_columns(const cpu_kernel *kernel, const char *from, const cpu_stretch *runs, int64_t count,
                         int64_t step, void *columns, cpu_scratch *scratch)
{
    const source source = { kernel, scratch, count, step };

    kernel->instance->rows->identity(columns, (size_t)count);
    take_boxes(&source, from, runs, kernel->walk.walked - 1, columns);
}

static void sum_shared(const cpu_kernel *kernel, const char *from, const cpu_stretch *runs, const table *table,
                       span span, cpu_view out, cpu_scratch *scratch)
{
    const cpu_row_functions *const rows = kernel->instance->rows;
    const uint32_t last = kernel->walk.walked - 1;
    const int64_t stride = kernel->walk.strides[last];
    char *const columns = scratch->operand[3].bytes;
    const int64_t each = elements_of(runs, last);

    make_columns(kernel, from + span.first * stride * kernel->operand[1].bytes, runs, span.count, stride, columns,
                 scratch);
    for (int64_t i = 0; i < table->cols; i++) {
        const cpu_stretch *const run = &table->run[i][last];
        rows->identity(scratch->accs, 1);
        rows->fold(scratch->accs, columns + (run->first - span.first) * rows->acc_bytes, (size_t)run->count);
        finish(kernel, out, i, 1, 1, run->count * each, scratch);
    }
}

static void sum_long(const cpu_kernel *kernel, const char *from, const cpu_stretch *runs, cpu_scratch *scratch)
{
    const uint32_t last = kernel->walk.walked - 1;
    const int64_t step = runs[last].step * kernel->walk.strides[last], bytes = kernel->operand[1].bytes;

    for (int64_t i = 0, n; i < runs[last].count; i += n) {
        n = least(MOST_COLUMNS, runs[last].count - i);
        make_columns(kernel, from + i * step * bytes, runs, n, step, scratch->operand[3].bytes, scratch);
        kernel->instance->rows->fold(scratch->accs, scratch->operand[3].bytes, (size_t)n);
    }
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

static void sum_each(const cpu_kernel *kernel, const char *from, cpu_stretch *runs, const table *table, cpu_view out,
                     cpu_scratch *scratch)
{
    const uint32_t last = kernel->walk.walked - 1;
    int64_t begins[LONG_BOX];
    size_t num_begins = 0;

    for (int64_t i = 0; i < table->cols; i++) {
        const char *const first = from + table->place[i] * kernel->operand[1].bytes;
        for (uint32_t w = 0; w <= last; w++)
            if (table->varying >> w & 1u)
                runs[w] = table->run[i][w];
        const int64_t elements = elements_of(runs, last + 1);
        kernel->instance->rows->identity(scratch->accs, 1);
        if (elements >= LONG_BOX) {
            sum_long(kernel, first, runs, scratch);
        } else if (elements) {
            if (!num_begins || table->varying & ((1u << last) - 1))
                num_begins = list_begins(kernel, runs, last, begins);
            sum_short(kernel, first, runs + last, begins, num_begins, scratch);
        }
        finish(kernel, out, i, 1, 1, elements, scratch);
    }
}

static void sum_piece(const cpu_kernel *kernel, const char *from, const int64_t *at, const table *table, cpu_view out,
                      cpu_scratch *scratch)
{
    const cpu_box box = cpu_window_box(kernel);
    cpu_stretch runs[EXPOPS_MAX_WALKED];

    for (uint32_t w = 0; w < kernel->walk.walked; w++) {
        if (table->varying >> w & 1u)
            continue;
        kernel->instance->window(&box, (int)w, at, runs + w);
        from += runs[w].count < 1 ? 0 : runs[w].first * kernel->walk.strides[w] * kernel->operand[1].bytes;
    }
    const span span = span_of(kernel, runs, table);
    if (table->num_stretches)
        sum_alike(kernel, from, runs, table, out, scratch);
    else if (span.count)
        sum_shared(kernel, from, runs, table, span, out, scratch);
    else
        sum_each(kernel, from, runs, table, out, scratch);
}

void cpu_window_sum(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
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
        const cpu_view out = cpu_out(kernel, task->launch, &position, scratch);
        cpu_window_indices(kernel, &position, at);
        if (!holds(kernel, table, at, piece, position.cols))
            tabulate(kernel, at, piece, position.cols, table);
        sum_piece(kernel, cpu_address(kernel, task->launch, 1, &position), at, table, out, scratch);
        cpu_store(kernel, task->launch, &position, out, scratch);
        cpu_position_next(kernel, &position);
    }
}
