/* The kernel of windows that adds up large boxes by strips across them: whether it fits, its parameters, and the text's defines. */
#include "base/error.h"
#include "base/size.h"
#include "specialize.h"

enum {
    GROUP = 256,
    LEAST_GROUP = 64,
    WIDE_BOX = 2,   /* columns that a box has on the average at least, or too few are in more than one */
    LARGE_BOX = 12, /* elements; the work-items of smaller ones do not wait for each other */
    ENOUGH_GROUPS = 4,
    LOCAL_BYTES = 32768
};

typedef struct strips {
    int64_t vector, lanes, side, group, rows; /* as in strips.kernel.c */
} strips;

/* Whether neighbours of an output's row differ in what they take of the last walked dimension alone, in which the input is
 * contiguous. */
static int is_across(const expops_problem *problem)
{
    const uint32_t across = problem->window.walked - 1;
    return problem->window.reads[across] == 1u << (problem->row_dims - 1) && problem->window.strides[across] == 1 &&
           expops_window_along(problem, problem->rank - 1) == 1u << across;
}

static int has_large_boxes(const expops_problem *problem)
{
    const expops_window *window = &problem->window;
    const int64_t kept = problem->shape[problem->rank - 1];
    int64_t elements = window->sizes[window->walked - 1] / kept;
    const int64_t columns = elements;
    for (uint32_t w = 0; w + 1 < window->walked && elements < LARGE_BOX; w++) {
        const uint32_t d = problem->rank - problem->row_dims + w;
        elements *= window->sizes[w] > problem->shape[d] ? window->sizes[w] / problem->shape[d] : 1;
    }
    return columns >= WIDE_BOX && elements >= LARGE_BOX;
}

/* Columns that can be loaded at once wherever rows of the input begin. */
static int64_t count_columns(const expops_problem *problem)
{
    const expops_window *window = &problem->window;
    const expops_problem_operand *in = problem->operand + 1;
    uint32_t vector = 16 / expops_operand_bytes(in);
    int64_t apart = window->sizes[window->walked - 1];
    for (uint32_t w = 0; w + 1 < window->walked; w++)
        apart |= window->strides[w];
    while (vector > 1 && (apart % vector || !expops_can_vector(problem, in, vector, problem->rank - 1)))
        vector /= 2;
    return vector;
}

/* As many rows in a group as leave enough groups. */
static int settle(const expops_problem *problem, const expops_device *device, strips *x)
{
    const int64_t enough = (int64_t)ENOUGH_GROUPS * device->info.compute_units;
    x->vector = count_columns(problem);
    x->lanes = problem->window.sizes[problem->window.walked - 1] / x->vector;
    if (x->lanes > GROUP)
        return 0;
    x->rows = 1;
    for (uint32_t d = 0; d + 1 < problem->rank; d++)
        x->rows *= problem->shape[d];
    x->side = GROUP / x->lanes;
    while (x->side > 1 && expops_ceil_divide(x->rows, x->side) < enough)
        x->side /= 2;
    for (x->group = LEAST_GROUP; x->group < x->side * x->lanes;)
        x->group *= 2;
    return x->group <= (int64_t)device->info.max_group &&
           expops_launch_fits(device, (uint64_t)expops_ceil_divide(x->rows, x->side), (uint32_t)x->group);
}

static void put_params(const expops_problem *problem, const strips *x, const uint32_t *place, expops_params *params)
{
    expops_params_u32(params, (uint32_t)x->rows);
    expops_params_u32(params, (uint32_t)x->side);
    expops_params_index(params, x->lanes * x->vector, 0);
    expops_params_divisor(params, x->lanes);
    expops_params_divisor(params, problem->shape[problem->rank - 1]);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_divisor(params, problem->shape[d]);
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t d = 0; d < problem->rank; d++)
            expops_params_index(params, problem->operand[i].strides[d], 0);
    expops_params_window(problem, place, 0, params);
    expops_params_finish(params);
}

int expops_specialize_strips(const expops_problem *problem, const expops_device *device, expops_step *step)
{
    const expops_window *window = &problem->window;
    uint32_t place[EXPOPS_MAX_RANK + 1];
    strips x;
    if (window->single || window->picked || problem->wraps || !problem->row_dims || problem->num_tensors != 2 ||
        device->info.local_bytes < LOCAL_BYTES || expops_needs_wide_index(problem) || !is_across(problem) ||
        !has_large_boxes(problem) || !settle(problem, device, &x))
        return 0;
    for (uint32_t d = 0; d < problem->rank; d++)
        place[d] = d;
    step->variant = "strips";
    step->group = (uint32_t)x.group;
    step->grid = (uint32_t)expops_ceil_divide(x.rows, x.side);
    expops_define_operands(problem, step, (uint32_t)x.vector, NULL, 0);
    expops_define_window(problem, place, step);
    expops_text_append(&step->defines, "#define XK_CALL xk_finish(acc, (xk_t)elements)\n");
    put_params(problem, &x, place, &step->params);
    return 1;
}
