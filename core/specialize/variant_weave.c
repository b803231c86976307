/* Lists whose tensors' short rows lie side by side in the output, and fill its rows. */
#include "base/size.h"
#include "list.h"

enum {
    GROUP = 256,
    WORD = 16,
    BANK = 4,
    STAGED = 1024, /* words; twice as many where few rows fit */
    FEW_ROWS = 4,
    LEAST_ROWS = 3,
    AHEAD = 4,
    LEAST = 1 << 18, /* bytes of all */
    SHORT_ROW = 512, /* bytes of a tensor's up to which its ends are much of the work */
    UNEVEN = 4,      /* times the average that the longest may be: shorter ones leave work-items idle */
};

/* Elements of the output's row, which the tensors fill in their order; 0 where they do not. */
static int64_t filled_row(const expops_list *list)
{
    const expops_list_item *first = list->item;
    int64_t filled = 0;
    if (list->rank != 1 || first->size[0] == 1)
        return 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const expops_list_item *item = list->item + i;
        if (item->size[0] != first->size[0] || item->out[0] != first->out[0] || item->in[0] != item->length ||
            item->place != first->place + filled)
            return 0;
        filled += item->length;
    }
    return filled == first->out[0] ? filled : 0;
}

/* Whether it is worth local memory and a barrier. */
static int is_worth_it(const expops_list *list, int64_t row, int64_t most)
{
    return row * list->unit <= (int64_t)SHORT_ROW * list->count && most * list->count <= UNEVEN * row &&
           row * list->unit * list->item[0].size[0] >= LEAST;
}

static int64_t longest(const expops_list *list)
{
    int64_t length = 0;
    for (uint32_t i = 0; i < list->count; i++)
        length = list->item[i].length > length ? list->item[i].length : length;
    return length;
}

/* Whether words are joined of bytes of two tensors: each has a word's at least, and elements are many of a word. */
static int is_joined(const expops_list *list)
{
    int64_t least = WORD;
    for (uint32_t i = 0; i < list->count; i++)
        least = list->item[i].length * list->unit < least ? list->item[i].length * list->unit : least;
    return list->unit < BANK && least == WORD;
}

/* Words of local memory for a group's parts, each taken to be as long as the longest; 0 where so few rows fit that parts are hardly
 * longer than their ends. `all`: elements of a row of theirs. */
static int64_t words_of_group(int64_t all, int64_t run)
{
    if (2 * STAGED * run < LEAST_ROWS * all)
        return 0;
    return STAGED * run < FEW_ROWS * all ? 2 * STAGED : STAGED;
}

/* Rows of a group: as many as fit, and such that each tensor's part begins as its memory does. */
static int64_t rows_of_group(int64_t all, int64_t run)
{
    const int64_t rows = words_of_group(all, run) * run / all;
    return rows > run ? rows - rows % run : rows;
}

/* Where each part begins in local memory, in elements: an odd number of banks apart, so that what the same rows have of
 * several tensors lies in several. */
static void find_slots(const expops_list *list, int64_t rows, uint32_t *slot)
{
    const int64_t bank = (list->unit < BANK ? BANK : list->unit) / list->unit, run = WORD / list->unit;
    int64_t used = run; /* words are joined from somewhat before a part's first element */
    for (uint32_t i = 0; i < list->count; i++) {
        const int64_t words = expops_ceil_divide(list->item[i].length * rows, run);
        slot[i] = (uint32_t)used;
        used += (words * run / bank | 1) * bank;
    }
}

static void put_params(const expops_list *list, int64_t row, int64_t rows, int64_t words, const uint32_t *slot,
                       expops_params *params)
{
    const uint32_t room = expops_list_room(list->count);
    expops_params_u64(params, (uint64_t)list->item[0].place);
    expops_params_u32(params, (uint32_t)list->item[0].size[0]);
    expops_params_u32(params, (uint32_t)rows);
    expops_params_u32(params, list->count);
    expops_params_u32(params, (uint32_t)words * list->count);
    expops_params_divisor(params, words);
    expops_params_divisor(params, row);
    for (uint32_t i = 0; i < room; i++)
        expops_params_u32(params, (uint32_t)list->item[i < list->count ? i : 0].length);
    for (uint32_t i = 0; i < room; i++)
        expops_params_u32(params, i < list->count ? (uint32_t)(list->item[i].place - list->item[0].place) : UINT32_MAX);
    for (uint32_t i = 0; i < room; i++)
        expops_params_u32(params, slot[i < list->count ? i : 0]);
    expops_params_finish(params);
}

/* Whether every group's words of the output begin with the first tensor, where rows have an element of each, or have none of another
 * row. */
static int is_even(const expops_list *list, int64_t row, int64_t rows)
{
    const int64_t run = WORD / list->unit;
    return list->problem.operand[0].aligned && list->item[0].place % run == 0 && rows * row % run == 0 &&
           (row % run == 0 || run % row == 0);
}

static void define_weave(const expops_list *list, int64_t row, int64_t rows, const uint32_t *slot, expops_step *step)
{
    const int64_t run = WORD / list->unit, most = longest(list);
    const int64_t turns = expops_ceil_divide(expops_ceil_divide(most * rows, run) * list->count, GROUP);
    const int single = most == 1;
    expops_text_add(&step->defines,
                    "#define XK_STAGED %u\n#define XK_AHEAD %d\n#define XK_JOINED %d\n#define XK_SINGLE %u\n"
                    "#define XK_APART %u\n#define XK_EVEN %d\n",
                    4 * (uint32_t)words_of_group(most * list->count, run) + 8 * (expops_list_room(list->count) + 1),
                    (int)expops_ceil_divide(turns, expops_ceil_divide(turns, AHEAD)), is_joined(list),
                    single ? list->count : 0, single ? slot[1] - slot[0] : 0, single && is_even(list, row, rows));
}

int expops_specialize_weave(const expops_list *list, const expops_device *device, expops_step *step)
{
    const int64_t run = WORD / list->unit, row = filled_row(list), most = longest(list);
    const int64_t rows = row ? rows_of_group(most * list->count, run) : 0;
    uint32_t slot[EXPOPS_LIST_ITEMS];
    if (run == 1 || rows == 0 || list->count == 1 || !is_worth_it(list, row, most) || device->info.max_group < GROUP ||
        device->info.local_bytes < 3 * STAGED * WORD)
        return 0;
    find_slots(list, rows, slot);
    step->variant = "weave";
    step->group = GROUP;
    step->grid = (uint32_t)expops_ceil_divide(list->item[0].size[0], rows);
    put_params(list, row, rows, expops_ceil_divide(most * rows, run), slot, &step->params);
    define_weave(list, row, rows, slot, step);
    return 1;
}
