/* Fewer dimensions mean fewer divisions and longer contiguous runs. */
#include "base/size.h"
#include "problem.h"

typedef struct range {
    uint32_t first, count;
} range;

/* Always all operands together: the space is one, and they lie in it. */
static void swap_dims(expops_problem *problem, uint32_t a, uint32_t b)
{
    const int64_t size = problem->shape[a];
    problem->shape[a] = problem->shape[b];
    problem->shape[b] = size;
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        int64_t *strides = problem->operand[i].strides;
        const int64_t stride = strides[a];
        strides[a] = strides[b];
        strides[b] = stride;
    }
}

void expops_problem_move_dim(expops_problem *problem, uint32_t dim, uint32_t to)
{
    for (uint32_t d = dim; d < to; d++)
        swap_dims(problem, d, d + 1);
}

static void remove_dim(expops_problem *problem, uint32_t dim)
{
    expops_problem_move_dim(problem, dim, problem->rank - 1);
    problem->rank--;
}

/* A dimension the leader walks backwards is turned around for all. */
static void turn_dim(expops_problem *problem, uint32_t dim)
{
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        expops_problem_operand *operand = problem->operand + i;
        operand->offset += operand->strides[dim] * (problem->shape[dim] - 1);
        operand->strides[dim] = -operand->strides[dim];
    }
}

static int64_t magnitude(int64_t stride)
{
    return stride < 0 ? -stride : stride;
}

/* Larger strides of the leader come first; where it has none (broadcast), the other operands decide. */
static int goes_before(const expops_problem *problem, uint32_t leader, uint32_t a, uint32_t b)
{
    const int64_t *lead = problem->operand[leader].strides;
    if (magnitude(lead[a]) != magnitude(lead[b]))
        return magnitude(lead[a]) > magnitude(lead[b]);
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const int64_t *strides = problem->operand[i].strides;
        if (magnitude(strides[a]) != magnitude(strides[b]))
            return magnitude(strides[a]) > magnitude(strides[b]);
    }
    return 0;
}

/* By insertion: ranks are small, and dimensions that tie must keep their order. */
static void sort_dims(expops_problem *problem, uint32_t leader, range dims)
{
    for (uint32_t i = dims.first + 1; i < dims.first + dims.count; i++)
        for (uint32_t at = i; at > dims.first && goes_before(problem, leader, at, at - 1); at--)
            swap_dims(problem, at, at - 1);
}

/* Stepping past the end of the inner dimension has to be one step of the outer one, for every operand. */
static int can_merge(const expops_problem *problem, uint32_t dim)
{
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const int64_t *strides = problem->operand[i].strides;
        int64_t whole;
        if (!expops_checked_multiply(strides[dim + 1], problem->shape[dim + 1], &whole) || strides[dim] != whole)
            return 0;
    }
    return 1;
}

static void merge_into_next(expops_problem *problem, uint32_t dim)
{
    problem->shape[dim + 1] *= problem->shape[dim];
    remove_dim(problem, dim);
}

/* Collapses the dimensions of one range; returns how many are left of it. */
static uint32_t collapse_range(expops_problem *problem, uint32_t leader, range dims)
{
    for (uint32_t d = dims.first; d < dims.first + dims.count;) {
        /* No step is ever taken along it, whatever its stride. */
        if (problem->shape[d] == 1) {
            remove_dim(problem, d);
            dims.count--;
        } else {
            if (problem->operand[leader].strides[d] < 0)
                turn_dim(problem, d);
            d++;
        }
    }
    sort_dims(problem, leader, dims);
    for (uint32_t d = dims.first; dims.count > 1 && d + 1 < dims.first + dims.count;) {
        if (can_merge(problem, d)) {
            merge_into_next(problem, d);
            dims.count--;
        } else {
            d++;
        }
    }
    return dims.count;
}

/* Every range keeps at least one dimension, so that kernels need no case for none. */
static void ensure_dim(expops_problem *problem, uint32_t at)
{
    for (uint32_t d = problem->rank; d > at; d--) {
        problem->shape[d] = problem->shape[d - 1];
        for (uint32_t i = 0; i < problem->num_operands; i++)
            problem->operand[i].strides[d] = problem->operand[i].strides[d - 1];
    }
    problem->shape[at] = 1;
    for (uint32_t i = 0; i < problem->num_operands; i++)
        problem->operand[i].strides[at] = 0;
    problem->rank++;
}

/* Writes are what should lie together; but where rows are read, most of the bytes are the input's. */
static uint32_t leader_of(const expops_problem *problem)
{
    for (uint32_t i = 1; problem->order == EXPOPS_ORDER_ROWS && i < problem->num_operands; i++)
        if (expops_is_tensor(problem->operand + i))
            return i;
    return 0;
}

void expops_problem_collapse(expops_problem *problem)
{
    const uint32_t kept = problem->rank - problem->row_dims, leader = leader_of(problem);
    const int rows = problem->order == EXPOPS_ORDER_ROWS;
    const range walked = { kept, problem->row_dims }, outer = { 0, kept };
    if (problem->order == EXPOPS_ORDER_KEPT)
        return;
    if (rows)
        problem->row_dims = collapse_range(problem, leader, walked);
    const uint32_t left = collapse_range(problem, leader, outer);
    if (left == 0 && (rows || !problem->row_dims))
        ensure_dim(problem, 0);
    if (rows && problem->row_dims == 0) {
        ensure_dim(problem, problem->rank);
        problem->row_dims = 1;
    }
}
