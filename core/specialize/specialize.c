/* From a problem to steps, by the table of leaves and their variants. */
#include "specialize.h"
#include <string.h>
#include "base/error.h"

static expops_specialize_leaf *const leaves[] = {
#define EXPOPS_LEAF(family, name) [EXPOPS_FAMILY_##family] = expops_specialize_##name,
#define EXPOPS_VARIANT(family, name)
#include "leaves.inc"
#undef EXPOPS_LEAF
#undef EXPOPS_VARIANT
};

static const struct {
    uint32_t family;
    expops_specialize_variant *specialize;
} variants[] = {
#define EXPOPS_LEAF(family, name)
#define EXPOPS_VARIANT(family, name) { EXPOPS_FAMILY_##family, expops_specialize_##name },
#include "leaves.inc"
#undef EXPOPS_LEAF
#undef EXPOPS_VARIANT
};

/* In the order of leaves.inc, where what is special stands before what is general: the first to take the problem
 * has it. */
static int try_variants(const expops_problem *problem, const expops_device *device, expops_steps *steps)
{
    for (size_t i = 0; i < EXPOPS_COUNTOF(variants) && !steps->count; i++)
        if (variants[i].family == problem->family)
            steps->count = (uint32_t)variants[i].specialize(problem, device, steps->step);
    return steps->count > 0;
}

/* What did not fit has set a mark where it was put, so that variants need not ask after each number. It is a defect
 * of a variant, not of the call. */
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
    if (!try_variants(problem, device, out_steps))
        EXPOPS_TRY(leaves[problem->family](problem, device, out_steps));
    return check_params(problem, out_steps);
}

void expops_steps_free(expops_steps *steps)
{
    /* Not as many as count: a variant that declined in the end may have begun the text of a step. */
    for (uint32_t i = 0; i < EXPOPS_MAX_STEPS; i++)
        expops_text_free(&steps->step[i].defines);
    steps->count = 0;
}
