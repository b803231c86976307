/* A call whose outputs the caller makes when it knows what they have to be: one look at the arguments, where asking and then calling
 * take two. */
#include "base/error.h"
#include "call.h"
#include "plan_key.h"

static expops_status find_results(const expops_plan_call *call, size_t num_outs, expops_plan **out_plan)
{
    expops_plan_key key;
    *out_plan = expops_plan_find_new(call, &key);
    if (!*out_plan)
        EXPOPS_TRY(expops_make_results(call, &key, out_plan));
    return num_outs == (*out_plan)->num_results
               ? EXPOPS_OK
               : expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: room for %zu results; it has %u", call->op->name,
                             num_outs, (*out_plan)->num_results);
}

/* The results know it the next time, if they have not been forgotten since. */
static __attribute__((noinline)) expops_status find_next(const expops_plan_call *call, expops_plan **out_plan)
{
    const expops_plan_call question = { call->op, call->device, call->stream, call->args, NULL, 0 };
    expops_plan_key key;
    EXPOPS_TRY(expops_find_plan(call, out_plan));
    expops_plan *results = expops_plan_find_new(&question, &key);
    if (results)
        results->next = expops_plan_place_of(*out_plan);
    return EXPOPS_OK;
}

/* What makes outputs may call the library, which may forget plans: none is in use meanwhile. */
static expops_status make_outputs(const expops_plan *results, const expops_operator *op, expops_make_outputs *make,
                                  void *context, expops_tensor *outs)
{
    const expops_status status = make(context, results->results, outs);
    return status ? expops_fail(status, "%s: no outputs were made", op->name) : EXPOPS_OK;
}

expops_status expops_call_new(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                              size_t num_args, expops_make_outputs *make, void *context, expops_tensor *outs,
                              size_t num_outs)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    expops_plan *results, *plan;
    if (!op || !args || !expops_takes(op, num_args))
        EXPOPS_TRY(expops_complete_args(op, &args, num_args, room));
    if (!make || !outs)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: %s is NULL", op->name, make ? "outs" : "make");
    if (!expops_device_is_ready(device))
        EXPOPS_TRY(expops_device_resolve(device, &device));
    expops_plan_call call = { op, device, stream, args, NULL, 0 };
    EXPOPS_TRY(find_results(&call, num_outs, &results));
    const expops_plan_place next = results->next;
    const uint32_t num_words = results->num_words;
    EXPOPS_TRY(make_outputs(results, op, make, context, outs));
    call.outs = outs;
    call.num_outs = num_outs;
    plan = plan_at(&next, num_words, &call);
    if (!plan)
        EXPOPS_TRY(find_next(&call, &plan));
    return expops_run_plan(plan, &call);
}
