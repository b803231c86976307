/* The box of elements that a group of the turning kernel moves. */
#ifndef EXPOPS_TURN_BOX_H
#define EXPOPS_TURN_BOX_H

#include "draft/problem.h"

enum { EXPOPS_TURN_DIMS = 4 };

/* A run of the box along dimension `inner`, and `outer` where it goes on there: `inner` is whole then. */
typedef struct expops_turn_run {
    uint32_t inner, outer, levels;
} expops_turn_run;

typedef struct expops_turn_box {
    const expops_problem *problem;
    expops_turn_run in, out;
    uint32_t bytes, vector,
        unit;         /* of an element; elements of the vectors that the output is written in; that one box writes */
    int64_t elements; /* in the box, about */
    uint32_t dims, in_dim[EXPOPS_TURN_DIMS], out_dim[EXPOPS_TURN_DIMS]; /* those along a run first */
    int64_t step[EXPOPS_MAX_RANK], extent[EXPOPS_MAX_RANK];             /* from a box to the next; in local memory */
    int full;                    /* runs of the output begin at multiples of a unit */
    uint32_t square, deep, side; /* as in turn_square.kernel.h, or 0 */
    int woven, level;            /* as there; the input's words are whole ones of memory */
    uint32_t local[EXPOPS_MAX_RANK], pitch,
        room; /* strides in local memory, from run to run of the input, and of all; elements */
    uint32_t line, repeated, again, alike, spread, stair; /* as in turn_pick.kernel.h, where no squares are turned */
} expops_turn_box;

/* Whether a box of small elements can be turned by squares, and how; of one whose extents are settled. */
void expops_turn_find_squares(expops_turn_box *box);
/* Whether runs of the input are whole words of memory. */
int expops_turn_has_level_words(const expops_turn_box *box);
/* How elements are picked where no squares are turned, and the pitch that suits it; of one whose dimensions are in order. */
void expops_turn_find_lines(expops_turn_box *box);
/* Elements that fill a bank of local memory, or are larger than one. */
uint32_t expops_turn_bank(const expops_turn_box *box);
/* Strides in local memory, of the dimensions that surround the runs of the input. */
void expops_turn_lay_out(expops_turn_box *box, uint32_t pitch);
/* The dimensions of the box, those along a run first, and where they lie in local memory; of one whose extents are settled. */
void expops_turn_order_dims(expops_turn_box *box);
/* Returns 0 where elements that are moved one by one, or by whole rows, are as good. */
int expops_turn_box_make(const expops_problem *problem, expops_turn_box *box);
int64_t expops_turn_run_length(const expops_turn_box *box, const expops_turn_run *run);
/* Runs in a box. */
int64_t expops_turn_run_count(const expops_turn_box *box, const expops_turn_run *run);
/* Boxes along a dimension. */
int64_t expops_turn_tiles(const expops_turn_box *box, uint32_t dim);

#endif
