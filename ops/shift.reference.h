/* Dimension dim: the element that a push by size / 2, or half of size + 1, brings here; one for each time that argument 1 names it, or
 * where it names none. */
static int64_t shifted(const expops_moves *m, int32_t dim, int64_t at, int64_t more)
{
    const int64_t size = m->shape[dim];
    int64_t pushes = m->argument[1].count == 0;
    for (int64_t i = 0; i < m->argument[1].count; i++)
        pushes += move_wrapped(m->argument[1].list[i], m->ndim) == dim;
    for (int64_t i = 0; i < pushes; i++)
        at = (at + size - (size + more) / 2) % size;
    return at;
}

static inline expops_element shifted_element(const expops_moves *m, const int64_t *at, int64_t more)
{
    int64_t place[MOVE_RANK];
    for (int32_t dim = 0; dim < m->ndim; dim++)
        place[dim] = shifted(m, dim, at[dim], more);
    return move_element(m, 0, place);
}
