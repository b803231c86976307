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
    return box->spread ? place + place * box->bytes / SPREAD * BANK / box->bytes : place;
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

static void choose_repeated(expops_turn_box *box, int64_t runs)
{
    const int64_t vectors = (int64_t)box->line * box->vector, size = box->extent[box->out.inner],
                  sides = GROUP / box->line;
    const int one_more = box->dims == box->out.levels + 1;
    box->repeated = box->again = 0;
    if (box->out.levels == 1) {
        box->repeated = 1;
        box->again = (uint32_t)vectors * box->local[box->out.inner];
        box->again += box->spread ? box->again * box->bytes / SPREAD * BANK / box->bytes : 0;
    } else if (vectors % size == 0) {
        box->repeated = 1;
        box->again = (uint32_t)(vectors / size) * box->local[box->out.outer];
    } else if (runs > sides && one_more &&
               (box->full ||
                sides * box->problem->operand[0].strides[box->out_dim[box->out.levels]] % box->vector == 0)) {
        box->repeated = 2;
    }
}

/* Whether there may be a part between the banks' turns: of what is one run of whole words, and vectors that go on by whole turns. */
static int may_spread(const expops_turn_box *box, uint32_t line, uint32_t vector)
{
    return box->level && box->out.levels == 1 && expops_turn_run_count(box, &box->in) == 1 &&
           (int64_t)line * vector * box->local[box->out.inner] * box->bytes % SPREAD == 0;
}

/* Tries all pitches, or a run with parts in between. */
static void find_cheapest(expops_turn_box *box, uint32_t line, uint32_t vector, uint32_t pitch, uint32_t pitches,
                          expops_turn_box *best, int64_t *least)
{
    const uint32_t step = box->bytes > BANK ? 1 : BANK / box->bytes;
    for (uint32_t i = 0; i < pitches; i++)
        for (uint32_t spread = 0; spread <= SPREAD && (!spread || may_spread(box, line, vector)); spread += SPREAD) {
            expops_turn_lay_out(box, pitch + i * step);
            box->spread = spread;
            box->vector = vector;
            box->line = line;
            const int64_t cost = cost_of(box, line, vector);
            if (cost < *least) {
                *least = cost;
                *best = *box;
            }
        }
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
        find_cheapest(box, choose_line(box, runs, vector), vector, pitch, runs == 1 ? BANKS * BANK / bank : 1, &best,
                      &least);
    }
    *box = best;
    choose_repeated(box, runs);
}
