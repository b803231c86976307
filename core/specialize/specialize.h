/* From a problem to kernels: which variant, its text, its launch. Every fact used is a size, a stride, an alignment or a
 * number of the device's, never a vendor. */
#ifndef EXPOPS_SPECIALIZE_H
#define EXPOPS_SPECIALIZE_H

#include "base/text.h"
#include "draft/problem.h"

enum { EXPOPS_MAX_STEPS = 3, EXPOPS_MAX_SCRATCH = 2, EXPOPS_PARAMS_BYTES = 4096 };
/* In a step's list of tensors: scratch memory. Below it: the problem's tensors, the output first. */
enum { EXPOPS_STEP_SCRATCH = 64 };

/* Bytes of the params struct, built field by field. */
typedef struct expops_params {
    uint32_t bytes;
    uint32_t numbers; /* where the numbers start */
    uint32_t failed;  /* it did not fit */
    uint8_t data[EXPOPS_PARAMS_BYTES];
} expops_params;

/* One kernel and its launch. */
typedef struct expops_step {
    expops_text defines;
    const char *variant;               /* which template: core/kernels/VARIANT.kernel.c */
    uint32_t grid, group, local_bytes; /* of local memory: what the launch asks for */
    uint32_t start;                    /* as in expops_launch */
    uint32_t num_tensors;              /* 0: all of the problem's, in order */
    uint8_t tensors[1 + EXPOPS_MAX_TENSORS + EXPOPS_MAX_SCRATCH];
    expops_params params;
} expops_step;

typedef struct expops_steps {
    uint32_t count;
    uint64_t scratch_bytes[EXPOPS_MAX_SCRATCH];
    expops_step step[EXPOPS_MAX_STEPS];
} expops_steps;

/* Free with expops_steps_free, also after a failure. */
expops_status expops_specialize(const expops_problem *problem, const expops_device *device, expops_steps *out_steps);
void expops_steps_free(expops_steps *steps);

/* The whole text a compiler gets for one step. */
expops_status expops_step_text(const expops_problem *problem, const expops_device_info *info, const expops_step *step,
                               expops_text *out_text);

/* --- for the leaves --- */
typedef expops_status expops_specialize_leaf(const expops_problem *problem, const expops_device *device,
                                             expops_steps *steps);
/* Fills the one step and returns 1, or leaves it alone where the problem is not of its form. */
typedef int expops_specialize_variant(const expops_problem *problem, const expops_device *device, expops_step *step);
#define EXPOPS_LEAF(family, name) expops_specialize_leaf expops_specialize_##name;
#define EXPOPS_VARIANT(family, name) expops_specialize_variant expops_specialize_##name;
#include "leaves.inc"
#undef EXPOPS_LEAF
#undef EXPOPS_VARIANT

/* Of an operand that is loaded in slices: whether along the walked dimension, in which it is contiguous, or not at all. */
uint32_t expops_slices_along(const expops_problem_operand *operand, uint32_t own, uint32_t walked);
/* How many elements of dimension `dim` are loaded at once: `vector` or 1. */
uint32_t expops_slices_wide(const expops_problem *problem, const expops_problem_operand *operand, uint32_t dim,
                            uint32_t vector);
/* Params of slices.kernel.h; `first`: of the limit to the terms of a row, NULL where there is none. */
void expops_params_slices(const expops_problem *problem, const int64_t tiles[2], const int64_t *first, int wide,
                          expops_params *params);

/* The one in which the output is contiguous, or the last. */
uint32_t expops_window_inner(const expops_problem *problem);
/* A bit for each walked dimension whose run depends on the index of dimension `dim`. */
uint32_t expops_window_along(const expops_problem *problem, uint32_t dim);
/* Defines of a window's text; dimension d has become dimension place[d]. */
void expops_define_window(const expops_problem *problem, const uint32_t *place, expops_step *step);
/* What a window function gets. */
void expops_params_window(const expops_problem *problem, const uint32_t *place, int wide, expops_params *params);

/* Puts dimensions along which all inputs stand still far in, so that what is read is written wherever it belongs while it is near. */
void expops_order_repeated(expops_problem *problem);
/* Params of vectors.kernel.h, but for what it has for windows. Elements of the innermost dimension are counted by `unit`. */
void expops_params_vectors(const expops_problem *problem, uint32_t unit, int wide, uint64_t vectors, uint64_t elements,
                           expops_params *params);
/* Whether a launch may have so many groups. */
int expops_launch_fits(const expops_device *device, uint64_t groups, uint32_t group);
/* `wanted` work-items, halved until the device allows it. */
uint32_t expops_group_size(const expops_device *device, uint32_t wanted);
/* One work-item for each of so many vectors; a group is as large as the device allows. */
expops_status expops_step_launch(const expops_problem *problem, const expops_device *device, uint64_t items,
                                 expops_step *step);

/* How an operand's innermost dimension is reached; in "flat", how all of them are. */
enum expops_reach { EXPOPS_REACH_C, EXPOPS_REACH_B, EXPOPS_REACH_S, EXPOPS_REACH_T, EXPOPS_REACH_U };

/* Elements of the vectors that "flat" would cut; 1 where it does not apply. */
uint32_t expops_flat_vector(const expops_problem *problem);
/* Fills `reach` for each tensor, the output first. */
void expops_flat_reaches(const expops_problem *problem, uint32_t vector, enum expops_reach *reach);

void expops_params_u64(expops_params *params, uint64_t value);
void expops_params_u32(expops_params *params, uint32_t value);
void expops_params_index(expops_params *params, int64_t value, int wide);
/* Room for the problem's numbers. */
void expops_params_numbers(expops_params *params, const expops_problem *problem);
/* A number to divide by. */
void expops_params_divisor(expops_params *params, int64_t size);
void expops_params_finish(expops_params *params);
/* Where the memory that an operand reaches begins and ends, in elements from its first. */
void expops_params_bounds(const expops_problem_operand *operand, int wide, expops_params *params);
/* Of one input whose elements are moved: its bounds, the sizes, its strides, the output's. */
void expops_params_moved(const expops_problem *problem, int wide, expops_params *params);

/* Whether indices of 32 bits would overflow. */
int expops_needs_wide_index(const expops_problem *problem);
/* The same of kernels that count along one dimension at a time, and never the places of the iteration space. */
int expops_needs_wide_offsets(const expops_problem *problem);
/* Whether elements of at most so many bytes are moved, of one input, into runs of the output: what computes goes by tiles. */
int expops_moves_one(const expops_problem *problem, uint32_t most_bytes);
/* Whether vectors of `count` elements of the operand start at multiples of their size, leaving out dimension `skip`. */
int expops_can_vector(const expops_problem *problem, const expops_problem_operand *operand, uint32_t count,
                      uint32_t skip);
/* Elements of the largest 16-byte vector that fits all tensors. */
uint32_t expops_widest_vector(const expops_problem *problem);
/* Defines of operands.kernel.h; `reach` has one entry for each tensor, the output first; NULL leaves them out. */
void expops_define_operands(const expops_problem *problem, expops_step *step, uint32_t vector,
                            const enum expops_reach *reach, int wide);
/* "xk_body(XK_X(0), XK_N(0))" */
void expops_define_call(const expops_problem *problem, expops_step *step);

#endif
