#include "check.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge.h"

enum { SHOWN = 5 };

/* --- what the tests' judge asks of its surroundings, instead of tests/ops/call.c --- */

int test_report(test_call *call, const char *format, ...)
{
    va_list list;
    if (call->reported++ >= SHOWN)
        return 1;
    fprintf(stderr, "expops: %s: ", call->op->name);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return 1;
}

const test_array *test_call_out(const test_call *call)
{
    return &call->out;
}

void test_call_operands(const test_call *call, int64_t position, char *text, size_t size)
{
    int used = snprintf(text, size, "element %lld", (long long)position);
    for (size_t i = 0; i < call->num_args && test_is_elementwise(call->op); i++) {
        const test_array *array = &call->arrays[i];
        if (!array->host || used >= (int)size)
            continue;
        const int64_t index = test_array_index(array, call->result.ndim, call->result.shape, position);
        used += snprintf(text + used, size - (size_t)used, ", %s=%.9Lg", call->op->parameters[i].name,
                         test_array_get(array, index).re);
    }
}

/* --- the command's call as the tests know it --- */

static int copy_array(test_array *to, expops_device *device, const npy_array *from, const int64_t *strides)
{
    const size_t width = expops_dtype_bytes(from->dtype);
    if (!test_array_view(to, device, from->dtype, from->ndim, from->shape, strides, 0, from->numel ? from->numel : 1))
        return -1;
    for (int64_t i = 0; i < from->numel; i++)
        test_array_set(to, i, test_load(from->dtype, (const char *)from->data + (size_t)i * width));
    return 0;
}

static int copy_output(test_call *t, expops_device *device, const npy_array *out)
{
    int64_t strides[EXPOPS_MAX_RANK], step = 1;
    for (int32_t i = out->ndim - 1; i >= 0; i--) {
        strides[i] = step;
        step *= out->shape[i];
    }
    if (copy_array(&t->out, device, out, strides))
        return -1;
    t->image = malloc(test_array_bytes(&t->out));
    if (t->image)
        memcpy(t->image, t->out.host, test_array_bytes(&t->out));
    return t->image ? 0 : -1;
}

static int copy_call(test_call *t, const call *c, expops_device *device, const npy_array *out)
{
    call_outputs outputs;
    t->op = c->op;
    t->device = device;
    t->num_args = c->count;
    for (size_t i = 0; i < c->count; i++) {
        t->args[i] = c->values[i];
        if (c->values[i].kind != EXPOPS_VALUE_TENSOR)
            continue;
        if (copy_array(&t->arrays[i], device, &c->tensors[i].array, c->tensors[i].strides))
            return -1;
        t->args[i] = expops_tensor_value(&t->arrays[i].tensor);
    }
    if (call_infer(c, &outputs))
        return -1;
    t->result = outputs.results[0];
    t->types = test_promote(t->op, t->args, t->num_args);
    for (size_t i = 0; i < c->count; i++)
        if (c->parameters[i].kind == EXPOPS_PARAMETER_DTYPE) /* the caller decides */
            t->types = (test_types){ t->result.dtype, t->result.dtype };
    return copy_output(t, device, out);
}

static void release_call(test_call *t)
{
    for (size_t i = 0; i < t->num_args; i++)
        test_array_free(&t->arrays[i]);
    test_array_free(&t->out);
    free(t->image);
    free(t);
}

/* Lists of tensors and further outputs are not copied for the judge. */
static int is_copied_whole(const test_call *t)
{
    for (size_t i = 0; i < t->num_args; i++)
        if (t->args[i].kind == EXPOPS_VALUE_TENSORS)
            return 0;
    return !expops_operator_output(t->op, 1);
}

static int judge(test_call *t, const test_reference *reference)
{
    if (reference->move)
        return test_judge_moves(t);
    return reference->row ? test_judge_rows(t) : test_judge_pointwise(t, reference);
}

/* NULL where the operator's file has no reference that speaks of this call. */
static const test_reference *find_reference(const test_call *t, check_report *report)
{
    const test_reference *reference = test_reference_find(t->op->name);
    const char *why = NULL;
    if (!reference)
        why = "its file has no reference";
    else if (reference->move && test_adds_what_it_moves(t->op))
        why = "its reference adds whole numbers only";
    else if (reference->move && !is_copied_whole(t))
        why = "lists of tensors and several outputs are not looked at";
    else if (reference->move)
        return reference;
    else if (test_is_complex(t->types.common) || test_is_complex(t->out.dtype))
        why = "its reference knows no complex numbers";
    else if (!reference->row && !test_is_elementwise(t->op))
        why = "its reference does not know which elements meet";
    if (why)
        snprintf(report->message, sizeof(report->message), "nothing to check it by: %s", why);
    return why ? NULL : reference;
}

int check_result(const call *c, expops_device *device, const npy_array *out, check_report *report)
{
    test_call *t = calloc(1, sizeof(*t));
    int status = TOOL_FAILED;
    if (!t || copy_call(t, c, device, out)) {
        snprintf(report->message, sizeof(report->message), "no memory to check it");
    } else {
        const test_reference *reference = find_reference(t, report);
        status = reference ? TOOL_OK : TOOL_FAILED;
        report->bound = test_bound(t->op, t->types.result);
        if (reference)
            report->wrong = judge(t, reference);
    }
    if (t)
        release_call(t);
    return status;
}
