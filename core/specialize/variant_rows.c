/* Which row kernel: how many work-items share a row, how much of it stays in registers, whether a row is cut in parts. */
#include <stdio.h>
#include "base/error.h"
#include "specialize.h"

enum {
    GROUP = 256,
    LARGEST_GROUP = 1024,
    KEPT_VECTORS = 8,         /* a work-item keeps at most this many of each tensor in registers */
    SHORTEST_PART = 16384,    /* elements that a group reads; shorter parts cost more than they spread */
    ROWS_SIDE_BY_SIDE = 32,   /* neighbouring rows read together where rows are strided */
    LARGEST_ACCUMULATOR = 64, /* bytes; a larger xk_acc does not compile */
    TAKEN_AT_ONCE = 24,       /* elements, of all inputs that are reduced; more would not stay in registers */
};

typedef struct plan {
    int64_t rows, length;
    uint32_t outer_dims, vector, group, per_row, rows_per_group, turns;
    uint32_t cluster; /* groups that share a row and wait for each other; 1: none do */
    int by_rows, wide;
    uint64_t parts, part_length;
} plan;

/* So many that the device has something to do until the last ones end. */
static uint64_t wanted_groups(const expops_device *device)
{
    return 8ull * (device->info.compute_units ? device->info.compute_units : 1);
}

static uint32_t power_of_two_above(uint64_t value, uint32_t limit)
{
    uint32_t power = 1;
    while (power < value && power < limit)
        power *= 2;
    return power;
}

/* An input with one element for a whole row. */
static int is_spread(const expops_problem *problem, uint32_t operand)
{
    return operand > 0 && problem->row_dims == 1 && problem->operand[operand].strides[problem->rank - 1] == 0;
}

static uint32_t count_lifted(const expops_problem *problem)
{
    const uint32_t inputs = problem->num_tensors - 1;
    return problem->lifted < inputs ? problem->lifted : inputs;
}

static uint32_t choose_vector(const expops_problem *problem)
{
    const uint32_t last = problem->rank - 1;
    for (uint32_t vector = expops_widest_vector(problem); vector > 1; vector /= 2) {
        int fits = problem->shape[last] % vector == 0 && vector * count_lifted(problem) <= TAKEN_AT_ONCE;
        for (uint32_t i = 0; fits && i < problem->num_operands; i++) {
            const expops_problem_operand *operand = problem->operand + i;
            const int reads = operand->kind == EXPOPS_OPERAND_INPUT || problem->family == EXPOPS_FAMILY_MAP;
            if (operand->kind != EXPOPS_OPERAND_NUMBER && reads && !is_spread(problem, i))
                fits = operand->strides[last] == 1 && expops_can_vector(problem, operand, vector, last);
        }
        if (fits)
            return vector;
    }
    return 1;
}

/* Rows whose elements lie apart while neighbouring rows lie together. */
static int rows_lie_together(const expops_problem *problem, const plan *plan)
{
    const int64_t *strides = problem->operand[1].strides;
    const uint32_t neighbour = plan->outer_dims - 1;
    return plan->length > 1 && strides[problem->rank - 1] != 1 && strides[neighbour] == 1 &&
           problem->shape[neighbour] >= 8;
}

/* How often a work-item loads what it keeps of a row. Wide indices take registers, too. */
static uint32_t most_turns(const plan *plan)
{
    return plan->wide ? KEPT_VECTORS / 2 : KEPT_VECTORS;
}

static void share_group(const expops_device *device, plan *plan)
{
    const uint64_t vectors = (uint64_t)plan->length / plan->vector;
    const uint32_t largest = device->info.max_group < LARGEST_GROUP ? device->info.max_group : LARGEST_GROUP;
    plan->group = largest < GROUP ? largest : GROUP;
    while (plan->group & (plan->group - 1))
        plan->group &= plan->group - 1;
    if (plan->by_rows) {
        const uint32_t most = plan->group / ROWS_SIDE_BY_SIDE ? plan->group / ROWS_SIDE_BY_SIDE : 1;
        plan->per_row = power_of_two_above((uint64_t)plan->length, most);
    } else {
        while (vectors > (uint64_t)plan->group * KEPT_VECTORS && 2 * plan->group <= largest)
            plan->group *= 2;
        plan->per_row = power_of_two_above((vectors + 1) / 2, plan->group);
    }
    plan->rows_per_group = plan->group / plan->per_row;
    const uint64_t turns = (vectors + plan->per_row - 1) / plan->per_row;
    plan->turns = turns <= most_turns(plan) ? (uint32_t)turns : 0;
}

/* Of a row. */
static uint64_t shortest_part(const plan *plan)
{
    return SHORTEST_PART / (plan->by_rows ? plan->rows_per_group : 1);
}

/* For rows that are neither cut nor shared. */
static uint64_t groups_of(const plan *plan)
{
    return ((uint64_t)plan->rows + plan->rows_per_group - 1) / plan->rows_per_group;
}

/* Few long rows would leave most of the device idle. */
static int leaves_idle(const expops_device *device, const plan *plan)
{
    return groups_of(plan) < wanted_groups(device) / 2 && (uint64_t)plan->length >= 2 * shortest_part(plan);
}

/* Neighbouring groups that keep a row in their registers together, where so many can wait for each other: the smallest ones, as
 * a compute unit holds several of those, of other rows. Reductions of more rows than the device takes at once need no such. */
static int share_row(const expops_problem *problem, const expops_device *device, plan *plan)
{
    const uint32_t kept = most_turns(plan), most = device->info.max_cluster;
    const uint64_t vectors = (uint64_t)plan->length / plan->vector, items = (vectors + kept - 1) / kept;
    uint32_t group = plan->group < GROUP ? plan->group : GROUP;
    while (group < plan->group && items > (uint64_t)group * most)
        group *= 2;
    const uint32_t cluster = power_of_two_above((items + group - 1) / group, most);
    if (plan->by_rows || plan->rows_per_group > 1 || items > (uint64_t)group * most ||
        (problem->family == EXPOPS_FAMILY_REDUCE && (uint64_t)plan->rows * cluster > 2 * device->info.compute_units))
        return 0;
    plan->group = plan->per_row = group;
    plan->cluster = cluster;
    plan->turns = (uint32_t)((vectors + (uint64_t)group * cluster - 1) / group / cluster);
    plan->part_length = (uint64_t)plan->turns * group * plan->vector;
    return 1;
}

/* Of a map: rows that one group does not keep are read twice, and of small elements there is so much to compute for each byte
 * that a large group alone on its compute unit leaves memory idle. */
static int wants_sharing(const expops_problem *problem, const plan *plan)
{
    return problem->family == EXPOPS_FAMILY_MAP &&
           (!plan->turns || (plan->group > GROUP && expops_operand_bytes(problem->operand + 1) <= 2));
}

static void cut_rows(const expops_device *device, plan *plan)
{
    uint64_t parts = wanted_groups(device) / groups_of(plan);
    if (parts > (uint64_t)plan->length / shortest_part(plan))
        parts = (uint64_t)plan->length / shortest_part(plan);
    if (parts < 2)
        return;
    const uint64_t step = (uint64_t)plan->per_row * plan->vector;
    plan->part_length = ((uint64_t)plan->length / parts + step) / step * step;
    plan->parts = ((uint64_t)plan->length + plan->part_length - 1) / plan->part_length;
    plan->turns = 0;
}

static plan choose(const expops_problem *problem, const expops_device *device)
{
    plan plan = { .rows = 1, .length = 1, .parts = 1, .cluster = 1, .outer_dims = problem->rank - problem->row_dims };
    for (uint32_t d = 0; d < problem->rank; d++)
        *(d < plan.outer_dims ? &plan.rows : &plan.length) *= problem->shape[d];
    plan.by_rows = rows_lie_together(problem, &plan);
    plan.vector = plan.by_rows ? 1 : choose_vector(problem);
    plan.wide = expops_needs_wide_index(problem);
    plan.part_length = (uint64_t)plan.length;
    share_group(device, &plan);
    const int idle = leaves_idle(device, &plan);
    if ((idle || wants_sharing(problem, &plan)) && !share_row(problem, device, &plan) && idle)
        cut_rows(device, &plan);
    return plan;
}

static void fill_params(const expops_problem *problem, const plan *plan, expops_params *params)
{
    expops_params_u64(params, (uint64_t)plan->rows);
    expops_params_u64(params, plan->parts);
    expops_params_u64(params, plan->part_length);
    expops_params_numbers(params, problem);
    expops_params_index(params, plan->length, plan->wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, problem->shape[d], plan->wide);
    for (uint32_t i = 0; i < problem->num_operands; i++)
        for (uint32_t d = 0; problem->operand[i].kind != EXPOPS_OPERAND_NUMBER && d < problem->rank; d++)
            expops_params_index(params, problem->operand[i].strides[d], plan->wide);
    expops_params_finish(params);
}

static void add_comma_list(expops_text *text, const char *list)
{
    expops_text_add(text, "%s%s", text->data ? ", " : "", list);
}

/* What the text's functions are called with: lifted elements, all of them, numbers of the whole row. */
typedef struct arguments {
    expops_text lifted, elements, attributes;
} arguments;

static void list_arguments(const expops_problem *problem, arguments *to)
{
    const uint32_t lifted = count_lifted(problem);
    const int of_kernel = problem->op->family == EXPOPS_FAMILY_POINTWISE;
    uint32_t tensors = 0, numbers = 0;
    for (uint32_t i = 1; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        const int number = operand->kind == EXPOPS_OPERAND_NUMBER;
        char word[24];
        snprintf(word, sizeof word, number ? "XK_N(%u)" : "XK_X(%u)", number ? numbers : tensors);
        add_comma_list(number && operand->attribute ? &to->attributes : &to->elements, word);
        if (number ? of_kernel && !operand->attribute : tensors < lifted)
            add_comma_list(&to->lifted, word);
        *(number ? &numbers : &tensors) += 1;
    }
}

/* xk_lift(elements...) or, of a body that is a KERNEL, xk_lift(xk_body(elements...)); xk_finish(accumulator, length,
 * attributes...), which xk_settle takes too; xk_map(elements..., accumulator). */
static void define_calls(const expops_problem *problem, expops_step *step)
{
    const int map = problem->family == EXPOPS_FAMILY_MAP, of_kernel = problem->op->family == EXPOPS_FAMILY_POINTWISE;
    arguments list = { { 0 }, { 0 }, { 0 } };
    list_arguments(problem, &list);
    expops_text_add(&step->defines, "#define XK_LIFT xk_lift(%s%s%s)\n", of_kernel ? "xk_body(" : "",
                    list.lifted.data ? list.lifted.data : "", of_kernel ? ")" : "");
    expops_text_add(&step->defines, "#define %s(acc, XK_LENGTH%s%s)\n",
                    map ? "XK_SETTLE xk_settle" : "XK_CALL xk_finish", list.attributes.data ? ", " : "",
                    list.attributes.data ? list.attributes.data : "");
    if (map)
        expops_text_add(&step->defines, "#define XK_CALL xk_map(%s, acc)\n",
                        list.elements.data ? list.elements.data : "");
    step->defines.failed |= list.lifted.failed || list.elements.failed || list.attributes.failed;
    expops_text_free(&list.lifted);
    expops_text_free(&list.elements);
    expops_text_free(&list.attributes);
}

static void define_inputs(const expops_problem *problem, const plan *plan, expops_step *step)
{
    enum expops_reach reach[1 + EXPOPS_MAX_TENSORS] = { EXPOPS_REACH_C };
    const uint32_t lifted = count_lifted(problem);
    uint32_t tensors = 0;
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (expops_is_tensor(problem->operand + i))
            reach[tensors++] = is_spread(problem, i) ? EXPOPS_REACH_B : EXPOPS_REACH_C;
    expops_define_operands(problem, step, plan->vector, reach, plan->wide);
    expops_text_add(&step->defines, "#define XK_EACH_LIFTED XK_EACH_%u\n#define XK_EACH_OTHER(m)", lifted);
    for (uint32_t i = lifted; i + 1 < tensors; i++)
        expops_text_add(&step->defines, " m(%u)", i);
    expops_text_append(&step->defines, "\n");
}

/* Every work-item has every one of its turns, so that none needs to be guarded. */
static int is_exact(const plan *plan)
{
    return plan->turns && plan->rows % plan->rows_per_group == 0 &&
           plan->length == (int64_t)plan->turns * plan->per_row * plan->vector * plan->cluster;
}

static void define_step(const expops_problem *problem, const plan *plan, expops_step *step)
{
    define_inputs(problem, plan, step);
    define_calls(problem, step);
    expops_text_add(&step->defines,
                    "#define XK_OR %u\n#define XK_WR %u\n#define XK_BY_ROWS %d\n#define XK_TURNS %u\n"
                    "#define XK_EXACT %d\n#define XK_PART %d\n#define XK_TPR %u\n#define XK_RPG %u\n"
                    "#define XK_ACC_BYTES %d\n#define XK_IS_MAP %d\n#define XK_CLUSTER %u\n",
                    plan->outer_dims, problem->row_dims, plan->by_rows, plan->turns, is_exact(plan), plan->parts > 1,
                    plan->per_row, plan->rows_per_group, LARGEST_ACCUMULATOR, problem->family == EXPOPS_FAMILY_MAP,
                    plan->cluster);
    if (plan->cluster > 1 && plan->group == 2 * GROUP)
        expops_text_add(&step->defines, "#define XK_RESIDENT 2\n");
    fill_params(problem, plan, &step->params);
}

/* A row in parts is reduced to accumulators in scratch memory, one for each part, which a second step combines to the output or,
 * of a map, to other scratch memory, which a third reads beside all inputs. */
static void name_tensors(const expops_problem *problem, expops_steps *steps)
{
    const uint32_t count = problem->num_tensors;
    steps->step[0].num_tensors = count;
    steps->step[1].num_tensors = 2;
    steps->step[2].num_tensors = count + 1;
    for (uint32_t i = 0; i < count; i++) {
        steps->step[0].tensors[i] = (uint8_t)(i ? i : EXPOPS_STEP_SCRATCH);
        steps->step[2].tensors[i] = (uint8_t)i;
    }
    steps->step[1].tensors[0] = problem->family == EXPOPS_FAMILY_MAP ? EXPOPS_STEP_SCRATCH + 1 : 0;
    steps->step[1].tensors[1] = EXPOPS_STEP_SCRATCH;
    steps->step[2].tensors[count] = EXPOPS_STEP_SCRATCH + 1;
}

static void add_step(const expops_problem *problem, const plan *plan, const char *variant, uint64_t groups,
                     expops_steps *steps)
{
    expops_step *step = steps->step + steps->count++;
    step->variant = variant;
    step->grid = (uint32_t)groups;
    step->group = plan->group;
    define_step(problem, plan, step);
}

/* One group for each row's accumulators. */
static void add_combining(const expops_problem *problem, plan plan, expops_steps *steps)
{
    plan.vector = 1;
    plan.by_rows = 0;
    plan.group = plan.per_row = power_of_two_above(plan.parts, plan.group < GROUP ? plan.group : GROUP);
    plan.rows_per_group = 1;
    add_step(problem, &plan, "combine", (uint64_t)plan.rows, steps);
}

expops_status expops_specialize_rows(const expops_problem *problem, const expops_device *device, expops_steps *steps)
{
    const plan plan = choose(problem, device);
    const uint64_t groups = groups_of(&plan) * plan.parts * plan.cluster;
    const int map = problem->family == EXPOPS_FAMILY_MAP;
    if (groups > INT32_MAX)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: %lld rows are more than one launch takes", problem->op->name,
                           (long long)plan.rows);
    steps->count = 0;
    add_step(problem, &plan, map && plan.parts == 1 ? "map" : "reduce", groups, steps);
    if (plan.parts == 1)
        return EXPOPS_OK;
    steps->scratch_bytes[0] = (uint64_t)plan.rows * plan.parts * LARGEST_ACCUMULATOR;
    steps->scratch_bytes[1] = map ? (uint64_t)plan.rows * LARGEST_ACCUMULATOR : 0;
    add_combining(problem, plan, steps);
    if (map)
        add_step(problem, &plan, "map", groups, steps);
    name_tensors(problem, steps);
    return EXPOPS_OK;
}
