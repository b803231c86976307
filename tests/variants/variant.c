/* From a layout to a call's arguments, and to the problem the core makes of them. */
#include "variant.h"

#include <string.h>

#include "problem_of.h"
#include "draft/promote.h"

/* Where arguments must fit together, those that the operator's file gives are taken, in the basic layout alone. */
enum { SIZE = 64, MOST_DIMENSIONS = EXPOPS_COUNTOF(((expops_samples *)NULL)->usual) };

typedef struct arguments {
    const variant *of;
    const expops_device *device;
    uint32_t tensors; /* made so far */
    expops_value values[EXPOPS_MAX_PARAMETERS];
    expops_tensor tensor[EXPOPS_MAX_PARAMETERS];
    int64_t shapes[EXPOPS_MAX_PARAMETERS][MOST_DIMENSIONS], strides[EXPOPS_MAX_PARAMETERS][MOST_DIMENSIONS];
    int64_t integers[EXPOPS_MAX_PARAMETERS][3];
} arguments;

static int is_compact(const int64_t *strides, int32_t ndim)
{
    for (int32_t d = 0; d < ndim; d++)
        if (strides[d])
            return 0;
    return 1;
}

/* Tensors lie 256 GiB apart, so that none overlaps another. */
static void place(const arguments *args, uint32_t index, expops_dtype dtype, expops_tensor *tensor)
{
    const size_t bytes = expops_dtype_bytes(dtype);
    const uintptr_t shift = !args->of->layout->misaligned ? 0 : bytes < 8 ? bytes : 8;
    tensor->data = (void *)(((uintptr_t)(index + 1) << 38) + shift);
    tensor->device.device_type = args->device->info.device_types[0];
    tensor->device.device_id = args->device->info.device_id;
    tensor->dtype = expops_dtype_to_dl(dtype);
}

/* The first type after `dtype` that the set has and that meets it, `dtype` itself where there is no other. */
static expops_dtype next_dtype(uint32_t set, expops_dtype dtype)
{
    for (int i = 1; i < EXPOPS_DTYPE_COUNT; i++) {
        const int next = (dtype + i) % EXPOPS_DTYPE_COUNT;
        if (set >> next & 1u && expops_promote_types(dtype, next) != EXPOPS_DTYPE_COUNT)
            return (expops_dtype)next;
    }
    return dtype;
}

static expops_dtype dtype_of(const arguments *args, const expops_parameter *parameter)
{
    const uint32_t set = parameter->dtypes ? parameter->dtypes : args->of->op->dtypes;
    expops_dtype dtype = args->of->dtype;
    if (!(set >> dtype & 1u))
        dtype = next_dtype(set, dtype);
    for (int any = 0; !(set >> dtype & 1u); any++) /* none that it meets: an index of u16's elements */
        dtype = set >> any & 1u ? (expops_dtype)any : dtype;
    return args->of->layout->mixed && args->tensors > 0 ? next_dtype(set, dtype) : dtype;
}

static void add_tensor(arguments *args, uint32_t index)
{
    const variant_layout *layout = args->of->layout;
    const expops_parameter *parameter = args->of->op->parameters + index;
    const int64_t *strides = layout->strides[args->tensors % 2];
    const expops_samples *samples = args->of->op->samples + index;
    expops_tensor *tensor = args->tensor + index;
    const int32_t first = samples->scalar ? layout->ndim : samples->row ? layout->ndim - (int32_t)layout->walked : 0;
    place(args, index + 1, dtype_of(args, parameter), tensor);
    tensor->ndim = layout->ndim - first;
    tensor->shape = args->shapes[index];
    tensor->strides = args->strides[index];
    memcpy(tensor->shape, layout->shape + first, sizeof *tensor->shape * (size_t)tensor->ndim);
    if (samples->count) {
        tensor->ndim = (int32_t)samples->count;
        memcpy(tensor->shape, samples->usual, sizeof *tensor->shape * samples->count);
    }
    if (samples->count || first > 0 || is_compact(strides, layout->ndim))
        expops_contiguous_strides(tensor->ndim, tensor->shape, tensor->strides);
    else
        memcpy(tensor->strides, strides, sizeof *strides * (size_t)tensor->ndim);
    args->values[index] = expops_tensor_value(tensor);
    args->tensors++;
}

static expops_value number_of(expops_dtype dtype)
{
    static const double parts[2] = { 0.5, 0.25 };
    if (expops_dtype_is_complex(dtype))
        return expops_complex(parts);
    if (expops_dtype_is_float(dtype))
        return expops_real(0.5);
    return dtype == EXPOPS_DTYPE_BOOL ? expops_bool(1) : expops_int(3);
}

/* The names of the walked dimensions, or of all of them backwards; or their sizes or strides. */
static void add_integers(arguments *args, uint32_t index)
{
    const variant_layout *layout = args->of->layout;
    const expops_samples *samples = args->of->op->samples + index;
    if (samples->count) {
        args->values[index] = expops_ints(samples->usual, samples->count);
        return;
    }
    const uint32_t ndim = (uint32_t)layout->ndim, count = layout->walked ? layout->walked : ndim;
    const int by_name = samples->ints == EXPOPS_SAMPLES_DIMS || samples->ints == EXPOPS_SAMPLES_ORDER;
    for (uint32_t i = 0; i < count; i++)
        args->integers[index][i] = by_name ? -1 - (int64_t)i : layout->shape[ndim - count + i];
    if (samples->ints == EXPOPS_SAMPLES_STRIDES)
        expops_contiguous_strides(layout->ndim, layout->shape, args->integers[index]);
    args->values[index] = expops_ints(args->integers[index], count);
}

static int64_t size_of(const variant_layout *layout)
{
    return layout->ndim ? SIZE + layout->shape[layout->ndim - 1] % 2 : SIZE;
}

static void add_argument(arguments *args, uint32_t index)
{
    const variant_layout *layout = args->of->layout;
    const expops_parameter *parameter = args->of->op->parameters + index;
    const int operand = parameter->kind == EXPOPS_PARAMETER_OPERAND;
    args->values[index] = expops_none();
    if (parameter->kind == EXPOPS_PARAMETER_TENSOR || operand) {
        if (layout->absent && parameter->optional)
            return;
        if (operand && layout->numbers && args->tensors > 0)
            args->values[index] = number_of(args->of->dtype);
        else
            add_tensor(args, index);
    } else if (parameter->kind == EXPOPS_PARAMETER_INTS) {
        add_integers(args, index);
    } else if (parameter->kind == EXPOPS_PARAMETER_CHOICE) {
        args->values[index] = expops_choice(args->of->choice);
    } else if (parameter->kind == EXPOPS_PARAMETER_INT && args->of->op->samples[index].count) {
        args->values[index] = expops_int(args->of->op->samples[index].usual[0]);
    } else if (parameter->kind == EXPOPS_PARAMETER_DTYPE) {
        if (!args->tensors) /* beside a tensor it is the tensor's type */
            args->values[index] = expops_int(args->of->dtype);
    } else if (parameter->optional) {
        if (expops_dtype_is_unsigned(args->of->dtype) && parameter->kind == EXPOPS_PARAMETER_NUMBER &&
            parameter->default_value < 0)
            args->values[index] = expops_int(0); /* a limit that unsigned types do not take */
    } else if (parameter->kind == EXPOPS_PARAMETER_NUMBER) {
        args->values[index] = number_of(args->of->dtype);
    } else if (parameter->kind == EXPOPS_PARAMETER_BOOL) {
        args->values[index] = expops_bool(1);
    } else {
        args->values[index] =
            expops_int(args->of->op->samples[index].ints == EXPOPS_SAMPLES_ROW ? size_of(layout) : -1);
    }
}

/* The output's type: the result's, or another that can hold it; EXPOPS_DTYPE_COUNT where there is no other. */
static expops_dtype out_dtype(const arguments *args, expops_dtype result)
{
    if (!args->of->layout->other_out)
        return result;
    if (args->of->op->arithmetic == EXPOPS_ARITHMETIC_BITS)
        return EXPOPS_DTYPE_COUNT;
    for (int i = 1; i < EXPOPS_DTYPE_COUNT; i++)
        if (expops_dtype_can_cast(result, (result + i) % EXPOPS_DTYPE_COUNT))
            return (expops_dtype)((result + i) % EXPOPS_DTYPE_COUNT);
    return EXPOPS_DTYPE_COUNT;
}

/* Outputs behind the first are compact and of their own type. */
static void make_output(const arguments *args, size_t index, expops_result *result, expops_tensor *out)
{
    const expops_operator *op = args->of->op;
    const variant_layout *layout = args->of->layout;
    place(args, index ? EXPOPS_MAX_PARAMETERS + (uint32_t)index : 0, result->dtype, out);
    out->ndim = result->ndim;
    out->shape = result->shape;
    out->strides = result->strides;
    if (index || (op->draft && !op->elementwise) || result->ndim != layout->ndim ||
        is_compact(layout->out_strides, layout->ndim))
        expops_contiguous_strides(out->ndim, out->shape, out->strides);
    else
        memcpy(out->strides, layout->out_strides, sizeof *out->strides * (size_t)out->ndim);
}

static expops_status make(arguments *args, expops_problem *problem)
{
    const expops_operator *op = args->of->op;
    expops_result results[EXPOPS_MAX_OUTPUTS];
    expops_tensor outs[EXPOPS_MAX_OUTPUTS] = { 0 };
    const size_t count = expops_operator_parameter_count(op);
    size_t num_outs = 1;
    while (num_outs < EXPOPS_MAX_OUTPUTS && expops_operator_output(op, num_outs))
        num_outs++;
    for (uint32_t i = 0; i < count; i++)
        add_argument(args, i);
    const expops_status status = expops_infer(op, args->values, count, results, num_outs);
    if (status != EXPOPS_OK)
        return status;
    results->dtype = out_dtype(args, results->dtype);
    if (results->dtype == EXPOPS_DTYPE_COUNT)
        return EXPOPS_ERR_DTYPE;
    for (size_t i = 0; i < num_outs; i++)
        make_output(args, i, results + i, outs + i);
    return problem_of(op, args->device, args->values, outs, (uint32_t)num_outs, problem);
}

int variant_problem(const variant *variant, const expops_device *device, expops_problem *problem)
{
    const variant_layout *layout = variant->layout;
    if (variant->op->samples->count && !layout->basic)
        return 0;
    arguments args = { .of = variant, .device = device };
    const expops_status status = make(&args, problem);
    if (status == EXPOPS_OK)
        return 1;
    /* Operators that look at shapes themselves may have no use for some (halves of an odd size). */
    if (status == EXPOPS_ERR_SHAPE && variant->op->draft && !layout->basic)
        return 0;
    return status == EXPOPS_ERR_DTYPE && (layout->mixed || layout->numbers || layout->other_out) ? 0 : -1;
}
