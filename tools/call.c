#include "call.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array_file.h"
#include "base/size.h"
#include "command.h"
#include "number.h"

__attribute__((format(printf, 2, 3))) static int refuse(call *c, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(c->message, sizeof(c->message), format, list);
    va_end(list);
    return TOOL_FAILED;
}

/* The command line alone is wrong. */
#define refuse_word(...) (refuse(__VA_ARGS__), TOOL_USAGE)

const char *call_kind_name(uint32_t kind)
{
    switch (kind) {
    case EXPOPS_PARAMETER_TENSOR:
        return "tensor";
    case EXPOPS_PARAMETER_OPERAND:
        return "tensor or number";
    case EXPOPS_PARAMETER_NUMBER:
        return "number";
    case EXPOPS_PARAMETER_INT:
        return "integer";
    case EXPOPS_PARAMETER_INTS:
        return "integers";
    case EXPOPS_PARAMETER_BOOL:
        return "bool";
    case EXPOPS_PARAMETER_CHOICE:
        return "one of";
    case EXPOPS_PARAMETER_DTYPE:
        return "element type";
    case EXPOPS_PARAMETER_TENSORS:
        return "list of tensors";
    default:
        return "?";
    }
}

int call_is_positional(uint32_t kind)
{
    return kind == EXPOPS_PARAMETER_TENSOR || kind == EXPOPS_PARAMETER_OPERAND;
}

size_t call_options(const expops_operator *op, tool_option *options)
{
    size_t i = 0;
    for (expops_parameter_info info; i < CALL_MAX_PARAMETERS && expops_operator_parameter(op, i, &info); i++)
        options[i] = (tool_option){
            .name = info.name,
            .value_name = info.kind == EXPOPS_PARAMETER_BOOL ? "BOOL" : "VALUE",
            .help = info.doc && *info.doc ? info.doc : call_kind_name(info.kind),
            .choices = info.choices,
            .is_bool = info.kind == EXPOPS_PARAMETER_BOOL,
        };
    return i;
}

int call_init(call *c, const expops_operator *op)
{
    memset(c, 0, sizeof(*c));
    c->op = op;
    c->count = expops_operator_parameter_count(op);
    if (c->count > CALL_MAX_PARAMETERS)
        return refuse(c, "%s has %zu parameters, more than this command was built for; rebuild it",
                      expops_operator_name(op), c->count);
    for (size_t i = 0; i < c->count; i++)
        expops_operator_parameter(op, i, &c->parameters[i]);
    return 0;
}

static int refuse_number(call *c, size_t index, enum number_status status, const char *word)
{
    return refuse_word(c, "argument '%s': '%s' is %s", c->parameters[index].name, word,
                       status == NUMBER_TOO_LARGE ? "larger than 64 bits hold" : "not a number");
}

static int set_number(call *c, size_t index, const char *word)
{
    const enum number_status status = number_parse(word, c->complexes[index], &c->values[index]);
    return status == NUMBER_OK ? 0 : refuse_number(c, index, status, word);
}

static int set_integers(call *c, size_t index, const char *word)
{
    uint32_t count = 0;
    const char *at = word, *end;
    while (*at) {
        if (count == EXPOPS_MAX_RANK || number_parse_integer(at, &end, &c->integers[index][count]) != NUMBER_OK ||
            (*end && *end != ','))
            return refuse_word(c, "argument '%s': '%s' is not a list of at most %d integers such as 0,-1",
                               c->parameters[index].name, word, EXPOPS_MAX_RANK);
        count++;
        at = *end ? end + 1 : end;
    }
    c->values[index] = expops_ints(c->integers[index], count);
    return 0;
}

static int set_choice(call *c, size_t index, const char *word)
{
    const expops_parameter_info *p = &c->parameters[index];
    char all[256] = "";
    for (size_t i = 0; p->choices && p->choices[i]; i++) {
        if (strcmp(word, p->choices[i]) == 0) {
            c->values[index] = expops_choice((int64_t)i);
            return 0;
        }
        const size_t used = strlen(all);
        snprintf(all + used, sizeof(all) - used, "%s%s", i ? ", " : "", p->choices[i]);
    }
    return refuse_word(c, "argument '%s': '%s' is none of %s", p->name, word, all);
}

static int set_bool(call *c, size_t index, const char *word)
{
    const int yes = strcmp(word, "true") == 0 || strcmp(word, "1") == 0;
    if (!yes && strcmp(word, "false") && strcmp(word, "0"))
        return refuse_word(c, "argument '%s': '%s' is neither true nor false", c->parameters[index].name, word);
    c->values[index] = expops_bool(yes);
    return 0;
}

static int set_integer(call *c, size_t index, const char *word)
{
    const char *end;
    int64_t integer;
    const enum number_status status = number_parse_integer(word, &end, &integer);
    if (status == NUMBER_NONE || *end)
        return refuse_word(c, "argument '%s': '%s' is not an integer", c->parameters[index].name, word);
    if (status != NUMBER_OK)
        return refuse_number(c, index, status, word);
    c->values[index] = expops_int(integer);
    return 0;
}

static int set_dtype(call *c, size_t index, const char *word)
{
    expops_dtype dtype;
    if (expops_dtype_parse(word, &dtype))
        return refuse_word(c, "argument '%s': %s", c->parameters[index].name, expops_error_text());
    c->values[index] = expops_int(dtype);
    return 0;
}

static int set_file(call *c, size_t index, const char *path)
{
    npy_array array;
    char message[NPY_MESSAGE_BYTES];
    if (array_file_read(path, c->parameters[index].name, &array, message))
        return refuse(c, "argument '%s': %.900s", c->parameters[index].name, message);
    call_set_tensor(c, index, &array);
    return 0;
}

/* A word that is no number is a file's name. */
static int set_operand(call *c, size_t index, const char *word)
{
    const enum number_status status = number_parse(word, c->complexes[index], &c->values[index]);
    if (status == NUMBER_NONE)
        return set_file(c, index, word);
    return status == NUMBER_OK ? 0 : refuse_number(c, index, status, word);
}

int call_set_word(call *c, size_t index, const char *word)
{
    switch (c->parameters[index].kind) {
    case EXPOPS_PARAMETER_TENSOR:
        return set_file(c, index, word);
    case EXPOPS_PARAMETER_OPERAND:
        return set_operand(c, index, word);
    case EXPOPS_PARAMETER_NUMBER:
        return set_number(c, index, word);
    case EXPOPS_PARAMETER_INT:
        return set_integer(c, index, word);
    case EXPOPS_PARAMETER_INTS:
        return set_integers(c, index, word);
    case EXPOPS_PARAMETER_BOOL:
        return set_bool(c, index, word);
    case EXPOPS_PARAMETER_CHOICE:
        return set_choice(c, index, word);
    case EXPOPS_PARAMETER_DTYPE:
        return set_dtype(c, index, word);
    default:
        return refuse(c, "argument '%s': a %s cannot be given on a command line", c->parameters[index].name,
                      call_kind_name(c->parameters[index].kind));
    }
}

void call_set_tensor(call *c, size_t index, const npy_array *array)
{
    call_tensor *t = &c->tensors[index];
    free(t->array.data);
    t->array = *array;
    int64_t step = array->numel != 0; /* without elements, other sizes may be any, and strides matter to nobody */
    for (int32_t i = 0; i < array->ndim; i++) {
        const int32_t at = array->fortran_order ? i : array->ndim - 1 - i;
        t->strides[at] = step;
        if (!expops_checked_multiply(step, array->shape[at], &step))
            step = INT64_MAX; /* the library says what is wrong with the shape */
    }
    t->view = (expops_tensor){
        .data = array->data,
        .device = { .device_type = EXPOPS_DL_CPU },
        .ndim = array->ndim,
        .dtype = expops_dtype_to_dl(array->dtype),
        .shape = t->array.shape,
        .strides = t->strides,
    };
    c->values[index] = expops_tensor_value(&t->view);
}

static void point_to(expops_tensor *view, const expops_pointer *memory, const expops_device *device)
{
    view->data = memory->data;
    view->byte_offset = memory->byte_offset;
    view->device.device_type = memory->device_type;
    view->device.device_id = expops_device_get_info(device)->device_id;
}

/* Drivers refuse an allocation of nothing; the library refuses one of more than an int64_t counts. */
static uint64_t bytes_of(int64_t numel, expops_dtype dtype)
{
    int64_t bytes;
    if (numel < 0 || !expops_checked_multiply(numel, (int64_t)expops_dtype_bytes(dtype), &bytes))
        return UINT64_MAX;
    return bytes ? (uint64_t)bytes : 1;
}

int call_upload(call *c, expops_device *device)
{
    c->device = device;
    for (size_t i = 0; i < c->count; i++) {
        call_tensor *t = &c->tensors[i];
        if (c->values[i].kind != EXPOPS_VALUE_TENSOR)
            continue;
        const uint64_t bytes = (uint64_t)t->array.numel * expops_dtype_bytes(t->array.dtype);
        if (expops_memory_allocate(device, NULL, bytes_of(t->array.numel, t->array.dtype), &t->memory))
            return refuse(c, "argument '%s': %.900s", c->parameters[i].name, expops_error_text());
        point_to(&t->view, &t->memory, device);
        if (bytes && expops_memory_upload(device, NULL, &t->memory, t->array.data, bytes))
            return refuse(c, "argument '%s': %.900s", c->parameters[i].name, expops_error_text());
    }
    if (expops_synchronize(device, NULL))
        return refuse(c, "%.900s", expops_error_text());
    return 0;
}

void call_unload(call *c)
{
    for (size_t i = 0; i < c->count && c->device; i++) {
        call_tensor *t = &c->tensors[i];
        if (t->memory.data)
            expops_memory_free(c->device, NULL, &t->memory);
        t->memory = (expops_pointer){ 0 };
        t->view.data = t->array.data;
        t->view.byte_offset = 0;
        t->view.device = (expops_dl_device){ .device_type = EXPOPS_DL_CPU };
    }
    c->device = NULL;
}

void call_deinit(call *c)
{
    call_unload(c);
    for (size_t i = 0; i < c->count && i < CALL_MAX_PARAMETERS; i++)
        npy_free(&c->tensors[i].array);
}

expops_status call_infer(const call *c, call_outputs *outputs)
{
    outputs->count = 1;
    while (outputs->count < EXPOPS_MAX_OUTPUTS && expops_operator_output(c->op, outputs->count))
        outputs->count++;
    return expops_infer(c->op, c->values, c->count, outputs->results, outputs->count);
}

int call_make_outputs(call *c, call_outputs *outputs)
{
    memset(outputs->memory, 0, sizeof(outputs->memory));
    for (size_t i = 0; i < outputs->count; i++) {
        expops_result *result = outputs->results + i;
        expops_tensor *out = outputs->tensors + i;
        *out = (expops_tensor){
            .ndim = result->ndim,
            .dtype = expops_dtype_to_dl(result->dtype),
            .shape = result->shape,
        };
        if (expops_memory_allocate(c->device, NULL, bytes_of(expops_tensor_numel(out), result->dtype),
                                   outputs->memory + i)) {
            call_free_outputs(c, outputs);
            return refuse(c, "the output: %.900s", expops_error_text());
        }
        point_to(out, outputs->memory + i, c->device);
    }
    return 0;
}

void call_free_outputs(call *c, call_outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        if (outputs->memory[i].data)
            expops_memory_free(c->device, NULL, outputs->memory + i);
    memset(outputs->memory, 0, sizeof(outputs->memory));
}

expops_status call_launch(const call *c, const call_outputs *outputs)
{
    return expops_call(c->op, c->device, NULL, c->values, c->count, outputs->tensors, outputs->count);
}
