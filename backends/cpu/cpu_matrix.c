/* Sums by weights of bf16 by the processor's matrix instructions: tiles of 16 rows of 64 bytes, four of which are sums here, two
 * the left factor's and two the right one's. Of the right one a tile's row is two neighbours of each of 16 terms or columns. */
#define XK 1
#define XK_D f32
#define XK_R f32
#define XK_F32 1
#include "cpu_kernel.h"
#include "cpu_weigh.h"

#include <immintrin.h>
#include <string.h>

#include "cpu_vector.inc"
#include "cpu_weigh_rows.inc"

enum { SIDE = 16, ROWS = 2 * SIDE, DEPTH = 32, ROW_BYTES = 64 };
/* Tiles, as the compiler writes their names. */
#define SUM0 0
#define SUM1 1
#define SUM2 2
#define SUM3 3
#define LEFT0 4
#define LEFT1 5
#define RIGHT0 6
#define RIGHT1 7
_Static_assert(CPU_WEIGH_PADDED == 2 * SIDE && CPU_WEIGH_TERMS % DEPTH == 0, "whole tiles");

/* Constant: the compiler knows of the instruction that it reads the first 8 bytes. */
static const struct {
    uint8_t palette, start_row, none[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} shapes = {
    .palette = 1,
    .row_bytes = { ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES },
    .rows = { SIDE, SIDE, SIDE, SIDE, SIDE, SIDE, SIDE, SIDE },
};
_Static_assert(sizeof(shapes) == 64, "as the instruction reads it");

static void begin(void)
{
    _tile_loadconfig(&shapes);
}

/* A tile's state is kept in each switch of threads until it is let go of. */
static void end(void)
{
    _tile_release();
}

/* Rows of a matrix, without gaps and with zeros behind each and below. */
static void gather(const cpu_slice *from, const char *start, int64_t rows, int64_t row_step, int64_t columns,
                   int64_t column_step, int64_t width, cpu_buffer *buffer)
{
    memset(buffer->bytes, 0, (size_t)(ROWS * width * 2));
    from->level->move_rows[1](buffer->bytes, width, 1, start, row_step, column_step, (size_t)rows, (size_t)columns);
}

static void pack_right(const cpu_slice *from, int64_t padded, char *to, cpu_buffer *buffer)
{
    for (int64_t term = 0; term < from->count; term += ROWS) {
        gather(from, from->data + term * from->down * 2, cpu_least(ROWS, from->count - term), from->down, from->depth,
               from->along, padded, buffer);
        for (int64_t r = 0; r < ROWS; r += SIDE, to += SIDE * padded * 2)
            from->level->transpose[2](to, SIDE, buffer->bytes + r * padded * 2, padded / 2, (size_t)padded / 2, SIDE);
    }
}

static void pack_pairs(const cpu_slice *from, int64_t term, int64_t padded, int64_t width, char *to, cpu_buffer *buffer)
{
    gather(from, from->data + term * from->along * 2, cpu_least(ROWS, from->depth - term), from->along, from->count,
           from->down, width, buffer);
    for (int64_t c = 0; c < width; c += SIDE)
        for (int64_t r = 0; r < ROWS; r += 2) {
            const char *const rows = buffer->bytes + (r * width + c) * 2;
            const __m512i first = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)rows));
            const __m512i second = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(rows + width * 2)));
            _mm512_storeu_si512(to + (c * padded + (term + r) * SIDE) * 2,
                                _mm512_or_si512(first, _mm512_slli_epi32(second, 16)));
        }
}

static void pack_summed(const cpu_slice *from, int64_t padded, char *to, cpu_buffer *buffer)
{
    const int64_t width = (from->count + CPU_WEIGH_PADDED - 1) / CPU_WEIGH_PADDED * CPU_WEIGH_PADDED;

    for (int64_t term = 0; term < padded; term += ROWS)
        pack_pairs(from, term, padded, width, to, buffer);
}

/* Two by two tiles of sums: `depth` products each. Steps are in bytes, from one row to the next and from a panel. */
typedef struct factors {
    const char *left, *right;
    int64_t left_step, right_step, depth;
} factors;

CPU_INLINE void multiply(const factors *f, float *sums, int64_t step, int adds)
{
    float *const below = sums + SIDE * step;
    const int64_t bytes = step * 4;

    if (adds) {
        _tile_loadd(SUM0, sums, bytes);
        _tile_loadd(SUM1, sums + SIDE, bytes);
        _tile_loadd(SUM2, below, bytes);
        _tile_loadd(SUM3, below + SIDE, bytes);
    } else {
        _tile_zero(SUM0);
        _tile_zero(SUM1);
        _tile_zero(SUM2);
        _tile_zero(SUM3);
    }
    for (int64_t k = 0; k < f->depth; k += DEPTH) {
        _tile_loadd(RIGHT0, f->right + k * SIDE * 2, ROW_BYTES);
        _tile_loadd(LEFT0, f->left + k * 2, f->left_step);
        _tile_dpbf16ps(SUM0, LEFT0, RIGHT0);
        _tile_loadd(RIGHT1, f->right + f->right_step + k * SIDE * 2, ROW_BYTES);
        _tile_dpbf16ps(SUM1, LEFT0, RIGHT1);
        _tile_loadd(LEFT1, f->left + SIDE * f->left_step + k * 2, f->left_step);
        _tile_dpbf16ps(SUM2, LEFT1, RIGHT0);
        _tile_dpbf16ps(SUM3, LEFT1, RIGHT1);
    }
    _tile_stored(SUM0, sums, bytes);
    _tile_stored(SUM1, sums + SIDE, bytes);
    _tile_stored(SUM2, below, bytes);
    _tile_stored(SUM3, below + SIDE, bytes);
}

static void score(const cpu_weigh_tile *tile)
{
    factors f = { tile->left, tile->right, tile->left_step * 2, tile->elements * SIDE * 2, tile->elements };

    for (int64_t t = 0; t < tile->terms; t += 2 * SIDE, f.right += 2 * f.right_step)
        multiply(&f, tile->scores + t, CPU_WEIGH_STEP, 0);
}

static void add(const cpu_weigh_tile *tile)
{
    factors f = { tile->weights, tile->summed, CPU_WEIGH_STEP * 2, tile->summed_step * 2, tile->terms };

    for (int64_t c = 0; c < tile->columns; c += 2 * SIDE, f.right += 2 * f.right_step)
        multiply(&f, tile->results + c, tile->columns, tile->adds);
}

/* 32 weights, of which so many as the masks say; returns their sums. */
CPU_INLINE __m512 weigh_part(const float *scores, uint16_t *to, __mmask16 low_kept, __mmask16 high_kept, __m512 power,
                             __m512 base)
{
    const __m512 low = cpu_weights_of(scores, low_kept, power, base);
    const __m512 high = cpu_weights_of(scores + 16, high_kept, power, base);

    _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(high, low));
    return _mm512_add_ps(low, high);
}

static float weigh_row(const float *scores, uint16_t *to, int64_t n, float power, float base)
{
    const __m512 powers = _mm512_set1_ps(power), bases = _mm512_set1_ps(base);
    __m512 sum = _mm512_setzero_ps();
    int64_t i = 0;

    for (; i + 32 <= n; i += 32)
        sum = _mm512_add_ps(sum, weigh_part(scores + i, to + i, 0xffff, 0xffff, powers, bases));
    if (i < n)
        sum = _mm512_add_ps(
            sum, weigh_part(scores + i, to + i, cpu_lanes_kept(n, i), cpu_lanes_kept(n, i + 16), powers, bases));
    return _mm512_reduce_add_ps(sum);
}

static void weigh(const cpu_weigh_tile *tile)
{
    for (int64_t r = 0; r < tile->rows; r++) {
        float *const scores = tile->scores + r * CPU_WEIGH_STEP;
        uint16_t *const weights = (uint16_t *)tile->weights + r * CPU_WEIGH_STEP;
        const int64_t n = cpu_weigh_kept(tile, r);
        const float base = cpu_rebase(tile, r, cpu_largest(scores, n));
        tile->sum[r] += weigh_row(scores, weights, n, tile->power, base);
        for (int64_t i = (n + 31) / 32 * 32; i < tile->terms; i += 32)
            _mm512_storeu_si512(weights + i, _mm512_setzero_si512());
    }
}

extern const cpu_weigh_functions cpu_weighing_by_matrix;
const cpu_weigh_functions cpu_weighing_by_matrix = {
    .store = EXPOPS_DTYPE_BF16,
    .rows = ROWS,
    .side = SIDE,
    .elements = DEPTH,
    .columns = CPU_WEIGH_PADDED,
    .terms = DEPTH,
    .begin = begin,
    .end = end,
    .pack_right = pack_right,
    .pack_summed = pack_summed,
    .score = score,
    .scale = cpu_scale,
    .weigh = weigh,
    .add = add,
    .share = cpu_share,
};
