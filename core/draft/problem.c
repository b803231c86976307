/* From a leaf to a problem. */
#include "problem.h"
#include <string.h>
#include "base/error.h"
#include "base/size.h"

/* What the error calls a tensor: a parameter's name, or the output's. */
static const char *slot_name(const expops_draft *draft, const expops_slot *slot)
{
    if (slot->kind == EXPOPS_SLOT_ARGUMENT)
        return draft->op->parameters[slot->index].name;
    return expops_operator_output(draft->op, slot->index);
}

/* A device's own memory; host tensors of no dimensions are taken as numbers. */
static expops_status check_memory(const expops_draft *draft, const expops_slot *slot, int element_bytes)
{
    const expops_device_info *info = &draft->device->info;
    const expops_tensor *tensor = slot->tensor;
    const char *op = draft->op->name, *name = slot_name(draft, slot);
    int known = 0;
    for (uint32_t i = 0; i < info->num_device_types; i++)
        /* several kinds of memory may be a device's: its own, and what it shares with the host */
        known |= info->device_types[i] == tensor->device.device_type;
    const int host = tensor->device.device_type == EXPOPS_DL_CPU || info->caps & EXPOPS_CAP_HOST;
    if (!known || (!host && tensor->device.device_id != info->device_id))
        return expops_fail(EXPOPS_ERR_DEVICE, "%s: argument %s is on DLPack device %d:%d, which %s cannot use", op,
                           name, tensor->device.device_type, tensor->device.device_id, draft->device->name);
    if (!tensor->data && expops_tensor_numel(tensor) > 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument %s has no data", op, name);
    const uint64_t address =
        tensor->byte_offset + (info->caps & EXPOPS_CAP_HANDLES ? 0 : (uint64_t)(uintptr_t)tensor->data);
    /* Frameworks align elements, but complex ones of 16 bytes only to the double that they consist of. */
    if (address % (uint64_t)(element_bytes > 8 ? 8 : element_bytes))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "%s: argument %s starts at an address that is no multiple of its element's size", op, name);
    return EXPOPS_OK;
}

/* Memory objects start where any vector does; addresses are what they are. */
static uint32_t is_aligned(const expops_device *device, const expops_tensor *tensor)
{
    const uint64_t data = device->info.caps & EXPOPS_CAP_HANDLES ? 0 : (uint64_t)(uintptr_t)tensor->data;
    return (data + tensor->byte_offset) % 16 == 0;
}

static expops_status add_tensor(const expops_draft *draft, const expops_view *view, uint32_t kind,
                                expops_meeting meeting, expops_problem *problem)
{
    const expops_slot *slot = draft->slots + view->slot;
    expops_problem_operand *operand = problem->operand + problem->num_operands++;
    memset(operand, 0, sizeof *operand);
    operand->kind = kind;
    operand->slot = view->slot;
    operand->dtype = view->dtype;
    operand->meeting = meeting;
    operand->offset = view->offset;
    memcpy(operand->strides, view->strides, sizeof view->strides);
    expops_view_extent(view, expops_operand_bytes(operand), &operand->low, &operand->high);
    problem->num_tensors++;
    /* of a temporary, which is the library's own */
    operand->aligned = 1;
    operand->device_type = draft->device->info.device_types[0];
    if (slot->kind == EXPOPS_SLOT_TEMPORARY)
        return EXPOPS_OK;
    /* It is part of the plan's key: the kernel is chosen by it, and a call with another alignment is another plan. */
    operand->aligned = is_aligned(draft->device, slot->tensor);
    operand->device_type = slot->tensor->device.device_type;
    return check_memory(draft, slot, (int)expops_operand_bytes(operand));
}

static void add_other(const expops_leaf_input *input, int32_t dtype, expops_problem *problem)
{
    expops_problem_operand *operand = problem->operand + problem->num_operands++;
    memset(operand, 0, sizeof *operand);
    operand->kind = input->kind;
    operand->dtype = dtype;
    operand->meeting = input->meeting;
    operand->argument = input->argument;
    operand->attribute = input->attribute;
    operand->source = input->source;
    operand->constant = input->constant;
    if (input->kind == EXPOPS_OPERAND_NUMBER) {
        problem->num_numbers++;
    } else {
        operand->dtype = EXPOPS_DTYPE_I64;
        operand->offset = input->view.offset;
        memcpy(operand->strides, input->view.strides, sizeof input->view.strides);
    }
}

/* Without a change of type, the result's own included, nothing is computed, and every bit of a NaN arrives. */
static void move_as_bits(expops_problem *problem)
{
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (problem->operand[i].kind == EXPOPS_OPERAND_NUMBER ||
            (expops_is_tensor(problem->operand + i) && problem->operand[i].dtype != problem->common))
            return;
    problem->bits = expops_operand_bytes(problem->operand);
    problem->common = -1;
}

static void take_types(const expops_leaf *leaf, expops_problem *problem)
{
    problem->op = leaf->op;
    problem->family = leaf->family;
    problem->lifted = leaf->lifted;
    problem->common = leaf->common;
    problem->result = leaf->result;
    problem->bits = leaf->bits;
    problem->compute = leaf->compute;
    problem->choice = leaf->choice;
    problem->apart = leaf->apart;
    problem->window = leaf->window;
    problem->wraps = leaf->wraps;
    problem->reach = leaf->reach;
}

static void take_space(const expops_leaf *leaf, expops_problem *problem)
{
    problem->rank = (uint32_t)leaf->out.ndim;
    problem->row_dims = leaf->row_dims;
    problem->order = leaf->order;
    memcpy(problem->shape, leaf->out.shape, sizeof leaf->out.shape);
    const uint32_t kept = problem->rank - leaf->row_dims;
    if (expops_has_no_elements((int32_t)leaf->row_dims, problem->shape + kept))
        memset(problem->shape + kept, 0,
               leaf->row_dims * sizeof *problem->shape); /* empty rows, whatever else they hold */
    problem->empty = expops_has_no_elements(leaf->out.ndim - (int32_t)leaf->row_dims, leaf->out.shape) ||
                     (!leaf->empty_rows && expops_has_no_elements(leaf->out.ndim, leaf->out.shape));
}

/* An operand reaches all that the window's dimensions do which it walks. */
static void widen(const expops_window *window, expops_problem_operand *operand)
{
    const int64_t bytes = expops_operand_bytes(operand);
    for (uint32_t w = 0; operand->low != operand->high && w < window->walked; w++) {
        if (!(operand->walks >> w & 1u))
            continue;
        if (window->sizes[w] == 0)
            operand->low = operand->high = 0;
        else
            *(window->strides[w] < 0 ? &operand->low : &operand->high) +=
                window->strides[w] * (window->sizes[w] - 1) * bytes;
    }
}

expops_status expops_problem_make(const expops_draft *draft, const expops_leaf *leaf, expops_problem *problem)
{
    take_types(leaf, problem);
    take_space(leaf, problem);
    problem->num_operands = problem->num_tensors = problem->num_numbers = 0;
    EXPOPS_TRY(add_tensor(draft, &leaf->out, EXPOPS_OPERAND_OUTPUT, (expops_meeting){ leaf->result, 0 }, problem));
    for (uint32_t i = 0; i < leaf->num_inputs; i++) {
        const expops_leaf_input *input = leaf->input + i;
        if (input->kind == EXPOPS_OPERAND_INPUT || input->kind == EXPOPS_OPERAND_OUTPUT)
            EXPOPS_TRY(add_tensor(draft, &input->view, input->kind, input->meeting, problem));
        else
            add_other(input, leaf->common, problem);
        problem->operand[1 + i].walks = input->walks;
        widen(&problem->window, problem->operand + 1 + i);
    }
    if (leaf->op->arithmetic == EXPOPS_ARITHMETIC_MOVES)
        move_as_bits(problem);
    if (!problem->empty) /* else only its numbers count: one that cannot be held is refused all the same */
        expops_problem_collapse(problem);
    return EXPOPS_OK;
}
