/* Weighted sums of half types by the matrix instructions of 32 work-items, which have XK_SIXTEENS times 16 rows. Scores that lie as
 * xk_matrix_f16 and xk_matrix_bf16 give them are a left factor as it is wanted, once they are weights and rounded. */
#if XK_BY_HALVES && !XK_WIDE
typedef xk_uint xk_lefts[XK_PARTS][4];

XK_FN void xk_multiply(xk_scores *score, const xk_lefts *left, XK_LOCAL_POINTER const xk_word16 *rights, int lane)
{
    XK_UNROLL
    for (int n = 0; n < XK_SIXTEENS * XK_TILE_TERMS / 2; n++)
        score[n / (XK_TILE_TERMS / 2)][n / 4 % (XK_TILE_TERMS / 8)][n % 4] = 0;
    XK_UNROLL
    for (int s = 0; s < XK_PARTS; s++) {
        XK_UNROLL
        for (int j = 0; j < XK_STEPS; j++) {
            xk_uint right[4];
            xk_matrix_rows(right, rights + XK_PLACE(lane / 16 * 8 + lane % 8, s * 2 + lane / 8 % 2) + j * 16 * XK_WORDS);
            XK_UNROLL
            for (int n = 0; n < 2 * XK_SIXTEENS; n++)
                XK_CAT(xk_matrix_, XK_D0)(score[n / 2][2 * j + n % 2], left[n / 2][s], right + n % 2 * 2);
        }
    }
}

/* Exponentials are worked out just before they are used: instructions of other units fill the wait for products. */
XK_FN void xk_add_weighted(xk_results *result, xk_scores *score, float (*base)[2], float (*sum)[2], float factor,
                           XK_LOCAL_POINTER const xk_word16 *summed, int lane)
{
    XK_UNROLL
    for (int s = 0; s < XK_STEPS; s++) {
        float weight[XK_SIXTEENS][8];
        xk_uint left[XK_SIXTEENS][4];
        XK_UNROLL
        for (int n = 0; n < XK_SIXTEENS * 8; n++) {
            const int i = n / 8, h = n % 4 / 2;
            weight[i][n % 8] = xk_raw_exp2(XK_MATH(fma)(score[i][2 * s + n / 4 % 2][n % 4], factor, -base[i][h]));
            sum[i][h] += weight[i][n % 8];
        }
        XK_UNROLL
        for (int n = 0; n < XK_SIXTEENS * 4; n++)
            left[n / 4][n % 4] = XK_CAT(xk_pair_, XK_D0)(weight[n / 4][n % 4 * 2], weight[n / 4][n % 4 * 2 + 1]);
        XK_UNROLL
        for (int j = 0; j < XK_PARTS; j++) {
            xk_uint right[4];
            xk_matrix_columns(right, summed + XK_PLACE(lane / 8 % 2 * 8 + lane % 8, j * 2 + lane / 16) + s * 16 * XK_WORDS);
            XK_UNROLL
            for (int n = 0; n < 2 * XK_SIXTEENS; n++)
                XK_CAT(xk_matrix_, XK_D0)(result[n / 2][2 * j + n % 2], left[n / 2], right + n % 2 * 2);
        }
    }
}

/* A tile of terms. The next ones are on their way meanwhile: of the right factor where this one's were, when all have used them, of what
 * is summed to another place. */
#define XK_STEP(limits) \
    { \
        xk_scores score[XK_SIXTEENS]; \
        xk_copied(); \
        xk_barrier(); \
        xk_multiply(score, left, rights, lane); \
        xk_barrier(); \
        XK_COPY(1, rights, first1 + XK_TILE_TERMS) \
        XK_COPY(2, summed + (XK_TILE - second), first1 + XK_TILE_TERMS) \
        XK_MEET \
        limits \
        XK_UNROLL \
        for (int i = 0; i < XK_SIXTEENS; i++) { \
            float less[2]; \
            xk_find_largest(score[i], most[i], base[i], less, factor); \
            sum[i][0] *= less[0]; \
            sum[i][1] *= less[1]; \
            xk_bring_down(result[i], less); \
        } \
        xk_add_weighted(result, score, base, sum, factor, summed + second, lane); \
        second = XK_TILE - second; \
        first1 += XK_TILE_TERMS; \
    }

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL xk_word16 rights[XK_TILE];
    XK_LOCAL xk_word16 summed[2 * XK_TILE];
    XK_BEGIN
    const int item = (int)xk_local_id(), lane = item % 32, row0 = item / 32 * 16 * XK_SIXTEENS;
    const int copied_row = item / XK_WORDS, copied_word = item % XK_WORDS;
    const xk_index first_row = first0 + row0 + lane / 4;
    const float scale = XK_N(0), size = scale == 0 ? 1 : XK_MATH(fabs)(scale);
    const float factor = (XK_NT > 3 ? 1 : size) * XK_LOG2_OF_E;
    xk_lefts left[XK_SIXTEENS];
    xk_results result[XK_SIXTEENS];
    float most[XK_SIXTEENS][2], base[XK_SIXTEENS][2], sum[XK_SIXTEENS][2];
    g0 += o0;
    XK_COPIED(1)
    XK_COPIED(2)
    XK_UNROLL
    for (int n = 0; n < XK_SIXTEENS * XK_PARTS * 4; n++) {
        const int i = n / 4 / XK_PARTS, part = n / 4 % XK_PARTS, q = n % 4;
        xk_uint pair = 0;
        XK_LEFT_PAIR(pair, first_row + i * 16 + q % 2 * 8, part * 16 + q / 2 * 8 + lane % 4 * 2)
        left[i][part][q] = pair;
    }
    XK_UNROLL
    for (int n = 0; n < XK_SIXTEENS * 2; n++) {
        most[n / 2][n % 2] = -XK_INFINITY;
        base[n / 2][n % 2] = sum[n / 2][n % 2] = 0;
    }
    XK_UNROLL
    for (int n = 0; n < XK_SIXTEENS * XK_PARTS * 8; n++)
        result[n / 8 / XK_PARTS][n / 4 % (2 * XK_PARTS)][n % 4] = 0;

    xk_index first1 = 0;
    int second = 0;
    XK_COPY(1, rights, 0)
    XK_COPY(2, summed, 0)
    while (first1 + XK_TILE_TERMS <= XK_LIMIT(first0))
        XK_STEP()
    while (first1 < terms)
        XK_STEP(XK_LIMITS)
    xk_copied();
    XK_UNROLL
    for (int i = 0; i < XK_SIXTEENS; i++)
        XK_PUT_RESULTS(result[i], sum[i], first_row + i * 16)
}
#endif
