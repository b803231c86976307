/* Short rows that lie together in memory without starting at multiples of a vector: as many as a group takes pass through local memory. */
#include "rows_plan.h"

enum {
    SHORTEST = 2,
    LONGEST_VECTORS = 16,  /* of longer ones, elements in front of whole vectors and behind them are few */
    ITEM_VECTORS = 8,      /* as many elements of all inputs as a work-item takes of a row */
    MOST_BYTES = 24 << 10, /* of a group's rows; with more, a compute unit holds too few groups */
};

/* The first row starts at a whole vector and nothing lies between rows: then the group's rows are one piece of
 * memory that whole vectors cover. */
static int lies_together(const expops_problem *problem, const expops_problem_operand *operand, int64_t length,
                         uint32_t vector)
{
    return operand->aligned && operand->offset % vector == 0 && operand->strides[problem->rank - 1] == 1 &&
           (problem->rank < 2 || problem->shape[0] == 1 || operand->strides[0] == length);
}

/* Element by element in the same place as the first input. */
static int lies_alike(const expops_problem *problem, uint32_t operand, int64_t length, uint32_t vector)
{
    const expops_problem_operand *given = problem->operand + operand;
    return given->kind != EXPOPS_OPERAND_NUMBER &&
           expops_operand_bytes(given) == expops_operand_bytes(problem->operand + 1) &&
           lies_together(problem, given, length, vector);
}

/* So many inputs, the first ones; 0 of a map where not all that is reduced is among them, and what becomes of it. */
static uint32_t count_alike(const expops_problem *problem, int64_t length, uint32_t vector)
{
    uint32_t count = 0;
    if (problem->row_dims != 1 || problem->rank > 2 || problem->op->family == EXPOPS_FAMILY_POINTWISE ||
        (problem->family == EXPOPS_FAMILY_MAP && !lies_alike(problem, 0, length, vector)))
        return 0;
    while (count + 1 < problem->num_operands && lies_alike(problem, count + 1, length, vector))
        count++;
    return problem->family == EXPOPS_FAMILY_MAP && count < expops_rows_lifted(problem) ? 0 : count;
}

/* So few work-items for a row that the group's rows are whole vectors; 0 where none are. */
static uint32_t choose_per_row(int64_t length, uint32_t group, uint32_t vector, uint32_t inputs)
{
    const uint64_t elements = ITEM_VECTORS * (uint64_t)vector / inputs;
    uint32_t per_row = expops_power_of_two_above(((uint64_t)length + elements - 1) / elements, group);
    while (per_row && group / per_row * (uint64_t)length % vector)
        per_row /= 2;
    return per_row;
}

/* Where `inputs` of the group's rows fit. */
static int share_group(const expops_problem *problem, const expops_device *device, uint32_t group, uint32_t inputs,
                       expops_rows_plan *plan)
{
    const uint32_t vector = expops_widest_vector(problem),
                   per_row = choose_per_row(plan->length, group, vector, inputs);
    const uint64_t elements = per_row ? group / per_row * (uint64_t)plan->length : 0;
    const uint64_t bytes = elements * expops_operand_bytes(problem->operand + 1) * inputs;
    const uint64_t step = (group + 1) / 2; /* so that rows of many lengths have one kernel */
    if (!bytes || bytes > MOST_BYTES || bytes > device->info.local_bytes / 2)
        return 0;
    plan->vector = vector;
    plan->edges = 0;
    plan->group = group;
    plan->per_row = per_row;
    plan->rows_per_group = group / per_row;
    plan->staged = (uint32_t)((elements / vector + step - 1) / step * step);
    plan->staged_inputs = inputs;
    return 1;
}

/* What is read beside rows passes through local memory, too, where it lies as they do: groups are smaller then, if they must. */
int expops_stage_rows(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint32_t vector = expops_widest_vector(problem), lifted = expops_rows_lifted(problem);
    if (plan->edges && lifted == 1 &&
        problem->family == EXPOPS_FAMILY_REDUCE) /* nothing is stored: there is less to gain than it costs */
        return 0;
    if (vector <= (plan->edges ? 1 : plan->vector) || plan->length < SHORTEST ||
        plan->length >= LONGEST_VECTORS * (int64_t)vector)
        return 0;
    const uint32_t inputs = count_alike(problem, plan->length, vector);
    if (!inputs)
        return 0;
    for (uint32_t group = plan->group; group && group >= plan->group / 4; group /= 2)
        if (share_group(problem, device, group, inputs, plan))
            return 1;
    return inputs > lifted && share_group(problem, device, plan->group, lifted, plan);
}
