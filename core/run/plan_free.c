/* The end of a plan, once no call uses it. */
#include <stdlib.h>
#include "plan.h"

/* Kernels go back before the memory that names them. */
static void let_go(expops_later *later)
{
    expops_plan *plan = (expops_plan *)later;
    for (uint32_t i = 0; i < plan->num_steps; i++) {
        expops_kernel_give_back(&plan->step[i].offer);
        expops_kernel_release(plan->step[i].loaded);
        free(expops_plan_params(plan->step + i));
    }
    free(plan->step);
    free(plan->number);
    free(plan->tensor);
    free(plan->pair);
    free(plan->pointer);
    free(plan);
}

void expops_plan_free(expops_plan *plan)
{
    plan->later.let_go = let_go;
    expops_let_go(&plan->later);
}
