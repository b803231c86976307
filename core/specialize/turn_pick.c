/* How elements of a box are picked: turn_pick.kernel.h. */
#include "base/size.h"
#include "turn_box.h"

enum { GROUP = 256, BANKS = 32, BANK = 4, SECTOR = 32, WIDEST = 16, SPREAD = BANKS * BANK };

/* Bytes of a run that work-items side by side write: of two dimensions by elements of two bytes, and of one byte, whose ends take longest,
 * so that few of those that go together have an end. Runs that are few are written by all of a group, of whom so many should have
 * something. */
enum { LINE_TWO = 256, LINE_ONE = 64, LINE = 128, BUSY = 192 };

/* Where element n of run r lies in local memory. */
static int64_t place_of(const expops_turn_box *box, int64_t r, int64_t n)
{
    const int64_t size = box->out.levels > 1 ? box->extent[box->out.inner] : INT64_MAX;
    const int64_t apart = box->dims > box->out.levels ? box->local[box->out_dim[box->out.levels]] : 0;
    const int64_t place = r * apart + n % size * box->local[box->out.inner] +
                          (box->out.levels > 1 ? n / size * box->local[box->out.outer] : 0);
    return box->spread  ? place + place * box->bytes / SPREAD * BANK / box->bytes
           : box->stair ? place + n / box->stair * expops_turn_bank(box)
                        : place;
}

/* How often local memory is asked, at most, so that each of some work-items gets the element k of its vector. */
static int64_t count_turns(const expops_turn_box *box, uint32_t line, uint32_t vector, uint32_t k)
{
    const uint32_t wide = box->bytes > BANK ? box->bytes / BANK : 1, banks = BANKS / wide;
    int64_t asked[BANKS], most = 0;
    for (uint32_t item = 0; item < banks; item++) {
        const int64_t element = (int64_t)(item % line) * vector + k;
        int64_t turns = 1;
        asked[item] = place_of(box, item / line, element) * box->bytes / (BANK * wide);
        for (uint32_t i = 0; i < item && turns; i++)
            turns = asked[i] == asked[item] ? 0 : turns + (asked[i] >= 0 && asked[i] % banks == asked[item] % banks);
        if (!turns)
            asked[item] = -1; /* another item has it */
        most = turns > most ? turns : most;
    }
    return most;
}

/* What a vector costs: four times the turns for an element, and what shorter vectors cost besides. */
static int64_t cost_of(const expops_turn_box *box, uint32_t line, uint32_t vector)
{
    int64_t turns = 0;
    for (uint32_t k = 0; k < vector; k++)
        turns += count_turns(box, line, vector, k);
    return 4 * turns / vector + 2 * (WIDEST / (vector * box->bytes) - 1);
}

/* Work-items that write one run, so that sectors begin with vectors of the same; such that each goes on at the same places, where that
 * leaves few of them idle. */
static uint32_t choose_line(const expops_turn_box *box, int64_t runs, uint32_t vector)
{
    const uint32_t bytes = vector * box->bytes, unit = bytes < SECTOR ? SECTOR / bytes : 1;
    const int64_t size = box->extent[box->out.inner];
    const int is_small = box->bytes < BANK && box->out.levels > 1;
    uint32_t line = (!is_small ? LINE : box->bytes == 1 ? LINE_ONE : LINE_TWO) / bytes;
    if (runs >= GROUP / line)
        return line;
    const uint32_t most = GROUP / (uint32_t)runs / unit * unit;
    for (line = most; box->out.levels > 1 && line * (int64_t)vector % size; line -= unit)
        if (line * runs < BUSY)
            return most;
    return line;
}

static int is_in_run(const expops_turn_box *box, uint32_t dim)
{
    return dim == box->in.inner || (box->in.levels > 1 && dim == box->in.outer);
}

/* Whether runs of the input that lie `count` apart in a dimension begin at the same byte of a part of local memory. */
static int begin_alike(const expops_turn_box *box, uint32_t dim, int64_t count)
{
    return box->level || box->bytes >= BANK || is_in_run(box, dim) ||
           count * box->problem->operand[1].strides[dim] * box->bytes % BANK == 0;
}

/* Whether all runs of the output that a work-item writes begin at the same place of a vector, and have their elements of runs of the
 * input that begin alike: there is one more dimension, in which it goes on by `sides`. */
static int are_alike(const expops_turn_box *box, int64_t sides, uint32_t unit)
{
    const uint32_t next = box->out_dim[box->out.levels];
    return box->dims == box->out.levels + 1 && begin_alike(box, next, sides) &&
           (box->full || sides * box->problem->operand[0].strides[next] % unit == 0);
}

static void choose_repeated(expops_turn_box *box, int64_t runs)
{
    const int64_t vectors = (int64_t)box->line * box->vector, size = box->extent[box->out.inner],
                  sides = GROUP / box->line;
    const uint32_t stairs = box->stair ? (uint32_t)vectors / box->stair * expops_turn_bank(box) : 0;
    box->repeated = box->again = 0;
    box->alike = are_alike(box, sides, box->unit) ? box->unit : box->vector;
    if (box->out.levels == 1 && !box->spread && are_alike(box, sides, box->vector)) {
        box->repeated = 3;
        box->again = (uint32_t)box->vector * box->local[box->out.inner] + (box->stair ? expops_turn_bank(box) : 0);
    } else if (box->out.levels == 1) {
        box->repeated = 1;
        box->again = (uint32_t)vectors * box->local[box->out.inner] + stairs;
        box->again += box->spread ? box->again * box->bytes / SPREAD * BANK / box->bytes : 0;
    } else if (vectors % size == 0 && begin_alike(box, box->out.outer, vectors / size)) {
        box->repeated = 1;
        box->again = (uint32_t)(vectors / size) * box->local[box->out.outer];
    } else if (runs > sides && are_alike(box, sides, box->vector)) {
        box->repeated = 2;
    }
}

/* Whether there may be a part between the banks' turns: of what is one run of whole words, and vectors that go on by whole turns. */
static int may_spread(const expops_turn_box *box, uint32_t line, uint32_t vector)
{
    return box->bytes <= BANK && box->level && box->out.levels == 1 && expops_turn_run_count(box, &box->in) == 1 &&
           (int64_t)line * vector * box->local[box->out.inner] * box->bytes % SPREAD == 0;
}

/* Whether there may be a part between so many runs of the input: where vectors of the output have elements of as many. */
static int may_have_stairs(const expops_turn_box *box)
{
    return box->out.levels == 1 && !is_in_run(box, box->out.inner);
}

static void try_layout(expops_turn_box *box, expops_turn_box *best, int64_t *least)
{
    const int64_t cost = cost_of(box, box->line, box->vector);
    if (cost < *least) {
        *least = cost;
        *best = *box;
    }
}

/* Tries all pitches, with parts between runs, and within one. */
static void find_cheapest(expops_turn_box *box, uint32_t line, uint32_t vector, uint32_t pitch, uint32_t pitches,
                          expops_turn_box *best, int64_t *least)
{
    const uint32_t step = box->bytes > BANK ? 1 : BANK / box->bytes;
    box->vector = vector;
    box->line = line;
    for (uint32_t i = 0; i < pitches; i++) {
        box->stair = box->spread = 0;
        expops_turn_lay_out(box, pitch + i * step);
        try_layout(box, best, least);
        box->spread = may_spread(box, line, vector) ? SPREAD : 0;
        if (box->spread)
            try_layout(box, best, least);
        box->spread = 0;
        box->stair = may_have_stairs(box) ? vector : 0;
        expops_turn_lay_out(box, pitch + i * step);
        if (box->stair)
            try_layout(box, best, least);
    }
}

/* Pitches that are worth trying: those on which all banks differ where runs of the output are of several of the input, and where they
 * may have parts in between those that leave little room. */
static uint32_t count_pitches(const expops_turn_box *box, int64_t runs, uint32_t bank)
{
    enum { FEW = 8 };
    return runs == 1 ? BANKS * BANK / bank : FEW;
}

void expops_turn_find_lines(expops_turn_box *box)
{
    const int64_t runs = expops_turn_run_count(box, &box->out);
    const uint32_t bank = box->bytes > BANK ? box->bytes : BANK, pitch = box->pitch;
    const int has_ends = box->bytes == 1 && box->out.levels > 1 && !box->full; /* which longer vectors make longer */
    int64_t least = INT64_MAX;
    expops_turn_box best = *box;
    for (uint32_t bytes = has_ends ? WIDEST / 2 : WIDEST; bytes >= bank; bytes /= 2) {
        const uint32_t vector = bytes / box->bytes;
        find_cheapest(box, choose_line(box, runs, vector), vector, pitch, count_pitches(box, runs, bank), &best,
                      &least);
    }
    *box = best;
    choose_repeated(box, runs);
}
