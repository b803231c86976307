/* Pointwise operators: blocks of all inputs in the instance's type, the function, the output's block. */
#include "cpu_plan.h"
#include "cpu_progression.h"

#include <string.h>

enum { FEWEST_BY_ROW = 256 /* elements, that a call of its own costs little beside */ };

typedef struct pointwise_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
} pointwise_task;

/* What the inputs' buffers hold: the block at these offsets, of that size. What is the same for several blocks is loaded once. */
typedef struct held_blocks {
    int64_t rows, cols; /* 0: nothing */
    int64_t offset[CPU_MAX_OPERANDS];
    const void *in[CPU_MAX_OPERANDS];
} held_blocks;

/* Moves the operands on by n elements. */
static void advance(const cpu_kernel *kernel, const void **at, size_t n)
{
    for (uint32_t i = 1; i < kernel->num_operands; i++)
        if (kernel->operand[i].mode == CPU_DIRECT)
            at[i - 1] = (const char *)at[i - 1] + n * kernel->operand[i].bytes;
}

static void fetch(const cpu_kernel *kernel, const void *const *at, size_t n)
{
    for (uint32_t i = 1; i < kernel->num_operands; i++)
        if (kernel->operand[i].mode == CPU_DIRECT)
            for (size_t byte = 0; byte < n * kernel->operand[i].bytes; byte += 64)
                __builtin_prefetch((const char *)at[i - 1] + byte);
}

/* Results of a part of the block at a time, from the first cache past all others. What the next part needs is read while
 * this one is computed. */
static void stream_block(const cpu_kernel *kernel, size_t elements, char *to, const void *const *in, cpu_buffer *buffer)
{
    const size_t bytes = kernel->operand[0].bytes, most = CPU_STREAM_PART_BYTES / bytes;
    const void *at[CPU_MAX_OPERANDS], *next[CPU_MAX_OPERANDS];

    memcpy(next, in, sizeof(next));
    for (size_t first = 0, n; first < elements; first += n) {
        n = elements - first < most ? elements - first : most;
        memcpy(at, next, sizeof(at));
        advance(kernel, next, n);
        if (first + 2 * n <= elements)
            fetch(kernel, next, n);
        kernel->pointwise(n, buffer->bytes, at, kernel->scalars);
        cpu_stream(kernel->level, to + first * bytes, buffer->bytes, n * bytes);
    }
}

/* Whether a function of the elements' positions says which elements of an input are moved. */
static int keeps(const cpu_kernel *kernel)
{
    return kernel->instance->position && kernel->num_operands > 2;
}

/* Of row r of the block. */
static cpu_progression positions_of(const cpu_kernel *kernel, const cpu_position *position, int64_t r)
{
    const int64_t *const strides = kernel->operand[1].strides;
    const int32_t across = kernel->blocks.across, down = kernel->blocks.down;
    const cpu_progression row = { position->offset[1] + (down < 0 ? 0 : r * strides[down]), strides[across] };

    return row;
}

static void run_keeping(const pointwise_task *task, const cpu_position *position, cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_view from = cpu_load(kernel, task->launch, 2, position, scratch);
    const cpu_view to = cpu_out(kernel, task->launch, position, scratch);

    for (int64_t r = 0; r < position->rows; r++) {
        const cpu_progression positions = positions_of(kernel, position, r);
        const void *const in[] = { from.data + r * from.row_bytes, &positions };
        kernel->pointwise((size_t)position->cols, to.data + r * to.row_bytes, in, kernel->operand[0].bytes);
    }
    cpu_store(kernel, task->launch, position, to, scratch);
}

/* Rows of the function of the elements' positions. */
static void run_positions(const pointwise_task *task, const cpu_position *position, cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_operand *const out = &kernel->operand[0];
    const cpu_view view = cpu_out(kernel, task->launch, position, scratch);
    const uint8_t yes = 1;
    char one[16];

    cpu_convert(kernel->level, out->dtype, one, 1, EXPOPS_DTYPE_BOOL, &yes, 1, 1);
    for (int64_t r = 0; r < position->rows; r++) {
        const cpu_progression positions = positions_of(kernel, position, r);
        kernel->instance->position((size_t)position->cols, view.data + r * view.row_bytes, out->bytes, one,
                                   positions.first, positions.step);
    }
    cpu_store(kernel, task->launch, position, view, scratch);
}

/* Of operands that are converted, what the row's next block is made of. */
static void fetch_next(const pointwise_task *task, const cpu_position *position)
{
    const cpu_kernel *const kernel = task->kernel;

    for (uint32_t i = 1; i < kernel->num_operands; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        if (op->mode != CPU_BUFFER || op->strides[kernel->blocks.across] != 1)
            continue;
        const int64_t bytes = position->cols * op->bytes;
        for (int64_t byte = 0; byte < bytes; byte += 64)
            __builtin_prefetch(cpu_address(kernel, task->launch, i, position) + bytes + byte);
    }
}

/* Addresses of the inputs' blocks. */
static void load_block(const pointwise_task *task, const cpu_position *position, held_blocks *held,
                       cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const int same_size = held->rows == position->rows && held->cols == position->cols;

    for (uint32_t i = 1; i < kernel->num_operands; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        const void **const in = &held->in[i - 1];
        if (op->mode == CPU_SCALAR)
            *in = scratch->scalar[i];
        if (op->mode == CPU_SCALAR && op->kind != EXPOPS_OPERAND_NUMBER)
            cpu_scalar(kernel, task->launch, i, position, scratch);
        else if (op->mode != CPU_SCALAR && !(same_size && held->offset[i] == position->offset[i]))
            *in = cpu_load(kernel, task->launch, i, position, scratch).data;
        held->offset[i] = position->offset[i];
    }
    held->rows = position->rows;
    held->cols = position->cols;
}

static void run_block(const pointwise_task *task, const cpu_position *position, held_blocks *held, cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const void *const *const in = held->in;

    if (kernel->instance->position) {
        (keeps(kernel) ? run_keeping : run_positions)(task, position, scratch);
        return;
    }
    load_block(task, position, held, scratch);
    if (kernel->in_parts && cpu_streams_now(kernel, task->launch)) {
        stream_block(kernel, (size_t)position->cols, cpu_address(kernel, task->launch, 0, position), in,
                     &scratch->operand[0]);
        return;
    }
    if (kernel->streamed && kernel->blocks.down < 0)
        fetch_next(task, position);
    const cpu_view out = cpu_out(kernel, task->launch, position, scratch);
    kernel->pointwise((size_t)(position->rows * position->cols), out.data, in, kernel->scalars);
    cpu_store(kernel, task->launch, position, out, scratch);
}

static void run_part(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const pointwise_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    held_blocks held = { .rows = 0 };
    cpu_position position;

    cpu_position_set(kernel, &position, first);
    for (uint32_t i = 1; i < kernel->num_operands; i++)
        if (kernel->operand[i].kind == EXPOPS_OPERAND_NUMBER && kernel->operand[i].mode == CPU_SCALAR)
            cpu_scalar(kernel, task->launch, i, &position, scratch);
    for (int64_t block = first; block < last; block++) {
        if (block > first)
            cpu_position_next(kernel, &position);
        run_block(task, &position, &held, scratch);
    }
    if (kernel->streamed)
        kernel->level->stream_end();
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    pointwise_task task = { kernel, launch };

    cpu_parallel(kernel, cpu_threads(kernel, kernel->blocks.total), kernel->blocks.total, run_part, &task, scratch);
}

static int same_type(const cpu_operand *op)
{
    return op->kind < EXPOPS_OPERAND_NUMBER && op->dtype == op->store && op->through < 0;
}

/* The dimension along which an input runs while the output does not, or -1. */
static int32_t turned_dimension(const cpu_kernel *kernel)
{
    const uint32_t across = kernel->rank - 1;

    for (uint32_t i = 1; i < kernel->num_operands; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        if (op->kind == EXPOPS_OPERAND_NUMBER || op->strides[across] <= 1)
            continue;
        for (uint32_t d = 0; d < across; d++)
            if (op->strides[d] == 1)
                return (int32_t)d;
    }
    return -1;
}

static int64_t most_bytes(const cpu_kernel *kernel)
{
    uint32_t most = 1;

    for (uint32_t i = 0; i < kernel->num_operands; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        const uint32_t stored = cpu_dtype_bytes[op->store];
        if (op->kind == EXPOPS_OPERAND_POSITION)
            continue;
        most = op->bytes > most ? op->bytes : most;
        most = stored > most ? stored : most;
    }
    return most;
}

/* Elements of a block, which has more of them where so few operands are converted that the first cache holds theirs. */
static int64_t capacity_of(const cpu_kernel *kernel)
{
    int converted = 0;

    for (uint32_t i = 0; i < kernel->num_operands; i++)
        converted += kernel->operand[i].kind < EXPOPS_OPERAND_NUMBER && !same_type(&kernel->operand[i]);
    return (converted == 1 || converted == 2 ? CPU_MOST_BYTES : CPU_BUFFER_BYTES) / most_bytes(kernel);
}

/* Whether no operand needs a buffer where blocks are parts of rows: all are compact, but for what can be a scalar. */
static int all_direct(const cpu_kernel *kernel)
{
    uint32_t scalars = kernel->instance->one_scalar;

    for (uint32_t i = 0; i < kernel->num_operands; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        const int scalar = op->kind == EXPOPS_OPERAND_NUMBER || (i && op->strides[kernel->rank - 1] == 0);
        const int always = op->kind == EXPOPS_OPERAND_NUMBER && i && kernel->instance->numbers >> (i - 1) & 1;
        if (scalar ? !always && !scalars-- : !(same_type(op) && op->strides[kernel->rank - 1] == 1))
            return 0;
    }
    return 1;
}

/* Whether the output's rows lie one after the other. */
static int rows_follow(const cpu_kernel *kernel)
{
    const cpu_operand *const out = &kernel->operand[0];
    const uint32_t across = kernel->rank - 1;

    return across > 0 && out->strides[across] == 1 && out->strides[across - 1] == kernel->shape[across];
}

/* Several rows in place, where no operand needs a buffer for it. */
static int takes_rows(const cpu_kernel *kernel)
{
    const uint32_t across = kernel->rank - 1;

    return kernel->instance->position && rows_follow(kernel) && kernel->shape[across] < CPU_DIRECT_COLS &&
           !cpu_streams(kernel, (int32_t)across) && (!keeps(kernel) || kernel->operand[2].strides[across] == 1);
}

/* Whether the function is called once a row, where the operands lie. */
static int goes_by_rows(const cpu_kernel *kernel)
{
    const int32_t across = (int32_t)kernel->rank - 1;
    const int64_t inner = kernel->shape[across];

    return kernel->rank > 1 && !kernel->instance->position && inner >= FEWEST_BY_ROW && inner <= CPU_DIRECT_COLS / 2 &&
           all_direct(kernel) && !cpu_streams(kernel, across) && cpu_by_rows_can(kernel);
}

static void cut(cpu_kernel *kernel)
{
    const int32_t across = (int32_t)kernel->rank - 1;
    const int32_t turned = turned_dimension(kernel);
    const int64_t inner = kernel->shape[across];
    const int64_t capacity = turned < 0 ? capacity_of(kernel) : CPU_BUFFER_BYTES / most_bytes(kernel);

    if (takes_rows(kernel)) {
        cpu_blocks_cut(kernel, across, inner, across - 1, CPU_DIRECT_COLS / inner, CPU_DOWN_IN_PLACE);
    } else if (goes_by_rows(kernel)) {
        cpu_by_rows_plan(kernel);
    } else if (turned >= 0) {
        int64_t edge = 16;
        while (edge * edge * 4 <= capacity)
            edge *= 2;
        const int64_t cols = inner < edge ? inner : edge;
        cpu_blocks_cut(kernel, across, cols, turned, capacity / cols, CPU_DOWN_INNERMOST);
    } else if (kernel->rank == 1 || inner >= capacity / 4) {
        cpu_blocks_cut(kernel, across, all_direct(kernel) ? CPU_DIRECT_COLS : capacity, -1, 1, CPU_DOWN_IN_PLACE);
    } else {
        cpu_blocks_cut(kernel, across, inner, across - 1, capacity / inner, CPU_DOWN_IN_PLACE);
    }
}

static int compact(const cpu_kernel *kernel, const cpu_operand *op)
{
    const cpu_blocks *const blocks = &kernel->blocks;

    return op->strides[blocks->across] == 1 &&
           (blocks->down < 0 || kernel->by_rows ||
            (blocks->cols == kernel->shape[blocks->across] && op->strides[blocks->down] == blocks->cols));
}

static int broadcast_in_block(const cpu_kernel *kernel, const cpu_operand *op)
{
    const cpu_blocks *const blocks = &kernel->blocks;

    return op->strides[blocks->across] == 0 && (blocks->down < 0 || kernel->by_rows || op->strides[blocks->down] == 0);
}

static void choose_mode(cpu_kernel *kernel, uint32_t i)
{
    const cpu_instance *const instance = kernel->instance;
    cpu_operand *const op = &kernel->operand[i];
    const uint32_t bit = 1u << (i - 1);
    const int scalar =
        op->kind == EXPOPS_OPERAND_NUMBER || (op->kind == EXPOPS_OPERAND_INPUT && broadcast_in_block(kernel, op));
    const int one_more = instance->one_scalar && !(kernel->scalars & ~instance->numbers);

    if (keeps(kernel)) {
        op->mode = op->strides[kernel->blocks.across] == 1 ? CPU_DIRECT : CPU_BUFFER;
    } else if (scalar && (instance->numbers & bit || one_more)) {
        op->mode = CPU_SCALAR;
        kernel->scalars |= bit;
    } else if (op->kind == EXPOPS_OPERAND_NUMBER) {
        op->mode = CPU_FILLED;
    } else {
        op->mode = same_type(op) && compact(kernel, op) ? CPU_DIRECT : CPU_BUFFER;
    }
}

void cpu_pointwise_plan(cpu_kernel *kernel)
{
    cpu_operand *const out = &kernel->operand[0];

    kernel->rank = cpu_space_arrange(kernel, 0, kernel->rank, 0);
    if (!kernel->rank) {
        kernel->rank = 1;
        kernel->shape[0] = 1;
        for (uint32_t i = 0; i < kernel->num_operands; i++)
            kernel->operand[i].strides[0] = 1;
    }
    cut(kernel);
    out->mode = same_type(out) && compact(kernel, out) ? CPU_DIRECT : CPU_BUFFER;
    for (uint32_t i = 1; i < kernel->num_operands; i++)
        choose_mode(kernel, i);
    /* Where an input is turned, a block's rows are too short for it. */
    kernel->streamed = turned_dimension(kernel) < 0 && cpu_streams(kernel, kernel->blocks.across);
    kernel->in_parts = kernel->streamed && kernel->blocks.down < 0 && all_direct(kernel);
    kernel->run = kernel->by_rows ? cpu_by_rows_run : run;
}
