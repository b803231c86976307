/* What weighted sums by matrix instructions of half types have in common: tiles of terms come to local memory, where an item's words go
 * to XK_PLACE(row, word), the next eight rows' XK_NEXT_ROWS further; an item has rows g and g + 8 of 16 and, of each 8 scores or results,
 * columns 2 t and 2 t + 1, with g = n / 4 % 8 and t = n % 4 where n is its number. XK_SIXTEENS: so many times 16 rows. */
#if XK_BY_HALVES
#define XK_PARTS (XK_COLUMNS / 16)    /* of 16 elements or columns */
#define XK_STEPS (XK_TILE_TERMS / 16) /* of 16 terms */
#define XK_WORDS (XK_COLUMNS / 8)     /* in a row of a tile */
#define XK_TILE (XK_TILE_TERMS * XK_WORDS)
#define XK_ACROSS1 XK_D_ELEMENTS
#define XK_ACROSS2 XK_D_COLUMNS

#if XK_WIDE
#if XK_IN_THIRDS
#define XK_TILE_TERMS 64
#else
#define XK_TILE_TERMS 128
#endif
#define XK_SIXTEENS 1
/* Rows of 64 numbers, the tile's left half before its right one. */
#define XK_PLACE_OF(rows, row, word) ((word) / 8 * (rows) * 8 + (row) * 8 + ((word) % 8 ^ (row) % 8))
#define XK_PLACE(row, word) XK_PLACE_OF(XK_TILE_TERMS, row, word)
#define XK_NEXT_ROWS 64
#else
#define XK_TILE_TERMS 64
#define XK_SIXTEENS (XK_ROWS * 2 / XK_WG)
/* A row's words lie in an order of its own, so that those of neighbouring rows are in other banks. */
#define XK_PLACE(row, word) ((row) * XK_WORDS + ((word) ^ (row) % 8))
#define XK_NEXT_ROWS (8 * XK_WORDS)
#endif

/* Copies the next terms, which begin with `first`, to a tile; what is not there is 0. */
#define XK_COPY(i, tile, first) \
    { \
        const xk_index there = copied_word * 8 < p.size[XK_ACROSS##i] ? p.size[XK_D_TERMS] - (first) - copied_row : 0; \
        XK_UNROLL \
        for (int n = 0; n < XK_TILE / XK_WG; n++) { \
            const int row = n * (XK_WG / XK_WORDS), inside = row < there; \
            XK_GLOBAL const xk_ushort *from = g##i + row * (xk_long)p.stride[i + 1][XK_D_TERMS]; \
            XK_COPY_WORD(i, tile + XK_PLACE(copied_row, copied_word) + row / 8 * XK_NEXT_ROWS) \
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
/* Of a scale below 0 the left factor takes the sign, so that the largest product is the largest score; of 0 all of it. */
#define XK_LEFT_PAIR(pair, at_row, at_element) \
    { \
        const xk_index row = at_row, element = at_element; \
        if (row < p.size[XK_D_ROWS] && scale != 0) \
            XK_TAKE_PAIR(pair, g0 + row * p.stride[1][XK_D_ROWS] + element * p.stride[1][XK_D_ELEMENTS]) \
        pair = scale < 0 ? pair ^ 0x80008000u : pair; \
    }

typedef float xk_scores[XK_TILE_TERMS / 8][4]; /* of 16 rows */
typedef float xk_results[2 * XK_PARTS][4];

/* What a row and a term of this step are, of score n of an item. */
#define XK_ROW_OF(n) (first_row + (n) / (XK_TILE_TERMS / 2) * 16 + (n) % 4 / 2 * 8)
#define XK_TERM_OF(n) (first1 + (n) / 4 % (XK_TILE_TERMS / 8) * 8 + lane % 4 * 2 + (n) % 2)
#define XK_SCORE_OF(n) score[(n) / (XK_TILE_TERMS / 2)][(n) / 4 % (XK_TILE_TERMS / 8)][(n) % 4]
#define XK_EACH_SCORE(value) \
    XK_UNROLL \
    for (int n = 0; n < XK_SIXTEENS * XK_TILE_TERMS / 2; n++) \
        XK_SCORE_OF(n) = value;
#if XK_NT > 3
#define XK_MEET XK_EACH_SCORE(XK_SCORE(XK_SCORE_OF(n) * size, XK_ROW_OF(n), XK_TERM_OF(n)))
#else
#define XK_MEET
#endif
#define XK_LIMITS XK_EACH_SCORE(XK_TERM_OF(n) < XK_LIMIT(XK_ROW_OF(n)) ? XK_SCORE_OF(n) : -XK_INFINITY)

/* Rows' largest scores, times `factor`: weights are powers of 2, of which `factor` times a score less that is the exponent. `less` is
 * what there is of sum and results of 16 rows has to be multiplied by: 1, and nothing near it, where the largest score stays. */
XK_FN void xk_find_largest(xk_scores score, float *most, float *base, float *less, float factor)
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
        const float from = most[h] == -XK_INFINITY ? most[h] : base[h];
        base[h] = largest == -XK_INFINITY ? 0 : largest * factor;
        less[h] = xk_raw_exp2(from - base[h]);
        most[h] = largest;
    }
}

XK_FN void xk_bring_down(xk_results result, const float *less)
{
    XK_UNROLL
    for (int n = 0; n < XK_PARTS * 8; n++)
        result[n / 4][n % 4] *= less[n % 4 / 2];
}

/* Two neighbouring results of a row. */
#if XK_WIDEO > 1
#define XK_PUT_PAIR(row, column) \
    if (row < p.size[XK_D_ROWS] && column < p.size[XK_D_COLUMNS]) \
        *(XK_GLOBAL XK_CAT(xk_word, XK_WO_2) *)&XK_RESULT(row, column) = written.word;
#else
#define XK_PUT_PAIR(row, column) \
    XK_UNROLL \
    for (int k = 0; k < 2; k++) \
        if (row < p.size[XK_D_ROWS] && column + k < p.size[XK_D_COLUMNS]) \
            XK_RESULT(row, column + k) = written.v[k];
#endif
/* Results of 16 rows over the sums of their weights. */
#define XK_PUT_RESULTS(result, sum, first) \
    XK_UNROLL \
    for (int h = 0; h < 2; h++) { \
        const xk_index row = first + h * 8; \
        float all = sum[h]; \
        XK_UNROLL \
        for (int by = 1; by < 4; by *= 2) \
            all += xk_other_f32(all, by); \
        const float share = all == 0 ? 0 : 1 / all; \
        XK_UNROLL \
        for (int j = 0; j < 2 * XK_PARTS; j++) { \
            const xk_index column = j * 8 + lane % 4 * 2; \
            union { \
                XK_CAT(xk_word, XK_WO_2) word; \
                XK_S(XK_O) v[2]; \
            } written; \
            XK_UNROLL \
            for (int k = 0; k < 2; k++) { \
                const xk_r r = result[j][h * 2 + k] * share; \
                written.v[k] = XK_STORE(r); \
            } \
            XK_PUT_PAIR(row, column) \
        } \
    }
#endif
