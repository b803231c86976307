/* The words that drafts are written in. */
#include "draft.h"
#include <stddef.h>
#include <string.h>
#include "draft_internal.h"
#include "base/grow.h"
#include "base/size.h"

/* --- results --- */

/* Whatever an operator makes of sizes that were fine, an output of that shape must be addressable: everything behind counts bytes in
 * 64 bits without looking. */
static expops_status check_result(const expops_draft *draft, uint32_t index)
{
    char text[EXPOPS_SHAPE_TEXT];
    const expops_result *result = draft->results + index;
    int64_t strides[EXPOPS_MAX_RANK], low, high;
    if (expops_checked_strides(result->ndim, result->shape, strides) &&
        expops_checked_extent(result->ndim, result->shape, strides, (int64_t)expops_dtype_bytes(result->dtype), &low,
                              &high))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE, "the result has shape %s of %s, whose bytes 64 bits cannot count",
                       expops_shape_text(result->ndim, result->shape, text), expops_dtype_name(result->dtype));
}

static const char *output_name(const expops_operator *op, uint32_t index)
{
    return op->outputs[index] ? op->outputs[index] : "output";
}

/* What an output has to be is known once the result is: where types are named, or only bits are moved, nothing would convert, so that
 * the type has to be the result's own. */
static expops_status check_output(const expops_draft *draft, uint32_t index, const expops_tensor *out,
                                  expops_view *view)
{
    char want[EXPOPS_SHAPE_TEXT], got[EXPOPS_SHAPE_TEXT];
    const expops_result *result = draft->results + index;
    const char *name = output_name(draft->op, index);
    expops_dtype dtype;
    EXPOPS_TRY_SAYING(expops_check_tensor(out, &dtype), "%s", name);
    expops_view_of_tensor(out, view);
    view->dtype = (int32_t)dtype;
    if (view->ndim != result->ndim || memcmp(view->shape, result->shape, (size_t)view->ndim * sizeof *view->shape))
        return expops_fail(EXPOPS_ERR_SHAPE, "%s has shape %s; the result's is %s", name,
                           expops_shape_text(view->ndim, view->shape, got),
                           expops_shape_text(result->ndim, result->shape, want));
    if (draft->common < 0 || draft->names_type ? dtype != result->dtype
                                               : !expops_dtype_can_cast((int)result->dtype, (int)dtype))
        return expops_fail(EXPOPS_ERR_DTYPE, "%s has type %s, which cannot hold a result of type %s", name,
                           expops_dtype_name(dtype), expops_dtype_name(result->dtype));
    /* Two results for one address, and nothing says in which order they are written. */
    if (expops_view_overlaps_itself(view))
        return expops_fail(EXPOPS_ERR_OVERLAP, "several elements of %s share one address", name);
    return EXPOPS_OK;
}

/* A tensor that views are of; -1: no memory. */
static int32_t add_slot(expops_draft *draft, expops_slot slot)
{
    if (!EXPOPS_GROW(draft->slots, draft->num_slots, draft->max_slots))
        return -1;
    draft->slots[draft->num_slots] = slot;
    return (int32_t)draft->num_slots++;
}

expops_status expops_no_plan_memory(void)
{
    return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory for a plan");
}

expops_status expops_draft_result(expops_draft *draft, uint32_t index, int32_t dtype, int32_t ndim,
                                  const int64_t *shape, const int64_t *strides, expops_view *out)
{
    expops_result *result = draft->results + index;
    memset(result, 0, sizeof *result);
    result->struct_size = sizeof *result;
    result->dtype = (expops_dtype)dtype;
    result->ndim = ndim;
    if (ndim) /* `shape` may be NULL without */
        memcpy(result->shape, shape, (size_t)ndim * sizeof *shape);
    EXPOPS_TRY(check_result(draft, index));
    if (strides)
        memcpy(result->strides, strides, (size_t)ndim * sizeof *strides);
    else
        expops_contiguous_strides(ndim, shape, result->strides);
    /* Without outputs the view is of no tensor; what the draft says of it is thrown away, and the shape kept. */
    draft->num_results = index + 1;
    *out = (expops_view){ .dtype = dtype, .ndim = ndim };
    memcpy(out->shape, result->shape, sizeof out->shape);
    memcpy(out->strides, result->strides, sizeof out->strides);
    if (!draft->outs)
        return EXPOPS_OK;
    if (index >= draft->num_outs)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%u outputs given; there are more", draft->num_outs);
    EXPOPS_TRY(check_output(draft, index, draft->outs + index, out));
    out->slot =
        add_slot(draft, (expops_slot){ .kind = EXPOPS_SLOT_OUTPUT, .index = index, .tensor = draft->outs + index });
    return out->slot < 0 ? expops_no_plan_memory() : EXPOPS_OK;
}

expops_status expops_draft_temporary(expops_draft *draft, int32_t dtype, int32_t ndim, const int64_t *shape,
                                     expops_view *out)
{
    int64_t low, high;
    *out = (expops_view){ .dtype = dtype, .ndim = ndim };
    memcpy(out->shape, shape, (size_t)ndim * sizeof *shape);
    if (!expops_checked_strides(ndim, shape, out->strides) ||
        !expops_checked_extent(ndim, shape, out->strides, (int64_t)expops_dtype_bytes((expops_dtype)dtype), &low,
                               &high))
        return expops_fail(EXPOPS_ERR_SHAPE, "temporary memory has more bytes than 64 bits count");
    if (!draft->outs)
        return EXPOPS_OK;
    out->slot = add_slot(draft, (expops_slot){ .kind = EXPOPS_SLOT_TEMPORARY, .offset = draft->temporary_bytes });
    /* As allocators align: kernels take vectors from the start of each. */
    draft->temporary_bytes += ((uint64_t)high + 255) / 256 * 256;
    return out->slot < 0 ? expops_no_plan_memory() : EXPOPS_OK;
}

/* --- arguments --- */

expops_view expops_draft_item(expops_draft *draft, uint32_t parameter, uint32_t item)
{
    const expops_tensor *tensor = draft->args[parameter].as.tensors[item];
    expops_dtype dtype = 0;
    expops_view view;
    expops_view_of_tensor(tensor, &view);
    (void)expops_dtype_from_dl(tensor->dtype, &dtype); /* the arguments were checked */
    view.dtype = (int32_t)dtype;
    view.slot = draft->outs ? add_slot(draft, (expops_slot){ EXPOPS_SLOT_ARGUMENT, parameter, 1, item, tensor, 0 }) : 0;
    return view;
}

expops_status expops_draft_tensors(expops_draft *draft)
{
    for (uint32_t i = 0; draft->op->parameters[i].name; i++) {
        const expops_value *value = draft->args + i;
        expops_dtype dtype;
        if (!expops_value_is_tensor(value))
            continue;
        EXPOPS_TRY(expops_dtype_from_dl(value->as.tensor->dtype, &dtype));
        expops_view_of_tensor(value->as.tensor, draft->tensor + i);
        draft->tensor[i].dtype = (int32_t)dtype;
        draft->tensor[i].slot =
            draft->outs ? add_slot(draft, (expops_slot){ EXPOPS_SLOT_ARGUMENT, i, 0, 0, value->as.tensor, 0 }) : 0;
        if (draft->tensor[i].slot < 0)
            return expops_no_plan_memory();
    }
    return EXPOPS_OK;
}

expops_status expops_draft_broadcast(const expops_draft *draft, int32_t *ndim, int64_t *shape)
{
    *ndim = 0;
    for (uint32_t i = 0; draft->op->parameters[i].name; i++)
        if (expops_value_is_tensor(draft->args + i))
            EXPOPS_TRY_SAYING(expops_broadcast(ndim, shape, draft->tensor + i), "argument %s",
                              draft->op->parameters[i].name);
    return EXPOPS_OK;
}

/* --- leaves --- */

/* The first failure is the cause; words that follow it in a draft go on harmlessly. */
void expops_draft_fail(expops_draft *draft, expops_status status)
{
    draft->failed = draft->failed == EXPOPS_OK ? status : draft->failed;
}

/* Where only the results are wanted, and where memory is out, leaves are written over each other. */
static expops_leaf *next_leaf(expops_draft *draft)
{
    const uint32_t more = draft->outs || draft->num_leaves == 0;
    if (more && !EXPOPS_GROW(draft->leaves, draft->num_leaves, draft->max_leaves)) {
        expops_draft_fail(draft, expops_no_plan_memory());
        return draft->leaves + draft->num_leaves - 1;
    }
    draft->num_leaves += more;
    return draft->leaves + draft->num_leaves - 1;
}

expops_leaf *expops_draft_leaf(expops_draft *draft, const expops_operator *body, uint32_t family,
                               const expops_view *out)
{
    expops_leaf *leaf = next_leaf(draft);
    /* Inputs, most of the bytes, are cleared as they are added. */
    memset(leaf, 0, offsetof(expops_leaf, input));
    leaf->draft = draft;
    leaf->op = body;
    leaf->family = family;
    /* all that there are, unless a word says that fewer are reduced and the rest is only mapped */
    leaf->lifted = EXPOPS_MAX_TENSORS;
    leaf->common = draft->common;
    leaf->bits = draft->bits;
    leaf->result = draft->result;
    leaf->compute = draft->compute;
    leaf->choice = draft->choice;
    leaf->out = *out;
    return leaf;
}

expops_leaf *expops_draft_leaf_of_output(expops_draft *draft, const expops_operator *body, uint32_t family,
                                         const expops_view *out)
{
    expops_leaf *leaf = expops_draft_leaf(draft, body, family, out);
    /* Another operator's body knows nothing of this one's choices. */
    leaf->choice = 0;
    expops_leaf_computes(leaf, out->dtype, out->dtype);
    return leaf;
}

/* Beyond the limit the last one is written over: the draft has failed, and drafts do not ask after each word. */
static expops_leaf_input *next_input(expops_leaf *leaf, uint32_t kind)
{
    if (leaf->num_inputs == EXPOPS_MAX_OPERANDS) {
        expops_draft_fail(leaf->draft, expops_fail(EXPOPS_ERR_INTERNAL, "%s takes more than %d arguments",
                                                   leaf->op->name, EXPOPS_MAX_OPERANDS));
        leaf->num_inputs--;
    }
    expops_leaf_input *input = leaf->input + leaf->num_inputs++;
    memset(input, 0, sizeof *input);
    input->kind = kind;
    input->argument = EXPOPS_NO_ARGUMENT;
    return input;
}

static void add_view(expops_leaf *leaf, const expops_view *view, int32_t argument, expops_meeting meeting)
{
    expops_leaf_input *input = next_input(leaf, EXPOPS_OPERAND_INPUT);
    input->argument = argument;
    input->view = *view;
    input->meeting = meeting;
    const expops_status status = expops_view_expands_to(view, &leaf->out);
    if (status != EXPOPS_OK) {
        expops_draft_fail(leaf->draft, status);
        return;
    }
    expops_view_expand(&input->view, leaf->out.ndim, leaf->out.shape);
}

void expops_leaf_view(expops_leaf *leaf, const expops_view *view)
{
    add_view(leaf, view, EXPOPS_NO_ARGUMENT, (expops_meeting){ leaf->common, 0 });
}

static void add_number(expops_leaf *leaf, int32_t argument, uint32_t source, double constant, expops_meeting meeting)
{
    expops_leaf_input *input = next_input(leaf, EXPOPS_OPERAND_NUMBER);
    input->argument = argument;
    input->source = source;
    input->constant = constant;
    input->meeting = meeting;
}

/* PyTorch lets a CPU tensor of no dimensions meet tensors of a GPU. Its value is read at each call, so that the plan stays good when it
 * changes; where memory is the host's it is a tensor as others are. */
static int is_host_number(const expops_device *device, const expops_value *value, const expops_parameter *parameter)
{
    return device && expops_value_is_tensor(value) && parameter->kind == EXPOPS_PARAMETER_OPERAND &&
           value->as.tensor->ndim == 0 && value->as.tensor->device.device_type == EXPOPS_DL_CPU &&
           !(device->info.caps & EXPOPS_CAP_HOST) && value->as.tensor->data;
}

void expops_leaf_argument_as(expops_leaf *leaf, uint32_t parameter, const expops_view *view)
{
    const expops_draft *draft = leaf->draft;
    const expops_parameter *own = draft->op->parameters + parameter;
    const expops_value *value = draft->args + parameter;
    const int32_t common =
        draft->common < 0 ? leaf->common : draft->common; /* a number where elements are moved as bits */
    const expops_meeting meeting = expops_meet(draft->op, parameter, value, common);
    if (is_host_number(draft->device, value, own))
        add_number(leaf, (int32_t)parameter, EXPOPS_NUMBER_TENSOR, 0, meeting);
    else if (expops_value_is_tensor(value))
        add_view(leaf, view, (int32_t)parameter, meeting);
    else if (value->kind != EXPOPS_VALUE_NONE)
        add_number(leaf, (int32_t)parameter, EXPOPS_NUMBER_VALUE, 0, meeting);
    else
        add_number(leaf, (int32_t)parameter, EXPOPS_NUMBER_CONSTANT, own->default_value, meeting);
    leaf->input[leaf->num_inputs - 1].attribute = leaf->attributes && own->kind == EXPOPS_PARAMETER_NUMBER;
}

void expops_leaf_argument(expops_leaf *leaf, uint32_t parameter)
{
    expops_leaf_argument_as(leaf, parameter, leaf->draft->tensor + parameter);
}

void expops_leaf_constant(expops_leaf *leaf, double value, uint32_t attribute)
{
    add_number(leaf, EXPOPS_NO_ARGUMENT, EXPOPS_NUMBER_CONSTANT, value,
               (expops_meeting){ expops_arithmetic_type(leaf->common), 0 });
    leaf->input[leaf->num_inputs - 1].attribute = attribute;
}

void expops_leaf_position(expops_leaf *leaf, const int64_t *strides, int64_t first)
{
    expops_leaf_input *input = next_input(leaf, EXPOPS_OPERAND_POSITION);
    input->meeting.as = input->view.dtype = EXPOPS_DTYPE_I64;
    input->view.ndim = leaf->out.ndim;
    memcpy(input->view.shape, leaf->out.shape, sizeof input->view.shape);
    memcpy(input->view.strides, strides, (size_t)leaf->out.ndim * sizeof *strides);
    input->view.offset = first;
}

/* Whatever the call's own types are: a draft may have leaves that compute in others. */
void expops_leaf_computes(expops_leaf *leaf, int32_t common, int32_t result)
{
    leaf->bits = 0;
    leaf->common = common;
    leaf->result = result;
    leaf->compute = (uint32_t)expops_dtype_compute(common);
}
