/* The steps from arguments to a draft, in the order in which make.c takes them. */
#ifndef EXPOPS_DRAFT_INTERNAL_H
#define EXPOPS_DRAFT_INTERNAL_H

#include "draft.h"
#include "base/error.h"
#include "promote.h"
#include "tensor.h"

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

/* --- arguments.c --- */
/* `checked` is `given` as every later step and every operator's function may take it without a look: each value is of a
 * kind that its parameter takes, tensors and lists can be read, and what is absent stands there as its default: a bool, a
 * choice, an int with DEFAULT, an empty list. */
expops_status expops_check_arguments(const expops_operator *op, const expops_value *given, expops_value *checked);

/* --- types.c --- */
/* Fills the draft's types. */
expops_status expops_draft_types(expops_draft *draft);

/* --- named.c --- */
/* The types of the own body, given what the arguments have in common. */
void expops_draft_settle_types(expops_draft *draft, int common);

/* --- defaults.c --- */
/* Every argument that is a tensor, an operand or a number. */
void expops_leaf_arguments(expops_leaf *leaf);

/* --- draft.c --- */
/* A leaf could not be noted, as the error text says; the first such status is the draft's. */
void expops_draft_fail(expops_draft *draft, expops_status status);
/* Fills the views of the arguments. */
expops_status expops_draft_tensors(expops_draft *draft);

#endif
