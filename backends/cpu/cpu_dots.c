/* Products of a matrix, whose rows lie as such, and a vector, in f32 or i8: several rows at a time share what is read of the vector, and
 * half types are widened in registers. */
#include "cpu_plan.h"

enum { LEFT = 1, RIGHT = 2, ROWS_AT_ONCE = 64, FEWEST_BYTES = 64 /* of a row: a vector */ };

typedef struct dots_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
    int64_t each; /* rows of a part */
} dots_task;

static cpu_dots_fn *dots_of(const cpu_kernel *kernel)
{
    const int32_t dtype = kernel->operand[LEFT].dtype;

    return dtype == EXPOPS_DTYPE_F32    ? kernel->level->dots_f32
           : dtype == EXPOPS_DTYPE_BF16 ? kernel->level->dots_bf16
           : dtype == EXPOPS_DTYPE_I8   ? kernel->level->dots_i8
                                        : NULL;
}

static void run_part(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const dots_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;
    const cpu_operand *const to = &kernel->operand[0], *const left = &kernel->operand[LEFT];
    cpu_position position = { 0 };

    cpu_take_numbers(kernel, task->launch, scratch);
    for (int64_t part = first; part < last; part++) {
        const int64_t row = part * task->each, rows = cpu_least(task->each, kernel->shape[0] - row);
        void *const sums = scratch->accs, *const results = scratch->operand[0].bytes;

        for (uint32_t i = 0; i <= RIGHT; i++)
            position.offset[i] = kernel->operand[i].offset + row * kernel->operand[i].strides[0];
        dots_of(kernel)(sums, cpu_address(kernel, task->launch, LEFT, &position), left->strides[0] * left->bytes,
                        (size_t)rows, cpu_address(kernel, task->launch, RIGHT, &position), (size_t)kernel->length);
        kernel->instance->rows->finish(results, sums, (size_t)rows, kernel->length, scratch->numbers);
        cpu_convert(kernel->level, to->dtype, cpu_address(kernel, task->launch, 0, &position), to->strides[0],
                    to->store, results, 1, (size_t)rows);
    }
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    const uint32_t most = cpu_threads(kernel, (kernel->shape[0] + CPU_DOT_ROWS - 1) / CPU_DOT_ROWS);
    const int64_t share = (kernel->shape[0] + 4 * most - 1) / (4 * most);
    const int64_t each = cpu_least(ROWS_AT_ONCE, (share + CPU_DOT_ROWS - 1) / CPU_DOT_ROWS * CPU_DOT_ROWS);
    dots_task task = { kernel, launch, each };
    const int64_t parts = (kernel->shape[0] + each - 1) / each;

    cpu_parallel(kernel, (uint32_t)cpu_least(most, parts), parts, run_part, &task, scratch);
}

/* Of a kernel whose dimensions are in order. */
int cpu_dots_plan(cpu_kernel *kernel)
{
    const cpu_operand *const left = &kernel->operand[LEFT], *const right = &kernel->operand[RIGHT];
    const int32_t stored = left->dtype == EXPOPS_DTYPE_I8 ? EXPOPS_DTYPE_I8 : EXPOPS_DTYPE_F32;

    if (!kernel->instance->rows->multiplies || kernel->instance->store != stored || kernel->rank != 2 ||
        kernel->kept != 1 || kernel->length * left->bytes < FEWEST_BYTES || !dots_of(kernel) ||
        right->dtype != left->dtype)
        return 0;
    if (kernel->shape[0] < 2 * CPU_DOT_ROWS && kernel->work >= 4 * CPU_PARALLEL_ELEMENTS)
        return 0; /* threads share a row */
    for (uint32_t i = 0; i <= RIGHT; i++)
        if (kernel->operand[i].kind == EXPOPS_OPERAND_NUMBER || kernel->operand[i].through >= 0)
            return 0;
    if (left->strides[1] != 1 || right->strides[1] != 1 || right->strides[0] != 0)
        return 0;
    for (uint32_t i = RIGHT + 1; i < kernel->num_operands; i++)
        kernel->operand[i].mode = CPU_SCALAR;
    kernel->run = run;
    return 1;
}
