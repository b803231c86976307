/* The iteration space: order, joining, blocks, positions. */
#include "cpu_plan.h"

static int64_t magnitude(int64_t x)
{
    return x < 0 ? -x : x;
}

/* So that memory is walked forwards. */
static void flip(cpu_kernel *kernel, uint32_t dim)
{
    for (uint32_t i = 0; i < kernel->num_operands; i++) {
        cpu_operand *const operand = &kernel->operand[i];
        operand->offset += operand->strides[dim] * (kernel->shape[dim] - 1);
        operand->strides[dim] = -operand->strides[dim];
    }
}

static void swap(cpu_kernel *kernel, uint32_t a, uint32_t b)
{
    const int64_t size = kernel->shape[a];

    kernel->shape[a] = kernel->shape[b];
    kernel->shape[b] = size;
    for (uint32_t i = 0; i < kernel->num_operands; i++) {
        int64_t *const strides = kernel->operand[i].strides;
        const int64_t stride = strides[a];
        strides[a] = strides[b];
        strides[b] = stride;
    }
}

static void drop(cpu_kernel *kernel, uint32_t dim)
{
    for (; dim + 1 < kernel->rank; dim++)
        swap(kernel, dim, dim + 1);
    kernel->rank--;
}

/* A dimension the leader does not advance in belongs outside the others. */
static int belongs_inside(const cpu_kernel *kernel, uint32_t outer, uint32_t inner, uint32_t leader)
{
    const int64_t *const strides = kernel->operand[leader].strides;

    if (strides[outer] == 0)
        return 0;
    return strides[inner] == 0 || magnitude(strides[outer]) < magnitude(strides[inner]);
}

static int joins(const cpu_kernel *kernel, uint32_t outer)
{
    for (uint32_t i = 0; i < kernel->num_operands; i++) {
        const int64_t *const strides = kernel->operand[i].strides;
        int64_t whole; /* may be one stride more than the operand reaches, and that more than 64 bits hold */
        if (__builtin_mul_overflow(strides[outer + 1], kernel->shape[outer + 1], &whole) || strides[outer] != whole)
            return 0;
    }
    return 1;
}

static void join(cpu_kernel *kernel, uint32_t outer)
{
    kernel->shape[outer] *= kernel->shape[outer + 1];
    for (uint32_t i = 0; i < kernel->num_operands; i++)
        kernel->operand[i].strides[outer] = kernel->operand[i].strides[outer + 1];
    drop(kernel, outer + 1);
}

uint32_t cpu_space_arrange(cpu_kernel *kernel, uint32_t first, uint32_t count, uint32_t leader)
{
    uint32_t last = first + count;

    for (uint32_t d = first; d < last;)
        if (kernel->shape[d] == 1) {
            drop(kernel, d);
            last--;
        } else if (kernel->operand[leader].strides[d++] < 0) {
            flip(kernel, d - 1);
        }
    for (uint32_t sorted = first + 1; sorted < last; sorted++)
        for (uint32_t d = sorted; d > first && belongs_inside(kernel, d - 1, d, leader); d--)
            swap(kernel, d - 1, d);
    for (uint32_t d = first; d + 1 < last;)
        if (joins(kernel, d)) {
            join(kernel, d);
            last--;
        } else {
            d++;
        }
    return last - first;
}

static void add_digit(cpu_kernel *kernel, uint32_t dim, int64_t size)
{
    cpu_blocks *const blocks = &kernel->blocks;
    const uint32_t digit = blocks->num_digits++;

    blocks->dim[digit] = dim;
    blocks->size[digit] = size;
    blocks->count[digit] = kernel->shape[dim] / size + (kernel->shape[dim] % size != 0);
    blocks->total *= blocks->count[digit];
}

void cpu_blocks_cut(cpu_kernel *kernel, int32_t across, int64_t cols, int32_t down, int64_t rows, enum cpu_down place)
{
    cpu_blocks *const blocks = &kernel->blocks;

    blocks->across = across;
    blocks->down = down;
    blocks->cols = cols;
    blocks->rows = rows;
    blocks->num_digits = 0;
    blocks->total = 1;
    if (place == CPU_DOWN_OUTERMOST)
        add_digit(kernel, (uint32_t)down, rows);
    for (int32_t d = 0; d < (int32_t)kernel->rank; d++)
        if (d != down || place == CPU_DOWN_IN_PLACE)
            add_digit(kernel, (uint32_t)d,
                      d == across                ? cols
                      : d == down                ? rows
                      : blocks->inside >> d & 1u ? kernel->shape[d]
                                                 : 1);
    if (place == CPU_DOWN_INNERMOST)
        add_digit(kernel, (uint32_t)down, rows);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void measure(const cpu_kernel *kernel, cpu_position *position)
{
    const cpu_blocks *const blocks = &kernel->blocks;

    position->rows = 1;
    position->cols = 1;
    for (uint32_t i = 0; i < blocks->num_digits; i++) {
        const int64_t left = kernel->shape[blocks->dim[i]] - position->index[i] * blocks->size[i];
        if ((int32_t)blocks->dim[i] == blocks->across)
            position->cols = smaller(blocks->cols, left);
        else if ((int32_t)blocks->dim[i] == blocks->down)
            position->rows = smaller(blocks->rows, left);
    }
}

void cpu_position_set(const cpu_kernel *kernel, cpu_position *position, int64_t block)
{
    const cpu_blocks *const blocks = &kernel->blocks;

    for (uint32_t o = 0; o < kernel->num_operands; o++)
        position->offset[o] = kernel->operand[o].offset;
    for (uint32_t i = blocks->num_digits; i-- > 0;) {
        position->index[i] = 0;
        if (block == 0) /* of a small call all are: divisions would be a part of its time */
            continue;
        position->index[i] = block % blocks->count[i];
        block /= blocks->count[i];
        const int64_t element = position->index[i] * blocks->size[i];
        for (uint32_t o = 0; o < kernel->num_operands; o++)
            position->offset[o] += element * kernel->operand[o].strides[blocks->dim[i]];
    }
    measure(kernel, position);
}

void cpu_position_next(const cpu_kernel *kernel, cpu_position *position)
{
    const cpu_blocks *const blocks = &kernel->blocks;

    for (uint32_t i = blocks->num_digits; i-- > 0;) {
        const int wraps = ++position->index[i] == blocks->count[i];
        const int64_t steps = wraps ? 1 - blocks->count[i] : 1;
        for (uint32_t o = 0; o < kernel->num_operands; o++)
            position->offset[o] += steps * blocks->size[i] * kernel->operand[o].strides[blocks->dim[i]];
        if (!wraps)
            break;
        position->index[i] = 0;
    }
    measure(kernel, position);
}
