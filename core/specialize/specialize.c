/* From a problem to steps: each family knows its variants. */
#include "specialize.h"
#include <string.h>
#include "base/error.h"

typedef expops_status specialize(const expops_problem *problem, const expops_device *device, expops_steps *steps);

static expops_status specialize_reduction(const expops_problem *problem, const expops_device *device,
                                          expops_steps *steps)
{
    return expops_specialize_product(problem, device, steps) ? EXPOPS_OK
                                                             : expops_specialize_rows(problem, device, steps);
}

static specialize *const families[] = {
    [EXPOPS_FAMILY_POINTWISE] = expops_specialize_pointwise,
    [EXPOPS_FAMILY_REDUCE] = specialize_reduction,
    [EXPOPS_FAMILY_MAP] = expops_specialize_rows,
    [EXPOPS_FAMILY_WINDOW] = expops_specialize_window,
    [EXPOPS_FAMILY_SELECT] = expops_specialize_select,
    [EXPOPS_FAMILY_WEIGHTED] = expops_specialize_weighted,
};

static expops_status check_params(const expops_problem *problem, const expops_steps *steps)
{
    for (uint32_t i = 0; i < steps->count; i++)
        if (steps->step[i].params.failed)
            return expops_fail(EXPOPS_ERR_INTERNAL, "%s: the kernel's parameters are more than %d bytes",
                               problem->op->name, EXPOPS_PARAMS_BYTES);
    return EXPOPS_OK;
}

expops_status expops_specialize(const expops_problem *problem, const expops_device *device, expops_steps *out_steps)
{
    memset(out_steps, 0, sizeof *out_steps);
    EXPOPS_TRY(families[problem->family](problem, device, out_steps));
    return check_params(problem, out_steps);
}

void expops_steps_free(expops_steps *steps)
{
    for (uint32_t i = 0; i < EXPOPS_MAX_STEPS; i++)
        expops_text_free(&steps->step[i].defines);
    steps->count = 0;
}
