/* How rows are shared among work-items and groups. */
#include "rows_plan.h"

enum {
    LARGEST_GROUP = 1024,
    KEPT_VECTORS = 8,         /* a work-item keeps at most this many of each tensor in registers */
    SHORTEST_PART = 16384,    /* elements that a group reads; shorter parts cost more than they spread */
    SHORTEST_WITH_EDGES = 64, /* elements of a row */
    READ_BY_FEW = 4 << 20,    /* bytes that as few groups as wait for each other reduce as soon as two launches do */
    ROWS_SIDE_BY_SIDE = 32,   /* neighbouring rows read together where rows are strided */
    ITEMS_OF_UNIT = 1024,     /* work-items of clusters that a compute unit holds, about */
    BYTES_OF_CYCLE = 13,      /* that a compute unit reads and writes, about */
    LEAST_WAVES = 4,          /* rounds that groups are worth being staggered for */
    TAKEN_AT_ONCE = 24,       /* elements, of all inputs that are reduced; more would not stay in registers */
};

/* So many that the device has something to do until the last ones end. */
static uint64_t wanted_groups(const expops_device *device)
{
    return 8ull * (device->info.compute_units ? device->info.compute_units : 1);
}

uint32_t expops_power_of_two_above(uint64_t value, uint32_t limit)
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

uint32_t expops_rows_lifted(const expops_problem *problem)
{
    const uint32_t inputs = problem->num_tensors - 1;
    return problem->lifted < inputs ? problem->lifted : inputs;
}

uint32_t expops_rows_others(const expops_problem *problem)
{
    return problem->num_tensors - 1 - expops_rows_lifted(problem);
}

static uint32_t choose_vector(const expops_problem *problem)
{
    const uint32_t last = problem->rank - 1;
    for (uint32_t vector = expops_widest_vector(problem); vector > 1; vector /= 2) {
        int fits = problem->shape[last] % vector == 0 && vector * expops_rows_lifted(problem) <= TAKEN_AT_ONCE;
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

/* Whether rows of the operand start as far behind multiples of a vector as those of the first input. */
static int starts_alike(const expops_problem *problem, const expops_problem_operand *operand, uint32_t vector)
{
    const uint32_t last = problem->rank - 1;
    int alike = operand->aligned && operand->offset % vector == 0 && operand->strides[last] == 1;
    for (uint32_t d = 0; alike && d < last; d++)
        alike = problem->shape[d] == 1 || (operand->strides[d] - problem->operand[1].strides[d]) % vector == 0;
    return alike;
}

/* Long rows that would be loaded one element at a time, or by less than a vector, as their length is no multiple of one: of each, all
 * is vectors but for its edges. */
static void choose_edges(const expops_problem *problem, expops_rows_plan *plan)
{
    const int map = problem->family == EXPOPS_FAMILY_MAP;
    uint32_t vector = expops_widest_vector(problem);
    while (vector * expops_rows_lifted(problem) > TAKEN_AT_ONCE)
        vector /= 2;
    if (vector <= plan->vector || plan->by_rows || problem->row_dims != 1 || plan->length < SHORTEST_WITH_EDGES ||
        !starts_alike(problem, problem->operand + 1, vector) ||
        (map && !starts_alike(problem, problem->operand, vector)))
        return;
    plan->vector = vector;
    plan->edges = 1;
}

enum expops_reach expops_rows_reach(const expops_problem *problem, const expops_rows_plan *plan, uint32_t operand)
{
    if (is_spread(problem, operand))
        return EXPOPS_REACH_B;
    return plan->edges && !starts_alike(problem, problem->operand + operand, plan->vector) ? EXPOPS_REACH_S
                                                                                           : EXPOPS_REACH_C;
}

/* Rows whose elements lie apart while neighbouring rows lie together. */
static int rows_lie_together(const expops_problem *problem, const expops_rows_plan *plan)
{
    const int64_t *strides = problem->operand[1].strides;
    const uint32_t neighbour = plan->outer_dims - 1;
    return plan->length > 1 && strides[problem->rank - 1] != 1 && strides[neighbour] == 1 &&
           problem->shape[neighbour] >= 8;
}

/* How often a work-item loads what it keeps of a row. Wide indices take registers, too. */
static uint32_t most_turns(const expops_rows_plan *plan)
{
    return plan->wide ? KEPT_VECTORS / 2 : KEPT_VECTORS;
}

static void share_group(const expops_device *device, expops_rows_plan *plan)
{
    const uint64_t vectors = (uint64_t)plan->length / plan->vector;
    const uint32_t largest = device->info.max_group < LARGEST_GROUP ? device->info.max_group : LARGEST_GROUP;
    plan->group = largest < EXPOPS_ROWS_GROUP ? largest : EXPOPS_ROWS_GROUP;
    while (plan->group & (plan->group - 1))
        plan->group &= plan->group - 1;
    if (plan->by_rows) {
        const uint32_t most = plan->group / ROWS_SIDE_BY_SIDE ? plan->group / ROWS_SIDE_BY_SIDE : 1;
        plan->per_row = expops_power_of_two_above((uint64_t)plan->length, most);
    } else {
        while (vectors > (uint64_t)plan->group * KEPT_VECTORS && 2 * plan->group <= largest)
            plan->group *= 2;
        plan->per_row = expops_power_of_two_above((vectors + 1) / 2, plan->group);
    }
    plan->rows_per_group = plan->group / plan->per_row;
    const uint64_t turns = (vectors + plan->per_row - 1) / plan->per_row;
    plan->turns = turns <= most_turns(plan) ? (uint32_t)turns : 0;
}

/* Of a row. */
static uint64_t shortest_part(const expops_rows_plan *plan)
{
    return SHORTEST_PART / (plan->by_rows ? plan->rows_per_group : 1);
}

/* For rows that are neither cut nor shared. */
static uint64_t groups_of(const expops_rows_plan *plan)
{
    return ((uint64_t)plan->rows + plan->rows_per_group - 1) / plan->rows_per_group;
}

/* Few long rows would leave most of the device idle. */
static int leaves_idle(const expops_device *device, const expops_rows_plan *plan)
{
    return groups_of(plan) < wanted_groups(device) / 2 && (uint64_t)plan->length >= 2 * shortest_part(plan);
}

/* Groups that wait for each other reduce what they do not keep, where that is all of a launch and little. */
static int share_reduction(const expops_problem *problem, uint32_t most, expops_rows_plan *plan)
{
    const uint64_t bytes = (uint64_t)plan->rows * (uint64_t)plan->length * expops_operand_bytes(problem->operand + 1);
    const uint64_t step = (uint64_t)plan->group * plan->vector;
    if (most < 2 || bytes > READ_BY_FEW)
        return 0;
    plan->per_row = plan->group;
    plan->cluster = most;
    plan->turns = 0;
    plan->part_length = ((uint64_t)plan->length / most + step) / step * step;
    return 1;
}

/* The smallest groups that keep a row together, as a compute unit holds several of those, of other rows. Where two tensors more are
 * read beside, twice as large ones, of which a compiler is asked to spare registers, are faster. */
static uint32_t choose_group(const expops_problem *problem, uint64_t items, uint32_t most, const expops_rows_plan *plan)
{
    uint32_t group = plan->group < EXPOPS_ROWS_GROUP ? plan->group : EXPOPS_ROWS_GROUP;
    while (group < plan->group && items > (uint64_t)group * most)
        group *= 2;
    if (expops_rows_others(problem) > 1 && 2 * group <= plan->group && items > 2 * group)
        group *= 2;
    return group;
}

/* Clusters that all begin together go on loading together and storing together, and compute in between, while memory is idle. So
 * those that the device takes at first, where others follow them, begin as fast as memory serves their rows. */
static void stagger(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint64_t items = (uint64_t)device->info.compute_units * ITEMS_OF_UNIT * 7 / 8; /* not all are neighbours */
    const uint64_t wave = items / ((uint64_t)plan->group * plan->cluster);
    const uint32_t bytes = expops_operand_bytes(problem->operand) +
                           expops_rows_lifted(problem) * expops_operand_bytes(problem->operand + 1);
    plan->wave = (uint64_t)plan->rows >= LEAST_WAVES * wave ? (uint32_t)wave : 0;
    plan->pace = device->info.compute_units * BYTES_OF_CYCLE / bytes + 1;
}

/* Neighbouring groups that keep a row in their registers together, where so many can wait for each other. Reductions of more rows
 * than the device takes at once need no such. */
static int share_row(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint32_t kept = most_turns(plan), most = device->info.max_cluster;
    const uint64_t vectors = (uint64_t)plan->length / plan->vector, items = (vectors + kept - 1) / kept;
    const uint32_t group = choose_group(problem, items, most, plan);
    const uint32_t cluster = expops_power_of_two_above((items + group - 1) / group, most);
    const int map = problem->family == EXPOPS_FAMILY_MAP;
    if (plan->by_rows || plan->rows_per_group > 1 ||
        (!map && (uint64_t)plan->rows * cluster > 2 * device->info.compute_units))
        return 0;
    if (items > (uint64_t)group * most)
        return !map && share_reduction(problem, most, plan);
    plan->group = plan->per_row = group;
    plan->cluster = cluster;
    plan->turns = (uint32_t)((vectors + (uint64_t)group * cluster - 1) / group / cluster);
    plan->part_length = (uint64_t)plan->turns * group * plan->vector;
    if (map)
        stagger(problem, device, plan);
    return 1;
}

/* Of a map: rows that one group does not keep are read twice, and of small elements there is so much to compute for each byte
 * that a large group alone on its compute unit leaves memory idle. */
static int wants_sharing(const expops_problem *problem, const expops_rows_plan *plan)
{
    return problem->family == EXPOPS_FAMILY_MAP &&
           (!plan->turns || (plan->group > EXPOPS_ROWS_GROUP && expops_operand_bytes(problem->operand + 1) <= 2));
}

/* Where nothing is kept and no group waits, so many small groups run at once that they end together. */
static void spread_reduction(const expops_problem *problem, expops_rows_plan *plan)
{
    if (problem->family != EXPOPS_FAMILY_MAP && !plan->turns && plan->cluster == 1 && plan->group > EXPOPS_ROWS_GROUP)
        plan->group = plan->per_row = EXPOPS_ROWS_GROUP;
}

static void cut_rows(const expops_device *device, expops_rows_plan *plan)
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

expops_rows_plan expops_plan_rows(const expops_problem *problem, const expops_device *device)
{
    expops_rows_plan plan = {
        .rows = 1, .length = 1, .parts = 1, .cluster = 1, .outer_dims = problem->rank - problem->row_dims
    };
    for (uint32_t d = 0; d < problem->rank; d++)
        *(d < plan.outer_dims ? &plan.rows : &plan.length) *= problem->shape[d];
    plan.by_rows = rows_lie_together(problem, &plan);
    plan.vector = plan.by_rows ? 1 : choose_vector(problem);
    choose_edges(problem, &plan);
    plan.wide = expops_needs_wide_index(problem);
    plan.part_length = (uint64_t)plan.length;
    share_group(device, &plan);
    const int idle = leaves_idle(device, &plan);
    const int shared = (idle || wants_sharing(problem, &plan)) &&
                       (share_row(problem, device, &plan) || expops_rows_take_teams(problem, device, &plan));
    if (!idle)
        spread_reduction(problem, &plan);
    else if (!shared)
        cut_rows(device, &plan);
    plan.groups = groups_of(&plan);
    return plan;
}
