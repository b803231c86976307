/* What the two ways through windows share: elements that are moved, and boxes that are summed. */
#ifndef CPU_WINDOW_H
#define CPU_WINDOW_H

#include "cpu_plan.h"

typedef struct window_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
} window_task;

static inline cpu_box cpu_window_box(const cpu_kernel *kernel)
{
    return (cpu_box){ kernel->walk.sizes, kernel->walk.around, kernel->walk.values, NULL, kernel->walk.indices };
}

/* The indices of the block's first element. */
static inline void cpu_window_indices(const cpu_kernel *kernel, const cpu_position *position, int64_t *at)
{
    const uint32_t kept = kernel->rank - kernel->walk.indices;

    for (uint32_t d = kept; d < kernel->rank; d++) /* a digit counts each */
        at[d - kept] = position->index[d] * kernel->blocks.size[d];
}

/* The index that counts a dimension, or the number of indices. */
static inline uint32_t cpu_window_index(const cpu_kernel *kernel, int32_t dim)
{
    const uint32_t kept = kernel->rank - kernel->walk.indices;

    return dim >= 0 && (uint32_t)dim >= kept ? (uint32_t)dim - kept : kernel->walk.indices;
}

/* Bit w where dimension w is walked still. */
static inline uint32_t cpu_window_walked(const cpu_kernel *kernel)
{
    return ((1u << kernel->walk.walked) - 1) & ~kernel->walk.gone;
}

/* Whether walked dimension w has another run for each element along `dim`. */
static inline int cpu_window_varies(const cpu_kernel *kernel, uint32_t w, int32_t dim)
{
    const cpu_walk *const walk = &kernel->walk;
    const uint32_t index = cpu_window_index(kernel, dim), picks = walk->reads[w] >> walk->indices & 1u;
    const int by_place = index < walk->indices && walk->reads[w] >> index & 1u;

    return !(walk->gone >> w & 1u) &&
           (by_place || (picks && walk->picked && kernel->operand[walk->picked].strides[dim] != 0));
}

/* A bit for each of those. */
static inline uint32_t cpu_window_walked_along(const cpu_kernel *kernel, int32_t dim)
{
    uint32_t walked = 0;

    for (uint32_t w = 0; w < kernel->walk.walked; w++)
        walked |= (uint32_t)cpu_window_varies(kernel, w, dim) << w;
    return walked;
}

enum { CPU_FEW_OUTPUTS = 16, CPU_SMALL_BOX = 64 };

/* What a box has of elements, about. */
static inline int64_t cpu_window_elements(const cpu_kernel *kernel)
{
    int64_t inside = 1, outside = 1;

    for (uint32_t w = 0; w < kernel->walk.walked; w++)
        inside *= kernel->walk.sizes[w];
    for (uint32_t i = 0; i < kernel->walk.indices; i++)
        outside *= kernel->walk.around[i];
    return inside > outside ? inside / outside : 1;
}

static inline int cpu_window_boxes_are_small(const cpu_kernel *kernel)
{
    return cpu_window_elements(kernel) <= CPU_SMALL_BOX;
}

/* How far into the operand a block lies by what is walked alike for all of it, or CPU_ABSENT. */
int64_t cpu_window_origin(const cpu_kernel *kernel, uint32_t apart, const int64_t *at);

/* Moves them, past the caches where the output goes there, by way of the buffer of CPU_ACCS_BYTES. */
void cpu_window_pieces(const window_task *task, const cpu_pieces *pieces, char *buffer);

/* Cuts blocks of rows each of whose elements are picked; 0 where there are no such rows, or they are long. */
int cpu_picked_plan(cpu_kernel *kernel, int32_t across, int32_t down);

/* Cuts the kernel in parts; 0 where it is not worth it. */
int cpu_split_plan(cpu_kernel *kernel);

/* --- the ways --- */
void cpu_picked_move(void *task, int64_t first, int64_t last, cpu_scratch *scratch);
void cpu_window_move(void *task, int64_t first, int64_t last, cpu_scratch *scratch);
void cpu_window_sum(void *task, int64_t first, int64_t last, cpu_scratch *scratch);

#endif
