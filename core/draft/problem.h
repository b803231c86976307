/* A leaf understood: types, and the collapsed iteration space with every operand's strides. Made once for each signature of a
 * call; everything after it (offers, kernel text, launches) is derived from it. */
#ifndef EXPOPS_PROBLEM_H
#define EXPOPS_PROBLEM_H

#include "draft.h"

/* Rows that walk every dimension have one of size 1 besides. */
enum { EXPOPS_PROBLEM_RANK = EXPOPS_MAX_RANK + 1 };

typedef struct expops_problem_operand {
    uint32_t kind;  /* EXPOPS_OPERAND_... */
    uint32_t walks; /* as in expops_leaf_input */
    int32_t slot;   /* of a tensor */
    int32_t dtype;
    int32_t device_type;
    uint32_t aligned;
    int64_t strides[EXPOPS_PROBLEM_RANK]; /* elements; over the problem's shape */
    int64_t offset;                       /* elements from the tensor's first */
    int64_t low, high;                    /* bytes touched, from the tensor's first */
    expops_meeting meeting;               /* .as: what elements and numbers are converted to before the arithmetic */
    int32_t argument;                     /* of a number */
    uint32_t attribute, source;           /* of a number */
    double constant;
} expops_problem_operand;

typedef struct expops_problem {
    const expops_operator *op; /* whose body */
    uint32_t family;           /* expops_family */
    uint32_t lifted;           /* rows: so many of the tensors are reduced */
    int32_t common, result;    /* expops_dtype; common is -1 where elements are moved as bits */
    uint32_t bits;             /* bytes of an element moved as bits */
    uint32_t compute;          /* expops_compute */
    uint32_t choice;
    uint32_t apart; /* as in expops_leaf */
    uint32_t rank, row_dims;
    uint32_t order; /* expops_order */
    int64_t shape[EXPOPS_PROBLEM_RANK];
    uint32_t num_operands, num_tensors, num_numbers;
    expops_problem_operand operand[1 + EXPOPS_MAX_OPERANDS]; /* the output first */
    expops_window window;
    uint32_t wraps; /* as in expops_leaf */
    int64_t reach;  /* as in expops_leaf */
    int empty;      /* no element to write */
} expops_problem;

/* Checks that the device can reach the leaf's tensors, and collapses dimensions. */
expops_status expops_problem_make(const expops_draft *draft, const expops_leaf *leaf, expops_problem *problem);

/* collapse.c: drops dimensions of size 1, orders them by the stride of one operand, merges neighbours, outer and walked
 * dimensions apart, as far as the problem's order allows. */
void expops_problem_collapse(expops_problem *problem);
/* Dimension `dim` becomes dimension `to`, which is not further out; those between move up by one. */
void expops_problem_move_dim(expops_problem *problem, uint32_t dim, uint32_t to);

/* Whether an operand lies in memory. */
static inline int expops_is_tensor(const expops_problem_operand *operand)
{
    return operand->kind == EXPOPS_OPERAND_OUTPUT || operand->kind == EXPOPS_OPERAND_INPUT;
}

/* Bytes of an operand's element. */
static inline uint32_t expops_operand_bytes(const expops_problem_operand *operand)
{
    return (uint32_t)expops_dtype_bytes((expops_dtype)operand->dtype);
}

#endif
