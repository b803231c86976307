/* Launches that become one: offered kernels of leaves that are apart. */
#include <stdlib.h>
#include "plan_internal.h"

/* How many of the plan's last steps can be one: of each the tensors follow those of the one before. */
static uint32_t count_apart(const expops_plan *plan)
{
    uint32_t count = 0;
    while (count < plan->num_steps) {
        const expops_plan_step *step = plan->step + plan->num_steps - 1 - count;
        if (!step->apart || (count && step->tensors + step->launch.num_tensors != step[1].tensors))
            break;
        count++;
    }
    return count;
}

static expops_status join(expops_device *device, expops_plan *plan, expops_offer **offers, uint32_t count)
{
    expops_plan_step *first = plan->step + plan->num_steps - count;
    const expops_plan_step *last = plan->step + plan->num_steps - 1;
    int joined;
    for (uint32_t i = 0; i < count; i++)
        offers[i] = &first[i].offer;
    EXPOPS_TRY(expops_kernel_join(device, offers, count, &joined));
    if (!joined)
        return EXPOPS_OK;
    first->kernel = first->offer.kernel;
    first->launch.num_tensors = last->tensors + last->launch.num_tensors - first->tensors;
    plan->num_steps -= count - 1;
    return EXPOPS_OK;
}

expops_status expops_plan_join(expops_device *device, expops_plan *plan)
{
    const uint32_t count = count_apart(plan);
    if (count < 2)
        return EXPOPS_OK;
    expops_offer **offers = malloc(count * sizeof(*offers));
    if (!offers)
        return expops_no_plan_memory();
    const expops_status status = join(device, plan, offers, count);
    free(offers);
    return status;
}
