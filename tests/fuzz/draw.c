/* Calls that most operators accept: shapes that broadcast, one type for most tensors, any layout. */
#include "fuzz.h"

#include <string.h>

enum { FEW_ITEMS = 8, MANY_ROWS = 9001 }; /* of a list's tensors */

/* What a call's arguments have in common. */
typedef struct plan {
    int32_t ndim;
    int64_t shape[FUZZ_RANK];
    expops_dtype dtype;
    const int64_t *list; /* of an argument before: the sizes of its last dimensions, perhaps */
    int32_t list_count;
    int usual; /* near what the definition gives as usual, where it does */
} plan;

static expops_dtype any_dtype(fuzz_stream *stream, uint32_t set)
{
    expops_dtype dtype = (expops_dtype)fuzz_below(stream, EXPOPS_DTYPE_COUNT);
    while (set && !(set >> dtype & 1))
        dtype = (expops_dtype)((dtype + 1) % EXPOPS_DTYPE_COUNT);
    return dtype;
}

/* Dimensions in a random order with gaps and steps between them, some backwards or, where allowed, expanded. */
void fuzz_draw_strides(fuzz_stream *stream, fuzz_tensor *tensor, int may_overlap)
{
    int order[FUZZ_RANK];
    uint64_t step = 1; /* wraps where sizes are wild */
    const int shuffled = fuzz_chance(stream, 50);
    tensor->compact = fuzz_chance(stream, 30);
    for (int i = 0; i < tensor->ndim; i++) {
        const int at = shuffled ? (int)fuzz_below(stream, (uint64_t)i + 1) : 0;
        memmove(order + at + 1, order + at, (size_t)(i - at) * sizeof *order);
        order[at] = i;
    }
    for (int i = 0; i < tensor->ndim; i++) {
        int64_t *stride = tensor->strides + order[i];
        if (fuzz_chance(stream, 12) && !tensor->compact)
            step += 1 + fuzz_below(stream, 3);
        *stride = (int64_t)(fuzz_chance(stream, 10) ? 0 - step : step);
        if (may_overlap && fuzz_chance(stream, 10))
            *stride = (int64_t)fuzz_below(stream, 2);
        else if (tensor->shape[order[i]] > 1)
            step *= (uint64_t)tensor->shape[order[i]];
    }
}

/* An entry of what the definition gives as usual, mostly as it is. */
static int64_t near_usual(fuzz_stream *stream, int64_t usual)
{
    const uint64_t pick = fuzz_below(stream, 12);
    return pick == 0 ? (int64_t)fuzz_below(stream, 9) : pick < 3 ? usual + (int64_t)fuzz_below(stream, 4) - 1 : usual;
}

/* The usual shape, with a dimension more in front now and then. */
static void draw_usual(fuzz_stream *stream, const expops_samples *samples, fuzz_tensor *tensor)
{
    tensor->ndim = 0;
    if (fuzz_chance(stream, 20))
        tensor->shape[tensor->ndim++] = (int64_t)fuzz_below(stream, 4);
    for (uint32_t i = 0; i < samples->count; i++) {
        const int64_t size = near_usual(stream, samples->usual[i]);
        tensor->shape[tensor->ndim++] = size < 0 ? 0 : size;
    }
}

/* Broadcasts to the plan's shape: some sizes of one, some leading dimensions missing. */
static void draw_tensor(fuzz_stream *stream, const expops_parameter *parameter, const expops_samples *samples,
                        const plan *plan, int first, fuzz_tensor *tensor)
{
    int32_t drop =
        !first && fuzz_chance(stream, 30) && plan->ndim ? (int32_t)fuzz_below(stream, (uint64_t)plan->ndim + 1) : 0;
    if (samples->scalar)
        drop = plan->ndim;
    memset(tensor, 0, sizeof *tensor);
    tensor->ndim = plan->ndim - drop;
    memcpy(tensor->shape, plan->shape + drop, (size_t)tensor->ndim * sizeof *tensor->shape);
    for (int32_t i = 0; i < tensor->ndim; i++)
        if (!first && fuzz_chance(stream, 20))
            tensor->shape[i] = 1;
    if (samples->row && plan->list) {
        tensor->ndim = plan->list_count;
        memcpy(tensor->shape, plan->list, (size_t)plan->list_count * sizeof *tensor->shape);
    }
    if (plan->usual && samples->count)
        draw_usual(stream, samples, tensor);
    const int mixed = fuzz_chance(stream, 15);
    tensor->dtype = expops_dtype_to_dl(mixed || (parameter->dtypes && !(parameter->dtypes >> plan->dtype & 1))
                                           ? any_dtype(stream, mixed ? 0 : parameter->dtypes)
                                           : plan->dtype);
    tensor->offset = fuzz_chance(stream, 25) ? fuzz_below(stream, 5) : 0;
    if (tensor->ndim == 0 && parameter->kind == EXPOPS_PARAMETER_OPERAND && fuzz_chance(stream, 40))
        tensor->device.device_type = EXPOPS_DL_CPU;
    fuzz_draw_strides(stream, tensor, 1);
}

static expops_value draw_number(fuzz_stream *stream, const expops_parameter *parameter, fuzz_value *room)
{
    if (parameter->kind == EXPOPS_PARAMETER_NUMBER && fuzz_chance(stream, 70))
        return expops_real((double)(1 + fuzz_below(stream, 16)) / (fuzz_chance(stream, 20) ? -8 : 8));
    const uint64_t pick = fuzz_below(stream, 20);
    if (pick == 19)
        return expops_bool((int)fuzz_below(stream, 2));
    if (pick == 18) {
        room->parts[0] = fuzz_real(stream);
        room->parts[1] = fuzz_real(stream);
        return expops_complex(room->parts);
    }
    if (pick >= 14)
        return expops_int(fuzz_integer(stream));
    return pick < 7 ? expops_int((int64_t)fuzz_below(stream, 9) - 2) : expops_real(fuzz_real(stream));
}

static expops_value draw_list(fuzz_stream *stream, plan *plan, const expops_samples *samples, fuzz_value *room)
{
    int are_sizes = 0;
    if (plan->usual && samples->count) {
        for (uint32_t i = 0; i < samples->count; i++)
            room->integers[i] = near_usual(stream, samples->usual[i]);
        return expops_ints(room->integers, samples->count);
    }
    const uint32_t count = fuzz_draw_list(stream, plan->ndim, plan->shape, room->integers, &are_sizes);
    if (are_sizes && count) {
        plan->list = room->integers;
        plan->list_count = (int32_t)count;
    }
    return expops_ints(room->integers, count);
}

/* What the tensors of a list have in common. */
typedef struct likeness {
    int layout, dtype, rows; /* one for all; many short rows of each */
    int64_t dim;             /* the one along which sizes differ, or -1 */
} likeness;

static likeness draw_likeness(fuzz_stream *stream, const plan *plan)
{
    likeness like = { .layout = fuzz_chance(stream, 20), .dtype = fuzz_chance(stream, 60), .dim = -1 };
    if (fuzz_chance(stream, 60) && plan->ndim)
        like.dim = (int64_t)fuzz_below(stream, (uint64_t)plan->ndim);
    like.rows = fuzz_chance(stream, 5);
    return like;
}

/* Now and then nothing at all. */
static void draw_item(fuzz_stream *stream, const likeness *like, fuzz_tensor *item)
{
    if (like->rows) {
        item->ndim = 2;
        item->shape[0] = MANY_ROWS;
        item->shape[1] = 1 + (int64_t)fuzz_below(stream, 5);
    } else if (like->dim >= 0) {
        item->shape[like->dim] = (int64_t)fuzz_below(stream, fuzz_chance(stream, 10) ? 70 : 6);
    }
    if (fuzz_chance(stream, 4)) {
        item->ndim = 1;
        item->shape[0] = 0;
    }
    fuzz_draw_strides(stream, item, !like->rows);
    item->compact |= like->rows && fuzz_chance(stream, 80);
}

/* Of one shape but for one dimension, perhaps; more than one kernel takes, now and then. */
static expops_value draw_items(fuzz_stream *stream, const expops_parameter *parameter, const expops_samples *samples,
                               const plan *plan, fuzz_tensor *items)
{
    const likeness like = draw_likeness(stream, plan);
    const int many = !like.rows && fuzz_chance(stream, 30);
    const uint32_t count = 1 + (uint32_t)fuzz_below(stream, many ? FUZZ_ITEMS : FEW_ITEMS);
    for (uint32_t i = 0; i < count; i++) {
        draw_tensor(stream, parameter, samples, plan, 1, items + i);
        draw_item(stream, &like, items + i);
        if (like.layout)
            items[i] = items[0];
        if (like.dtype)
            items[i].dtype = items[0].dtype;
    }
    return expops_value_of_kind(EXPOPS_VALUE_TENSORS, count);
}

static expops_value draw_int(fuzz_stream *stream, const plan *plan, const expops_samples *samples)
{
    if (plan->usual && samples->count)
        return expops_int(near_usual(stream, samples->usual[0]));
    return expops_int(fuzz_chance(stream, 5) ? fuzz_integer(stream) : (int64_t)fuzz_below(stream, 9) - 2);
}

static expops_value draw_value(fuzz_stream *stream, size_t index, plan *plan, int first, fuzz_call *call)
{
    const expops_operator *op = call->op;
    const expops_parameter *parameter = op->parameters + index;
    fuzz_value *room = call->args + index;
    const int is_tensor = parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND;
    if (parameter->optional && fuzz_chance(stream, 40))
        return expops_none();
    if (is_tensor && !(parameter->kind == EXPOPS_PARAMETER_OPERAND && fuzz_chance(stream, first ? 10 : 40))) {
        draw_tensor(stream, parameter, op->samples + index, plan, first, &room->tensor);
        return expops_value_of_kind(EXPOPS_VALUE_TENSOR, 1);
    }
    int words = 0;
    switch (parameter->kind) {
    case EXPOPS_PARAMETER_INTS:
        return draw_list(stream, plan, op->samples + index, room);
    case EXPOPS_PARAMETER_TENSORS:
        return draw_items(stream, parameter, op->samples + index, plan, call->items);
    case EXPOPS_PARAMETER_BOOL:
        return expops_bool((int)fuzz_below(stream, 2));
    case EXPOPS_PARAMETER_INT:
        return draw_int(stream, plan, op->samples + index);
    case EXPOPS_PARAMETER_DTYPE:
        return expops_int((int64_t)fuzz_below(stream, EXPOPS_DTYPE_COUNT));
    case EXPOPS_PARAMETER_CHOICE:
        while (parameter->choices[words])
            words++;
        return expops_choice((int64_t)fuzz_below(stream, (uint64_t)words));
    default:
        return draw_number(stream, parameter, room);
    }
}

void fuzz_draw_of(fuzz_stream *stream, const expops_operator *op, fuzz_call *call)
{
    plan plan = { .usual = fuzz_chance(stream, 70) };
    memset(call, 0, sizeof *call);
    call->op = op;
    call->num_args = expops_operator_parameter_count(call->op);
    plan.dtype = any_dtype(stream, call->op->dtypes);
    plan.ndim = fuzz_draw_shape(stream, plan.shape);
    for (size_t i = 0; i < call->num_args; i++)
        call->args[i].value = draw_value(stream, i, &plan, i == 0, call);
    while (call->num_args && call->args[call->num_args - 1].value.kind == EXPOPS_VALUE_NONE && fuzz_chance(stream, 50))
        call->num_args--;
    call->seed = fuzz_bits(stream) >> 40;
    call->out_is = FUZZ_OUT_RIGHT;
}

void fuzz_draw(fuzz_stream *stream, fuzz_call *call)
{
    fuzz_draw_of(stream, expops_operator_at(fuzz_below(stream, expops_operator_count())), call);
}

uint32_t fuzz_outputs(const expops_operator *op)
{
    uint32_t count = 0;
    while (count < EXPOPS_MAX_OUTPUTS && expops_operator_output(op, count))
        count++;
    return count;
}

static void draw_result(fuzz_stream *stream, const expops_result *result, fuzz_tensor *out)
{
    memset(out, 0, sizeof *out);
    const int wider = fuzz_chance(stream, 10);
    out->dtype = expops_dtype_to_dl(wider ? any_dtype(stream, 0) : result->dtype);
    out->ndim = result->ndim;
    memcpy(out->shape, result->shape, (size_t)result->ndim * sizeof *result->shape);
    out->offset = fuzz_chance(stream, 25) ? fuzz_below(stream, 5) : 0;
    fuzz_draw_strides(stream, out, 0);
}

void fuzz_draw_output(fuzz_stream *stream, fuzz_call *call, const expops_result *result)
{
    call->out_is = FUZZ_OUT_DRAWN;
    if (call->num_args && call->args[0].value.kind == EXPOPS_VALUE_TENSOR && expops_operator_in_place(call->op) &&
        !call->op->samples[0].shape_only && fuzz_chance(stream, 10)) {
        call->out_is = 0;
        return;
    }
    draw_result(stream, result, &call->out);
}

void fuzz_draw_other(fuzz_stream *stream, fuzz_call *call, uint32_t index, const expops_result *result)
{
    draw_result(stream, result, call->others + index - 1);
}
