/* Maps over rows that stay in a core's caches, of texts that keep terms: a row is read for its peak, its terms are written and summed,
 * and become results where they are. */
#include "cpu_plan.h"
#include "cpu_term_functions.h"

/* Of a block that keeps terms. Each row of it is elsewhere in memory; to go to all of them once more costs more than an exponential
 * where they are short. */
enum { FEWEST_COLUMNS = 64, FEWEST_IN_PLACE = 256 };
enum { TURNED_LENGTH = 48, TURNED_ROWS = 16 }; /* of shorter ones so many, and more, are turned */
enum { AT_ONCE = 2048 /* elements of several rows: a step's work on one of them need not wait for that on another */ };

static int64_t element_bytes(const cpu_kernel *kernel)
{
    return cpu_dtype_bytes[kernel->instance->store];
}

int64_t cpu_terms_columns(const cpu_kernel *kernel, int64_t wanted, int direct)
{
    const int64_t bytes = element_bytes(kernel), fewest = direct ? FEWEST_IN_PLACE : FEWEST_COLUMNS;
    const int64_t most = cpu_least(CPU_PANEL_BYTES / bytes / kernel->length, CPU_ACCS_BYTES / CPU_TERM_STATE / bytes);

    if (!kernel->instance->rows->terms || kernel->rank - kernel->kept != 1 || most < cpu_least(fewest, wanted))
        return wanted;
    return wanted <= most ? wanted : most / 16 * 16; /* 16 and more, as `fewest` are */
}

static int terms_fit(const cpu_kernel *kernel)
{
    const int64_t cols = kernel->by_columns ? kernel->blocks.cols : 1, bytes = element_bytes(kernel);

    return kernel->instance->rows->terms && kernel->rank - kernel->kept == 1 && kernel->length &&
           kernel->length * cols <= CPU_PANEL_BYTES / bytes && cols * CPU_TERM_STATE * bytes <= CPU_ACCS_BYTES;
}

static int is_few(const cpu_kernel *kernel)
{
    return kernel->instance->rows->terms->few && kernel->length * element_bytes(kernel) <= CPU_FEW_BYTES;
}

/* All rows of a small call at once, where they lie in the tensors. */
static inline void run_few_with(const cpu_kernel *kernel, const expops_launch *launch, const void *const *numbers)
{
    const cpu_operand *const to = &kernel->operand[0], *const from = &kernel->operand[1];
    const int32_t down = kernel->blocks.down;

    kernel->instance->rows->terms->few((char *)expops_address(launch->tensors + to->slot) + to->offset * to->bytes,
                                       to->strides[down], (size_t)kernel->blocks.rows, (size_t)kernel->length,
                                       (const char *)expops_address(launch->tensors + from->slot) +
                                           from->offset * from->bytes,
                                       from->strides[down], numbers);
}

static void run_few(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    cpu_take_numbers(kernel, launch, scratch);
    run_few_with(kernel, launch, scratch->numbers);
}

static void run_few_alone(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *none)
{
    run_few_with(kernel, launch, NULL);
}

void cpu_terms_plan(cpu_kernel *kernel)
{
    const int direct = kernel->operand[0].mode == CPU_DIRECT && kernel->operand[1].mode == CPU_DIRECT;

    kernel->terms = (uint32_t)terms_fit(kernel);
    if (kernel->terms && kernel->short_rows && kernel->blocks.total == 1 && direct && !kernel->streamed &&
        kernel->work < CPU_PARALLEL_ELEMENTS && is_few(kernel)) {
        kernel->without_scratch = kernel->num_operands == 2;
        kernel->run = kernel->without_scratch ? run_few_alone : run_few;
    }
}

static void join(const cpu_kernel *kernel, size_t rows, cpu_scratch *scratch)
{
    const cpu_row_functions *const functions = kernel->instance->rows;

    functions->terms->join(scratch->waiting, scratch->accs, rows);
    functions->settle(scratch->waiting, rows, kernel->length, scratch->numbers);
}

/* As columns, in a buffer: a vector has an element of each of its lanes' rows, and nothing is summed across it. */
static void map_turned(const cpu_kernel *kernel, char *out, int64_t out_step, const char *in, int64_t step, size_t rows,
                       cpu_scratch *scratch)
{
    const cpu_term_functions *const terms = kernel->instance->rows->terms;
    cpu_transpose_fn *const transpose = kernel->level->transpose[__builtin_ctzll((uint64_t)element_bytes(kernel))];
    const size_t n = (size_t)kernel->length;
    const int64_t apart = (int64_t)rows;
    char *const room = scratch->between.bytes;

    transpose(room, apart, in, step, n, rows);
    terms->columns_begin(scratch->accs, rows, room);
    terms->columns_peaks(scratch->accs, rows, n, room, apart);
    terms->columns_write(room, apart, scratch->accs, rows, n, room, apart);
    terms->columns_join(scratch->waiting, scratch->accs, rows);
    kernel->instance->rows->settle(scratch->waiting, rows, kernel->length, scratch->numbers);
    terms->columns_map(room, apart, rows, n, room, apart, scratch->waiting);
    transpose(out, out_step, room, apart, rows, n);
}

static void map_rows(const cpu_kernel *kernel, char *out, int64_t out_step, const char *in, int64_t step, size_t rows,
                     cpu_scratch *scratch)
{
    const cpu_term_functions *const terms = kernel->instance->rows->terms;
    const size_t n = (size_t)kernel->length;

    if (is_few(kernel)) {
        terms->few(out, out_step, rows, n, in, step, scratch->numbers);
        return;
    }
    if (n < TURNED_LENGTH && rows >= TURNED_ROWS) {
        map_turned(kernel, out, out_step, in, step, rows, scratch);
        return;
    }
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
    const int64_t bytes = element_bytes(kernel);
    const cpu_view in = cpu_load(kernel, launch, 1, position, scratch);
    const cpu_view out = cpu_out(kernel, launch, position, scratch);
    const int64_t most = kernel->length < AT_ONCE ? AT_ONCE / kernel->length : 1;
    const int64_t at_once = most < TURNED_ROWS ? most : most / TURNED_ROWS * TURNED_ROWS;

    for (int64_t r = 0; r < position->rows; r += at_once)
        map_rows(kernel, out.data + r * out.row_bytes, out.row_bytes / bytes, in.data + r * in.row_bytes,
                 in.row_bytes / bytes, (size_t)cpu_least(position->rows - r, at_once), scratch);
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
        in += position.cols * element_bytes(kernel);
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
        from += position.cols * element_bytes(kernel);
    }
}

/* --- by columns --- */

/* Rows of a block where the group's elements are: in the tensor, or behind one another in room of their own. */
typedef struct columns_view {
    char *room; /* or NULL */
    cpu_view block;
} columns_view;

static columns_view view_of(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand,
                            const cpu_position *position, char *room, cpu_scratch *scratch)
{
    const int direct = kernel->operand[operand].mode == CPU_DIRECT && (operand || !cpu_streams_now(kernel, launch));
    columns_view view = { direct ? NULL : room, { room, position->cols * element_bytes(kernel) } };

    if (direct)
        view.block =
            operand ? cpu_load(kernel, launch, operand, position, scratch) : cpu_out(kernel, launch, position, scratch);
    return view;
}

typedef enum columns_step { COLUMNS_PEAKS, COLUMNS_WRITE, COLUMNS_MAP } columns_step;

static void step_block(const cpu_kernel *kernel, const expops_launch *launch, columns_step step,
                       const cpu_position *position, char *room, cpu_scratch *scratch)
{
    const cpu_term_functions *const terms = kernel->instance->rows->terms;
    const size_t cols = (size_t)position->cols, rows = (size_t)position->rows;
    const int64_t bytes = element_bytes(kernel);
    const columns_view in = view_of(kernel, launch, 1, position, room, scratch);
    const columns_view out = view_of(kernel, launch, 0, position, room, scratch);

    if (step == COLUMNS_PEAKS) {
        if (in.room)
            cpu_load_into(kernel, launch, 1, position, in.room, scratch);
        if (room == scratch->panels)
            terms->columns_begin(scratch->accs, cols, in.block.data);
        terms->columns_peaks(scratch->accs, cols, rows, in.block.data, in.block.row_bytes / bytes);
    } else if (step == COLUMNS_WRITE) {
        terms->columns_write(out.block.data, out.block.row_bytes / bytes, scratch->accs, cols, rows, in.block.data,
                             in.block.row_bytes / bytes);
    } else {
        const cpu_view result = cpu_out(kernel, launch, position, scratch);
        terms->columns_map(result.data, result.row_bytes / bytes, cols, rows, out.block.data,
                           out.block.row_bytes / bytes, scratch->waiting);
        cpu_store(kernel, launch, position, result, scratch);
    }
}

static void step_blocks(const cpu_kernel *kernel, const expops_launch *launch, columns_step step, cpu_position position,
                        cpu_scratch *scratch)
{
    char *room = scratch->panels;

    for (int64_t block = 0; block < kernel->units; block++) {
        if (block)
            cpu_position_next(kernel, &position);
        step_block(kernel, launch, step, &position, room, scratch);
        room += position.rows * position.cols * element_bytes(kernel);
    }
}

static void run_columns(const cpu_kernel *kernel, const expops_launch *launch, cpu_position position,
                        cpu_scratch *scratch)
{
    const cpu_row_functions *const functions = kernel->instance->rows;
    const size_t cols = (size_t)position.cols;

    step_blocks(kernel, launch, COLUMNS_PEAKS, position, scratch);
    step_blocks(kernel, launch, COLUMNS_WRITE, position, scratch);
    functions->terms->columns_join(scratch->waiting, scratch->accs, cols);
    functions->settle(scratch->waiting, cols, kernel->length, scratch->numbers);
    step_blocks(kernel, launch, COLUMNS_MAP, position, scratch);
}

void cpu_terms_run(const cpu_kernel *kernel, const expops_launch *launch, int64_t group, cpu_scratch *scratch)
{
    cpu_position position;

    cpu_position_set(kernel, &position, group * kernel->units);
    if (kernel->by_columns) {
        run_columns(kernel, launch, position, scratch);
        return;
    }
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
