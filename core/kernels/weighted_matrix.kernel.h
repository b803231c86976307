/* The same of half types by matrix instructions: each 32 work-items have XK_DOWN times 16 rows, of whose scores and results work-item n,
 * with g = n / 4 and t = n % 4, holds those that xk_matrix_f16 and xk_matrix_bf16 give it: of each 16 x 8 the rows g and g + 8 and
 * the columns 2 t and 2 t + 1. Scores that lie so are a left factor as it is wanted, once they are weights and rounded. */
#if XK_BY_HALVES
#define XK_TILE_TERMS 64
#define XK_DOWN (XK_ROWS * 2 / XK_WG)
#define XK_PARTS (XK_COLUMNS / 16)    /* of 16 elements or columns */
#define XK_STEPS (XK_TILE_TERMS / 16) /* of 16 terms */
#define XK_WORDS (XK_COLUMNS / 8)     /* in a row of a tile */
#define XK_TILE (XK_TILE_TERMS * XK_WORDS)
#define XK_ACROSS1 XK_D_ELEMENTS
#define XK_ACROSS2 XK_D_COLUMNS

/* A row's words lie in an order of its own, so that those of neighbouring rows are in other banks. */
#define XK_PLACE(row, word) ((row) * XK_WORDS + ((word) ^ (row) % 8))

/* Copies the next terms, which begin with `first`, to a tile; what is not there is 0. */
#define XK_COPY(i, tile, first) \
    { \
        const xk_index there = copied_word * 8 < p.size[XK_ACROSS##i] ? p.size[XK_D_TERMS] - (first) - copied_row : 0; \
        XK_UNROLL \
        for (int n = 0; n < XK_TILE / XK_WG; n++) { \
            const int row = n * (XK_WG / XK_WORDS), inside = row < there; \
            XK_GLOBAL const xk_ushort *from = g##i + row * (xk_long)p.stride[i + 1][XK_D_TERMS]; \
            XK_COPY_WORD(i, tile + XK_PLACE(copied_row, copied_word) + n * XK_WG) \
        } \
        g##i += XK_TILE_TERMS * (xk_long)p.stride[i + 1][XK_D_TERMS]; \
    }
#if XK_CHUNKS
#define XK_COPY_WORD(i, place) xk_copy16(place, (XK_GLOBAL const xk_word16 *)from, inside);
#else
#define XK_COPY_WORD(i, place) \
    { \
        union { \
            xk_word16 word; \
            xk_ushort v[8]; \
        } all; \
        XK_UNROLL \
        for (int k = 0; k < 8; k++) \
            all.v[k] = inside && copied_word * 8 + k < p.size[XK_ACROSS##i] ? from[k * p.stride[i + 1][XK_ACROSS##i]] : 0; \
        *(place) = all.word; \
    }
#endif
/* Where an item's first word is. */
#define XK_COPIED(i) \
    g##i += o##i + copied_row * (xk_long)p.stride[i + 1][XK_D_TERMS] + copied_word * 8 * p.stride[i + 1][XK_ACROSS##i];

/* Two neighbouring elements of the left factor. */
#if XK_ALONG0 && XK_WIDE0 > 1
#define XK_TAKE_PAIR(pair, from) \
    if (element < p.size[XK_D_ELEMENTS]) \
        pair = *(XK_GLOBAL const xk_uint *)(from);
#else
#define XK_TAKE_PAIR(pair, from) \
    { \
        if (element < p.size[XK_D_ELEMENTS]) \
            pair = *(from); \
        if (element + 1 < p.size[XK_D_ELEMENTS]) \
            pair |= (xk_uint)(from)[p.stride[1][XK_D_ELEMENTS]] << 16; \
    }
#endif

typedef float xk_scores[XK_TILE_TERMS / 8][4]; /* of 16 rows */
typedef float xk_results[2 * XK_PARTS][4];
typedef xk_uint xk_lefts[XK_PARTS][4];

XK_FN void xk_multiply(xk_scores *score, const xk_lefts *left, XK_LOCAL_POINTER const xk_word16 *rights, int lane)
{
    XK_UNROLL
    for (int n = 0; n < XK_DOWN * XK_TILE_TERMS / 2; n++)
        score[n / (XK_TILE_TERMS / 2)][n / 4 % (XK_TILE_TERMS / 8)][n % 4] = 0;
    XK_UNROLL
    for (int s = 0; s < XK_PARTS; s++) {
        XK_UNROLL
        for (int j = 0; j < XK_STEPS; j++) {
            xk_uint right[4];
            xk_matrix_rows(right, rights + XK_PLACE(lane / 16 * 8 + lane % 8, s * 2 + lane / 8 % 2) + j * 16 * XK_WORDS);
            XK_UNROLL
            for (int n = 0; n < 2 * XK_DOWN; n++)
                XK_CAT(xk_matrix_, XK_D0)(score[n / 2][2 * j + n % 2], left[n / 2][s], right + n % 2 * 2);
        }
    }
}

/* What rows' largest scores are, times `factor`: weights are powers of 2, of which `factor` times a score less that is the exponent. What
 * there is of sum and results of 16 rows is brought down to it. */
XK_FN void xk_bring_down(xk_scores score, xk_results result, float *most, float *base, float *sum, float factor)
{
    XK_UNROLL
    for (int h = 0; h < 2; h++) {
        float largest = most[h];
        XK_UNROLL
        for (int n = 0; n < XK_TILE_TERMS / 4; n++)
            largest = XK_MATH(fmax)(largest, score[n / 2][h * 2 + n % 2]);
        XK_UNROLL
        for (int by = 1; by < 4; by *= 2)
            largest = XK_MATH(fmax)(largest, xk_other_f32(largest, by));
        base[h] = largest == -XK_INFINITY ? 0 : largest * factor;
        const float less = xk_raw_exp2(XK_MATH(fma)(most[h], factor, -base[h]));
        most[h] = largest;
        sum[h] *= less;
        XK_UNROLL
        for (int n = 0; n < XK_PARTS * 4; n++)
            result[n / 2][h * 2 + n % 2] *= less;
    }
}

/* Exponentials are worked out just before they are used: instructions of other units fill the wait for products. */
XK_FN void xk_add_weighted(xk_results *result, xk_scores *score, float (*base)[2], float (*sum)[2], float factor,
                           XK_LOCAL_POINTER const xk_word16 *summed, int lane)
{
    XK_UNROLL
    for (int s = 0; s < XK_STEPS; s++) {
        float weight[XK_DOWN][8];
        xk_uint left[XK_DOWN][4];
        XK_UNROLL
        for (int n = 0; n < XK_DOWN * 8; n++) {
            const int i = n / 8, h = n % 4 / 2;
            weight[i][n % 8] = xk_raw_exp2(XK_MATH(fma)(score[i][2 * s + n / 4 % 2][n % 4], factor, -base[i][h]));
            sum[i][h] += weight[i][n % 8];
        }
        XK_UNROLL
        for (int n = 0; n < XK_DOWN * 4; n++)
            left[n / 4][n % 4] = XK_CAT(xk_pair_, XK_D0)(weight[n / 4][n % 4 * 2], weight[n / 4][n % 4 * 2 + 1]);
        XK_UNROLL
        for (int j = 0; j < XK_PARTS; j++) {
            xk_uint right[4];
            xk_matrix_columns(right, summed + XK_PLACE(lane / 8 % 2 * 8 + lane % 8, j * 2 + lane / 16) + s * 16 * XK_WORDS);
            XK_UNROLL
            for (int n = 0; n < 2 * XK_DOWN; n++)
                XK_CAT(xk_matrix_, XK_D0)(result[n / 2][2 * j + n % 2], left[n / 2], right + n % 2 * 2);
        }
    }
}

/* What a row and a term of this step are, of score n of an item. */
#define XK_ROW_OF(n) (first_row + (n) / (XK_TILE_TERMS / 2) * 16 + (n) % 4 / 2 * 8)
#define XK_TERM_OF(n) (first1 + (n) / 4 % (XK_TILE_TERMS / 8) * 8 + lane % 4 * 2 + (n) % 2)
#define XK_SCORE_OF(n) score[(n) / (XK_TILE_TERMS / 2)][(n) / 4 % (XK_TILE_TERMS / 8)][(n) % 4]
#define XK_EACH_SCORE(value) \
    XK_UNROLL \
    for (int n = 0; n < XK_DOWN * XK_TILE_TERMS / 2; n++) \
        XK_SCORE_OF(n) = value;
#if XK_NT > 3
#define XK_MEET XK_EACH_SCORE(XK_SCORE(XK_SCORE_OF(n) * size, XK_ROW_OF(n), XK_TERM_OF(n)))
#else
#define XK_MEET
#endif
#define XK_LIMITS XK_EACH_SCORE(XK_TERM_OF(n) < XK_LIMIT(XK_ROW_OF(n)) ? XK_SCORE_OF(n) : -XK_INFINITY)

/* A tile of terms. The next ones are on their way meanwhile: of the right factor where this one's were, when all have used them, of what
 * is summed to another place. */
#define XK_STEP(limits) \
    { \
        xk_scores score[XK_DOWN]; \
        float base[XK_DOWN][2]; \
        xk_copied(); \
        xk_barrier(); \
        xk_multiply(score, left, rights, lane); \
        xk_barrier(); \
        XK_COPY(1, rights, first1 + XK_TILE_TERMS) \
        XK_COPY(2, summed + (XK_TILE - second), first1 + XK_TILE_TERMS) \
        XK_MEET \
        limits \
        XK_UNROLL \
        for (int i = 0; i < XK_DOWN; i++) \
            xk_bring_down(score[i], result[i], most[i], base[i], sum[i], factor); \
        xk_add_weighted(result, score, base, sum, factor, summed + second, lane); \
        second = XK_TILE - second; \
        first1 += XK_TILE_TERMS; \
    }

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL xk_word16 rights[XK_TILE];
    XK_LOCAL xk_word16 summed[2 * XK_TILE];
    XK_BEGIN
    const int item = (int)xk_local_id(), lane = item % 32, row0 = item / 32 * 16 * XK_DOWN;
    const int copied_row = item / XK_WORDS, copied_word = item % XK_WORDS;
    const xk_index first_row = first0 + row0 + lane / 4;
    /* Of a scale below 0 the left factor takes the sign, so that the largest product is the largest score; of 0 all of it. */
    const float scale = XK_N(0), size = scale == 0 ? 1 : XK_MATH(fabs)(scale);
    const float factor = (XK_NT > 3 ? 1 : size) * XK_LOG2_OF_E;
    xk_lefts left[XK_DOWN];
    xk_results result[XK_DOWN];
    float most[XK_DOWN][2], sum[XK_DOWN][2];
    g0 += o0;
    XK_COPIED(1)
    XK_COPIED(2)
    XK_UNROLL
    for (int n = 0; n < XK_DOWN * XK_PARTS * 4; n++) {
        const int i = n / 4 / XK_PARTS, part = n / 4 % XK_PARTS, q = n % 4;
        const xk_index row = first_row + i * 16 + q % 2 * 8, element = part * 16 + q / 2 * 8 + lane % 4 * 2;
        xk_uint pair = 0;
        if (row < p.size[XK_D_ROWS] && scale != 0)
            XK_TAKE_PAIR(pair, g0 + row * p.stride[1][XK_D_ROWS] + element * p.stride[1][XK_D_ELEMENTS])
        left[i][part][q] = scale < 0 ? pair ^ 0x80008000u : pair;
    }
    XK_UNROLL
    for (int n = 0; n < XK_DOWN * 2; n++) {
        most[n / 2][n % 2] = -XK_INFINITY;
        sum[n / 2][n % 2] = 0;
    }
    XK_UNROLL
    for (int n = 0; n < XK_DOWN * XK_PARTS * 8; n++)
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
    for (int n = 0; n < XK_DOWN * 2; n++) {
        const xk_index row = first_row + n / 2 * 16 + n % 2 * 8;
        float all = sum[n / 2][n % 2];
        XK_UNROLL
        for (int by = 1; by < 4; by *= 2)
            all += xk_other_f32(all, by);
        const float share = all == 0 ? 0 : 1 / all;
        XK_UNROLL
        for (int j = 0; j < 2 * XK_PARTS; j++) {
            const xk_index column = j * 8 + lane % 4 * 2;
            union {
                XK_CAT(xk_word, XK_WO_2) word;
                XK_S(XK_O) v[2];
            } written;
            XK_UNROLL
            for (int k = 0; k < 2; k++) {
                const xk_r r = result[n / 2][j][n % 2 * 2 + k] * share;
                written.v[k] = XK_STORE(r);
            }
#if XK_WIDEO > 1
            if (row < p.size[XK_D_ROWS] && column < p.size[XK_D_COLUMNS])
                *(XK_GLOBAL XK_CAT(xk_word, XK_WO_2) *)&XK_RESULT(row, column) = written.word;
#else
            XK_UNROLL
            for (int k = 0; k < 2; k++)
                if (row < p.size[XK_D_ROWS] && column + k < p.size[XK_D_COLUMNS])
                    XK_RESULT(row, column + k) = written.v[k];
#endif
        }
    }
}
#endif
