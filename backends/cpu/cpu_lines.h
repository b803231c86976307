/* Where the elements of a window's block come from: what is known of its columns and of its rows. */
#ifndef CPU_LINES_H
#define CPU_LINES_H

#include "cpu_window.h"

enum { CPU_LINE_ELEMENTS = 1024 }; /* along a block */

/* Where the elements along one dimension of a block are: added to where the block's first would be, or CPU_ABSENT. */
typedef struct cpu_line {
    int32_t dim;
    uint32_t walked;          /* bit w where dimension w is walked for this line */
    uint32_t read;            /* the indices its runs depend on, but for the one that counts `dim` */
    int64_t at[CPU_MAX_RANK]; /* the indices it was made for, */
    int64_t first, count;     /* and the part of the dimension; count 0: not made */
    int64_t from[CPU_LINE_ELEMENTS];
    int64_t picks[CPU_LINE_ELEMENTS];
} cpu_line;

/* What a thread knows of the block at hand, in its `partials`. */
typedef struct cpu_lines {
    cpu_line rows, cols;
    uint32_t apart;    /* bit w where dimension w is walked alike for the whole block */
    size_t num_pieces; /* of columns that are moved alike; 0: there are too many, and cols.from has each */
    int in_turn;       /* even columns, odd ones */
    cpu_piece piece[CPU_LINE_ELEMENTS];
} cpu_lines;
_Static_assert(sizeof(cpu_lines) <= CPU_PARTIAL_BYTES, "they fit");

/* Where `count` elements along a dimension are, from the one at these indices on, as far as these walked dimensions say. */
void cpu_lines_places(const cpu_kernel *kernel, int32_t dim, uint32_t walked, const cpu_box *box, const int64_t *at,
                      int64_t count, int64_t *from);
/* The indices that runs of these walked dimensions depend on, but for the one that counts `dim`. */
uint32_t cpu_lines_read_by(const cpu_kernel *kernel, int32_t dim, uint32_t walked);
/* Whether picks, where there are any, are the same in all blocks of one part of the dimension. */
int cpu_lines_picks_hold(const cpu_kernel *kernel, int32_t dim);
/* Of `cols` columns those from `first` on, each `apart` from the last, that are moved alike. */
cpu_piece cpu_lines_piece(const int64_t *from, int64_t cols, int64_t first, int64_t apart);
/* For the plan: finds the pieces of whole rows, where they are a few and the same for all rows. */
void cpu_lines_keep(cpu_kernel *kernel);
/* For a thread, before its first block; and for each block. `at`: the indices of its first element, `picks`: where its picked ones
 * begin, or NULL. */
void cpu_lines_begin(const cpu_kernel *kernel, cpu_lines *lines);
void cpu_lines_find(const cpu_kernel *kernel, const cpu_position *position, const char *picks, int64_t *at,
                    cpu_lines *lines);

#endif
