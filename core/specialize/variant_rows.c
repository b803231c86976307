/* Which row kernel: how many work-items share a row, how much of it stays in registers, whether a row is cut in parts. */
#include "base/error.h"
#include "specialize.h"

enum {
    GROUP = 256,
    LARGEST_GROUP = 1024,
    KEPT_VECTORS = 8,         /* a work-item keeps at most this many in registers */
    SHORTEST_PART = 16384,    /* elements; shorter parts cost more than they spread */
    ROWS_SIDE_BY_SIDE = 32,   /* neighbouring rows read together where rows are strided */
    LARGEST_ACCUMULATOR = 16, /* bytes; a larger xk_acc does not compile */
};

typedef struct plan {
    int64_t rows, length;
    uint32_t outer_dims, vector, group, per_row, rows_per_group, turns;
    int by_rows, wide;
    uint64_t parts, part_length;
} plan;

static uint32_t power_of_two_above(uint64_t value, uint32_t limit)
{
    uint32_t power = 1;
    while (power < value && power < limit)
        power *= 2;
    return power;
}

static uint32_t choose_vector(const expops_problem *problem, const plan *plan)
{
    const uint32_t last = problem->rank - 1;
    if (problem->row_dims != 1)
        return 1;
    for (uint32_t vector = expops_widest_vector(problem); vector > 1; vector /= 2) {
        int fits = plan->length % vector == 0;
        for (uint32_t i = 0; fits && i < problem->num_operands; i++) {
            const expops_problem_operand *operand = problem->operand + i;
            const int reads = operand->kind == EXPOPS_OPERAND_INPUT || problem->family == EXPOPS_FAMILY_MAP;
            if (operand->kind != EXPOPS_OPERAND_NUMBER && reads)
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

static void share_group(const expops_problem *problem, const expops_device *device, plan *plan)
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
        if (vectors > (uint64_t)GROUP * KEPT_VECTORS && largest >= LARGEST_GROUP)
            plan->group = LARGEST_GROUP;
        plan->per_row = power_of_two_above((vectors + 1) / 2, plan->group);
    }
    plan->rows_per_group = plan->group / plan->per_row;
    const uint64_t turns = (vectors + plan->per_row - 1) / plan->per_row;
    plan->turns = turns <= KEPT_VECTORS ? (uint32_t)turns : 0;
}

/* Few long rows would leave most of the device idle. */
static void cut_rows(const expops_problem *problem, const expops_device *device, plan *plan)
{
    const uint64_t groups = ((uint64_t)plan->rows + plan->rows_per_group - 1) / plan->rows_per_group;
    const uint64_t wanted = 8ull * (device->info.compute_units ? device->info.compute_units : 1);
    plan->parts = 1;
    if (problem->op->family != EXPOPS_FAMILY_REDUCE || groups >= wanted / 2 || plan->length < 2 * SHORTEST_PART)
        return;
    uint64_t parts = wanted / groups;
    if (parts > (uint64_t)plan->length / SHORTEST_PART)
        parts = (uint64_t)plan->length / SHORTEST_PART;
    if (parts < 2)
        return;
    const uint64_t step = (uint64_t)plan->per_row * plan->vector;
    plan->part_length = ((uint64_t)plan->length / parts + step) / step * step;
    plan->parts = ((uint64_t)plan->length + plan->part_length - 1) / plan->part_length;
    plan->turns = 0;
}

static plan choose(const expops_problem *problem, const expops_device *device)
{
    plan plan = { .rows = 1, .length = 1, .outer_dims = problem->rank - problem->row_dims };
    for (uint32_t d = 0; d < problem->rank; d++)
        *(d < plan.outer_dims ? &plan.rows : &plan.length) *= problem->shape[d];
    plan.by_rows = rows_lie_together(problem, &plan);
    plan.vector = plan.by_rows ? 1 : choose_vector(problem, &plan);
    plan.wide = expops_needs_wide_index(problem);
    share_group(problem, device, &plan);
    cut_rows(problem, device, &plan);
    plan.part_length = plan.parts > 1 ? plan.part_length : (uint64_t)plan.length;
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

/* One of xk_finish(accumulator, length, numbers...), which xk_settle takes too, and xk_map(elements..., accumulator). */
static void define_calls(const expops_problem *problem, expops_step *step)
{
    const int map = problem->family == EXPOPS_FAMILY_MAP;
    expops_text attributes = { 0 }, elements = { 0 };
    uint32_t tensors = 0, numbers = 0;
    for (uint32_t i = 1; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (operand->kind == EXPOPS_OPERAND_NUMBER && operand->attribute)
            expops_text_add(&attributes, ", XK_N(%u)", numbers++);
        else if (operand->kind == EXPOPS_OPERAND_NUMBER)
            expops_text_add(&elements, "XK_N(%u), ", numbers++);
        else
            expops_text_add(&elements, "XK_X%u, ", tensors++);
    }
    expops_text_add(&step->defines, "#define %s(acc, (xk_t)p.length%s)\n",
                    map ? "XK_SETTLE xk_settle" : "XK_CALL xk_finish", attributes.data ? attributes.data : "");
    if (map)
        expops_text_add(&step->defines, "#define XK_CALL xk_map(%sacc)\n", elements.data ? elements.data : "");
    step->defines.failed |= attributes.failed || elements.failed;
    expops_text_free(&attributes);
    expops_text_free(&elements);
}

/* Every work-item has every one of its turns, so that none needs to be guarded. */
static int is_exact(const plan *plan)
{
    return plan->turns && plan->rows % plan->rows_per_group == 0 &&
           plan->length == (int64_t)plan->turns * plan->per_row * plan->vector;
}

static void define_step(const expops_problem *problem, const plan *plan, expops_step *step)
{
    expops_define_operands(problem, step, plan->vector, NULL, plan->wide);
    define_calls(problem, step);
    expops_text_add(&step->defines,
                    "#define XK_OR %u\n#define XK_WR %u\n#define XK_BY_ROWS %d\n#define XK_TURNS %u\n"
                    "#define XK_EXACT %d\n#define XK_PART %d\n#define XK_TPR %u\n#define XK_RPG %u\n"
                    "#define XK_ACC_BYTES %d\n",
                    plan->outer_dims, problem->row_dims, plan->by_rows, plan->turns, is_exact(plan), plan->parts > 1,
                    plan->per_row, plan->rows_per_group, LARGEST_ACCUMULATOR);
    fill_params(problem, plan, &step->params);
}

/* The first step writes scratch memory in place of the output, the second reads it in place of the inputs. */
static void name_tensors(const expops_problem *problem, expops_steps *steps)
{
    steps->step[0].num_tensors = problem->num_tensors;
    for (uint32_t i = 0; i < problem->num_tensors; i++)
        steps->step[0].tensors[i] = (uint8_t)(i ? i : EXPOPS_STEP_SCRATCH);
    steps->step[1].num_tensors = 2;
    steps->step[1].tensors[0] = 0;
    steps->step[1].tensors[1] = EXPOPS_STEP_SCRATCH;
}

expops_status expops_specialize_rows(const expops_problem *problem, const expops_device *device, expops_steps *steps)
{
    plan plan = choose(problem, device);
    const uint64_t groups = ((uint64_t)plan.rows + plan.rows_per_group - 1) / plan.rows_per_group * plan.parts;
    if (groups > INT32_MAX)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: %lld rows are more than one launch takes", problem->op->name,
                           (long long)plan.rows);
    steps->count = 1;
    steps->step[0].variant = problem->family == EXPOPS_FAMILY_MAP ? "map" : "reduce";
    steps->step[0].grid = (uint32_t)groups;
    steps->step[0].group = plan.group;
    define_step(problem, &plan, steps->step);
    if (plan.parts == 1)
        return EXPOPS_OK;
    /* The second step: one group for each row's accumulators. */
    steps->count = 2;
    steps->step[1].variant = "combine";
    steps->scratch_bytes[0] = (uint64_t)plan.rows * plan.parts * LARGEST_ACCUMULATOR;
    name_tensors(problem, steps);
    plan.vector = 1;
    plan.by_rows = 0;
    plan.group = plan.per_row = power_of_two_above(plan.parts, plan.group < GROUP ? plan.group : GROUP);
    plan.rows_per_group = 1;
    steps->step[1].grid = (uint32_t)plan.rows;
    steps->step[1].group = plan.group;
    define_step(problem, &plan, steps->step + 1);
    return EXPOPS_OK;
}
