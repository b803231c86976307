/* Where plan.c puts a plan it made. */
#ifndef EXPOPS_PLAN_STORE_H
#define EXPOPS_PLAN_STORE_H

#include "plan.h"

/* Gives the plan to the calling thread, which may forget an older one for it. 0: no memory, the plan is not kept. */
int expops_plan_keep(expops_plan *plan);
/* Writes the call's key, of as many words as expops_plan_find said. */
void expops_plan_key_write(const expops_plan_call *call, uint64_t *words);
/* Forgets an eighth of the calling thread's plans, another one at each call. */
void expops_plan_thin(void);

#endif
