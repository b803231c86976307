/* Weighted sums: how large a group's tile is, and how its inputs are loaded. */
#include "base/error.h"
#include "specialize.h"

enum {
    VECTOR = 4,
    DEPTH = 8,
    NARROW = 64, /* columns of a tile, or as many as can be kept */
    AREA = 64 * EXPOPS_WEIGHTED_GROUP,
    CHUNK_BYTES = 16, /* that are copied at once */
    /* By matrix instructions of 128 work-items: local memory has the left factor's tile, two of terms of the right one's, three of what is
     * summed, and a gate. */
    WIDE_GROUP = 256,
    WIDE_ROWS = WIDE_GROUP / 2,
    WIDE_TERMS = 128,
    WIDE_KEPT = WIDE_ROWS + 5 * WIDE_TERMS,
    GATE_BYTES = 16,
    /* Of f32, three of bf16 for a number of the left factor's tile, of one of terms and of one of what is summed. */
    THIRDS = 3,
    THIRDS_TERMS = 64,
    THIRDS_KEPT = THIRDS * (WIDE_ROWS + 2 * THIRDS_TERMS),
    LEAST_WIDE_ROWS = WIDE_ROWS / 2, /* no more leave half of a tile empty */
};

enum { OUT, LEFT, RIGHT, SUMMED, INPUTS };

typedef struct plan {
    const expops_problem *problem;
    uint32_t rows, terms, elements, columns; /* dimensions */
    uint32_t tile_rows, tile_columns;
    int wide_index, limited, halves, wide;
    int64_t first;
} plan;

static uint32_t wide_bytes(const plan *plan)
{
    return plan->halves ? WIDE_KEPT * plan->tile_columns * 2 + GATE_BYTES : THIRDS_KEPT * plan->tile_columns * 2;
}

static int is_wide(const plan *plan, const expops_device_info *info)
{
    return info->caps & EXPOPS_CAP_WIDE_MATRIX && info->launch_local_bytes >= wide_bytes(plan) &&
           plan->problem->shape[plan->rows] > LEAST_WIDE_ROWS;
}

static plan choose(const expops_problem *problem, const expops_device_info *info)
{
    plan plan = { .problem = problem, .rows = problem->rank - 4, .terms = problem->rank - 3 };
    const expops_problem_operand *last = problem->operand + problem->num_operands - 1;
    plan.elements = problem->rank - 2;
    plan.columns = problem->rank - 1;
    /* A tile keeps the elements of its left factor as well as its results, so the larger of both decides. */
    plan.tile_columns = problem->shape[plan.elements] > NARROW || problem->shape[plan.columns] > NARROW
                            ? EXPOPS_WEIGHTED_COLUMNS
                            : NARROW;
    plan.halves = (HALVES >> problem->operand[LEFT].dtype & 1u) != 0;
    plan.wide = is_wide(&plan, info);
    plan.tile_rows = plan.wide ? WIDE_ROWS : AREA / plan.tile_columns;
    plan.wide_index = expops_needs_wide_offsets(problem); /* the space has more places than anything has elements */
    plan.limited = last->kind == EXPOPS_OPERAND_POSITION;
    plan.first = plan.limited ? last->offset : 0;
    return plan;
}

static int64_t tiles_of(const plan *plan)
{
    return (plan->problem->shape[plan->rows] + plan->tile_rows - 1) / plan->tile_rows;
}

static int64_t groups_of(const plan *plan)
{
    int64_t groups = tiles_of(plan);
    for (uint32_t d = 0; d < plan->rows; d++)
        groups *= plan->problem->shape[d];
    return groups;
}

/* 1: both inputs that all groups walk can be read in chunks, as they are. */
static int in_chunks(const plan *plan)
{
    const expops_problem *problem = plan->problem;
    const uint32_t chunk = CHUNK_BYTES / expops_operand_bytes(problem->operand + RIGHT);
    return expops_slices_wide(problem, problem->operand + RIGHT, plan->elements, chunk) == chunk &&
           expops_slices_wide(problem, problem->operand + SUMMED, plan->columns, chunk) == chunk;
}

static void define(const plan *plan, expops_step *step)
{
    const expops_problem *problem = plan->problem;
    const uint32_t own[] = { plan->columns, plan->rows, plan->terms, plan->columns };
    const uint32_t walked[] = { 0, plan->elements, plan->elements, plan->terms };
    expops_define_operands(problem, step, VECTOR, NULL, plan->wide_index);
    expops_text_add(&step->defines,
                    "#define XK_RANK %u\n#define XK_ROWS %u\n#define XK_COLUMNS %u\n#define XK_DEPTH %d\n"
                    "#define XK_LIMITED %d\n#define XK_HALVES %d\n#define XK_CHUNKS %d\n"
                    "#define XK_WIDE %d\n#define XK_WHOLE_SLICES 1\n",
                    problem->rank, plan->tile_rows, plan->tile_columns, DEPTH, plan->limited, plan->halves,
                    (plan->halves || plan->wide) && in_chunks(plan), plan->wide);
    if (plan->wide && plan->halves) /* of narrow tiles there are registers for two groups */
        expops_text_add(&step->defines, "%s",
                        plan->tile_columns == NARROW ? "#define XK_LATE 0\n#define XK_RESIDENT 2\n"
                                                     : "#define XK_LATE 1\n");
    for (uint32_t i = OUT; i < INPUTS; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        const uint32_t along = i != OUT && expops_slices_along(operand, own[i], walked[i]);
        const uint32_t wide = expops_slices_wide(problem, operand, along ? walked[i] : own[i], VECTOR);
        if (i == OUT)
            expops_text_add(&step->defines, "#define XK_WIDEO %u\n#define XK_WO_2 %u\n", wide,
                            2 * expops_operand_bytes(operand));
        else
            expops_text_add(&step->defines, "#define XK_ALONG%u %u\n#define XK_WIDE%u %u\n", i - 1, along, i - 1, wide);
    }
}

expops_status expops_specialize_weighted(const expops_problem *problem, const expops_device *device,
                                         expops_steps *steps)
{
    expops_step *step = steps->step;
    const plan plan = choose(problem, &device->info);
    const int64_t groups = groups_of(&plan);
    const uint32_t group = plan.wide ? WIDE_GROUP : EXPOPS_WEIGHTED_GROUP;
    if (device->info.max_group < group)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: groups of %u work-items are more than the device has",
                           problem->op->name, group);
    if (!expops_launch_fits(device, (uint64_t)groups, group))
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: %lld tiles are more than one launch takes", problem->op->name,
                           (long long)groups);
    steps->count = 1;
    step->variant = "weighted";
    step->grid = (uint32_t)groups;
    step->group = group;
    step->local_bytes = plan.wide ? wide_bytes(&plan) : 0;
    define(&plan, step);
    expops_params_slices(problem, (const int64_t[]){ tiles_of(&plan), 1 }, plan.limited ? &plan.first : NULL,
                         plan.wide_index, &step->params);
    return EXPOPS_OK;
}
