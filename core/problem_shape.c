/* The result's shape, from the views of the arguments. */
#include <string.h>
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

static expops_status infer_rows(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                expops_view *views, uint8_t *walked, int *keepdim)
{
    const expops_view *self = views;
    expops_result *result = &problem->inferred;
    int64_t length = 1, sizes[EXPOPS_MAX_RANK];
    int32_t count = 0;
    *keepdim = 0;
    EXPOPS_TRY_SAYING(op->rows(op, args, self, walked, keepdim), "%s", op->name);
    result->ndim = 0;
    for (int32_t d = 0; d < self->ndim; d++) {
        if (walked[d]) {
            length *= self->shape[d];
            sizes[count++] = self->shape[d];
        }
        if (!walked[d] || *keepdim || op->family == EXPOPS_FAMILY_MAP)
            result->shape[result->ndim++] = walked[d] && op->family == EXPOPS_FAMILY_REDUCE ? 1 : self->shape[d];
    }
    if (length == 0 && !op->empty_rows && op->family == EXPOPS_FAMILY_REDUCE) {
        int64_t numel = 1;
        for (int32_t d = 0; d < result->ndim; d++)
            numel *= result->shape[d];
        if (numel > 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "%s: a reduction over no elements has no value", op->name);
    }
    for (uint32_t i = 1; op->parameters[i].name; i++) {
        char want[EXPOPS_SHAPE_TEXT], got[EXPOPS_SHAPE_TEXT];
        if (!expops_value_is_tensor(args + i) || !op->parameters[i].walked)
            continue;
        if (views[i].ndim != count || memcmp(views[i].shape, sizes, (size_t)count * sizeof *sizes))
            return EXPOPS_BAD(EXPOPS_ERR_SHAPE, op, i, "has shape %s; expected %s",
                              expops_shape_text(views[i].ndim, views[i].shape, got),
                              expops_shape_text(count, sizes, want));
    }
    return EXPOPS_OK;
}

expops_status expops_problem_shape(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                   expops_view *views, uint8_t *walked, int *keepdim)
{
    if (op->family == EXPOPS_FAMILY_POINTWISE)
        return infer_pointwise(op, args, problem, views);
    return infer_rows(op, args, problem, views, walked, keepdim);
}
