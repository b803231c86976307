/* The three kernels of a selection: how large a tile is. */
#include "base/error.h"
#include "base/size.h"
#include "specialize.h"

enum { GROUP = 256, TURNS = 4, ROUNDS = 4 }; /* a round's counts must fit 16 bits: GROUP * 16 elements at most */

enum { OUT, MASK, ELEMENTS, SOURCE }; /* the problem's operands */

static uint32_t group_size(const expops_device *device)
{
    uint32_t group = GROUP;
    while (group > device->info.max_group)
        group /= 2;
    return group;
}

static int starts_whole(const expops_problem_operand *operand, uint32_t vector)
{
    return operand->aligned && operand->offset % vector == 0;
}

static void add_step(const expops_problem *problem, const char *variant, uint64_t groups, uint32_t group,
                     expops_steps *steps)
{
    expops_step *step = steps->step + steps->count++;
    const uint32_t vector = 16 / expops_operand_bytes(problem->operand);
    const int expand = problem->num_operands > SOURCE;
    const int whole = starts_whole(problem->operand + ELEMENTS, vector) && starts_whole(problem->operand, vector) &&
                      problem->operand[OUT].strides[problem->rank - 1] == 1;
    const int64_t elements = problem->window.sizes[0];
    const uint64_t tile = (uint64_t)TURNS * ROUNDS * group * vector;
    step->variant = variant;
    step->grid = (uint32_t)groups;
    step->group = group;
    expops_define_operands(problem, step, vector, NULL, elements > INT32_MAX - (int64_t)tile);
    expops_text_add(&step->defines, "#define XK_TURNS %d\n#define XK_EXPAND %d\n#define XK_WHOLE %d\n", TURNS, expand,
                    whole);
    expops_params_u64(&step->params, (uint64_t)elements);
    expops_params_u64(&step->params, ((uint64_t)elements + tile - 1) / tile);
    int64_t room = 1;
    for (uint32_t d = 0; d < problem->rank; d++)
        room *= problem->shape[d];
    expops_params_u64(&step->params, (uint64_t)(expand ? problem->window.sizes[1] : room));
    expops_params_u64(&step->params, (uint64_t)problem->operand[OUT].strides[problem->rank - 1]);
    expops_params_finish(&step->params);
}

static void name_tensors(const expops_problem *problem, expops_steps *steps)
{
    const uint8_t counts = EXPOPS_STEP_SCRATCH, sums = EXPOPS_STEP_SCRATCH + 1;
    expops_step *step = steps->step;
    step[0].num_tensors = step[1].num_tensors = 2;
    step[0].tensors[0] = counts;
    step[0].tensors[1] = MASK;
    step[1].tensors[0] = sums;
    step[1].tensors[1] = counts;
    step[2].num_tensors = problem->num_tensors + 1;
    for (uint32_t i = 0; i < problem->num_tensors; i++)
        step[2].tensors[i] = (uint8_t)i;
    step[2].tensors[problem->num_tensors] = sums;
}

expops_status expops_specialize_select(const expops_problem *problem, const expops_device *device, expops_steps *steps)
{
    const uint32_t group = group_size(device), vector = 16 / expops_operand_bytes(problem->operand);
    const uint64_t tile = (uint64_t)TURNS * ROUNDS * group * vector;
    const uint64_t tiles = ((uint64_t)problem->window.sizes[0] + tile - 1) / tile;
    if (tiles > INT32_MAX)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: %lld elements are more than one launch takes",
                           problem->op->name, (long long)problem->window.sizes[0]);
    steps->count = 0;
    add_step(problem, "count", tiles, group, steps);
    add_step(problem, "scan", 1, group, steps);
    add_step(problem, "selection", tiles, group, steps);
    steps->scratch_bytes[0] = (tiles * sizeof(uint32_t) + 15) / 16 * 16;
    steps->scratch_bytes[1] = tiles * sizeof(uint64_t);
    name_tensors(problem, steps);
    return EXPOPS_OK;
}
