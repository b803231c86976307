/* The turning kernel: its parameters, and the texts' defines. */
#include "base/size.h"
#include "specialize.h"
#include "turn_box.h"

enum { GROUP = 256 };

/* Words of the input that a work-item asks for at once, at most: more need more registers than let other groups run. Tiles of two bytes,
 * which are larger than others, ask for more. */
enum { AHEAD = 5, AHEAD_TILE = 8, SMALL = 4, WIDEST = 8, WORD = 16 };

/* Parts of 4 bytes in front of the first run and behind the last. */
enum { PARTS_AROUND = 8 };

/* Boxes along runs of the input. */
enum { FEW_TILES = 12 };

/* Words that a run of the input lies in. */
static int64_t words_of_run(const expops_turn_box *box)
{
    const int64_t bytes = expops_turn_run_length(box, &box->in) * box->bytes;
    return expops_ceil_divide(bytes + (box->level ? 0 : WORD - box->bytes), WORD);
}

/* So many at once that they are asked for in as few turns of the same length. */
static uint32_t words_ahead(const expops_turn_box *box)
{
    const int64_t turns = expops_ceil_divide(words_of_run(box) * expops_turn_run_count(box, &box->in), GROUP);
    const int is_tile = box->bytes == SMALL / 2 && box->in.levels == 1 && box->out.levels == 1;
    return (uint32_t)expops_ceil_divide(turns, expops_ceil_divide(turns, is_tile ? AHEAD_TILE : AHEAD));
}

static uint64_t local_parts(const expops_turn_box *box)
{
    const uint64_t parts = (uint64_t)box->room * box->bytes / 4;
    return parts + PARTS_AROUND + (box->spread ? parts * 4 / box->spread + 1 : 0);
}

/* Of 32 work-items along the runs of the output. */
static int64_t count_blocks(const expops_turn_box *box)
{
    return expops_ceil_divide(box->extent[box->out.inner], (int64_t)(32 / box->side) * box->deep);
}

/* Squares side by side. */
static int64_t count_squares(const expops_turn_box *box)
{
    const expops_turn_run along = { box->out.inner, 0, 1 };
    return expops_ceil_divide(expops_turn_run_count(box, &along) / box->square, box->side);
}

static void put_params(const expops_turn_box *box, int wide, expops_params *params)
{
    const expops_problem *problem = box->problem;
    const int64_t words = words_of_run(box), blocks = box->square ? count_blocks(box) : 1;
    expops_params_moved(problem, wide, params);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_divisor(params, expops_turn_tiles(box, d));
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_divisor(params, box->extent[d]);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, (uint32_t)box->step[d]);
    expops_params_divisor(params, box->square ? box->extent[box->in.inner] / box->square : 1);
    expops_params_divisor(params, words);
    expops_params_divisor(params, blocks);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, box->local[d]);
    expops_params_u32(params, (uint32_t)(words * expops_turn_run_count(box, &box->in)));
    expops_params_u32(params, box->square ? (uint32_t)(blocks * count_squares(box)) : 0);
    expops_params_finish(params);
}

static void define_dims(expops_step *step, const char *name, const uint32_t *dims, uint32_t count)
{
    expops_text_add(&step->defines, "#define %s %u", name, dims[0]);
    for (uint32_t i = 1; i < count; i++)
        expops_text_add(&step->defines, ", %u", dims[i]);
    expops_text_append(&step->defines, "\n");
}

/* Groups that run at the same time are neighbours along both runs, so that what two of them share of a line is moved once: first along
 * the output's, as what is written comes together in memory then, unless few make up an input's. */
static void order_groups(const expops_turn_box *box, uint32_t *order)
{
    const uint32_t in = box->in.levels > 1 ? box->in.outer : box->in.inner,
                   out = box->out.levels > 1 ? box->out.outer : box->out.inner;
    const int64_t along_in = expops_turn_tiles(box, in);
    const int in_first = along_in <= FEW_TILES && along_in < expops_turn_tiles(box, out);
    uint32_t count = 0;
    order[count++] = in_first ? in : out;
    if (in != out)
        order[count++] = in_first ? out : in;
    for (uint32_t d = box->problem->rank; d-- > 0;)
        if (d != in && d != out)
            order[count++] = d;
}

static void define_turn(const expops_turn_box *box, expops_step *step)
{
    const int two = !box->square && box->out.levels > 1;
    uint32_t order[EXPOPS_MAX_RANK];
    define_dims(step, "XK_IN_DIMS", box->in_dim, box->dims);
    define_dims(step, "XK_OUT_DIMS", box->out_dim, box->dims);
    order_groups(box, order);
    define_dims(step, "XK_ORDER", order, box->problem->rank);
    expops_text_add(&step->defines,
                    "#define XK_RANK %u\n#define XK_BOX %u\n#define XK_IN_RUN %u\n#define XK_OUT_RUN %u\n"
                    "#define XK_STAGED %u\n#define XK_FULL %d\n#define XK_UNIT %u\n"
                    "#define XK_STEP %u\n#define XK_AHEAD %u\n#define XK_RUN_BYTES %d\n#define XK_LEVEL %d\n"
                    "#define XK_SQUARE %u\n#define XK_SPREAD %u\n#define XK_STAIR %u\n",
                    box->problem->rank, box->dims, box->in.levels, two ? 2 : 1, (uint32_t)local_parts(box), box->full,
                    box->unit, box->local[box->out.inner], words_ahead(box), WORD, box->level, box->square, box->spread,
                    box->stair);
    if (box->square)
        expops_text_add(&step->defines, "#define XK_SIDE %u\n#define XK_DEEP %u\n#define XK_WOVEN %d\n", box->side,
                        box->deep, box->woven);
    else
        expops_text_add(&step->defines,
                        "#define XK_LINE %uu\n#define XK_REPEATED %u\n#define XK_AGAIN %uu\n"
                        "#define XK_ALIKE %u\n#define XK_OUT_RUNS %uu\n#define XK_SMALL %u\n#define XK_INNER "
                        "%u\n#define XK_OUTER %uu\n",
                        box->line, box->repeated, box->again, box->alike,
                        (uint32_t)expops_turn_run_count(box, &box->out), box->bytes < SMALL ? box->bytes : 0,
                        two ? (uint32_t)box->extent[box->out.inner] : 1, two ? box->local[box->out.outer] : 0);
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
    if (!box.square)
        expops_turn_find_lines(&box);
    const int wide = expops_needs_wide_index(problem);
    uint64_t tiles = 1;
    for (uint32_t d = 0; d < problem->rank; d++)
        tiles *= (uint64_t)expops_turn_tiles(&box, d);
    if (!expops_launch_fits(device, tiles, GROUP) || 4 * local_parts(&box) > device->info.local_bytes)
        return 0;
    step->variant = "turn";
    step->group = GROUP;
    step->grid = (uint32_t)tiles;
    expops_define_operands(problem, step, box.vector, NULL, wide);
    define_turn(&box, step);
    put_params(&box, wide, &step->params);
    return 1;
}
