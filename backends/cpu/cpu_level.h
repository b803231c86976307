/* What is compiled once for each instruction level beside the operators: the movement of blocks. */
#ifndef CPU_LEVEL_H
#define CPU_LEVEL_H

#include "cpu_dtype.h"
#include "cpu_instance.h"

static inline int64_t cpu_least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

enum { CPU_CLASSES = EXPOPS_COMPUTE_C128 + 1 };

/* Converts or moves n elements; steps are in elements, and 1 on both sides is the fast case. */
typedef void cpu_convert_fn(void *to, ptrdiff_t to_step, const void *from, ptrdiff_t from_step, size_t n);

/* out[r * out_step + c] = in[c * in_step + r]; steps in elements. */
typedef void cpu_transpose_fn(void *out, ptrdiff_t out_step, const void *in, ptrdiff_t in_step, size_t rows,
                              size_t cols);

/* Rows of `cols` elements; strides are in elements. */
typedef void cpu_move_rows_fn(void *to, ptrdiff_t to_row, ptrdiff_t to_step, const void *from, ptrdiff_t from_row,
                              ptrdiff_t from_step, size_t rows, size_t cols);

/* Elements of a row that are moved alike: `count` of them, the first at column `first`, from places `step` apart; or CPU_ABSENT. */
typedef struct cpu_piece {
    int64_t from, step;
    size_t first, count;
} cpu_piece;

/* A block whose element (r, c) is the one at from + row_from[r] + col_from[c], or `instead`'s at the same place where either is
 * CPU_ABSENT, or row_from is NULL. Strides are in elements. */
typedef struct cpu_pieces {
    void *to;
    const void *from, *instead;
    ptrdiff_t to_step, to_row, instead_step, instead_row;
    const int64_t *row_from, *col_from;
    size_t rows, cols;
    const cpu_piece *piece; /* the columns once more; of none, those are moved one by one */
    size_t num_pieces;
    int in_turn; /* of two pieces: they are the even columns, and the odd ones */
} cpu_pieces;
typedef void cpu_pieces_fn(const cpu_pieces *pieces);

/* Runs of one length, in their order: where in a tile they go to, and come from. All in bytes. */
enum { CPU_MOST_GROUPS = 8 };
typedef struct cpu_run_group {
    uint32_t bytes, count;
    const int32_t *to, *from;
} cpu_run_group;

/* `count` tiles of `n` elements, of which element i is the one at from + map[i] or, where that is negative, `instead`'s; these are
 * `instead_step` apart, 1 or 0. Distances from tile to tile are in elements. `absent`: some are negative. */
typedef struct cpu_tiles {
    void *to;
    const void *from, *instead;
    ptrdiff_t to_tile, from_tile, instead_tile, instead_step;
    const int32_t *map;
    int absent;
    size_t n, count;
    const cpu_run_group *group; /* the same by runs: when all elements are `instead`'s */
    size_t num_groups;          /* 0: only the map says it */
} cpu_tiles;
typedef void cpu_tiles_fn(const cpu_tiles *tiles);

/* out[i]: what `n` elements of row i, `step` bytes apart, times those of `by`, add up to: an f32, or an i32 of integers. */
enum { CPU_DOT_ROWS = 4 /* taken at once */ };
typedef void cpu_dots_fn(void *out, const void *rows, ptrdiff_t step, size_t count, const void *by, size_t n);

typedef struct cpu_weigh_functions cpu_weigh_functions; /* cpu_weigh.h */

typedef struct cpu_level {
    const char *name;                               /* "x86-64-v3" */
    cpu_convert_fn *load[EXPOPS_DTYPE_COUNT];       /* as it lies in memory to what it is computed in */
    cpu_convert_fn *store[EXPOPS_DTYPE_COUNT];      /* the other way */
    cpu_convert_fn *cast[CPU_CLASSES][CPU_CLASSES]; /* [to][from], classes of arithmetic */
    cpu_convert_fn *truth[CPU_CLASSES];             /* of a class of arithmetic, to bool as it lies in memory */
    cpu_convert_fn *to_f32[EXPOPS_DTYPE_COUNT];     /* load and cast in one, or NULL */
    cpu_convert_fn *move[5];                        /* elements of 1 << i bytes, no conversion */
    cpu_transpose_fn *transpose[5];
    cpu_move_rows_fn *move_rows[5];
    cpu_pieces_fn *pieces[5];
    cpu_tiles_fn *tiles[5];
    cpu_dots_fn *dots_f32, *dots_bf16, *dots_i8;
    /* Copies to memory that is not read soon, past the caches. `to` is aligned to 64 bytes, `bytes` a multiple
     * of 64. */
    void (*stream)(void *to, const void *from, size_t bytes);
    void (*stream_end)(void);
    const cpu_weigh_functions *weighing; /* of sums by weights, in f32 */
} cpu_level;

/* Ascending; cpu_num_levels of them. */
extern const cpu_level *const cpu_levels[];
extern const uint32_t cpu_num_levels;

/* The best level this processor has, or the one called `wanted` if it is among those; NULL if it is not. */
const cpu_level *cpu_level_choose(const char *wanted, uint32_t *out_index);

extern const uint8_t cpu_dtype_bytes[EXPOPS_DTYPE_COUNT];

/* --- cpu_convert.c --- */
/* Converts n elements, of one type to another or the same; steps are in elements. */
void cpu_convert(const cpu_level *level, int32_t to_type, void *to, ptrdiff_t to_step, int32_t from_type,
                 const void *from, ptrdiff_t from_step, size_t n);

#endif
