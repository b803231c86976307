/* The words of drafts whose leaves are rows. */
#include <string.h>
#include "draft_internal.h"
#include "base/size.h"

/* The view with its walked dimensions last. */
static expops_view rows_last(const expops_view *view, const uint8_t *walked)
{
    expops_view ordered = *view;
    int32_t at = 0;
    for (int walk = 0; walk < 2; walk++)
        for (int32_t d = 0; d < view->ndim; d++)
            if (!walked[d] == !walk) {
                ordered.shape[at] = view->shape[d];
                ordered.strides[at++] = view->strides[d];
            }
    return ordered;
}

static uint32_t count_walked(int32_t ndim, const uint8_t *walked)
{
    uint32_t count = 0;
    for (int32_t d = 0; d < ndim; d++)
        count += walked[d] != 0;
    return count;
}

/* Also where there is no result to have a value, as PyTorch. */
static expops_status check_not_empty(const expops_view *self, const uint8_t *walked)
{
    int64_t sizes[EXPOPS_MAX_RANK];
    int32_t count = 0;
    for (int32_t d = 0; d < self->ndim; d++)
        if (walked[d])
            sizes[count++] = self->shape[d];
    return expops_has_no_elements(count, sizes)
               ? expops_fail(EXPOPS_ERR_SHAPE, "a reduction over no elements has no value")
               : EXPOPS_OK;
}

/* `out`, which lacks the walked dimensions or has them with size 1, over the iteration space of `space`. */
static expops_view spread(const expops_view *out, const expops_view *space, const uint8_t *walked, int keepdim)
{
    expops_view all = *out;
    int32_t at = 0, of_out = 0;
    all.ndim = space->ndim;
    for (int32_t d = 0; d < space->ndim; d++) {
        if (!walked[d]) {
            all.shape[at] = out->shape[of_out];
            all.strides[at++] = out->strides[of_out];
        }
        of_out += !walked[d] || keepdim;
    }
    for (int32_t d = 0; d < space->ndim; d++)
        if (walked[d]) {
            all.shape[at] = space->shape[d];
            all.strides[at++] = 0;
        }
    return all;
}

/* Of a body that is a KERNEL, what it returns is reduced, and its numbers stand among the elements. */
static expops_leaf *rows_leaf(expops_draft *draft, const expops_operator *body, uint32_t family,
                              const expops_view *over, uint32_t row_dims)
{
    expops_leaf *leaf = expops_draft_leaf(draft, body, family, over);
    leaf->row_dims = row_dims;
    leaf->order = EXPOPS_ORDER_ROWS;
    leaf->attributes = body->family != EXPOPS_FAMILY_POINTWISE;
    return leaf;
}

expops_leaf *expops_draft_reduce(expops_draft *draft, const expops_operator *body, const expops_view *space,
                                 const uint8_t *walked, const expops_view *out, int keepdim)
{
    const expops_view over = spread(out, space, walked, keepdim);
    expops_leaf *leaf = rows_leaf(draft, body, EXPOPS_FAMILY_REDUCE, &over, count_walked(space->ndim, walked));
    /* a row of no elements has the identity for a result, so the kernel runs where the input is empty */
    leaf->empty_rows = 1;
    return leaf;
}

expops_leaf *expops_draft_map(expops_draft *draft, const expops_operator *body, const expops_view *out,
                              const uint8_t *walked)
{
    const expops_view over = rows_last(out, walked);
    expops_leaf *leaf = rows_leaf(draft, body, EXPOPS_FAMILY_MAP, &over, count_walked(out->ndim, walked));
    leaf->lifted = 1;
    return leaf;
}

void expops_leaf_row_argument(expops_leaf *leaf, uint32_t parameter, const expops_view *view, const uint8_t *walked)
{
    const expops_view ordered = rows_last(view, walked);
    expops_leaf_argument_as(leaf, parameter, &ordered);
}

expops_status expops_draft_reduced(expops_draft *draft, const expops_view *self, const uint8_t *walked, int keepdim,
                                   int empty_rows, expops_view *out)
{
    int64_t shape[EXPOPS_MAX_RANK];
    int32_t ndim = 0;
    for (int32_t d = 0; d < self->ndim; d++)
        if (!walked[d] || keepdim)
            shape[ndim++] = walked[d] ? 1 : self->shape[d];
    EXPOPS_TRY(expops_draft_result(draft, 0, draft->element, ndim, shape, NULL, out));
    return empty_rows ? EXPOPS_OK : check_not_empty(self, walked);
}

expops_status expops_draft_reduction(expops_draft *draft, const int64_t *dims, uint32_t count, int keepdim,
                                     int empty_rows)
{
    const expops_view *self = draft->tensor;
    uint8_t walked[EXPOPS_MAX_RANK];
    expops_view out;
    EXPOPS_TRY(expops_view_dims(self, dims, count, walked));
    EXPOPS_TRY(expops_draft_reduced(draft, self, walked, keepdim, empty_rows, &out));
    expops_leaf_row_argument(expops_draft_reduce(draft, draft->op, self, walked, &out, keepdim), 0, self, walked);
    return EXPOPS_OK;
}

expops_status expops_draft_map_along(expops_draft *draft, uint32_t dim)
{
    const expops_view *self = draft->tensor;
    uint8_t walked[EXPOPS_MAX_RANK] = { 0 };
    expops_view out;
    int32_t along;
    EXPOPS_TRY(expops_view_dim(self->ndim, draft->args[dim].as.integer, &along));
    walked[along] = 1;
    EXPOPS_TRY(expops_draft_result(draft, 0, draft->element, self->ndim, self->shape, NULL, &out));
    expops_leaf *leaf = expops_draft_map(draft, draft->op, &out, walked);
    for (uint32_t i = 0; draft->op->parameters[i].name; i++)
        if (expops_value_is_tensor(draft->args + i))
            expops_leaf_row_argument(leaf, i, draft->tensor + i, walked);
    return EXPOPS_OK;
}

/* What the sum over all is divided by makes it a mean. */
static expops_status reduce_loss(expops_draft *draft, int32_t ndim, const int64_t *shape, int mean)
{
    expops_view space = { .ndim = ndim }, out;
    uint8_t walked[EXPOPS_MAX_RANK];
    memset(walked, 1, sizeof walked);
    memcpy(space.shape, shape, sizeof space.shape);
    EXPOPS_TRY(expops_draft_reduced(draft, &space, walked, 0, 1, &out));
    expops_leaf *leaf = expops_draft_reduce(draft, draft->op, &space, walked, &out, 0);
    expops_leaf_arguments(leaf);
    expops_leaf_constant(leaf, mean ? (double)expops_view_numel(&space) : 1, 1);
    return EXPOPS_OK;
}

/* 0 is "none": the same body is pointwise then. */
expops_status expops_draft_loss(expops_draft *draft, uint32_t reduction)
{
    const int64_t how = draft->args[reduction].as.integer;
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK];
    if (how == 0)
        return expops_draft_default(draft);
    EXPOPS_TRY(expops_draft_broadcast(draft, &ndim, shape));
    return reduce_loss(draft, ndim, shape, how == 1);
}
