/* What calls have in common with questions about calls. */
#ifndef EXPOPS_CORE_CALL_H
#define EXPOPS_CORE_CALL_H

#include "plan.h"

/* Whether the operator has so many parameters. */
static inline int expops_takes(const expops_operator *op, size_t count)
{
    return count <= EXPOPS_MAX_PARAMETERS && !op->parameters[count].name &&
           (count == 0 || op->parameters[count - 1].name);
}

/* `*args` with every parameter present; `room` is used where the caller gave fewer. */
expops_status expops_complete_args(const expops_operator *op, const expops_value **args, size_t num_args,
                                   expops_value room[EXPOPS_MAX_PARAMETERS]);
/* Whether there are as many outputs as the operator may have. */
expops_status expops_check_outs(const expops_operator *op, const expops_tensor *outs, size_t num_outs);
/* A plan of what the call would give, which has no outputs, and a device or none; the calling thread's. */
expops_status expops_make_results(const expops_plan_call *call, const expops_plan_key *key, expops_plan **out_plan);
/* The thread's plan of the call; made at the first one. */
expops_status expops_find_plan(const expops_plan_call *call, expops_plan **out_plan);
/* Checks what is of this call alone, and launches. */
expops_status expops_run_plan(const expops_plan *plan, const expops_plan_call *call);

#endif
