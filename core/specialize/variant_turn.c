/* The turning kernel: its parameters, and the texts' defines. */
#include "base/size.h"
#include "specialize.h"
#include "turn_box.h"

enum { GROUP = 256 };

/* Words of the input that a work-item asks for at once, at most: more need more registers than let other groups run. */
enum { AHEAD = 4, SINGLES_AHEAD = 8, SMALL = 4, WIDEST = 8, WORD = 16 };

/* How a group shares its box; as in turn.kernel.c. */
typedef struct turn_share {
    uint32_t words; /* of a run of the input; of small elements one has several */
    uint32_t lanes, rows, ahead, side, in_runs, out_runs, in_table, out_table;
} turn_share;

static int is_small(const expops_turn_box *box)
{
    return box->bytes < SMALL;
}

/* Runs of the output, or squares side by side. */
static int64_t count_out_runs(const expops_turn_box *box)
{
    const expops_turn_run along = { box->out.inner, 0, 1 };
    return box->square ? expops_turn_run_count(box, &along) / box->square : expops_turn_run_count(box, &box->out);
}

/* What the kernel can work out at compile time is worked out here, once more as there: the host needs it for the
 * amount of local memory. */
static turn_share share_box(const expops_turn_box *box)
{
    turn_share share = { .ahead = AHEAD };
    const int64_t words =
        expops_ceil_divide(expops_turn_run_length(box, &box->in), is_small(box) ? WORD / box->bytes : 1);
    share.words = (uint32_t)words;
    share.in_runs = (uint32_t)expops_turn_run_count(box, &box->in);
    share.out_runs = (uint32_t)count_out_runs(box);
    share.side = box->square ? box->side : share.out_runs >= 4 ? 4 : share.out_runs >= 2 ? 2 : 1;
    share.lanes = words < GROUP ? (uint32_t)words : GROUP;
    share.rows = GROUP / share.lanes;
    const int64_t turns = expops_ceil_divide(share.in_runs, share.rows),
                  times = expops_ceil_divide(turns, box->bytes == SMALL ? SINGLES_AHEAD : AHEAD);
    if (!is_small(box))
        share.ahead = (uint32_t)expops_ceil_divide(turns, times);
    share.in_table = share.rows * share.ahead * (uint32_t)times;
    share.out_table = (uint32_t)expops_ceil_divide(share.out_runs, share.side) * share.side;
    return share;
}

/* Of a box, and of what is known of each run. */
static uint64_t local_bytes(const expops_turn_box *box, const turn_share *share, int wide)
{
    const uint64_t index = wide ? 8 : 4;
    const uint64_t tables = is_small(box) ? 0 : share->in_table * index + share->out_table * (index + 4) + 16;
    return (uint64_t)share->in_runs * box->pitch * box->bytes + tables;
}

/* Of 32 work-items along the runs of the output. */
static int64_t count_blocks(const expops_turn_box *box)
{
    return expops_ceil_divide(box->extent[box->out.inner], (int64_t)(32 / box->side) * box->deep);
}

static void put_params(const expops_turn_box *box, const turn_share *share, int wide, expops_params *params)
{
    const expops_problem *problem = box->problem;
    const int64_t runs = share->out_table / share->side;
    const int64_t parts = box->square         ? count_blocks(box)
                          : runs < GROUP / 32 ? expops_ceil_divide(GROUP / 32, runs) /* something for everyone */
                                              : 1;
    expops_params_moved(problem, wide, params);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_divisor(params, expops_turn_tiles(box, d));
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_divisor(params, box->extent[d]);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, (uint32_t)box->step[d]);
    expops_params_divisor(params, box->square ? box->extent[box->in.inner] / box->square : 1);
    expops_params_divisor(params, share->words);
    expops_params_divisor(params, parts);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, box->local[d]);
    expops_params_u32(params, share->words * share->in_runs);
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

static void define_turn(const expops_turn_box *box, const turn_share *share, expops_step *step)
{
    const uint32_t parts = box->pitch * box->bytes / 4;
    uint32_t order[EXPOPS_MAX_RANK];
    define_dims(step, "XK_IN_DIMS", box->in_dim, box->dims);
    define_dims(step, "XK_OUT_DIMS", box->out_dim, box->dims);
    expops_turn_order(box, order);
    define_dims(step, "XK_ORDER", order, box->problem->rank);
    expops_text_add(&step->defines,
                    "#define XK_RANK %u\n#define XK_BOX %u\n#define XK_IN_RUN %u\n#define XK_OUT_RUN %u\n"
                    "#define XK_STAGED %u\n#define XK_PITCH %u\n#define XK_SIDE %u\n#define XK_FULL %d\n"
                    "#define XK_UNIT %u\n#define XK_STEP %u\n#define XK_AHEAD %u\n#define XK_RUN_BYTES %d\n"
                    "#define XK_LEVEL %d\n#define XK_SQUARE %u\n#define XK_DEEP %u\n#define XK_WOVEN %d\n",
                    box->problem->rank, box->dims, box->in.levels, box->square ? 1 : box->out.levels,
                    share->in_runs * parts, parts, share->side, box->full, box->unit, box->local[box->out.inner],
                    share->ahead, is_small(box) ? WORD : 0, box->level, box->square, box->deep, box->woven);
    if (!is_small(box))
        expops_text_add(&step->defines,
                        "#define XK_LANES %uu\n#define XK_ROWS %uu\n#define XK_IN_RUNS %uu\n#define XK_OUT_RUNS %uu\n"
                        "#define XK_IN_TABLE %uu\n#define XK_OUT_TABLE %uu\n",
                        share->lanes, share->rows, share->in_runs, share->out_runs, share->in_table, share->out_table);
}

/* The largest unit, of 8 bytes at most, that both tensors consist of whole and in the same order. */
static uint32_t find_unit(const expops_problem *problem)
{
    const uint32_t inner = problem->rank - 1;
    uint32_t unit = WIDEST;
    if (problem->bits >= WIDEST || problem->operand[1].strides[inner] != 1)
        return problem->bits;
    while (unit > problem->bits && (problem->shape[inner] % (unit / problem->bits) ||
                                    !expops_can_vector(problem, problem->operand, unit / problem->bits, inner) ||
                                    !expops_can_vector(problem, problem->operand + 1, unit / problem->bits, inner)))
        unit /= 2;
    return unit;
}

/* Neighbours that stay neighbours are moved as one: what is done for an element costs as much whatever its size. */
static void join_neighbours(const expops_problem *given, expops_problem *problem)
{
    static const int32_t dtypes[] = { [2] = EXPOPS_DTYPE_I16, [4] = EXPOPS_DTYPE_I32, [8] = EXPOPS_DTYPE_I64 };
    const uint32_t unit = find_unit(given), inner = given->rank - 1;
    const int64_t joined = unit / given->bits;
    *problem = *given;
    if (joined == 1)
        return;
    problem->bits = unit;
    problem->shape[inner] /= joined;
    for (uint32_t i = 0; i < 2; i++) {
        expops_problem_operand *operand = problem->operand + i;
        operand->dtype = dtypes[unit];
        operand->offset /= joined;
        for (uint32_t d = 0; d < inner; d++)
            operand->strides[d] /= joined;
    }
}

int expops_specialize_turn(const expops_problem *given, const expops_device *device, expops_step *step)
{
    expops_turn_box box;
    expops_problem joined;
    const expops_problem *const problem = &joined;
    if (!expops_moves_one(given, WIDEST) || device->info.max_group < GROUP)
        return 0;
    join_neighbours(given, &joined);
    if (!expops_turn_box_make(problem, &box))
        return 0;
    const turn_share share = share_box(&box);
    const int wide = expops_needs_wide_index(problem);
    uint64_t tiles = 1;
    for (uint32_t d = 0; d < problem->rank; d++)
        tiles *= (uint64_t)expops_turn_tiles(&box, d);
    if (!expops_launch_fits(device, tiles, GROUP) || local_bytes(&box, &share, wide) > device->info.local_bytes)
        return 0;
    step->variant = "turn";
    step->group = GROUP;
    step->grid = (uint32_t)tiles;
    expops_define_operands(problem, step, box.vector, NULL, wide);
    define_turn(&box, &share, step);
    put_params(&box, &share, wide, &step->params);
    return 1;
}
