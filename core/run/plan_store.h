/* Where plan.c and infer.c put a plan they made. */
#ifndef EXPOPS_PLAN_STORE_H
#define EXPOPS_PLAN_STORE_H

#include "plan.h"

/* Gives the plan to the calling thread, which may forget an older one for it. 0: no memory, the plan is not kept. */
int expops_plan_keep(expops_plan *plan);
/* A plan of nothing yet for the call, whose key it has, and `more` bytes behind it; NULL: no memory. */
expops_plan *expops_plan_allocate(const expops_plan_call *call, const expops_plan_key *key, size_t more);
/* Forgets an eighth of the calling thread's plans, another one at each call. */
void expops_plan_thin(void);

#endif
