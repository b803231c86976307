/* Copies of a list's tensors in one kernel. */
#include <string.h>
#include "base/size.h"
#include "list.h"

enum {
    GROUP = 256,
    WORD = 16,
    TURNS_OF_WORDS = 4,
    TURNS_OF_RUNS = 2,
    MANY_WORDS = 1 << 18, /* enough for groups of several turns */
    LARGE = 65536,        /* elements from which on a transposed tensor is better staged by a kernel of its own */
    OLD_ITEMS = 8,        /* where the device does not say how many arguments it takes */
    OLD_BYTES = 1024,
};

/* --- what fits --- */

/* Rows of one element where either side does not have its neighbours beside it. */
static int has_runs(const expops_problem *problem)
{
    const uint32_t inner = problem->rank - 1;
    return problem->operand[0].strides[inner] == 1 && problem->operand[1].strides[inner] == 1;
}

static uint32_t rank_of(const expops_problem *problem)
{
    const uint32_t rank = problem->rank - (uint32_t)has_runs(problem);
    return rank ? rank : 1;
}

static int64_t elements_of(const expops_problem *problem)
{
    int64_t elements = 1;
    for (uint32_t d = 0; d < problem->rank; d++)
        elements *= problem->shape[d];
    return elements;
}

/* Of xk_item. */
static uint32_t item_bytes(uint32_t rank)
{
    return (8 + 16 + 20 * rank + 7) / 8 * 8;
}

static int has_room(const expops_device *device, uint32_t count, uint32_t rank)
{
    const uint32_t known = device->info.argument_bytes, room = expops_list_room(count);
    const uint32_t pointer = device->info.caps & EXPOPS_CAP_HANDLES ? 16 : 8; /* a handle has an offset beside it */
    /* Plugins of an older interface say nothing: they get no more than any device takes. */
    const uint32_t most = known ? EXPOPS_LIST_ITEMS : OLD_ITEMS, bytes = 16 + room * (4 + item_bytes(rank));
    return count <= most && bytes <= EXPOPS_PARAMS_BYTES && bytes + (1 + room) * pointer <= (known ? known : OLD_BYTES);
}

int expops_list_takes(const expops_problem *problem, const expops_device *device)
{
    return problem->apart && problem->common < 0 && problem->num_operands == 2 && problem->num_tensors == 2 &&
           !expops_needs_wide_index(problem) && rank_of(problem) <= EXPOPS_LIST_RANK &&
           has_room(device, 1, rank_of(problem)) &&
           (has_runs(problem) || problem->operand[0].strides[problem->rank - 1] != 1 || elements_of(problem) < LARGE);
}

/* --- adding --- */

/* The largest power of 2, up to `unit`, that `bytes` is a multiple of. */
static uint32_t shared_unit(uint32_t unit, int64_t bytes)
{
    while (bytes % unit)
        unit /= 2;
    return unit;
}

/* Everything that a tensor's words may begin at has to be a multiple: one odd stride costs this launch its wide
 * words. */
static uint32_t unit_of(const expops_problem *problem, const expops_list_item *item)
{
    const expops_problem_operand *out = problem->operand, *in = problem->operand + 1;
    uint32_t unit = out->aligned && in->aligned ? WORD : problem->bits < 8 ? problem->bits : 8;
    unit = shared_unit(unit, item->length * problem->bits);
    unit = shared_unit(unit, out->offset * problem->bits);
    unit = shared_unit(unit, in->offset * problem->bits);
    for (uint32_t d = 0; d < item->rank; d++)
        unit = item->size[d] == 1
                   ? unit
                   : shared_unit(shared_unit(unit, item->in[d] * problem->bits), item->out[d] * problem->bits);
    return unit;
}

static void describe(const expops_problem *problem, expops_list_item *item)
{
    const expops_problem_operand *out = problem->operand, *in = problem->operand + 1;
    const uint32_t runs = (uint32_t)has_runs(problem);
    memset(item, 0, sizeof *item);
    item->rank = problem->rank - runs;
    item->place = out->offset;
    item->low = in->low / problem->bits - in->offset;
    item->high = in->high / problem->bits - in->offset;
    item->length = runs ? problem->shape[problem->rank - 1] : 1;
    for (uint32_t d = 0; d < item->rank; d++) {
        item->size[d] = problem->shape[d];
        item->in[d] = in->strides[d];
        item->out[d] = out->strides[d];
    }
}

int expops_list_add(expops_list *list, const expops_problem *problem, const expops_device *device)
{
    expops_list_item *item = list->item + list->count;
    const uint32_t before = list->count ? list->rank : 1, own = rank_of(problem), rank = own > before ? own : before;
    /* One element size and one output: a kernel has one type, and one pointer to write to. */
    if (list->count &&
        (problem->bits != list->problem.bits || problem->operand[0].slot != list->problem.operand[0].slot))
        return 0;
    if (!has_room(device, list->count + 1, rank))
        return 0;
    if (list->count++ == 0) {
        list->problem = *problem;
        list->unit = WORD;
    }
    describe(problem, item);
    list->rank = rank;
    const uint32_t unit = unit_of(problem, item);
    list->unit = unit < list->unit ? unit : list->unit;
    return 1;
}

/* --- the kernel --- */

/* Counted in units from here on, and all of one rank. */
static void convert(const expops_list *list, expops_list_item *item)
{
    const int64_t bits = list->problem.bits, unit = list->unit;
    const uint32_t more = list->rank - item->rank;
    item->place = item->place * bits / unit;
    item->low = item->low * bits / unit;
    item->high = item->high * bits / unit;
    item->length = item->length * bits / unit;
    for (uint32_t d = list->rank; d-- > 0;) {
        const int there = d >= more && item->size[d - more] > 1;
        item->size[d] = there ? item->size[d - more] : 1;
        item->in[d] = there ? item->in[d - more] * bits / unit : 0;
        item->out[d] = there ? item->out[d - more] * bits / unit : 0;
    }
    item->rank = list->rank;
}

/* The words of the longest way that a row may lie across multiples of 16 bytes. */
static int64_t words_of_row(const expops_list *list, const expops_list_item *item)
{
    const int64_t run = WORD / list->unit;
    uint32_t step = list->problem.operand[0].aligned ? (uint32_t)run : 1;
    step = shared_unit(step, item->place);
    for (uint32_t d = 0; d < item->rank; d++)
        step = shared_unit(step, item->out[d]);
    return expops_ceil_divide(item->length + run - step, run);
}

static int64_t words_of(const expops_list *list, const expops_list_item *item)
{
    int64_t words = words_of_row(list, item);
    for (uint32_t d = 0; d < list->rank; d++)
        words *= item->size[d];
    return words;
}

static void put_item(const expops_list *list, const expops_list_item *item, expops_params *params)
{
    uint32_t magic[EXPOPS_LIST_RANK], shift[EXPOPS_LIST_RANK];
    expops_params_u64(params, (uint64_t)item->place);
    expops_params_u32(params, (uint32_t)words_of(list, item));
    expops_params_index(params, item->length, 0);
    expops_params_index(params, item->low, 0);
    expops_params_index(params, item->high, 0);
    for (uint32_t d = 0; d < list->rank; d++) {
        const int64_t size = d ? item->size[d] : words_of_row(list, item);
        expops_find_magic((uint32_t)size, magic + d, shift + d);
        expops_params_index(params, size, 0);
    }
    for (uint32_t d = 0; d < list->rank; d++)
        expops_params_u32(params, magic[d]);
    for (uint32_t d = 0; d < list->rank; d++)
        expops_params_u32(params, shift[d]);
    for (uint32_t d = 0; d < list->rank; d++)
        expops_params_index(params, item->in[d], 0);
    for (uint32_t d = 0; d < list->rank; d++)
        expops_params_index(params, item->out[d], 0);
    expops_params_finish(params);
}

/* Fills the first group of each item; returns how many groups there are. */
static uint32_t count_groups(const expops_list *list, int64_t words_of_group, uint32_t *first)
{
    uint32_t groups = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        first[i] = groups;
        groups += (uint32_t)expops_ceil_divide(words_of(list, list->item + i), words_of_group);
    }
    return groups;
}

static int are_even(const expops_list *list, const uint32_t *first, uint32_t groups)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (first[i] * (uint64_t)list->count != (uint64_t)i * groups)
            return 0;
    return 1;
}

/* Rows of several tensors that lie side by side share lines of the output's memory, which are best written at one time. */
static void put_order(const expops_list *list, const uint32_t *first, uint32_t groups, expops_params *params)
{
    const int in_turn = words_of(list, list->item) > words_of_row(list, list->item);
    const uint32_t even = !are_even(list, first, groups) ? 0 : in_turn ? list->count : groups / list->count;
    uint32_t magic, shift;
    expops_find_magic(even ? even : 1, &magic, &shift);
    expops_params_u32(params, even);
    expops_params_u32(params, magic);
    expops_params_u32(params, shift);
    expops_params_u32(params, (uint32_t)in_turn);
}

/* Elements from each place to the next, where only places differ; else 0. */
static int64_t apart_alike(const expops_list *list)
{
    const expops_list_item *item = list->item;
    const int64_t apart = list->count > 1 ? item[1].place - item[0].place : 0;
    for (uint32_t i = 1; i < list->count; i++) {
        expops_list_item moved;
        memcpy(&moved, item + i, sizeof moved); /* with what is between its fields */
        moved.place -= i * apart;
        /* A row that begins elsewhere in a word may take one more of them, though all else is alike. */
        if (memcmp(&moved, item, sizeof moved) || words_of_row(list, item + i) != words_of_row(list, item))
            return 0;
    }
    return apart;
}

static void put_params(const expops_list *list, const uint32_t *first, uint32_t groups, expops_params *params)
{
    const uint32_t room = expops_list_room(list->count);
    const int64_t apart = apart_alike(list);
    put_order(list, first, groups, params);
    if (apart) {
        expops_params_u64(params, (uint64_t)apart);
        put_item(list, list->item, params);
        return;
    }
    /* Bisection stops before those that are not there, whose first group is beyond any. */
    for (uint32_t i = 0; i < room; i++)
        expops_params_u32(params, i < list->count ? first[i] : UINT32_MAX);
    for (uint32_t i = 0; i < room; i++)
        put_item(list, list->item + (i < list->count ? i : 0), params);
}

static int64_t words_of_all(const expops_list *list)
{
    int64_t words = 0;
    for (uint32_t i = 0; i < list->count; i++)
        words += words_of(list, list->item + i);
    return words;
}

static void define(const expops_list *list, expops_step *step)
{
    const int bits = (int)list->unit * 8;
    expops_text_add(
        &step->defines,
        "#define XK_O b%d\n#define XK_D0 b%d\n#define XK_ITEMS %u\n#define XK_RUN_BYTES %d\n#define XK_INPUTS(m)", bits,
        bits, expops_list_room(list->count), list->unit < WORD ? WORD : 0);
    for (uint32_t i = 0; i < expops_list_room(list->count); i++)
        expops_text_add(&step->defines, " m(%u)", i);
    expops_text_append(&step->defines, "\n");
}

void expops_specialize_list(expops_list *list, const expops_device *device, expops_step *step)
{
    uint32_t first[EXPOPS_LIST_ITEMS];
    for (uint32_t i = 0; i < list->count; i++)
        convert(list, list->item + i);
    list->problem.bits = list->unit;
    define(list, step);
    if (expops_specialize_weave(list, device, step))
        return;
    const int64_t words = words_of_all(list);
    const uint32_t turns = words < MANY_WORDS ? 1 : list->unit < WORD ? TURNS_OF_RUNS : TURNS_OF_WORDS;
    step->variant = "list";
    step->group = expops_group_size(device, GROUP);
    step->grid = count_groups(list, (int64_t)step->group * turns, first);
    put_params(list, first, step->grid, &step->params);
    expops_text_add(&step->defines, "#define XK_ALIKE %d\n#define XK_RANK %u\n#define XK_TURNS %u\n",
                    apart_alike(list) != 0, list->rank, turns);
}
