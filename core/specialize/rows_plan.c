/* How rows are shared among work-items and groups. */
#include "rows_plan.h"

enum {
    LARGEST_GROUP = 1024,
    GROUP_OF_PARTS = 512,    /* of rows that are cut; with larger ones, the last to end keep others waiting */
    KEPT_VECTORS = 8,        /* a work-item keeps at most this many of each tensor in registers */
    FEWEST_SIDE_BY_SIDE = 8, /* work-items of a row, next to each other in memory */
    SHORTEST_PART = 16384,   /* elements that a group reads; shorter parts cost more than they spread */
    READ_BY_FEW = 4 << 20,   /* bytes that as few groups as wait for each other reduce as soon as two launches do */
    COMMON_ROWS = 4,         /* of a group, that read the same of an input */
    FAR_APART = 4096,        /* vectors of a row; of longer ones, what another group has read is no longer near */
    ITEMS_OF_UNIT = 1024,    /* work-items of clusters that a compute unit holds, about */
    BYTES_OF_CYCLE = 13,     /* that a compute unit reads and writes, about */
    LEAST_WAVES = 4,         /* rounds that groups are worth being staggered for */
};

/* Vectors of a row beside which nothing is read, at most, for neighbouring groups; longer ones are left to teams. Those of half types have
 * more to compute for each vector, and rows that start anywhere have no local memory there. */
enum { NEIGHBOURS_VECTORS = 32768, NEIGHBOURS_HALVES = 12288, NEIGHBOURS_EDGES = 16384 };

/* Groups for each compute unit, where rows are cut. */
enum { PARTS_OF_REDUCTION = 16, PARTS_OF_COLUMNS = 4, PARTS_OF_MAP = 8 };

static uint64_t units_of(const expops_device *device)
{
    return device->info.compute_units ? device->info.compute_units : 1;
}

/* So many that the device has something to do until the last ones end. */
static uint64_t wanted_groups(const expops_device *device)
{
    return 8ull * units_of(device);
}

/* How often a work-item loads what it keeps of a row. Wide indices take registers, too. */
static uint32_t most_turns(const expops_rows_plan *plan)
{
    return plan->wide ? KEPT_VECTORS / 2 : KEPT_VECTORS;
}

static uint32_t usual_group(const expops_device *device)
{
    uint32_t group = device->info.max_group < EXPOPS_ROWS_GROUP ? device->info.max_group : EXPOPS_ROWS_GROUP;
    while (group & (group - 1))
        group &= group - 1;
    return group;
}

/* Two vectors for each work-item, nearly all of which have them, are enough where there is little to compute for each byte. */
static int are_enough(const expops_problem *problem, const expops_rows_plan *plan, uint64_t vectors, uint32_t with_two)
{
    return !plan->edges && expops_operand_bytes(problem->operand + 1) >= 4 && 8 * vectors >= 14ull * with_two;
}

/* The more vectors a work-item has, the less of its time goes into combining what it has with what the row's others have. Too few
 * next to each other would read less than lines; and of long rows each has many anyway. */
static uint32_t choose_per_row(const expops_problem *problem, const expops_rows_plan *plan, uint64_t vectors)
{
    const uint32_t with_two = expops_power_of_two_above((vectors + 1) / 2, plan->group);
    const uint32_t with_four = expops_power_of_two_above((vectors + 3) / 4, plan->group);
    if (vectors >= 2 * plan->group || with_two <= FEWEST_SIDE_BY_SIDE || are_enough(problem, plan, vectors, with_two))
        return with_two;
    return with_four > FEWEST_SIDE_BY_SIDE ? with_four : FEWEST_SIDE_BY_SIDE;
}

/* What is shifted together of two words takes registers, of which a reduction has no need to keep a row; six vectors of each are few enough. */
static int is_too_much(const expops_problem *problem, const expops_rows_plan *plan, uint64_t turns)
{
    return problem->family == EXPOPS_FAMILY_REDUCE && plan->edges && expops_rows_lifted(problem) > 1 &&
           turns > KEPT_VECTORS - 2;
}

static void share_group(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint64_t vectors = (uint64_t)plan->length / plan->vector;
    const uint32_t largest = device->info.max_group < LARGEST_GROUP ? device->info.max_group : LARGEST_GROUP;
    while (vectors > (uint64_t)plan->group * KEPT_VECTORS && 2 * plan->group <= largest)
        plan->group *= 2;
    plan->per_row = choose_per_row(problem, plan, vectors);
    plan->rows_per_group = plan->group / plan->per_row;
    const uint64_t turns = (vectors + plan->per_row - 1) / plan->per_row;
    plan->turns = turns <= most_turns(plan) && !is_too_much(problem, plan, turns) ? (uint32_t)turns : 0;
}

/* An input of which every row is the same. */
static int has_common_row(const expops_problem *problem)
{
    const uint32_t outer = problem->rank - problem->row_dims;
    for (uint32_t i = 1; i <= expops_rows_lifted(problem); i++) {
        int moves = 0;
        for (uint32_t d = 0; d < outer; d++)
            moves |= problem->shape[d] > 1 && problem->operand[i].strides[d];
        if (!moves)
            return 1;
    }
    return 0;
}

/* Long rows that have an input in common are read side by side: what one row's work-items have asked for is near for the others'. */
static void share_common_row(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint64_t vectors = (uint64_t)plan->length / plan->vector;
    if (problem->family != EXPOPS_FAMILY_REDUCE || vectors <= FAR_APART || plan->rows < 4 * COMMON_ROWS ||
        device->info.max_group < GROUP_OF_PARTS || !has_common_row(problem))
        return;
    plan->group = GROUP_OF_PARTS;
    plan->rows_per_group = COMMON_ROWS;
    plan->per_row = GROUP_OF_PARTS / COMMON_ROWS;
    plan->turns = 0;
}

/* Of a row. */
static uint64_t shortest_part(const expops_rows_plan *plan)
{
    return SHORTEST_PART / plan->rows_per_group;
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

static uint64_t all_bytes(const expops_problem *problem, const expops_rows_plan *plan)
{
    return (uint64_t)plan->rows * (uint64_t)plan->length * expops_operand_bytes(problem->operand + 1);
}

/* Groups that wait for each other reduce what they do not keep, where that is all of a launch and little. */
static int share_reduction(const expops_problem *problem, uint32_t most, expops_rows_plan *plan)
{
    const uint64_t step = (uint64_t)plan->group * plan->vector;
    if (most < 2 || all_bytes(problem, plan) > READ_BY_FEW)
        return 0;
    plan->per_row = plan->group;
    plan->cluster = most;
    plan->turns = 0;
    plan->part_length = ((uint64_t)plan->length / most + step) / step * step;
    return 1;
}

/* The smallest groups that keep a row together, as a compute unit holds several of those, of other rows. Where two tensors more are
 * read beside, twice as large ones, of which a compiler is asked to spare registers, are faster, up to the largest. */
static uint32_t choose_group(const expops_problem *problem, uint64_t items, uint32_t most, uint32_t largest,
                             const expops_rows_plan *plan)
{
    uint32_t group = plan->group < EXPOPS_ROWS_GROUP ? plan->group : EXPOPS_ROWS_GROUP;
    while (group < plan->group && items > (uint64_t)group * most)
        group *= 2;
    if (expops_rows_others(problem) > 1 && 2 * group <= largest && items > 2 * group)
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
    const uint32_t held = most_turns(plan), local = expops_rows_local_turns(problem, device, held, plan);
    const uint32_t kept = held + local, most = device->info.max_cluster;
    const uint64_t vectors = (uint64_t)plan->length / plan->vector, items = (vectors + kept - 1) / kept;
    const uint32_t group = choose_group(problem, items, most, local ? EXPOPS_ROWS_LOCAL_GROUP : plan->group, plan);
    const uint32_t cluster = expops_power_of_two_above((items + group - 1) / group, most);
    const int map = problem->family == EXPOPS_FAMILY_MAP;
    if (plan->columns)
        return !plan->skewed && (map || all_bytes(problem, plan) <= READ_BY_FEW) &&
               expops_keep_columns(problem, device, plan);
    if (plan->rows_per_group > 1 || (!map && (uint64_t)plan->rows * cluster > 2 * device->info.compute_units))
        return 0;
    if (items > (uint64_t)group * most)
        return !map && share_reduction(problem, most, plan);
    plan->group = plan->per_row = group;
    plan->cluster = cluster;
    plan->turns = (uint32_t)((vectors + (uint64_t)group * cluster - 1) / group / cluster);
    plan->part_length = (uint64_t)plan->turns * group * plan->vector;
    if (map && cluster > 1) {
        expops_rows_keep_locally(held, plan);
        stagger(problem, device, plan);
    }
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
    if (problem->family != EXPOPS_FAMILY_MAP && !plan->turns && plan->cluster == 1 && plan->rows_per_group == 1 &&
        plan->group > EXPOPS_ROWS_GROUP)
        plan->group = plan->per_row = EXPOPS_ROWS_GROUP;
}

static void cut_rows(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const int map = problem->family == EXPOPS_FAMILY_MAP;
    const uint64_t per_unit = plan->columns ? PARTS_OF_COLUMNS : map ? PARTS_OF_MAP : PARTS_OF_REDUCTION;
    uint64_t parts = per_unit * units_of(device) / groups_of(plan);
    if (parts > (uint64_t)plan->length / shortest_part(plan))
        parts = (uint64_t)plan->length / shortest_part(plan);
    if (parts < 2)
        return;
    if (!map && plan->per_row == plan->group && plan->group > GROUP_OF_PARTS)
        plan->group = plan->per_row = GROUP_OF_PARTS;
    const uint64_t step = (uint64_t)plan->per_row * (plan->columns ? 1 : plan->vector);
    plan->part_length = ((uint64_t)plan->length / parts + step) / step * step;
    plan->parts = ((uint64_t)plan->length + plan->part_length - 1) / plan->part_length;
    plan->turns = 0;
}

static void share_rows(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    expops_choose_row_vector(problem, plan);
    if (expops_stage_rows(problem, device, plan))
        return;
    share_group(problem, device, plan);
    share_common_row(problem, device, plan);
}

static int64_t longest_of_neighbours(const expops_problem *problem, const expops_rows_plan *plan)
{
    if (expops_operand_bytes(problem->operand + 1) <= 2)
        return NEIGHBOURS_HALVES;
    return plan->edges ? NEIGHBOURS_EDGES : NEIGHBOURS_VECTORS;
}

/* Teams need rows so long that what is told is soon enough. What is read beside a row, neighbouring groups ask for once. */
static int share_among_groups(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const int by_team = !expops_rows_others(problem) &&
                        plan->length / plan->vector > longest_of_neighbours(problem, plan) &&
                        expops_rows_take_teams(problem, device, plan);
    return by_team || share_row(problem, device, plan) || expops_rows_take_teams(problem, device, plan);
}

expops_rows_plan expops_plan_rows(const expops_problem *problem, const expops_device *device)
{
    expops_rows_plan plan = {
        .rows = 1, .length = 1, .parts = 1, .cluster = 1, .outer_dims = problem->rank - problem->row_dims
    };
    for (uint32_t d = 0; d < problem->rank; d++)
        *(d < plan.outer_dims ? &plan.rows : &plan.length) *= problem->shape[d];
    plan.columns = expops_rows_are_columns(problem);
    plan.wide = expops_needs_wide_index(problem);
    plan.part_length = (uint64_t)plan.length;
    plan.group = usual_group(device);
    if (plan.columns)
        expops_share_columns(problem, device, &plan);
    else
        share_rows(problem, device, &plan);
    const int idle = leaves_idle(device, &plan);
    const int shared =
        !plan.staged && (idle || wants_sharing(problem, &plan)) && share_among_groups(problem, device, &plan);
    if (!idle)
        spread_reduction(problem, &plan);
    else if (!shared)
        cut_rows(problem, device, &plan);
    plan.groups = groups_of(&plan);
    return plan;
}
