/* PyTorch counts in f32. A scale factor above 0 says how far apart elements lie, else the sizes do. */
static int64_t upsampled_place(int64_t at, float shift, int64_t in, int64_t out, const expops_move_argument *factor)
{
    const double given = factor->given ? (double)factor->number.re : 0;
    const volatile float step = given > 0 ? (float)(1 / given) : (float)in / (float)out;
    const float place = floorf(((float)at + shift) * step);
    return place < (float)in ? (int64_t)place : in - 1;
}

/* Behind batch and channels; scale factors are arguments 2 and on. `by_sizes`: not where a size stays or doubles,
 * which PyTorch grants two dimensions only. */
static expops_element upsampled(const expops_moves *m, const int64_t *at, float shift, int by_sizes)
{
    int64_t place[MOVE_RANK] = { at[0], at[1] };
    for (int32_t i = 2; i < m->ndim; i++) {
        const int64_t in = m->argument->shape[i], out = m->shape[i];
        if (by_sizes && (out == in || out == 2 * in))
            place[i] = at[i] / (out / in);
        else
            place[i] = upsampled_place(at[i], shift, in, out, m->argument + i);
    }
    return move_element(m, 0, place);
}
