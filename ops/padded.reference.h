/* Argument 1 pads in pairs, the last dimension first. Where an element of the result lies in a dimension of self, padded_place says; -1:
 * outside, so that it is the number that argument 2 is. */
static int64_t padded_place(int64_t at, int64_t size, int64_t before, int64_t after);

MOVE_REFERENCE
{
    const expops_move_argument *self = m->argument, *pad = m->argument + 1;
    int64_t place[MOVE_RANK];
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    for (int64_t i = 0; i < pad->count / 2; i++) {
        const int64_t dim = m->ndim - 1 - i;
        place[dim] = padded_place(at[dim], self->shape[dim], pad->list[2 * i], pad->list[2 * i + 1]);
        if (place[dim] < 0)
            return m->argument[2].number;
    }
    return move_element(m, 0, place);
}
