/* Which pointwise kernel: how wide, how many dimensions, staged or not. */
#include "specialize.h"
#include <string.h>
#include "base/error.h"
#include "base/size.h"

enum { GROUP = 256, TURNS_OF_SINGLES = 4, MOST_APART = 8 };

/* Halved as often as it takes, so that groups stay powers of two, which templates and subgroups build on. */
uint32_t expops_group_size(const expops_device *device, uint32_t wanted)
{
    uint32_t size = wanted;
    while (size > device->info.max_group)
        size /= 2;
    return size;
}

static enum expops_reach reach_of(const expops_problem *problem, const expops_problem_operand *operand, uint32_t vector)
{
    const uint32_t inner = problem->rank - 1;
    const int single = problem->shape[inner] == 1;
    /* An output that stands still along a dimension has one element there: it is written, never repeated. */
    if (operand->strides[inner] == 0 && operand->kind == EXPOPS_OPERAND_INPUT)
        return EXPOPS_REACH_B;
    if ((single || operand->strides[inner] == 1) && expops_can_vector(problem, operand, vector, inner))
        return EXPOPS_REACH_C;
    return EXPOPS_REACH_S;
}

/* Fills `reach` for each tensor, the output first. */
static void find_reaches(const expops_problem *problem, uint32_t vector, enum expops_reach *reach)
{
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (expops_is_tensor(problem->operand + i))
            *reach++ = reach_of(problem, problem->operand + i, vector);
}

/* Bytes that lie apart are loaded one by one: of more than these, neighbouring work-items' are too far from each other. */
static uint32_t widest_here(const expops_problem *problem)
{
    int apart = 0;
    for (uint32_t i = 1; i < problem->num_operands; i++)
        apart |= expops_is_tensor(problem->operand + i) && problem->operand[i].strides[problem->rank - 1] > 1;
    const uint32_t widest = expops_widest_vector(problem);
    return apart && widest > MOST_APART ? MOST_APART : widest;
}

/* The widest vector the output can be written in; a partial last one is handled where there is one dimension only. */
static uint32_t choose_vector(const expops_problem *problem)
{
    const int64_t inner = problem->shape[problem->rank - 1];
    for (uint32_t vector = widest_here(problem); vector > 1; vector /= 2)
        if (reach_of(problem, problem->operand, vector) == EXPOPS_REACH_C &&
            (problem->rank == 1 || inner % vector == 0) && inner >= vector)
            return vector;
    return 1;
}

/* From one vector to the next. Where it does not fit there is only one vector, and nothing is multiplied by it. */
static int64_t vector_stride(const expops_problem_operand *operand, uint32_t dim, uint32_t unit)
{
    return (int64_t)((uint64_t)operand->strides[dim] * unit);
}

static void put_position(const expops_problem *problem, const expops_problem_operand *operand, uint32_t unit, int wide,
                         expops_params *params)
{
    const uint32_t inner = problem->rank - 1;
    expops_params_index(params, operand->offset, wide);
    expops_params_index(params, operand->strides[inner], wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, vector_stride(operand, d, d == inner ? unit : 1), wide);
}

void expops_params_vectors(const expops_problem *problem, uint32_t unit, int wide, uint64_t vectors, uint64_t elements,
                           expops_params *params)
{
    const uint32_t rank = problem->rank, inner = rank - 1;
    expops_params_u64(params, vectors);
    expops_params_u64(params, elements);
    expops_params_numbers(params, problem);
    int64_t sizes[EXPOPS_MAX_RANK];
    for (uint32_t d = 0; d < rank; d++) {
        sizes[d] = d == inner ? expops_ceil_divide(problem->shape[d], unit) : problem->shape[d];
        expops_params_index(params, sizes[d], wide);
    }
    uint32_t magic[EXPOPS_MAX_RANK] = { 0 }, shift[EXPOPS_MAX_RANK] = { 0 };
    /* Indices of 64 bits are divided by the processor's own division: no multiplication of that width stands in for
     * it. */
    for (uint32_t d = 0; d < rank && !wide; d++)
        expops_find_magic((uint32_t)sizes[d], magic + d, shift + d);
    for (uint32_t d = 0; d < rank; d++)
        expops_params_u32(params, magic[d]);
    for (uint32_t d = 0; d < rank; d++)
        expops_params_u32(params, shift[d]);
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (!expops_is_tensor(operand))
            continue;
        for (uint32_t d = 0; d < rank; d++)
            expops_params_index(params, vector_stride(operand, d, d == inner ? unit : 1), wide);
    }
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (expops_is_tensor(problem->operand + i))
            expops_params_index(params, problem->operand[i].strides[inner], wide);
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (problem->operand[i].kind == EXPOPS_OPERAND_POSITION)
            put_position(problem, problem->operand + i, unit, wide, params);
}

static int has_position(const expops_problem *problem)
{
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (problem->operand[i].kind == EXPOPS_OPERAND_POSITION)
            return 1;
    return 0;
}

/* Groups are counted in 31 bits, which is what the interface promises to plugins. */
int expops_launch_fits(const expops_device *device, uint64_t groups, uint32_t group)
{
    return groups <= INT32_MAX && (!device->info.max_items || groups * group <= device->info.max_items);
}

expops_status expops_step_launch(const expops_problem *problem, const expops_device *device, uint64_t items,
                                 expops_step *step)
{
    step->group = expops_group_size(device, GROUP);
    const uint64_t groups = (items + step->group - 1) / step->group;
    if (!expops_launch_fits(device, groups, step->group))
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: %llu groups of work-items are more than one launch takes",
                           problem->op->name, (unsigned long long)groups);
    step->grid = (uint32_t)groups;
    return EXPOPS_OK;
}

enum { WORD = 16 };

expops_status expops_specialize_pointwise(const expops_problem *given, const expops_device *device, expops_steps *steps)
{
    expops_step *step = steps->step;
    expops_problem ordered = *given;
    const expops_problem *const problem = &ordered;
    expops_order_repeated(&ordered);
    enum expops_reach reach[1 + EXPOPS_MAX_OPERANDS];
    uint64_t elements = 1;
    steps->count = 1;
    for (uint32_t d = 0; d < problem->rank; d++)
        elements *= (uint64_t)problem->shape[d];
    /* Vectors that go on from row to row are taken only where they are wider: each asks where its row ends
     * (decision 10). */
    const uint32_t of_row = choose_vector(problem), of_all = expops_flat_vector(problem);
    const int flat = of_all > of_row;
    const uint32_t vector = flat ? of_all : of_row, turns = vector == 1 ? TURNS_OF_SINGLES : 1;
    const int wide = expops_needs_wide_index(problem);
    const uint64_t vectors = (elements + vector - 1) / vector;
    (flat ? expops_flat_reaches : find_reaches)(problem, vector, reach);
    step->variant = flat ? "flat" : "pointwise";
    expops_define_operands(problem, step, vector, reach, wide);
    expops_define_call(problem, step);
    expops_text_add(&step->defines,
                    "#define XK_RANK %u\n#define XK_TURNS %u\n#define XK_TAIL %d\n#define XK_OUT_CONTIGUOUS %d\n"
                    "#define XK_POSITION %d\n",
                    problem->rank, turns, (flat || problem->rank == 1) && vector > 1 && elements % vector != 0,
                    reach[0] == EXPOPS_REACH_C, has_position(problem));
    expops_params_vectors(problem, flat ? 1 : vector, wide, vectors, elements, &step->params);
    if (flat && reach[1] == EXPOPS_REACH_U) {
        expops_text_add(&step->defines, "#define XK_RUN_BYTES %d\n", WORD);
        expops_params_bounds(problem->operand + 1, wide, &step->params);
    }
    expops_params_finish(&step->params);
    return expops_step_launch(problem, device, (vectors + turns - 1) / turns, step);
}

/* --- tiles --- */

/* Smaller than this in either direction, staging costs more than it saves. */
enum { SMALLEST_TILED = 16 };

/* The dimension in which some input is contiguous while the output is not; -1 where there is none. */
static int32_t staged_dim(const expops_problem *problem)
{
    const uint32_t inner = problem->rank - 1;
    if (problem->rank < 2 || problem->operand[0].strides[inner] != 1 || problem->shape[inner] < SMALLEST_TILED)
        return -1;
    for (uint32_t i = 1; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (!expops_is_tensor(operand) || operand->strides[inner] == 0 || operand->strides[inner] == 1)
            continue;
        for (uint32_t d = 0; d < inner; d++)
            if (operand->strides[d] == 1 && problem->shape[d] >= SMALLEST_TILED)
                return (int32_t)d;
    }
    return -1;
}

/* Kinds of all tensors at this width; 0 where the output or a staged input does not allow it. */
static int tile_reaches(const expops_problem *problem, uint32_t vector, enum expops_reach *reach)
{
    const uint32_t inner = problem->rank - 1, down = problem->rank - 2;
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (!expops_is_tensor(operand))
            continue;
        *reach = reach_of(problem, operand, vector);
        if (i == 0 && *reach != EXPOPS_REACH_C)
            return 0;
        if (i > 0 && operand->strides[inner] != 0 && operand->strides[inner] != 1 && operand->strides[down] == 1) {
            *reach = EXPOPS_REACH_T;
            if (!expops_can_vector(problem, operand, vector, down))
                return 0;
        }
        reach++;
    }
    return 1;
}

/* Local memory for the staged tensors at this edge. */
static uint64_t staged_bytes(const expops_problem *problem, const enum expops_reach *reach, uint32_t edge)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0, tensor = 0; i < problem->num_operands; i++)
        if (expops_is_tensor(problem->operand + i) && reach[tensor++] == EXPOPS_REACH_T)
            bytes += (uint64_t)edge * (edge + 4) * expops_operand_bytes(problem->operand + i);
    return bytes;
}

static void put_tile_position(const expops_problem_operand *operand, uint32_t rank, int wide, expops_params *params)
{
    expops_params_index(params, operand->offset, wide);
    for (uint32_t d = 0; d < rank; d++)
        expops_params_index(params, operand->strides[d], wide);
}

static void fill_tile_params(const expops_problem *problem, uint32_t edge, int wide, uint64_t *out_tiles,
                             expops_params *params)
{
    const uint32_t rank = problem->rank;
    const int64_t across = expops_ceil_divide(problem->shape[rank - 1], edge),
                  down = expops_ceil_divide(problem->shape[rank - 2], edge);
    uint64_t tiles = (uint64_t)(across * down), elements = 1;
    for (uint32_t d = 0; d < rank; d++) {
        elements *= (uint64_t)problem->shape[d];
        tiles *= d + 2 < rank ? (uint64_t)problem->shape[d] : 1;
    }
    *out_tiles = tiles;
    expops_params_u64(params, tiles);
    expops_params_u64(params, elements);
    expops_params_numbers(params, problem);
    for (uint32_t d = 0; d < rank; d++)
        expops_params_index(params, problem->shape[d], wide);
    expops_params_index(params, across, wide);
    expops_params_index(params, down, wide);
    for (uint32_t i = 0; i < problem->num_operands; i++)
        for (uint32_t d = 0; expops_is_tensor(problem->operand + i) && d < rank; d++)
            expops_params_index(params, problem->operand[i].strides[d], wide);
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (problem->operand[i].kind == EXPOPS_OPERAND_POSITION)
            put_tile_position(problem->operand + i, rank, wide, params);
    expops_params_finish(params);
}

int expops_specialize_tile(const expops_problem *given, const expops_device *device, expops_step *step)
{
    enum expops_reach reach[1 + EXPOPS_MAX_OPERANDS];
    const int32_t dim = staged_dim(given);
    if (dim < 0 || device->info.max_group < GROUP)
        return 0;
    expops_problem problem = *given;
    expops_problem_move_dim(&problem, (uint32_t)dim, problem.rank - 2);
    uint32_t vector = expops_widest_vector(&problem);
    uint32_t edge = vector >= 4 ? 64 : 32;
    /* Element by element a tile is still better than reading across rows. */
    if (!tile_reaches(&problem, vector, reach)) {
        vector = 1;
        tile_reaches(&problem, vector, reach);
    }
    if (staged_bytes(&problem, reach, edge) > device->info.local_bytes)
        edge = 32;
    if (staged_bytes(&problem, reach, edge) > device->info.local_bytes)
        return 0;
    const int wide = expops_needs_wide_index(&problem);
    uint64_t tiles;
    fill_tile_params(&problem, edge, wide, &tiles, &step->params);
    /* The step is the next variant's to fill: nothing of this one may stay in it. */
    if (!expops_launch_fits(device, tiles, GROUP)) {
        step->params.bytes = 0;
        return 0;
    }
    step->variant = "tile";
    step->group = GROUP;
    step->grid = (uint32_t)tiles;
    expops_define_operands(&problem, step, vector, reach, wide);
    expops_define_call(&problem, step);
    expops_text_add(&step->defines, "#define XK_RANK %u\n#define XK_TILE %u\n#define XK_POSITION %d\n", problem.rank,
                    edge, has_position(&problem));
    return 1;
}
