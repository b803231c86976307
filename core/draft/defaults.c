/* What operators have in common: one body over tensors that broadcast, and copies. */
#include <string.h>
#include "draft_internal.h"
#include "base/size.h"

/* --- memory order of results, as PyTorch's iterator has it --- */

/* Whether dimension `a` lies further out than `b`: the first view that has both decides. 0: none does. */
static int lies_outside(const expops_view *const *views, uint32_t count, int32_t ndim, const int64_t *shape, int32_t a,
                        int32_t b)
{
    for (uint32_t i = 0; i < count; i++) {
        /* Expanded first: a dimension that is broadcast has the stride 0 and says nothing of the order. */
        expops_view view = *views[i];
        expops_view_expand(&view, ndim, shape);
        const int64_t of_a = view.strides[a], of_b = view.strides[b];
        if (of_a == 0 || of_b == 0)
            continue;
        if (of_a != of_b)
            return of_a > of_b ? 1 : -1;
        if (shape[a] > shape[b])
            return 1;
    }
    return 0;
}

/* Dimensions from the innermost outwards, by insertion: a dimension passes those that lie outside of it. */
static void order_dims(const expops_view *const *views, uint32_t count, int32_t ndim, const int64_t *shape,
                       int32_t *order)
{
    for (int32_t i = 0; i < ndim; i++)
        order[i] = ndim - 1 - i;
    for (int32_t i = 1; i < ndim; i++) {
        int32_t at = i;
        for (int32_t before = i - 1; before >= 0; before--) {
            const int outside = lies_outside(views, count, ndim, shape, order[before], order[at]);
            if (outside < 0)
                break;
            /* No view tells the two apart: they keep their order, and further ones are compared. */
            if (outside == 0)
                continue;
            const int32_t dim = order[before];
            order[before] = order[at];
            order[at] = dim;
            at = before;
        }
    }
}

static void order_of(const expops_view *const *views, uint32_t count, int32_t ndim, const int64_t *shape,
                     int64_t *strides)
{
    int32_t order[EXPOPS_MAX_RANK];
    int64_t stride = 1;
    order_dims(views, count, ndim, shape, order);
    for (int32_t i = 0; i < ndim; i++) {
        strides[order[i]] = stride;
        if (!expops_checked_multiply(stride, shape[order[i]] > 1 ? shape[order[i]] : 1, &stride))
            stride = 0; /* the shape is refused */
    }
}

void expops_draft_strides(const expops_draft *draft, int32_t ndim, const int64_t *shape, int64_t *strides)
{
    const expops_view *views[EXPOPS_MAX_PARAMETERS];
    uint32_t count = 0;
    for (uint32_t i = 0; draft->op->parameters[i].name; i++)
        if (expops_value_is_tensor(draft->args + i))
            views[count++] = draft->tensor + i;
    order_of(views, count, ndim, shape, strides);
}

/* --- pointwise --- */

/* The rest only a draft can make sense of. */
static int goes_to_body(const expops_parameter *parameter)
{
    return parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND ||
           parameter->kind == EXPOPS_PARAMETER_NUMBER;
}

void expops_leaf_arguments(expops_leaf *leaf)
{
    const expops_parameter *parameters = leaf->draft->op->parameters;
    for (uint32_t i = 0; parameters[i].name; i++)
        if (goes_to_body(parameters + i))
            expops_leaf_argument(leaf, i);
}

void expops_draft_own(expops_draft *draft, const expops_view *out)
{
    expops_leaf_arguments(expops_draft_leaf(draft, draft->op, draft->op->family, out));
}

void expops_draft_then(expops_draft *draft, const expops_operator *body, const expops_view *out,
                       const expops_view *from)
{
    expops_leaf_view(expops_draft_leaf_of_output(draft, body, EXPOPS_FAMILY_POINTWISE, out), from);
}

void expops_draft_apart(expops_draft *draft, const expops_operator *body, const expops_view *place,
                        const expops_view *from)
{
    expops_leaf *leaf = expops_draft_leaf(draft, body, EXPOPS_FAMILY_POINTWISE, place);
    leaf->apart = 1;
    expops_leaf_view(leaf, from);
}

expops_status expops_draft_elementwise(expops_draft *draft, expops_view *out)
{
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK];
    EXPOPS_TRY(expops_draft_broadcast(draft, &ndim, shape));
    expops_draft_strides(draft, ndim, shape, strides);
    return expops_draft_result(draft, 0, draft->element, ndim, shape, strides, out);
}

expops_status expops_draft_default(expops_draft *draft)
{
    expops_view out;
    EXPOPS_TRY(expops_draft_elementwise(draft, &out));
    expops_draft_own(draft, &out);
    return EXPOPS_OK;
}

expops_status expops_draft_like(expops_draft *draft, uint32_t parameter, expops_view *out)
{
    const expops_view *like = draft->tensor + parameter;
    int64_t strides[EXPOPS_MAX_RANK];
    order_of(&like, 1, like->ndim, like->shape, strides);
    return expops_draft_result(draft, 0, draft->element, like->ndim, like->shape, strides, out);
}

/* A view that is called with an output copies: one definition serves permute and permute_copy. */
expops_status expops_draft_view_of(expops_draft *draft, const expops_operator *body, const expops_view *view)
{
    draft->aliased = 1;
    draft->alias = *view;
    return expops_draft_copy_of(draft, body, view);
}

expops_status expops_draft_copy_of(expops_draft *draft, const expops_operator *body, const expops_view *view)
{
    expops_view out;
    EXPOPS_TRY(expops_draft_result(draft, 0, view->dtype, view->ndim, view->shape, NULL, &out));
    expops_leaf *leaf = expops_draft_leaf(draft, body, EXPOPS_FAMILY_POINTWISE, &out);
    leaf->bits = (uint32_t)expops_dtype_bytes((expops_dtype)view->dtype);
    expops_leaf_argument_as(leaf, 0, view);
    return EXPOPS_OK;
}
