/* Where rows are no multiple of a vector and cannot be merged, the output may still be one run: vectors of the whole. */
#include "specialize.h"

/* Whether the operand is one run over all dimensions. */
static int is_contiguous(const expops_problem *problem, const expops_problem_operand *operand)
{
    int64_t stride = 1;
    for (uint32_t d = problem->rank; d-- > 0; stride *= problem->shape[d])
        if (operand->strides[d] != stride)
            return 0;
    return 1;
}

static int can_vector(const expops_problem *problem, const expops_problem_operand *operand, uint32_t vector)
{
    return operand->aligned && operand->offset % vector == 0 && is_contiguous(problem, operand);
}

/* With one dimension there are no rows to go on from. Rows are no shorter than a vector, so that one lies in two
 * rows at most. */
uint32_t expops_flat_vector(const expops_problem *problem)
{
    uint32_t vector = problem->rank > 1 ? expops_widest_vector(problem) : 1;
    while (vector > 1 && (problem->shape[problem->rank - 1] < vector || !can_vector(problem, problem->operand, vector)))
        vector /= 2;
    return vector;
}

/* Whether vectors of an input that is moved are loaded by the two words that each lies in: loaded one by one, small elements cost more
 * than memory does. */
static int is_loaded_by_words(const expops_problem *problem, const expops_problem_operand *operand, uint32_t vector)
{
    enum { SMALL = 2, WORD = 16 };
    return expops_moves_one(problem, SMALL) && vector * problem->bits == WORD &&
           operand->strides[problem->rank - 1] == 1;
}

void expops_flat_reaches(const expops_problem *problem, uint32_t vector, enum expops_reach *reach)
{
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (!expops_is_tensor(operand))
            continue;
        if (can_vector(problem, operand, vector))
            *reach++ = EXPOPS_REACH_C;
        else if (is_loaded_by_words(problem, operand, vector))
            *reach++ = EXPOPS_REACH_U;
        else
            *reach++ = operand->strides[problem->rank - 1] == 0 ? EXPOPS_REACH_B : EXPOPS_REACH_S;
    }
}
