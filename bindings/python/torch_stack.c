#include "torch_stack.h"
#include <string.h>
#include "torch_tensor.h"

uint8_t torch_kind_of_tag[MAX_TAGS];

/* --- giving results --- */

/* What is behind an item goes with it; torch deletes items that lie on their own. */
static void drop(torch_item *item)
{
    const uint32_t kind = torch_item_kind(item);
    if (kind == ITEM_NONE || kind == ITEM_REAL || kind == ITEM_INTEGER || kind == ITEM_TRUTH)
        return;
    if (kind == ITEM_TENSOR) {
        torch_tensor_drop(&item->as.tensor);
        return;
    }
    torch_item *own = torch.allocate(sizeof *own);
    *own = *item;
    torch.delete_item(own);
}

void torch_stack_keep(torch_stack *stack, uint32_t count, uint32_t kept)
{
    torch_item *first = stack->end - count;
    const torch_item result = first[kept];
    first[kept] = first[0];
    first[0] = result;
    for (uint32_t i = 1; i < count; i++)
        drop(first + i);
    stack->end = first + 1;
}

void torch_stack_give(torch_stack *stack, uint32_t count, void *tensor)
{
    torch_item *first = stack->end - count;
    for (torch_item *item = first; item < stack->end; item++)
        drop(item);
    first->as.tensor = tensor;
    first->tag = torch.tensor_tag;
    stack->end = first + 1;
}

/* --- learning the layout --- */

/* Of the call: (x, 2.5, 3, True, 1+2j, 'word', [5, 6], [x], None) */
static const uint8_t kinds[] = { ITEM_TENSOR, ITEM_REAL, ITEM_INTEGER, ITEM_TRUTH, ITEM_COMPLEX,
                                 ITEM_WORD,   ITEM_LIST, ITEM_LIST,    ITEM_NONE };

static int is_list_of(const torch_item *item, size_t count, uint32_t tag)
{
    const torch_target *target = item->as.target;
    if (!target || target->as.list.end != target->as.list.begin + count)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (target->as.list.begin[i].tag != tag)
            return 0;
    return 1;
}

/* Each is looked at only where what came before is as it should be. */
static int values_are_known(const torch_item *items, const void *tensor)
{
    return items[0].as.tensor == tensor && items[1].as.real == 2.5 && items[2].as.integer == 3 &&
           items[3].as.truth == 1 && items[4].as.target && items[4].as.target->as.parts[0] == 1 &&
           items[4].as.target->as.parts[1] == 2 && items[5].as.target && items[5].as.target->as.text &&
           !strcmp(items[5].as.target->as.text, "word") && is_list_of(items + 6, 2, items[2].tag) &&
           items[6].as.target->as.list.begin[0].as.integer == 5 &&
           items[6].as.target->as.list.begin[1].as.integer == 6 && is_list_of(items + 7, 1, items[0].tag) &&
           items[7].as.target->as.list.begin[0].as.tensor == tensor;
}

/* One tag for each kind, and one kind for each tag. */
static int note_tags(const torch_item *items)
{
    uint8_t found[MAX_TAGS] = { ITEM_OTHER };
    for (size_t i = 0; i < sizeof kinds; i++) {
        if (items[i].tag >= MAX_TAGS || (found[items[i].tag] && found[items[i].tag] != kinds[i]))
            return -1;
        found[items[i].tag] = kinds[i];
    }
    memcpy(torch_kind_of_tag, found, sizeof found);
    torch.tensor_tag = items[0].tag;
    return 0;
}

int torch_stack_learn(torch_stack *stack, const void *tensor)
{
    if (stack->end != stack->begin + sizeof kinds || !values_are_known(stack->begin, tensor))
        return -1;
    torch_handle none;
    if (torch.new_tensor(&none))
        return -1;
    memcpy(&torch.no_tensor, none, sizeof torch.no_tensor); /* there is one, for good */
    torch.delete_tensor(none);
    return note_tags(stack->begin);
}
