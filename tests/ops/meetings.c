/* How numbers and types that differ meet: PyTorch's answers in tests/golden/meetings.jsonl (tools/record_meetings.py), for a
 * number as a literal, as a device's tensor of no dimensions and as the host's. */
#include "cases.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden_file.h"

enum { MAX_RECORDED = 2000 };

/* One line of the file, and the value in question. */
typedef struct meeting {
    struct json_object *line, *value, *answer;
    int at;      /* the value's argument, -1 where there is none */
    int on_host; /* a tensor of no dimensions stays with the host */
} meeting;

static struct json_object *field(struct json_object *line, const char *key)
{
    struct json_object *value = NULL;
    json_object_object_get_ex(line, key, &value);
    return value;
}

/* All lines; read once. */
static struct json_object **recorded(void)
{
    static struct json_object *lines[MAX_RECORDED + 1];
    size_t bytes = 0, count = 0;
    if (lines[0])
        return lines;
    char *text = golden_read_file("meetings", ".jsonl", &bytes), *rest = NULL;
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line && count < MAX_RECORDED;
         line = strtok_r(NULL, "\n", &rest))
        lines[count++] = json_tokener_parse(line);
    free(text);
    return lines;
}

static int is_refused(struct json_object *line)
{
    struct json_object *answers = field(line, "answers");
    for (size_t i = 0; i < json_object_array_length(answers); i++)
        if (json_object_array_get_idx(answers, i))
            return 0;
    return 1;
}

/* Of a type that the operator does not take, what PyTorch does not take either. */
static int is_about(struct json_object *line, const expops_operator *op, expops_dtype dtype)
{
    return (expops_operator_dtypes(op) >> dtype & 1 || is_refused(line)) &&
           strcmp(json_object_get_string(field(line, "op")), op->name) == 0 &&
           strcmp(json_object_get_string(field(line, "dtype")), expops_dtype_name(dtype)) == 0;
}

static int is_recorded(const expops_operator *op, expops_dtype dtype)
{
    for (struct json_object **line = recorded(); *line; line++)
        if (is_about(*line, op, dtype))
            return 1;
    return 0;
}

/* Where each type costs a compilation, these: numbers are rounded to the first, wrap to the second, and copied to a bool. */
static int is_telling(const expops_operator *op, expops_dtype dtype)
{
    return dtype == EXPOPS_DTYPE_F16 || dtype == EXPOPS_DTYPE_U8 ||
           (dtype == EXPOPS_DTYPE_BOOL && op->arithmetic == EXPOPS_ARITHMETIC_MOVES);
}

static int applies_always(const expops_operator *op, expops_dtype dtype)
{
    return is_telling(op, dtype) && is_recorded(op, dtype);
}

static int applies(const expops_operator *op, expops_dtype dtype)
{
    return !is_telling(op, dtype) && is_recorded(op, dtype);
}

static test_value value_of(struct json_object *json)
{
    double parts[2] = { 0, 0 };
    expops_value value = expops_none();
    golden_number(json, parts, &value);
    if (value.kind == EXPOPS_VALUE_REAL)
        return (test_value){ (long double)value.as.real, 0 };
    if (value.kind == EXPOPS_VALUE_COMPLEX)
        return (test_value){ (long double)parts[0], (long double)parts[1] };
    return (test_value){ (long double)value.as.integer, 0 };
}

/* {"e": [dtype, shape, elements]} as an argument. */
static int pass_tensor(test_call *call, size_t index, struct json_object *parts, int on_host)
{
    struct json_object *sizes = json_object_array_get_idx(parts, 1), *elements = json_object_array_get_idx(parts, 2);
    int64_t shape[EXPOPS_MAX_RANK];
    expops_dtype dtype;
    test_array *array = &call->arrays[index];
    const int32_t ndim = (int32_t)json_object_array_length(sizes);
    for (int32_t i = 0; i < ndim; i++)
        shape[i] = json_object_get_int64(json_object_array_get_idx(sizes, (size_t)i));
    if (expops_dtype_parse(json_object_get_string(json_object_array_get_idx(parts, 0)), &dtype) != EXPOPS_OK ||
        !test_call_tensor(call, index, dtype, ndim, shape, TEST_COMPACT, 0))
        return 0;
    for (size_t k = 0; k < json_object_array_length(elements); k++)
        test_array_set(array, test_array_index(array, ndim, shape, (int64_t)k),
                       value_of(json_object_array_get_idx(elements, k)));
    if (on_host) { /* the array's copy on the host, which lies between the guards */
        const size_t size = expops_dtype_bytes(dtype),
                     guard = (test_array_bytes(array) - (size_t)array->stored * size) / 2;
        array->tensor.data = array->host + guard + (size_t)array->first * size;
        array->tensor.byte_offset = 0;
        array->tensor.device = (expops_dl_device){ EXPOPS_DL_CPU, 0 };
    }
    return 1;
}

static int pass_arguments(test_call *call, const meeting *m)
{
    struct json_object *args = field(m->line, "args");
    for (size_t i = 0; i < json_object_array_length(args) && i < call->num_args; i++) {
        struct json_object *json = (int)i == m->at ? m->value : json_object_array_get_idx(args, i);
        struct json_object *tensor = json_object_is_type(json, json_type_object) ? field(json, "e") : NULL;
        if (tensor ? !pass_tensor(call, i, tensor, m->on_host && (int)i == m->at)
                   : !golden_argument(NULL, call, i, json))
            return test_report(call, "the recorded value %s cannot be passed as %s", json_object_to_json_string(json),
                               call->op->parameters[i].name);
    }
    return 0;
}

/* By type inference and by the call, also where a plan of an earlier call knows the types. */
static int must_refuse(test_call *call)
{
    const expops_status inferred = test_call_results(call);
    if (inferred != EXPOPS_ERR_INVALID_ARGUMENT && inferred != EXPOPS_ERR_DTYPE && inferred != EXPOPS_ERR_SHAPE)
        return test_report(call, "expops_infer gives %s, PyTorch refuses", expops_status_name(inferred));
    call->types = test_promote(call->op, call->args, call->num_args);
    if (!call->arrays[0].host || call->types.result == EXPOPS_DTYPE_COUNT)
        return 0;
    call->result.ndim = call->arrays[0].ndim;
    memcpy(call->result.shape, call->arrays[0].shape, sizeof(call->result.shape));
    if (!test_call_output(call, call->types.result, TEST_COMPACT, 0))
        return test_report(call, "no memory for the output");
    const expops_status status = test_call_launch(call);
    return status == inferred ? 0
                              : test_report(call, "the call gives %s where expops_infer gives %s",
                                            expops_status_name(status), expops_status_name(inferred));
}

/* PyTorch's complex answers carry errors of their own, as ours do: what counts is their distance in the plane. `slack` is what
 * the reference of a row grants. */
static int is_near(const test_call *call, test_value expected, long double slack, test_value actual)
{
    const test_answer own = { .value = expected, .slack = slack };
    const long double unit = call->result.dtype == EXPOPS_DTYPE_C64 ? 0x1p-23L : 0x1p-52L;
    if (!test_is_complex(call->result.dtype) || !isfinite(expected.re) || !isfinite(expected.im))
        return test_answer_accepts(call, &own, actual, 0);
    return hypotl(actual.re - expected.re, actual.im - expected.im) <= 4 * unit * hypotl(expected.re, expected.im);
}

static int must_answer(test_call *call, struct json_object *answer)
{
    struct json_object *elements = json_object_array_get_idx(answer, 1);
    int failures = test_call_infer(call);
    if (failures)
        return failures;
    if (strcmp(expops_dtype_name(call->result.dtype), json_object_get_string(json_object_array_get_idx(answer, 0))) !=
        0)
        return test_report(call, "the result is %s, PyTorch's %s", expops_dtype_name(call->result.dtype),
                           json_object_get_string(json_object_array_get_idx(answer, 0)));
    if (!test_call_output(call, call->result.dtype, TEST_COMPACT, 0))
        return test_report(call, "no memory for the output");
    failures = test_call_run(call);
    if (failures)
        return failures > 0 ? failures : 0;
    const test_array *out = test_call_out(call);
    test_answer *const rows = test_row_answers(call);
    for (size_t k = 0; k < json_object_array_length(elements); k++) {
        const test_value expected = value_of(json_object_array_get_idx(elements, k));
        const test_value actual =
            test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, (int64_t)k));
        if (!is_near(call, expected, rows ? rows[k].slack : 0, actual))
            failures += test_judge_report(call, (int64_t)k, actual, expected);
    }
    free(rows);
    return failures;
}

static int run_one(test_subject *subject, const meeting *m)
{
    test_call call;
    char title[120];
    snprintf(title, sizeof(title), "PyTorch meets %s%s", m->value ? json_object_to_json_string(m->value) : "them",
             m->on_host ? " on the host" : "");
    test_call_begin(&call, subject->device, subject->op, title);
    int failures = pass_arguments(&call, m);
    if (!failures)
        failures = m->answer ? must_answer(&call, m->answer) : must_refuse(&call);
    test_call_end(&call);
    return failures;
}

static int run_line(test_subject *subject, struct json_object *line)
{
    struct json_object *answers = field(line, "answers"), *values = field(line, "values");
    const int at = values ? json_object_get_int(field(line, "at")) : -1;
    const int host = (expops_device_get_info(subject->device)->caps & EXPOPS_CAP_HOST) != 0;
    int failures = 0;
    for (size_t i = 0; i < json_object_array_length(answers); i++) {
        meeting m = { line, values ? json_object_array_get_idx(values, i) : NULL, json_object_array_get_idx(answers, i),
                      at, 0 };
        const int tensor = m.value && json_object_is_type(m.value, json_type_object) && field(m.value, "e");
        m.on_host = tensor && !host;
        failures += m.on_host ? run_one(subject, &m) : 0;
        m.on_host = 0;
        if (!tensor || test_depth(subject->device) || i % 8 == 0) /* each type of the value is a kernel of its own */
            failures += run_one(subject, &m);
    }
    return failures;
}

static int run(test_subject *subject)
{
    int failures = 0;
    for (struct json_object **line = recorded(); *line; line++)
        if (is_about(*line, subject->op, subject->dtype))
            failures += run_line(subject, *line);
    return failures;
}

const test_kind test_meeting_kinds[] = { { "meetings", applies_always, run, 1 },
                                         { "meetings", applies, run, 0 },
                                         { NULL, NULL, NULL, 0 } };
