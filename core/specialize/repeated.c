/* The order of dimensions in which what is repeated is near. */
#include "specialize.h"

enum { FAR_BYTES = 1 << 23 }; /* after so many, no cache has an input's elements any more */

/* Whether all inputs stand still along a dimension within which they lie far apart. */
static int is_repeated(const expops_problem *problem, uint32_t dim)
{
    int64_t bytes = expops_operand_bytes(problem->operand);
    for (uint32_t i = 1; i < problem->num_operands; i++)
        if (problem->operand[i].kind != EXPOPS_OPERAND_NUMBER && problem->operand[i].strides[dim])
            return 0;
    for (uint32_t d = dim + 1; d < problem->rank; d++)
        bytes *= problem->shape[d]; /* of the output's memory */
    return problem->num_tensors > 1 && bytes >= FAR_BYTES;
}

void expops_order_repeated(expops_problem *problem)
{
    for (uint32_t d = problem->rank; d-- > 0;)
        if (d + 2 < problem->rank && is_repeated(problem, d))
            expops_problem_move_dim(problem, d, problem->rank - 2);
}
