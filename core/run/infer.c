/* What a call would give, the results of a plan without a device; and what it would need, which is made ready. */
#include <string.h>
#include "base/error.h"
#include "call.h"
#include "draft/values.h"
#include "plan_store.h"

/* Where the first argument lies is the caller's at each question: only the distance from there is kept. */
static void take_view(const expops_draft *draft, expops_result *view)
{
    *view = draft->results[0];
    memcpy(view->strides, draft->alias.strides, sizeof view->strides);
    view->byte_offset = (uint64_t)draft->alias.offset * expops_dtype_bytes((expops_dtype)draft->alias.dtype);
}

/* As any plan: a framework asks for results before each call, and the second time nothing is worked out. */
static expops_status keep(const expops_plan_call *call, const expops_plan_key *key, const expops_draft *draft,
                          expops_plan **out_plan)
{
    const uint32_t num_results = draft->num_results + (draft->aliased != 0);
    expops_plan *plan = expops_plan_allocate(call, key, num_results * sizeof *plan->results);
    if (!plan)
        return expops_fail_more(expops_no_plan_memory(), "%s", call->op->name);
    plan->common = draft->common < 0 ? draft->element : draft->common; /* what numbers are held against */
    plan->num_results = draft->num_results;
    plan->aliased = draft->aliased;
    plan->results = (expops_result *)(plan->key + key->count);
    memcpy(plan->results, draft->results, draft->num_results * sizeof *plan->results);
    if (draft->aliased) {
        take_view(draft, plan->results + draft->num_results);
        plan->results[0].flags |= EXPOPS_RESULT_ALIAS;
        plan->results[draft->num_results].flags |= EXPOPS_RESULT_ALIAS;
    }
    if (!expops_plan_keep(plan)) {
        expops_plan_free(plan);
        return expops_fail_more(expops_no_plan_memory(), "%s", call->op->name);
    }
    *out_plan = plan;
    return EXPOPS_OK;
}

__attribute__((noinline)) expops_status expops_make_results(const expops_plan_call *call, const expops_plan_key *key,
                                                            expops_plan **out_plan)
{
    static _Thread_local expops_leaf leaf; /* too large for a frame beside the draft */
    expops_draft draft;
    EXPOPS_TRY(expops_draft_infer(call->op, call->args, &leaf, &draft));
    return keep(call, key, &draft, out_plan);
}

static expops_status find_results(const expops_operator *op, const expops_value *args, size_t num_args,
                                  expops_plan **out_plan)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    expops_plan_key key;
    EXPOPS_TRY(expops_complete_args(op, &args, num_args, room));
    const expops_plan_call call = { .op = op, .args = args };
    *out_plan = expops_plan_find_results(&call, &key);
    if (!*out_plan)
        return expops_make_results(&call, &key, out_plan);
    return expops_check_values(op, args, (*out_plan)->common);
}

expops_status expops_infer(const expops_operator *op, const expops_value *args, size_t num_args,
                           expops_result *out_results, size_t num_results)
{
    expops_plan *plan;
    EXPOPS_TRY(find_results(op, args, num_args, &plan));
    if (!out_results)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: out_results is NULL", op->name);
    if (num_results != plan->num_results)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: room for %zu results; it has %u", op->name, num_results,
                           plan->num_results);
    memcpy(out_results, plan->results, num_results * sizeof *out_results);
    return EXPOPS_OK;
}

static expops_status check_places(const expops_operator *op, const expops_value *args)
{
    for (const expops_parameter *parameter = op->parameters; parameter->name; parameter++, args++)
        if (args->kind == EXPOPS_VALUE_TENSOR && args->as.tensor->device.device_type != EXPOPS_DL_CPU)
            return expops_fail(EXPOPS_ERR_DEVICE, "%s: argument %s is not in the host's memory", op->name,
                               parameter->name);
    return EXPOPS_OK;
}

static __attribute__((noinline)) expops_status check_elements(const expops_operator *op, const expops_value *args,
                                                              size_t num_args)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    expops_plan *plan;
    EXPOPS_TRY(find_results(op, args, num_args, &plan));
    EXPOPS_TRY(expops_complete_args(op, &args, num_args, room));
    EXPOPS_TRY(check_places(op, args));
    return op->check_elements(op, args);
}

/* Asked before each call, of operators that mostly look at none. */
expops_status expops_check_elements(const expops_operator *op, const expops_value *args, size_t num_args)
{
    return op && !op->check_elements ? EXPOPS_OK : check_elements(op, args, num_args);
}

expops_status expops_view_of(const expops_operator *op, const expops_value *args, size_t num_args,
                             expops_result *out_view)
{
    expops_plan *plan;
    EXPOPS_TRY(find_results(op, args, num_args, &plan));
    if (!out_view)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: out_view is NULL", op->name);
    if (!plan->aliased)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: the result is no view of %s", op->name, op->parameters[0].name);
    *out_view = plan->results[plan->num_results];
    out_view->byte_offset += args[0].as.tensor->byte_offset;
    return EXPOPS_OK;
}

expops_status expops_prepare(const expops_operator *op, expops_device *device, const expops_value *args,
                             size_t num_args, const expops_tensor *outs, size_t num_outs, uint64_t *out_scratch_bytes)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    expops_plan_key key;
    expops_plan *plan;
    EXPOPS_TRY(expops_complete_args(op, &args, num_args, room));
    EXPOPS_TRY(expops_check_outs(op, outs, num_outs));
    if (!device || !expops_device_is_target(device))
        EXPOPS_TRY(expops_device_resolve(device, &device));
    const expops_plan_call call = { op, device, NULL, args, outs, num_outs };
    plan = expops_plan_find(&call, &key);
    if (!plan)
        EXPOPS_TRY(expops_plan_make(&call, &key, &plan));
    if (out_scratch_bytes)
        *out_scratch_bytes = plan->scratch_bytes;
    return EXPOPS_OK;
}
