/* Whether each argument is what its parameter takes, before anything is read from it. */
#include <string.h>
#include "problem_internal.h"

void expops_view_of(const expops_tensor *tensor, expops_view *view)
{
    view->ndim = tensor->ndim;
    view->offset = view->step = 0;
    if (tensor->ndim > 0)
        memcpy(view->shape, tensor->shape, (size_t)tensor->ndim * sizeof *view->shape);
    if (tensor->ndim > 0 && tensor->strides)
        memcpy(view->strides, tensor->strides, (size_t)tensor->ndim * sizeof *view->strides);
    else
        expops_contiguous_strides(tensor->ndim, tensor->shape, view->strides);
}

expops_status expops_check_argument(const expops_operator *op, uint32_t index, const expops_value *value)
{
    static const char *const expected[] = {
        "nothing",  "a tensor", "a tensor or a number", "a number", "an int", "a list of ints", "a bool",
        "a choice", "a dtype",
    };
    const expops_parameter *parameter = op->parameters + index;
    int fits = 0;
    if (value->kind == EXPOPS_VALUE_NONE) {
        if (parameter->optional)
            return EXPOPS_OK;
        return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is missing");
    }
    switch (parameter->kind) {
    case EXPOPS_PARAMETER_TENSOR:
        fits = expops_value_is_tensor(value);
        break;
    case EXPOPS_PARAMETER_OPERAND:
        fits = expops_value_is_tensor(value) || expops_value_is_number(value);
        break;
    case EXPOPS_PARAMETER_NUMBER:
        fits = expops_value_is_number(value);
        break;
    case EXPOPS_PARAMETER_INT:
        fits = value->kind == EXPOPS_VALUE_INT;
        break;
    case EXPOPS_PARAMETER_DTYPE:
        fits = value->kind == EXPOPS_VALUE_INT && value->as.integer >= 0 && value->as.integer < EXPOPS_DTYPE_COUNT;
        break;
    case EXPOPS_PARAMETER_BOOL:
        fits = value->kind == EXPOPS_VALUE_BOOL || value->kind == EXPOPS_VALUE_INT;
        break;
    case EXPOPS_PARAMETER_INTS:
        fits = value->kind == EXPOPS_VALUE_INTS && (value->count == 0 || value->as.integers);
        break;
    case EXPOPS_PARAMETER_CHOICE:
        fits = value->kind == EXPOPS_VALUE_CHOICE || value->kind == EXPOPS_VALUE_INT;
        for (int64_t i = 0; fits && i <= value->as.integer; i++)
            fits = value->as.integer >= 0 && parameter->choices[i];
        break;
    }
    if (!fits)
        return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is not %s", expected[parameter->kind]);
    return EXPOPS_OK;
}
