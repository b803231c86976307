/* From arguments to a problem, one step after the other; each checks what it needs and says which argument is wrong. */
#include <string.h>
#include "problem_internal.h"
#include "promote.h"

/* A kernel is compiled for one choice. */
static expops_status note_choice(const expops_operator *op, expops_problem *problem)
{
    const char *name = NULL;
    problem->choice = 0;
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        if (op->parameters[i].kind != EXPOPS_PARAMETER_CHOICE && !op->parameters[i].chosen)
            continue;
        if (name)
            return expops_fail(EXPOPS_ERR_INTERNAL, "%s: %s and %s are two compile-time choices; one is supported",
                               op->name, name, op->parameters[i].name);
        name = op->parameters[i].name;
        problem->choice = (uint32_t)problem->args[i].as.integer;
    }
    return EXPOPS_OK;
}

expops_status expops_problem_infer(const expops_operator *op, const expops_value *given, expops_problem *problem,
                                   expops_view views[EXPOPS_MAX_PARAMETERS], uint8_t walked[EXPOPS_MAX_RANK],
                                   int *keepdim)
{
    const expops_value *args = problem->args;
    problem->op = op;
    EXPOPS_TRY(expops_check_arguments(op, given, problem->args));
    EXPOPS_TRY(expops_problem_types(op, args, problem));
    EXPOPS_TRY(note_choice(op, problem));
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (expops_value_is_tensor(args + i))
            expops_view_of(args[i].as.tensor, views + i);
    return expops_problem_shape(op, args, problem, views, walked, keepdim);
}

static expops_status check_output(const expops_operator *op, const expops_problem *problem, const expops_tensor *out,
                                  expops_view *view, expops_dtype *out_dtype)
{
    char want[EXPOPS_SHAPE_TEXT], got[EXPOPS_SHAPE_TEXT];
    const expops_result *result = &problem->inferred;
    EXPOPS_TRY_SAYING(expops_check_tensor(out, out_dtype), "%s: output", op->name);
    expops_view_of(out, view);
    if (view->ndim != result->ndim || memcmp(view->shape, result->shape, (size_t)view->ndim * sizeof *view->shape))
        return expops_fail(EXPOPS_ERR_SHAPE, "%s: output has shape %s; the result's is %s", op->name,
                           expops_shape_text(view->ndim, view->shape, got),
                           expops_shape_text(result->ndim, result->shape, want));
    if (problem->common < 0 ? *out_dtype != result->dtype : !expops_dtype_can_cast((int)result->dtype, *out_dtype))
        return expops_fail(EXPOPS_ERR_DTYPE, "%s: output has type %s, which cannot hold a result of type %s", op->name,
                           expops_dtype_name(*out_dtype), expops_dtype_name(result->dtype));
    if (expops_view_overlaps_itself(view))
        return expops_fail(EXPOPS_ERR_OVERLAP, "%s: several elements of the output share one address", op->name);
    return EXPOPS_OK;
}

expops_status expops_problem_make(const expops_operator *op, const expops_device *device, const expops_value *args,
                                  const expops_tensor *out, expops_problem *problem)
{
    expops_view views[EXPOPS_MAX_PARAMETERS], out_view;
    uint8_t walked[EXPOPS_MAX_RANK];
    int keepdim = 0;
    expops_dtype out_dtype;
    EXPOPS_TRY(expops_problem_infer(op, args, problem, views, walked, &keepdim));
    EXPOPS_TRY(check_output(op, problem, out, &out_view, &out_dtype));
    EXPOPS_TRY(expops_problem_operands(problem, device, problem->args, out));
    problem->empty = expops_view_numel(&out_view) == 0;
    problem->rank = problem->row_dims = 0;
    if (problem->empty) /* only its numbers count: one that cannot be held is refused all the same */
        return EXPOPS_OK;
    expops_problem_lay_out(problem, &out_view, views, walked, keepdim);
    expops_problem_collapse(problem, op->family == EXPOPS_FAMILY_POINTWISE ? 0 : 1);
    return EXPOPS_OK;
}
