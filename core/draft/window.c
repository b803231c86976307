/* The words of drafts whose leaves are windows. */
#include <string.h>
#include "draft_internal.h"
#include "base/size.h"

/* `beside` is how the input lies in the output's space: it goes along with the dimensions that both have, and stands still in those that
 * the window counts for, where its place is a question to the operator's function. */
expops_leaf *expops_draft_window(expops_draft *draft, const expops_view *out, uint32_t parameter,
                                 const expops_view *source, uint32_t walked, uint32_t single, int64_t reach)
{
    expops_leaf *leaf = expops_draft_leaf(draft, draft->op, EXPOPS_FAMILY_WINDOW, out);
    const int32_t kept = source->ndim - (int32_t)walked;
    expops_view beside = *out;
    leaf->row_dims = (uint32_t)(out->ndim - kept);
    leaf->reach = reach;
    leaf->window.single = single;
    leaf->window.walked = walked;
    for (uint32_t w = 0; w < walked; w++) {
        leaf->window.sizes[w] = source->shape[kept + (int32_t)w];
        leaf->window.strides[w] = source->strides[kept + (int32_t)w];
        /* until the operator says otherwise, a walked dimension depends on the output's index of the same number
         * alone */
        leaf->window.reads[w] = 1u << w;
    }
    /* The output's shape with the input's strides: a view of the input over the output's space. */
    beside.slot = source->slot;
    beside.dtype = source->dtype;
    beside.offset = source->offset;
    memset(beside.strides, 0, sizeof beside.strides);
    memcpy(beside.strides, source->strides, (size_t)kept * sizeof *beside.strides);
    expops_leaf_argument_as(leaf, parameter, &beside);
    leaf->input[0].walks = (1u << walked) - 1;
    return leaf;
}

void expops_leaf_value(expops_leaf *leaf, int64_t value)
{
    /* a defect of the operator's file, which its author meets at the first call */
    if (leaf->window.num_values == EXPOPS_MAX_VALUES)
        expops_draft_fail(leaf->draft, expops_fail(EXPOPS_ERR_INTERNAL, "%s settles more than %d values",
                                                   leaf->op->name, EXPOPS_MAX_VALUES));
    else
        leaf->window.values[leaf->window.num_values++] = value;
}

/* Three values in a row, which xk_divided reads: a kernel multiplies where it would divide by the first. */
void expops_leaf_divisor(expops_leaf *leaf, int64_t value)
{
    uint32_t magic = 0, shift = 0;
    if (value <= INT32_MAX) /* else indices have 64 bits */
        expops_find_magic((uint32_t)value, &magic, &shift);
    expops_leaf_value(leaf, value);
    expops_leaf_value(leaf, magic);
    expops_leaf_value(leaf, shift);
}

void expops_leaf_reads(expops_leaf *leaf, uint32_t walked, uint32_t indices)
{
    leaf->window.reads[walked] = indices;
}

void expops_leaf_most(expops_leaf *leaf, uint32_t walked, int64_t elements)
{
    leaf->window.most[walked] = elements;
}

void expops_leaf_wraps(expops_leaf *leaf)
{
    leaf->wraps = 1;
}

void expops_leaf_picks(expops_leaf *leaf, uint32_t parameter, const expops_view *view)
{
    leaf->window.picked = 1;
    for (uint32_t w = 0; w < leaf->window.walked; w++)
        /* the picked element counts as one more index, behind those of the output */
        leaf->window.reads[w] |= 1u << leaf->row_dims;
    expops_leaf_argument_as(leaf, parameter, view);
}

/* PyTorch's channels-last, by strides alone, as its own question has it: a compact tensor of one channel is not taken for one. */
static int channels_are_innermost(const expops_view *view)
{
    int64_t least = 1;
    if (view->ndim < 4 || view->ndim > 5 || view->shape[1] < 2 || view->strides[1] < 1)
        return 0;
    for (int32_t i = 0; i < view->ndim; i++) {
        const int32_t d = i == 0 ? 1 : i + 1 < view->ndim ? view->ndim - i : 0;
        if (view->shape[d] == 1)
            continue;
        if (view->shape[d] == 0 || view->strides[d] < least)
            return 0;
        if (!expops_checked_multiply(view->strides[d], view->shape[d], &least))
            least = INT64_MAX; /* nothing lies beyond */
    }
    return 1;
}

void expops_draft_channels(const expops_view *like, const int64_t *shape, int64_t *strides)
{
    const int innermost = channels_are_innermost(like);
    int64_t stride = 1;
    for (int32_t i = 0; i < like->ndim; i++) {
        const int32_t d = !innermost ? like->ndim - 1 - i : i == 0 ? 1 : i + 1 < like->ndim ? like->ndim - i : 0;
        strides[d] = stride;
        if (!expops_checked_multiply(stride, shape[d] > 1 ? shape[d] : 1, &stride))
            stride = 0; /* the shape is refused */
    }
}
