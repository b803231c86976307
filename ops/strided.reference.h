/* How far an element of a tensor with the strides that argument `stride` lists lies from the memory's first one. */
static int64_t strided_distance(const expops_moves *m, int stride, const int64_t *place)
{
    int64_t distance = 0;
    for (int64_t i = 0; i < m->argument[stride].count; i++)
        distance += place[i] * m->argument[stride].list[i];
    return distance;
}
