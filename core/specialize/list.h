/* Copies that one kernel makes together: those of a draft's leaves that are apart, as far as they fit. */
#ifndef EXPOPS_LIST_H
#define EXPOPS_LIST_H

#include "specialize.h"

enum { EXPOPS_LIST_ITEMS = 64, EXPOPS_LIST_RANK = 4 };

/* One of them: rows of elements that lie side by side, which dimensions, outermost first, are made of. */
typedef struct expops_list_item {
    uint32_t rank;
    int64_t place;     /* element of the output that the first one goes to */
    int64_t low, high; /* of the input's memory, from its first element */
    int64_t length;    /* of a row */
    int64_t size[EXPOPS_LIST_RANK], in[EXPOPS_LIST_RANK], out[EXPOPS_LIST_RANK];
} expops_list_item;

typedef struct expops_list {
    expops_problem problem; /* the first one's: what they have in common */
    uint32_t count, rank;   /* the largest of theirs */
    uint32_t unit;          /* bytes of which all sizes, strides and addresses are multiples; 16 at most */
    expops_list_item item[EXPOPS_LIST_ITEMS];
} expops_list;

/* Whether a leaf is one of those that are copied together. */
int expops_list_takes(const expops_problem *problem, const expops_device *device);
/* 0: it does not fit with what is there. */
int expops_list_add(expops_list *list, const expops_problem *problem, const expops_device *device);
/* Tensors that a kernel of so many has room for: a power of 2. Of a smaller one compilers copy the parameters to find their way in
 * them. */
static inline uint32_t expops_list_room(uint32_t count)
{
    uint32_t room = 4;
    while (room < count)
        room *= 2;
    return room;
}
/* Of list->problem, whose tensors are then the output and the items' inputs. */
void expops_specialize_list(expops_list *list, const expops_device *device, expops_step *step);
/* The same in units, and returns 1, where rows are short and lie side by side. */
int expops_specialize_weave(const expops_list *list, const expops_device *device, expops_step *step);

#endif
