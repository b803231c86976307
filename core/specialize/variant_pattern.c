/* The kernels of windows for rows of small elements that are moved alike: their parameters, and the texts' defines. */
#include "base/error.h"
#include "base/size.h"
#include "specialize.h"

enum {
    GROUP = 256,
    PER_WORD = 4,
    PASSES = 8,
    PASSES_OF_HALVES = 6,
    PASSES_OF_WHOLES = 3,
    TURNS = 2,
    MANY_TURNS = 4,
    RESIDENT = 5,   /* groups that registers should leave room for, of two inputs */
    FEW_WORDS = 16, /* of rows that take about as long to find as to make */
    SHORT_ROW = 32,
    LONG_ROW = 1024, /* bytes */
    MOST_ROWS = 512,
    ENOUGH_GROUPS = 8,
    MOST_TILES = 8,
    SIDE_BY_SIDE = 8, /* words */
    REPEATED = 4,
    LOCAL_BYTES = 16384
};

typedef struct pattern {
    expops_problem problem;              /* the dimension of rows last */
    uint32_t place[EXPOPS_MAX_RANK + 1]; /* where each has gone */
    uint32_t along;                      /* a bit for each walked one that the place in the row counts for */
    uint32_t fixed;                      /* dimensions, the first ones, that those depend on as well */
    int64_t rows, words, lanes, side, shares, passes, turns, outer; /* as in alike.kernel.h; of the fixed dimensions */
    int even;                                                       /* rows begin where words do */
    int by_words, picks;                                            /* elements are picked out of words; of one input */
} pattern;

/* Whether the output is some times as large as what it is made of, so that rows come from the cache. */
static int is_repeated(const expops_problem *problem)
{
    const expops_problem_operand *out = problem->operand, *in = out + 1;
    return (out->high - out->low) / REPEATED >= in->high - in->low;
}

static int is_moved(const expops_problem *problem, const expops_device *device)
{
    return problem->window.single && !problem->window.picked && problem->common < 0 && problem->rank > 0 &&
           (problem->bits <= 2 || (problem->bits == 4 && is_repeated(problem))) &&
           problem->operand[1].low != problem->operand[1].high && device->info.max_group >= GROUP &&
           device->info.local_bytes >= LOCAL_BYTES && !expops_needs_wide_index(problem);
}

/* The fixed dimensions come first, then those of rows, then the row's own. */
static void place_dims(const expops_problem *given, uint32_t inner, pattern *x)
{
    uint32_t order[EXPOPS_MAX_RANK + 1], count = 0;
    for (uint32_t d = 0; d < given->rank; d++)
        if (d != inner && expops_window_along(given, d) & x->along)
            order[count++] = d;
    x->fixed = count;
    for (uint32_t d = 0; d < given->rank; d++)
        if (d != inner && !(expops_window_along(given, d) & x->along))
            order[count++] = d;
    order[count] = inner;
    for (uint32_t i = 0; i < given->rank; i++) {
        x->place[order[i]] = i;
        x->problem.shape[i] = given->shape[order[i]];
        for (uint32_t j = 0; j < given->num_operands; j++)
            x->problem.operand[j].strides[i] = given->operand[j].strides[order[i]];
    }
}

/* Whether long rows of more than single bytes are runs of the input but for their ends, which are moved by whole vectors. */
static int has_runs(const pattern *x)
{
    const expops_problem *problem = &x->problem;
    const int64_t length = problem->shape[problem->rank - 1];
    int runs = problem->bits > 1 && length * problem->bits >= LONG_ROW &&
               expops_can_vector(problem, problem->operand, 16 / problem->bits, problem->rank - 1);
    for (uint32_t w = 0; w < problem->window.walked; w++)
        runs &= !(x->along >> w & 1u) || 2 * problem->window.sizes[w] > length;
    return runs;
}

/* Returns 0 where a row's neighbours lie further apart than its elements, or vectors whose elements find their places themselves are
 * faster. */
static int order_dims(const expops_problem *given, pattern *x)
{
    const uint32_t inner = expops_window_inner(given);
    x->problem = *given;
    x->along = expops_window_along(given, inner);
    for (uint32_t w = 0; w < given->window.walked; w++)
        if (x->along >> w & 1u && given->window.sizes[w] > given->shape[inner])
            return 0;
    place_dims(given, inner, x);
    const int64_t bytes = given->shape[inner] * given->bits;
    return given->operand[0].strides[inner] == 1 && bytes >= SHORT_ROW && !has_runs(x) &&
           !(given->wraps && bytes >= LONG_ROW);
}

/* So many rows, one after the other, have ends at different places in the words of memory, and then again; 0 where that does not go
 * round. */
static int64_t find_period(const pattern *x)
{
    const int64_t *strides = x->problem.operand[0].strides;
    int64_t period = 1;
    for (uint32_t d = x->fixed; d + 1 < x->problem.rank; d++)
        while (strides[d] % PER_WORD * period % PER_WORD)
            period *= 2;
    for (uint32_t d = x->fixed; period > 1 && d + 2 < x->problem.rank; d++)
        if ((strides[d] - strides[d + 1] * x->problem.shape[d + 1]) % PER_WORD)
            return 0;
    return period;
}

/* Percent of a group that have something to do where so many work-items are side by side in a row. */
static int64_t busy(const pattern *x, int64_t lanes)
{
    return lanes > GROUP ? 1 : GROUP / lanes * x->words * 100 / (GROUP * expops_ceil_divide(x->words, lanes));
}

/* Rows of many words are cut so that few work-items of a group have nothing to do. */
static void cut_rows(pattern *x)
{
    x->lanes = x->words < GROUP ? x->words : GROUP;
    for (int64_t tiles = 2; tiles <= MOST_TILES; tiles++) {
        const int64_t lanes = expops_ceil_divide(expops_ceil_divide(x->words, tiles), SIDE_BY_SIDE) * SIDE_BY_SIDE;
        if (busy(x, lanes) > busy(x, x->lanes) + busy(x, x->lanes) / 8)
            x->lanes = lanes;
    }
    x->side = GROUP / x->lanes;
}

static int64_t count_groups(const pattern *x)
{
    return expops_ceil_divide(x->words, x->lanes) * x->outer * x->shares *
           expops_ceil_divide(x->rows, x->turns * x->passes * x->shares * x->side);
}

/* Whether rows of every input begin at the same place of words of four elements. */
static int is_level(const pattern *x)
{
    const expops_problem *problem = &x->problem;
    int64_t apart = 0;
    for (uint32_t i = 1; i < problem->num_operands; i++)
        for (uint32_t d = x->fixed; d + 1 < problem->rank; d++)
            apart |= problem->operand[i].strides[d];
    for (uint32_t w = 0; w < problem->window.walked; w++)
        apart |= x->along >> w & 1u ? 0 : problem->window.strides[w];
    return apart % PER_WORD == 0;
}

/* Whether a row is made of fewer elements than half of its own. */
static int is_stretched(const pattern *x)
{
    const expops_problem *problem = &x->problem;
    for (uint32_t w = 0; w < problem->window.walked; w++)
        if (x->along >> w & 1u && 2 * problem->window.sizes[w] <= problem->shape[problem->rank - 1])
            return 1;
    return 0;
}

/* Whether words are picked out of words, as bytes always are but where the two ends of a row meet in one, in each row in another way.
 * Two bytes where all rows do it in the same way, and the input's words have much of the output's, or the pattern is used often. */
static int is_picked(const pattern *x)
{
    const expops_problem *problem = &x->problem;
    if (problem->bits == 1)
        return !problem->wraps || is_level(x);
    return problem->bits == 2 && problem->num_tensors == 2 && is_level(x) &&
           !(is_stretched(x) && is_repeated(problem) && x->words <= FEW_WORDS);
}

/* How many rows a work-item asks for at once, and how often: more of what comes from the cache, and of a pattern that took long to find,
 * fewer of what takes many registers. As an H200 has it: others were a tenth slower. */
static void choose_passes(pattern *x)
{
    const int repeated = is_repeated(&x->problem), halves = x->problem.bits == 2,
              inputs = (int)x->problem.num_tensors - 1;
    x->passes = PASSES;
    x->turns = x->picks ? TURNS : 1;
    if (x->by_words && inputs > 1) {
        x->passes = PASSES / inputs;
        x->turns = MANY_TURNS;
    } else if (x->by_words && halves) {
        x->passes = !repeated ? PASSES_OF_HALVES : is_stretched(x) ? PASSES : 2 * PASSES;
        x->turns = repeated && is_stretched(x) ? 1 : TURNS;
    } else if (!x->by_words && x->problem.bits == 4) {
        x->passes = PASSES_OF_WHOLES;
    } else if (!x->by_words && repeated && x->words <= FEW_WORDS) {
        x->passes = PASSES / TURNS;
        x->turns = TURNS;
    }
}

/* As many rows of a work-item as leave enough groups. */
static void share_rows(pattern *x, const expops_device *device)
{
    const int64_t enough = (int64_t)ENOUGH_GROUPS * device->info.compute_units;
    choose_passes(x);
    while (x->turns > 1 && (x->turns * x->passes * x->side > MOST_ROWS || count_groups(x) < enough))
        x->turns /= 2;
    while (x->passes > 1 && (x->passes * x->side > MOST_ROWS || count_groups(x) < enough))
        x->passes /= 2;
}

/* Returns 0 where rows begin at no regular distance. */
static int settle(pattern *x, const expops_device *device)
{
    const expops_problem *problem = &x->problem;
    const uint32_t inner = problem->rank - 1;
    const int64_t period = find_period(x), length = problem->shape[inner];
    if (!period)
        return 0;
    x->even = expops_can_vector(problem, problem->operand, PER_WORD, inner);
    x->rows = x->outer = 1;
    for (uint32_t d = 0; d < inner; d++)
        *(d < x->fixed ? &x->outer : &x->rows) *= problem->shape[d];
    if (x->fixed && x->rows < PASSES)
        return 0;
    x->words = expops_ceil_divide(length + (x->even ? 0 : PER_WORD - 1), PER_WORD);
    cut_rows(x);
    while (x->side > 1 && x->side % period && period % x->side)
        x->side--;
    x->shares = x->side < period ? period / x->side : 1;
    x->by_words = is_picked(x);
    x->picks = x->by_words && problem->num_tensors == 2;
    share_rows(x, device);
    return expops_launch_fits(device, (uint64_t)count_groups(x), GROUP);
}

static void put_params(const pattern *x, expops_params *params)
{
    const expops_problem *problem = &x->problem;
    for (uint32_t i = 1; i < problem->num_operands; i++)
        expops_params_bounds(problem->operand + i, 1, params);
    expops_params_index(params, problem->shape[problem->rank - 1], 0);
    expops_params_u32(params, (uint32_t)x->rows);
    expops_params_u32(params, (uint32_t)x->words);
    expops_params_divisor(params, x->lanes);
    expops_params_divisor(params, expops_ceil_divide(x->words, x->lanes));
    expops_params_divisor(params, x->shares);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_divisor(params, problem->shape[d]);
    for (uint32_t i = 0; i < problem->num_operands; i++)
        for (uint32_t d = 0; d < problem->rank; d++)
            expops_params_index(params, problem->operand[i].strides[d], 0);
    expops_params_window(problem, x->place, 0, params);
    expops_params_finish(params);
}

int expops_specialize_pattern(const expops_problem *given, const expops_device *device, expops_step *step)
{
    pattern x;
    if (!is_moved(given, device) || !order_dims(given, &x) || !settle(&x, device))
        return 0;
    const int whole_words = x.even && given->shape[expops_window_inner(given)] % PER_WORD == 0;
    step->variant = x.by_words ? "pattern" : "places";
    step->group = GROUP;
    step->grid = (uint32_t)count_groups(&x);
    expops_define_operands(&x.problem, step, PER_WORD, NULL, 0);
    expops_define_window(&x.problem, x.place, step);
    expops_text_add(&step->defines,
                    "#define XK_ALONG %uu\n#define XK_FIXED %u\n#define XK_PASSES %uu\n#define XK_TURNS %uu\n"
                    "#define XK_SIDE %uu\n#define XK_EVEN %d\n#define XK_LEVEL %d\n#define XK_ENDS_MEET %d\n",
                    x.along, x.fixed, (uint32_t)x.passes, (uint32_t)x.turns, (uint32_t)x.side, whole_words,
                    is_level(&x), is_level(&x) && given->wraps);
    if (x.by_words && !x.picks)
        expops_text_add(&step->defines, "#define XK_RESIDENT %d\n", RESIDENT);
    put_params(&x, &step->params);
    return 1;
}
