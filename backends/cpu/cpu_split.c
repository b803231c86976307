/* Windows of single elements whose outermost dimension comes from a few runs: a part for each of them, in which that dimension is walked no
 * more. What then walks nothing is a move, of rows that may be joined. */
#include "cpu_lines.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_LOOKED_AT = 65536, /* elements along the dimension */
    SHORTEST = 1024,        /* bytes of the output for each part, */
    LONGER = 32768,         /* or of each of the places outside of the dimension, where there are such */
};

/* Along the dimension, every second element where two parts take turns. */
typedef struct split_parts {
    int32_t dim;
    int64_t apart;
    uint32_t count;
    cpu_piece piece[CPU_KEPT_PIECES];
} split_parts;

static int64_t magnitude(int64_t x)
{
    return x < 0 ? -x : x;
}

/* The outermost one whose runs depend on no other; `outside`: whether there are others around it. */
static int32_t find_dim(const cpu_kernel *kernel, int *outside)
{
    const int64_t *const strides = kernel->operand[0].strides;
    int32_t found = -1;

    for (int32_t d = 0; d < (int32_t)kernel->rank; d++)
        if (cpu_window_walked_along(kernel, d) && !cpu_lines_read_by(kernel, d, cpu_window_walked_along(kernel, d)) &&
            (found < 0 || magnitude(strides[d]) > magnitude(strides[found])))
            found = d;
    *outside = 0;
    for (int32_t d = 0; found >= 0 && d < (int32_t)kernel->rank; d++)
        *outside |= kernel->shape[d] > 1 && magnitude(strides[d]) > magnitude(strides[found]);
    return found;
}

static int find_pieces(const int64_t *places, int64_t n, int64_t apart, split_parts *parts)
{
    parts->apart = apart;
    parts->count = 0;
    for (int64_t i = 0; i < (apart > 1 ? apart : n);) {
        if (parts->count == CPU_KEPT_PIECES)
            return 0;
        cpu_piece *const piece = &parts->piece[parts->count++];
        *piece = cpu_lines_piece(places, n, i, apart);
        if (apart > 1 && (int64_t)piece->count < (n - i + apart - 1) / apart)
            return 0;
        i += apart > 1 ? 1 : (int64_t)piece->count;
    }
    return 1;
}

static int find_parts(const cpu_kernel *kernel, split_parts *parts)
{
    const int64_t n = kernel->shape[parts->dim];
    const cpu_box box = cpu_window_box(kernel);
    const int64_t at[CPU_MAX_RANK] = { 0 };
    int64_t *const places = malloc((size_t)n * sizeof(*places));
    int found = 0;

    if (places) {
        cpu_lines_places(kernel, parts->dim, cpu_window_walked_along(kernel, parts->dim), &box, at, n, places);
        found = find_pieces(places, n, 1, parts) || find_pieces(places, n, 2, parts);
    }
    free(places);
    return found;
}

/* Where no element of the first input is taken at all, dimensions are joined as the output lets them. */
static void take_none(cpu_kernel *part)
{
    part->walk.walked = part->walk.indices = part->walk.gone = 0;
    part->walk.is_absent = 1;
    memcpy(part->operand[1].strides, part->operand[0].strides, sizeof(part->operand[1].strides));
    part->rank = cpu_space_arrange(part, 0, part->rank, 0);
    if (part->rank)
        return;
    part->rank = 1;
    part->shape[0] = 1;
    part->operand[0].strides[0] = part->operand[1].strides[0] = 1;
}

static void plan_move(cpu_kernel *part, uint32_t from)
{
    part->operand[1] = part->operand[from];
    part->num_operands = 2;
    part->instance = NULL;
    memset(&part->walk, 0, sizeof(part->walk));
    cpu_move_plan(part);
}

static void plan_part(cpu_kernel *part, const split_parts *parts, const cpu_piece *piece)
{
    const uint32_t all = (1u << part->walk.walked) - 1;

    part->shape[parts->dim] = (int64_t)piece->count;
    part->walk.gone |= cpu_window_walked_along(part, parts->dim);
    for (uint32_t i = 0; i < part->num_operands; i += 2) { /* the output, and where other elements come from */
        part->operand[i].offset += (int64_t)piece->first * part->operand[i].strides[parts->dim];
        part->operand[i].strides[parts->dim] *= parts->apart;
    }
    part->operand[1].offset += piece->from == CPU_ABSENT ? 0 : piece->from;
    part->operand[1].strides[parts->dim] = piece->step;
    if (piece->from == CPU_ABSENT && part->num_operands > 2)
        plan_move(part, 2);
    else if (piece->from != CPU_ABSENT && part->walk.gone == all)
        plan_move(part, 1);
    else {
        if (piece->from == CPU_ABSENT)
            take_none(part);
        cpu_window_plan(part);
    }
}

static int add_parts(cpu_kernel *kernel, const split_parts *parts)
{
    kernel->parts = calloc(parts->count, sizeof(kernel->parts[0]));
    if (!kernel->parts)
        return 0;
    for (; kernel->num_parts < parts->count; kernel->num_parts++) {
        cpu_kernel *const part = malloc(sizeof(*part));
        if (!part)
            return 0;
        *part = *kernel;
        part->parts = NULL;
        part->num_parts = 0;
        plan_part(part, parts, &parts->piece[kernel->num_parts]);
        kernel->parts[kernel->num_parts] = part;
    }
    return 1;
}

static void drop_parts(cpu_kernel *kernel)
{
    while (kernel->num_parts)
        cpu_kernel_free(kernel->parts[--kernel->num_parts]);
    free(kernel->parts);
    kernel->parts = NULL;
}

/* The parts' blocks are counted on. */
static void move_parts(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const window_task *const all = context;

    for (uint32_t i = 0; i < all->kernel->num_parts && last > 0; i++) {
        window_task task = { all->kernel->parts[i], all->launch };
        const int64_t total = task.kernel->blocks.total, end = cpu_least(last, total);
        if (first < total && task.kernel->instance)
            task.kernel->walk.way(&task, first, end, scratch);
        else if (first < total)
            cpu_move_blocks(task.kernel, task.launch, first, end, scratch);
        first = first > total ? first - total : 0;
        last -= total;
    }
}

int cpu_split_plan(cpu_kernel *kernel)
{
    split_parts parts;
    int outside;

    parts.dim = kernel->walk.picked ? -1 : find_dim(kernel, &outside);
    if (parts.dim < 0 || kernel->shape[parts.dim] > MOST_LOOKED_AT || !find_parts(kernel, &parts))
        return 0;
    const int64_t span = kernel->shape[parts.dim] * magnitude(kernel->operand[0].strides[parts.dim]);
    if (span / parts.count < (outside ? LONGER : SHORTEST) / kernel->operand[0].bytes || !add_parts(kernel, &parts)) {
        drop_parts(kernel);
        return 0;
    }
    kernel->blocks.total = 0;
    for (uint32_t i = 0; i < kernel->num_parts; i++)
        kernel->blocks.total += kernel->parts[i]->blocks.total;
    kernel->walk.way = move_parts;
    return 1;
}
