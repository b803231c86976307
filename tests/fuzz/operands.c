/* Operands in real memory, and their elements. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fuzz.h"
#include "judge.h"

enum { MAX_STORED = 1 << 20 };

/* The span of the strides, from the lowest element; 0 where it is too long to be tried. */
static int span(const fuzz_tensor *tensor, int64_t *strides, int64_t *first, int64_t *stored)
{
    int64_t low = 0, high = 0, step = 1;
    for (int32_t i = tensor->ndim - 1; i >= 0; i--) {
        strides[i] = tensor->compact ? step : tensor->strides[i];
        if (tensor->shape[i] < 0 || tensor->shape[i] > MAX_STORED || llabs(strides[i]) > MAX_STORED)
            return 0;
        *(strides[i] < 0 ? &low : &high) += strides[i] * (tensor->shape[i] > 0 ? tensor->shape[i] - 1 : 0);
        step *= tensor->shape[i] > 0 ? tensor->shape[i] : 1;
        if (high - low > MAX_STORED || step > MAX_STORED)
            return 0;
    }
    *first = (int64_t)tensor->offset - low;
    *stored = *first + high + 1;
    return tensor->offset < MAX_STORED;
}

int fuzz_array(const fuzz_tensor *from, expops_device *device, test_array *array)
{
    int64_t strides[FUZZ_RANK], first, stored;
    expops_dtype dtype;
    if (expops_dtype_from_dl(from->dtype, &dtype) != EXPOPS_OK || from->ndim < 0 || from->ndim > EXPOPS_MAX_RANK ||
        !span(from, strides, &first, &stored) ||
        !test_array_view(array, device, dtype, from->ndim, from->shape, strides, first, stored))
        return 0;
    return 1;
}

static test_value special(test_random *random, expops_dtype dtype, int extremes)
{
    static const double values[] = { 0, -0.0, 1, -1, 0.5, -2, 3, 100, INFINITY, -INFINITY, NAN };
    const test_limits limits = test_limits_of(dtype);
    const uint64_t pick = test_random_below(random, extremes ? 15 : 11);
    test_value value = { pick < 11 ? (long double)values[pick] : 0, 0 };
    if (pick > 10)
        value.re = (const long double[]){ limits.max, limits.lowest, limits.tiny, limits.denormal }[pick - 11];
    if (!test_is_float(dtype) && !test_is_complex(dtype) && !(value.re >= limits.lowest && value.re <= limits.max))
        value.re = 0;
    return value;
}

static int num_tensors(const test_call *call)
{
    int count = 0;
    for (size_t i = 0; i < call->num_args; i++)
        count += call->op->parameters[i].kind == EXPOPS_PARAMETER_TENSOR ||
                 call->op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND;
    return count;
}

/* What C leaves open: a number that an integer type cannot hold becomes one. */
static int becomes_integer(const test_call *call, size_t index)
{
    return call->op->meet == EXPOPS_MEET_FIRST && call->arrays[0].host && !test_is_float(call->arrays[0].dtype) &&
           !test_is_complex(call->arrays[0].dtype) && !test_is_integer(call->arrays[index].dtype);
}

/* Places that an index names: most within sizes as small as the fuzzer's, some beyond both ends. */
static int64_t draw_place(test_random *random, const expops_samples *samples)
{
    const uint64_t pick = test_random_below(random, 16);
    if (pick == 0)
        return (int64_t)(test_random_bits(random) >> test_random_below(random, 64));
    if (pick < 9)
        return (int64_t)test_random_below(random, 14) - 4;
    return (int64_t)test_random_in(random, (long double)samples->low, (long double)samples->high);
}

/* Indices, and what an operator that moves elements adds up: then its reference is exact. */
static int fill_whole(test_call *call, size_t index, test_random *random)
{
    const test_reference *reference = test_reference_find(call->op->name);
    const uint32_t dtypes = call->op->parameters[index].dtypes;
    const int names = dtypes && !(dtypes & ~(uint32_t)INTEGRAL);
    const int adds = reference && reference->move && test_adds_what_it_moves(call->op);
    test_array *array = &call->arrays[index];
    const int64_t numel = test_array_numel(array);
    for (int64_t k = 0; k < numel && (names || adds); k++)
        test_array_set(array, test_array_index(array, array->ndim, array->shape, k),
                       (test_value){ names ? (long double)draw_place(random, call->op->samples + index)
                                           : (long double)test_random_below(random, 9),
                                     0 });
    return names || adds;
}

static void fill(test_call *call, const fuzz_call *from, size_t index)
{
    test_array *array = &call->arrays[index];
    const size_t item = index - call->num_args; /* of a list, whose tensors follow the arguments */
    const fuzz_tensor *tensor = index < call->num_args ? &from->args[index].tensor : from->items + item;
    test_random random = { from->seed * 31 + index };
    if (index < call->num_args && !tensor->num_values && fill_whole(call, index, &random))
        return;
    const int specials = test_random_below(&random, 3) == 0 && !becomes_integer(call, index);
    /* A product of many overflows on the way, in PyTorch too. */
    const int extremes = num_tensors(call) < 3 && call->op->family == EXPOPS_FAMILY_POINTWISE;
    const expops_samples given = index < 4 ? call->op->samples[index] : (expops_samples){ 0, 0 };
    const expops_samples range = given.low == given.high ? (expops_samples){ -5, 5 } : given;
    const int64_t numel = test_array_numel(array);
    for (int64_t k = 0; k < numel; k++) {
        test_value value =
            specials && test_random_below(&random, 4) == 0
                ? special(&random, array->dtype, extremes)
                : test_random_element(&random, array->dtype, (long double)range.low, (long double)range.high);
        if (tensor->num_values)
            value = tensor->values[k % tensor->num_values];
        test_array_set(array, test_array_index(array, array->ndim, array->shape, k), value);
    }
}

int fuzz_operand(test_call *call, fuzz_call *from, size_t i)
{
    fuzz_value *value = from->args + i;
    call->args[i] = value->value;
    switch (value->value.kind) {
    case EXPOPS_VALUE_TENSOR:
        if (!fuzz_array(&value->tensor, call->device, &call->arrays[i]))
            return 0;
        fill(call, from, i);
        call->args[i] = expops_tensor_value(&call->arrays[i].tensor);
        break;
    case EXPOPS_VALUE_TENSORS:
        if (value->value.count > FUZZ_ITEMS)
            return 0;
        for (uint32_t k = 0; k < value->value.count; k++) {
            if (!fuzz_array(from->items + k, call->device, &call->arrays[call->num_args + k]))
                return 0;
            fill(call, from, call->num_args + k);
        }
        test_call_list(call, i, value->value.count);
        break;
    case EXPOPS_VALUE_COMPLEX:
        memcpy(call->complexes[i], value->parts, sizeof value->parts);
        call->args[i] = expops_complex(call->complexes[i]);
        break;
    case EXPOPS_VALUE_INTS:
        test_call_ints(call, i, value->integers, value->value.count);
        break;
    default:
        break;
    }
    return 1;
}
