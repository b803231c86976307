/* Panels for products: whatever type, order and strides a matrix has, products find rows of one type side by side. */
#include "cpu_pack.h"

#include <string.h>

/* Rows of another type, or whose elements are apart, a few elements at a time. */
static void pack_converted(const cpu_slice *from, const char *start, int64_t count, int64_t side, char *to,
                           cpu_buffer *buffer)
{
    const cpu_level *const level = from->level;
    const int64_t bytes = cpu_dtype_bytes[from->store], apart = cpu_dtype_bytes[from->dtype];
    const int64_t most = CPU_BUFFER_BYTES / (side * bytes);

    for (int64_t k = 0, n; k < from->depth; k += n) {
        n = cpu_least(most, from->depth - k);
        for (int64_t r = 0; r < count; r++)
            cpu_convert(level, from->store, buffer->bytes + r * n * bytes, 1, from->dtype,
                        start + (r * from->down + k * from->along) * apart, from->along, (size_t)n);
        level->transpose[__builtin_ctz((unsigned)bytes)](to + k * side * bytes, side, buffer->bytes, n, (size_t)n,
                                                         (size_t)count);
    }
}

static void pack_panel(const cpu_slice *from, const char *start, int64_t count, int64_t side, char *to,
                       cpu_buffer *buffer)
{
    const cpu_level *const level = from->level;
    const int64_t bytes = cpu_dtype_bytes[from->store], apart = cpu_dtype_bytes[from->dtype];
    const int log2 = __builtin_ctz((unsigned)bytes);
    const size_t depth = (size_t)from->depth;

    if (from->dtype == from->store && from->down == 1)
        level->move_rows[log2](to, side, 1, start, from->along, 1, depth, (size_t)count);
    else if (from->dtype == from->store && from->along == 1)
        level->transpose[log2](to, side, start, from->down, depth, (size_t)count);
    else if (from->down == 1)
        for (size_t k = 0; k < depth; k++)
            cpu_convert(level, from->store, to + (int64_t)k * side * bytes, 1, from->dtype,
                        start + (int64_t)k * from->along * apart, 1, (size_t)count);
    else
        pack_converted(from, start, count, side, to, buffer);
}

void cpu_pack(const cpu_slice *from, int64_t side, char *to, cpu_buffer *buffer)
{
    const int64_t panel_bytes = side * from->depth * cpu_dtype_bytes[from->store];

    for (int64_t first = 0; first < from->count; first += side, to += panel_bytes) {
        const int64_t count = cpu_least(side, from->count - first);
        if (count < side)
            memset(to, 0, (size_t)panel_bytes);
        pack_panel(from, from->data + first * from->down * cpu_dtype_bytes[from->dtype], count, side, to, buffer);
    }
}
