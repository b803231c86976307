/* The iteration space before it is collapsed, and every operand's strides over it. */
#include <string.h>
#include "base/size.h"
#include "problem_internal.h"

static void take_strides(expops_problem_operand *operand, const expops_view *view)
{
    expops_view piece = *view;
    piece.offset += operand->piece * view->step;
    operand->offset = piece.offset;
    memcpy(operand->strides, piece.strides, sizeof operand->strides);
    expops_view_extent(&piece, expops_operand_bytes(operand), &operand->low, &operand->high);
}

static void lay_out_pointwise(expops_problem *problem, const expops_view *out_view, expops_view *views)
{
    const expops_result *result = &problem->inferred;
    problem->rank = (uint32_t)result->ndim;
    problem->row_dims = 0;
    memcpy(problem->shape, result->shape, sizeof problem->shape);
    take_strides(problem->operand, out_view);
    for (uint32_t i = 1; i < problem->num_operands; i++) {
        expops_problem_operand *operand = problem->operand + i;
        if (operand->kind != EXPOPS_OPERAND_INPUT)
            continue;
        expops_view_expand(views + operand->argument, result->ndim, result->shape);
        take_strides(operand, views + operand->argument);
    }
}

/* Kept dimensions first, then the walked ones; every operand's strides are put in that order. */
static void lay_out_rows(expops_problem *problem, const expops_view *out_view, const expops_view *views,
                         const uint8_t *walked, int keepdim)
{
    const expops_view *self = views;
    const int nothing = expops_has_no_elements(self->ndim, self->shape); /* rows are empty, whatever else they hold */
    uint32_t at = 0;
    take_strides(problem->operand, out_view);
    for (uint32_t i = 1; i < problem->num_operands; i++)
        if (problem->operand[i].kind == EXPOPS_OPERAND_INPUT)
            take_strides(problem->operand + i, views + problem->operand[i].argument);
    for (int walk = 0; walk < 2; walk++) {
        int32_t kept_seen = 0, walked_seen = 0;
        for (int32_t d = 0; d < self->ndim; d++) {
            const int32_t out_dim = problem->op->family == EXPOPS_FAMILY_MAP || keepdim ? d : kept_seen;
            const int32_t weight_dim = walked_seen;
            kept_seen += !walked[d];
            walked_seen += walked[d];
            if (walked[d] != walk)
                continue;
            problem->shape[at] = walk && nothing ? 0 : self->shape[d];
            problem->operand[0].strides[at] =
                walk && problem->op->family == EXPOPS_FAMILY_REDUCE ? 0 : out_view->strides[out_dim];
            for (uint32_t i = 1; i < problem->num_operands; i++) {
                expops_problem_operand *operand = problem->operand + i;
                if (operand->kind != EXPOPS_OPERAND_INPUT)
                    continue;
                if (problem->op->parameters[operand->argument].walked)
                    operand->strides[at] = walk ? views[operand->argument].strides[weight_dim] : 0;
                else
                    operand->strides[at] = views[operand->argument].strides[d];
            }
            at++;
        }
        if (!walk)
            problem->row_dims = (uint32_t)self->ndim - at;
    }
    problem->rank = at;
}

void expops_problem_lay_out(expops_problem *problem, const expops_view *out_view, expops_view *views,
                            const uint8_t *walked, int keepdim)
{
    if (problem->op->family == EXPOPS_FAMILY_POINTWISE)
        lay_out_pointwise(problem, out_view, views);
    else
        lay_out_rows(problem, out_view, views, walked, keepdim);
}
