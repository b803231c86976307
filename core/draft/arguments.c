/* The one place where a caller's arguments are looked at with suspicion. */
#include <string.h>
#include "draft_internal.h"
#include "base/size.h"

void expops_view_of_tensor(const expops_tensor *tensor, expops_view *view)
{
    const int empty = expops_has_no_elements(tensor->ndim, tensor->shape);
    view->ndim = tensor->ndim;
    view->offset = 0;
    if (tensor->ndim > 0)
        memcpy(view->shape, tensor->shape, (size_t)tensor->ndim * sizeof *view->shape);
    if (tensor->ndim > 0 && tensor->strides)
        memcpy(view->strides, tensor->strides, (size_t)tensor->ndim * sizeof *view->strides);
    else
        expops_contiguous_strides(tensor->ndim, tensor->shape, view->strides);
    for (int32_t d = 0; d < tensor->ndim; d++)
        if (empty || view->shape[d] == 1)
            view->strides[d] = 0; /* no element is reached by it, so it may be any number */
}

/* Callers from other languages pass a number: it may be anything. */
static int is_choice(const expops_parameter *parameter, int64_t index)
{
    int64_t count = 0;
    while (parameter->choices[count])
        count++;
    return index >= 0 && index < count;
}

#define TAKES(kind) (1u << EXPOPS_VALUE_##kind)
#define TAKES_NUMBERS (TAKES(BOOL) | TAKES(INT) | TAKES(REAL) | TAKES(COMPLEX))

/* By kind of parameter. */
static const struct {
    const char *expected;
    uint32_t takes;
} kinds[] = {
    { "nothing", 0 },
#define EXPOPS_PARAMETER_ROW(kind, name, expected, takes, ...) { expected, takes },
#include "expops/parameter.inc"
#undef EXPOPS_PARAMETER_ROW
};

static int fits(const expops_parameter *parameter, const expops_value *value)
{
    /* The kind itself may be any number: it is compared before it is shifted by. */
    if (value->kind > EXPOPS_VALUE_TENSORS || !(kinds[parameter->kind].takes >> value->kind & 1u))
        return 0;
    if (parameter->kind == EXPOPS_PARAMETER_DTYPE)
        return value->as.integer >= 0 && value->as.integer < EXPOPS_DTYPE_COUNT;
    return parameter->kind != EXPOPS_PARAMETER_CHOICE || is_choice(parameter, value->as.integer);
}

/* What an absent argument stands for; none where only the operator knows, and where none is its own case (a weight). */
static expops_value default_of(const expops_parameter *parameter)
{
    if (parameter->kind == EXPOPS_PARAMETER_INTS && !parameter->drafted)
        return expops_ints(NULL, 0);
    if (parameter->kind == EXPOPS_PARAMETER_BOOL)
        return expops_bool(parameter->default_value != 0);
    if (parameter->kind == EXPOPS_PARAMETER_CHOICE)
        return expops_choice((int64_t)parameter->default_value);
    if (parameter->kind == EXPOPS_PARAMETER_INT && parameter->has_default)
        return expops_int((int64_t)parameter->default_value);
    return expops_none();
}

static expops_status check_items(const expops_operator *op, uint32_t index, const expops_value *value)
{
    expops_dtype dtype;
    if (value->count && !value->as.tensors)
        return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is a list of %u tensors at NULL", value->count);
    for (uint32_t i = 0; i < value->count; i++)
        EXPOPS_TRY_SAYING(expops_check_tensor(value->as.tensors[i], &dtype), "%s: argument %s, item %u", op->name,
                          op->parameters[index].name, i);
    return EXPOPS_OK;
}

/* Whether what the value points to can be read. */
static expops_status check_pointee(const expops_operator *op, uint32_t index, const expops_value *value)
{
    expops_dtype dtype;
    if (expops_value_is_tensor(value))
        EXPOPS_TRY_SAYING(expops_check_tensor(value->as.tensor, &dtype), "%s: argument %s", op->name,
                          op->parameters[index].name);
    if (value->kind == EXPOPS_VALUE_COMPLEX && !value->as.parts)
        return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is a complex number without parts");
    if (value->kind == EXPOPS_VALUE_TENSORS)
        return check_items(op, index, value);
    if (value->kind != EXPOPS_VALUE_INTS)
        return EXPOPS_OK;
    if (value->count > EXPOPS_MAX_RANK)
        return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "has %u entries; at most %d are supported",
                          value->count, EXPOPS_MAX_RANK);
    if (value->count && !value->as.integers)
        return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is a list of %u entries at NULL", value->count);
    return EXPOPS_OK;
}

static expops_status check_argument(const expops_operator *op, uint32_t index, const expops_value *given,
                                    expops_value *checked)
{
    const expops_parameter *parameter = op->parameters + index;
    *checked = *given;
    if (given->kind == EXPOPS_VALUE_NONE) {
        *checked = default_of(parameter);
        return parameter->optional ? EXPOPS_OK : EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is missing");
    }
    if (!fits(parameter, given))
        return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is not %s", kinds[parameter->kind].expected);
    /* any number that is not 0 is true, and 1 from here on: plans are told apart by it */
    if (given->kind == EXPOPS_VALUE_BOOL)
        *checked = expops_bool(given->as.integer != 0);
    return check_pointee(op, index, given);
}

expops_status expops_check_arguments(const expops_operator *op, const expops_value *given, expops_value *checked)
{
    for (uint32_t i = 0; op->parameters[i].name; i++)
        EXPOPS_TRY(check_argument(op, i, given + i, checked + i));
    return EXPOPS_OK;
}
