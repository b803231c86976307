/* The hot path: find the plan, check what depends on addresses, hand over pointers and numbers. */
#include <string.h>
#include "backend/device.h"
#include "base/error.h"
#include "number.h"
#include "plan.h"

/* --- numbers --- */

/* The numbers of this call go into the plan's own params: the plan is this thread's, and `launch` keeps no pointer. */
static expops_status store_numbers(const expops_plan *plan, const expops_value *args)
{
    const uint32_t bytes = plan->compute == EXPOPS_COMPUTE_C128 ? 16 : 8;
    for (uint32_t i = 0; i < plan->num_numbers; i++) {
        const expops_plan_number *number = plan->number + i;
        const expops_value *value = args + number->argument;
        expops_value host;
        double parts[2];
        if (number->source == EXPOPS_NUMBER_CONSTANT)
            continue;
        if (number->source == EXPOPS_NUMBER_TENSOR) {
            host = expops_read_number(value->as.tensor, parts);
            value = &host;
        }
        if (number->meeting.held)
            EXPOPS_TRY(expops_check_number(plan->op, (uint32_t)number->argument, value, number->meeting));
        for (uint32_t s = 0; s < plan->num_steps; s++)
            expops_store_number(value, number->meeting.as, plan->compute,
                                plan->step[s].params + plan->step[s].numbers_at + i * bytes);
    }
    return EXPOPS_OK;
}

/* --- addresses --- */

/* Ranges cross: fine if both are one and the same view, or interleave without touching. */
static int collides(const expops_plan *plan, const expops_pointer *pointers, uint32_t index)
{
    const expops_plan_tensor *out = plan->tensor, *in = plan->tensor + index;
    const int64_t apart = (int64_t)(((uintptr_t)pointers[index].data + pointers[index].byte_offset) -
                                    ((uintptr_t)pointers[0].data + pointers[0].byte_offset));
    if (apart == 0 && in->as_output)
        return 0;
    const int64_t grain = expops_gcd(out->grain, in->grain);
    if (grain == 0)
        return 1;
    int64_t step = apart % grain; /* where elements of `in` start between those of `out` */
    step += step < 0 ? grain : 0;
    return step < out->element || step > grain - in->element;
}

static uint64_t first_byte(const expops_tensor *tensor, const expops_plan_tensor *own)
{
    return (uint64_t)(uintptr_t)tensor->data + tensor->byte_offset + (uint64_t)own->low;
}

/* Offsets into memory objects count from their start: nothing lies before it, or behind what 64 bits count. */
static expops_status check_objects(const expops_plan *plan, const expops_value *args, const expops_tensor *out)
{
    for (uint32_t i = 0; i < plan->num_tensors; i++) {
        const expops_plan_tensor *own = plan->tensor + i;
        const uint64_t offset = own->argument < 0 ? out->byte_offset : args[own->argument].as.tensor->byte_offset;
        int64_t first, end;
        if (__builtin_add_overflow(offset, own->low, &first) || first < 0 ||
            __builtin_add_overflow(first, own->bytes, &end))
            return expops_fail(EXPOPS_ERR_SHAPE, "%s: argument %s reaches out of its memory object by byte_offset %llu",
                               plan->op->name, own->argument < 0 ? "out" : plan->op->parameters[own->argument].name,
                               (unsigned long long)offset);
    }
    return EXPOPS_OK;
}

static expops_pointer point_at(const expops_tensor *tensor, const expops_plan_tensor *own)
{
    return (expops_pointer){ .data = tensor->data,
                             .byte_offset = tensor->byte_offset + (uint64_t)own->shift,
                             .device_type = own->device_type };
}

/* One range starts within the other; distances wrap as addresses do. */
static int ranges_cross(const expops_plan *plan, const expops_tensor *out, const expops_tensor *in, uint32_t index)
{
    const expops_plan_tensor *own = plan->tensor + index;
    const uint64_t apart = first_byte(in, own) - first_byte(out, plan->tensor);
    return (apart < plan->tensor->bytes || -apart < own->bytes) && !(plan->handles && in->data != out->data);
}

static expops_status gather_pointers(const expops_plan *plan, const expops_value *args, const expops_tensor *out,
                                     expops_pointer *pointers)
{
    pointers[0] = point_at(out, plan->tensor);
    for (uint32_t i = 1; i < plan->num_tensors; i++) {
        const expops_plan_tensor *own = plan->tensor + i;
        const expops_tensor *tensor = args[own->argument].as.tensor;
        pointers[i] = point_at(tensor, own);
        if (ranges_cross(plan, out, tensor, i) && collides(plan, pointers, i))
            return expops_fail(EXPOPS_ERR_OVERLAP, "%s: the output overlaps argument %s without being the same tensor",
                               plan->op->name, plan->op->parameters[own->argument].name);
    }
    return plan->handles ? check_objects(plan, args, out) : EXPOPS_OK;
}

/* --- launching --- */

static expops_status launch_step(const expops_plan *plan, const expops_plan_step *step, expops_device *device,
                                 void *stream, const expops_pointer *tensors, uint32_t num_tensors)
{
    const expops_launch launch = {
        .struct_size = sizeof launch,
        .num_tensors = num_tensors,
        .tensors = tensors,
        .params = step->params,
        .params_bytes = step->params_bytes,
        .grid = { step->grid, 1, 1 },
        .group = { step->group, 1, 1 },
    };
    const int32_t status = device->api->launch(device->backend, step->kernel, stream, &launch);
    return status ? expops_fail_more((expops_status)status, "%s on %s", plan->op->name, device->name) : EXPOPS_OK;
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

static expops_status launch_around(const expops_plan *plan, expops_device *device, void *stream,
                                   const expops_value *args, const expops_pointer *pointers)
{
    /* What gave memory takes it back, whatever is set meanwhile. */
    const expops_allocator allocator = device->allocator;
    expops_pointer scratch;
    expops_status status = EXPOPS_OK;
    EXPOPS_TRY_SAYING(take_scratch(device, &allocator, stream, plan->scratch_bytes, &scratch), "%s", plan->op->name);
    if (allocator.allocate) /* it may have called this plan, with numbers of its own */
        status = store_numbers(plan, args);
    for (uint32_t i = 0; i < plan->num_steps && status == EXPOPS_OK; i++) {
        const expops_plan_step *step = plan->step + i;
        expops_pointer tensors[1 + EXPOPS_MAX_OPERANDS];
        memcpy(tensors, pointers, plan->num_tensors * sizeof *tensors);
        tensors[step->reads_scratch ? 1 : 0] = scratch;
        status = launch_step(plan, step, device, stream, tensors, step->reads_scratch ? 2 : plan->num_tensors);
    }
    give_scratch(device, &allocator, stream, plan->scratch_bytes, &scratch);
    return status;
}

/* The application's allocator may call the library back. Not between the numbers of a step and its launch: a call nested here
 * that uses the same plan disturbs nothing. */
static expops_status launch_with_scratch(const expops_plan *plan, expops_device *device, void *stream,
                                         const expops_value *args, const expops_pointer *pointers)
{
    expops_call_begins();
    const expops_status status = launch_around(plan, device, stream, args, pointers);
    expops_call_ends();
    return status;
}

static expops_status run(const expops_plan *plan, expops_device *device, void *stream, const expops_value *args,
                         const expops_tensor *out)
{
    expops_pointer pointers[1 + EXPOPS_MAX_OPERANDS];
    if (plan->op->check)
        EXPOPS_TRY(plan->op->check(plan->op, args, plan->common));
    if (plan->num_numbers)
        EXPOPS_TRY(store_numbers(plan, args));
    if (plan->empty)
        return EXPOPS_OK;
    EXPOPS_TRY(gather_pointers(plan, args, out, pointers));
    if (plan->scratch_bytes)
        return launch_with_scratch(plan, device, stream, args, pointers);
    return launch_step(plan, plan->step, device, stream, pointers, plan->num_tensors);
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

static expops_status find_plan(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                               const expops_tensor *out, const expops_plan **out_plan)
{
    expops_plan_key key;
    expops_plan_key_make(op, device, args, out, &key);
    expops_plan *plan = expops_plan_find(&key);
    if (!plan)
        EXPOPS_TRY(expops_plan_make(op, device, stream, args, out, &key, &plan));
    *out_plan = plan;
    return EXPOPS_OK;
}

expops_status expops_call(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                          size_t num_args, const expops_tensor *out)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    const expops_plan *plan;
    EXPOPS_TRY(complete_args(op, &args, num_args, room));
    EXPOPS_TRY(expops_device_resolve(device, &device));
    EXPOPS_TRY(find_plan(op, device, stream, args, out, &plan));
    return run(plan, device, stream, args, out);
}

expops_status expops_prepare(const expops_operator *op, expops_device *device, const expops_value *args,
                             size_t num_args, const expops_tensor *out)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    const expops_plan *plan;
    EXPOPS_TRY(complete_args(op, &args, num_args, room));
    EXPOPS_TRY(expops_device_resolve(device, &device));
    return find_plan(op, device, NULL, args, out, &plan);
}

expops_status expops_infer(const expops_operator *op, const expops_value *args, size_t num_args,
                           expops_result *out_result)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    expops_view views[EXPOPS_MAX_PARAMETERS];
    expops_problem problem;
    uint8_t walked[EXPOPS_MAX_RANK];
    int keepdim;
    EXPOPS_TRY(complete_args(op, &args, num_args, room));
    if (!out_result)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: out_result is NULL", op->name);
    EXPOPS_TRY(expops_problem_infer(op, args, &problem, views, walked, &keepdim));
    *out_result = problem.inferred;
    return EXPOPS_OK;
}
