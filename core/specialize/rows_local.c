/* Rows that neighbouring groups keep half in registers and half in local memory: map.kernel.c. */
#include "rows_plan.h"

enum {
    LOCAL_TURNS = 8,        /* of a work-item's vectors, beside as many in registers */
    SHORTEST = 16384,       /* vectors of a row; of shorter ones, enough groups find room without */
    SHORTEST_BESIDE = 8192, /* where other tensors are read beside it */
    SUBGROUP = 32,          /* at least; each leaves an accumulator */
};

int expops_rows_are_copied(const expops_problem *problem, const expops_rows_plan *plan)
{
    const uint32_t lifted = expops_rows_lifted(problem);
    uint32_t tensors = 0;
    int copied = problem->family == EXPOPS_FAMILY_MAP && problem->row_dims == 1 && !plan->columns;
    for (uint32_t i = 1; i < problem->num_operands && tensors < lifted; i++)
        if (expops_is_tensor(problem->operand + i)) {
            copied &= expops_operand_bytes(problem->operand + i) * plan->vector == EXPOPS_ROWS_COPIED &&
                      expops_rows_reach(problem, plan, i) == EXPOPS_REACH_C;
            tensors++;
        }
    return copied;
}

static uint32_t bytes_of(uint32_t turns, uint32_t group)
{
    return turns * group * EXPOPS_ROWS_COPIED + group / SUBGROUP * EXPOPS_ROWS_ACCUMULATOR;
}

uint32_t expops_rows_local_turns(const expops_problem *problem, const expops_device *device, uint32_t held,
                                 const expops_rows_plan *plan)
{
    const uint64_t vectors = (uint64_t)plan->length / plan->vector;
    const uint64_t shortest = expops_rows_others(problem) ? SHORTEST_BESIDE : SHORTEST;
    const uint64_t longest = (uint64_t)(held + LOCAL_TURNS) * EXPOPS_ROWS_LOCAL_GROUP * device->info.max_cluster;
    const int fits = bytes_of(held + LOCAL_TURNS, EXPOPS_ROWS_LOCAL_GROUP) <= device->info.launch_local_bytes;
    return fits && device->info.max_cluster > 1 && vectors >= shortest && vectors <= longest && !plan->edges &&
                   !plan->wide && expops_rows_lifted(problem) == 1 && expops_rows_are_copied(problem, plan)
               ? LOCAL_TURNS
               : 0;
}

/* Groups of 512 have no more registers than for half as many. */
void expops_rows_keep_locally(uint32_t held, expops_rows_plan *plan)
{
    const uint32_t in_registers = plan->group > EXPOPS_ROWS_GROUP ? held / 2 : held;
    plan->local_turns = plan->turns > held ? plan->turns - in_registers : 0;
    plan->local_bytes = plan->local_turns ? bytes_of(plan->local_turns, plan->group) : 0;
}
