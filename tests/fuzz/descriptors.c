/* Calls of which no element exists: what the core makes of descriptions, hostile ones too. The null backend takes
 * addresses that nobody may touch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expops/expops.h"
#include "fuzz.h"
#include "null_backend.h"

static expops_device *device;
static int alone; /* launches can be told apart, and the backend's settings changed */
static uint8_t host_number[16];

int fuzz_descriptors_open(unsigned threads)
{
    alone = threads == 1;
    setenv("EXPOPS_CACHE", "memory", 1);
    null_backend_reset();
    null_backend.device_type = EXPOPS_DL_CUDA;
    null_backend.caps = EXPOPS_CAP_F64; /* numbers in host tensors are read by the core */
    null_backend.silent = 1;
    return expops_register_backend(null_backend_query) == EXPOPS_OK && expops_device_open("null", &device) == EXPOPS_OK;
}

void fuzz_descriptors_close(void)
{
    expops_device_close(&device);
}

/* --- the call itself --- */

typedef struct made_call {
    expops_tensor tensors[FUZZ_ARGUMENTS], outs[1 + FUZZ_OTHERS];
    expops_value args[FUZZ_ARGUMENTS];
    expops_tensor items[FUZZ_ITEMS];
    const expops_tensor *list[FUZZ_ITEMS];
    const expops_tensor *out; /* NULL, or all of them */
    size_t num_outs;
} made_call;

static void make_tensor(fuzz_tensor *from, uint64_t place, expops_tensor *tensor)
{
    const int on_host = from->device.device_type == EXPOPS_DL_CPU;
    memset(tensor, 0, sizeof *tensor);
    tensor->data = on_host ? (void *)host_number : (void *)(uintptr_t)(FUZZ_APART * (place + 1)); /* NOLINT */
    if (from->no_data)
        tensor->data = NULL;
    tensor->device = from->device;
    if (!from->device.device_type)
        tensor->device.device_type = EXPOPS_DL_CUDA;
    tensor->ndim = from->ndim;
    tensor->dtype = from->dtype;
    tensor->shape = from->no_shape ? NULL : from->shape;
    tensor->strides = from->compact ? NULL : from->strides;
    tensor->byte_offset = on_host ? 0 : from->offset;
}

/* NULL where the kind or the count was spoilt. */
static const expops_tensor *const *make_list(fuzz_call *call, uint32_t count, made_call *made)
{
    for (uint32_t i = 0; i < count && i < FUZZ_ITEMS; i++) {
        make_tensor(call->items + i, FUZZ_ARGUMENTS + 1 + i, made->items + i);
        made->list[i] = made->items + i;
    }
    return count <= FUZZ_ITEMS ? made->list : NULL;
}

static void make_value(fuzz_call *call, uint64_t place, made_call *made)
{
    fuzz_value *from = call->args + place;
    expops_value *value = made->args + place;
    *value = from->value;
    switch (value->kind) {
    case EXPOPS_VALUE_TENSOR:
        make_tensor(&from->tensor, place, made->tensors + place);
        value->as.tensor = from->is_null ? NULL : made->tensors + place;
        break;
    case EXPOPS_VALUE_COMPLEX:
        value->as.parts = from->is_null ? NULL : from->parts;
        break;
    case EXPOPS_VALUE_INTS:
        value->as.integers = from->is_null ? NULL : from->integers;
        break;
    case EXPOPS_VALUE_TENSORS:
        value->as.tensors = from->is_null ? NULL : make_list(call, value->count, made);
        break;
    default:
        break;
    }
}

static void make_outputs(fuzz_call *call, made_call *made)
{
    made->out = NULL;
    made->num_outs = call->num_outs ? call->num_outs : fuzz_outputs(call->op);
    if (call->out_is >= 0 && made->args[call->out_is].kind == EXPOPS_VALUE_TENSOR)
        made->out = made->args[call->out_is].as.tensor;
    if (made->out)
        made->outs[0] = *made->out;
    if (call->out_is == FUZZ_OUT_DRAWN)
        make_tensor(&call->out, FUZZ_ARGUMENTS, made->outs);
    for (uint32_t i = 0; i < FUZZ_OTHERS; i++)
        make_tensor(call->others + i, FUZZ_ARGUMENTS + 1 + FUZZ_ITEMS + i, made->outs + 1 + i);
    if (made->out || call->out_is == FUZZ_OUT_DRAWN)
        made->out = made->outs;
}

static int report(const fuzz_call *call, fuzz_counts *counts, const char *what, expops_status status)
{
    char text[FUZZ_LINE];
    fuzz_print(call, text, sizeof text);
    printf("descriptors: %s\n    %s (%s: %s)\n", text, what, expops_status_name(status), expops_error_text());
    counts->findings++;
    return 1;
}

/* --- what must hold --- */

static int any_too_large(const fuzz_call *call)
{
    for (size_t i = 0; i < call->num_args; i++)
        if (call->args[i].value.kind == EXPOPS_VALUE_TENSOR && fuzz_too_large(&call->args[i].tensor))
            return 1;
    return 0;
}

static int all_usable(const fuzz_call *call)
{
    for (size_t i = 0; i < call->num_args; i++)
        if (call->args[i].value.kind == EXPOPS_VALUE_TENSOR &&
            !fuzz_usable(&call->args[i].tensor, call->op->parameters[i].kind))
            return 0;
    return 1;
}

static int check_result(const fuzz_call *call, const expops_result *result, fuzz_counts *counts)
{
    fuzz_tensor described = { .ndim = result->ndim, .compact = 1 };
    if (result->ndim < 0 || result->ndim > EXPOPS_MAX_RANK || (unsigned)result->dtype >= EXPOPS_DTYPE_COUNT)
        return report(call, counts, "the result is no tensor", EXPOPS_OK);
    memcpy(described.shape, result->shape, sizeof result->shape);
    described.dtype = expops_dtype_to_dl(result->dtype);
    for (int32_t i = 0; i < result->ndim; i++)
        if (result->shape[i] < 0)
            return report(call, counts, "the result has a negative size", EXPOPS_OK);
    if (fuzz_too_large(&described))
        return report(call, counts, "the result's bytes cannot be counted", EXPOPS_OK);
    return any_too_large(call) ? report(call, counts, "an argument's bytes cannot be counted", EXPOPS_OK) : 0;
}

static int check_refusal(const fuzz_call *call, expops_status status, fuzz_counts *counts)
{
    if (!strcmp(expops_status_name(status), "?") || status == EXPOPS_ERR_INTERNAL)
        return report(call, counts, "a status that no caller can cause", status);
    return strstr(expops_error_text(), call->op->name) ? 0 : report(call, counts, "does not name the operator", status);
}

/* Whether a type holds a number is another question than whether its description is right. */
static int plain_numbers(const fuzz_call *call)
{
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_value value = call->args[i].value;
        if (value.kind != EXPOPS_VALUE_TENSOR && value.kind != EXPOPS_VALUE_NONE && value.kind != EXPOPS_VALUE_INTS &&
            value.kind != EXPOPS_VALUE_CHOICE)
            return 0;
    }
    return 1;
}

static int is_right(const fuzz_tensor *out, const expops_result *result)
{
    return fuzz_usable(out, 0) && out->compact && out->ndim == result->ndim &&
           !memcmp(out->shape, result->shape, (size_t)out->ndim * sizeof *out->shape) &&
           !memcmp(&out->dtype, (expops_dl_dtype[]){ expops_dtype_to_dl(result->dtype) }, sizeof out->dtype);
}

/* Everything about the call is right, so that it must be accepted. */
static int must_be_accepted(const fuzz_call *call, const expops_result *results)
{
    const uint32_t count = fuzz_outputs(call->op);
    if (call->out_is != FUZZ_OUT_DRAWN || call->num_outs || !is_right(&call->out, results))
        return 0;
    for (uint32_t i = 1; i < count; i++)
        if (!is_right(call->others + i - 1, results + i))
            return 0;
    return all_usable(call) && plain_numbers(call);
}

static int any_output_too_large(const fuzz_call *call)
{
    int too_large = call->out_is == FUZZ_OUT_DRAWN && fuzz_too_large(&call->out);
    for (uint32_t i = 1; i < fuzz_outputs(call->op); i++)
        too_large |= fuzz_too_large(call->others + i - 1);
    return too_large;
}

/* The functions that look at one description. */
static void describe(fuzz_tensor *tensor)
{
    expops_tensor made, imported;
    int64_t strides[FUZZ_RANK];
    expops_dl_managed *managed = NULL;
    expops_dl_managed_versioned *versioned = NULL;
    make_tensor(tensor, 0, &made);
    if (fuzz_readable(tensor)) {
        expops_tensor_numel(&made);
        expops_tensor_is_contiguous(&made);
        expops_contiguous_strides(made.ndim, made.shape, strides);
    }
    expops_dl_managed given = { .dl_tensor = made };
    expops_dl_import(&given, &imported);
    if (expops_dl_export(&made, NULL, NULL, &managed) == EXPOPS_OK)
        managed->deleter(managed);
    if (expops_dl_export_versioned(&made, 0, NULL, NULL, &versioned) == EXPOPS_OK)
        versioned->deleter(versioned);
}

/* What expops_call answers must fit what expops_infer did, `results` being that answer. */
static int check_call(const fuzz_call *call, expops_status inferred, const expops_result *results, expops_status called,
                      fuzz_counts *counts)
{
    if (called != EXPOPS_OK && check_refusal(call, called, counts)) /* first: the oracle leaves a text of its own */
        return 1;
    if (call->gives[0] && strcmp(expops_status_name(called), call->gives))
        return report(call, counts, "not the status that the case asks for", called);
    if (called == EXPOPS_OK && inferred != EXPOPS_OK)
        return report(call, counts, "expops_infer refuses what expops_call takes", inferred);
    if (called == EXPOPS_OK && call->num_outs && call->num_outs != fuzz_outputs(call->op))
        return report(call, counts, "another number of outputs is taken", called);
    if (called == EXPOPS_OK && any_output_too_large(call))
        return report(call, counts, "the output's bytes cannot be counted", called);
    if (called != EXPOPS_OK && inferred == EXPOPS_OK && must_be_accepted(call, results))
        return report(call, counts, "expops_call refuses a right call", called);
    return 0;
}

static expops_status give_outputs(void *made, const expops_result *results, expops_tensor *outs)
{
    const made_call *const from = made;
    if (from->out)
        memcpy(outs, from->out, from->num_outs * sizeof *outs);
    return from->out ? EXPOPS_OK : EXPOPS_ERR_INVALID_ARGUMENT;
}

/* What asks and calls in one ends as the call did; it wants all outputs. */
static int run_new(const fuzz_call *call, made_call *made, expops_status called, fuzz_counts *counts)
{
    expops_tensor outs[EXPOPS_MAX_OUTPUTS];
    if (made->num_outs != fuzz_outputs(call->op))
        return 0;
    const expops_status status =
        expops_call_new(call->op, device, NULL, made->args, call->num_args, give_outputs, made, outs, made->num_outs);
    return (status == EXPOPS_OK) != (called == EXPOPS_OK)
               ? report(call, counts, "expops_call_new ends otherwise than expops_call", status)
               : 0;
}

static int run(fuzz_call *call, made_call *made, const expops_result *results, expops_status inferred,
               fuzz_counts *counts)
{
    const unsigned before = atomic_load(&null_backend.calls[NULL_LAUNCH]);
    const expops_status called =
        expops_call(call->op, device, NULL, made->args, call->num_args, made->out, made->num_outs);
    counts->refused += called != EXPOPS_OK;
    if (alone && called != EXPOPS_OK && atomic_load(&null_backend.calls[NULL_LAUNCH]) != before)
        return report(call, counts, "refused, and launched all the same", called);
    if (check_call(call, inferred, results, called, counts))
        return 1;
    if (expops_call(call->op, device, NULL, made->args, call->num_args, made->out, made->num_outs) != called)
        return report(call, counts, "a second call ends otherwise", called);
    return run_new(call, made, called, counts) || run_new(call, made, called, counts);
}

static void draw_outputs(fuzz_stream *stream, fuzz_call *call, const expops_result *results)
{
    const uint32_t count = fuzz_outputs(call->op);
    fuzz_draw_output(stream, call, results);
    for (uint32_t i = 1; i < count; i++)
        fuzz_draw_other(stream, call, i, results + i);
    const uint64_t spoilt = fuzz_below(stream, count);
    if (fuzz_chance(stream, 20))
        fuzz_spoil_tensor(stream, spoilt ? call->others + spoilt - 1 : &call->out);
    if (fuzz_chance(stream, 3))
        call->num_outs = 1 + (uint32_t)fuzz_below(stream, 1 + FUZZ_OTHERS);
}

static int check_results(const fuzz_call *call, const expops_result *results, fuzz_counts *counts)
{
    int wrong = 0;
    for (uint32_t i = 0; i < fuzz_outputs(call->op); i++)
        wrong |= check_result(call, results + i, counts);
    return wrong;
}

/* The inference has one right number of results. */
static int check_count(const fuzz_call *call, const made_call *made, fuzz_counts *counts)
{
    expops_result results[1 + FUZZ_OTHERS];
    const size_t count = call->num_outs ? call->num_outs : fuzz_outputs(call->op);
    const expops_status status = expops_infer(call->op, made->args, call->num_args, results, count);
    return status == EXPOPS_OK && count != fuzz_outputs(call->op)
               ? report(call, counts, "another number of results is inferred", status)
               : 0;
}

static int infer_and_run(fuzz_stream *stream, fuzz_call *call, fuzz_counts *counts)
{
    made_call made;
    expops_result results[EXPOPS_MAX_OUTPUTS] = { { .dtype = EXPOPS_DTYPE_F32 } };
    for (size_t i = 0; i < call->num_args; i++)
        make_value(call, i, &made);
    const expops_status inferred = expops_infer(call->op, made.args, call->num_args, results, fuzz_outputs(call->op));
    if (inferred != EXPOPS_OK ? check_refusal(call, inferred, counts) : check_results(call, results, counts))
        return 1;
    if (call->out_is == FUZZ_OUT_RIGHT)
        draw_outputs(stream, call, results);
    if (check_count(call, &made, counts))
        return 1;
    make_outputs(call, &made);
    return run(call, &made, results, inferred, counts);
}

int fuzz_accepted(fuzz_call *call)
{
    fuzz_call anywhere = *call; /* offsets are elements there, bytes here */
    made_call made;
    expops_result results[EXPOPS_MAX_OUTPUTS];
    for (size_t i = 0; i < call->num_args; i++)
        anywhere.args[i].tensor.offset = 0;
    for (int i = 0; i < FUZZ_ITEMS; i++)
        anywhere.items[i].offset = 0;
    for (size_t i = 0; i < call->num_args; i++)
        make_value(&anywhere, i, &made);
    return expops_infer(call->op, made.args, call->num_args, results, fuzz_outputs(call->op)) == EXPOPS_OK;
}

int fuzz_descriptors(fuzz_stream *stream, fuzz_call *call, fuzz_counts *counts)
{
    counts->calls++;
    if (alone)
        null_backend.offers = !fuzz_chance(stream, 5); /* else the kernel's text is made */
    if (call->num_args && call->args[0].value.kind == EXPOPS_VALUE_TENSOR)
        describe(&call->args[0].tensor);
    return infer_and_run(stream, call, counts);
}
