/* How rows are shared whose neighbours lie together, and the elements of each apart: the columns of a matrix. */
#include "rows_plan.h"

enum {
    SIDE_BY_SIDE = 32, /* vectors of neighbouring rows that work-items next to each other take */
    WORD = 16,
    LINE = 128, /* bytes of those, at least, where rows are shared by more work-items */
    SHORT = 64, /* elements of a column; of longer ones, elements of 4 bytes are as well read one by one */
    ENOUGH = 8, /* elements of a column for a work-item, where there are so many columns */
    KEPT = 8,   /* vectors that a work-item keeps of all inputs that are reduced */
};

/* Rows whose elements lie apart while neighbouring rows lie together. */
int expops_rows_are_columns(const expops_problem *problem)
{
    const uint32_t outer = problem->rank - problem->row_dims;
    const int64_t *strides = problem->operand[1].strides;
    int64_t length = 1;
    for (uint32_t d = outer; d < problem->rank; d++)
        length *= problem->shape[d];
    return length > 1 && outer > 0 && strides[problem->rank - 1] != 1 && strides[outer - 1] == 1 &&
           problem->shape[outer - 1] >= 8;
}

static int is_wide(const expops_problem *problem, const expops_problem_operand *operand, uint32_t vector)
{
    const uint32_t neighbour = problem->rank - problem->row_dims - 1;
    return operand->strides[neighbour] == 1 && expops_can_vector(problem, operand, vector, neighbour);
}

/* Work-items take vectors across columns, so that is what has to divide: the number of columns, not their length. */
static uint32_t choose_vector(const expops_problem *problem)
{
    const int map = problem->family == EXPOPS_FAMILY_MAP;
    uint32_t vector = expops_widest_vector(problem);
    while (vector > 1 &&
           (problem->shape[problem->rank - problem->row_dims - 1] % vector ||
            !is_wide(problem, problem->operand + 1, vector) || (map && !is_wide(problem, problem->operand, vector))))
        vector /= 2;
    return vector;
}

/* Columns of a matrix whose rows start anywhere: a vector lies in two words, those of the last row by itself excepted, whose words may end
 * behind the matrix. */
static int is_skewed(const expops_problem *problem, uint32_t operand, uint32_t vector)
{
    const expops_problem_operand *given = problem->operand + operand;
    return problem->rank == 2 && problem->row_dims == 1 && given->dtype == problem->operand[1].dtype &&
           expops_operand_bytes(given) * vector == WORD && given->aligned && given->offset % vector == 0 &&
           given->strides[0] == 1 && given->strides[1] >= (int64_t)vector;
}

enum expops_reach expops_columns_reach(const expops_problem *problem, const expops_rows_plan *plan, uint32_t operand)
{
    const expops_problem_operand *given = problem->operand + operand;
    if (is_wide(problem, given, plan->vector))
        return EXPOPS_REACH_C;
    if (plan->skewed && is_skewed(problem, operand, plan->vector))
        return EXPOPS_REACH_U;
    return given->strides[problem->rank - problem->row_dims - 1] ? EXPOPS_REACH_S : EXPOPS_REACH_B;
}

static uint32_t vectors_per_group(const expops_rows_plan *plan)
{
    return plan->rows_per_group / plan->vector;
}

static void share(expops_rows_plan *plan, uint32_t group, uint32_t vectors, uint32_t cluster)
{
    plan->group = group;
    plan->rows_per_group = vectors * plan->vector;
    plan->per_row = group / vectors;
    plan->cluster = cluster;
}

void expops_share_columns(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint64_t elements = (uint64_t)plan->rows * (uint64_t)plan->length;
    const uint64_t items = (uint64_t)plan->group * device->info.compute_units;
    const uint32_t widest = expops_widest_vector(problem);
    plan->vector = choose_vector(problem);
    plan->skewed = plan->vector < widest && problem->family == EXPOPS_FAMILY_REDUCE && plan->rows >= widest &&
                   (expops_operand_bytes(problem->operand + 1) <= 2 || plan->length <= SHORT) &&
                   elements / widest >= items && is_skewed(problem, 1, widest);
    if (plan->skewed)
        plan->vector = widest;
    /* Few elements are better shared by more work-items than by wider vectors: units without work cost more. */
    while (plan->vector > 1 && elements / plan->vector < items)
        plan->vector /= 2;
    const uint32_t most = plan->group < SIDE_BY_SIDE ? plan->group : SIDE_BY_SIDE;
    const uint32_t side = expops_power_of_two_above((uint64_t)plan->rows / plan->vector, most);
    const uint64_t each = elements / plan->vector / ENOUGH < items ? 1 : ENOUGH;
    const uint32_t per_row = expops_power_of_two_above(((uint64_t)plan->length + each - 1) / each, plan->group / side);
    share(plan, plan->group, plan->group / per_row, 1);
}

/* Twice as many work-items for each row, as long as there is a way: those that cost least come first. */
static int share_more(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint32_t vectors = vectors_per_group(plan);
    const uint32_t bytes = plan->rows_per_group * expops_operand_bytes(problem->operand + 1);
    const uint32_t group = 2 * plan->group <= device->info.max_group ? 2 * plan->group : 0;
    if (bytes >= 2 * LINE && vectors > 1)
        share(plan, plan->group, vectors / 2, plan->cluster);
    else if (group && group <= 2 * EXPOPS_ROWS_GROUP)
        share(plan, group, vectors, plan->cluster);
    else if (2 * plan->cluster <= device->info.max_cluster)
        share(plan, plan->group, vectors, 2 * plan->cluster);
    else if (group && group <= 4 * EXPOPS_ROWS_GROUP)
        share(plan, group, vectors, plan->cluster);
    else
        return 0;
    return 1;
}

int expops_keep_columns(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan)
{
    const uint64_t kept = (plan->wide ? KEPT / 2 : KEPT) / expops_rows_lifted(problem), length = (uint64_t)plan->length;
    expops_rows_plan more = *plan;
    /* On a copy of the plan: where no way of sharing keeps the column, the caller goes on with what it had. */
    while (length > kept * more.per_row * more.cluster)
        if (!share_more(problem, device, &more))
            return 0;
    more.turns = (uint32_t)((length + more.per_row * more.cluster - 1) / (more.per_row * more.cluster));
    more.part_length = more.turns * (uint64_t)more.per_row;
    *plan = more;
    return 1;
}
