/* Element k of the diagonal so far above the main one. */
static int64_t diagonal_row(int64_t above, int64_t k)
{
    return above < 0 ? k - above : k;
}

static int64_t diagonal_column(int64_t above, int64_t k)
{
    return above > 0 ? k + above : k;
}
