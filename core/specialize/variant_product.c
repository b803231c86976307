/* Reductions that are products of matrices, or have their form: two inputs, each the same along a kept dimension of the other's.
 * Which tiles they are cut in. */
#include <stdint.h>
#include "base/error.h"
#include "specialize.h"

enum {
    LEAST = 32,    /* of either dimension; smaller products are rows */
    PER_ITEM = 64, /* results of a work-item */
    SMALL = 64,
    LARGE = 128,      /* edges of a tile */
    SLICE_BYTES = 32, /* of the walked dimension, in a slice; more would take more registers than there are */
    WORD = 16,
    PADDING = 8, /* elements of a slice, at most */
};

typedef struct plan {
    expops_problem problem; /* kept dimensions: others, the left input's own, the right one's */
    uint32_t rows, columns, vector, depth;
    uint32_t wide[3], along[3]; /* of the output and the inputs */
    int64_t tiles[2], groups;
    int wide_index;
} plan;

/* The body has to be a reduction's own, which lifts its inputs' elements together as a product does. */
static int has_form(const expops_problem *problem)
{
    const uint32_t kept = problem->rank - problem->row_dims;
    return problem->family == EXPOPS_FAMILY_REDUCE && problem->op->family == EXPOPS_FAMILY_REDUCE &&
           problem->row_dims == 1 && problem->shape[kept] > 0 && problem->num_tensors == 3 && problem->lifted >= 2 &&
           problem->operand[1].kind == EXPOPS_OPERAND_INPUT && problem->operand[2].kind == EXPOPS_OPERAND_INPUT;
}

/* Of an element of the arithmetic; 0 where it has no floating one, or inputs have larger elements. */
static uint32_t bytes_of(const expops_problem *problem)
{
    const uint32_t bytes = problem->compute == EXPOPS_COMPUTE_F32 ? 4 : problem->compute == EXPOPS_COMPUTE_F64 ? 8 : 0;
    return expops_operand_bytes(problem->operand + 1) > bytes || expops_operand_bytes(problem->operand + 2) > bytes
               ? 0
               : bytes;
}

/* As XK_TERMS has it: an f32 is the sum of two numbers of 11 bits, and a rest that is too small to count. */
static uint32_t terms_of(const expops_problem *problem)
{
    const int32_t left = problem->operand[1].dtype, right = problem->operand[2].dtype;
    if (problem->compute != EXPOPS_COMPUTE_F32 || !(HALVES >> right & 1u))
        return 0;
    return HALVES >> left & 1u ? 1 : left == EXPOPS_DTYPE_F32 ? 2 : 0;
}

/* The largest kept dimension along which input `own` moves and the other stands still; `rank` where there is none. */
static uint32_t own_dim(const expops_problem *problem, uint32_t own)
{
    uint32_t found = problem->rank;
    for (uint32_t d = 0; d < problem->rank - problem->row_dims; d++)
        if (problem->operand[own].strides[d] && !problem->operand[3 - own].strides[d] && problem->shape[d] >= LEAST &&
            (found == problem->rank || problem->shape[d] > problem->shape[found]))
            found = d;
    return found;
}

static int arrange(const expops_problem *given, plan *plan)
{
    const uint32_t left = own_dim(given, 1), right = own_dim(given, 2), last = given->rank - given->row_dims - 1;
    if (left == given->rank || right == given->rank)
        return 0;
    plan->problem = *given;
    expops_problem_move_dim(&plan->problem, left, last);
    expops_problem_move_dim(&plan->problem, right - (right > left), last);
    return 1;
}

static int64_t tiles_of(const plan *plan, uint32_t rows, uint32_t columns)
{
    const expops_problem *problem = &plan->problem;
    int64_t others = 1;
    for (uint32_t d = 0; d + 3 < problem->rank; d++)
        others *= problem->shape[d];
    /* a tile that is cut off at an edge is a group all the same */
    return others * ((problem->shape[problem->rank - 3] + rows - 1) / rows) *
           ((problem->shape[problem->rank - 2] + columns - 1) / columns);
}

/* Large tiles read less; where they are few, or larger than the matrix, some of the device would have nothing to do. */
static void choose_tile(const expops_device *device, plan *plan)
{
    const int64_t *shape = plan->problem.shape + plan->problem.rank - 3;
    const int64_t wanted = 2 * (int64_t)device->info.compute_units;
    plan->rows = shape[0] > SMALL ? LARGE : SMALL;
    plan->columns = shape[1] > SMALL ? LARGE : SMALL;
    if (plan->columns == LARGE && tiles_of(plan, plan->rows, plan->columns) < wanted)
        plan->columns = SMALL;
    if (plan->rows == LARGE && tiles_of(plan, plan->rows, plan->columns) < wanted)
        plan->rows = SMALL;
    while (plan->rows * plan->columns / PER_ITEM > device->info.max_group && plan->rows + plan->columns > 2 * SMALL)
        *(plan->rows > SMALL ? &plan->rows : &plan->columns) = SMALL;
    plan->tiles[0] = (shape[0] + plan->rows - 1) / plan->rows;
    plan->tiles[1] = (shape[1] + plan->columns - 1) / plan->columns;
    plan->groups = tiles_of(plan, plan->rows, plan->columns);
}

uint32_t expops_slices_along(const expops_problem_operand *operand, uint32_t own, uint32_t walked)
{
    return operand->strides[walked] == 1 || operand->strides[own] != 1;
}

uint32_t expops_slices_wide(const expops_problem *problem, const expops_problem_operand *operand, uint32_t dim,
                            uint32_t vector)
{
    return operand->strides[dim] == 1 && problem->shape[dim] % vector == 0 &&
                   expops_can_vector(problem, operand, vector, dim) && expops_operand_bytes(operand) * vector <= WORD
               ? vector
               : 1;
}

/* Operand 0 is contiguous in the columns or not at all. */
static void choose_loads(plan *plan)
{
    const expops_problem *problem = &plan->problem;
    const uint32_t walked = problem->rank - 1, own[] = { walked - 1, walked - 2, walked - 1 };
    for (uint32_t i = 0; i < 3; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        plan->along[i] = i && expops_slices_along(operand, own[i], walked);
        plan->wide[i] = expops_slices_wide(problem, operand, plan->along[i] ? walked : own[i], plan->vector);
    }
}

static void define(const plan *plan, expops_step *step)
{
    const expops_problem *problem = &plan->problem;
    expops_define_operands(problem, step, plan->vector, NULL, plan->wide_index);
    expops_text_add(&step->defines,
                    "#define XK_RANK %u\n#define XK_ROWS %u\n#define XK_COLUMNS %u\n#define XK_DEPTH %u\n"
                    "#define XK_ALONG0 %u\n#define XK_ALONG1 %u\n#define XK_WIDEO %u\n#define XK_WIDE0 %u\n"
                    "#define XK_WIDE1 %u\n#define XK_WO_2 %u\n#define XK_WO_4 %u\n#define XK_TERMS %u\n"
                    "#define XK_CALL xk_finish(all, XK_LENGTH",
                    problem->rank, plan->rows, plan->columns, plan->depth, plan->along[1], plan->along[2],
                    plan->wide[0], plan->wide[1], plan->wide[2], 2 * expops_operand_bytes(problem->operand),
                    4 * expops_operand_bytes(problem->operand), terms_of(problem));
    for (uint32_t i = 0; i < problem->num_numbers; i++)
        expops_text_add(&step->defines, ", XK_N(%u)", i);
    expops_text_append(&step->defines, ")\n");
}

void expops_params_slices(const expops_problem *problem, const int64_t tiles[2], const int64_t *first, int wide,
                          expops_params *params)
{
    expops_params_numbers(params, problem);
    for (int i = 0; i < 2; i++)
        expops_params_index(params, tiles[i], wide);
    if (first)
        expops_params_index(params, *first, wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, problem->shape[d], wide);
    for (uint32_t i = 0; i < problem->num_tensors; i++)
        for (uint32_t d = 0; d < problem->rank; d++)
            expops_params_index(params, problem->operand[i].strides[d], wide);
    expops_params_finish(params);
}

int expops_specialize_product(const expops_problem *given, const expops_device *device, expops_step *step)
{
    plan plan;
    const uint32_t bytes = has_form(given) ? bytes_of(given) : 0;
    if (!bytes || !arrange(given, &plan))
        return 0;
    plan.vector = WORD / bytes;
    plan.depth = SLICE_BYTES / bytes * (terms_of(given) ? 2 : 1);
    plan.wide_index = expops_needs_wide_index(&plan.problem);
    choose_tile(device, &plan);
    choose_loads(&plan);
    /* Twice: the next slice is loaded into one half while the other is multiplied. */
    const uint64_t local = 2 * (uint64_t)plan.depth * bytes * (plan.rows + plan.columns + 2 * PADDING);
    if (plan.rows * plan.columns / PER_ITEM > device->info.max_group || local > device->info.local_bytes ||
        !expops_launch_fits(device, (uint64_t)plan.groups, plan.rows * plan.columns / PER_ITEM))
        return 0;
    step->variant = "product";
    step->grid = (uint32_t)plan.groups;
    step->group = plan.rows * plan.columns / PER_ITEM;
    define(&plan, step);
    expops_params_slices(&plan.problem, plan.tiles, NULL, plan.wide_index, &step->params);
    return 1;
}
