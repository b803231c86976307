/* Elements of one or two bytes whose dimensions are exchanged: tiles of the two in which the input and the output are contiguous. */
#include "base/size.h"
#include "specialize.h"

/* Bytes of what memory writes at once, of a vector, and of a part of one. */
enum { GROUP = 256, SECTOR = 32, VECTOR = 8, PART = 4 };

/* Bytes of a row of the input, and of the output, that are worth it. */
enum { LEAST_IN = 64, LEAST_OUT = 32 };

/* Parts of a row of the input that a work-item loads, with one more where rows begin between parts. */
enum { PARTS = 2 };

/* What was fastest on an H200, where all rows are full, and where not: bytes of a row of the output in a tile, and of a tile; words
 * that are asked for at once. */
enum {
    ROW_FULL = 128,
    ROW = 256,
    TILE_FULL = 16384,
    TILE = 32768,
    TILE_JOINED = 40960,
    AHEAD_FULL = 4,
    AHEAD = 2,
    AHEAD_LONG = 3,
    LONG = 4,
    SMALL_TILE = 8192
};

typedef struct corner {
    const expops_problem *problem;
    uint32_t bytes, part, unit, in, out; /* of an element; elements of a part and of a sector; the two dimensions */
    int64_t tall, tall_step, wide,
        wide_step; /* of a tile in local memory, and to the next: along the input, the output */
    int joined, in_full, out_full, shifted;
} corner;

static int64_t up_to(int64_t size, int64_t unit)
{
    return expops_ceil_divide(size, unit) * unit;
}

/* Of about `wanted`, so that the parts of the dimension are alike. */
static int64_t divided(int64_t size, int64_t wanted, int64_t unit)
{
    const int64_t parts = expops_ceil_divide(size, wanted);
    return parts == 1 ? size : up_to(expops_ceil_divide(size, parts), unit);
}

/* Whether the rows begin at whole parts, sectors and vectors. */
static void settle_rows(corner *corner)
{
    const expops_problem *problem = corner->problem;
    const expops_problem_operand *out = problem->operand, *in = out + 1;
    corner->in_full =
        expops_can_vector(problem, in, corner->part, corner->in) && problem->shape[corner->in] % corner->part == 0;
    corner->out_full = expops_can_vector(problem, out, corner->unit, corner->out);
    corner->shifted = !expops_can_vector(problem, out, VECTOR / corner->bytes, corner->out);
}

static void settle_tile(corner *corner)
{
    const expops_problem *problem = corner->problem;
    const int64_t m = problem->shape[corner->in], n = problem->shape[corner->out];
    const int full = corner->in_full && corner->out_full;
    const int follows = corner->shifted && problem->operand[0].strides[corner->in] == n; /* a row the one before */
    const int64_t part = (full ? ROW_FULL : ROW) / corner->bytes, row = follows ? ROW : part;
    const int whole = n <= row + row / 4;
    corner->wide = corner->wide_step = whole ? n : divided(n, part, corner->unit);
    corner->joined = whole && follows;
    const int64_t tile = (full ? TILE_FULL : corner->joined ? TILE_JOINED : TILE) / corner->bytes;
    corner->tall = corner->tall_step = divided(m, up_to(tile / corner->wide, corner->part), corner->part);
    if (corner->joined && corner->tall < m)
        corner->tall += expops_ceil_divide(corner->unit - 1, n);
    else if (!corner->out_full && corner->wide < n)
        corner->wide += corner->unit;
}

/* Parts of a row that a work-item loads: it takes one more where rows begin between parts. */
static uint32_t parts(const corner *corner)
{
    return corner->in_full ? 1 : PARTS;
}

static uint32_t quads(const corner *corner)
{
    return (uint32_t)up_to(expops_ceil_divide(corner->tall, corner->part), parts(corner));
}

static uint32_t pitch(const corner *corner)
{
    return (uint32_t)expops_ceil_divide(corner->wide, corner->part) | 1;
}

/* Of long columns, which take more turns, more words are asked for at once. */
static int words_ahead(const corner *corner)
{
    const int64_t apart = GROUP / (quads(corner) / parts(corner));
    return corner->in_full && corner->out_full                   ? AHEAD_FULL
           : corner->wide > LONG * (int64_t)corner->part * apart ? AHEAD_LONG
                                                                 : AHEAD;
}

static int64_t step_of(const corner *corner, uint32_t dim)
{
    return dim == corner->in ? corner->tall_step : dim == corner->out ? corner->wide_step : 1;
}

static int64_t tiles_of(const corner *corner, uint32_t dim)
{
    return expops_ceil_divide(corner->problem->shape[dim], step_of(corner, dim));
}

/* Work-items side by side in a row of the output, a power of 2: each has two vectors of a long one. */
static uint32_t line(const corner *corner)
{
    uint32_t items = 1;
    while (items < 32 && (int64_t)items * VECTOR * (items < 8 ? 1 : 2) < corner->wide_step * corner->bytes)
        items *= 2;
    return items;
}

static void put_params(const corner *corner, int wide, expops_params *params)
{
    const expops_problem *problem = corner->problem;
    expops_params_moved(problem, wide, params);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_divisor(params, tiles_of(corner, d));
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, (uint32_t)step_of(corner, d));
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, (uint32_t)(d == corner->in ? corner->tall : d == corner->out ? corner->wide : 1));
    expops_params_finish(params);
}

/* Groups that run at the same time are neighbours in both dimensions, first in that of fewer tiles: what two of them share of a line
 * is moved once. */
static void define_order(const corner *corner, expops_step *step)
{
    const int in_first = tiles_of(corner, corner->in) < tiles_of(corner, corner->out);
    const uint32_t first = in_first ? corner->in : corner->out, second = in_first ? corner->out : corner->in;
    expops_text_add(&step->defines, "#define XK_ORDER %u, %u", first, second);
    for (uint32_t d = corner->problem->rank; d-- > 0;)
        if (d != first && d != second)
            expops_text_add(&step->defines, ", %u", d);
    expops_text_append(&step->defines, "\n");
}

static void define_corner(const corner *corner, expops_step *step)
{
    define_order(corner, step);
    expops_text_add(&step->defines,
                    "#define XK_RANK %u\n#define XK_IN %u\n#define XK_QUADS %u\n#define XK_PITCH %u\n"
                    "#define XK_PARTS %u\n#define XK_READERS %u\n#define XK_AHEAD %d\n"
                    "#define XK_IN_FULL %d\n#define XK_UNIT %u\n#define XK_OUT_FULL %d\n#define XK_SHIFTED %d\n"
                    "#define XK_JOINED %d\n#define XK_LINE %u\n#define XK_RUN_BYTES %d\n",
                    corner->problem->rank, corner->in, quads(corner), pitch(corner), parts(corner),
                    quads(corner) / parts(corner), words_ahead(corner), corner->in_full, corner->unit, corner->out_full,
                    corner->shifted, corner->joined, line(corner), PART);
}

/* Tiles of so little that a group has hardly anything to do, where `turn` joins several and turns squares, too. */
static int is_small(const corner *corner)
{
    return corner->in_full && corner->out_full && corner->tall * corner->wide * corner->bytes <= SMALL_TILE;
}

/* Rows of two bytes that begin between parts are moved faster by "turn", whose words of the input are larger, unless they follow each other
 * without a gap. */
static int is_worth_it(const corner *corner)
{
    return corner->bytes == 1 || corner->joined || (corner->in_full && corner->out_full);
}

/* Returns 0 where the rows are too short, or of a kind that is moved faster otherwise. */
static int settle(const expops_problem *problem, corner *corner)
{
    const expops_problem_operand *in = problem->operand + 1;
    *corner =
        (struct corner){ .problem = problem, .bytes = problem->bits, .out = problem->rank - 1, .in = problem->rank };
    for (uint32_t d = 0; d + 1 < problem->rank; d++)
        if (in->strides[d] == 1 && problem->shape[d] > 1)
            corner->in = d;
    if (corner->in == problem->rank || problem->shape[corner->in] * corner->bytes < LEAST_IN ||
        problem->shape[corner->out] * corner->bytes < LEAST_OUT)
        return 0;
    corner->part = PART / corner->bytes;
    corner->unit = SECTOR / corner->bytes;
    settle_rows(corner);
    settle_tile(corner);
    return !is_small(corner) && is_worth_it(corner) && quads(corner) / parts(corner) <= GROUP;
}

int expops_specialize_corner(const expops_problem *problem, const expops_device *device, expops_step *step)
{
    corner corner;
    if (!expops_moves_one(problem, PART / 2) || device->info.max_group < GROUP || !settle(problem, &corner))
        return 0;
    const int wide = expops_needs_wide_index(problem);
    uint64_t tiles = 1;
    for (uint32_t d = 0; d < problem->rank; d++)
        tiles *= (uint64_t)tiles_of(&corner, d);
    const uint64_t local = ((uint64_t)corner.part * quads(&corner) * pitch(&corner) + 2) * PART;
    if (!expops_launch_fits(device, tiles, GROUP) || local > device->info.local_bytes)
        return 0;
    step->variant = "corner";
    step->group = GROUP;
    step->grid = (uint32_t)tiles;
    expops_define_operands(problem, step, VECTOR / corner.bytes, NULL, wide);
    define_corner(&corner, step);
    put_params(&corner, wide, &step->params);
    return 1;
}
