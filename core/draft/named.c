/* The types of an operator's own body, and a type that the caller names for the result. */
#include "draft_internal.h"
#include "expops/backend.h"

void expops_draft_settle_types(expops_draft *draft, int common)
{
    const expops_operator *op = draft->op;
    expops_operator_types(op, common, &draft->common, &draft->result);
    draft->element = draft->result;
    draft->bits = 0;
    draft->compute = (uint32_t)expops_dtype_compute(draft->common);
    if (op->arithmetic == EXPOPS_ARITHMETIC_BITS) {
        draft->bits = (uint32_t)expops_dtype_bytes((expops_dtype)common);
        draft->common = -1;
    }
}

/* Whether the output has another type than the result, and one that it may be cast to. */
static int output_names(expops_draft *draft, expops_dtype *dtype)
{
    if (!draft->num_outs || expops_dtype_from_dl(draft->outs->dtype, dtype) != EXPOPS_OK ||
        (int)*dtype == draft->element || !expops_dtype_can_cast(draft->element, (int)*dtype))
        return 0;
    expops_draft_settle_types(draft, (int)*dtype);
    return 1;
}

void expops_draft_names_result(expops_draft *draft, uint32_t parameter)
{
    const expops_value *named = draft->args + parameter;
    expops_dtype dtype = (expops_dtype)named->as.integer;
    if (named->kind == EXPOPS_VALUE_NONE && !output_names(draft, &dtype))
        return;
    draft->element = (int32_t)dtype;
    draft->names_type = 1;
}
