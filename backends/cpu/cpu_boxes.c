/* Boxes of neighbouring outputs: their runs, and which of them have one shape. */
#include "cpu_boxes.h"

#include <string.h>

enum {
    MOST_APART = 8, /* outputs of one shape */
    WORTHWHILE = 4, /* outputs made together */
};

/* Whether two outputs' boxes have one shape. */
static int alike(const cpu_kernel *kernel, const cpu_boxes *table, int64_t a, int64_t b)
{
    for (uint32_t w = 0; w < kernel->walk.walked; w++) {
        const cpu_stretch *const x = &table->run[a][w], *const y = &table->run[b][w];
        if (table->varying >> w & 1u && (x->count != y->count || (x->count > 1 && x->step != y->step)))
            return 0;
    }
    return 1;
}

/* Stretches of outputs that are `apart`; 0 where they are not worth it. */
static uint32_t find_stretches(const cpu_kernel *kernel, cpu_boxes *table, int64_t apart)
{
    const int64_t step = table->varying ? 1 : kernel->operand[1].strides[kernel->blocks.across];
    uint32_t count = 0;

    for (int64_t begin = 0; begin < apart && begin < table->cols; begin++)
        for (int64_t i = begin, next; i < table->cols; i = next) {
            for (next = i + apart; next < table->cols && alike(kernel, table, i, next); next += apart)
                if (table->place[next] - table->place[next - apart] != step)
                    break;
            if ((count + 1) * WORTHWHILE > table->cols)
                return 0;
            table->stretch[count++] = (cpu_alike){ i, (next - i + apart - 1) / apart, step };
        }
    return count;
}

static void find_runs(const cpu_kernel *kernel, int64_t *at, cpu_boxes *table)
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

static void find_columns(const cpu_kernel *kernel, cpu_boxes *table)
{
    const uint32_t last = kernel->walk.walked - 1;
    int64_t low = INT64_MAX, high = INT64_MIN;

    table->columns = 0;
    table->fewest = INT64_MAX;
    if (table->varying != 1u << last || kernel->operand[1].strides[kernel->blocks.across] != 0)
        return;
    for (int64_t i = 0; i < table->cols; i++) {
        const cpu_stretch *const run = &table->run[i][last];
        if (run->count > 1 && run->step != 1)
            return;
        table->fewest = run->count < table->fewest ? run->count : table->fewest;
        low = run->first < low ? run->first : low;
        high = run->first + run->count > high ? run->first + run->count : high;
    }
    table->first_column = low;
    table->columns = high - low;
}

int cpu_boxes_hold(const cpu_kernel *kernel, const cpu_boxes *table, const int64_t *at, int64_t first, int64_t cols)
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

/* Elements that are apart in memory are worth it only where that saves many short sums. */
static int pays(const cpu_kernel *kernel, const cpu_boxes *table)
{
    const int32_t across = kernel->blocks.across;
    const int apart = !table->varying && kernel->operand[1].strides[across] != 1;

    return !apart || (kernel->shape[across] >= CPU_FEW_OUTPUTS && cpu_window_boxes_are_small(kernel));
}

void cpu_boxes_find(const cpu_kernel *kernel, int64_t *at, int64_t first, int64_t cols, cpu_boxes *table)
{
    memcpy(table->at, at, sizeof(table->at));
    table->first = first;
    table->cols = cols;
    table->varying = 0;
    for (uint32_t w = 0; w < kernel->walk.walked; w++)
        table->varying |= (uint32_t)cpu_window_varies(kernel, w, kernel->blocks.across) << w;
    find_runs(kernel, at, table);
    find_columns(kernel, table);
    table->num_stretches = 0;
    if (!pays(kernel, table))
        return;
    for (table->apart = 1; table->apart <= MOST_APART && !table->num_stretches; table->apart++)
        table->num_stretches = find_stretches(kernel, table, table->apart);
    table->apart--;
}

/* --- one box --- */

int64_t cpu_boxes_elements(const cpu_stretch *runs, uint32_t walked)
{
    int64_t elements = 1;

    for (uint32_t w = 0; w < walked; w++)
        elements *= runs[w].count < 1 ? 0 : runs[w].count;
    return elements;
}

size_t cpu_boxes_begins(cpu_boxes_walk *walker, int64_t *begins)
{
    size_t count = 0;

    if (!cpu_boxes_elements(walker->runs, walker->others))
        return 0;
    while (!walker->ended && count < CPU_MOST_BEGINS) {
        uint32_t w = walker->others;
        begins[count++] = walker->at;
        for (; w > 0; w--) {
            const int64_t step = walker->runs[w - 1].step * walker->kernel->walk.strides[w - 1];
            walker->at += step;
            if (++walker->turn[w - 1] < walker->runs[w - 1].count)
                break;
            walker->at -= walker->turn[w - 1] * step;
            walker->turn[w - 1] = 0;
        }
        walker->ended = !w;
    }
    return count;
}
