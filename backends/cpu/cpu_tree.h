/* Accumulators of parts of a row, or of neighbouring rows, combined as a pairwise sum combines them: what came of a part waits for
 * what comes of as many others. cpu_lanes.inc does the same with the elements of a part. */
#ifndef CPU_TREE_H
#define CPU_TREE_H

#include "cpu_row_functions.h"

typedef struct cpu_tree {
    const cpu_row_functions *rows;
    char *places;  /* of those that wait, and of the next */
    int64_t bytes; /* of a place */
    size_t width;  /* accumulators in a place */
    uint64_t taken;
    uint32_t height, most; /* places in use, and their number, 2 or more */
} cpu_tree;

static inline void *cpu_tree_top(const cpu_tree *tree)
{
    return tree->places + tree->height * tree->bytes;
}

static inline void cpu_tree_join(cpu_tree *tree)
{
    tree->height--;
    tree->rows->combine(tree->places + (tree->height - 1) * tree->bytes, cpu_tree_top(tree), tree->width);
}

/* Accumulators of nothing, to which the next part is to be added. */
static inline void *cpu_tree_next(cpu_tree *tree)
{
    if (tree->height == tree->most)
        cpu_tree_join(tree);
    tree->rows->identity(cpu_tree_top(tree), tree->width);
    return cpu_tree_top(tree);
}

/* It was. */
static inline void cpu_tree_take(cpu_tree *tree)
{
    tree->height++;
    for (uint64_t bits = tree->taken++; bits & 1 && tree->height > 1; bits >>= 1)
        cpu_tree_join(tree);
}

/* What came of all. */
static inline void *cpu_tree_end(cpu_tree *tree)
{
    if (!tree->height)
        cpu_tree_next(tree);
    while (tree->height > 1)
        cpu_tree_join(tree);
    return tree->places;
}

#endif
