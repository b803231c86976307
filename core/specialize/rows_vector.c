/* By which vectors rows are read, and how those of each operand lie in memory. */
#include "rows_plan.h"

enum {
    SHORTEST_WITH_EDGES = 64, /* elements of a row */
    TAKEN_AT_ONCE = 24,       /* elements, of all inputs that are reduced; more would not stay in registers */
    WORD = 16,
};

/* An input with one element for a whole row. */
static int is_spread(const expops_problem *problem, uint32_t operand)
{
    return operand > 0 && problem->row_dims == 1 && problem->operand[operand].strides[problem->rank - 1] == 0;
}

uint32_t expops_power_of_two_above(uint64_t value, uint32_t limit)
{
    uint32_t power = 1;
    while (power < value && power < limit)
        power *= 2;
    return power;
}

uint32_t expops_rows_lifted(const expops_problem *problem)
{
    const uint32_t inputs = problem->num_tensors - 1;
    return problem->lifted < inputs ? problem->lifted : inputs;
}

uint32_t expops_rows_others(const expops_problem *problem)
{
    return problem->num_tensors - 1 - expops_rows_lifted(problem);
}

static uint32_t choose_vector(const expops_problem *problem)
{
    const uint32_t last = problem->rank - 1;
    for (uint32_t vector = expops_widest_vector(problem); vector > 1; vector /= 2) {
        int fits = problem->shape[last] % vector == 0 && vector * expops_rows_lifted(problem) <= TAKEN_AT_ONCE;
        for (uint32_t i = 0; fits && i < problem->num_operands; i++) {
            const expops_problem_operand *operand = problem->operand + i;
            /* The output of a reduction has one element for a row, and is written by one work-item. */
            const int reads = operand->kind == EXPOPS_OPERAND_INPUT || problem->family == EXPOPS_FAMILY_MAP;
            if (operand->kind != EXPOPS_OPERAND_NUMBER && reads && !is_spread(problem, i))
                fits = operand->strides[last] == 1 && expops_can_vector(problem, operand, vector, last);
        }
        if (fits)
            return vector;
    }
    return 1;
}

/* Whether rows of the operand start as far behind multiples of a vector as those of the first input. */
static int starts_alike(const expops_problem *problem, const expops_problem_operand *operand, uint32_t vector)
{
    const uint32_t last = problem->rank - 1;
    int alike = operand->aligned && operand->offset % vector == 0 && operand->strides[last] == 1;
    for (uint32_t d = 0; alike && d < last; d++)
        alike = problem->shape[d] == 1 || (operand->strides[d] - problem->operand[1].strides[d]) % vector == 0;
    return alike;
}

/* Long rows that would be loaded one element at a time, or by less than a vector, as their length is no multiple of one: of each, all
 * is vectors but for its edges. */
static void choose_edges(const expops_problem *problem, expops_rows_plan *plan)
{
    const int map = problem->family == EXPOPS_FAMILY_MAP;
    uint32_t vector = expops_widest_vector(problem);
    while (vector * expops_rows_lifted(problem) > TAKEN_AT_ONCE)
        vector /= 2;
    if (vector <= plan->vector || problem->row_dims != 1 || plan->length < SHORTEST_WITH_EDGES ||
        !starts_alike(problem, problem->operand + 1, vector) ||
        (map && !starts_alike(problem, problem->operand, vector)))
        return;
    plan->vector = vector;
    plan->edges = 1;
}

/* Rows that start at multiples of a vector, where those of the first input do not: a vector lies in two words. */
static int is_skewed(const expops_problem *problem, const expops_problem_operand *operand, uint32_t vector)
{
    const uint32_t last = problem->rank - 1;
    int skewed = operand->aligned && operand->offset % vector == 0 && operand->strides[last] == 1 &&
                 operand->dtype == problem->operand[1].dtype && expops_operand_bytes(operand) * vector == WORD;
    for (uint32_t d = 0; skewed && d < last; d++)
        skewed = problem->shape[d] == 1 || operand->strides[d] % vector == 0;
    return skewed;
}

/* The first input decides where vectors begin; what lies as it does is read by the same ones, the rest as it can
 * be. */
enum expops_reach expops_rows_reach(const expops_problem *problem, const expops_rows_plan *plan, uint32_t operand)
{
    if (is_spread(problem, operand))
        return EXPOPS_REACH_B;
    if (!plan->edges || starts_alike(problem, problem->operand + operand, plan->vector))
        return EXPOPS_REACH_C;
    return is_skewed(problem, problem->operand + operand, plan->vector) ? EXPOPS_REACH_U : EXPOPS_REACH_S;
}

void expops_choose_row_vector(const expops_problem *problem, expops_rows_plan *plan)
{
    plan->vector = choose_vector(problem);
    choose_edges(problem, plan);
}
