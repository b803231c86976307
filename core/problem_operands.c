/* What the kernel is given: the output, tensors of the device's, numbers, positions. */
#include <string.h>
#include "problem_internal.h"

/* A device's own memory; host tensors of no dimensions are taken as numbers. */
static expops_status check_memory(const expops_operator *op, const expops_device *device, const expops_tensor *tensor,
                                  const char *name, int element_bytes)
{
    const expops_device_info *info = &device->info;
    int known = 0;
    for (uint32_t i = 0; i < info->num_device_types; i++)
        known |= info->device_types[i] == tensor->device.device_type;
    const int host = tensor->device.device_type == EXPOPS_DL_CPU || info->caps & EXPOPS_CAP_HOST;
    if (!known || (!host && tensor->device.device_id != info->device_id))
        return expops_fail(EXPOPS_ERR_DEVICE, "%s: argument %s is on DLPack device %d:%d, which %s cannot use",
                           op->name, name, tensor->device.device_type, tensor->device.device_id, device->name);
    if (!tensor->data && expops_tensor_numel(tensor) > 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument %s has no data", op->name, name);
    const uint64_t address =
        tensor->byte_offset + (info->caps & EXPOPS_CAP_HANDLES ? 0 : (uint64_t)(uintptr_t)tensor->data);
    if (address % (uint64_t)(element_bytes > 8 ? 8 : element_bytes))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "%s: argument %s starts at an address that is no multiple of its "
                           "element's size",
                           op->name, name);
    return EXPOPS_OK;
}

static uint32_t is_aligned(const expops_device *device, const expops_tensor *tensor)
{
    const uint64_t data = device->info.caps & EXPOPS_CAP_HANDLES ? 0 : (uint64_t)(uintptr_t)tensor->data;
    return (data + tensor->byte_offset) % 16 == 0;
}

static expops_status add_tensor(expops_problem *problem, const expops_device *device, const expops_tensor *tensor,
                                int32_t argument, uint32_t piece, const char *name, expops_meeting meeting)
{
    expops_problem_operand *operand = problem->operand + problem->num_operands++;
    expops_dtype dtype;
    memset(operand, 0, sizeof *operand);
    EXPOPS_TRY(expops_dtype_from_dl(tensor->dtype, &dtype));
    EXPOPS_TRY(check_memory(problem->op, device, tensor, name, (int)expops_dtype_bytes(dtype)));
    operand->kind = argument < 0 ? EXPOPS_OPERAND_OUTPUT : EXPOPS_OPERAND_INPUT;
    operand->argument = argument;
    operand->piece = piece;
    operand->dtype = (int32_t)dtype;
    operand->device_type = tensor->device.device_type;
    operand->aligned = is_aligned(device, tensor);
    operand->meeting = meeting;
    problem->num_tensors++;
    return EXPOPS_OK;
}

static void add_number(expops_problem *problem, int32_t argument, uint32_t source, double constant,
                       expops_meeting meeting)
{
    expops_problem_operand *operand = problem->operand + problem->num_operands++;
    memset(operand, 0, sizeof *operand);
    operand->kind = EXPOPS_OPERAND_NUMBER;
    operand->argument = argument;
    operand->dtype = problem->common;
    operand->meeting = meeting;
    operand->number_source = source;
    operand->constant = constant;
    problem->num_numbers++;
}

static void add_position(expops_problem *problem)
{
    expops_problem_operand *operand = problem->operand + problem->num_operands++;
    memset(operand, 0, sizeof *operand);
    operand->kind = EXPOPS_OPERAND_POSITION;
    operand->dtype = operand->meeting.as = EXPOPS_DTYPE_I64;
    memcpy(operand->strides, problem->op->position, sizeof problem->op->position);
}

/* Of the arithmetic, which for the half types is f32's: what PyTorch takes. */
static double machine_epsilon(const expops_problem *problem)
{
    return problem->compute == EXPOPS_COMPUTE_F32 ? 0x1p-23 : 0x1p-52;
}

static int is_host_number(const expops_device *device, const expops_value *value, const expops_parameter *parameter)
{
    return expops_value_is_tensor(value) && parameter->kind == EXPOPS_PARAMETER_OPERAND &&
           value->as.tensor->ndim == 0 && value->as.tensor->device.device_type == EXPOPS_DL_CPU &&
           !(device->info.caps & EXPOPS_CAP_HOST) && value->as.tensor->data;
}

static expops_status add_argument(expops_problem *problem, const expops_device *device, const expops_value *args,
                                  uint32_t index)
{
    const expops_parameter *parameter = problem->op->parameters + index;
    const expops_value *value = args + index;
    const int kernel_kind = parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND ||
                            parameter->kind == EXPOPS_PARAMETER_NUMBER;
    if (!kernel_kind || parameter->shape_only)
        return EXPOPS_OK;
    const uint32_t pieces = expops_value_is_tensor(value) && parameter->pieces ? parameter->pieces : 1;
    if (problem->num_operands + pieces > 1 + EXPOPS_MAX_OPERANDS)
        return expops_fail(EXPOPS_ERR_INTERNAL, "%s: more than %d operands", problem->op->name, EXPOPS_MAX_OPERANDS);
    const expops_meeting meeting = expops_meet(problem->op, index, value, problem->common);
    if (is_host_number(device, value, parameter))
        add_number(problem, (int32_t)index, EXPOPS_NUMBER_TENSOR, 0, meeting);
    else if (expops_value_is_tensor(value))
        for (uint32_t piece = 0; piece < pieces; piece++)
            EXPOPS_TRY(add_tensor(problem, device, value->as.tensor, (int32_t)index, piece, parameter->name, meeting));
    else if (value->kind != EXPOPS_VALUE_NONE)
        add_number(problem, (int32_t)index, EXPOPS_NUMBER_VALUE, 0, meeting);
    else
        add_number(problem, (int32_t)index, EXPOPS_NUMBER_CONSTANT,
                   parameter->epsilon ? machine_epsilon(problem) : parameter->default_value, meeting);
    return EXPOPS_OK;
}

/* Without a change of type, the result's own included, nothing is computed, and every bit of a NaN arrives. */
static void move_as_bits(expops_problem *problem)
{
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (!expops_is_tensor(problem->operand + i) || problem->operand[i].dtype != problem->common)
            return;
    problem->bits = expops_operand_bytes(problem->operand);
    problem->common = -1;
}

expops_status expops_problem_operands(expops_problem *problem, const expops_device *device, const expops_value *args,
                                      const expops_tensor *out)
{
    problem->num_operands = problem->num_tensors = problem->num_numbers = 0;
    EXPOPS_TRY(add_tensor(problem, device, out, -1, 0, "out", (expops_meeting){ problem->result, 0 }));
    for (uint32_t i = 0; problem->op->parameters[i].name; i++)
        EXPOPS_TRY(add_argument(problem, device, args, i));
    if (problem->op->promotion == EXPOPS_PROMOTE_POSITION)
        add_position(problem);
    if (problem->op->moves)
        move_as_bits(problem);
    return EXPOPS_OK;
}
