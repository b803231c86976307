/* Arrays that grow while a plan is made. */
#ifndef EXPOPS_GROW_H
#define EXPOPS_GROW_H

#include <stdint.h>
#include <stdlib.h>

/* `array` with room for one more than `count`, at first for one large element or a few small ones; NULL: no memory, and it is as it
 * was. */
static inline void *expops_grown(void *array, size_t element, uint32_t count, uint32_t *max)
{
    if (count < *max)
        return array;
    const uint32_t room = *max ? 2 * *max : element > 1024 ? 1 : 4;
    void *grown = realloc(array, room * element);
    *max = grown ? room : *max;
    return grown;
}

/* Whether there is room for one more. */
#define EXPOPS_GROW(array, count, max) \
    ({ \
        void *grown_ = expops_grown(array, sizeof *(array), count, &(max)); \
        (array) = grown_ ? grown_ : (array); \
        grown_ != NULL; \
    })

#endif
