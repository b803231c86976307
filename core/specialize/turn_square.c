/* Where boxes of small elements are turned by squares of 4 bytes by several rows: turn_square.kernel.h. */
#include "specialize.h"
#include "turn_box.h"

enum { PART = 4, WORD = 8, RUN = 16, TOGETHER = 32, LEAST_SIDE = 2 };

static int64_t shape_of(const expops_turn_box *box, uint32_t dim)
{
    return box->problem->shape[dim];
}

/* Whether a box, and the last one, have a multiple of `unit` of a dimension. */
static int is_multiple(const expops_turn_box *box, uint32_t dim, int64_t unit)
{
    return box->step[dim] % unit == 0 && shape_of(box, dim) % unit == 0;
}

/* Whether runs of an operand along some dimensions begin at multiples of `unit`. */
static int begins_at(const expops_turn_box *box, const expops_problem_operand *operand, uint32_t dim, uint32_t other,
                     int64_t unit)
{
    for (uint32_t d = 0; d < box->problem->rank; d++)
        if (d != dim && d != other && operand->strides[d] % unit && shape_of(box, d) > 1)
            return 0;
    return operand->aligned && operand->offset % unit == 0;
}

int expops_turn_has_level_words(const expops_turn_box *box)
{
    const expops_problem_operand *in = box->problem->operand + 1;
    const uint32_t inner = box->in.inner, outer = box->in.levels > 1 ? box->in.outer : inner;
    const int64_t unit = RUN / box->bytes, within = box->in.levels > 1 ? shape_of(box, inner) : 1;
    return begins_at(box, in, inner, outer, unit) && box->step[outer] * within % unit == 0 &&
           shape_of(box, outer) * within % unit == 0;
}

static int overlaps(const expops_turn_box *box)
{
    for (uint32_t d = 0; d < box->problem->rank; d++)
        if (box->step[d] != box->extent[d])
            return 1;
    return 0;
}

/* Whether the input has two runs of bytes woven together. */
static int has_pairs(const expops_turn_box *box)
{
    return box->bytes == 1 && shape_of(box, box->in.inner) == 2 && box->in.levels > 1 &&
           box->in.outer == box->out.inner;
}

static int is_woven(const expops_turn_box *box, uint32_t columns)
{
    const expops_problem_operand *out = box->problem->operand;
    const int64_t length = shape_of(box, box->out.inner);
    return (length == 2 || length == 4) && box->step[box->out.inner] == length &&
           out->strides[box->in.inner] == length &&
           begins_at(box, out, box->out.inner, box->in.inner, length * columns);
}

/* Squares of a box side by side among work-items that go together: of rows that lie an odd number of parts apart, as many as rows of a
 * square keep them on different banks of local memory. Where runs of the output are far from each other half of that, so that each is
 * written by twice as many. */
static uint32_t choose_side(const expops_turn_box *box, int64_t squares)
{
    const int64_t along = box->extent[box->out.inner] / box->deep;
    const int near = box->problem->operand[0].strides[box->in.inner] == shape_of(box, box->out.inner);
    uint32_t side = near ? box->deep : box->deep / 2;
    while (side < TOGETHER && along < TOGETHER / side)
        side *= 2;
    while (side > 1 && !box->woven && side > squares)
        side /= 2;
    return side;
}

/* Whether bytes of a run of the output lie so close in local memory that work-items side by side wait for the same banks. */
static int is_crowded(const expops_turn_box *box)
{
    return box->bytes == 1 && box->in.levels > 1 && box->in.outer == box->out.inner;
}

/* Whether runs of the output are so short, and follow each other, that many vectors have the same places (turn_pick.kernel.h). */
static int is_repeated(const expops_turn_box *box)
{
    const int64_t length = shape_of(box, box->out.inner);
    return box->bytes == 1 && !box->woven && length <= RUN && box->problem->operand[0].strides[box->in.inner] == length;
}

void expops_turn_find_squares(expops_turn_box *box)
{
    const expops_problem_operand *out = box->problem->operand;
    const uint32_t columns = has_pairs(box) ? 2 : PART / box->bytes, inner = box->out.inner;
    int64_t elements = 1;
    if (box->bytes >= PART || !box->level || box->in.inner == inner || overlaps(box) ||
        (is_crowded(box) && !has_pairs(box)) || !is_multiple(box, box->in.inner, columns))
        return;
    for (uint32_t d = 0; d < box->problem->rank; d++)
        elements *= box->extent[d];
    box->woven = columns == PART / box->bytes && is_woven(box, columns);
    box->deep = box->woven ? (uint32_t)shape_of(box, inner) : WORD / box->bytes;
    box->side = choose_side(box, elements / box->extent[inner] / columns);
    if (is_repeated(box))
        return;
    if (box->woven || (box->side >= LEAST_SIDE && is_multiple(box, inner, box->deep) &&
                       expops_can_vector(box->problem, out, box->deep, inner)))
        box->square = columns;
}
