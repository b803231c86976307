/* A call understood: types, result, and the collapsed iteration space with every operand's strides. Made once for each
 * signature of a call; everything after it (offers, kernel text, launches) is derived from it. */
#ifndef EXPOPS_PROBLEM_H
#define EXPOPS_PROBLEM_H

#include "backend/device.h"
#include "number.h"

enum expops_number_source {
    EXPOPS_NUMBER_VALUE,    /* the argument's value at the time of the call */
    EXPOPS_NUMBER_CONSTANT, /* a default */
    EXPOPS_NUMBER_TENSOR,   /* a host tensor of no dimensions, read at the time of the call */
};

typedef struct expops_problem_operand {
    uint32_t kind;    /* EXPOPS_OPERAND_... */
    int32_t argument; /* index among the call's arguments; -1 is the output */
    uint32_t piece;   /* which of the argument's pieces */
    int32_t dtype;
    int32_t device_type;
    uint32_t aligned;
    int64_t strides[EXPOPS_MAX_RANK]; /* elements; over the problem's shape */
    int64_t offset;                   /* elements from the tensor's first */
    int64_t low, high;                /* bytes touched, from the tensor's first */
    expops_meeting meeting;           /* .as: what elements and numbers are converted to before the arithmetic */
    uint32_t number_source;
    double constant;
} expops_problem_operand;

typedef struct expops_problem {
    const expops_operator *op;
    expops_value args[EXPOPS_MAX_PARAMETERS]; /* checked, defaults in place of what is absent */
    int32_t common, result;                   /* expops_dtype; common is -1 where elements are moved as bits */
    uint32_t bits;                            /* bytes of an element moved as bits */
    uint32_t compute;                         /* expops_compute */
    uint32_t choice;
    uint32_t rank, row_dims;
    int64_t shape[EXPOPS_MAX_RANK];
    uint32_t num_operands, num_tensors, num_numbers;
    expops_problem_operand operand[1 + EXPOPS_MAX_OPERANDS]; /* the output first */
    expops_result inferred;
    int empty; /* no element to write */
} expops_problem;

/* Checks a call and fills everything that does not depend on the output: types and the result's shape. */
expops_status expops_problem_infer(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                   expops_view views[EXPOPS_MAX_PARAMETERS], uint8_t walked[EXPOPS_MAX_RANK],
                                   int *keepdim);
/* The whole: also checks devices, the output and its overlap with itself, and collapses dimensions. */
expops_status expops_problem_make(const expops_operator *op, const expops_device *device, const expops_value *args,
                                  const expops_tensor *out, expops_problem *problem);

/* collapse.c: drops dimensions of size 1, orders them by the stride of operand `leader`, merges neighbours, outer and
 * walked dimensions apart. */
void expops_problem_collapse(expops_problem *problem, uint32_t leader);

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
