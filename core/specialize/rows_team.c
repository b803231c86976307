/* Rows that several groups keep in local memory together: team.kernel.c. */
#include "rows_plan.h"

enum {
    READERS = 512, /* work-items of a member that reduce and write */
    BESIDE = 3,    /* subgroups: one tells, one hears, one asks for rows */
    VECTORS = 4,   /* that a reader has of a row, of all inputs that are reduced; twice as many of longer rows */
    VECTOR_BYTES = EXPOPS_ROWS_COPIED,
    MOST_SLOTS = 6, /* rows; half of them are reduced and wait for what others tell */
    LEAST_SLOTS = 2,
    GATE = 8, /* bytes */
    PEAK = 4, /* a subgroup's largest element */
};

static uint32_t members_of(uint64_t vectors, uint32_t turns)
{
    return (uint32_t)((vectors + (uint64_t)turns * READERS - 1) / ((uint64_t)turns * READERS));
}

/* What the items of a member have besides rows: xk_shared. */
static uint32_t bytes_shared(const expops_device *device, uint32_t slots, uint32_t behind)
{
    const uint32_t places = EXPOPS_ROWS_PLACES(behind), near = READERS / device->info.subgroup;
    return places * (near * (EXPOPS_ROWS_ACCUMULATOR + PEAK) + EXPOPS_ROWS_ACCUMULATOR) + 2 * (slots + places) * GATE;
}

/* As many rows as find room in local memory; 0 where those are too few. Where something is read beside them, members are
 * further apart. */
static int take_slots(const expops_device *device, uint32_t slot, int has_others, expops_rows_plan *plan)
{
    for (plan->slots = MOST_SLOTS; plan->slots >= LEAST_SLOTS; plan->slots--) {
        plan->behind = has_others && plan->slots > LEAST_SLOTS ? plan->slots - 2 : plan->slots / 2;
        plan->local_bytes = plan->slots * slot + bytes_shared(device, plan->slots, plan->behind);
        if (plan->local_bytes <= device->info.launch_local_bytes)
            return 1;
    }
    plan->local_bytes = 0;
    return 0;
}

/* As few teams as take all rows in as many rounds as the most would. */
static void share_rounds(uint64_t most, expops_rows_plan *plan)
{
    const uint64_t rows = (uint64_t)plan->rows, rounds = (rows + most - 1) / most;
    plan->teams = (uint32_t)((rows + rounds - 1) / rounds);
}

/* As many members as leave no compute unit without work. */
static void spread_members(uint64_t vectors, uint64_t groups, uint32_t near, expops_rows_plan *plan)
{
    const uint64_t members = groups / (groups / plan->members), each = (vectors + members - 1) / members;
    const uint64_t part = (each + near - 1) / near * near;
    plan->part_length = part * plan->vector;
    plan->members = (uint32_t)((vectors + part - 1) / part);
    plan->heard = (plan->members + near - 1) / near;
}

int expops_rows_take_teams(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint32_t lifted = expops_rows_lifted(problem), near = device->info.subgroup;
    const uint64_t vectors = ((uint64_t)plan->length + plan->vector - 1) / plan->vector;
    const uint64_t groups = device->info.compute_units;
    /* Inputs that are reduced together share the local memory that a row has. */
    uint32_t turns = lifted < VECTORS ? VECTORS / lifted : 1;
    if (!(device->info.caps & EXPOPS_CAP_TOGETHER) || device->info.max_group < READERS + BESIDE * near ||
        !expops_rows_are_copied(problem, plan))
        return 0;
    turns *= members_of(vectors, turns) > groups ? 2 : 1;
    const uint32_t members = members_of(vectors, turns);
    /* More members than units could not all run at once, and would wait for each other for ever. */
    if (members > groups || !take_slots(device, lifted * (turns * READERS + 2 * (uint32_t)plan->edges) * VECTOR_BYTES,
                                        expops_rows_others(problem) > 0, plan))
        return 0;
    plan->group = READERS + BESIDE * near;
    plan->per_row = READERS;
    plan->rows_per_group = 1;
    plan->turns = turns;
    plan->members = members;
    spread_members(vectors, groups, near, plan);
    share_rounds(groups / plan->members, plan);
    return 1;
}
