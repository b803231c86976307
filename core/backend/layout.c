#include "layout.h"

#include <stdio.h>
#include <string.h>
#include "base/error.h"

/* Those that begin with their size. */
static const char *const growing[] = {
#define EXPOPS_FIXED(type)
#define EXPOPS_GROWING(type) #type,
#define EXPOPS_MEMBER(type, member)
#include "expops/backend_layout.inc"
#undef EXPOPS_MEMBER
#undef EXPOPS_GROWING
#undef EXPOPS_FIXED
};

static int grows(const char *type)
{
    for (size_t i = 0; i < EXPOPS_COUNTOF(growing); i++)
        if (!strcmp(growing[i], type))
            return 1;
    return 0;
}

static int is_member(const expops_place *place)
{
    return place->name && place->bytes;
}

static int same(const expops_place *a, const expops_place *b)
{
    return a->offset == b->offset && a->bytes == b->bytes && !strcmp(a->name, b->name);
}

/* How one struct differs, both given by their own row; `later`: 1 where theirs is the later version and may have more members, -1 where
 * ours is. */
static int struct_fits(const expops_place *mine, const expops_place *theirs, int later, char *why, size_t why_bytes)
{
    const expops_place *here = mine + 1, *there = theirs + 1;
    while (is_member(here) && is_member(there) && same(here, there))
        here++, there++;
    if (is_member(here) && is_member(there))
        snprintf(why, why_bytes, "%s has %s of %u bytes at %u there, and %s of %u at %u here", mine->name, there->name,
                 there->bytes, there->offset, here->name, here->bytes, here->offset);
    else if (is_member(here) && !(later < 0 && grows(mine->name)))
        snprintf(why, why_bytes, "%s has no %s there", mine->name, here->name);
    else if (is_member(there) && !(later > 0 && grows(mine->name)))
        snprintf(why, why_bytes, "%s has a member %s there that it has not here", mine->name, there->name);
    else
        return 1;
    return 0;
}

static const expops_place *behind(const expops_place *place)
{
    do
        place++;
    while (is_member(place));
    return place;
}

int expops_layout_fits(const expops_place *theirs, uint32_t their_minor, char *why, size_t why_bytes)
{
    const int later = (their_minor > EXPOPS_BACKEND_MINOR) - (their_minor < EXPOPS_BACKEND_MINOR);
    const expops_place *here = expops_layout();
    for (; here->name && theirs->name; here = behind(here), theirs = behind(theirs)) {
        if (strcmp(here->name, theirs->name))
            break;
        if (!struct_fits(here, theirs, later, why, why_bytes))
            return 0;
    }
    const char *extra = here->name && later >= 0 ? here->name : theirs->name && later <= 0 ? theirs->name : NULL;
    if (extra)
        snprintf(why, why_bytes, "only one of the two has %s at its place", extra);
    return !extra;
}
