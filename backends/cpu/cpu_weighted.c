/* Sums by weights: rows of results are kept while their terms go by, a tile of scores at a time, which no one else sees. What the
 * products take is packed for as many terms as a second cache keeps, and serves a band of rows. */
#include "cpu_plan.h"
#include "cpu_weigh.h"

#include <string.h>

enum { OUT, LEFT, RIGHT, SUMMED, INPUTS };
enum { BANDS_EACH = 4, /* for each of the threads */ PRODUCTS_EACH = 32 /* as much work as an element that is read */ };
/* Of a thread's memory. */
enum {
    LEFT_BYTES = CPU_WEIGH_MOST * (128 + CPU_WEIGH_PADDED) * 4,
    SCORE_BYTES = CPU_WEIGH_MOST * CPU_WEIGH_STEP * 4,
    BAND_ROWS = CPU_ACCS_BYTES / 8, /* a base and a sum for each, at most */
};
_Static_assert(LEFT_BYTES + 2 * SCORE_BYTES <= CPU_PARTIAL_BYTES, "a tile fits");

typedef struct weighing {
    const cpu_kernel *kernel;
    const expops_launch *launch;
    const cpu_weigh_functions *by;
    int64_t rows, terms, elements, columns;
    int64_t depth, width; /* elements and columns as they are packed */
    int64_t chunk;        /* terms that are packed at once */
    int64_t band, bands;  /* rows; of a matrix */
    const cpu_operand *mask, *limit;
    float scale;
} weighing;

/* Where a thread is: a band of rows of one matrix, and the terms that are packed. */
typedef struct place {
    int64_t matrix, row, rows;
    int64_t term, terms;
    int64_t packed; /* the matrix that all terms are packed of, or -1 */
    cpu_scratch *scratch;
} place;

static int64_t padded(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

/* Element (i, j) of an operand's matrix, whose dimensions are the first and the second of these. */
static char *at(const weighing *w, const cpu_operand *op, int64_t matrix, const uint32_t dims[2], int64_t i, int64_t j)
{
    const cpu_kernel *const kernel = w->kernel;
    int64_t offset = op->offset + i * op->strides[dims[0]] + j * op->strides[dims[1]];

    for (uint32_t d = kernel->kept; d-- > 0; matrix /= kernel->shape[d])
        offset += matrix % kernel->shape[d] * op->strides[d];
    return (char *)expops_address(&w->launch->tensors[op->slot]) + offset * op->bytes;
}

static cpu_slice slice_of(const weighing *w, uint32_t operand, int64_t matrix, const uint32_t dims[2], int64_t i,
                          int64_t j)
{
    const cpu_operand *const op = &w->kernel->operand[operand];

    return (cpu_slice){ .level = w->kernel->level,
                        .data = at(w, op, matrix, dims, i, j),
                        .dtype = op->dtype,
                        .store = w->by->store,
                        .down = op->strides[dims[0]],
                        .along = op->strides[dims[1]] };
}

static char *summed_place(const weighing *w, cpu_scratch *scratch)
{
    return scratch->panels + padded(w->chunk, CPU_WEIGH_PADDED) * w->depth * cpu_dtype_bytes[w->by->store];
}

static void pack(const weighing *w, place *place)
{
    const uint32_t first = w->kernel->kept;
    const uint32_t right_dims[] = { first + 1, first + 2 }, summed_dims[] = { first + 3, first + 1 };
    cpu_slice right = slice_of(w, RIGHT, place->matrix, right_dims, place->term, 0);
    cpu_slice summed = slice_of(w, SUMMED, place->matrix, summed_dims, 0, place->term);
    cpu_scratch *const scratch = place->scratch;

    if (place->packed == place->matrix)
        return;
    right.count = summed.depth = place->terms;
    right.depth = w->elements;
    summed.count = w->columns;
    w->by->pack_right(&right, w->depth, scratch->panels, &scratch->between);
    w->by->pack_summed(&summed, padded(place->terms, w->by->terms), summed_place(w, scratch), &scratch->between);
    place->packed = w->chunk >= w->terms ? place->matrix : -1;
}

/* The left factor's rows, as they lie in memory where the products can take them so. */
static void find_left(const weighing *w, const place *place, int64_t row, cpu_weigh_tile *tile)
{
    const uint32_t dims[] = { w->kernel->kept, w->kernel->kept + 2 };
    const cpu_slice left = slice_of(w, LEFT, place->matrix, dims, row, 0);
    char *const copy = place->scratch->partials;
    const int64_t bytes = cpu_dtype_bytes[left.store], step = padded(w->depth, CPU_WEIGH_PADDED) * bytes;
    const int whole = w->elements == w->depth && (w->by->rows == tile->rows || w->by->terms == 1);

    tile->left = left.data;
    tile->left_step = left.down;
    if (left.dtype == left.store && left.along == 1 && left.down > 1 && whole)
        return;
    tile->left = copy;
    tile->left_step = step / bytes;
    for (int64_t r = 0; r < tile->rows; r++) {
        cpu_convert(left.level, left.store, copy + r * step, 1, left.dtype,
                    left.data + r * left.down * cpu_dtype_bytes[left.dtype], left.along, (size_t)w->elements);
        memset(copy + r * step + w->elements * bytes, 0, (size_t)(step - w->elements * bytes));
    }
}

/* --- what stands between a score and its weight --- */
static int64_t terms_of(const weighing *w, int64_t row)
{
    const int64_t most = w->limit ? row + w->limit->offset : w->terms;

    return most < 0 ? 0 : cpu_least(most, w->terms);
}

/* Whether scores are multiplied before they are made weights, not on the way. */
static int is_scaled(const weighing *w)
{
    return w->mask || !(w->scale > 0);
}

static void mask_row(const weighing *w, const place *place, int64_t row, int64_t term, int64_t n, float *scores)
{
    const uint32_t dims[] = { w->kernel->kept, w->kernel->kept + 1 };
    const char *const mask = at(w, w->mask, place->matrix, dims, row, term);
    float *const added = (float *)(void *)place->scratch->operand[0].bytes;
    const void *const in[] = { scores, added };

    cpu_convert(w->kernel->level, EXPOPS_DTYPE_F32, added, 1, w->mask->dtype, mask, w->mask->strides[dims[1]],
                (size_t)n);
    w->kernel->instance->pointwise((size_t)n, scores, in, 0);
}

static void adjust(const weighing *w, const place *place, int64_t row, int64_t term, const cpu_weigh_tile *tile)
{
    for (int64_t r = 0; r < tile->rows; r++) {
        float *const scores = tile->scores + r * CPU_WEIGH_STEP;
        w->by->scale(scores, tile->terms, w->scale);
        if (w->mask)
            mask_row(w, place, row + r, term, tile->terms, scores);
    }
}

/* --- tiles --- */
static void take_rows(const weighing *w, const place *place, int64_t first, cpu_weigh_tile *tile)
{
    const int64_t row = place->row + first, most = terms_of(w, row + tile->rows - 1),
                  bytes = cpu_dtype_bytes[w->by->store];
    float *const state = (float *)(void *)place->scratch->accs;

    find_left(w, place, row, tile);
    tile->results = (float *)(void *)place->scratch->waiting + first * w->width;
    tile->base = state + first;
    tile->sum = state + BAND_ROWS + first;
    for (int64_t t = 0; t < place->terms && place->term + t < most; t += CPU_WEIGH_TERMS) {
        tile->terms = cpu_least(CPU_WEIGH_TERMS, cpu_least(place->terms, most - place->term) - t);
        tile->kept = w->limit ? row + w->limit->offset - place->term - t : tile->terms;
        tile->right = place->scratch->panels + t * w->depth * bytes;
        tile->summed = summed_place(w, place->scratch) + t * w->by->side * bytes;
        tile->adds = place->term + t > 0;
        w->by->score(tile);
        if (is_scaled(w))
            adjust(w, place, row, place->term + t, tile);
        w->by->weigh(tile);
        w->by->add(tile);
    }
}

static void take_terms(const weighing *w, const place *place)
{
    float *const scores = (float *)(void *)(place->scratch->partials + LEFT_BYTES);
    const int in_place = w->by->store == EXPOPS_DTYPE_F32;
    const float log2_e = 0x1.715476p+0f;
    cpu_weigh_tile tile = { .elements = w->depth,
                            .columns = w->width,
                            .grows = w->limit != NULL,
                            .summed_step = padded(place->terms, w->by->terms) * w->by->side,
                            .scores = scores,
                            .weights = (char *)scores + (in_place ? 0 : SCORE_BYTES),
                            .power = is_scaled(w) ? log2_e : w->scale * log2_e };

    for (int64_t first = 0; first < place->rows; first += w->by->rows) {
        tile.rows = cpu_least(w->by->rows, place->rows - first);
        take_rows(w, place, first, &tile);
    }
}

static void finish(const weighing *w, const place *place)
{
    const cpu_operand *const op = &w->kernel->operand[OUT];
    const uint32_t dims[] = { w->kernel->kept, w->kernel->kept + 3 };
    float *results = (float *)(void *)place->scratch->waiting;
    const float *const sum = (const float *)(void *)place->scratch->accs + BAND_ROWS;

    for (int64_t r = 0; r < place->rows; r++, results += w->width) {
        w->by->share(results, w->columns, sum[r]);
        cpu_convert(w->kernel->level, op->dtype, at(w, op, place->matrix, dims, place->row + r, 0),
                    op->strides[dims[1]], EXPOPS_DTYPE_F32, results, 1, (size_t)w->columns);
    }
}

static void make_bands(void *context, int64_t begin, int64_t end, cpu_scratch *scratch)
{
    const weighing *const w = context;
    float *const state = (float *)(void *)scratch->accs;
    place place = { .packed = -1, .scratch = scratch };

    if (w->by->begin)
        w->by->begin();
    for (int64_t k = begin; k < end; k++) {
        place.matrix = k / w->bands;
        place.row = k % w->bands * w->band;
        place.rows = cpu_least(w->band, w->rows - place.row);
        for (int64_t r = 0; r < place.rows; r++) {
            state[r] = -__builtin_inff();
            state[BAND_ROWS + r] = 0;
        }
        for (place.term = 0; place.term < terms_of(w, place.row + place.rows - 1); place.term += w->chunk) {
            place.terms = cpu_least(w->chunk, w->terms - place.term);
            pack(w, &place);
            take_terms(w, &place);
        }
        finish(w, &place);
    }
    if (w->by->end)
        w->by->end();
}

/* --- the plan --- */
static float scale_of(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    const cpu_position none = { .rows = 1, .cols = 1 };
    uint32_t i = INPUTS;

    while (kernel->operand[i].kind != EXPOPS_OPERAND_NUMBER)
        i++;
    cpu_scalar(kernel, launch, i, &none, scratch);
    return *(const float *)(const void *)scratch->scalar[i];
}

static void measure(const cpu_kernel *kernel, weighing *w)
{
    const int64_t *const shape = kernel->shape + kernel->kept;
    const int64_t bytes = cpu_dtype_bytes[w->by->store];

    w->rows = shape[0];
    w->terms = shape[1];
    w->elements = shape[2];
    w->columns = shape[3];
    w->depth = padded(w->elements, w->by->elements);
    w->width = padded(w->columns, w->by->columns);
    w->chunk = CPU_PANEL_BYTES / ((w->depth + w->width) * bytes) / CPU_WEIGH_TERMS * CPU_WEIGH_TERMS;
    w->chunk = cpu_least(w->chunk, w->terms);
    for (uint32_t i = INPUTS; i < kernel->num_operands; i++)
        if (kernel->operand[i].kind == EXPOPS_OPERAND_POSITION)
            w->limit = &kernel->operand[i];
        else if (kernel->operand[i].kind == EXPOPS_OPERAND_INPUT)
            w->mask = &kernel->operand[i];
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    weighing w = {
        .kernel = kernel, .launch = launch, .by = kernel->weighing, .scale = scale_of(kernel, launch, scratch)
    };
    int64_t matrices = 1;

    measure(kernel, &w);
    for (uint32_t d = 0; d < kernel->kept; d++)
        matrices *= kernel->shape[d];
    const int64_t tiles = (w.rows + w.by->rows - 1) / w.by->rows;
    const uint32_t threads = cpu_threads(kernel, matrices * tiles);
    const int64_t wanted = threads > 1 ? (BANDS_EACH * threads + matrices - 1) / matrices : 1;
    const int64_t most = cpu_least(BAND_ROWS, CPU_WAITING_BYTES / (w.width * 4)) / w.by->rows;
    w.band = cpu_least(most, (tiles + wanted - 1) / wanted) * w.by->rows;
    w.bands = (w.rows + w.band - 1) / w.band;
    cpu_parallel(kernel, threads, matrices * w.bands, make_bands, &w, scratch);
}

void cpu_weighted_plan(cpu_kernel *kernel)
{
    const cpu_weigh_functions *const by_matrix = kernel->operand[LEFT].dtype == EXPOPS_DTYPE_BF16 &&
                                                         kernel->operand[RIGHT].dtype == EXPOPS_DTYPE_BF16 &&
                                                         kernel->operand[SUMMED].dtype == EXPOPS_DTYPE_BF16
                                                     ? cpu_weigh_by_matrix(kernel->level)
                                                     : NULL;

    int64_t work = 1;

    for (uint32_t d = 0; d < kernel->kept + 2; d++)
        work *= kernel->shape[d];
    kernel->work = work * (kernel->shape[kernel->kept + 2] + kernel->shape[kernel->kept + 3]) / PRODUCTS_EACH;
    kernel->weighing = by_matrix ? by_matrix : kernel->level->weighing;
    kernel->run = run;
}
