/* A call as a line of text. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

typedef struct writer {
    char *text;
    size_t size, used;
} writer;

static void put(writer *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(writer *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int more = vsnprintf(to->text + to->used, to->size - to->used, format, args);
    va_end(args);
    to->used += more > 0 ? (size_t)more : 0;
    if (to->used >= to->size)
        to->used = to->size - 1;
}

static void put_list(writer *to, const int64_t *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        put(to, "%s%lld", i ? "," : "", (long long)values[i]);
}

static void put_values(writer *to, const fuzz_tensor *tensor)
{
    put(to, "{");
    for (int i = 0; i < tensor->num_values; i++) {
        put(to, "%s%.21Lg", i ? "," : "", tensor->values[i].re);
        if (tensor->values[i].im != 0 || signbit(tensor->values[i].im))
            put(to, ":%.21Lg", tensor->values[i].im);
    }
    put(to, "}");
}

static void put_tensor(writer *to, const fuzz_tensor *tensor)
{
    expops_dtype dtype;
    if (expops_dtype_from_dl(tensor->dtype, &dtype) == EXPOPS_OK)
        put(to, "%s", expops_dtype_name(dtype));
    else
        put(to, "t%u.%u.%u", tensor->dtype.code, tensor->dtype.bits, tensor->dtype.lanes);
    const int64_t held = tensor->ndim < 0 ? 0 : tensor->ndim < FUZZ_RANK ? tensor->ndim : FUZZ_RANK;
    put(to, "(");
    put_list(to, tensor->shape, held);
    put(to, ")");
    if (!tensor->compact) {
        put(to, "/(");
        put_list(to, tensor->strides, held);
        put(to, ")");
    }
    if (tensor->offset)
        put(to, "@%llu", (unsigned long long)tensor->offset);
    if (tensor->device.device_type)
        put(to, "!on%d:%d", tensor->device.device_type, tensor->device.device_id);
    if (tensor->ndim != held)
        put(to, "!ndim%d", tensor->ndim);
    put(to, "%s%s", tensor->no_shape ? "!noshape" : "", tensor->no_data ? "!nodata" : "");
    if (tensor->num_values)
        put_values(to, tensor);
}

/* With a point or an exponent, so that it is no integer. */
static void put_real(writer *to, double real)
{
    char text[40];
    snprintf(text, sizeof text, "%.17g", real);
    put(to, "%s%s", text, strpbrk(text, ".einf") ? "" : ".0");
}

static void put_items(writer *to, const fuzz_call *call, uint32_t count)
{
    put(to, "<");
    for (uint32_t i = 0; i < count; i++) {
        put(to, "%s", i ? ";" : "");
        put_tensor(to, call->items + i);
    }
    put(to, ">");
}

static void put_value(writer *to, const fuzz_call *call, const fuzz_value *value)
{
    const expops_value given = value->value;
    if (value->is_null &&
        (given.kind == EXPOPS_VALUE_TENSOR || given.kind == EXPOPS_VALUE_COMPLEX || given.kind == EXPOPS_VALUE_INTS)) {
        put(to, "null%u", given.kind);
        if (given.kind == EXPOPS_VALUE_INTS)
            put(to, "#%u", given.count);
        return;
    }
    switch (given.kind) {
    case EXPOPS_VALUE_TENSOR:
        put_tensor(to, &value->tensor);
        break;
    case EXPOPS_VALUE_TENSORS:
        put_items(to, call, given.count < FUZZ_ITEMS ? given.count : FUZZ_ITEMS);
        break;
    case EXPOPS_VALUE_INT:
        put(to, "%lld", (long long)given.as.integer);
        break;
    case EXPOPS_VALUE_REAL:
        put_real(to, given.as.real);
        break;
    case EXPOPS_VALUE_COMPLEX:
        put(to, "(");
        put_real(to, value->parts[0]);
        put(to, ",");
        put_real(to, value->parts[1]);
        put(to, ")");
        break;
    case EXPOPS_VALUE_INTS:
        put(to, "[");
        put_list(to, value->integers, given.count);
        put(to, "]");
        break;
    default:
        put(to, "kind%u:%lld", given.kind, (long long)given.as.integer);
        if (given.count != 1)
            put(to, "#%u", given.count);
        break;
    }
}

void fuzz_print(const fuzz_call *call, char *text, size_t size)
{
    writer to = { text, size, 0 };
    const size_t known = expops_operator_parameter_count(call->op);
    put(&to, "%s", call->op->name);
    for (size_t i = 0; i < call->num_args; i++) {
        put(&to, " %s=", i < known ? call->op->parameters[i].name : "more");
        put_value(&to, call, call->args + i);
    }
    if (call->out_is != FUZZ_OUT_RIGHT)
        put(&to, " out=");
    if (call->out_is == FUZZ_OUT_DRAWN)
        put_tensor(&to, &call->out);
    else if (call->out_is >= 0)
        put(&to, "%s", call->op->parameters[call->out_is].name);
    else if (call->out_is == FUZZ_OUT_NULL)
        put(&to, "null");
    for (uint32_t i = 0; i < FUZZ_OTHERS && call->others[i].dtype.bits; i++) {
        put(&to, " out%u=", i + 2);
        put_tensor(&to, call->others + i);
    }
    if (call->num_outs)
        put(&to, " outputs=%u", call->num_outs);
    if (call->seed)
        put(&to, " seed=%llu", (unsigned long long)call->seed);
}
