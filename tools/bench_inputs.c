/* Inputs for timing. Values matter: zeros and denormal numbers send some hardware down paths that real data never
 * takes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/size.h"
#include "bench.h"
#include "operator.h"

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double uniform(uint64_t *state, double low, double high)
{
    const double value = low + (high - low) * ((double)(next_random(state) >> 11) * 0x1p-53);
    return fabs(value) < 0x1p-10 ? 0x1p-10 : value;
}

static uint16_t to_f16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return (uint16_t)((bits >> 16 & 0x8000) | (((bits >> 23 & 255) - 112) << 10 & 0x7c00) | (bits >> 13 & 1023));
}

static void store(void *data, expops_dtype dtype, size_t i, double value)
{
    const float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof(bits));
    const int64_t whole = value < 0 ? (int64_t)value - 1 : (int64_t)value + 1;
    switch (dtype) {
    case EXPOPS_DTYPE_F16:
        ((uint16_t *)data)[i] = to_f16(single);
        break;
    case EXPOPS_DTYPE_BF16:
        ((uint16_t *)data)[i] = (uint16_t)(bits >> 16);
        break;
    case EXPOPS_DTYPE_F32:
    case EXPOPS_DTYPE_C64:
        ((float *)data)[i] = single;
        break;
    case EXPOPS_DTYPE_F64:
    case EXPOPS_DTYPE_C128:
        ((double *)data)[i] = value;
        break;
    case EXPOPS_DTYPE_BOOL:
        ((uint8_t *)data)[i] = bits >> 13 & 1;
        break;
    default: {
        const expops_dl_dtype integer = expops_dtype_to_dl(dtype);
        const int64_t number = integer.code == 1 ? llabs((long long)whole) : whole; /* 1: without a sign */
        memcpy((char *)data + i * (integer.bits / 8), &number, integer.bits / 8);   /* little endian */
        break;
    }
    }
}

/* Numbers from where the operator's tests draw theirs, without the far ends. */
static int fill_array(npy_array *array, const expops_operator *op, size_t operand)
{
    double low = -2, high = 2;
    if (operand < sizeof(op->samples) / sizeof(*op->samples) && op->samples[operand].low < op->samples[operand].high) {
        low = fmax(op->samples[operand].low, -8);
        high = fmin(op->samples[operand].high, 8);
    }
    const int complex = array->dtype == EXPOPS_DTYPE_C64 || array->dtype == EXPOPS_DTYPE_C128;
    const size_t count = (size_t)array->numel * (complex ? 2 : 1);
    uint64_t state = 0x9e3779b97f4a7c15u + operand;
    array->data = malloc(array->numel ? (size_t)array->numel * expops_dtype_bytes(array->dtype) : 1);
    if (!array->data)
        return -1;
    for (size_t i = 0; i < count; i++)
        store(array->data, array->dtype, i, uniform(&state, low, high));
    return 0;
}

/* A tensor of the setup's shape, of its last dimension (a weight), or of none, as the operator's file says. */
static npy_array describe(const bench_setup *setup, const expops_samples *samples)
{
    const int32_t first = samples->scalar ? setup->ndim : samples->row && setup->ndim ? setup->ndim - 1 : 0;
    npy_array array = { .dtype = setup->dtype, .ndim = setup->ndim - first };
    memcpy(array.shape, setup->shape + first, (size_t)array.ndim * sizeof(*array.shape));
    if (!expops_checked_numel(array.ndim, array.shape, &array.numel))
        array.numel = -1; /* the library says what is wrong with the shape */
    return array;
}

/* Of entries that any shape goes with: amounts, as of a padding. */
static int is_usual_list(const call *c, size_t index)
{
    const expops_samples *samples = c->op->samples + index;
    return c->parameters[index].kind == EXPOPS_PARAMETER_INTS && samples->ints == EXPOPS_SAMPLES_DIMS && samples->count;
}

static void set_list(call *c, size_t index, const bench_setup *setup)
{
    const expops_samples *samples = c->op->samples + index;
    const uint32_t ndim = (uint32_t)setup->ndim, ints = samples->ints;
    int64_t *list = c->integers[index];
    if (is_usual_list(c, index)) {
        c->values[index] = expops_ints(samples->usual, samples->count);
        return;
    }
    if (ints == EXPOPS_SAMPLES_DIMS || ints == EXPOPS_SAMPLES_ROW) {
        list[0] = ints == EXPOPS_SAMPLES_DIMS ? -1 : ndim ? setup->shape[ndim - 1] : 1;
        c->values[index] = expops_ints(list, 1);
        return;
    }
    if (ints == EXPOPS_SAMPLES_STRIDES)
        expops_contiguous_strides(setup->ndim, setup->shape, list);
    for (uint32_t i = 0; ints != EXPOPS_SAMPLES_STRIDES && i < ndim; i++)
        list[i] = ints == EXPOPS_SAMPLES_SHAPE ? setup->shape[i] : ndim - 1 - (int64_t)i;
    c->values[index] = expops_ints(list, ndim);
}

/* Two tensors of the shape. */
static void set_items(call *c, size_t index, const bench_setup *setup)
{
    while (c->values[index].kind == EXPOPS_VALUE_NONE || c->values[index].count < 2) {
        const npy_array array = describe(setup, c->op->samples + index);
        if (call_add_item(c, index, &array))
            return;
    }
}

/* A mask, an index: a tensor of types of its own. */
static void suit_type(npy_array *array, uint32_t accepted)
{
    if (accepted && !(accepted >> array->dtype & 1u))
        array->dtype = accepted >> EXPOPS_DTYPE_I64 & 1u ? EXPOPS_DTYPE_I64 : (expops_dtype)__builtin_ctz(accepted);
}

/* Numbers of dimensions count up, as those of a call that names two do. */
static void set_int(call *c, size_t index, const bench_setup *setup, int64_t *dims)
{
    if (c->op->samples[index].ints == EXPOPS_SAMPLES_ROW) /* of an operator that makes a tensor out of nothing */
        c->values[index] = expops_int(setup->ndim ? setup->shape[index < (size_t)setup->ndim ? index : 0] : 1);
    else
        c->values[index] = expops_int((*dims)++);
}

static void set_tensor(call *c, size_t index, const bench_setup *setup)
{
    npy_array array = describe(setup, c->op->samples + index);
    suit_type(&array, c->op->parameters[index].dtypes);
    call_set_tensor(c, index, &array);
}

/* Sets the parameters that the command line left out; `given` has a flag for each that it named. */
static void set_arguments(call *c, const bench_setup *setup, const uint8_t *given)
{
    int64_t dims = 0;
    for (size_t i = 0; i < c->count; i++) {
        const expops_parameter_info *p = &c->parameters[i];
        const int size = p->kind == EXPOPS_PARAMETER_INT && c->op->samples[i].ints == EXPOPS_SAMPLES_ROW;
        if (given[i] || (p->optional && !size && !is_usual_list(c, i)))
            continue;
        if (p->kind == EXPOPS_PARAMETER_TENSORS)
            set_items(c, i, setup);
        else if (call_is_positional(p->kind))
            set_tensor(c, i, setup);
        else if (p->kind == EXPOPS_PARAMETER_INTS)
            set_list(c, i, setup);
        else if (p->kind == EXPOPS_PARAMETER_INT)
            set_int(c, i, setup, &dims);
        else
            c->values[i] = p->kind == EXPOPS_PARAMETER_NUMBER   ? expops_real(0.5)
                           : p->kind == EXPOPS_PARAMETER_CHOICE ? expops_choice(0)
                           : p->kind == EXPOPS_PARAMETER_BOOL   ? expops_bool(0)
                                                                : expops_int(setup->dtype);
    }
}

/* What the operator's file gives for arguments that must fit together. */
static void take_samples(call *c, const bench_setup *setup, const uint8_t *given)
{
    for (size_t i = 0; i < c->count; i++) {
        const expops_samples *samples = c->op->samples + i;
        const uint32_t kind = c->parameters[i].kind;
        if (given[i] || !samples->count)
            continue;
        if (kind == EXPOPS_PARAMETER_INTS) {
            c->values[i] = expops_ints(samples->usual, samples->count);
        } else if (kind == EXPOPS_PARAMETER_INT) {
            c->values[i] = expops_int(samples->usual[0]);
        } else {
            bench_setup own = *setup;
            own.ndim = (int32_t)samples->count;
            memcpy(own.shape, samples->usual, samples->count * sizeof(*own.shape));
            set_tensor(c, i, &own);
        }
    }
}

static int find_arguments(call *c, const bench_setup *setup, const uint8_t *given, call_outputs *out)
{
    char first[CALL_MESSAGE_BYTES];
    set_arguments(c, setup, given);
    if (call_infer(c, out) == EXPOPS_OK)
        return 0;
    snprintf(first, sizeof(first), "%s", expops_error_text());
    if (setup->or_samples) {
        take_samples(c, setup, given);
        if (call_infer(c, out) == EXPOPS_OK)
            return 0;
    }
    snprintf(c->message, sizeof(c->message), "no arguments were found for it; give them by name (%.900s)", first);
    return -1;
}

int bench_fill_call(call *c, const bench_setup *setup, call_outputs *out)
{
    uint8_t given[CALL_MAX_PARAMETERS];
    call_tensor *used[CALL_MAX_TENSORS];
    for (size_t i = 0; i < c->count; i++)
        given[i] = c->values[i].kind != EXPOPS_VALUE_NONE;
    if (find_arguments(c, setup, given, out))
        return -1;
    const size_t count = call_list_tensors(c, used);
    for (size_t i = 0; i < count; i++) {
        if (!given[used[i]->parameter] && fill_array(&used[i]->array, c->op, used[i]->parameter)) {
            snprintf(c->message, sizeof(c->message), "no memory for the inputs");
            return -1;
        }
    }
    return 0;
}
