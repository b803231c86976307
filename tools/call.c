#include "call.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array_file.h"
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
    return kind == EXPOPS_PARAMETER_TENSOR || kind == EXPOPS_PARAMETER_OPERAND || kind == EXPOPS_PARAMETER_TENSORS;
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

/* Files, with commas between them. */
static int add_files(call *c, size_t index, const char *words)
{
    char *copy = strdup(words), *rest = copy;
    char message[NPY_MESSAGE_BYTES];
    int status = copy ? 0 : refuse(c, "no memory");
    for (char *path; !status && (path = strsep(&rest, ","));) {
        npy_array array;
        if (array_file_read(path, c->parameters[index].name, &array, message))
            status = refuse(c, "argument '%s': %.900s", c->parameters[index].name, message);
        else if (call_add_item(c, index, &array))
            status = refuse(c, "argument '%s': more than %d tensors", c->parameters[index].name, CALL_MAX_ITEMS);
    }
    free(copy);
    return status;
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
    case EXPOPS_PARAMETER_TENSORS:
        return add_files(c, index, word);
    default:
        return refuse(c, "argument '%s': a %s cannot be given on a command line", c->parameters[index].name,
                      call_kind_name(c->parameters[index].kind));
    }
}
