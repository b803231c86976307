/* The hot path: find the plan, check what depends on addresses, hand over pointers and numbers. */
#include <float.h>
#include <math.h>
#include <string.h>
#include "backend/device.h"
#include "base/error.h"
#include "call.h"
#include "draft/number.h"
#include "plan.h"
#include "scratch.h"

/* --- numbers --- */

/* A number that is refused where its type cannot hold it, or that lies in a host tensor. */
static expops_status take_number(const expops_plan *plan, const expops_plan_number *number, const expops_value *value)
{
    expops_value host;
    double parts[2];
    if (number->source == EXPOPS_NUMBER_TENSOR) {
        host = expops_read_number(value->as.tensor, parts);
        value = &host;
    }
    EXPOPS_TRY(expops_check_number(plan->op, (uint32_t)number->argument, value, number->meeting));
    if (number->to)
        expops_store_number(value, number->meeting.as, number->compute, number->to);
    return EXPOPS_OK;
}

static __attribute__((noinline)) expops_status store_other(const expops_plan *plan, const expops_plan_number *number,
                                                           const expops_value *value)
{
    if (!number->plain)
        return take_number(plan, number, value);
    expops_store_number(value, number->meeting.as, number->compute, number->to);
    return EXPOPS_OK;
}

/* By far the most numbers are ones that an f32 holds, as it does every integer. */
static inline int store_single(const expops_plan_number *number, const expops_value *value)
{
    float single;
    if (!number->single)
        return 0;
    if (value->kind == EXPOPS_VALUE_REAL && fabs(value->as.real) <= (double)FLT_MAX)
        single = (float)value->as.real;
    else if (value->kind == EXPOPS_VALUE_INT)
        single = (float)value->as.integer;
    else
        return 0;
    memcpy(number->to, &single, sizeof single);
    memset(number->to + sizeof single, 0, sizeof single);
    return 1;
}

/* The numbers of this call go into the plan's own params: the plan is this thread's, and `launch` keeps no pointer. */
static expops_status store_numbers(const expops_plan *plan, const expops_value *args)
{
    for (const expops_plan_number *number = plan->number, *end = number + plan->num_numbers; number < end; number++) {
        const expops_value *value = args + number->argument;
        if (!store_single(number, value))
            EXPOPS_TRY(store_other(plan, number, value));
    }
    return EXPOPS_OK;
}

/* --- addresses --- */

static const char *name_of(const expops_plan *plan, const expops_plan_tensor *own)
{
    return own->source == EXPOPS_PLAN_OUTPUT ? expops_operator_output(plan->op, own->index)
                                             : plan->op->parameters[own->index].name;
}

/* Ranges cross: fine if both are one and the same view, or interleave without touching. */
static int collides(const expops_plan *plan, const expops_plan_pair *pair)
{
    const expops_plan_tensor *out = plan->tensor + pair->out, *in = plan->tensor + pair->in;
    const expops_pointer *to = pair->to, *from = pair->from;
    const int64_t apart =
        (int64_t)(((uintptr_t)from->data + from->byte_offset) - ((uintptr_t)to->data + to->byte_offset));
    if (apart == 0 && pair->alike)
        return 0;
    const int64_t grain = expops_gcd(out->grain, in->grain);
    if (grain == 0)
        return 1;
    int64_t step = apart % grain; /* where elements of `in` start between those of `out` */
    step += step < 0 ? grain : 0;
    return step < out->element || step > grain - in->element;
}

/* Offsets into memory objects count from their start: nothing lies before it, or behind what 64 bits count. */
static expops_status check_object(const expops_plan *plan, const expops_plan_tensor *own, const expops_pointer *pointer)
{
    const uint64_t offset = pointer->byte_offset - (uint64_t)own->shift; /* the descriptor's */
    int64_t first, end;
    if (own->source == EXPOPS_PLAN_TEMPORARY || (!__builtin_add_overflow(offset, own->low, &first) && first >= 0 &&
                                                 !__builtin_add_overflow(first, own->bytes, &end)))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE, "%s: argument %s reaches out of its memory object by byte_offset %llu",
                       plan->op->name, name_of(plan, own), (unsigned long long)offset);
}

static __attribute__((noinline)) expops_status check_objects(const expops_plan *plan)
{
    for (uint32_t i = 0; i < plan->num_tensors; i++)
        EXPOPS_TRY(check_object(plan, plan->tensor + i, plan->pointer + i));
    return EXPOPS_OK;
}

/* One range starts within the other; distances wrap as addresses do. */
static inline int ranges_cross(const expops_plan *plan, const expops_plan_pair *pair)
{
    const expops_pointer *to = pair->to, *from = pair->from;
    const uint64_t apart = ((uint64_t)(uintptr_t)from->data + from->byte_offset) -
                           ((uint64_t)(uintptr_t)to->data + to->byte_offset) + (uint64_t)pair->delta;
    return (apart < pair->out_bytes || -apart < pair->in_bytes) && !(plan->handles && to->data != from->data);
}

static expops_status refuse_overlap(const expops_plan *plan, const expops_plan_pair *pair)
{
    return expops_fail(EXPOPS_ERR_OVERLAP, "%s: %s overlaps argument %s without being the same tensor", plan->op->name,
                       plan->op->outputs[0] ? name_of(plan, plan->tensor + pair->out) : "the output",
                       name_of(plan, plan->tensor + pair->in));
}

/* Inline: of a call's two users the other is the rare one. */
static inline __attribute__((always_inline)) expops_status
gather_pointers(const expops_plan *plan, const expops_value *args, const expops_tensor *outs)
{
    const expops_plan_tensor *own = plan->tensor, *const end = own + plan->num_tensors;
    for (expops_pointer *to = plan->pointer; own < end; own++, to++) {
        const expops_tensor *tensor;
        if (own->source == EXPOPS_PLAN_ARGUMENT)
            tensor = args[own->index].as.tensor;
        else if (own->source == EXPOPS_PLAN_OUTPUT)
            tensor = outs + own->index;
        else if (own->source == EXPOPS_PLAN_LIST)
            tensor = args[own->index].as.tensors[own->item];
        else
            continue;
        to->data = tensor->data;
        to->byte_offset = tensor->byte_offset + (uint64_t)own->shift;
    }
    if (plan->handles)
        EXPOPS_TRY(check_objects(plan));
    for (const expops_plan_pair *pair = plan->pair, *last = pair + plan->num_pairs; pair < last; pair++)
        if (ranges_cross(plan, pair) && collides(plan, pair))
            return refuse_overlap(plan, pair);
    return EXPOPS_OK;
}

/* --- launching --- */

/* Nothing between the launches: the first failure leaves the rest out, and what was launched has written. */
static expops_status launch_all(const expops_plan *plan, expops_device *device, void *stream)
{
    for (const expops_plan_step *step = plan->step, *end = step + plan->num_steps; step < end; step++) {
        const int32_t status = device->api->launch(device->backend, step->kernel, stream, &step->launch);
        if (status)
            return expops_fail_more((expops_status)status, "%s on %s", plan->op->name, device->name);
    }
    return EXPOPS_OK;
}

static void point_into_scratch(const expops_plan *plan, const expops_pointer *scratch)
{
    for (uint32_t i = 0; i < plan->num_tensors; i++)
        if (plan->tensor[i].source == EXPOPS_PLAN_TEMPORARY) {
            plan->pointer[i] = *scratch;
            plan->pointer[i].byte_offset += (uint64_t)plan->tensor[i].shift;
        }
}

static expops_status launch_around(const expops_plan *plan, expops_device *device, void *stream,
                                   const expops_value *args, const expops_tensor *outs)
{
    /* What gave memory takes it back, whatever is set meanwhile. */
    const expops_allocator allocator = device->allocator;
    expops_pointer scratch;
    expops_status status = EXPOPS_OK;
    EXPOPS_TRY_SAYING(expops_scratch_take(device, &allocator, stream, plan->scratch_bytes, &scratch), "%s",
                      plan->op->name);
    if (allocator.allocate) { /* it may have called this plan, with numbers and tensors of its own */
        status = store_numbers(plan, args);
        status = status == EXPOPS_OK ? gather_pointers(plan, args, outs) : status;
    }
    point_into_scratch(plan, &scratch);
    if (status == EXPOPS_OK)
        status = launch_all(plan, device, stream);
    expops_scratch_give(device, &allocator, stream, plan->scratch_bytes, &scratch);
    return status;
}

/* The application's allocator may call the library back. Not between the numbers of a step and its launch: a call nested here
 * that uses the same plan disturbs nothing. */
static expops_status launch_with_scratch(const expops_plan *plan, expops_device *device, void *stream,
                                         const expops_value *args, const expops_tensor *outs)
{
    expops_call_begins();
    const expops_status status = launch_around(plan, device, stream, args, outs);
    expops_call_ends();
    return status;
}

static inline __attribute__((always_inline)) expops_status take_values(const expops_plan *plan,
                                                                       const expops_value *args)
{
    if (plan->op->check)
        EXPOPS_TRY(plan->op->check(plan->op, args, plan->common));
    return plan->num_numbers ? store_numbers(plan, args) : EXPOPS_OK;
}

static inline expops_status run(const expops_plan *plan, expops_device *device, void *stream, const expops_value *args,
                                const expops_tensor *outs)
{
    EXPOPS_TRY(take_values(plan, args));
    if (plan->num_steps == 0)
        return EXPOPS_OK;
    EXPOPS_TRY(gather_pointers(plan, args, outs));
    if (plan->scratch_bytes)
        return launch_with_scratch(plan, device, stream, args, outs);
    return launch_all(plan, device, stream);
}

static expops_status check_scratch(const expops_plan *plan, const expops_pointer *scratch, uint64_t bytes)
{
    if (!plan->scratch_bytes || (scratch && scratch->data && bytes >= plan->scratch_bytes))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: %llu bytes of scratch memory given; it takes %llu",
                       plan->op->name, scratch && scratch->data ? (unsigned long long)bytes : 0ull,
                       (unsigned long long)plan->scratch_bytes);
}

/* --- entry points --- */

expops_status expops_complete_args(const expops_operator *op, const expops_value **args, size_t num_args,
                                   expops_value room[EXPOPS_MAX_PARAMETERS])
{
    size_t count = 0;
    if (!op)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "the operator is NULL; expops_find gives one by name");
    if (num_args && !*args)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: args is NULL", op->name);
    if (expops_takes(op, num_args))
        return EXPOPS_OK;
    for (; op->parameters[count].name; count++)
        room[count] = count < num_args ? (*args)[count] : expops_none();
    *args = room;
    return num_args <= count ? EXPOPS_OK
                             : expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: %zu arguments given; it takes %zu",
                                           op->name, num_args, count);
}

expops_status expops_check_outs(const expops_operator *op, const expops_tensor *outs, size_t num_outs)
{
    if (num_outs == 0 || !outs)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: output is missing", op->name);
    if (num_outs == 1 || expops_operator_output(op, num_outs - 1))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: %zu outputs given; it has fewer", op->name, num_outs);
}

static inline expops_status find_plan(const expops_plan_call *call, expops_plan **out_plan)
{
    expops_plan_key key;
    *out_plan = expops_plan_find(call, &key);
    return *out_plan ? EXPOPS_OK : expops_plan_make(call, &key, out_plan);
}

expops_status expops_find_plan(const expops_plan_call *call, expops_plan **out_plan)
{
    return find_plan(call, out_plan);
}

expops_status expops_run_plan(const expops_plan *plan, const expops_plan_call *call)
{
    return run(plan, call->device, call->stream, call->args, call->outs);
}

expops_status expops_call(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                          size_t num_args, const expops_tensor *outs, size_t num_outs)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    expops_plan *plan;
    EXPOPS_TRY(expops_complete_args(op, &args, num_args, room));
    EXPOPS_TRY(expops_check_outs(op, outs, num_outs));
    EXPOPS_TRY(expops_device_resolve(device, &device));
    const expops_plan_call call = { op, device, stream, args, outs, num_outs };
    EXPOPS_TRY(find_plan(&call, &plan));
    return run(plan, device, stream, args, outs);
}

expops_status expops_call_with_scratch(const expops_operator *op, expops_device *device, void *stream,
                                       const expops_value *args, size_t num_args, const expops_tensor *outs,
                                       size_t num_outs, const expops_pointer *scratch, uint64_t scratch_bytes)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    expops_plan *plan;
    EXPOPS_TRY(expops_complete_args(op, &args, num_args, room));
    EXPOPS_TRY(expops_check_outs(op, outs, num_outs));
    EXPOPS_TRY(expops_device_resolve(device, &device));
    const expops_plan_call call = { op, device, stream, args, outs, num_outs };
    EXPOPS_TRY(find_plan(&call, &plan));
    EXPOPS_TRY(check_scratch(plan, scratch, scratch_bytes));
    EXPOPS_TRY(take_values(plan, args));
    if (plan->num_steps == 0)
        return EXPOPS_OK;
    EXPOPS_TRY(gather_pointers(plan, args, outs));
    if (plan->scratch_bytes)
        point_into_scratch(plan, scratch);
    return launch_all(plan, device, stream);
}
