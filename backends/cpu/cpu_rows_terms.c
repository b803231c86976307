/* Maps over rows that stay in a core's caches, of texts that keep terms: a row is read for its peak, its terms are written and summed,
 * and become results where they are. */
#include "cpu_plan.h"

enum { AT_ONCE = 2048 /* elements of several rows: a step's work on one of them need not wait for that on another */ };

int cpu_terms_fit(const cpu_kernel *kernel)
{
    return kernel->instance->rows->terms && !kernel->by_columns && kernel->rank - kernel->kept == 1 && kernel->length &&
           kernel->length <= CPU_PANEL_BYTES / cpu_dtype_bytes[kernel->instance->store];
}

static void join(const cpu_kernel *kernel, size_t rows, cpu_scratch *scratch)
{
    const cpu_row_functions *const functions = kernel->instance->rows;

    functions->terms->join(scratch->waiting, scratch->accs, rows);
    functions->settle(scratch->waiting, rows, kernel->length, scratch->numbers);
}

static void map_rows(const cpu_kernel *kernel, char *out, int64_t out_step, const char *in, int64_t step, size_t rows,
                     cpu_scratch *scratch)
{
    const cpu_term_functions *const terms = kernel->instance->rows->terms;
    const size_t n = (size_t)kernel->length;

    terms->begin(scratch->accs, rows, in, step);
    terms->peaks(scratch->accs, rows, n, in, step);
    terms->write(out, out_step, scratch->accs, rows, n, in, step);
    join(kernel, rows, scratch);
    terms->map(out, out_step, rows, n, out, out_step, scratch->waiting);
}

/* Rows of a block. */
static void map_block(const cpu_kernel *kernel, const expops_launch *launch, const cpu_position *position,
                      cpu_scratch *scratch)
{
    const uint32_t bytes = cpu_dtype_bytes[kernel->instance->store];
    const cpu_view in = cpu_load(kernel, launch, 1, position, scratch);
    const cpu_view out = cpu_out(kernel, launch, position, scratch);
    const int64_t at_once = kernel->length < AT_ONCE ? AT_ONCE / kernel->length : 1;

    for (int64_t r = 0; r < position->rows; r += at_once)
        map_rows(kernel, out.data + r * out.row_bytes, out.row_bytes / bytes, in.data + r * in.row_bytes,
                 in.row_bytes / bytes, (size_t)(position->rows - r < at_once ? position->rows - r : at_once), scratch);
    cpu_store(kernel, launch, position, out, scratch);
}

/* Where the row of this block lies as a whole: in the tensor, or in room of its own. */
static char *whole_row(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand,
                       const cpu_position *position, cpu_scratch *scratch)
{
    const int direct = kernel->operand[operand].mode == CPU_DIRECT && (operand || !cpu_streams_now(kernel, launch));

    return direct ? cpu_address(kernel, launch, operand, position) : scratch->panels;
}

static void find_peak(const cpu_kernel *kernel, const expops_launch *launch, cpu_position position, char *in,
                      cpu_scratch *scratch)
{
    const cpu_term_functions *const terms = kernel->instance->rows->terms;
    const int direct = in != scratch->panels;

    for (int64_t block = 0; block < kernel->units; block++) {
        if (block)
            cpu_position_next(kernel, &position);
        if (!direct)
            cpu_load_into(kernel, launch, 1, &position, in, scratch);
        if (!block)
            terms->begin(scratch->accs, 1, in, 0);
        terms->peaks(scratch->accs, 1, (size_t)position.cols, in, 0);
        in += position.cols * cpu_dtype_bytes[kernel->instance->store];
    }
}

static void finish(const cpu_kernel *kernel, const expops_launch *launch, cpu_position position, const char *from,
                   cpu_scratch *scratch)
{
    for (int64_t block = 0; block < kernel->units; block++) {
        if (block)
            cpu_position_next(kernel, &position);
        const cpu_view out = cpu_out(kernel, launch, &position, scratch);
        kernel->instance->rows->terms->map(out.data, 0, 1, (size_t)position.cols, from, 0, scratch->waiting);
        cpu_store(kernel, launch, &position, out, scratch);
        from += position.cols * cpu_dtype_bytes[kernel->instance->store];
    }
}

void cpu_terms_run(const cpu_kernel *kernel, const expops_launch *launch, int64_t group, cpu_scratch *scratch)
{
    cpu_position position;

    cpu_position_set(kernel, &position, group * kernel->units);
    if (kernel->units == 1) {
        map_block(kernel, launch, &position, scratch);
        return;
    }
    char *const in = whole_row(kernel, launch, 1, &position, scratch);
    char *const out = whole_row(kernel, launch, 0, &position, scratch);
    find_peak(kernel, launch, position, in, scratch);
    kernel->instance->rows->terms->write(out, 0, scratch->accs, 1, (size_t)kernel->length, in, 0);
    join(kernel, 1, scratch);
    finish(kernel, launch, position, out, scratch);
}
