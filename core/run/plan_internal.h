/* What plan.c fills a plan by: plan_fill.c. */
#ifndef EXPOPS_PLAN_INTERNAL_H
#define EXPOPS_PLAN_INTERNAL_H

#include "plan.h"

/* Adds the leaf's numbers, for the steps from `first_step` on. */
expops_status expops_plan_numbers(const expops_problem *problem, expops_plan *plan, uint32_t first_step);
/* Says which steps the leaf's numbers go to, and writes once what no call changes. */
void expops_plan_constants(const expops_problem *problem, expops_plan *plan, uint32_t first_step);
/* Adds the leaf's tensors, the output first. */
expops_status expops_plan_tensors(const expops_draft *draft, const expops_problem *problem, expops_plan *plan);
/* Notes which tensors may not cross: the leaf's inputs with its output, and with what earlier leaves wrote. */
expops_status expops_plan_pairs(const expops_draft *draft, const expops_problem *problem, expops_plan *plan,
                                uint32_t first_tensor);
/* Notes which tensors the step's launch gets; scratch memory lies behind `scratch_at` bytes of temporaries. */
expops_status expops_plan_step_tensors(expops_plan *plan, uint64_t scratch_at, const expops_steps *steps,
                                       const expops_step *from, uint32_t first_tensor, uint32_t num_tensors,
                                       expops_plan_step *step);

#endif
