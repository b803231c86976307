/* Calls that must be refused: the right status, a text that names operator and argument, and an untouched output. */
#include "cases.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE = 12 };

static int is_valid(test_call *call)
{
    return test_call_results(call) == EXPOPS_OK;
}

/* A list that the operator takes of tensors of shape (3, 4). */
static void set_list(test_call *call, size_t index)
{
    static const struct {
        uint32_t count;
        int64_t list[2];
    } lists[] = {
        [EXPOPS_SAMPLES_DIMS] = { 1, { 1 } },       [EXPOPS_SAMPLES_ROW] = { 1, { 4 } },
        [EXPOPS_SAMPLES_ORDER] = { 2, { 0, 1 } },   [EXPOPS_SAMPLES_SHAPE] = { 2, { 3, 4 } },
        [EXPOPS_SAMPLES_STRIDES] = { 2, { 4, 1 } },
    };
    const uint32_t ints = call->op->samples[index].ints;
    test_call_ints(call, index, lists[ints].list, lists[ints].count);
}

/* A call that is right in everything, to be spoilt in one thing. */
static int begin_with(test_call *call, test_subject *subject, const char *title, int32_t ndim)
{
    static const int64_t all[] = { 1, 3, 4 }, *const shape = all + 1;
    test_call_begin(call, subject->device, subject->op, title);
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_parameter *parameter = &call->op->parameters[i];
        const int tensor = parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND;
        const expops_samples *samples = call->op->samples + i;
        test_plain_argument(call, i, subject->dtype, 0);
        if (parameter->kind == EXPOPS_PARAMETER_INTS && samples->count)
            test_call_ints(call, i, samples->usual, samples->count);
        if (parameter->kind == EXPOPS_PARAMETER_INT && samples->count)
            call->args[i] = expops_int(samples->usual[0]);
        if (parameter->kind == EXPOPS_PARAMETER_TENSORS) {
            for (size_t item = 0; item < 2; item++)
                if (!test_array_make(&call->arrays[call->num_args + item], call->device, subject->dtype, ndim,
                                     shape + 2 - ndim, TEST_COMPACT, 0))
                    return 0;
            test_call_list(call, i, 2);
        }
        if (!tensor)
            continue;
        const int drop = samples->row ? 1 : samples->scalar ? 2 : 0;
        int32_t rank = drop ? 2 - drop : ndim;
        const int64_t *sizes = shape + (drop ? drop : 2 - ndim);
        if (samples->count) {
            rank = (int32_t)samples->count;
            sizes = samples->usual;
        }
        if (!test_call_tensor(call, i, test_parameter_dtype(parameter, subject->dtype), rank, sizes, TEST_COMPACT, 0))
            return 0;
        test_draw(call, i, &subject->random);
    }
    for (size_t i = 0; i < call->num_args; i++)
        if (call->op->parameters[i].kind == EXPOPS_PARAMETER_INTS && !call->op->samples[i].count)
            set_list(call, i);
    return is_valid(call);
}

static int begin_valid(test_call *call, test_subject *subject, const char *title)
{
    if (!begin_with(call, subject, title, 2)) {
        test_call_end(call);
        (void)begin_with(call, subject, title, 3);
    }
    return test_call_infer(call) == 0 && test_call_output(call, call->result.dtype, TEST_COMPACT, 0);
}

static int names(const char *text, const char *word)
{
    return !word || strstr(text, word) != NULL;
}

/* The call must fail with `expected`, say so, and leave the output's memory alone. */
static int must_fail(test_call *call, expops_status expected, const char *argument)
{
    int failures = 0;
    expops_tensor outs[EXPOPS_MAX_OUTPUTS];
    for (size_t i = 0; i < call->num_args; i++)
        if (call->arrays[i].host && test_array_upload(&call->arrays[i]) != EXPOPS_OK)
            return test_report(call, "upload: %s", expops_error_text());
    if (test_array_upload(&call->out) != EXPOPS_OK)
        return test_report(call, "upload: %s", expops_error_text());
    test_call_tensors(call, outs);
    const expops_status status =
        expops_call(call->op, call->device, NULL, call->args, call->num_args, outs, test_call_outputs(call));
    if (status != expected)
        return test_report(call, "gives %s, not %s: %s", expops_status_name(status), expops_status_name(expected),
                           status ? expops_error_text() : "");
    const char *text = expops_error_text();
    if (!names(text, call->op->name) || !names(text, argument))
        failures += test_report(call, "the text must name %s and %s: %s", call->op->name, argument, text);
    unsigned char *image = malloc(test_array_bytes(&call->out));
    if (!image || test_array_download(&call->out, image) != EXPOPS_OK || test_array_spoilt(&call->out, image, 0))
        failures += test_report(call, "the output was written, or cannot be read: %s", expops_error_text());
    free(image);
    return failures;
}

typedef struct refusal {
    const char *title;
    /* Spoils the call; returns the argument that the text must name, or NULL where the operator cannot be wrong so. */
    const char *(*spoil)(test_call *call);
    expops_status expected;
} refusal;

static const char *wrong_dtype(test_call *call)
{
    int dtype = EXPOPS_DTYPE_COUNT - 1, spoilt = 0;
    while (dtype >= 0 && call->op->dtypes >> dtype & 1)
        dtype--;
    if (dtype < 0 || call->op->parameters[0].dtypes)
        return NULL;
    for (size_t i = 0; i < call->num_args; i++) { /* all of them, so that promotion cannot save the call */
        const int32_t ndim = call->arrays[i].ndim;
        int64_t shape[EXPOPS_MAX_RANK];
        memcpy(shape, call->arrays[i].shape, (size_t)ndim * sizeof(*shape));
        if (!call->arrays[i].host || call->op->parameters[i].dtypes)
            continue;
        test_array_free(&call->arrays[i]);
        spoilt |= test_call_tensor(call, i, (expops_dtype)dtype, ndim, shape, TEST_COMPACT, 0);
    }
    return spoilt ? call->op->parameters[0].name : NULL;
}

static const char *shapes_that_do_not_meet(test_call *call)
{
    static const int64_t shape[] = { 5, 3 };
    const expops_parameter *second = &call->op->parameters[1];
    if (call->num_args < 2 || !call->arrays[1].host || (call->op->draft && !call->op->elementwise) ||
        call->op->samples[1].scalar)
        return NULL;
    const expops_dtype dtype = call->arrays[1].dtype;
    test_array_free(&call->arrays[1]);
    test_call_tensor(call, 1, dtype, 2, shape, TEST_COMPACT, 0);
    return second->name;
}

static const char *out_of_another_shape(test_call *call)
{
    static const int64_t shape[] = { 7, 3, 2 };
    const expops_dtype dtype = call->out.dtype;
    test_array_free(&call->out);
    test_array_make(&call->out, call->device, dtype, 3, shape, TEST_COMPACT, 0);
    return "out";
}

static const char *out_over_itself(test_call *call)
{
    if (call->out.ndim < 1 || call->out.shape[0] < 2)
        return NULL;
    call->out.strides[0] = 0;
    return "out";
}

/* The output starts one element after the first input, in the same memory. */
static const char *out_over_input(test_call *call)
{
    static const int64_t shape[] = { 3, 4 };
    test_array *x = &call->arrays[0];
    if ((call->op->draft && !call->op->elementwise) || call->op->samples[0].shape_only || !x->host ||
        x->dtype != call->out.dtype)
        return NULL;
    const int32_t ndim = call->out.ndim;
    const expops_dtype dtype = x->dtype;
    test_array_free(x);
    test_call_tensor(call, 0, dtype, ndim, shape, TEST_COMPACT, SIZE);
    call->out.tensor.data = x->tensor.data;
    call->out.tensor.byte_offset = x->tensor.byte_offset - expops_dtype_bytes(dtype);
    return "out";
}

static const char *no_tensor(test_call *call)
{
    if (call->op->parameters[0].kind != EXPOPS_PARAMETER_TENSOR || call->op->parameters[0].optional)
        return NULL;
    call->args[0] = expops_none();
    return call->op->parameters[0].name;
}

static const char *tensor_elsewhere(test_call *call)
{
    if (!call->arrays[0].host || call->op->samples[0].shape_only)
        return NULL;
    call->arrays[0].tensor.device.device_type = 77;
    return call->op->parameters[0].name;
}

static const char *out_elsewhere(test_call *call)
{
    call->out.tensor.device.device_type = 77;
    return "out";
}

static const char *out_of_a_lesser_kind(test_call *call)
{
    const expops_dtype lesser = call->result.dtype == EXPOPS_DTYPE_BOOL ? EXPOPS_DTYPE_COUNT : EXPOPS_DTYPE_BOOL;
    if (lesser == EXPOPS_DTYPE_COUNT)
        return NULL;
    test_array_free(&call->out);
    test_array_make(&call->out, call->device, lesser, call->result.ndim, call->result.shape, TEST_COMPACT, 0);
    return "out";
}

static const char *a_number_of_the_wrong_kind(test_call *call)
{
    for (size_t i = 0; i < call->num_args; i++)
        if (call->op->parameters[i].kind == EXPOPS_PARAMETER_INTS) {
            call->args[i] = expops_real(1.5);
            return call->op->parameters[i].name;
        }
    return NULL;
}

static const char *too_deep(test_call *call)
{
    if (!call->arrays[0].host)
        return NULL;
    call->arrays[0].tensor.ndim = EXPOPS_MAX_RANK + 1;
    return call->op->parameters[0].name;
}

static const refusal refusals[] = {
    { "a type the operator does not take", wrong_dtype, EXPOPS_ERR_DTYPE },
    { "shapes that do not broadcast", shapes_that_do_not_meet, EXPOPS_ERR_SHAPE },
    { "an output of another shape", out_of_another_shape, EXPOPS_ERR_SHAPE },
    { "an output that overlaps itself", out_over_itself, EXPOPS_ERR_OVERLAP },
    { "an output that overlaps an input", out_over_input, EXPOPS_ERR_OVERLAP },
    { "a missing tensor", no_tensor, EXPOPS_ERR_INVALID_ARGUMENT },
    { "a tensor of another device", tensor_elsewhere, EXPOPS_ERR_DEVICE },
    { "an output of another device", out_elsewhere, EXPOPS_ERR_DEVICE },
    { "an output of a lesser kind", out_of_a_lesser_kind, EXPOPS_ERR_DTYPE },
    { "a number where integers belong", a_number_of_the_wrong_kind, EXPOPS_ERR_INVALID_ARGUMENT },
    { "more dimensions than there may be", too_deep, EXPOPS_ERR_SHAPE },
};

/* What no argument is to blame for. */
static int run_bare(test_subject *subject)
{
    test_call call;
    int failures = 0;
    if (!begin_valid(&call, subject, "bare errors"))
        failures = test_report(&call, "the valid call is refused: %s", expops_error_text());
    else {
        expops_status status = expops_call(call.op, call.device, NULL, call.args, call.num_args, NULL, 1);
        if (status != EXPOPS_ERR_INVALID_ARGUMENT || !names(expops_error_text(), "out"))
            failures +=
                test_report(&call, "without an output: %s, %s", expops_status_name(status), expops_error_text());
        expops_value many[EXPOPS_MAX_PARAMETERS + 1] = { 0 };
        memcpy(many, call.args, call.num_args * sizeof(many[0]));
        status = expops_call(call.op, call.device, NULL, many, call.num_args + 1, &call.out.tensor, 1);
        if (status != EXPOPS_ERR_INVALID_ARGUMENT || !names(expops_error_text(), call.op->name))
            failures += test_report(&call, "with an argument too many: %s, %s", expops_status_name(status),
                                    expops_error_text());
    }
    test_call_end(&call);
    return failures;
}

static int run_errors(test_subject *subject)
{
    int failures = run_bare(subject);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        test_call call;
        if (!begin_valid(&call, subject, refusals[i].title))
            failures += test_report(&call, "the valid call is refused: %s", expops_error_text());
        else {
            const char *argument = refusals[i].spoil(&call);
            if (argument)
                failures += must_fail(&call, refusals[i].expected, argument);
        }
        test_call_end(&call);
    }
    return failures;
}

static int always(const expops_operator *op, expops_dtype dtype)
{
    return 1;
}

const test_kind test_error_kinds[] = {
    { "errors", always, run_errors, 0 },
    { NULL, NULL, NULL, 0 },
};
