/* The window kernel: which dimension its vectors lie along. */
#include "base/size.h"
#include "specialize.h"

/* Elements of a vector where each is stored by itself: what neighbouring work-items reach at once lies so far apart, and the next
 * ones cost another access to the same memory. Of small elements so many words; runs that are shorter than a row of this many
 * bytes end so often that every group of work-items that goes together does both, the runs and the rest. */
enum { MOST_APART = 4, WORDS_APART = 4, LONG_ROW = 1024, PICKED_TURNS = 2, MOST_ASKED = 4 };

/* Where each dimension has gone once `dim` is the last. */
static void find_places(const expops_problem *problem, uint32_t dim, uint32_t *place)
{
    for (uint32_t d = 0; d < problem->rank; d++)
        place[d] = d < dim ? d : d == dim ? problem->rank - 1 : d - 1;
}

/* How far apart the boxes of neighbours are, about: more than a vector, and neighbours had better be different work-items'. */
static int64_t step_of_boxes(const expops_problem *problem)
{
    const expops_window *window = &problem->window;
    const int64_t kept = problem->shape[problem->rank - 1];
    return window->single || !window->walked || kept < 1 ? 1 : window->sizes[window->walked - 1] / kept;
}

static int is_picked_along(const expops_problem *problem, uint32_t dim)
{
    return problem->window.picked && problem->operand[problem->num_operands - 1].strides[dim] != 0;
}

/* Whether the elements of a vector that say what is picked are loaded by whole words. */
static int picks_lie_along(const expops_problem *problem, uint32_t vector)
{
    const uint32_t inner = problem->rank - 1;
    const expops_problem_operand *picks = problem->operand + problem->num_operands - 1;
    const uint32_t word = 16 / expops_operand_bytes(picks);
    return is_picked_along(problem, inner) && picks->strides[inner] == 1 && vector % word == 0 &&
           expops_can_vector(problem, picks, word, inner);
}

/* Elements, up to `widest`, of the words that the output can be written in. */
static uint32_t stored_vector(const expops_problem *problem, uint32_t widest)
{
    const uint32_t inner = problem->rank - 1;
    uint32_t vector = problem->operand[0].strides[inner] == 1 ? widest : 1;
    while (vector > 1 && !expops_can_vector(problem, problem->operand, vector, inner))
        vector /= 2;
    return vector;
}

/* A bit for each walked dimension of which a box has one element or none. */
static uint32_t find_ones(const expops_window *window)
{
    uint32_t ones = 0;
    for (uint32_t w = 0; w < window->walked; w++)
        ones |= (uint32_t)(window->most[w] == 1) << w;
    return ones;
}

/* Sums: neighbours' boxes are found together where they differ in how many elements they take of the last dimension alone. */
static int are_together(const expops_problem *problem, uint32_t along)
{
    const uint32_t across = problem->window.walked - 1;
    return !(along & ~find_ones(&problem->window) & ~(1u << across));
}

/* Elements of a box's row that are asked for at once: all of a short one. */
static void define_asked(const expops_window *window, expops_step *step)
{
    const int64_t most = window->walked ? window->most[window->walked - 1] : 1;
    const int all = most && most <= MOST_ASKED;
    expops_text_add(&step->defines, "#define XK_ASKED %d\n#define XK_MORE %d\n", all ? (int)most : MOST_ASKED, !all);
}

/* As wide as half of a row, so that most of a row's vectors are full. What is read one by one does not count. */
static uint32_t choose_vector(const expops_problem *problem, uint32_t along)
{
    const uint32_t inner = problem->rank - 1, bytes = expops_operand_bytes(problem->operand);
    const int64_t step = step_of_boxes(problem);
    const uint32_t widest = problem->window.picked ? 16 / bytes : expops_widest_vector(problem);
    const uint32_t stored = stored_vector(problem, widest), few = widest < MOST_APART ? widest : MOST_APART;
    uint32_t vector = stored < few && problem->operand[0].strides[inner] == 1 ? few : stored;
    if (!problem->window.single)
        vector = are_together(problem, along) ? few : 1;
    else if (is_picked_along(problem, inner))
        vector = picks_lie_along(problem, few) ? few : few > 2 ? 2 : few;
    else if (stored < widest && stored * bytes == 4)
        vector = stored * WORDS_APART < widest ? stored * WORDS_APART : widest;
    while (vector > 1 && problem->shape[inner] < 2 * (int64_t)vector && problem->shape[inner] != vector)
        vector /= 2;
    while (vector > 1 && step > 2 && expops_operand_bytes(problem->operand + 1) * step * vector > 16)
        vector /= 2;
    return vector;
}

/* Bytes of a vector that may be a run of the input; 0 where it hardly is one. */
static uint32_t run_bytes(const expops_problem *problem, uint32_t along, uint32_t vector, uint32_t stored)
{
    const uint32_t bytes = expops_operand_bytes(problem->operand), inner = problem->rank - 1;
    const int moves = problem->window.single && problem->common < 0 && bytes < 16;
    if (!moves || vector * bytes != 16 || stored != vector || is_picked_along(problem, inner))
        return 0;
    return along && problem->shape[inner] * bytes < LONG_ROW ? 0 : 16;
}

/* Whether all runs are full words of memory: rows that are moved as they are, each from a place of its own, of which there is one input. */
static int runs_are_whole(const expops_problem *problem, uint32_t along, uint32_t vector)
{
    const expops_window *window = &problem->window;
    const expops_problem_operand *in = problem->operand + 1;
    const uint32_t inner = problem->rank - 1;
    int whole = !along && problem->num_tensors - 2 == window->picked && in->strides[inner] == 1 &&
                problem->shape[inner] % vector == 0 && expops_can_vector(problem, in, vector, inner);
    for (uint32_t w = 0; w < window->walked; w++)
        whole &= window->strides[w] % vector == 0;
    return whole;
}

/* What a row's index picks is waited for twice, for the index and for the row: two vectors of a work-item wait at once. */
static uint32_t count_turns(const expops_problem *problem, uint32_t along, uint32_t vector)
{
    return problem->window.picked && run_bytes(problem, along, vector, stored_vector(problem, vector)) ? PICKED_TURNS
                                                                                                       : 1;
}

static void define_box(const expops_problem *problem, const uint32_t *place, uint32_t along, uint32_t vector,
                       expops_step *step)
{
    const expops_window *window = &problem->window;
    const uint32_t stored = stored_vector(problem, vector), bytes = stored * expops_operand_bytes(problem->operand);
    expops_define_window(problem, place, step);
    expops_text_add(&step->defines,
                    "#define XK_POSITION 0\n#define XK_PICKED %u\n#define XK_PICKS %u\n"
                    "#define XK_PICKS_ALONG %d\n#define XK_WHOLE %d\n#define XK_FULL %d\n#define XK_STORED %u\n"
                    "#define XK_RUN_BYTES %u\n#define XK_TURNS %u\n#define XK_RUNS_WHOLE %d\n",
                    window->picked, problem->num_tensors - 2, picks_lie_along(problem, vector), stored == vector,
                    problem->shape[problem->rank - 1] % vector == 0,
                    bytes < 4 || problem->operand[0].strides[problem->rank - 1] != 1 ? 0 : stored,
                    run_bytes(problem, along, vector, stored), count_turns(problem, along, vector),
                    run_bytes(problem, along, vector, stored) && runs_are_whole(problem, along, vector));
    if (!window->single)
        expops_text_add(&step->defines,
                        "#define XK_CALL xk_finish(acc, (xk_t)elements)\n#define XK_ALONG %u\n#define XK_ONES %u\n",
                        are_together(problem, along) ? along : 0, find_ones(window));
    if (!window->single)
        define_asked(window, step);
}

expops_status expops_specialize_window(const expops_problem *given, const expops_device *device, expops_steps *steps)
{
    expops_problem problem = *given;
    expops_step *step = steps->step;
    uint32_t place[EXPOPS_MAX_RANK + 1];
    uint64_t rows = 1;
    steps->count = 1;
    const uint32_t inner = expops_window_inner(given), along = expops_window_along(given, inner);
    find_places(&problem, inner, place);
    expops_problem_move_dim(&problem, inner, problem.rank - 1);
    for (uint32_t d = 0; d + 1 < problem.rank; d++)
        rows *= (uint64_t)problem.shape[d];
    const uint32_t vector = choose_vector(&problem, along);
    const int wide = expops_needs_wide_index(&problem);
    const uint64_t length = (uint64_t)problem.shape[problem.rank - 1],
                   vectors = rows * ((length + vector - 1) / vector);
    step->variant = problem.window.single ? "box" : "boxes";
    expops_define_operands(&problem, step, vector, NULL, wide);
    define_box(&problem, place, along, vector, step);
    expops_params_vectors(&problem, vector, wide, vectors, rows * length, &step->params);
    expops_params_index(&step->params, problem.shape[problem.rank - 1], wide);
    expops_params_window(&problem, place, wide, &step->params);
    expops_params_bounds(problem.operand + 1, wide, &step->params);
    expops_params_finish(&step->params);
    const uint32_t turns = count_turns(&problem, along, vector);
    return expops_step_launch(&problem, device, (vectors + turns - 1) / turns, step);
}
