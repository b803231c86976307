/* Making a plan: the cold path behind a call with a new signature. */
#include "plan.h"
#include <stdlib.h>
#include <string.h>
#include "plan_internal.h"
#include "plan_store.h"

/* What is large and only needed while a plan is made. */
typedef struct workshop {
    expops_draft draft;
    expops_problem problem;
    expops_steps steps;
    uint64_t offered_scratch;                    /* what the last offered kernel needs */
    expops_list list;                            /* copies that are launched together, */
    expops_plan_tensor input[EXPOPS_LIST_ITEMS]; /* and what each of them reads */
} workshop;

/* The problem as a backend sees it. */
static void make_signature(const expops_problem *problem, expops_operand *operands, expops_signature *signature)
{
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        operands[i] = (expops_operand){ sizeof *operands, operand->kind,   operand->dtype,      operand->aligned,
                                        operand->strides, operand->offset, operand->meeting.as, operand->attribute };
    }
    *signature = (expops_signature){
        .header = { sizeof *signature, 0, NULL },
        .operator_name = problem->op->name,
        .family = problem->family,
        .compute = problem->compute,
        .dtype = problem->common,
        .result = problem->result,
        .choice = problem->choice,
        .rank = problem->rank,
        .row_dims = problem->row_dims,
        .shape = problem->shape,
        .num_operands = problem->num_operands,
        .num_numbers = problem->num_numbers,
        .operands = operands,
        .lifted = problem->lifted,
        .window = &problem->window,
    };
}

/* To measure: 2048 plans of a thread with the largest params would be 8 MiB. */
static expops_status keep_params(const expops_params *params, expops_plan_step *step)
{
    step->numbers_at = params->numbers;
    if (!params->bytes)
        return EXPOPS_OK;
    step->launch.params = malloc(params->bytes);
    if (!step->launch.params)
        return expops_no_plan_memory();
    memcpy(expops_plan_params(step), params->data, params->bytes);
    step->launch.params_bytes = params->bytes;
    return EXPOPS_OK;
}

/* Adds no step where the backend declines. */
static expops_status take_offer(workshop *shop, expops_device *device, expops_plan *plan, uint32_t first_tensor)
{
    const expops_problem *problem = &shop->problem;
    expops_operand operands[1 + EXPOPS_MAX_OPERANDS];
    expops_signature signature;
    expops_plan_step *step = plan->step + plan->num_steps;
    expops_params params;
    make_signature(problem, operands, &signature);
    EXPOPS_TRY(expops_kernel_ask(device, &signature, &step->offer, &shop->offered_scratch));
    if (!step->offer.kernel)
        return EXPOPS_OK;
    params.bytes = params.failed = 0;
    expops_params_numbers(&params, problem);
    step->kernel = step->offer.kernel;
    step->tensors = first_tensor;
    step->apart = problem->apart && !problem->num_numbers && !shop->offered_scratch;
    step->launch.num_tensors = problem->num_tensors;
    plan->num_steps++;
    return keep_params(&params, step);
}

/* Leaves run one after the other on one stream: they take the same memory in turn, behind the temporaries that outlive a leaf. */
static void need_scratch(uint64_t bytes, expops_plan *plan)
{
    plan->scratch_bytes = bytes > plan->scratch_bytes ? bytes : plan->scratch_bytes;
}

/* The offered kernel's launch gets its memory behind the leaf's tensors, which are the plan's from `first_tensor` on. */
static expops_status take_scratch(workshop *shop, expops_plan *plan, uint32_t first_tensor)
{
    const uint32_t count = shop->problem.num_tensors;
    expops_plan_step *step = plan->step + plan->num_steps - 1;
    expops_step *names = shop->steps.step;
    if (!shop->offered_scratch)
        return EXPOPS_OK;
    for (uint32_t i = 0; i < count; i++)
        names->tensors[i] = (uint8_t)i;
    names->tensors[count] = EXPOPS_STEP_SCRATCH;
    names->num_tensors = count + 1;
    need_scratch(shop->draft.temporary_bytes + shop->offered_scratch, plan);
    return expops_plan_step_tensors(plan, shop->draft.temporary_bytes, &shop->steps, names, first_tensor, count, step);
}

/* Asked when a plan is made, never at a call that has one: its kernels are loaded already. */
static expops_status is_capturing(expops_device *device, void *stream, int *out_capturing)
{
    uint32_t capturing = 0;
    *out_capturing = 0;
    if (!(device->info.caps & EXPOPS_CAP_CAPTURE) || !EXPOPS_HAS(device->api, expops_backend_api, stream_capturing))
        return EXPOPS_OK;
    const int32_t status = device->api->stream_capturing(device->backend, stream, &capturing);
    *out_capturing = (int)capturing;
    return status ? expops_fail_more((expops_status)status, "asking whether the stream is under capture") : EXPOPS_OK;
}

static expops_status take_step(const expops_problem *problem, expops_device *device, int capturing,
                               const expops_step *from, expops_plan_step *to)
{
    EXPOPS_TRY(expops_kernel_get(device, problem, from, capturing, &to->loaded));
    to->kernel = expops_kernel_of(to->loaded);
    to->launch = (expops_launch){ .grid = { from->grid, 1, 1 },
                                  .group = { from->group, 1, 1 },
                                  .local_bytes = from->local_bytes,
                                  .start = from->start };
    return keep_params(&from->params, to);
}

static expops_status take_kernels(workshop *shop, expops_device *device, int capturing, expops_plan *plan,
                                  uint32_t first_tensor)
{
    expops_steps *steps = &shop->steps;
    expops_status status = expops_specialize(&shop->problem, device, steps);
    for (uint32_t i = 0; i < steps->count && status == EXPOPS_OK; i++) {
        expops_plan_step *step = plan->step + plan->num_steps++;
        status = take_step(&shop->problem, device, capturing, steps->step + i, step);
        if (status == EXPOPS_OK)
            status = expops_plan_step_tensors(plan, shop->draft.temporary_bytes, steps, steps->step + i, first_tensor,
                                              shop->problem.num_tensors, step);
    }
    uint64_t scratch = shop->draft.temporary_bytes;
    for (uint32_t i = 0; i < EXPOPS_MAX_SCRATCH; i++)
        scratch += steps->scratch_bytes[i];
    need_scratch(scratch, plan);
    expops_steps_free(steps);
    return status;
}

/* Launches what has gathered. */
static expops_status take_list(workshop *shop, expops_device *device, int capturing, expops_plan *plan)
{
    expops_list *list = &shop->list;
    expops_steps *steps = &shop->steps;
    const uint32_t count = list->count, index = shop->draft.slots[list->problem.operand[0].slot].index;
    if (!count)
        return EXPOPS_OK;
    expops_plan_step *step = plan->step + plan->num_steps++;
    memset(steps, 0, sizeof *steps);
    expops_specialize_list(list, device, steps->step);
    expops_status status = take_step(&list->problem, device, capturing, steps->step, step);
    if (status == EXPOPS_OK)
        status = expops_plan_list_tensors(index, shop->input, count, expops_list_room(count), plan, step);
    expops_steps_free(steps);
    list->count = 0;
    return status;
}

static expops_status add_to_list(workshop *shop, expops_device *device, int capturing, expops_plan *plan)
{
    expops_list *list = &shop->list;
    /* It is full, or this one is of another kind: what has gathered is launched, and the next list begins with it. */
    if (!expops_list_add(list, &shop->problem, device)) {
        EXPOPS_TRY(take_list(shop, device, capturing, plan));
        expops_list_add(list, &shop->problem, device);
    }
    return expops_plan_list_input(&shop->draft, &shop->problem, plan, shop->input + list->count - 1);
}

static expops_status add_leaf(workshop *shop, expops_device *device, int capturing, uint32_t leaf, expops_plan *plan)
{
    const uint32_t first_step = plan->num_steps, first_number = plan->num_numbers;
    const expops_problem *problem = &shop->problem;
    EXPOPS_TRY(expops_problem_make(&shop->draft, shop->draft.leaves + leaf, &shop->problem));
    /* First, so that the tensors of leaves that are joined follow one another. */
    if (problem->apart)
        EXPOPS_TRY(expops_plan_whole(&shop->draft, problem, plan));
    const uint32_t first_tensor = plan->num_tensors;
    EXPOPS_TRY(expops_plan_numbers(problem, plan));
    /* Its numbers have been looked at; there is nothing to launch. */
    if (problem->empty)
        return EXPOPS_OK;
    EXPOPS_TRY(take_offer(shop, device, plan, first_tensor));
    /* What the backend has a kernel for goes on leaf by leaf: only what would be a launch of a compiled kernel
     * gathers. */
    if (plan->num_steps == first_step && expops_list_takes(problem, device))
        return add_to_list(shop, device, capturing, plan);
    EXPOPS_TRY(expops_plan_tensors(&shop->draft, problem, plan));
    EXPOPS_TRY(expops_plan_pairs(&shop->draft, problem, plan, first_tensor));
    EXPOPS_TRY(plan->num_steps == first_step ? take_kernels(shop, device, capturing, plan, first_tensor)
                                             : take_scratch(shop, plan, first_tensor));
    return expops_plan_places(problem, plan, first_number, first_step);
}

/* An error of a leaf names its body, which may be another operator's. */
static expops_status name_operator(const expops_draft *draft, uint32_t leaf, expops_status status)
{
    return status == EXPOPS_OK || draft->leaves[leaf].op == draft->op ? status
                                                                      : expops_fail_more(status, "%s", draft->op->name);
}

static expops_status fill(workshop *shop, expops_device *device, void *stream, expops_plan *plan)
{
    const expops_draft *draft = &shop->draft;
    int capturing;
    plan->common = draft->common;
    plan->handles = (device->info.caps & EXPOPS_CAP_HANDLES) != 0;
    plan->scratch_bytes = draft->temporary_bytes;
    plan->step = calloc((size_t)draft->num_leaves * EXPOPS_MAX_STEPS + 1, sizeof *plan->step);
    if (!plan->step)
        return expops_no_plan_memory();
    EXPOPS_TRY(is_capturing(device, stream, &capturing));
    for (uint32_t leaf = 0; leaf < draft->num_leaves; leaf++)
        EXPOPS_TRY(name_operator(draft, leaf, add_leaf(shop, device, capturing, leaf, plan)));
    if (shop->list.count)
        EXPOPS_TRY(name_operator(draft, draft->num_leaves - 1, take_list(shop, device, capturing, plan)));
    EXPOPS_TRY(expops_plan_join(device, plan));
    return expops_plan_launches(plan);
}

/* Asked only here, where a kernel was just made: that is the one time when a thread is certain not to be recording
 * a graph. */
static int crowded(const expops_plan *plan)
{
    return plan->num_steps && plan->step[0].loaded && expops_kernels_crowded(plan->step[0].loaded);
}

/* The plan is the thread's, or freed. */
static expops_status finish(workshop *shop, const expops_plan_call *call, expops_plan *plan)
{
    const expops_status status = fill(shop, call->device, call->stream, plan);
    if (status == EXPOPS_OK && crowded(plan))
        expops_plan_thin();
    if (status == EXPOPS_OK && expops_plan_keep(plan))
        return EXPOPS_OK;
    expops_plan_free(plan);
    return status != EXPOPS_OK ? status : expops_fail_more(expops_no_plan_memory(), "%s", call->op->name);
}

expops_status expops_plan_make(const expops_plan_call *call, const expops_plan_key *key, expops_plan **out_plan)
{
    workshop *shop = malloc(sizeof *shop);
    expops_plan *plan = expops_plan_allocate(call, key, 0);
    if (!shop || !plan) {
        free(shop);
        free(plan);
        return expops_fail_more(expops_no_plan_memory(), "%s", call->op->name);
    }
    *out_plan = plan;
    shop->list.count = 0;
    expops_status status =
        expops_draft_make(call->op, call->args, call->device, call->outs, (uint32_t)call->num_outs, &shop->draft);
    if (status == EXPOPS_OK)
        status = finish(shop, call, plan);
    else
        free(plan);
    expops_draft_free(&shop->draft);
    free(shop);
    return status;
}
