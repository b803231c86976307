/* Sums by weights, a tile of rows and terms at a time: what is compiled for an instruction level, and what the processor's matrix
 * instructions do instead where it has some. */
#ifndef CPU_WEIGH_H
#define CPU_WEIGH_H

#include "cpu_pack.h"

enum {
    CPU_WEIGH_TERMS = 128,     /* of a tile */
    CPU_WEIGH_STEP = 128 + 16, /* from a row's scores to the next one's, which would meet in one place of the cache */
    CPU_WEIGH_MOST = 48,       /* rows of a tile */
    CPU_WEIGH_PADDED = 32,     /* elements and columns are made a multiple of so many, at most */
};

/* Rows by terms, of a product over elements; and of the terms by columns. */
typedef struct cpu_weigh_tile {
    int64_t rows, terms;       /* that there are */
    int64_t kept, grows;       /* only so many terms count of the first row; of each other one so many more, 0 or 1 */
    int64_t elements, columns; /* as they are packed */
    int64_t left_step;         /* elements from one row of the left factor to the next */
    int64_t summed_step;       /* and from a panel of columns */
    const void *left, *right, *summed;
    float *scores;     /* rows are CPU_WEIGH_STEP apart */
    void *weights;     /* of the type that is multiplied, likewise; the scores' place, or another one */
    float *results;    /* rows are `columns` apart */
    float *base, *sum; /* of each row: what has been taken off its scores, and the sum of weights */
    float power;       /* a weight is 2^((score - base) * power) */
    int adds;          /* there are results of other terms */
} cpu_weigh_tile;

/* Terms that count of a row. */
static inline int64_t cpu_weigh_kept(const cpu_weigh_tile *tile, int64_t row)
{
    const int64_t kept = tile->kept + (row < tile->rows ? row : tile->rows - 1) * tile->grows;

    return kept < 0 ? 0 : kept < tile->terms ? kept : tile->terms;
}

struct cpu_weigh_functions {
    int32_t store;                    /* the type that is multiplied */
    int64_t rows;                     /* of a tile */
    int64_t side;                     /* of a panel, of terms or of columns */
    int64_t elements, columns, terms; /* are padded to a multiple of so many */
    void (*begin)(void);
    void (*end)(void);
    /* Panels of terms, and of columns; `padded`: so many elements, or terms, with zeros behind those that there are. */
    void (*pack_right)(const cpu_slice *from, int64_t padded, char *to, cpu_buffer *buffer);
    void (*pack_summed)(const cpu_slice *from, int64_t padded, char *to, cpu_buffer *buffer);
    void (*score)(const cpu_weigh_tile *tile);
    /* n scores are multiplied. */
    void (*scale)(float *scores, int64_t n, float scale);
    /* Scores become weights; sums, and what there is of results, are brought down to the row's new base. */
    void (*weigh)(const cpu_weigh_tile *tile);
    void (*add)(const cpu_weigh_tile *tile);
    /* Results over their sums: n of a row. */
    void (*share)(float *results, int64_t n, float sum);
};

/* By matrix instructions of bf16, or NULL where the level or the processor has none, or the system refuses. */
const cpu_weigh_functions *cpu_weigh_by_matrix(const cpu_level *level);
/* Whether the processor has them. */
int cpu_has_matrix(const cpu_level *level);

#endif
