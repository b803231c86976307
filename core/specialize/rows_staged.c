/* Short rows that lie together in memory without starting at multiples of a vector: as many as a group takes pass through local memory. */
#include "rows_plan.h"

enum {
    SHORTEST = 2,
    LONGEST_VECTORS = 16,  /* of longer ones, elements in front of whole vectors and behind them are few */
    ITEM_VECTORS = 4,      /* as many elements of a row as a work-item takes */
    MOST_BYTES = 24 << 10, /* of a group's rows; with more, a compute unit holds too few groups */
    ROUNDED_TO = 128,      /* words, so that rows of many lengths have one kernel */
};

/* The first row starts at a whole vector and nothing lies between rows: then the group's rows are one piece of
 * memory that whole vectors cover. */
static int lies_together(const expops_problem *problem, const expops_problem_operand *operand, int64_t length,
                         uint32_t vector)
{
    return operand->aligned && operand->offset % vector == 0 && operand->strides[problem->rank - 1] == 1 &&
           (problem->rank < 2 || problem->shape[0] == 1 || operand->strides[0] == length);
}

/* All that is reduced, and what becomes of it, element by element in the same place. */
static int all_lie_together(const expops_problem *problem, int64_t length, uint32_t vector)
{
    const uint32_t bytes = expops_operand_bytes(problem->operand + 1), lifted = expops_rows_lifted(problem);
    int together = problem->row_dims == 1 && problem->rank <= 2 && problem->op->family != EXPOPS_FAMILY_POINTWISE;
    for (uint32_t i = problem->family == EXPOPS_FAMILY_MAP ? 0 : 1; together && i <= lifted; i++)
        together = problem->operand[i].kind != EXPOPS_OPERAND_NUMBER &&
                   expops_operand_bytes(problem->operand + i) == bytes &&
                   lies_together(problem, problem->operand + i, length, vector);
    return together;
}

/* So few work-items for a row that the group's rows are whole vectors; 0 where none are. */
static uint32_t choose_per_row(const expops_rows_plan *plan, uint32_t vector)
{
    const uint64_t elements = ITEM_VECTORS * (uint64_t)vector;
    uint32_t per_row = expops_power_of_two_above(((uint64_t)plan->length + elements - 1) / elements, plan->group);
    while (per_row && plan->group / per_row * (uint64_t)plan->length % vector)
        per_row /= 2;
    return per_row;
}

int expops_stage_rows(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint32_t vector = expops_widest_vector(problem);
    if (plan->edges &&
        problem->family == EXPOPS_FAMILY_REDUCE) /* nothing is stored: there is less to gain than it costs */
        return 0;
    if (vector <= (plan->edges ? 1 : plan->vector) || plan->length < SHORTEST ||
        plan->length >= LONGEST_VECTORS * (int64_t)vector || !all_lie_together(problem, plan->length, vector))
        return 0;
    const uint32_t per_row = choose_per_row(plan, vector);
    const uint64_t elements = per_row ? plan->group / per_row * (uint64_t)plan->length : 0;
    const uint64_t bytes = elements * expops_operand_bytes(problem->operand + 1) * expops_rows_lifted(problem);
    if (!bytes || bytes > MOST_BYTES || bytes > device->info.local_bytes / 2)
        return 0;
    plan->vector = vector;
    plan->edges = 0;
    plan->per_row = per_row;
    plan->rows_per_group = plan->group / per_row;
    plan->staged = (uint32_t)((elements / vector + ROUNDED_TO - 1) / ROUNDED_TO * ROUNDED_TO);
    return 1;
}
