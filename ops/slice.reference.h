/* Where a bound of a slice lies: negative from the last, at most at either end. */
static int64_t slice_bound(const expops_move_argument *bound, int64_t absent, int64_t size)
{
    int64_t place = bound->given ? bound->integer : absent;
    place += place < 0 ? size : 0;
    return place < 0 ? 0 : place > size ? size : place;
}

/* The place in the slice of place `at` of a dimension of this size, -1 where it is not in it; arguments `first` to first + 2 are start,
 * end and step. */
static inline int64_t slice_place(const expops_moves *m, int first, int64_t at, int64_t size)
{
    const int64_t start = slice_bound(m->argument + first, 0, size);
    const int64_t end = slice_bound(m->argument + first + 1, size, size), step = m->argument[first + 2].integer;
    for (int64_t number = 0, place = start; place < end; number++, place += step)
        if (place == at)
            return number;
        else if (step > size)
            break;
    return -1;
}

/* Of arguments dim, start, end and step, 2 to 5: where in the slice `at` lies; not in it where its dimension's place, which is
 * returned, is -1. */
static inline int64_t slice_find(const expops_moves *m, const int64_t *at, int64_t *place)
{
    const int64_t dim = move_wrapped(m->argument[2].integer, m->ndim);
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    return place[dim] = slice_place(m, 3, at[dim], m->shape[dim]);
}
