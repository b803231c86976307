/* The box of the turning kernel: long runs both of the input and of the output, in about as much local memory as lets several groups
 * run at once. */
#include "turn_box.h"
#include <string.h>
#include "base/size.h"

/* Bytes of a long run; that memory writes at once; of a word that is read, and of its parts. Elements that a group should have. */
enum { LONG_RUN = 128, LINES = 256, SECTOR = 32, WORD = 16, PART = 4, LEAST = 256, NOWHERE = EXPOPS_MAX_RANK };

/* Elements that are exchanged within so little memory that it is near anyway; where the output has no vectors. */
enum { NEAR = 64, NEAR_ODD = 16 };

/* What was fastest on an H200, by an element's size: elements of a run of the output of one dimension that is cut, and of one that is
 * whole. */
static uint32_t elements_of_run(uint32_t bytes)
{
    return bytes < PART ? 256 : 64;
}

/* Whether runs of both are a sector and more: of small elements both should be as many bytes then. */
static int is_wide(const expops_turn_box *box)
{
    return box->in.inner != box->out.inner && box->problem->shape[box->in.inner] * box->bytes >= SECTOR;
}

static uint32_t elements_of_part(const expops_turn_box *box)
{
    return box->bytes < PART && is_wide(box) ? LINES / box->bytes : elements_of_run(box->bytes);
}

static int is_whole(const expops_turn_box *box)
{
    const int64_t wanted = elements_of_run(box->bytes);
    return box->problem->shape[box->out.inner] <= wanted + wanted / 4;
}

static int is_short(const expops_turn_box *box)
{
    return box->problem->shape[box->out.inner] * box->bytes < LONG_RUN;
}

/* Whether runs of the output go on in a dimension that the input's do not have. */
static int goes_on_apart(const expops_turn_box *box)
{
    return box->in.inner == box->out.inner || (is_short(box) && box->out.outer != box->in.inner);
}

/* Of a run of two dimensions: where elements are small, as many as are written at once, less those of the unit in which it begins. */
static uint32_t elements_of_two(const expops_turn_box *box)
{
    if (box->bytes < PART)
        return elements_of_run(box->bytes) - (SECTOR + WORD) / box->bytes;
    return goes_on_apart(box) ? 128 : elements_of_run(box->bytes);
}

/* Of the dimension that is the output's innermost. */
static uint32_t elements_of_inner(const expops_turn_box *box)
{
    return !is_whole(box)      ? elements_of_part(box)
           : box->bytes < PART ? elements_of_run(box->bytes)
                               : elements_of_two(box);
}

/* Small boxes let more groups run, large ones make runs longer: what two boxes have parts of is read twice. */
static uint32_t box_bytes(const expops_turn_box *box)
{
    enum { BOX = 16384 };
    const int is_tile = box->in.inner != box->out.inner;
    if (box->bytes >= PART)
        return goes_on_apart(box) ? 2 * BOX : BOX;
    if (is_tile && !is_whole(box) && (box->bytes == 1 || !is_wide(box)))
        return BOX;
    return is_tile && is_whole(box) && box->out.outer == box->in.inner && is_short(box) ? BOX : 2 * BOX;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The dimension in which an operand's stride is `stride`. */
static uint32_t dim_of_stride(const expops_problem *problem, const expops_problem_operand *operand, int64_t stride)
{
    for (uint32_t d = problem->rank; d-- > 0;)
        if (operand->strides[d] == stride && problem->shape[d] > 1)
            return d;
    return NOWHERE;
}

/* Near `wanted`, so that the parts of the dimension are alike, and of whole vectors where it is cut; of whole sectors where it is long. */
static void extend(expops_turn_box *box, uint32_t dim, int64_t wanted)
{
    enum { MANY = 16 };
    const int64_t size = box->problem->shape[dim], unit = WORD / box->bytes, sector = SECTOR / box->bytes;
    if (wanted < size && wanted >= MANY * sector)
        wanted -= wanted % sector;
    int64_t extent = size;
    if (wanted < size) {
        const int64_t parts = expops_ceil_divide(size, wanted > 1 ? wanted : 1);
        extent = expops_ceil_divide(expops_ceil_divide(size, parts), unit) * unit;
        extent = smaller(extent > wanted ? wanted : extent, size);
    }
    if (extent > box->extent[dim])
        box->extent[dim] = extent > 1 ? extent : 1;
}

static int64_t box_elements(const expops_turn_box *box)
{
    int64_t elements = 1;
    for (uint32_t d = 0; d < box->problem->rank; d++)
        elements *= box->extent[d];
    return elements;
}

/* Where the run's dimension is whole and short, it goes on in the next. */
static void lengthen(expops_turn_box *box, expops_turn_run *run, int64_t wanted, int worth)
{
    const int64_t size = box->problem->shape[run->inner];
    if (!worth || run->outer == NOWHERE || box->extent[run->inner] < size)
        return;
    run->levels = 2;
    extend(box, run->outer, expops_ceil_divide(wanted, size));
}

/* The dimension in which a run can be made longer; NOWHERE when it is whole. */
static uint32_t open_dim(const expops_turn_box *box, const expops_turn_run *run)
{
    const uint32_t dim = run->levels > 1 ? run->outer : run->inner;
    return box->extent[dim] < box->problem->shape[dim] ? dim : NOWHERE;
}

static uint32_t count_dims(const expops_turn_box *box)
{
    uint32_t count = 0;
    for (uint32_t d = 0; d < box->problem->rank; d++)
        count += box->extent[d] > 1 || d == box->in.inner || d == box->out.inner ||
                 (box->in.levels > 1 && d == box->in.outer) || (box->out.levels > 1 && d == box->out.outer);
    return count;
}

/* What room is left goes to the shorter run, then to the other, then to one more dimension. */
static void fill(expops_turn_box *box)
{
    for (uint32_t turn = 0; turn < 4; turn++) {
        const int64_t room = box->elements / box_elements(box);
        const int in_first = expops_turn_run_length(box, &box->in) < expops_turn_run_length(box, &box->out);
        const expops_turn_run *first = in_first ? &box->in : &box->out, *second = in_first ? &box->out : &box->in;
        uint32_t dim = open_dim(box, first);
        if (room < 2)
            return;
        if (dim == NOWHERE)
            dim = open_dim(box, second);
        for (uint32_t d = box->problem->rank; dim == NOWHERE && d-- > 0;)
            if (box->extent[d] == 1 && box->problem->shape[d] > 1 && count_dims(box) < EXPOPS_TURN_DIMS)
                dim = d;
        if (dim == NOWHERE)
            return;
        extend(box, dim, box->extent[dim] * room);
    }
}

/* Runs of one dimension that is not the other's: a tile of both. Else what surrounds the one that they have in common. */
static int shape_box(expops_turn_box *box)
{
    const expops_problem *problem = box->problem;
    expops_turn_run *in = &box->in, *out = &box->out;
    const int64_t long_out = elements_of_inner(box), long_in = box->elements / long_out,
                  n = problem->shape[in->inner] * box->bytes, m = problem->shape[out->inner];
    if (in->inner == out->inner) {
        if (n >= LONG_RUN || in->outer == NOWHERE || out->outer == NOWHERE || in->outer == out->outer)
            return 0;
        extend(box, in->inner, m);
        lengthen(box, out, elements_of_two(box), 1);
        lengthen(box, in, box->elements / box->extent[out->outer], 1);
    } else {
        const int whole = is_whole(box);
        extend(box, out->inner, whole ? m : long_out);
        extend(box, in->inner, long_in);
        /* Elements of the output's run lie a run of the input apart in local memory, on different banks, unless that run goes on
         * in its dimension. */
        lengthen(box, out, elements_of_two(box), m * box->bytes < LONG_RUN || (m * box->bytes % 16 && whole));
        lengthen(box, in, long_in, in->outer == out->inner ? n < 16 || (n % 16 && n < 2 * LONG_RUN) : n < LONG_RUN);
    }
    fill(box);
    return 1;
}

/* Whether what is exchanged is so little, the same bytes in the input and in the output, that neighbouring work-items reach all of it
 * at once anyway. */
static int is_near(const expops_turn_box *box)
{
    const int64_t *shape = box->problem->shape, length = shape[box->out.inner];
    return box->in.inner != box->out.inner && box->in.outer == box->out.inner && box->out.outer == box->in.inner &&
           shape[box->in.inner] * length <= (length % 2 ? NEAR_ODD : NEAR);
}

/* Of a larger tensor, most of whose dimensions are short, and more of them than a box can have: most of a group would be idle. */
static int leaves_idle(const expops_turn_box *box)
{
    int64_t all = 1, elements = box_elements(box);
    for (uint32_t d = 0; d < box->problem->rank; d++)
        all *= box->problem->shape[d];
    return elements < LEAST && elements < all;
}

/* Whether every run of the output begins at a multiple of `unit`. */
static int begins_full(const expops_turn_box *box, uint32_t unit)
{
    const expops_problem_operand *out = box->problem->operand;
    if (!out->aligned || out->offset % unit)
        return 0;
    for (uint32_t d = 0; d < box->problem->rank; d++) {
        const int along = d == box->out.inner || (box->out.levels > 1 && d == box->out.outer);
        const int64_t step = out->strides[d] * (along ? box->extent[d] : 1);
        if (step % unit && (!along || box->extent[d] < box->problem->shape[d]))
            return 0;
    }
    return 1;
}

/* A box has the rest of a sector that begins in it, too: what two boxes wrote a part of would be read again. */
static void settle_extents(expops_turn_box *box)
{
    const expops_turn_run *out = &box->out;
    const uint32_t last = out->levels > 1 ? out->outer : out->inner;
    memcpy(box->step, box->extent, sizeof box->step);
    box->unit = SECTOR / box->bytes;
    box->full = begins_full(box, box->unit);
    if (!box->full && box->extent[last] < box->problem->shape[last])
        box->extent[last] +=
            out->levels > 1 ? expops_ceil_divide(box->unit - 1, box->problem->shape[out->inner]) : box->unit - 1;
}

int64_t expops_turn_run_count(const expops_turn_box *box, const expops_turn_run *run)
{
    return box_elements(box) / expops_turn_run_length(box, run);
}

int64_t expops_turn_tiles(const expops_turn_box *box, uint32_t dim)
{
    return expops_ceil_divide(box->problem->shape[dim], box->step[dim]);
}

int expops_turn_box_make(const expops_problem *problem, expops_turn_box *box)
{
    const expops_problem_operand *out = problem->operand, *in = out + 1;
    const uint32_t inner = problem->rank - 1, along = dim_of_stride(problem, in, 1);
    if (along == NOWHERE)
        return 0;
    memset(box, 0, sizeof *box);
    box->problem = problem;
    box->bytes = problem->bits;
    box->vector = WORD / 2 / box->bytes; /* of squares */
    for (uint32_t d = 0; d < problem->rank; d++)
        box->extent[d] = 1;
    box->in = (expops_turn_run){ along, dim_of_stride(problem, in, problem->shape[along]), 1 };
    box->out = (expops_turn_run){ inner, dim_of_stride(problem, out, problem->shape[inner]), 1 };
    box->elements = box_bytes(box) / box->bytes;
    if (is_near(box) || !shape_box(box) || leaves_idle(box))
        return 0;
    settle_extents(box);
    box->level = expops_turn_has_level_words(box);
    expops_turn_find_squares(box);
    expops_turn_order_dims(box);
    return 1;
}
