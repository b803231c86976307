/* The three stages of a selection: how large a tile is. */
#include "base/error.h"
#include "specialize.h"

enum {
    GROUP = 256, /* a round's counts must fit 16 bits: GROUP * 16 elements at most */
    /* with 1, 2 or 8, or in groups of 512, selections take up to 7 percent more time or less */
    TURNS = 4,
    ROUNDS = 4,
    WORD = 16,
    LOCAL_BYTES = ROUNDS * WORD + 2 * sizeof(uint64_t), /* of a work-item */
};

enum {
    OUT,
    MASK,
    ELEMENTS,
    SOURCE,
    COUNT = SOURCE
}; /* the problem's operands: the last is read, or how many there are is written there */

typedef struct plan {
    uint32_t group, vector;
    uint64_t tile, tiles; /* elements of one, and how many there are */
} plan;

static int is_packed(const expops_problem *problem)
{
    return problem->operand[COUNT].kind == EXPOPS_OPERAND_OUTPUT;
}

static plan choose(const expops_problem *problem, const expops_device *device)
{
    plan plan = { expops_group_size(device, GROUP), WORD / expops_operand_bytes(problem->operand), 0, 0 };
    /* What is packed passes through local memory, a word of each round and two counts for each work-item. */
    while (LOCAL_BYTES * plan.group + WORD > device->info.local_bytes && plan.group > 1)
        plan.group /= 2;
    plan.tile = (uint64_t)TURNS * ROUNDS * plan.group * plan.vector;
    plan.tiles = ((uint64_t)problem->window.sizes[0] + plan.tile - 1) / plan.tile;
    return plan;
}

/* Whether whole words may be read or written from the operand's first element on. */
static int starts_whole(const expops_problem_operand *operand, uint32_t vector)
{
    return operand->aligned && operand->offset % vector == 0;
}

/* Elements of what selected ones are read from or written to. */
static int64_t find_room(const expops_problem *problem)
{
    int64_t room = 1;
    for (uint32_t d = 0; d < problem->rank; d++)
        room *= problem->shape[d];
    return is_packed(problem) ? room : problem->window.sizes[1];
}

static void add_stage(const expops_problem *problem, const plan *plan, uint64_t groups, expops_steps *steps)
{
    const uint32_t stage = steps->count++;
    expops_step *step = steps->step + stage;
    const expops_problem_operand *operand = problem->operand;
    const int64_t elements = problem->window.sizes[0], stride = operand[OUT].strides[problem->rank - 1];
    const int whole =
        stride == 1 && starts_whole(operand + ELEMENTS, plan->vector) && starts_whole(operand, plan->vector);
    step->variant = "selection";
    /* A stage reads what the one before left in scratch memory: it may be launched before that has ended and wait
     * at its first line (decision 52). The first stage reads what the application's own kernels wrote. */
    step->start = stage ? EXPOPS_START_EARLY : EXPOPS_START_IN_TURN;
    step->grid = (uint32_t)groups;
    step->group = plan->group;
    /* The last tile is counted to its end, which may lie behind the last element. */
    expops_define_operands(problem, step, plan->vector, NULL, elements > INT32_MAX - (int64_t)plan->tile);
    expops_text_add(&step->defines,
                    "#define XK_STAGE %u\n#define XK_TURNS %d\n#define XK_EXPAND %d\n#define XK_WHOLE %d\n"
                    "#define XK_MASK_WHOLE %d\n#define XK_ALONG %d\n",
                    stage, TURNS, !is_packed(problem), whole, starts_whole(operand + MASK, WORD), stride == 1);
    expops_params_u64(&step->params, (uint64_t)elements);
    expops_params_u64(&step->params, plan->tiles);
    expops_params_u64(&step->params, (uint64_t)find_room(problem));
    expops_params_u64(&step->params, (uint64_t)stride);
    expops_params_finish(&step->params);
}

static void name_tensors(const expops_problem *problem, expops_steps *steps)
{
    const uint8_t counts = EXPOPS_STEP_SCRATCH, sums = EXPOPS_STEP_SCRATCH + 1;
    expops_step *step = steps->step;
    step[0].num_tensors = step[1].num_tensors = 2;
    step[0].tensors[0] = counts;
    step[0].tensors[1] = MASK;
    step[1].tensors[0] = sums;
    step[1].tensors[1] = counts;
    step[1].tensors[2] = COUNT;
    step[1].num_tensors += (uint32_t)is_packed(problem);
    /* The last stage gets the counts in the mask's place: behind them lies the mask in bits, whose bytes were read
     * by the first stage. */
    const uint32_t read = is_packed(problem) ? COUNT : SOURCE + 1;
    step[2].num_tensors = read + 1;
    for (uint32_t i = 0; i < read; i++)
        step[2].tensors[i] = i == MASK ? counts : (uint8_t)i;
    step[2].tensors[read] = sums;
}

expops_status expops_specialize_select(const expops_problem *problem, const expops_device *device, expops_steps *steps)
{
    const plan plan = choose(problem, device);
    if (!expops_launch_fits(device, plan.tiles, plan.group))
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: %lld elements are more than one launch takes",
                           problem->op->name, (long long)problem->window.sizes[0]);
    steps->count = 0;
    add_stage(problem, &plan, plan.tiles, steps);
    /* One group adds up the counts of all tiles: there are few, and a fixed order needs nothing atomic. */
    add_stage(problem, &plan, 1, steps);
    add_stage(problem, &plan, plan.tiles, steps);
    steps->scratch_bytes[0] =
        (plan.tiles * sizeof(uint32_t) + WORD - 1) / WORD * WORD; /* counts, and the mask in bits */
    steps->scratch_bytes[0] += (plan.tiles * plan.tile / 8 + WORD - 1) / WORD * WORD;
    steps->scratch_bytes[1] = plan.tiles * sizeof(uint64_t);
    name_tensors(problem, steps);
    return EXPOPS_OK;
}
