/* Every signature the compile-only tests try: an operator, an element type, and a layout of its tensors. Addresses are made
 * up: nothing here is ever run. */
#ifndef VARIANT_H
#define VARIANT_H

#include "draft/problem.h"

typedef struct variant_layout {
    const char *name;
    int32_t ndim;
    int64_t shape[3];
    int64_t strides[2][3];  /* of the even and of the odd inputs; zeros throughout: compact */
    int64_t out_strides[3]; /* the same */
    uint32_t walked;        /* rows: how many of the last dimensions */
    int basic;              /* every operator takes it in every element type, and it is compiled for every target */
    int misaligned;         /* tensors start one element past a multiple of 16 bytes */
    int numbers;            /* operands after the first tensor are numbers */
    int absent;             /* optional tensors are left out */
    int mixed;              /* inputs after the first have another element type where the operator allows it */
    int other_out;          /* the output has another element type than the result */
} variant_layout;

/* For the operator's family; a nameless one ends the list. */
const variant_layout *variant_layouts(const expops_operator *op);
/* How many values the operator's choice has; 1 where it has none. */
uint32_t variant_choices(const expops_operator *op);

typedef struct variant {
    const expops_operator *op;
    expops_dtype dtype;
    const variant_layout *layout;
    uint32_t choice;
} variant;

/* 1 with the problem; 0 where there is no such call; -1 where a call was refused that should be possible, the reason in
 * expops_error_text(). */
int variant_problem(const variant *variant, const expops_device *device, expops_problem *problem);

#endif
