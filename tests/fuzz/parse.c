/* A line of text as a call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* Where reading goes on; NULL after something unexpected. */
typedef const char *reader;

static int took(reader *at, const char *word)
{
    const size_t length = strlen(word);
    if (!*at || strncmp(*at, word, length))
        return 0;
    *at += length;
    return 1;
}

static int64_t number(reader *at)
{
    char *end = NULL;
    const int64_t value = *at ? (**at == '-' ? (int64_t)strtoll(*at, &end, 10) : (int64_t)strtoull(*at, &end, 10)) : 0;
    *at = end && end != *at ? end : NULL;
    return value;
}

static long double real(reader *at)
{
    char *end = NULL;
    const long double value = *at ? strtold(*at, &end) : 0;
    *at = end && end != *at ? end : NULL;
    return value;
}

/* Up to the closing word; returns how many. */
static int32_t list(reader *at, int64_t *values, int32_t room, const char *close)
{
    int32_t count = 0;
    if (took(at, close))
        return 0;
    do {
        if (count == room)
            *at = NULL;
        else
            values[count++] = number(at);
    } while (took(at, ","));
    if (!took(at, close))
        *at = NULL;
    return count;
}

static void elements(reader *at, fuzz_tensor *tensor)
{
    do {
        test_value *value = tensor->values + tensor->num_values++;
        value->re = real(at);
        value->im = took(at, ":") ? real(at) : 0;
    } while (took(at, ",") && tensor->num_values < FUZZ_LISTED);
    if (!took(at, "}"))
        *at = NULL;
}

static void options(reader *at, fuzz_tensor *tensor)
{
    tensor->compact = !took(at, "/(");
    if (!tensor->compact)
        list(at, tensor->strides, FUZZ_RANK, ")");
    if (took(at, "@"))
        tensor->offset = (uint64_t)number(at);
    if (took(at, "!on")) {
        tensor->device.device_type = (int32_t)number(at);
        tensor->device.device_id = took(at, ":") ? (int32_t)number(at) : 0;
    }
    if (took(at, "!ndim"))
        tensor->ndim = (int32_t)number(at);
    tensor->no_shape = took(at, "!noshape");
    tensor->no_data = took(at, "!nodata");
    if (took(at, "{"))
        elements(at, tensor);
}

/* Reads nothing where the text is no tensor. */
static int tensor(reader *at, fuzz_tensor *tensor)
{
    char name[8] = "";
    expops_dtype dtype;
    const size_t length = strcspn(*at, "(");
    memset(tensor, 0, sizeof *tensor);
    if ((*at)[length] == '(' && length && length < sizeof name) {
        memcpy(name, *at, length);
        name[length] = 0;
    }
    if (name[0] && expops_dtype_parse(name, &dtype) == EXPOPS_OK) {
        tensor->dtype = expops_dtype_to_dl(dtype);
        *at += length;
    } else if (took(at, "t")) {
        tensor->dtype.code = (uint8_t)number(at);
        tensor->dtype.bits = took(at, ".") ? (uint8_t)number(at) : 0;
        tensor->dtype.lanes = took(at, ".") ? (uint16_t)number(at) : 0;
    } else {
        return 0;
    }
    if (!took(at, "("))
        *at = NULL;
    tensor->ndim = list(at, tensor->shape, FUZZ_RANK, ")");
    options(at, tensor);
    return 1;
}

static expops_value plain_number(reader *at)
{
    const size_t length = strcspn(*at, " \n");
    const char *special = strpbrk(*at, ".einf");
    return special && special < *at + length ? expops_real((double)real(at)) : expops_int(number(at));
}

static uint32_t items(reader *at, fuzz_tensor *items)
{
    uint32_t count = 0;
    do {
        if (count == FUZZ_ITEMS || !*at || !tensor(at, items + count++))
            *at = NULL;
    } while (took(at, ";"));
    if (!took(at, ">"))
        *at = NULL;
    return count;
}

static void value(reader *at, fuzz_value *value, fuzz_tensor *listed)
{
    value->value = expops_value_of_kind(EXPOPS_VALUE_TENSOR, 1);
    if (took(at, "null") || took(at, "kind")) {
        value->is_null = (*at)[-1] == 'l';
        value->value.kind = (uint32_t)number(at);
        if (took(at, ":"))
            value->value.as.integer = number(at);
        if (took(at, "#"))
            value->value.count = (uint32_t)number(at);
    } else if (took(at, "(")) {
        value->value.kind = EXPOPS_VALUE_COMPLEX;
        value->parts[0] = (double)real(at);
        value->parts[1] = took(at, ",") ? (double)real(at) : 0;
        if (!took(at, ")"))
            *at = NULL;
    } else if (took(at, "<")) {
        value->value = expops_value_of_kind(EXPOPS_VALUE_TENSORS, items(at, listed));
    } else if (took(at, "[")) {
        value->value.kind = EXPOPS_VALUE_INTS;
        value->value.count = (uint32_t)list(at, value->integers, FUZZ_LIST, "]");
    } else if (*at && !tensor(at, &value->tensor)) {
        value->value = plain_number(at);
    }
}

static const expops_operator *operator(reader *at)
{
    char name[64];
    const size_t length = strcspn(*at, " \n");
    if (!length || length >= sizeof name)
        return NULL;
    memcpy(name, *at, length);
    name[length] = 0;
    *at += length;
    return expops_find(name);
}

static void output(reader *at, fuzz_call *call)
{
    call->out_is = FUZZ_OUT_DRAWN;
    if (took(at, "null")) {
        call->out_is = FUZZ_OUT_NULL;
        return;
    }
    for (int i = 0; i < (int)expops_operator_parameter_count(call->op); i++) {
        const size_t length = strlen(call->op->parameters[i].name);
        if (!strncmp(*at, call->op->parameters[i].name, length) && strchr(" \n", (*at)[length])) {
            call->out_is = i;
            *at += length;
            return;
        }
    }
    if (!tensor(at, &call->out))
        *at = NULL;
}

/* "out2=..." and so on; reads nothing where the text is none. */
static int other_output(reader *at, fuzz_call *call)
{
    char word[8];
    for (uint32_t i = 0; i < FUZZ_OTHERS; i++) {
        snprintf(word, sizeof word, "out%u=", i + 2);
        if (!took(at, word))
            continue;
        if (!tensor(at, call->others + i))
            *at = NULL;
        return 1;
    }
    return 0;
}

int fuzz_parse(const char *text, fuzz_call *call)
{
    reader at = text;
    memset(call, 0, sizeof *call);
    call->out_is = FUZZ_OUT_RIGHT;
    call->op = operator(&at);
    while (call->op && at && took(&at, " ")) {
        if (took(&at, "seed="))
            call->seed = (uint64_t)number(&at);
        else if (took(&at, "gives=")) {
            const size_t length = strcspn(at, " \n");
            memcpy(call->gives, at, length < sizeof call->gives ? length : 0);
            at += length;
        } else if (took(&at, "out="))
            output(&at, call);
        else if (took(&at, "outputs="))
            call->num_outs = (uint32_t)number(&at);
        else if (other_output(&at, call))
            continue;
        else if (call->num_args < FUZZ_ARGUMENTS && (at = strchr(at, '='))) {
            at++;
            value(&at, call->args + call->num_args++, call->items);
        } else
            at = NULL;
    }
    return call->op && at && (*at == 0 || *at == '\n');
}
