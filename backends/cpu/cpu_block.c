/* Blocks of operands: gathered and converted to the instance's type on the way in, converted and scattered on the way out. */
#include "cpu_plan.h"

#include <string.h>

static uint32_t log2_of(uint32_t bytes)
{
    return (uint32_t)__builtin_ctz(bytes);
}

char *cpu_address(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand, const cpu_position *position)
{
    const cpu_operand *const op = &kernel->operand[operand];
    const expops_pointer *const pointer = &launch->tensors[op->slot];

    return (char *)expops_address(pointer) + position->offset[operand] * op->bytes;
}

static int64_t down_stride(const cpu_kernel *kernel, const cpu_operand *op)
{
    return kernel->blocks.down < 0 ? 0 : op->strides[kernel->blocks.down];
}

/* Rounds `n` values of type `dtype` in place to what `through` can hold. */
static void round_through(const cpu_level *level, int32_t through, int32_t dtype, void *values, size_t n,
                          cpu_buffer *rounded)
{
    cpu_convert(level, through, rounded->bytes, 1, dtype, values, 1, n);
    cpu_convert(level, dtype, values, 1, through, rounded->bytes, 1, n);
}

/* The operand runs along `down`: whole columns are read, and turned in the first cache. */
static void load_turned(const cpu_kernel *kernel, const cpu_operand *op, const char *from, const cpu_position *position,
                        char *to, cpu_buffer *columns)
{
    const cpu_level *const level = kernel->level;
    const int64_t step = op->strides[kernel->blocks.across];
    const uint32_t bytes = cpu_dtype_bytes[op->store];

    if (op->dtype == op->store) {
        level->transpose[log2_of(bytes)](to, position->cols, from, step, (size_t)position->rows,
                                         (size_t)position->cols);
        return;
    }
    const int64_t joined = step == position->rows ? position->cols : 1; /* columns that follow one another */
    for (int64_t c = 0; c < position->cols; c += joined)
        cpu_convert(level, op->store, columns->bytes + c * position->rows * bytes, 1, op->dtype,
                    from + c * step * op->bytes, 1, (size_t)(joined * position->rows));
    level->transpose[log2_of(bytes)](to, position->cols, columns->bytes, position->rows, (size_t)position->rows,
                                     (size_t)position->cols);
}

static void load_rows(const cpu_kernel *kernel, const cpu_operand *op, const char *from, const cpu_position *position,
                      char *to)
{
    const int64_t across = op->strides[kernel->blocks.across], down = down_stride(kernel, op);
    const int64_t row_bytes = position->cols * cpu_dtype_bytes[op->store];

    if (position->cols == 1) {
        cpu_convert(kernel->level, op->store, to, 1, op->dtype, from, down, (size_t)position->rows);
        return;
    }
    if (down == across * position->cols) {
        cpu_convert(kernel->level, op->store, to, 1, op->dtype, from, across,
                    (size_t)(position->rows * position->cols));
        return;
    }
    if (op->dtype == op->store) {
        kernel->level->move_rows[log2_of(op->bytes)](to, position->cols, 1, from, down, across, (size_t)position->rows,
                                                     (size_t)position->cols);
        return;
    }
    for (int64_t r = 0; r < position->rows; r++)
        cpu_convert(kernel->level, op->store, to + r * row_bytes, 1, op->dtype, from + r * down * op->bytes, across,
                    (size_t)position->cols);
}

/* A number as elements of the array's type; one row serves for all. */
static cpu_view load_number(const cpu_kernel *kernel, const expops_launch *launch, const cpu_operand *op,
                            const cpu_position *position, char *buffer)
{
    const char *const slot = (const char *)launch->params + op->slot * (op->bytes > 8 ? 16 : 8);
    const cpu_view view = { buffer, 0 };

    cpu_convert(kernel->level, op->store, buffer, 1, op->dtype, slot, 0, (size_t)(position->rows * position->cols));
    return view;
}

cpu_view cpu_load_into(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand,
                       const cpu_position *position, char *buffer, cpu_scratch *scratch)
{
    const cpu_operand *const op = &kernel->operand[operand];
    cpu_view view = { buffer, position->cols * cpu_dtype_bytes[op->store] };

    if (op->mode == CPU_FILLED)
        return load_number(kernel, launch, op, position, buffer);
    char *const from = cpu_address(kernel, launch, operand, position);
    if (op->mode == CPU_DIRECT) {
        view.data = from;
        view.row_bytes = down_stride(kernel, op) * op->bytes;
        return view;
    }
    if (position->rows > 1 && down_stride(kernel, op) == 1 && op->strides[kernel->blocks.across] > 1)
        load_turned(kernel, op, from, position, buffer, &scratch->between);
    else
        load_rows(kernel, op, from, position, buffer);
    if (op->through >= 0)
        round_through(kernel->level, op->through, op->store, buffer, (size_t)(position->rows * position->cols),
                      &scratch->between);
    return view;
}

cpu_view cpu_load(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand, const cpu_position *position,
                  cpu_scratch *scratch)
{
    return cpu_load_into(kernel, launch, operand, position, scratch->operand[operand].bytes, scratch);
}

int cpu_is_large(const cpu_kernel *kernel)
{
    return kernel->elements * kernel->operand[0].bytes >= CPU_STREAM_BYTES;
}

int cpu_streams(const cpu_kernel *kernel, int32_t across)
{
    const cpu_operand *const out = &kernel->operand[0];

    return out->strides[across] == 1 && kernel->shape[across] * out->bytes >= CPU_STREAM_ROW_BYTES &&
           cpu_is_large(kernel);
}

int cpu_streams_now(const cpu_kernel *kernel, const expops_launch *launch)
{
    if (!kernel->streamed)
        return 0;
    for (uint32_t i = 1; i < launch->num_tensors; i++)
        if (launch->tensors[i].data == launch->tensors[0].data)
            return 0;
    return 1;
}

cpu_view cpu_out(const cpu_kernel *kernel, const expops_launch *launch, const cpu_position *position,
                 cpu_scratch *scratch)
{
    const cpu_operand *const op = &kernel->operand[0];
    cpu_view view = { scratch->operand[0].bytes, position->cols * cpu_dtype_bytes[op->store] };

    if (op->mode == CPU_DIRECT && !cpu_streams_now(kernel, launch)) {
        view.data = cpu_address(kernel, launch, 0, position);
        view.row_bytes = down_stride(kernel, op) * op->bytes;
    }
    return view;
}

void cpu_stream(const cpu_level *level, char *to, const char *from, size_t bytes)
{
    const size_t to_line = (size_t)(-(uintptr_t)to & 63), head = to_line < bytes ? to_line : bytes;
    const size_t middle = (bytes - head) & ~(size_t)63;

    memcpy(to, from, head);
    level->stream(to + head, from + head, middle);
    memcpy(to + head + middle, from + head + middle, bytes - head - middle);
}

/* Rows that follow one another are one. */
static int64_t joined_rows(const cpu_operand *op, const cpu_position *position, cpu_view view, int64_t across,
                           int64_t down)
{
    const int64_t row = view.row_bytes / cpu_dtype_bytes[op->store];

    return row == position->cols && down == row * across ? position->rows : 1;
}

static void store_streamed(const cpu_kernel *kernel, const cpu_position *position, cpu_view view, char *to,
                           cpu_buffer *converted)
{
    const cpu_operand *const op = &kernel->operand[0];
    const int64_t down = down_stride(kernel, op), joined = joined_rows(op, position, view, 1, down);
    const int64_t cols = position->cols * joined;

    for (int64_t r = 0; r < position->rows; r += joined) {
        const char *from = view.data + r * view.row_bytes;
        if (op->dtype != op->store) {
            cpu_convert(kernel->level, op->dtype, converted->bytes, 1, op->store, from, 1, (size_t)cols);
            from = converted->bytes;
        }
        cpu_stream(kernel->level, to + r * down * op->bytes, from, (size_t)(cols * op->bytes));
    }
}

void cpu_store(const cpu_kernel *kernel, const expops_launch *launch, const cpu_position *position, cpu_view view,
               cpu_scratch *scratch)
{
    const cpu_operand *const op = &kernel->operand[0];
    char *const to = cpu_address(kernel, launch, 0, position);
    const int64_t across = op->strides[kernel->blocks.across], down = down_stride(kernel, op);

    if (view.data == to)
        return;
    if (op->through >= 0)
        round_through(kernel->level, op->through, op->store, view.data, (size_t)(position->rows * position->cols),
                      &scratch->between);
    if (cpu_streams_now(kernel, launch)) {
        store_streamed(kernel, position, view, to, &scratch->between);
        return;
    }
    if (position->cols == 1) {
        cpu_convert(kernel->level, op->dtype, to, down, op->store, view.data, 1, (size_t)position->rows);
        return;
    }
    const int64_t joined = joined_rows(op, position, view, across, down);
    for (int64_t r = 0; r < position->rows; r += joined)
        cpu_convert(kernel->level, op->dtype, to + r * down * op->bytes, across, op->store,
                    view.data + r * view.row_bytes, 1, (size_t)(position->cols * joined));
}

void cpu_scalar(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand, const cpu_position *position,
                cpu_scratch *scratch)
{
    const cpu_operand *const op = &kernel->operand[operand];
    const cpu_level *const level = kernel->level;
    char *const out_value = scratch->scalar[operand];

    if (op->kind == EXPOPS_OPERAND_NUMBER) {
        const char *const slot = (const char *)launch->params + op->slot * (op->bytes > 8 ? 16 : 8);
        cpu_convert(level, kernel->scalar_dtype, out_value, 1, op->dtype, slot, 1, 1);
        return;
    }
    char value[16];
    cpu_convert(level, op->store, value, 1, op->dtype, cpu_address(kernel, launch, operand, position), 1, 1);
    if (op->through >= 0)
        round_through(level, op->through, op->store, value, 1, &scratch->between);
    cpu_convert(level, kernel->scalar_dtype, out_value, 1, op->store, value, 1, 1);
}
