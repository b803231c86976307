/* The steps from arguments to a problem, in the order in which problem.c takes them. */
#ifndef EXPOPS_PROBLEM_INTERNAL_H
#define EXPOPS_PROBLEM_INTERNAL_H

#include "base/error.h"
#include "problem.h"
#include "tensor.h"
#include "view.h"

/* The story of a bad argument starts with the operator and the argument. */
#define EXPOPS_BAD(status, op, index, ...) \
    (expops_fail(status, __VA_ARGS__), \
     expops_fail_more(status, "%s: argument %s", (op)->name, (op)->parameters[index].name))

static inline int expops_value_is_tensor(const expops_value *value)
{
    return value->kind == EXPOPS_VALUE_TENSOR;
}

static inline int expops_value_is_number(const expops_value *value)
{
    return value->kind >= EXPOPS_VALUE_BOOL && value->kind <= EXPOPS_VALUE_COMPLEX;
}

/* --- problem_arguments.c --- */
/* `checked` is `given` as every later step and every operator's function may take it without a look: each value is of a
 * kind that its parameter takes, tensors and lists can be read, and what is absent stands there as its default: a bool, a
 * choice, an int with DEFAULT, an empty list. */
expops_status expops_check_arguments(const expops_operator *op, const expops_value *given, expops_value *checked);
/* The view that a tensor is of itself. Strides that reach no element are 0. */
void expops_view_of(const expops_tensor *tensor, expops_view *view);

/* --- problem_types.c --- */
/* Fills the problem's types and the result's. */
expops_status expops_problem_types(const expops_operator *op, const expops_value *args, expops_problem *problem);

/* --- problem_shape.c --- */
/* Fills the result's shape; applies the operator's views, or says which dimensions a row walks. */
expops_status expops_problem_shape(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                   expops_view *views, uint8_t *walked, int *keepdim);

/* --- problem_operands.c --- */
/* Fills the operands but for their strides; checks that the device can reach them. */
expops_status expops_problem_operands(expops_problem *problem, const expops_device *device, const expops_value *args,
                                      const expops_tensor *out);

/* --- problem_layout.c --- */
void expops_problem_lay_out(expops_problem *problem, const expops_view *out_view, expops_view *views,
                            const uint8_t *walked, int keepdim);

#endif
