/* Weighted sums of f32 by the matrix instructions of 128 work-items. A number is the sum of three of bf16, its thirds, and a product that
 * of six of theirs: the three left out are together no more than a rounding of it, 2^-24. What instructions add up is cut off, not
 * rounded, so that a tile's sums begin with the smallest products, and meet those of the tiles before in f32. */
#if XK_IN_THIRDS
#define XK_THIRDS 3
#define XK_PRODUCTS 6
#define XK_LEFT_THIRD(n) ((n) < 3 ? 2 - (n) : (n) < 5 ? 4 - (n) : 0)
#define XK_RIGHT_THIRD(n) ((n) < 3 ? (n) : (n) < 5 ? (n)-3 : 0)
#define XK_LEFTS (XK_ROWS * XK_WORDS) /* words of a third */

/* The thirds of two numbers, of which nothing is left. */
XK_FN void xk_split_pair(float low, float high, xk_uint *third)
{
    XK_UNROLL
    for (int n = 0; n < XK_THIRDS; n++) {
        third[n] = xk_pair_bf16(low, high);
        low -= xk_bits_f32(third[n] << 16);
        high -= xk_bits_f32(third[n] & 0xffff0000u);
    }
}

/* Eight numbers become a word of each third, `apart` from each other. */
XK_FN void xk_split(const float *number, XK_LOCAL_POINTER xk_word16 *to, int apart)
{
    union {
        xk_word16 word;
        xk_uint v[4];
    } all[XK_THIRDS];
    XK_UNROLL
    for (int k = 0; k < 4; k++) {
        xk_uint third[XK_THIRDS];
        xk_split_pair(number[2 * k], number[2 * k + 1], third);
        XK_UNROLL
        for (int n = 0; n < XK_THIRDS; n++)
            all[n].v[k] = third[n];
    }
    XK_UNROLL
    for (int n = 0; n < XK_THIRDS; n++)
        to[n * apart] = all[n].word;
}

/* Eight numbers of a row; what is not there is 0. */
#define XK_TAKE_CHUNKS(i, inside, from, across) \
    XK_UNROLL \
    for (int k = 0; k < 2; k++) \
        if ((inside) && copied_word * 8 + k * 4 < p.size[across]) \
            number.word[k] = *(XK_GLOBAL const xk_word16 *)((from) + k * 4);
#define XK_TAKE_ONES(i, inside, from, across) \
    XK_UNROLL \
    for (int k = 0; k < 8; k++) \
        if ((inside) && copied_word * 8 + k < p.size[across]) \
            number.v[k] = (from)[k * p.stride[i + 1][across]];
#define XK_NUMBERS \
    union { \
        xk_word16 word[2]; \
        float v[8]; \
    } number; \
    XK_UNROLL \
    for (int k = 0; k < 8; k++) \
        number.v[k] = 0;
#if XK_CHUNKS
#define XK_TAKE_TERM XK_TAKE_CHUNKS
#else
#define XK_TAKE_TERM XK_TAKE_ONES
#endif
#if XK_ALONG0 && XK_WIDE0 > 1
#define XK_TAKE_ROW XK_TAKE_CHUNKS
#else
#define XK_TAKE_ROW XK_TAKE_ONES
#endif

#define XK_SPLIT_TERMS(i, tile, first) \
    XK_UNROLL \
    for (int n = 0; n < XK_TILE / XK_WG; n++) { \
        const int own = copied_row + n * (XK_WG / XK_WORDS); \
        const xk_index term = (first) + own; \
        XK_NUMBERS \
        XK_TAKE_TERM(i, term < p.size[XK_D_TERMS], \
                     g##i + term * p.stride[i + 1][XK_D_TERMS] + copied_word * 8 * p.stride[i + 1][XK_ACROSS##i], \
                     XK_ACROSS##i) \
        xk_split(number.v, tile + XK_PLACE(own, copied_word), XK_TILE); \
    }
/* Of a scale below 0 the left factor takes the sign, so that the largest product is the largest score; of 0 all of it. */
#define XK_SPLIT_LEFTS \
    for (int own = copied_row; own < XK_ROWS; own += XK_WG / XK_WORDS) { \
        const xk_index row = first0 + own; \
        XK_NUMBERS \
        XK_TAKE_ROW(0, row < p.size[XK_D_ROWS], \
                    g0 + row * p.stride[1][XK_D_ROWS] + copied_word * 8 * p.stride[1][XK_D_ELEMENTS], XK_D_ELEMENTS) \
        XK_UNROLL \
        for (int k = 0; k < 8; k++) \
            number.v[k] *= scale < 0 ? -1.0f : scale == 0 ? 0.0f : 1.0f; \
        xk_split(number.v, lefts + XK_PLACE_OF(XK_ROWS, own, copied_word), XK_LEFTS); \
    }

XK_FN void xk_multiply_thirds(xk_scores score, xk_ulong left, xk_ulong right)
{
    XK_UNROLL
    for (int n = 0; n < XK_PRODUCTS; n++)
        xk_multiply(score, left + XK_LEFT_THIRD(n) * XK_LEFTS, right + XK_RIGHT_THIRD(n) * XK_TILE, n > 0);
    xk_wide_go();
}

XK_FN void xk_add_thirds(xk_results result, xk_weights *weight, xk_ulong summed)
{
    XK_UNROLL
    for (int n = 0; n < XK_PRODUCTS; n++)
        xk_add_weighted(result, weight[XK_LEFT_THIRD(n)], summed + XK_RIGHT_THIRD(n) * XK_TILE);
    xk_wide_go();
}

/* Scores become weights, as the left factor that they lie as. */
XK_FN void xk_weigh(xk_scores score, xk_weights *weight, const float *base, const float *less, float *sum, float factor)
{
    sum[0] *= less[0];
    sum[1] *= less[1];
    XK_UNROLL
    for (int n = 0; n < XK_TILE_TERMS / 4; n++) {
        const int h = n % 2;
        float pair[2];
        xk_uint third[XK_THIRDS];
        XK_UNROLL
        for (int k = 0; k < 2; k++) {
            pair[k] = xk_raw_exp2(XK_MATH(fma)(score[n / 2][h * 2 + k], factor, -base[h]));
            sum[h] += pair[k];
        }
        xk_split_pair(pair[0], pair[1], third);
        XK_UNROLL
        for (int k = 0; k < XK_THIRDS; k++)
            weight[k][n / 4][n % 4] = third[k];
    }
}

/* NaN unless sum and results of a row are finite, of all items that share it. */
XK_FN float xk_row_check(xk_results result, float sum, int h)
{
    float check = sum * 0;
    XK_UNROLL
    for (int n = 0; n < XK_PARTS * 4; n++)
        check += result[n / 2][h * 2 + n % 2] * 0;
    XK_UNROLL
    for (int by = 1; by < 4; by *= 2)
        check += xk_other_f32(check, by);
    return check;
}

/* A row, a term at a time: an infinite number has no thirds. The sum is one item's alone of those that share it. */
#define XK_SUM_PLAINLY(h) \
    { \
        const xk_index row = first_row + (h)*8, last = row < p.size[XK_D_ROWS] ? XK_LIMIT(row) : 0; \
        float largest = -XK_INFINITY, all = 0; \
        XK_UNROLL \
        for (int n = 0; n < XK_PARTS * 4; n++) \
            result[n / 2][(h)*2 + n % 2] = 0; \
        for (xk_index term = 0; term < last; term++) { \
            float x = 0; \
            for (xk_index e = 0; e < p.size[XK_D_ELEMENTS]; e++) \
                x = XK_MATH(fma)(g0[row * p.stride[1][XK_D_ROWS] + e * p.stride[1][XK_D_ELEMENTS]], \
                                 g1[term * p.stride[2][XK_D_TERMS] + e * p.stride[2][XK_D_ELEMENTS]], x); \
            x = XK_SCORE(x * scale, row, term); \
            const float larger = XK_MATH(fmax)(largest, x), from = larger == -XK_INFINITY ? 0 : larger; \
            const float down = xk_raw_exp2((largest - from) * XK_LOG2_OF_E); \
            const float one = xk_raw_exp2((x - from) * XK_LOG2_OF_E); \
            largest = larger; \
            all = all * down + one; \
            XK_UNROLL \
            for (int n = 0; n < XK_PARTS * 4; n++) { \
                const xk_index column = XK_LEAST(n / 2 * 8 + lane % 4 * 2 + n % 2, p.size[XK_D_COLUMNS] - 1); \
                float *const to = &result[n / 2][(h)*2 + n % 2]; \
                *to = *to * down + one * g2[term * p.stride[3][XK_D_TERMS] + column * p.stride[3][XK_D_COLUMNS]]; \
            } \
        } \
        sum[h] = lane % 4 == 0 ? all : 0; \
    }

/* Numbers are split while instructions multiply others. */
XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL_ASKED(xk_word16, lefts);
    XK_LOCAL_POINTER xk_word16 *const rights = lefts + XK_THIRDS * XK_LEFTS, *const summed = rights + XK_THIRDS * XK_TILE;
    XK_BEGIN_WIDE
    g0 += o0;
    g1 += o1;
    g2 += o2;
    XK_SPLIT_LEFTS
    XK_SPLIT_TERMS(1, rights, 0)
    for (xk_index first1 = 0; first1 < terms; first1 += XK_TILE_TERMS) {
        xk_scores score[1] = { 0 };
        xk_results added = { 0 };
        xk_weights weight[XK_THIRDS];
        xk_wide_shown();
        xk_barrier();
        xk_wide_begin();
        xk_multiply_thirds(score[0], left_place, right_place);
        XK_SPLIT_TERMS(2, summed, first1)
        xk_wide_wait();
        XK_HOLD(score[0])
        XK_MEET
        if (first1 + XK_TILE_TERMS > XK_LIMIT(first0 + row0))
            XK_LIMITS
        xk_find_largest(score[0], most, base, less, factor);
        xk_weigh(score[0], weight, base, less, sum, factor);
        xk_wide_shown();
        xk_barrier();
        xk_wide_begin();
        xk_add_thirds(added, weight, summed_place);
        if (first1 + XK_TILE_TERMS < terms)
            XK_SPLIT_TERMS(1, rights, first1 + XK_TILE_TERMS)
        xk_wide_wait();
        XK_HOLD(added)
        XK_UNROLL
        for (int n = 0; n < XK_PARTS * 8; n++)
            result[n / 4][n % 4] = XK_MATH(fma)(result[n / 4][n % 4], less[n % 4 / 2], added[n / 4][n % 4]);
    }
    XK_UNROLL
    for (int h = 0; h < 2; h++)
        if (xk_row_check(result, sum[h], h) != 0)
            XK_SUM_PLAINLY(h)
    XK_PUT_RESULTS(result, sum, first_row)
}
#endif
