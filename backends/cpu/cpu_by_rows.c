/* Pointwise operators whose operands' rows lie apart, or are a number each: nothing is gathered, and the function is called once a
 * row. */
#include "cpu_plan.h"

enum { BY_ROWS_ELEMENTS = 8192, BY_ROWS_MOST = CPU_MOST_BYTES / 16 /* numbers of any type are in a buffer */ };

/* Numbers are what the function takes, but for their type. */
int cpu_by_rows_can(const cpu_kernel *kernel)
{
    for (uint32_t i = 1; i < kernel->num_operands; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        if (op->kind != EXPOPS_OPERAND_NUMBER && (op->dtype != op->store || op->through >= 0))
            return 0;
    }
    return 1;
}

void cpu_by_rows_plan(cpu_kernel *kernel)
{
    const int32_t across = (int32_t)kernel->rank - 1;
    const int64_t inner = kernel->shape[across];

    kernel->by_rows = 1;
    cpu_blocks_cut(kernel, across, inner, across - 1, cpu_least(BY_ROWS_ELEMENTS / inner, BY_ROWS_MOST),
                   CPU_DOWN_IN_PLACE);
}

typedef struct rows_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
} rows_task;

/* Where the first row's elements are, or its number, and bytes from there to the next. */
static int64_t point(const rows_task *task, uint32_t i, const cpu_position *position, cpu_scratch *scratch,
                     const void **out_at)
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_operand *const op = &kernel->operand[i];
    const int64_t down = op->strides[kernel->blocks.down];

    *out_at = scratch->scalar[i];
    if (op->kind == EXPOPS_OPERAND_NUMBER)
        return 0;
    const char *const from = cpu_address(kernel, task->launch, i, position);
    if (op->mode == CPU_DIRECT) {
        *out_at = from;
        return down * op->bytes;
    }
    *out_at = scratch->operand[i].bytes;
    cpu_convert(kernel->level, kernel->scalar_dtype, scratch->operand[i].bytes, 1, op->dtype, from, down,
                (size_t)position->rows);
    return cpu_dtype_bytes[kernel->scalar_dtype];
}

static void run_block(const rows_task *task, const cpu_position *position, cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const void *at[CPU_MAX_OPERANDS];
    int64_t bytes[CPU_MAX_OPERANDS];
    char *to = cpu_address(kernel, task->launch, 0, position);

    for (uint32_t i = 1; i < kernel->num_operands; i++)
        bytes[i - 1] = point(task, i, position, scratch, &at[i - 1]);
    for (int64_t r = 0; r < position->rows; r++) {
        kernel->pointwise((size_t)position->cols, to, at, kernel->scalars);
        to += kernel->operand[0].strides[kernel->blocks.down] * kernel->operand[0].bytes;
        for (uint32_t i = 0; i + 1 < kernel->num_operands; i++)
            at[i] = (const char *)at[i] + bytes[i];
    }
}

static void run_part(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const rows_task *const task = context;
    cpu_position position;

    cpu_position_set(task->kernel, &position, first);
    for (uint32_t i = 1; i < task->kernel->num_operands; i++)
        if (task->kernel->operand[i].kind == EXPOPS_OPERAND_NUMBER)
            cpu_scalar(task->kernel, task->launch, i, &position, scratch);
    for (int64_t block = first; block < last; block++) {
        if (block > first)
            cpu_position_next(task->kernel, &position);
        run_block(task, &position, scratch);
    }
}

void cpu_by_rows_run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    rows_task task = { kernel, launch };

    cpu_parallel(kernel, cpu_threads(kernel, kernel->blocks.total), kernel->blocks.total, run_part, &task, scratch);
}
