#include "padded.reference.h"

static int64_t padded_place(int64_t at, int64_t size, int64_t before, int64_t after)
{
    const int64_t place = at - before, last = size - 1;
    return place < 0 ? -place : place > last ? last - (place - last) : place;
}
