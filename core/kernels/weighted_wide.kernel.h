/* Weighted sums of half types by the matrix instructions of 128 work-items, which have 64 rows. While these wait, others work out
 * exponentials: those of the same group are no more than a tile apart, as a gate sees to, which each item passes when all have arrived,
 * but arrives at well before. Where there are registers for one group only, weights meet what is summed a tile late, so that both products
 * make one wait.
 *   XK_LATE          1: so they do */
#if XK_BY_HALVES && XK_WIDE
#define XK_HALF_ROWS (XK_TILE_TERMS * 8) /* words of a tile's half */
#if XK_IN_THIRDS
#define XK_FACTOR bf16
#else
#define XK_FACTOR XK_D0
#endif
#define XK_WORD_OF(name, columns) XK_CAT(XK_CAT(XK_CAT(name, columns), _), XK_FACTOR)
typedef xk_uint xk_weights[XK_STEPS][4];

/* Words to the right lie side by side, up to where a tile's half ends. */
XK_FN void xk_multiply(xk_scores score, xk_ulong left, xk_ulong right, int adds)
{
    XK_UNROLL
    for (int s = 0; s < XK_PARTS; s++)
        XK_WORD_OF(xk_wide_rows, XK_TILE_TERMS)
        (score[0], left + s / 4 * XK_ROWS * 8 + s % 4 * 2, right + s / 4 * XK_HALF_ROWS + s % 4 * 2, adds || s > 0);
}

XK_FN void xk_add_weighted(xk_results result, xk_weights weight, xk_ulong summed)
{
    XK_UNROLL
    for (int s = 0; s < XK_STEPS; s++)
        XK_WORD_OF(xk_wide_columns, XK_COLUMNS)(result[0], weight[s], summed + s * 16 * 8);
}

/* Nothing is done with them before. */
#define XK_HOLD(sums) \
    XK_UNROLL \
    for (int n = 0; n < (int)(sizeof sums / sizeof(float)); n++) \
        xk_wide_hold(sums[n / 4][n % 4]);

/* What an item is to the instructions: where its rows are, what it copies, and where in local memory `lefts`, `rights` and `summed` begin. */
#define XK_BEGIN_WIDE \
    XK_BEGIN \
    const int item = (int)xk_local_id(), lane = item % 32, row0 = item / 32 * 16; \
    const int copied_row = item / XK_WORDS, copied_word = item % XK_WORDS; \
    const xk_index first_row = first0 + row0 + lane / 4; \
    const float scale = XK_N(0), size = scale == 0 ? 1 : XK_MATH(fabs)(scale); \
    const float factor = (XK_NT > 3 ? 1 : size) * XK_LOG2_OF_E; \
    const xk_ulong left_place = xk_wide_place(lefts + item / 128 * 512, 0), right_place = xk_wide_place(rights, 0); \
    const xk_ulong summed_place = xk_wide_place(summed, XK_HALF_ROWS); \
    xk_results result = { 0 }; \
    float most[2] = { -XK_INFINITY, -XK_INFINITY }, sum[2] = { 0, 0 }, base[2] = { 0, 0 }, less[2];

#if !XK_IN_THIRDS
/* Scores become weights, as the left factor that they lie as. */
XK_FN void xk_weigh(xk_scores score, xk_weights weight, const float *base, const float *less, float *sum, float factor)
{
    sum[0] *= less[0];
    sum[1] *= less[1];
    XK_UNROLL
    for (int n = 0; n < XK_TILE_TERMS / 4; n++) {
        const int h = n % 2;
        float pair[2];
        XK_UNROLL
        for (int k = 0; k < 2; k++) {
            pair[k] = xk_raw_exp2(XK_MATH(fma)(score[n / 2][h * 2 + k], factor, -base[h]));
            sum[h] += pair[k];
        }
        weight[n / 4][n % 4] = XK_CAT(xk_pair_, XK_D0)(pair[0], pair[1]);
    }
}

/* What the item copied has arrived, and it is done with all tiles but that of the weights it has. */
#define XK_ARRIVE \
    xk_copied(); \
    xk_wide_shown(); \
    xk_gate_arrive(gate);

#define XK_ADD_NOW(tile) \
    { \
        xk_wide_begin(); \
        xk_add_weighted(result, weight, summed_place + (tile)); \
        xk_wide_go(); \
        xk_wide_wait(); \
        XK_HOLD(result) \
    }

#define XK_TAKE_LEFTS \
    XK_UNROLL \
    for (int n = 0; n < XK_ROWS * XK_WORDS / XK_WG; n++) { \
        const int at = copied_row + n * (XK_WG / XK_WORDS); \
        union { \
            xk_word16 word; \
            xk_uint v[4]; \
        } all; \
        XK_UNROLL \
        for (int k = 0; k < 4; k++) { \
            all.v[k] = 0; \
            XK_LEFT_PAIR(all.v[k], first0 + at, copied_word * 8 + k * 2) \
        } \
        lefts[XK_PLACE_OF(XK_ROWS, at, copied_word)] = all.word; \
    }

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL_ASKED(xk_word16, lefts);
    XK_LOCAL_POINTER xk_word16 *const rights = lefts + XK_ROWS * XK_WORDS, *const summed = rights + 2 * XK_TILE;
    XK_LOCAL_POINTER xk_word16 *const gate = summed + 3 * XK_TILE;
    XK_BEGIN_WIDE
    xk_scores score[1] = { 0 };
    xk_weights weight;
    int right = 0, now = 0, before = 0, turn = 0; /* tiles of terms */
    g0 += o0;
    XK_COPIED(1)
    XK_COPIED(2)
    XK_COPY(1, rights, 0)
    XK_COPY(2, summed, 0)
    XK_TAKE_LEFTS
    if (item == 0)
        xk_gate_open(gate);
    xk_barrier();
    XK_ARRIVE
    for (xk_index first1 = 0; first1 < terms; first1 += XK_TILE_TERMS) {
        const int next = now == 2 * XK_TILE ? 0 : now + XK_TILE;
        xk_gate_wait(gate, turn);
        XK_COPY(1, rights + (XK_TILE - right), first1 + XK_TILE_TERMS)
        XK_COPY(2, summed + next, first1 + XK_TILE_TERMS)
        xk_wide_begin();
        xk_multiply(score[0], left_place, right_place + right, 0);
        if (XK_LATE && first1 > 0)
            xk_add_weighted(result, weight, summed_place + before);
        xk_wide_go();
        xk_wide_wait();
        XK_HOLD(score[0])
        XK_HOLD(result)
        XK_MEET
        if (first1 + XK_TILE_TERMS > XK_LIMIT(first0 + row0))
            XK_LIMITS
        xk_find_largest(score[0], most, base, less, factor);
        xk_bring_down(result, less);
        xk_weigh(score[0], weight, base, less, sum, factor);
        XK_ARRIVE
        if (!XK_LATE)
            XK_ADD_NOW(now)
        right = XK_TILE - right;
        before = now;
        now = next;
        turn = !turn;
    }
    if (XK_LATE)
        XK_ADD_NOW(before)
    XK_PUT_RESULTS(result, sum, first_row)
}
#endif
#endif
