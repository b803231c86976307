/* What plan.c fills a plan by: plan_fill.c. */
#ifndef EXPOPS_PLAN_INTERNAL_H
#define EXPOPS_PLAN_INTERNAL_H

#include "plan.h"

/* Adds the leaf's numbers, which are checked at each call. */
expops_status expops_plan_numbers(const expops_problem *problem, expops_plan *plan);
/* Says where the leaf's numbers go in its steps, and writes once what no call changes. */
expops_status expops_plan_places(const expops_problem *problem, expops_plan *plan, uint32_t first_number,
                                 uint32_t first_step);
/* Adds the leaf's tensors, the output first. */
expops_status expops_plan_tensors(const expops_draft *draft, const expops_problem *problem, expops_plan *plan);
/* Notes which tensors may not cross: the leaf's inputs with its output, and with what earlier leaves wrote. */
expops_status expops_plan_pairs(const expops_draft *draft, const expops_problem *problem, expops_plan *plan,
                                uint32_t first_tensor);
/* Notes which tensors the step's launch gets; scratch memory lies behind `scratch_at` bytes of temporaries. */
expops_status expops_plan_step_tensors(expops_plan *plan, uint64_t scratch_at, const expops_steps *steps,
                                       const expops_step *from, uint32_t first_tensor, uint32_t num_tensors,
                                       expops_plan_step *step);
/* Of a leaf that is apart: describes its input, which is launched with others, and notes all of its output. */
expops_status expops_plan_list_input(const expops_draft *draft, const expops_problem *problem, expops_plan *plan,
                                     expops_plan_tensor *input);
/* Notes all of the output that the leaf writes to. */
expops_status expops_plan_whole(const expops_draft *draft, const expops_problem *problem, expops_plan *plan);
/* Makes one launch of the last steps that are apart, where the backend joins their kernels. */
expops_status expops_plan_join(expops_device *device, expops_plan *plan);
/* The tensors of such inputs' launch: the output `index`, the inputs, and one of them again until there are `room`. */
expops_status expops_plan_list_tensors(uint32_t index, const expops_plan_tensor *inputs, uint32_t count, uint32_t room,
                                       expops_plan *plan, expops_plan_step *step);
/* Makes room for the call's pointers, and the steps' launches point there. */
expops_status expops_plan_launches(expops_plan *plan);

#endif
