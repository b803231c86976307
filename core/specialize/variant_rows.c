/* Row kernels: their texts and launches. */
#include <stdio.h>
#include "base/error.h"
#include "rows_plan.h"

enum { FEW_ELEMENTS = 32 }; /* of a row, for each work-item */

static void fill_params(const expops_problem *problem, const expops_rows_plan *plan, expops_params *params)
{
    expops_params_u64(params, (uint64_t)plan->rows);
    expops_params_u64(params, plan->members ? plan->members : plan->parts);
    expops_params_u64(params, plan->part_length);
    if (plan->members)
        expops_params_u64(params, plan->teams);
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
    const uint32_t lifted = expops_rows_lifted(problem);
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

/* As XK_EACH, of the inputs from `first` on. */
static void define_from(const char *word, uint32_t first, uint32_t count, expops_text *defines)
{
    expops_text_add(defines, "#define %s(m)", word);
    for (uint32_t i = first; i < count; i++)
        expops_text_add(defines, " m(%u)", i);
    expops_text_append(defines, "\n");
}

static void define_inputs(const expops_problem *problem, const expops_rows_plan *plan, expops_step *step)
{
    enum expops_reach reach[1 + EXPOPS_MAX_TENSORS] = { EXPOPS_REACH_C };
    const uint32_t lifted = expops_rows_lifted(problem);
    uint32_t tensors = 0;
    int skewed = 0;
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (expops_is_tensor(problem->operand + i)) {
            reach[tensors] =
                plan->columns ? expops_columns_reach(problem, plan, i) : expops_rows_reach(problem, plan, i);
            skewed |= reach[tensors++] == EXPOPS_REACH_U;
        }
    expops_text_add(&step->defines, "#define XK_RUN_BYTES %d\n", skewed ? 16 : 0);
    expops_define_operands(problem, step, plan->vector, reach, plan->wide);
    expops_text_add(&step->defines, "#define XK_EACH_LIFTED XK_EACH_%u\n#define XK_OTHERS %u\n", lifted,
                    tensors - 1 - lifted);
    define_from("XK_EACH_OTHER", lifted, tensors - 1, &step->defines);
    if (plan->staged) {
        expops_text_add(&step->defines, "#define XK_STAGED %u\n#define XK_EACH_STAGED XK_EACH_%u\n", plan->staged,
                        plan->staged_inputs);
        define_from("XK_EACH_BESIDE", plan->staged_inputs, tensors - 1, &step->defines);
    }
}

/* A guard around each turn keeps compilers from storing the results of all turns at the end. That is worth having where nothing
 * but the row is read, whose loads would order them, and costs small groups of large elements more than it brings, and those that have few
 * for each work-item. */
static int stores_in_turn(const expops_problem *problem, const expops_rows_plan *plan)
{
    return (plan->cluster > 1 || plan->turns * plan->vector > FEW_ELEMENTS) && expops_rows_others(problem) == 0 &&
           problem->family == EXPOPS_FAMILY_MAP &&
           (plan->group > EXPOPS_ROWS_GROUP || expops_operand_bytes(problem->operand + 1) <= 2);
}

/* A group that has one row, and reads one tensor beside it, has its loads ordered, and fewer registers, by guards, too. */
static int reads_in_turn(const expops_problem *problem, const expops_rows_plan *plan)
{
    return expops_rows_others(problem) == 1 && plan->cluster == 1 && plan->rows_per_group == 1 &&
           problem->family == EXPOPS_FAMILY_MAP && expops_operand_bytes(problem->operand + 1) <= 2;
}

/* Every work-item has every one of its turns, so that none needs to be guarded. */
static int is_exact(const expops_problem *problem, const expops_rows_plan *plan)
{
    return plan->turns && !plan->edges && !plan->columns && !stores_in_turn(problem, plan) &&
           !reads_in_turn(problem, plan) && plan->rows % plan->rows_per_group == 0 &&
           plan->length ==
               (int64_t)plan->turns * plan->per_row * plan->vector * (plan->members ? plan->members : plan->cluster);
}

static void define_step(const expops_problem *problem, const expops_rows_plan *plan, expops_step *step)
{
    define_inputs(problem, plan, step);
    define_calls(problem, step);
    expops_text_add(&step->defines,
                    "#define XK_OR %u\n#define XK_WR %u\n#define XK_BY_ROWS %d\n#define XK_TURNS %u\n"
                    "#define XK_EXACT %d\n#define XK_PART %d\n#define XK_TPR %u\n#define XK_RPG %u\n"
                    "#define XK_ACC_BYTES %d\n#define XK_IS_MAP %d\n#define XK_CLUSTER %u\n#define XK_EDGES %d\n"
                    "#define XK_ROWS_OF_GROUP %u\n#define XK_TEAM %d\n",
                    plan->outer_dims, problem->row_dims, plan->columns || plan->staged, plan->turns,
                    is_exact(problem, plan), plan->parts > 1, plan->per_row,
                    plan->rows_per_group / (plan->columns ? plan->vector : 1), EXPOPS_ROWS_ACCUMULATOR,
                    problem->family == EXPOPS_FAMILY_MAP, plan->cluster, plan->edges, plan->rows_per_group,
                    plan->members > 0);
    if (plan->members)
        expops_text_add(&step->defines,
                        "#define XK_LIFTED %u\n#define XK_SLOTS %u\n#define XK_BEHIND %u\n#define XK_HEARD %u\n",
                        expops_rows_lifted(problem), plan->slots, plan->behind, plan->heard);
    if (plan->local_turns)
        expops_text_add(&step->defines, "#define XK_LOCAL_TURNS %u\n", plan->local_turns);
    if (plan->wave)
        expops_text_add(&step->defines, "#define XK_WAVE %u\n#define XK_PACE %u\n", plan->wave, plan->pace);
    const int kept = plan->columns && plan->turns && expops_operand_bytes(problem->operand + 1) <= 2;
    if ((plan->cluster > 1 || kept) && plan->group == 2 * EXPOPS_ROWS_GROUP)
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

/* `maps`: writes a map's results, where others reduce rows or their parts. */
static const char *template_of(const expops_rows_plan *plan, int maps)
{
    return plan->staged ? "staged" : plan->columns ? "columns" : maps ? "map" : "reduce";
}

static void add_step(const expops_problem *problem, const expops_rows_plan *plan, const char *variant, uint64_t groups,
                     expops_steps *steps)
{
    expops_step *step = steps->step + steps->count++;
    step->variant = variant;
    step->grid = (uint32_t)groups;
    step->group = plan->group;
    step->local_bytes = plan->local_turns ? plan->local_bytes : 0;
    define_step(problem, plan, step);
}

static void add_pass(const expops_problem *problem, const expops_rows_plan *plan, int maps, uint64_t groups,
                     expops_steps *steps)
{
    add_step(problem, plan, template_of(plan, maps), groups, steps);
    expops_text_add(&steps->step[steps->count - 1].defines, "#define XK_MAPS %d\n", maps);
}

/* Work-items for all accumulators of a row, as far as a group has so many. */
static void add_combining(const expops_problem *problem, expops_rows_plan plan, expops_steps *steps)
{
    const uint32_t most = plan.group < EXPOPS_ROWS_GROUP ? plan.group : EXPOPS_ROWS_GROUP;
    plan.vector = 1;
    plan.columns = plan.edges = 0;
    plan.per_row = expops_power_of_two_above(plan.parts, most);
    plan.rows_per_group = expops_power_of_two_above((uint64_t)plan.rows, most / plan.per_row);
    plan.group = plan.per_row * plan.rows_per_group;
    add_step(problem, &plan, "combine", ((uint64_t)plan.rows + plan.rows_per_group - 1) / plan.rows_per_group, steps);
}

/* Members tell each other by scratch memory, which is cleared before. */
static void add_teams(const expops_problem *problem, const expops_rows_plan *plan, expops_steps *steps)
{
    const uint32_t count = problem->num_tensors, groups = plan->members * plan->teams;
    expops_step *clear = steps->step, *team = steps->step + 1;
    add_step(problem, plan, "clear", 1, steps);
    add_step(problem, plan, "team", groups, steps);
    team->local_bytes = plan->local_bytes;
    team->start = EXPOPS_START_TOGETHER;
    clear->num_tensors = 1;
    clear->tensors[0] = EXPOPS_STEP_SCRATCH;
    team->num_tensors = count + 1;
    for (uint32_t i = 0; i < count; i++)
        team->tensors[i] = (uint8_t)i;
    team->tensors[count] = EXPOPS_STEP_SCRATCH;
    /* Each word with the number of its round. */
    steps->scratch_bytes[0] = (uint64_t)groups * EXPOPS_ROWS_PLACES(plan->behind) * 2 * EXPOPS_ROWS_ACCUMULATOR;
}

expops_status expops_specialize_rows(const expops_problem *problem, const expops_device *device, expops_steps *steps)
{
    const expops_rows_plan plan = expops_plan_rows(problem, device);
    const uint64_t groups = plan.groups * plan.parts * plan.cluster;
    const int map = problem->family == EXPOPS_FAMILY_MAP;
    if (!expops_launch_fits(device, groups, plan.group))
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: %lld rows are more than one launch takes", problem->op->name,
                           (long long)plan.rows);
    steps->count = 0;
    if (plan.members) {
        add_teams(problem, &plan, steps);
        return EXPOPS_OK;
    }
    add_pass(problem, &plan, map && plan.parts == 1, groups, steps);
    if (plan.parts == 1)
        return EXPOPS_OK;
    /* How large an accumulator is, the operator's text alone knows: there is room for the largest that compiles. */
    steps->scratch_bytes[0] = (uint64_t)plan.rows * plan.parts * EXPOPS_ROWS_ACCUMULATOR;
    steps->scratch_bytes[1] = map ? (uint64_t)plan.rows * EXPOPS_ROWS_ACCUMULATOR : 0;
    add_combining(problem, plan, steps);
    steps->step[1].start = EXPOPS_START_EARLY;
    if (map) {
        add_pass(problem, &plan, 1, groups, steps);
        steps->step[2].start = EXPOPS_START_EARLY;
    }
    name_tensors(problem, steps);
    return EXPOPS_OK;
}
