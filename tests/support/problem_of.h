/* What the core makes of a call of one leaf, or of the first of several. */
#ifndef PROBLEM_OF_H
#define PROBLEM_OF_H

#include "draft/problem.h"

static inline expops_status problem_of(const expops_operator *op, const expops_device *device, const expops_value *args,
                                       const expops_tensor *outs, uint32_t num_outs, expops_problem *problem)
{
    expops_draft draft;
    expops_status status = expops_draft_make(op, args, device, outs, num_outs, &draft);
    if (status == EXPOPS_OK)
        status = expops_problem_make(&draft, draft.leaves, problem);
    expops_draft_free(&draft);
    return status;
}

#endif
