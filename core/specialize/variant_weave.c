/* Lists whose tensors' short rows lie side by side in the output, and fill its rows. */
#include "base/size.h"
#include "list.h"

enum {
    GROUP = 256,
    WORD = 16,
    STAGED = 1024, /* words */
    AHEAD = 4,
    LEAST = 1 << 18, /* bytes of all */
    LONG_PART = 32,  /* bytes of a tensor's row */
    MANY = 16,       /* tensors */
    SHORT_ROW = 128, /* bytes of a tensor's up to which its ends are most of the work */
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

/* Rows of a group: as many as fit, and such that each tensor's part begins as its memory does. */
static int64_t rows_of_group(int64_t row, int64_t run)
{
    const int64_t rows = (STAGED - 1) * run / row;
    return rows > run ? rows - rows % run : rows;
}

/* Where the parts of many tensors are long, words of each would all go to one bank of local memory. */
static int goes_along(const expops_list *list, int64_t row)
{
    return list->count >= MANY && row * list->unit >= (int64_t)LONG_PART * list->count;
}

static void put_params(const expops_list *list, int64_t row, int64_t rows, int64_t words, expops_params *params)
{
    const uint32_t room = expops_list_room(list->count);
    uint32_t magic[EXPOPS_LIST_ITEMS + 1], shift[EXPOPS_LIST_ITEMS + 1];
    const expops_list_item *item[EXPOPS_LIST_ITEMS];
    for (uint32_t i = 0; i < room; i++) {
        item[i] = list->item + (i < list->count ? i : 0);
        expops_find_magic((uint32_t)item[i]->length, magic + i, shift + i);
    }
    const uint32_t near = goes_along(list, row) ? (uint32_t)words : list->count;
    expops_find_magic(near, magic + room, shift + room);
    expops_params_u64(params, (uint64_t)list->item[0].place);
    expops_params_u32(params, (uint32_t)list->item[0].size[0]);
    expops_params_u32(params, (uint32_t)rows);
    expops_params_u32(params, (uint32_t)row);
    expops_params_u32(params, (uint32_t)words * list->count);
    expops_params_u32(params, near);
    expops_params_u32(params, magic[room]);
    expops_params_u32(params, shift[room]);
    for (uint32_t i = 0; i < room; i++)
        expops_params_u32(params, (uint32_t)item[i]->length);
    for (uint32_t i = 0; i < room; i++)
        expops_params_u32(params, magic[i]);
    for (uint32_t i = 0; i < room; i++)
        expops_params_u32(params, shift[i]);
    for (uint32_t i = 0; i < room; i++)
        expops_params_u32(params, (uint32_t)(item[i]->place - list->item[0].place));
    expops_params_finish(params);
}

int expops_specialize_weave(const expops_list *list, const expops_device *device, expops_step *step)
{
    const int64_t run = WORD / list->unit, row = filled_row(list), most = longest(list);
    const int64_t rows = row ? rows_of_group(row, run) : 0;
    if (run == 1 || rows == 0 || list->count == 1 || !is_worth_it(list, row, most) || device->info.max_group < GROUP ||
        device->info.local_bytes < 2 * STAGED * WORD)
        return 0;
    step->variant = "weave";
    step->group = GROUP;
    step->grid = (uint32_t)expops_ceil_divide(list->item[0].size[0], rows);
    put_params(list, row, rows, expops_ceil_divide(most * rows, run), &step->params);
    expops_text_add(&step->defines, "#define XK_STAGED %d\n#define XK_AHEAD %d\n#define XK_ALONG %d\n", STAGED, AHEAD,
                    goes_along(list, row));
    return 1;
}
