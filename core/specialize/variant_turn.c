/* The turning kernel: its parameters, and the texts' defines. */
#include "base/size.h"
#include "specialize.h"
#include "turn_box.h"

enum { GROUP = 256 };

static uint32_t runs_side_by_side(const expops_turn_box *box)
{
    const int64_t runs = expops_turn_run_count(box, &box->out);
    return runs >= 4 ? 4 : runs >= 2 ? 2 : 1;
}

static void put_divisor(expops_params *params, int64_t size)
{
    uint32_t magic, shift;
    expops_find_magic((uint32_t)size, &magic, &shift);
    expops_params_u32(params, (uint32_t)size);
    expops_params_u32(params, magic);
    expops_params_u32(params, shift);
}

static void put_params(const expops_turn_box *box, int64_t in_words, uint32_t side, int wide, expops_params *params)
{
    const expops_problem *problem = box->problem;
    const expops_problem_operand *in = problem->operand + 1, *out = problem->operand;
    const int64_t runs = expops_ceil_divide(expops_turn_run_count(box, &box->out), side);
    const int64_t parts = runs < GROUP / 32 ? expops_ceil_divide(GROUP / 32, runs) : 1; /* something for everyone */
    expops_params_bounds(in, 1, params);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, problem->shape[d], wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, in->strides[d], wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, out->strides[d], wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        put_divisor(params, expops_turn_tiles(box, d));
    for (uint32_t d = 0; d < problem->rank; d++)
        put_divisor(params, box->extent[d]);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, (uint32_t)box->step[d]);
    put_divisor(params, in_words);
    put_divisor(params, parts);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, box->local[d]);
    expops_params_u32(params, (uint32_t)(in_words * expops_turn_run_count(box, &box->in)));
    expops_params_u32(params, (uint32_t)(parts * runs));
    expops_params_finish(params);
}

static void define_dims(expops_step *step, const char *name, const uint32_t *dims, uint32_t count)
{
    expops_text_add(&step->defines, "#define %s %u", name, dims[0]);
    for (uint32_t i = 1; i < count; i++)
        expops_text_add(&step->defines, ", %u", dims[i]);
    expops_text_append(&step->defines, "\n");
}

static void write_step(const expops_turn_box *box, uint64_t staged, expops_step *step)
{
    const uint32_t vector = box->vector, side = runs_side_by_side(box);
    uint32_t order[EXPOPS_MAX_RANK];
    const int wide = expops_needs_wide_index(box->problem);
    const int64_t in_words = expops_ceil_divide(expops_turn_run_length(box, &box->in) * box->bytes, 16);
    put_params(box, in_words, side, wide, &step->params);
    expops_define_operands(box->problem, step, vector, NULL, wide);
    define_dims(step, "XK_IN_DIMS", box->in_dim, box->dims);
    define_dims(step, "XK_OUT_DIMS", box->out_dim, box->dims);
    expops_turn_order(box, order);
    define_dims(step, "XK_ORDER", order, box->problem->rank);
    expops_text_add(
        &step->defines,
        "#define XK_RANK %u\n#define XK_BOX %u\n#define XK_IN_RUN %u\n#define XK_OUT_RUN %u\n"
        "#define XK_RUN_BYTES 16\n#define XK_STAGED %u\n#define XK_PITCH %u\n#define XK_SIDE %u\n#define XK_FULL %d\n"
        "#define XK_STEP %u\n#define XK_AHEAD %u\n",
        box->problem->rank, box->dims, box->in.levels, box->out.levels, (uint32_t)(staged / 4),
        box->pitch * box->bytes / 4, side, box->full, box->local[box->out.inner], box->bytes < 4 ? 4 : 2);
    step->variant = "turn";
    step->group = GROUP;
}

static int can_turn(const expops_problem *problem, const expops_device *device)
{
    return problem->common < 0 && problem->num_operands == 2 && problem->bits <= 8 && problem->rank > 1 &&
           problem->operand[0].strides[problem->rank - 1] == 1 && device->info.max_group >= GROUP;
}

int expops_specialize_turn(const expops_problem *problem, const expops_device *device, expops_step *step)
{
    expops_turn_box box;
    if (!can_turn(problem, device) || !expops_turn_box_make(problem, &box))
        return 0;
    uint64_t tiles = 1, staged = (uint64_t)expops_turn_run_count(&box, &box.in) * box.pitch * box.bytes;
    for (uint32_t d = 0; d < problem->rank; d++)
        tiles *= (uint64_t)expops_turn_tiles(&box, d);
    staged = (staged + 1023) / 1024 * 1024;
    if (tiles > INT32_MAX || staged > device->info.local_bytes)
        return 0;
    step->grid = (uint32_t)tiles;
    write_step(&box, staged, step);
    return 1;
}
