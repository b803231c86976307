/* Where a box of the turning kernel lies in local memory. */
#include "base/size.h"
#include "turn_box.h"

/* Bytes of a word that is read, and of its parts. */
enum { WORD = 16, PART = 4, NOWHERE = EXPOPS_MAX_RANK };

int64_t expops_turn_run_length(const expops_turn_box *box, const expops_turn_run *run)
{
    return box->extent[run->inner] * (run->levels > 1 ? box->extent[run->outer] : 1);
}

static void add_dim(uint32_t *list, uint32_t *count, uint32_t dim)
{
    for (uint32_t i = 0; i < *count; i++)
        if (list[i] == dim)
            return;
    if (dim != NOWHERE && *count < EXPOPS_TURN_DIMS)
        list[(*count)++] = dim;
}

uint32_t expops_turn_bank(const expops_turn_box *box)
{
    return box->bytes < PART ? PART / box->bytes : 1;
}

void expops_turn_lay_out(expops_turn_box *box, uint32_t pitch)
{
    int64_t stride = 1;
    box->pitch = pitch;
    for (uint32_t i = 0; i < box->dims; i++) {
        const uint32_t dim = box->in_dim[i];
        if (i == box->in.levels)
            stride = pitch;
        box->local[dim] = (uint32_t)stride;
        stride *= box->extent[dim];
        if (box->stair && dim == box->out.inner)
            stride += box->extent[dim] / box->stair * expops_turn_bank(box);
    }
    box->room = (uint32_t)(box->dims > box->in.levels ? stride : pitch);
}

/* Of runs that lie an odd number of banks apart. The words that a run lies in have up to three parts more in front of it, and behind it;
 * of small elements it may begin within a part. */
static uint32_t least_pitch(const expops_turn_box *box)
{
    const int64_t bytes = expops_turn_run_length(box, &box->in) * box->bytes,
                  bank = box->bytes > PART ? box->bytes : PART;
    const int64_t parts = box->level ? expops_ceil_divide(bytes, WORD) * WORD
                                     : bytes + 2 * (WORD - PART) + (box->bytes < PART ? PART + PART / 2 : 0);
    return (uint32_t)((expops_ceil_divide(parts, bank) | 1) * bank / box->bytes);
}

/* The dimensions of the box in the order of the input, each run's first, and where they lie in local memory. */
void expops_turn_order_dims(expops_turn_box *box)
{
    const uint32_t rank = box->problem->rank;
    uint32_t count = 0, pitched = 0;
    add_dim(box->in_dim, &count, box->in.inner);
    if (box->in.levels > 1)
        add_dim(box->in_dim, &count, box->in.outer);
    add_dim(box->in_dim, &count, box->out.inner);
    if (box->out.levels > 1)
        add_dim(box->in_dim, &count, box->out.outer);
    for (uint32_t d = rank; d-- > 0;)
        if (box->extent[d] > 1)
            add_dim(box->in_dim, &count, d);
    box->dims = count;
    expops_turn_lay_out(box, least_pitch(box));
    count = 0;
    add_dim(box->out_dim, &count, box->out.inner);
    if (box->out.levels > 1 && !box->square)
        add_dim(box->out_dim, &count, box->out.outer);
    for (; pitched < box->dims; pitched++) /* what lies closest in local memory is written side by side */
        add_dim(box->out_dim, &count, box->in_dim[pitched]);
}
