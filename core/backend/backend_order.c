#include "backend_order.h"

#include <stdio.h>
#include <string.h>

int expops_name_valid(const char *name)
{
    size_t i = 0;
    while (i < EXPOPS_NAME_BYTES &&
           ((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '_'))
        i++;
    return i > 0 && i < EXPOPS_NAME_BYTES && !name[i];
}

const char *expops_known_backend(size_t index, char out_name[EXPOPS_NAME_BYTES])
{
    const char *list = EXPOPS_AUTO_ORDER;
    for (; index; index--) {
        list += strcspn(list, ",");
        if (!*list++)
            return NULL;
    }
    snprintf(out_name, EXPOPS_NAME_BYTES, "%.*s", (int)strcspn(list, ","), list);
    return out_name;
}

int expops_backend_known(const char *name)
{
    char known[EXPOPS_NAME_BYTES];
    for (size_t i = 0; expops_known_backend(i, known); i++)
        if (!strcmp(known, name))
            return 1;
    return 0;
}

/* The last one known works everywhere and is taken when no other is: what nobody knows comes just before it. */
uint32_t expops_backend_rank(const char *name)
{
    char known[EXPOPS_NAME_BYTES];
    uint32_t count = 0, found = UINT32_MAX;
    for (; expops_known_backend(count, known); count++)
        if (!strcmp(known, name))
            found = count;
    if (found == UINT32_MAX)
        return count - 1;
    return found + 1 == count ? count : found;
}
