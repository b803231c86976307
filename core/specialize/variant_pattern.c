/* The kernel of windows for rows of small elements that are moved alike: its parameters, and the texts' defines. */
#include "base/error.h"
#include "base/size.h"
#include "specialize.h"

enum {
    GROUP = 256,
    WORD = 4,
    PASSES = 8,
    MOST_ROWS = 512,
    ENOUGH_GROUPS = 8,
    MOST_TILES = 8,
    SECTOR_WORDS = 8,
    LOCAL_BYTES = 16384
};

/* Where this was faster on an H100 than vectors whose elements find their places themselves: by an element's size, bytes of a row,
 * and inputs. */
static const struct {
    uint32_t bits;
    int64_t shortest, longest;
    uint32_t inputs;
} limits[] = { { 1, 32, INT64_MAX, 2 }, { 2, 32, 255, 1 } };

typedef struct pattern {
    expops_problem problem;              /* the dimension of rows last */
    uint32_t place[EXPOPS_MAX_RANK + 1]; /* where each has gone */
    uint32_t along;                      /* a bit for each walked one that the place in the row counts for */
    int64_t rows, words, lanes, side, shares, passes; /* as in pattern.kernel.c */
    int even;                                         /* rows begin where words do */
} pattern;

static int is_worth_it(const expops_problem *problem, int64_t length)
{
    const int64_t bytes = length * problem->bits;
    for (size_t i = 0; i < EXPOPS_COUNTOF(limits); i++)
        if (limits[i].bits == problem->bits)
            return bytes >= limits[i].shortest && bytes <= limits[i].longest &&
                   problem->num_operands - 1 <= limits[i].inputs;
    return 0;
}

static int is_moved(const expops_problem *problem, const expops_device *device)
{
    return problem->window.single && !problem->window.picked && !problem->wraps && problem->common < 0 &&
           problem->rank > 0 && device->info.max_group >= GROUP && device->info.local_bytes >= LOCAL_BYTES &&
           !expops_needs_wide_index(problem);
}

/* The walked dimensions whose place depends on the index of dimension `dim`. */
static uint32_t depends_on(const expops_problem *problem, uint32_t dim)
{
    const uint32_t kept = problem->rank - problem->row_dims;
    uint32_t walked = 0;
    for (uint32_t w = 0; dim >= kept && w < problem->window.walked; w++)
        walked |= (problem->window.reads[w] >> (dim - kept) & 1u) << w;
    return walked;
}

/* Returns 0 where a row's pattern is not that of all, as another index counts for it, or its neighbours lie further apart than the
 * row's elements. */
static int order_dims(const expops_problem *given, pattern *x)
{
    const uint32_t inner = expops_window_inner(given);
    x->problem = *given;
    x->along = depends_on(given, inner);
    for (uint32_t d = 0; d < given->rank; d++)
        if (d != inner && depends_on(given, d) & x->along)
            return 0;
    for (uint32_t w = 0; w < given->window.walked; w++)
        if (x->along >> w & 1u && given->window.sizes[w] > given->shape[inner])
            return 0;
    for (uint32_t d = 0; d < given->rank; d++)
        x->place[d] = d < inner ? d : d == inner ? given->rank - 1 : d - 1;
    expops_problem_move_dim(&x->problem, inner, given->rank - 1);
    return given->operand[0].strides[inner] == 1 && is_worth_it(given, given->shape[inner]);
}

/* So many rows, one after the other, have ends at different places in the words of memory, and then again; 0 where that does not go
 * round. */
static int64_t find_period(const expops_problem *problem)
{
    const int64_t *strides = problem->operand[0].strides;
    int64_t period = 1;
    for (uint32_t d = 0; d + 1 < problem->rank; d++)
        while (strides[d] % WORD * problem->bits * period % WORD)
            period *= 2;
    for (uint32_t d = 0; period > 1 && d + 2 < problem->rank; d++)
        if (strides[d] != strides[d + 1] * problem->shape[d + 1])
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
        const int64_t lanes = expops_ceil_divide(expops_ceil_divide(x->words, tiles), SECTOR_WORDS) * SECTOR_WORDS;
        if (busy(x, lanes) > busy(x, x->lanes) + busy(x, x->lanes) / 8)
            x->lanes = lanes;
    }
    x->side = GROUP / x->lanes;
}

static int64_t count_groups(const pattern *x)
{
    return expops_ceil_divide(x->words, x->lanes) * x->shares *
           expops_ceil_divide(x->rows, x->passes * x->shares * x->side);
}

/* Returns 0 where rows begin at no regular distance. */
static int settle(pattern *x, const expops_device *device)
{
    const expops_problem *problem = &x->problem;
    const uint32_t inner = problem->rank - 1, per_word = WORD / problem->bits;
    const int64_t period = find_period(problem), length = problem->shape[inner];
    if (!period)
        return 0;
    x->even = expops_can_vector(problem, problem->operand, per_word, inner);
    x->rows = 1;
    for (uint32_t d = 0; d < inner; d++)
        x->rows *= problem->shape[d];
    x->words = expops_ceil_divide(length + (x->even ? 0 : (int64_t)per_word - 1), per_word);
    cut_rows(x);
    while (x->side > 1 && x->side % period && period % x->side)
        x->side--;
    x->shares = x->side < period ? period / x->side : 1;
    x->passes = PASSES;
    while (x->passes > 1 &&
           (x->passes * x->side > MOST_ROWS || count_groups(x) < ENOUGH_GROUPS * device->info.compute_units))
        x->passes /= 2;
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
    const int whole_words = x.even && given->shape[expops_window_inner(given)] % (WORD / given->bits) == 0;
    step->variant = "pattern";
    step->group = GROUP;
    step->grid = (uint32_t)count_groups(&x);
    expops_define_operands(&x.problem, step, WORD / given->bits, NULL, 0);
    expops_define_window(&x.problem, x.place, step);
    expops_text_add(&step->defines,
                    "#define XK_ALONG %uu\n#define XK_PASSES %uu\n#define XK_SIDE %uu\n#define XK_EVEN %d\n", x.along,
                    (uint32_t)x.passes, (uint32_t)x.side, whole_words);
    put_params(&x, &step->params);
    return 1;
}
