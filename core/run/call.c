/* The hot path: find the plan, check what depends on addresses, hand over pointers and numbers. */
#include <string.h>
#include "backend/device.h"
#include "base/error.h"
#include "draft/number.h"
#include "plan.h"

/* --- numbers --- */

/* The numbers of this call go into the plan's own params: the plan is this thread's, and `launch` keeps no pointer. */
static expops_status store_numbers(const expops_plan *plan, const expops_value *args)
{
    for (uint32_t i = 0; i < plan->num_numbers; i++) {
        const expops_plan_number *number = plan->number + i;
        const expops_value *value = args + number->argument;
        const uint32_t bytes = number->compute == EXPOPS_COMPUTE_C128 ? 16 : 8;
        expops_value host;
        double parts[2];
        if (number->source == EXPOPS_NUMBER_TENSOR) {
            host = expops_read_number(value->as.tensor, parts);
            value = &host;
        }
        if (number->meeting.held)
            EXPOPS_TRY(expops_check_number(plan->op, (uint32_t)number->argument, value, number->meeting));
        const expops_plan_step *step = plan->step + number->step;
        for (uint32_t s = 0; s < number->num_steps; s++, step++)
            expops_store_number(value, number->meeting.as, number->compute,
                                step->params + step->numbers_at + number->index * bytes);
    }
    return EXPOPS_OK;
}

/* --- addresses --- */

/* The caller's descriptor; NULL of temporary memory. */
static inline const expops_tensor *tensor_at(const expops_plan_tensor *own, const expops_value *args,
                                             const expops_tensor *outs)
{
    if (own->slot < 0)
        return NULL;
    if (own->slot < EXPOPS_PLAN_OUTPUT)
        return args[own->slot].as.tensor;
    if (own->slot < EXPOPS_PLAN_LIST)
        return outs + (own->slot - EXPOPS_PLAN_OUTPUT);
    return args[own->slot - EXPOPS_PLAN_LIST].as.tensors[own->item];
}

static const char *name_of(const expops_plan *plan, const expops_plan_tensor *own)
{
    if (own->slot >= EXPOPS_PLAN_LIST)
        return plan->op->parameters[own->slot - EXPOPS_PLAN_LIST].name;
    return own->slot >= EXPOPS_PLAN_OUTPUT ? expops_operator_output(plan->op, (size_t)(own->slot - EXPOPS_PLAN_OUTPUT))
                                           : plan->op->parameters[own->slot].name;
}

/* Ranges cross: fine if both are one and the same view, or interleave without touching. */
static int collides(const expops_plan *plan, const expops_plan_pair *pair)
{
    const expops_plan_tensor *out = plan->tensor + pair->out, *in = plan->tensor + pair->in;
    const expops_pointer *to = plan->pointer + pair->out, *from = plan->pointer + pair->in;
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
static expops_status check_object(const expops_plan *plan, const expops_plan_tensor *own, const expops_tensor *tensor)
{
    int64_t first, end;
    if (!__builtin_add_overflow(tensor->byte_offset, own->low, &first) && first >= 0 &&
        !__builtin_add_overflow(first, own->bytes, &end))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE, "%s: argument %s reaches out of its memory object by byte_offset %llu",
                       plan->op->name, name_of(plan, own), (unsigned long long)tensor->byte_offset);
}

/* One range starts within the other; distances wrap as addresses do. */
static inline int ranges_cross(const expops_plan *plan, const expops_plan_pair *pair)
{
    const expops_pointer *to = plan->pointer + pair->out, *from = plan->pointer + pair->in;
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

static expops_status gather_pointers(const expops_plan *plan, const expops_value *args, const expops_tensor *outs)
{
    const expops_plan_tensor *own = plan->tensor, *const end = own + plan->num_tensors;
    const uint32_t num_pairs = plan->num_pairs, handles = plan->handles;
    for (expops_pointer *to = plan->pointer; own < end; own++, to++) {
        const expops_tensor *tensor = tensor_at(own, args, outs);
        if (!tensor)
            continue;
        to->data = tensor->data;
        to->byte_offset = tensor->byte_offset + (uint64_t)own->shift;
        if (handles)
            EXPOPS_TRY(check_object(plan, own, tensor));
    }
    for (uint32_t i = 0; i < num_pairs; i++)
        if (ranges_cross(plan, plan->pair + i) && collides(plan, plan->pair + i))
            return refuse_overlap(plan, plan->pair + i);
    return EXPOPS_OK;
}

/* --- launching --- */

static expops_status launch_step(const expops_plan *plan, const expops_plan_step *step, expops_device *device,
                                 void *stream)
{
    const expops_launch launch = {
        .struct_size = sizeof launch,
        .num_tensors = step->num_tensors,
        .tensors = plan->pointer + step->tensors,
        .params = step->params,
        .params_bytes = step->params_bytes,
        .grid = { step->grid, 1, 1 },
        .group = { step->group, 1, 1 },
    };
    const int32_t status = device->api->launch(device->backend, step->kernel, stream, &launch);
    return status ? expops_fail_more((expops_status)status, "%s on %s", plan->op->name, device->name) : EXPOPS_OK;
}

static expops_status launch_all(const expops_plan *plan, expops_device *device, void *stream)
{
    for (uint32_t i = 0; i < plan->num_steps; i++)
        EXPOPS_TRY(launch_step(plan, plan->step + i, device, stream));
    return EXPOPS_OK;
}

static expops_status take_scratch(expops_device *device, const expops_allocator *allocator, void *stream,
                                  uint64_t bytes, expops_pointer *scratch)
{
    memset(scratch, 0, sizeof *scratch);
    if (!allocator->allocate) {
        const int32_t status = device->api->allocate(device->backend, stream, bytes, scratch);
        return status
                   ? expops_fail_more((expops_status)status, "scratch memory of %llu bytes", (unsigned long long)bytes)
                   : EXPOPS_OK;
    }
    scratch->device_type = device->info.device_types[0];
    scratch->data = allocator->allocate(allocator->context, stream, bytes);
    return scratch->data ? EXPOPS_OK
                         : expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "the allocator gave no scratch memory of %llu bytes",
                                       (unsigned long long)bytes);
}

static void give_scratch(expops_device *device, const expops_allocator *allocator, void *stream, uint64_t bytes,
                         const expops_pointer *scratch)
{
    if (allocator->allocate)
        allocator->release(allocator->context, stream, scratch->data, bytes);
    else
        device->api->release(device->backend, stream, scratch);
}

static void point_into_scratch(const expops_plan *plan, const expops_pointer *scratch)
{
    for (uint32_t i = 0; i < plan->num_tensors; i++)
        if (plan->tensor[i].slot < 0) {
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
    EXPOPS_TRY_SAYING(take_scratch(device, &allocator, stream, plan->scratch_bytes, &scratch), "%s", plan->op->name);
    if (allocator.allocate) { /* it may have called this plan, with numbers and tensors of its own */
        status = store_numbers(plan, args);
        status = status == EXPOPS_OK ? gather_pointers(plan, args, outs) : status;
    }
    point_into_scratch(plan, &scratch);
    if (status == EXPOPS_OK)
        status = launch_all(plan, device, stream);
    give_scratch(device, &allocator, stream, plan->scratch_bytes, &scratch);
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

static expops_status run(const expops_plan *plan, expops_device *device, void *stream, const expops_value *args,
                         const expops_tensor *outs)
{
    if (plan->op->check)
        EXPOPS_TRY(plan->op->check(plan->op, args, plan->common));
    if (plan->num_numbers)
        EXPOPS_TRY(store_numbers(plan, args));
    if (plan->num_steps == 0)
        return EXPOPS_OK;
    EXPOPS_TRY(gather_pointers(plan, args, outs));
    if (plan->scratch_bytes)
        return launch_with_scratch(plan, device, stream, args, outs);
    return launch_all(plan, device, stream);
}

/* --- entry points --- */

static int takes(const expops_operator *op, size_t count)
{
    return count <= EXPOPS_MAX_PARAMETERS && !op->parameters[count].name &&
           (count == 0 || op->parameters[count - 1].name);
}

/* `*args` with every parameter present; `room` is used where the caller gave fewer. */
static expops_status complete_args(const expops_operator *op, const expops_value **args, size_t num_args,
                                   expops_value room[EXPOPS_MAX_PARAMETERS])
{
    size_t count = 0;
    if (!op)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "the operator is NULL; expops_find gives one by name");
    if (num_args && !*args)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: args is NULL", op->name);
    if (takes(op, num_args))
        return EXPOPS_OK;
    for (; op->parameters[count].name; count++)
        room[count] = count < num_args ? (*args)[count] : expops_none();
    *args = room;
    return num_args <= count ? EXPOPS_OK
                             : expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: %zu arguments given; it takes %zu",
                                           op->name, num_args, count);
}

static expops_status check_outs(const expops_operator *op, const expops_tensor *outs, size_t num_outs)
{
    if (num_outs == 0 || !outs)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: output is missing", op->name);
    if (num_outs == 1 || expops_operator_output(op, num_outs - 1))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: %zu outputs given; it has fewer", op->name, num_outs);
}

static expops_status find_plan(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                               const expops_tensor *outs, size_t num_outs, const expops_plan **out_plan)
{
    expops_plan_key key;
    expops_plan_key_make(op, device, args, outs, num_outs, &key);
    expops_plan *plan = expops_plan_find(&key);
    if (!plan)
        EXPOPS_TRY(expops_plan_make(op, device, stream, args, outs, num_outs, &key, &plan));
    *out_plan = plan;
    return EXPOPS_OK;
}

expops_status expops_call(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                          size_t num_args, const expops_tensor *outs, size_t num_outs)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    const expops_plan *plan;
    EXPOPS_TRY(complete_args(op, &args, num_args, room));
    EXPOPS_TRY(check_outs(op, outs, num_outs));
    EXPOPS_TRY(expops_device_resolve(device, &device));
    EXPOPS_TRY(find_plan(op, device, stream, args, outs, num_outs, &plan));
    return run(plan, device, stream, args, outs);
}

expops_status expops_prepare(const expops_operator *op, expops_device *device, const expops_value *args,
                             size_t num_args, const expops_tensor *outs, size_t num_outs, uint64_t *out_scratch_bytes)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    const expops_plan *plan;
    EXPOPS_TRY(complete_args(op, &args, num_args, room));
    EXPOPS_TRY(check_outs(op, outs, num_outs));
    EXPOPS_TRY(expops_device_resolve(device, &device));
    EXPOPS_TRY(find_plan(op, device, NULL, args, outs, num_outs, &plan));
    if (out_scratch_bytes)
        *out_scratch_bytes = plan->scratch_bytes;
    return EXPOPS_OK;
}

static expops_status draft_results(const expops_operator *op, const expops_value *args, size_t num_args,
                                   expops_draft *draft)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    static _Thread_local expops_leaf leaf; /* too large for a frame beside the draft */
    EXPOPS_TRY(complete_args(op, &args, num_args, room));
    return expops_draft_infer(op, args, &leaf, draft);
}

expops_status expops_infer(const expops_operator *op, const expops_value *args, size_t num_args,
                           expops_result *out_results, size_t num_results)
{
    expops_draft draft;
    EXPOPS_TRY(draft_results(op, args, num_args, &draft));
    if (!out_results)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: out_results is NULL", op->name);
    if (num_results != draft.num_results)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: room for %zu results; it has %u", op->name, num_results,
                           draft.num_results);
    memcpy(out_results, draft.results, num_results * sizeof *out_results);
    if (draft.aliased)
        out_results->flags |= EXPOPS_RESULT_ALIAS;
    return EXPOPS_OK;
}

expops_status expops_view_of(const expops_operator *op, const expops_value *args, size_t num_args,
                             expops_result *out_view)
{
    expops_draft draft;
    EXPOPS_TRY(draft_results(op, args, num_args, &draft));
    if (!out_view)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: out_view is NULL", op->name);
    if (!draft.aliased)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: the result is no view of %s", op->name, op->parameters[0].name);
    *out_view = draft.results[0];
    out_view->flags |= EXPOPS_RESULT_ALIAS;
    memcpy(out_view->strides, draft.alias.strides, sizeof out_view->strides);
    out_view->byte_offset = draft.args[0].as.tensor->byte_offset +
                            (uint64_t)draft.alias.offset * expops_dtype_bytes((expops_dtype)draft.alias.dtype);
    return EXPOPS_OK;
}
