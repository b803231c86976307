/* From a problem to steps: each leaf knows its variants. */
#include "specialize.h"
#include <string.h>
#include "base/error.h"

static expops_specialize_leaf *const leaves[] = {
#define EXPOPS_LEAF(family, name) [EXPOPS_FAMILY_##family] = expops_specialize_##name,
#include "leaves.inc"
#undef EXPOPS_LEAF
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
    EXPOPS_TRY(leaves[problem->family](problem, device, out_steps));
    return check_params(problem, out_steps);
}

void expops_steps_free(expops_steps *steps)
{
    for (uint32_t i = 0; i < EXPOPS_MAX_STEPS; i++)
        expops_text_free(&steps->step[i].defines);
    steps->count = 0;
}
