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
    uint32_t num_groups;  /* of runs; 0: elements go one by one */
    cpu_run_group group[CPU_MOST_GROUPS];
    int32_t map[]; /* from there on, or -1; or what the groups point to */
} cpu_tile;

/* Of so many elements' places, `each` of which a part of the tile is made of; NULL where there is no memory, or it is not worth it. */
cpu_tile *cpu_tile_new(const int64_t *places, int64_t n, int64_t each, uint32_t bytes);

#endif
