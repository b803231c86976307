/* Rows that several groups keep in local memory together: team.kernel.c. */
#include "rows_plan.h"

enum {
    MEMBER = 1024, /* work-items, a compute unit to themselves */
    VECTORS = 4,   /* that a work-item has of a row, of all inputs that are reduced */
    VECTOR_BYTES = EXPOPS_ROWS_COPIED,
    MOST_SLOTS = 3, /* a row that is written, one whose accumulators are on their way, one that is asked for */
    LEAST_SLOTS = 2,
    TAKEN_BESIDE = 8192, /* bytes of local memory, for accumulators */
};

static int fits(const expops_device *device, uint32_t local_bytes)
{
    return device->info.caps & EXPOPS_CAP_TOGETHER &&
           (uint64_t)local_bytes + TAKEN_BESIDE <= device->info.launch_local_bytes;
}

/* As few teams as take all rows in as many rounds as the most would. */
static void share_rounds(uint64_t most, expops_rows_plan *plan)
{
    const uint64_t rows = (uint64_t)plan->rows, rounds = (rows + most - 1) / most;
    plan->teams = (uint32_t)((rows + rounds - 1) / rounds);
}

int expops_rows_take_teams(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint32_t lifted = expops_rows_lifted(problem);
    /* Inputs that are reduced together share the local memory that a row has. */
    const uint32_t turns = lifted < VECTORS ? VECTORS / lifted : 1;
    const uint64_t vectors = ((uint64_t)plan->length + plan->vector - 1) / plan->vector;
    const uint64_t members = (vectors + (uint64_t)turns * MEMBER - 1) / ((uint64_t)turns * MEMBER);
    const uint64_t groups = device->info.compute_units;
    const uint32_t slot = turns * lifted * MEMBER * VECTOR_BYTES;
    uint32_t slots = MOST_SLOTS;
    while (slots > LEAST_SLOTS && !fits(device, slots * slot))
        slots--;
    /* More members than units could not all run at once, and would wait for each other for ever. */
    if (!expops_rows_are_copied(problem, plan) || members > groups || device->info.max_group < MEMBER ||
        !fits(device, slots * slot))
        return 0;
    const uint64_t each = (vectors + members - 1) / members, near = device->info.subgroup;
    plan->group = plan->per_row = MEMBER;
    plan->rows_per_group = 1;
    plan->turns = turns;
    plan->members = (uint32_t)members;
    plan->part_length = (each + near - 1) / near * near * plan->vector;
    plan->slots = slots;
    plan->local_bytes = slots * slot + TAKEN_BESIDE;
    share_rounds(groups / members, plan);
    return 1;
}
