/* Making and running one call. */
#include "call.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "random.h"

enum { MAX_LINES = 12 };

void test_call_begin(test_call *call, expops_device *device, const expops_operator *op, const char *title)
{
    memset(call, 0, sizeof(*call));
    call->device = device;
    call->op = op;
    call->title = title;
    call->num_args = expops_operator_parameter_count(op);
}

void test_call_end(test_call *call)
{
    for (size_t i = 0; i < TEST_ARRAYS; i++)
        test_array_free(&call->arrays[i]);
    test_array_free(&call->out);
    free(call->image);
    call->image = NULL;
    for (size_t i = 0; i < EXPOPS_MAX_OUTPUTS - 1; i++) {
        test_array_free(&call->more[i].out);
        free(call->more[i].image);
        call->more[i].image = NULL;
    }
}

size_t test_call_outputs(const test_call *call)
{
    size_t count = 1;
    while (count < EXPOPS_MAX_OUTPUTS && expops_operator_output(call->op, count))
        count++;
    return count;
}

void test_call_swap(test_call *call, size_t index)
{
    if (index == 0)
        return;
    test_output *const other = &call->more[index - 1], first = { call->result, call->out, call->image };
    call->result = other->result;
    call->out = other->out;
    call->image = other->image;
    *other = first;
}

void test_call_tensors(const test_call *call, expops_tensor *outs)
{
    outs[0] = test_call_out(call)->tensor;
    for (size_t i = 1; i < test_call_outputs(call); i++)
        outs[i] = call->more[i - 1].out.tensor;
}

expops_status test_call_results(test_call *call)
{
    expops_result results[EXPOPS_MAX_OUTPUTS];
    const size_t count = test_call_outputs(call);
    const expops_status status = expops_infer(call->op, call->args, call->num_args, results, count);
    if (status != EXPOPS_OK)
        return status;
    call->result = results[0];
    for (size_t i = 1; i < count; i++)
        call->more[i - 1].result = results[i];
    return EXPOPS_OK;
}

int test_call_tensor(test_call *call, size_t index, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                     enum test_layout layout, int64_t shift)
{
    if (!test_array_make(&call->arrays[index], call->device, dtype, ndim, shape, layout, shift))
        return 0;
    call->args[index] = expops_tensor_value(&call->arrays[index].tensor);
    return 1;
}

void test_call_list(test_call *call, size_t index, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        call->items[i] = &call->arrays[call->num_args + i].tensor;
    call->args[index] = expops_tensors(call->items, count);
}

void test_call_ints(test_call *call, size_t index, const int64_t *integers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        call->integers[index][i] = integers[i];
    call->args[index] = expops_ints(call->integers[index], count);
}

static int append(char *text, int used, int size, const char *format, ...) __attribute__((format(printf, 4, 5)));
static int append(char *text, int used, int size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int more = vsnprintf(text + used, (size_t)(size - used), format, args);
    va_end(args);
    return used + more < size ? used + more : size - 1;
}

static int append_list(char *text, int used, int size, const int64_t *values, int count)
{
    used = append(text, used, size, "[");
    for (int i = 0; i < count; i++)
        used = append(text, used, size, "%s%lld", i ? "," : "", (long long)values[i]);
    return append(text, used, size, "]");
}

static int append_array(char *text, int used, int size, const test_array *array)
{
    used = append(text, used, size, "%s", expops_dtype_name(array->dtype));
    used = append_list(text, used, size, array->shape, array->ndim);
    used = append(text, used, size, " strides ");
    used = append_list(text, used, size, array->strides, array->ndim);
    return append(text, used, size, " first %lld", (long long)array->first);
}

static int append_argument(char *text, int used, int size, const test_call *call, size_t index)
{
    const expops_value value = call->args[index];
    switch (value.kind) {
    case EXPOPS_VALUE_NONE:
        return append(text, used, size, "none");
    case EXPOPS_VALUE_TENSOR:
        return append_array(text, used, size, &call->arrays[index]);
    case EXPOPS_VALUE_REAL:
        return append(text, used, size, "%.17g", value.as.real);
    case EXPOPS_VALUE_INTS:
        return append_list(text, used, size, value.as.integers, (int)value.count);
    case EXPOPS_VALUE_TENSORS:
        return append(text, used, size, "%u tensors", value.count);
    case EXPOPS_VALUE_COMPLEX:
        return append(text, used, size, "(%.17g, %.17g)", value.as.parts[0], value.as.parts[1]);
    default:
        return append(text, used, size, "%lld", (long long)value.as.integer);
    }
}

static void print_call(const test_call *call)
{
    char text[1500];
    int used =
        append(text, 0, sizeof(text), "%s, %s on %s:", call->op->name, call->title, expops_device_name(call->device));
    for (size_t i = 0; i < call->num_args; i++) {
        used = append(text, used, sizeof(text), " %s=", call->op->parameters[i].name);
        used = append_argument(text, used, sizeof(text), call, i);
    }
    used = append(text, used, sizeof(text), " out=");
    used = append_array(text, used, sizeof(text), test_call_out(call));
    print_error("%s%s, EXPOPS_TEST_SEED=%llu\n", text, call->in_place ? " (in place)" : "",
                (unsigned long long)test_seed());
}

int test_report(test_call *call, const char *format, ...)
{
    if (call->reported == 0)
        print_call(call);
    if (call->reported++ < MAX_LINES) {
        char text[900];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        print_error("    %s\n", text);
    }
    return 1;
}

int test_call_infer(test_call *call)
{
    const expops_status status = test_call_results(call);
    if (status != EXPOPS_OK)
        return test_report(call, "expops_infer gives %s: %s", expops_status_name(status), expops_error_text());
    call->types = test_promote(call->op, call->args, call->num_args);
    for (size_t i = 0; i < call->num_args; i++)
        if (call->op->parameters[i].kind == EXPOPS_PARAMETER_DTYPE) /* the caller decides */
            call->types = (test_types){ call->result.dtype, call->result.dtype };
    if (call->result.dtype != call->types.result)
        return test_report(call, "the result's type is %s, PyTorch's rule gives %s",
                           expops_dtype_name(call->result.dtype), expops_dtype_name(call->types.result));
    return 0;
}

int test_call_other_outputs(test_call *call)
{
    for (size_t i = 1; i < test_call_outputs(call); i++) {
        const expops_result *result = &call->more[i - 1].result;
        if (!test_array_make(&call->more[i - 1].out, call->device, result->dtype, result->ndim, result->shape,
                             TEST_COMPACT, 0))
            return 0;
    }
    return 1;
}

int test_call_output(test_call *call, expops_dtype dtype, enum test_layout layout, int64_t shift)
{
    return test_call_other_outputs(call) &&
           test_array_make(&call->out, call->device, dtype, call->result.ndim, call->result.shape, layout, shift);
}

const test_array *test_call_out(const test_call *call)
{
    return call->in_place ? &call->arrays[0] : &call->out;
}

expops_status test_call_launch(test_call *call)
{
    expops_tensor outs[EXPOPS_MAX_OUTPUTS];
    expops_status status = EXPOPS_OK;
    for (size_t i = 0; i < TEST_ARRAYS && status == EXPOPS_OK; i++)
        if (call->arrays[i].host)
            status = test_array_upload(&call->arrays[i]);
    if (status == EXPOPS_OK && !call->in_place)
        status = test_array_upload(&call->out);
    for (size_t i = 0; i < EXPOPS_MAX_OUTPUTS - 1 && status == EXPOPS_OK; i++)
        if (call->more[i].out.host)
            status = test_array_upload(&call->more[i].out);
    if (status != EXPOPS_OK)
        return status;
    test_call_tensors(call, outs);
    return expops_call(call->op, call->device, NULL, call->args, call->num_args, outs, test_call_outputs(call));
}

/* Where a reduction may be told a type and is not, an output of another one tells it; integers are the same modulo its size. */
static void output_names_type(test_call *call)
{
    const expops_dtype out = test_call_out(call)->dtype;
    for (size_t i = 0; call->op->parameters[i].name; i++)
        if (call->op->family == EXPOPS_FAMILY_REDUCE && call->op->parameters[i].kind == EXPOPS_PARAMETER_DTYPE &&
            !test_is_integer(out) && test_can_cast(call->types.result, out))
            call->types = (test_types){ out, out };
}

/* A device without double arithmetic may refuse what needs it, and nothing else. */
static int refusal_is_honest(const test_call *call, expops_status status)
{
    const int lacks_f64 = !(expops_device_get_info(call->device)->caps & EXPOPS_CAP_F64);
    int wants_f64 = test_call_out(call)->dtype == EXPOPS_DTYPE_F64 || test_call_out(call)->dtype == EXPOPS_DTYPE_C128;
    for (size_t i = 0; i < call->num_args; i++)
        wants_f64 |= call->arrays[i].host &&
                     (call->arrays[i].dtype == EXPOPS_DTYPE_F64 || call->arrays[i].dtype == EXPOPS_DTYPE_C128);
    return status == EXPOPS_ERR_UNSUPPORTED && lacks_f64 && wants_f64;
}

static int inputs_changed(test_call *call)
{
    int failures = 0;
    for (size_t i = call->in_place ? 1 : 0; i < TEST_ARRAYS; i++) {
        const test_array *array = &call->arrays[i];
        if (!array->host)
            continue;
        unsigned char *image = malloc(test_array_bytes(array));
        if (!image || test_array_download(array, image) != EXPOPS_OK || test_array_spoilt(array, image, 0))
            failures += test_report(call, "the input %s was changed",
                                    i < call->num_args ? call->op->parameters[i].name : "in a list");
        free(image);
    }
    return failures;
}

static int read_back(test_call *call, size_t index)
{
    int failures = 0;
    test_call_swap(call, index);
    const test_array *out = test_call_out(call);
    call->image = malloc(test_array_bytes(out));
    if (!call->image || test_array_download(out, call->image) != EXPOPS_OK)
        failures = test_report(call, "output %zu could not be read back: %s", index, expops_error_text());
    else if (test_array_spoilt(out, call->image, 1))
        failures = test_report(call, "memory around or between the elements of output %zu was written", index);
    test_call_swap(call, index);
    return failures;
}

int test_call_run(test_call *call)
{
    const expops_status status = test_call_launch(call);
    output_names_type(call);
    if (refusal_is_honest(call, status))
        return -1;
    if (status != EXPOPS_OK)
        return test_report(call, "expops_call gives %s: %s", expops_status_name(status), expops_error_text());
    int failures = inputs_changed(call);
    for (size_t i = 0; i < test_call_outputs(call); i++)
        failures += read_back(call, i);
    return failures;
}

void test_call_operands(const test_call *call, int64_t position, char *text, size_t size)
{
    int used = append(text, 0, (int)size, "at %lld:", (long long)position);
    for (size_t i = 0; i < call->num_args; i++) {
        const test_array *array = &call->arrays[i];
        if (!array->host || !test_is_elementwise(call->op))
            continue;
        const int64_t index = test_array_index(array, call->result.ndim, call->result.shape, position);
        const test_value value = test_array_get(array, index);
        used = append(text, used, (int)size, " %s=%.21Lg", call->op->parameters[i].name, value.re);
        if (test_is_complex(array->dtype))
            used = append(text, used, (int)size, "%+.21Lgi", value.im);
    }
}
