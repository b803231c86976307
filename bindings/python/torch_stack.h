/* The stack on which torch's dispatcher hands a kernel its arguments, and takes the result from it. Its layout is not taken
 * for granted: it is learned from a call whose arguments are known. */
#ifndef PYTHON_TORCH_STACK_H
#define PYTHON_TORCH_STACK_H

#include "torch_symbols.h"

enum torch_item_kind {
    ITEM_OTHER, /* nothing that ours takes */
    ITEM_NONE,
    ITEM_TENSOR,
    ITEM_REAL,
    ITEM_INTEGER,
    ITEM_TRUTH,
    ITEM_COMPLEX,
    ITEM_WORD,
    ITEM_LIST,
    NUM_ITEM_KINDS
};

/* What a complex number, a word and a list are behind. */
typedef struct torch_target {
    void *head[2];
    union {
        double parts[2];
        const char *text;
        struct {
            struct torch_item *begin, *end;
        } list;
    } as;
} torch_target;

typedef struct torch_item {
    union {
        void *tensor;
        torch_target *target;
        double real;
        int64_t integer;
        uint8_t truth;
    } as;
    uint32_t tag;
} torch_item;

struct torch_stack {
    torch_item *begin, *end, *room;
};

/* Inline: asked for each argument of each call. */
enum { MAX_TAGS = 64 };
extern uint8_t torch_kind_of_tag[MAX_TAGS];

static inline uint32_t torch_item_kind(const torch_item *item)
{
    return item->tag < MAX_TAGS ? torch_kind_of_tag[item->tag] : ITEM_OTHER;
}

/* A tensor's item is what the functions of torch's C ABI take as a handle. */
static inline torch_handle torch_item_handle(torch_item *item)
{
    return item;
}

/* Leaves argument `kept` of the last `count` as the result. */
void torch_stack_keep(torch_stack *stack, uint32_t count, uint32_t kept);
/* Leaves the tensor as the result, and takes it. */
void torch_stack_give(torch_stack *stack, uint32_t count, void *tensor);

/* Learns from the call that expops/torch.py makes; `tensor` is what is behind its tensor. -1: the layout is another one. */
int torch_stack_learn(torch_stack *stack, const void *tensor);

#endif
