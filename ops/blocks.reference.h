/* Where in an image of `size` the kernel's place `tap` of block `block` lies, in direction `way`; arguments kernel_size, dilation,
 * padding and stride begin at `first`. */
static int64_t blocks_place(const expops_moves *m, int first, int way, int64_t block, int64_t tap)
{
    const int64_t dilation = m->argument[first + 1].list[way], padding = m->argument[first + 2].list[way];
    return block * m->argument[first + 3].list[way] - padding + tap * dilation;
}

/* How many blocks there are. */
static int64_t blocks_count(const expops_moves *m, int first, int way, int64_t size)
{
    int64_t count = 0;
    const int64_t last = m->argument[first].list[way] - 1, padding = m->argument[first + 2].list[way];
    while (blocks_place(m, first, way, count, last) < size + padding)
        count++;
    return count;
}
