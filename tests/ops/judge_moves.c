/* Whether the results of an operator that moves elements are right: element for element by its MOVE_REFERENCE. */
#include "judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int)MOVE_RANK >= (int)EXPOPS_MAX_RANK && (int)MOVE_ARGUMENTS >= (int)TEST_ARRAYS,
               "a reference has room for any call");

static expops_element read_element(const expops_move_argument *argument, int64_t distance)
{
    const test_array *array = argument->array;
    const int64_t index = array->first + distance;
    if (index < 0 || index >= array->stored)
        return (expops_element){ .outside = 1 };
    const test_value value = test_array_get(array, index);
    return (expops_element){ .re = value.re, .im = value.im };
}

static expops_move_argument tensor_of(const test_array *array)
{
    return (expops_move_argument){
        .given = 1, .ndim = array->ndim, .shape = array->shape, .strides = array->strides, .array = array
    };
}

static expops_move_argument argument_of(const test_call *call, size_t index)
{
    const expops_parameter *parameter = call->op->parameters + index;
    const expops_value value = call->args[index];
    expops_move_argument argument = { .given = value.kind != EXPOPS_VALUE_NONE, .count = value.count };
    if (call->arrays[index].host)
        return tensor_of(&call->arrays[index]);
    if (value.kind == EXPOPS_VALUE_NONE) {
        argument.count = 0;
        argument.number.re = (long double)parameter->default_value;
        argument.integer = (int64_t)parameter->default_value;
    } else if (value.kind == EXPOPS_VALUE_INTS) {
        argument.list = value.as.integers;
    } else if (value.kind == EXPOPS_VALUE_REAL) {
        argument.number.re = (long double)value.as.real;
    } else if (value.kind == EXPOPS_VALUE_COMPLEX) {
        argument.number = (expops_element){ (long double)value.as.parts[0], (long double)value.as.parts[1], 0, 0 };
    } else if (value.kind != EXPOPS_VALUE_TENSORS) {
        argument.number.re = (long double)value.as.integer;
        argument.integer = value.as.integer;
    }
    return argument;
}

static expops_moves moves_of(const test_call *call)
{
    const test_array *out = test_call_out(call);
    expops_moves m = { .parameters = (int)expops_operator_parameter_count(call->op),
                       .ndim = out->ndim,
                       .shape = out->shape,
                       .read = read_element };
    for (size_t i = 0; i < (size_t)m.parameters; i++) {
        if (i < call->num_args)
            m.argument[i] = argument_of(call, i);
        else
            m.argument[i].integer = (int64_t)call->op->parameters[i].default_value;
        if (i < call->num_args && call->args[i].kind == EXPOPS_VALUE_TENSORS)
            for (uint32_t k = 0; k < call->args[i].count; k++)
                m.argument[(size_t)m.parameters + k] = tensor_of(&call->arrays[call->num_args + k]);
    }
    return m;
}

/* How many elements there are of a result whose size elements decide: as many as its second output says. */
static int judge_count(test_call *call, int64_t count)
{
    const test_output *second = call->more;
    const int64_t said = (int64_t)test_image_get(&second->out, second->image, second->out.first).re;
    return said == count ? 0 : test_report(call, "%lld elements, not %lld", (long long)said, (long long)count);
}

/* What only moves is exact. */
int test_adds_what_it_moves(const expops_operator *op)
{
    return test_bound(op, EXPOPS_DTYPE_F32) > 0;
}

static test_value converted(expops_dtype dtype, test_value value)
{
    if (dtype == EXPOPS_DTYPE_BOOL)
        return (test_value){ value.re != 0 || value.im != 0, 0 };
    if (!test_is_complex(dtype))
        return (test_value){ test_convert(dtype, value.re), 0 };
    const expops_dtype part = dtype == EXPOPS_DTYPE_C64 ? EXPOPS_DTYPE_F32 : EXPOPS_DTYPE_F64;
    return (test_value){ test_convert(part, value.re), test_convert(part, value.im) };
}

/* Sums of zeros apart, to the last bit: whatever an operator's bound grants, whole numbers are its operands. */
static int same_part(long double actual, long double expected, int sign_is_free)
{
    return (isnan(actual) && isnan(expected)) ||
           (actual == expected && (sign_is_free || !signbit(actual) == !signbit(expected)));
}

static int judge_element(test_call *call, const expops_element *expected, int64_t position)
{
    const test_array *out = test_call_out(call);
    const test_value actual = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, position));
    const test_value result = converted(call->result.dtype, (test_value){ expected->re, expected->im });
    const test_value written = converted(out->dtype, result);
    const int sums = test_adds_what_it_moves(call->op);
    if (expected->outside)
        return test_report(call, "element %lld: the reference looks outside of the tensors", (long long)position);
    return same_part(actual.re, written.re, sums) && same_part(actual.im, written.im, sums)
               ? 0
               : test_judge_report(call, position, actual, written);
}

int test_judge_moves(test_call *call)
{
    const test_move_fn move = test_reference_find(call->op->name)->move;
    expops_moves m = moves_of(call);
    const int64_t numel = move_count(m.ndim, m.shape);
    int64_t place[MOVE_RANK] = { 0 }, count = 0, kept = 0;
    int wrong = 0;
    m.kept = &kept;
    for (; count < numel; count++) {
        move_place(m.ndim, m.shape, count, place);
        const expops_element expected = move(&m, place);
        if (expected.none)
            break;
        wrong += judge_element(call, &expected, count);
    }
    return wrong + (call->result.flags & EXPOPS_RESULT_UP_TO ? judge_count(call, count) : 0);
}
