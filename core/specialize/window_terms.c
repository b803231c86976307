/* What all kernels of windows are told. */
#include "base/size.h"
#include "specialize.h"

/* The dimension along which results lie side by side in memory, and can be written as vectors. */
uint32_t expops_window_inner(const expops_problem *problem)
{
    for (uint32_t d = problem->rank; d-- > 0;)
        if (problem->operand[0].strides[d] == 1 && problem->shape[d] > 1)
            return d;
    return problem->rank - 1;
}

uint32_t expops_window_along(const expops_problem *problem, uint32_t dim)
{
    const uint32_t kept = problem->rank - problem->row_dims;
    uint32_t along = 0;
    for (uint32_t w = 0; dim >= kept && w < problem->window.walked; w++)
        along |= (problem->window.reads[w] >> (dim - kept) & 1u) << w;
    return along;
}

/* A bit for each value that is a divisor, as expops_leaf_divisor adds them, and 1. */
static uint32_t find_units(const expops_window *window)
{
    uint32_t magic, shift, units = 0;
    expops_find_magic(1, &magic, &shift);
    for (uint32_t j = 0; j + 2 < window->num_values; j++)
        if (window->values[j] == 1 && window->values[j + 1] == (int64_t)magic &&
            window->values[j + 2] == (int64_t)shift)
            units |= 1u << j;
    return units;
}

void expops_define_window(const expops_problem *problem, const uint32_t *place, expops_step *step)
{
    const expops_window *window = &problem->window;
    const uint32_t indices = problem->row_dims, kept = problem->rank - indices;
    expops_text_add(
        &step->defines,
        "#define XK_RANK %u\n#define XK_WALKED %u\n#define XK_INDICES %u\n#define XK_VALUES %u\n#define XK_AT ",
        problem->rank, window->walked, indices + window->picked, window->num_values ? window->num_values : 1);
    for (uint32_t i = 0; i < indices; i++)
        expops_text_add(&step->defines, "%sc[%u]", i ? ", " : "", place[kept + i]);
    if (window->picked)
        expops_text_add(&step->defines, "%spicked", indices ? ", " : "");
    expops_text_add(&step->defines, "\n#define XK_UNITS %uu\n", find_units(window));
}

void expops_params_window(const expops_problem *problem, const uint32_t *place, int wide, expops_params *params)
{
    const expops_window *window = &problem->window;
    const uint32_t kept = problem->rank - problem->row_dims;
    for (uint32_t w = 0; w < window->walked; w++)
        expops_params_index(params, window->sizes[w], wide);
    for (uint32_t w = 0; w < window->walked; w++)
        expops_params_index(params, window->strides[w], wide);
    for (uint32_t d = kept; d < problem->rank; d++)
        expops_params_index(params, problem->shape[place[d]], wide);
    if (window->picked)
        expops_params_index(params, 0, wide);
    /* an array of a struct in C has an element at least */
    for (uint32_t j = 0; j < (window->num_values ? window->num_values : 1); j++)
        expops_params_index(params, window->values[j], wide);
}
