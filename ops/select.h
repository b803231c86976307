/* Drafts of the operators that select by a mask. */
#ifndef EXPOPS_OPS_SELECT_H
#define EXPOPS_OPS_SELECT_H

#include "draft/draft.h"
#include "mover.h"

/* `view` broadcast to `shape`, in one dimension; copied where it does not lie compact in memory so. */
static inline expops_status expops_select_flat(expops_draft *d, int32_t ndim, const int64_t *shape, expops_view *view)
{
    expops_view_expand(view, ndim, shape);
    EXPOPS_TRY(expops_flatten(d, view));
    const expops_view flat = *view;
    if (flat.shape[0] < 2)
        view->strides[0] = 1;
    if (view->strides[0] == 1)
        return EXPOPS_OK;
    EXPOPS_TRY(expops_draft_temporary(d, flat.dtype, 1, flat.shape, view));
    expops_draft_then(d, &expops_operator_copy, view, &flat);
    return EXPOPS_OK;
}

#endif
