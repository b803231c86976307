/* The struct of numbers that a kernel gets, and the facts about a problem that its fields' types hang on. */
#include <string.h>
#include "base/size.h"
#include "specialize.h"

/* --- params --- */

static void put(expops_params *params, const void *value, uint32_t bytes)
{
    /* Asked once at the end, as of texts. */
    params->failed |= bytes > sizeof params->data - params->bytes;
    if (params->failed)
        return;
    memcpy(params->data + params->bytes, value, bytes);
    params->bytes += bytes;
}

void expops_params_u64(expops_params *params, uint64_t value)
{
    put(params, &value, 8);
}

void expops_params_u32(expops_params *params, uint32_t value)
{
    put(params, &value, 4);
}

void expops_params_index(expops_params *params, int64_t value, int wide)
{
    const int32_t narrow = (int32_t)value;
    put(params, wide ? (const void *)&value : (const void *)&narrow, wide ? 8 : 4);
}

/* Room for them: values are written at each call, at places that the plan works out from `numbers`. */
void expops_params_numbers(expops_params *params, const expops_problem *problem)
{
    params->numbers = params->bytes;
    for (uint32_t i = 0; i < problem->num_numbers * (problem->compute == EXPOPS_COMPUTE_C128 ? 2 : 1); i++)
        expops_params_u64(params, 0);
}

/* The size, and what a kernel multiplies and shifts by instead of dividing. */
void expops_params_divisor(expops_params *params, int64_t size)
{
    uint32_t magic, shift;
    expops_find_magic((uint32_t)size, &magic, &shift);
    expops_params_u32(params, (uint32_t)size);
    expops_params_u32(params, magic);
    expops_params_u32(params, shift);
}

void expops_params_finish(expops_params *params)
{
    /* Compilers round the struct up to its largest field's alignment; the launch gives as many bytes as they read. */
    if (params->bytes % 8)
        expops_params_u32(params, 0);
}

void expops_params_bounds(const expops_problem_operand *operand, int wide, expops_params *params)
{
    const int64_t bytes = expops_operand_bytes(operand);
    expops_params_index(params, operand->low / bytes - operand->offset, wide);
    expops_params_index(params, operand->high / bytes - operand->offset, wide);
}

void expops_params_moved(const expops_problem *problem, int wide, expops_params *params)
{
    const expops_problem_operand *out = problem->operand, *in = out + 1;
    expops_params_bounds(in, 1, params);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, problem->shape[d], wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, in->strides[d], wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, out->strides[d], wide);
}

/* --- facts --- */

enum { LARGEST_INDEX = INT32_MAX - 65536 }; /* of 32 bits; the last group may count past the end */

/* Sums of strides and indices, in any order, with the first. */
static int position_is_small(const expops_problem *problem, const expops_problem_operand *operand)
{
    int64_t most = operand->offset < 0 ? -operand->offset : operand->offset, part;
    for (uint32_t d = 0; d < problem->rank; d++) {
        const int64_t stride = operand->strides[d] < 0 ? -operand->strides[d] : operand->strides[d];
        if (!expops_checked_multiply(stride, problem->shape[d], &part) || !expops_checked_add(most, part, &most))
            return 0;
    }
    return most <= LARGEST_INDEX;
}

int expops_needs_wide_offsets(const expops_problem *problem)
{
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (expops_is_tensor(operand) && (operand->high - operand->low) / expops_operand_bytes(operand) > LARGEST_INDEX)
            return 1;
    }
    for (uint32_t d = 0; d < problem->rank; d++)
        if (problem->shape[d] > LARGEST_INDEX)
            return 1;
    return 0;
}

/* An index is worked out before it becomes an offset: so the space's own places count, and what a window's function
 * may come to (reach). */
int expops_needs_wide_index(const expops_problem *problem)
{
    int64_t numel = 1;
    for (uint32_t d = 0; d < problem->rank; d++)
        numel *= problem->shape[d];
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (operand->kind == EXPOPS_OPERAND_POSITION && !position_is_small(problem, operand))
            return 1;
    }
    return numel > LARGEST_INDEX || problem->reach > LARGEST_INDEX || expops_needs_wide_offsets(problem);
}

int expops_moves_one(const expops_problem *problem, uint32_t most_bytes)
{
    return problem->common < 0 && problem->num_operands == 2 && problem->num_tensors == 2 &&
           problem->bits <= most_bytes && problem->rank > 1 && problem->operand[0].strides[problem->rank - 1] == 1;
}

int expops_can_vector(const expops_problem *problem, const expops_problem_operand *operand, uint32_t count,
                      uint32_t skip)
{
    if (count == 1)
        return 1;
    if (!operand->aligned || operand->offset % count)
        return 0;
    for (uint32_t d = 0; d < problem->rank; d++)
        if (d != skip && problem->shape[d] != 1 && operand->strides[d] % count)
            return 0;
    return 1;
}

uint32_t expops_widest_vector(const expops_problem *problem)
{
    uint32_t bytes = 1;
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (expops_is_tensor(operand) && expops_operand_bytes(operand) > bytes)
            bytes = expops_operand_bytes(operand);
    }
    return 16 / bytes;
}
