/* Reductions whose result has the type that their argument dtype names, which elements are converted to first. */
#include "mover.h"

/* What is converted to a narrow integer type first is the same modulo that type's size; to bool it is not. */
static expops_status expops_named_first(expops_draft *d, uint32_t parameter)
{
    expops_view truth;
    expops_draft_names_result(d, parameter);
    if (d->element != EXPOPS_DTYPE_BOOL || d->tensor->dtype == EXPOPS_DTYPE_BOOL)
        return EXPOPS_OK;
    EXPOPS_TRY(expops_draft_temporary(d, EXPOPS_DTYPE_BOOL, d->tensor->ndim, d->tensor->shape, &truth));
    expops_draft_then(d, &expops_operator_copy, &truth, d->tensor);
    d->tensor[0] = truth;
    return EXPOPS_OK;
}
