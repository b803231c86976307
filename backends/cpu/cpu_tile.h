/* The map of a tile: where each of its elements comes from. */
#ifndef CPU_TILE_H
#define CPU_TILE_H

#include "cpu_lines.h"

typedef struct cpu_tile {
    int64_t each;         /* elements, or those of one place in the dimension of which a tile has a part, */
    int is_cut;           /* and whether it has */
    uint32_t apart;       /* bit w where dimension w is walked alike for a whole tile */
    int absent;           /* some elements are of nowhere: */
    int64_t instead_step; /* they are those of the other input, that lies as the output does, or has one for all */
    int64_t lowest;       /* where the first of the elements in the input is that a tile takes; */
    int32_t map[];        /* from there on, or -1 */
} cpu_tile;

#endif
