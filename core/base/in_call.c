#include "in_call.h"

#include <stddef.h>

/* A call that runs an application's allocator may be called back in the midst of it. What the inner call would free, the outer one may
 * be using: it waits here, thread by thread, until the outermost call ends. */
static _Thread_local struct {
    unsigned depth;
    expops_later *later;
} own;

void expops_call_begins(void)
{
    own.depth++;
}

void expops_call_ends(void)
{
    if (--own.depth)
        return;
    while (own.later) { /* one by one: what is let go of may call the library in turn */
        expops_later *later = own.later;
        own.later = later->next;
        later->let_go(later);
    }
}

int expops_in_call(void)
{
    return own.depth != 0;
}

void expops_let_go(expops_later *later)
{
    if (!own.depth) {
        later->let_go(later);
        return;
    }
    later->next = own.later;
    own.later = later;
}
