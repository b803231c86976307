/* Making a plan: the cold path behind a call with a new signature. */
#include "plan.h"
#include <stdlib.h>
#include <string.h>
#include "base/error.h"
#include "plan_store.h"

static int same_layout(const expops_problem *problem, const expops_problem_operand *a, const expops_problem_operand *b)
{
    if (expops_operand_bytes(a) != expops_operand_bytes(b) || a->offset != b->offset)
        return 0;
    for (uint32_t d = 0; d < problem->rank; d++)
        if (problem->shape[d] > 1 && a->strides[d] != b->strides[d])
            return 0;
    return 1;
}

static void describe_tensor(const expops_problem *problem, const expops_problem_operand *operand,
                            expops_plan_tensor *tensor)
{
    int64_t grain = 0;
    for (uint32_t d = 0; d < problem->rank; d++)
        grain = problem->shape[d] > 1 ? expops_gcd(grain, operand->strides[d]) : grain;
    tensor->argument = operand->argument;
    tensor->device_type = operand->device_type;
    tensor->element = expops_operand_bytes(operand);
    tensor->shift = operand->offset * tensor->element;
    tensor->low = operand->low;
    tensor->bytes = (uint64_t)(operand->high - operand->low);
    tensor->grain = grain * tensor->element;
    tensor->as_output = (uint32_t)same_layout(problem, operand, problem->operand);
}

static void describe_operands(const expops_problem *problem, expops_plan *plan)
{
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (operand->kind == EXPOPS_OPERAND_NUMBER) {
            expops_plan_number *number = plan->number + plan->num_numbers++;
            number->argument = operand->argument;
            number->source = operand->number_source;
            number->meeting = operand->meeting;
        } else if (expops_is_tensor(operand)) {
            describe_tensor(problem, operand, plan->tensor + plan->num_tensors++);
        }
    }
}

/* The problem as a backend sees it. */
static void make_signature(const expops_problem *problem, expops_operand *operands, expops_signature *signature)
{
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        operands[i] = (expops_operand){ sizeof *operands, operand->kind,   operand->dtype,     operand->aligned,
                                        operand->strides, operand->offset, operand->meeting.as };
    }
    *signature = (expops_signature){
        .header = { sizeof *signature, 0, NULL },
        .operator_name = problem->op->name,
        .family = problem->op->family,
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
    };
}

static expops_status keep_params(const expops_params *params, expops_plan_step *step)
{
    step->params_bytes = params->bytes;
    step->numbers_at = params->numbers;
    if (!params->bytes)
        return EXPOPS_OK;
    step->params = malloc(params->bytes);
    if (!step->params)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory for a plan's params");
    memcpy(step->params, params->data, params->bytes);
    return EXPOPS_OK;
}

static expops_status take_offer(const expops_problem *problem, expops_device *device, expops_plan *plan)
{
    expops_operand operands[1 + EXPOPS_MAX_OPERANDS];
    expops_signature signature;
    expops_params params = { 0 };
    make_signature(problem, operands, &signature);
    EXPOPS_TRY(expops_kernel_ask(device, &signature, &plan->offer));
    if (!plan->offer.kernel)
        return EXPOPS_OK;
    expops_params_numbers(&params, problem);
    plan->num_steps = 1;
    plan->step[0].kernel = plan->offer.kernel;
    return keep_params(&params, plan->step);
}

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

static expops_status take_kernels(const expops_problem *problem, expops_device *device, void *stream,
                                  expops_steps *steps, expops_plan *plan)
{
    int capturing;
    EXPOPS_TRY(is_capturing(device, stream, &capturing));
    EXPOPS_TRY(expops_specialize(problem, device, steps));
    for (uint32_t i = 0; i < steps->count; i++) {
        const expops_step *from = steps->step + i;
        expops_plan_step *to = plan->step + i;
        EXPOPS_TRY(expops_kernel_get(device, problem, from, capturing, &to->loaded));
        to->kernel = expops_kernel_of(to->loaded);
        to->grid = from->grid;
        to->group = from->group;
        to->reads_scratch = from->reads_scratch;
        EXPOPS_TRY(keep_params(&from->params, to));
    }
    plan->num_steps = steps->count;
    plan->scratch_bytes = steps->scratch_bytes;
    return EXPOPS_OK;
}

static expops_plan *allocate(const expops_plan_key *key, const expops_problem *problem)
{
    const size_t key_bytes = key->count * sizeof *key->words;
    expops_plan *plan = calloc(1, sizeof *plan + problem->num_tensors * sizeof *plan->tensor +
                                      problem->num_numbers * sizeof *plan->number + key_bytes);
    if (!plan)
        return NULL;
    plan->hash = key->hash;
    plan->key_count = key->count;
    plan->number = (expops_plan_number *)(plan->tensor + problem->num_tensors);
    plan->key = (uint64_t *)(plan->number + problem->num_numbers);
    memcpy(plan->key, key->words, key_bytes);
    return plan;
}

static void let_go(expops_later *later)
{
    expops_plan *plan = (expops_plan *)later;
    expops_kernel_give_back(&plan->offer);
    for (uint32_t i = 0; i < EXPOPS_MAX_STEPS; i++) {
        expops_kernel_release(plan->step[i].loaded);
        free(plan->step[i].params);
    }
    free(plan);
}

void expops_plan_free(expops_plan *plan)
{
    plan->later.let_go = let_go;
    expops_let_go(&plan->later);
}

/* What no call changes is written once. */
static void store_constants(const expops_problem *problem, expops_plan *plan)
{
    const uint32_t bytes = plan->compute == EXPOPS_COMPUTE_C128 ? 16 : 8;
    uint32_t count = 0;
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        const expops_value value = expops_real(operand->constant);
        if (operand->kind != EXPOPS_OPERAND_NUMBER)
            continue;
        for (uint32_t s = 0; operand->number_source == EXPOPS_NUMBER_CONSTANT && s < plan->num_steps; s++)
            expops_store_number(&value, operand->meeting.as, plan->compute,
                                plan->step[s].params + plan->step[s].numbers_at + count * bytes);
        count++;
    }
}

static expops_status fill(const expops_problem *problem, expops_device *device, void *stream, expops_plan *plan)
{
    expops_steps steps = { 0 };
    plan->op = problem->op;
    plan->common = problem->common;
    plan->compute = problem->compute;
    plan->empty = (uint32_t)problem->empty;
    plan->handles = (device->info.caps & EXPOPS_CAP_HANDLES) != 0;
    describe_operands(problem, plan);
    if (problem->empty)
        return EXPOPS_OK;
    EXPOPS_TRY(take_offer(problem, device, plan));
    const expops_status status = plan->offer.kernel ? EXPOPS_OK : take_kernels(problem, device, stream, &steps, plan);
    expops_steps_free(&steps);
    if (status == EXPOPS_OK)
        store_constants(problem, plan);
    return status;
}

expops_status expops_plan_make(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                               const expops_tensor *out, const expops_plan_key *key, expops_plan **out_plan)
{
    expops_problem problem;
    EXPOPS_TRY(expops_problem_make(op, device, args, out, &problem));
    expops_plan *plan = allocate(key, &problem);
    if (!plan)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "%s: no memory for a plan", op->name);
    const expops_status status = fill(&problem, device, stream, plan);
    if (status == EXPOPS_OK && plan->step[0].loaded && expops_kernels_crowded(plan->step[0].loaded))
        expops_plan_thin();
    if (status != EXPOPS_OK || !expops_plan_keep(plan)) {
        expops_plan_free(plan);
        return status != EXPOPS_OK ? status
                                   : expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "%s: no memory for plans", op->name);
    }
    *out_plan = plan;
    return EXPOPS_OK;
}
