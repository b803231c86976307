/* The result's shape, from the views of the arguments. */
#include <string.h>
#include "base/size.h"
#include "problem_internal.h"

/* What gives the result's shape must have all of it. */
static expops_status check_not_enlarged(const expops_operator *op, uint32_t index, const expops_view *view,
                                        const expops_result *result)
{
    char own[EXPOPS_SHAPE_TEXT], all[EXPOPS_SHAPE_TEXT];
    if (view->ndim == result->ndim && !memcmp(view->shape, result->shape, (size_t)view->ndim * sizeof *view->shape))
        return EXPOPS_OK;
    return EXPOPS_BAD(EXPOPS_ERR_SHAPE, op, index, "has shape %s, which the others broadcast to %s",
                      expops_shape_text(view->ndim, view->shape, own),
                      expops_shape_text(result->ndim, result->shape, all));
}

static expops_status infer_pointwise(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                     expops_view *views)
{
    expops_result *result = &problem->inferred;
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (expops_value_is_tensor(args + i) && op->parameters[i].max_ndim &&
            views[i].ndim >= op->parameters[i].max_ndim)
            return EXPOPS_BAD(EXPOPS_ERR_SHAPE, op, i, "has %d dimensions; at most %d are accepted", views[i].ndim,
                              op->parameters[i].max_ndim - 1);
    if (op->view)
        EXPOPS_TRY_SAYING(op->view(op, args, views), "%s", op->name);
    result->ndim = 0;
    if (op->shape)
        return op->shape(op, args, result) == EXPOPS_OK ? EXPOPS_OK
                                                        : expops_fail_more(EXPOPS_ERR_SHAPE, "%s", op->name);
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (expops_value_is_tensor(args + i))
            EXPOPS_TRY_SAYING(expops_broadcast(&result->ndim, result->shape, views + i), "%s: argument %s", op->name,
                              op->parameters[i].name);
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (op->parameters[i].shape_only)
            EXPOPS_TRY(check_not_enlarged(op, i, views + i, result));
    return EXPOPS_OK;
}

/* A weight has the sizes of the walked dimensions; any other tensor of a row operator is read beside the first. */
static expops_status check_beside(const expops_operator *op, uint32_t index, const expops_view *view, int32_t ndim,
                                  const int64_t *shape)
{
    char want[EXPOPS_SHAPE_TEXT], got[EXPOPS_SHAPE_TEXT];
    if (view->ndim == ndim && !memcmp(view->shape, shape, (size_t)ndim * sizeof *shape))
        return EXPOPS_OK;
    return EXPOPS_BAD(EXPOPS_ERR_SHAPE, op, index, "has shape %s; expected %s",
                      expops_shape_text(view->ndim, view->shape, got), expops_shape_text(ndim, shape, want));
}

static expops_status infer_rows(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                expops_view *views, uint8_t *walked, int *keepdim)
{
    const expops_view *self = views;
    expops_result *result = &problem->inferred;
    const int reduces = op->family == EXPOPS_FAMILY_REDUCE;
    int64_t sizes[EXPOPS_MAX_RANK];
    int32_t count = 0;
    *keepdim = 0;
    EXPOPS_TRY_SAYING(op->rows(op, args, self, walked, keepdim), "%s", op->name);
    result->ndim = 0;
    for (int32_t d = 0; d < self->ndim; d++) {
        if (walked[d])
            sizes[count++] = self->shape[d];
        if (!walked[d] || *keepdim || !reduces)
            result->shape[result->ndim++] = walked[d] && reduces ? 1 : self->shape[d];
    }
    if (reduces && !op->empty_rows && expops_has_no_elements(count, sizes) &&
        !expops_has_no_elements(result->ndim, result->shape))
        return expops_fail(EXPOPS_ERR_SHAPE, "%s: a reduction over no elements has no value", op->name);
    for (uint32_t i = 1; op->parameters[i].name; i++) {
        const int weight = op->parameters[i].walked;
        if (expops_value_is_tensor(args + i))
            EXPOPS_TRY(check_beside(op, i, views + i, weight ? count : self->ndim, weight ? sizes : self->shape));
    }
    return EXPOPS_OK;
}

/* Whatever the shape was made of: the caller must be able to allocate it, compact. */
static expops_status check_result(const expops_operator *op, const expops_result *result)
{
    char text[EXPOPS_SHAPE_TEXT];
    int64_t strides[EXPOPS_MAX_RANK], low, high;
    if (expops_checked_strides(result->ndim, result->shape, strides) &&
        expops_checked_extent(result->ndim, result->shape, strides, (int64_t)expops_dtype_bytes(result->dtype), &low,
                              &high))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE, "%s: the result has shape %s of %s, whose bytes 64 bits cannot count",
                       op->name, expops_shape_text(result->ndim, result->shape, text),
                       expops_dtype_name(result->dtype));
}

expops_status expops_problem_shape(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                   expops_view *views, uint8_t *walked, int *keepdim)
{
    if (op->family == EXPOPS_FAMILY_POINTWISE)
        EXPOPS_TRY(infer_pointwise(op, args, problem, views));
    else
        EXPOPS_TRY(infer_rows(op, args, problem, views, walked, keepdim));
    return check_result(op, &problem->inferred);
}
