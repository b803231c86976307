/* The words of drafts whose leaves are selections. */
#include "draft_internal.h"

expops_status expops_draft_result_up_to(expops_draft *draft, uint32_t index, int32_t dtype, int64_t most,
                                        expops_view *out)
{
    int64_t size = most;
    expops_dtype given;
    if (draft->outs && index < draft->num_outs) {
        const expops_tensor *tensor = draft->outs + index;
        EXPOPS_TRY_SAYING(expops_check_tensor(tensor, &given), "%s", expops_operator_output(draft->op, index));
        /* Any smaller output will do: who knows how many elements there are gives room for no more. */
        size = tensor->ndim == 1 && tensor->shape[0] < most ? tensor->shape[0] : most;
    }
    EXPOPS_TRY(expops_draft_result(draft, index, dtype, 1, &size, NULL, out));
    draft->results[index].flags |= EXPOPS_RESULT_UP_TO;
    return EXPOPS_OK;
}

/* Elements that the leaf reads from the first to the last, as many as dimension `walked` of the window has. */
static void add_compact(expops_leaf *leaf, const expops_view *view, uint32_t walked)
{
    expops_view first = *view;
    first.ndim = 0;
    expops_leaf_view(leaf, &first);
    leaf->input[leaf->num_inputs - 1].walks = 1u << walked;
}

void expops_draft_select(expops_draft *draft, const expops_view *out, const expops_view *mask,
                         const expops_view *elements, const expops_view *source, const expops_view *count)
{
    expops_leaf *leaf = expops_draft_leaf(draft, draft->op, EXPOPS_FAMILY_SELECT, out);
    leaf->order = EXPOPS_ORDER_KEPT;
    leaf->window.walked = 2;
    leaf->window.sizes[0] = mask->shape[0];
    leaf->window.sizes[1] = source ? source->shape[0] : 0;
    leaf->window.strides[0] = leaf->window.strides[1] = 1;
    add_compact(leaf, mask, 0);
    if (source) {
        expops_leaf_view(leaf, elements); /* which stay in their places, or are replaced there: it may be the output */
        add_compact(leaf, source, 1);
    } else {
        add_compact(leaf, elements, 0);
        expops_leaf_view(leaf, count);
        leaf->input[leaf->num_inputs - 1].kind = EXPOPS_OPERAND_OUTPUT;
    }
}
