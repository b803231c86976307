/* From arguments to a draft, one step after the other; each checks what it needs and says which argument is wrong. */
#include "draft_internal.h"
#include "base/grow.h"

/* Only what has to be: the arrays in a draft are large, and written before they are read. */
static void begin(const expops_operator *op, expops_draft *draft)
{
    draft->op = op;
    draft->device = NULL;
    draft->outs = NULL;
    draft->num_outs = 0;
    draft->num_slots = draft->max_slots = draft->num_leaves = draft->max_leaves = draft->num_results = 0;
    draft->slots = NULL;
    draft->leaves = NULL;
    draft->aliased = draft->names_type = 0;
    draft->temporary_bytes = 0;
    draft->failed = EXPOPS_OK;
}

static expops_status fill(const expops_operator *op, const expops_value *args, expops_draft *draft)
{
    EXPOPS_TRY(expops_check_arguments(op, args, draft->args));
    EXPOPS_TRY(expops_draft_types(draft));
    EXPOPS_TRY(expops_draft_tensors(draft));
    EXPOPS_TRY_SAYING((op->draft ? op->draft : expops_draft_default)(draft), "%s", op->name);
    EXPOPS_TRY_SAYING(draft->failed, "%s", op->name);
    return EXPOPS_OK;
}

/* Hot where shapes are new at every call: the caller's one leaf is written over and over. */
expops_status expops_draft_infer(const expops_operator *op, const expops_value *args, expops_leaf *room,
                                 expops_draft *draft)
{
    begin(op, draft);
    draft->leaves = room;
    draft->max_leaves = 1;
    return fill(op, args, draft);
}

expops_status expops_draft_make(const expops_operator *op, const expops_value *args, const expops_device *device,
                                const expops_tensor *outs, uint32_t num_outs, expops_draft *draft)
{
    begin(op, draft);
    draft->device = device;
    draft->outs = outs;
    draft->num_outs = num_outs;
    /* One leaf at least, so that words which return one need no case for none. */
    if (!EXPOPS_GROW(draft->leaves, 0, draft->max_leaves))
        return expops_fail_more(expops_no_plan_memory(), "%s", op->name);
    EXPOPS_TRY(fill(op, args, draft));
    if (outs && num_outs != draft->num_results)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: %u outputs given; it has %u", op->name, num_outs,
                           draft->num_results);
    return EXPOPS_OK;
}

void expops_draft_free(expops_draft *draft)
{
    free(draft->slots);
    free(draft->leaves);
}
