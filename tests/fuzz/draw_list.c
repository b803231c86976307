/* Lists of integers: sizes, dimensions, shapes to broadcast or to be reshaped to. */
#include "fuzz.h"

#include <string.h>

enum { MANY_ELEMENTS = 600, TILED_ELEMENTS = 5000, PARALLEL_ELEMENTS = 70000 };

/* A long row, or column, of any length: not only of those that vectors have. */
static void lengthen(fuzz_stream *stream, int32_t ndim, int64_t *shape)
{
    const uint64_t along = fuzz_below(stream, (uint64_t)ndim);
    int64_t rest = TILED_ELEMENTS;
    for (int32_t i = 0; i < ndim; i++) {
        shape[i] = 1 + (int64_t)fuzz_below(stream, rest > 100 ? 5 : 1);
        rest /= (uint64_t)i == along ? 1 : shape[i];
    }
    shape[along] = 1 + (int64_t)fuzz_below(stream, (uint64_t)rest);
}

int32_t fuzz_draw_shape(fuzz_stream *stream, int64_t *shape)
{
    static const int64_t sizes[] = { 2, 3, 1, 4, 5, 7, 8, 16, 17, 33, 64, 0 };
    const uint64_t large = fuzz_below(stream, 2000);
    const int64_t limit = large == 1999 ? PARALLEL_ELEMENTS : large > 1930 ? TILED_ELEMENTS : MANY_ELEMENTS;
    const int32_t ndim =
        (int32_t)(fuzz_chance(stream, 3) ? fuzz_below(stream, EXPOPS_MAX_RANK + 1) : fuzz_below(stream, 5));
    int64_t numel = 1;
    for (int32_t i = 0; i < ndim; i++) {
        int64_t size = sizes[fuzz_below(stream, fuzz_chance(stream, 10) ? 12 : 11)];
        if (limit == PARALLEL_ELEMENTS && i == 0)
            size = 30000 + (int64_t)fuzz_below(stream, 3) * 13;
        shape[i] = numel * size <= limit ? size : 1;
        numel *= shape[i] ? shape[i] : 1;
    }
    if (ndim && fuzz_chance(stream, 4))
        lengthen(stream, ndim, shape);
    return ndim;
}

/* The sizes of the last dimensions. */
static uint32_t last_sizes(fuzz_stream *stream, int32_t ndim, const int64_t *shape, int64_t *list)
{
    const uint32_t count = (uint32_t)fuzz_below(stream, (uint64_t)ndim + 1);
    memcpy(list, shape + ndim - (int32_t)count, count * sizeof *list);
    return count;
}

/* Some dimensions in any order, or all of them. */
static uint32_t dimensions(fuzz_stream *stream, int32_t ndim, int all, int64_t *list)
{
    const uint32_t count = all ? (uint32_t)ndim : (uint32_t)fuzz_below(stream, (uint64_t)ndim + 1);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t at = (uint32_t)fuzz_below(stream, i + 1u);
        list[i] = list[at];
        list[at] = (int64_t)i - (fuzz_chance(stream, 20) ? ndim : 0);
    }
    return count;
}

static uint32_t small_numbers(fuzz_stream *stream, int32_t ndim, int64_t *list)
{
    const uint32_t count = (uint32_t)fuzz_below(stream, (uint64_t)ndim + 3);
    const int negative = fuzz_chance(stream, 25);
    for (uint32_t i = 0; i < count; i++)
        list[i] = (int64_t)fuzz_below(stream, 7) - 3 * negative;
    return count;
}

/* What the shape broadcasts to. */
static uint32_t wider_shape(fuzz_stream *stream, int32_t ndim, const int64_t *shape, int64_t *list)
{
    const uint32_t more = (uint32_t)fuzz_below(stream, 3);
    for (uint32_t i = 0; i < more; i++)
        list[i] = (int64_t)fuzz_below(stream, 4);
    for (int32_t i = 0; i < ndim; i++)
        list[more + (uint32_t)i] = shape[i] == 1             ? (int64_t)fuzz_below(stream, 5)
                                   : fuzz_chance(stream, 20) ? -1
                                                             : shape[i];
    return more + (uint32_t)ndim;
}

static void insert(int64_t *list, uint32_t *count, uint32_t at, int64_t value)
{
    memmove(list + at + 1, list + at, (*count - at) * sizeof *list);
    list[at] = value;
    ++*count;
}

/* Neighbours merged, sizes split, sizes of 1 put between, one size left open. */
static uint32_t other_shape(fuzz_stream *stream, int32_t ndim, const int64_t *shape, int64_t *list)
{
    uint32_t count = (uint32_t)ndim;
    memcpy(list, shape, count * sizeof *list);
    for (uint64_t steps = fuzz_below(stream, 4); steps > 0; steps--) {
        const uint32_t at = (uint32_t)fuzz_below(stream, count + 1u);
        const int64_t factor = 2 + (int64_t)fuzz_below(stream, 6);
        if (at + 1 < count && fuzz_chance(stream, 50)) {
            list[at] *= list[at + 1];
            memmove(list + at + 1, list + at + 2, (count - at - 2) * sizeof *list);
            count--;
        } else if (at < count && list[at] % factor == 0) {
            list[at] /= factor;
            insert(list, &count, at, factor);
        } else {
            insert(list, &count, at, 1);
        }
    }
    if (count && fuzz_chance(stream, 30))
        list[fuzz_below(stream, count)] = -1;
    return count;
}

uint32_t fuzz_draw_list(fuzz_stream *stream, int32_t ndim, const int64_t *shape, int64_t *list, int *are_sizes)
{
    const uint64_t meaning = fuzz_below(stream, 6);
    *are_sizes = meaning == 0;
    switch (meaning) {
    case 0:
        return last_sizes(stream, ndim, shape, list);
    case 1:
    case 2:
        return dimensions(stream, ndim, meaning == 1, list);
    case 3:
        return small_numbers(stream, ndim, list);
    case 4:
        return wider_shape(stream, ndim, shape, list);
    default:
        return other_shape(stream, ndim, shape, list);
    }
}
