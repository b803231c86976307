#include "stub_facts.h"
#include <stdio.h>
#include <string.h>
#include "promote.h"

static uint32_t choices_of(const expops_operator *op)
{
    uint32_t product = 1;
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        uint32_t words = op->parameters[i].chosen ? 2 : 0;
        while (op->parameters[i].choices && op->parameters[i].choices[words])
            words++;
        product *= words ? words : 1;
    }
    return product;
}

static uint32_t dtypes_of(const expops_operator *op)
{
    uint32_t set = 0;
    for (int common = 0; common < EXPOPS_DTYPE_COUNT; common++) {
        int arithmetic, result;
        if (!(op->dtypes >> common & 1u) || op->promotion == EXPOPS_PROMOTE_BITS || !expops_operator_text(op))
            continue;
        expops_operator_types(op, common, &arithmetic, &result);
        set |= 1u << cpu_store_of(arithmetic);
    }
    return set;
}

/* A parameter that the function of an element takes: once, or for each of its pieces. */
static void take(const expops_parameter *parameter, stub_facts *facts)
{
    const stub_argument argument = { parameter->name, parameter->kind == EXPOPS_PARAMETER_NUMBER,
                                     parameter->kind == EXPOPS_PARAMETER_OPERAND };
    for (uint32_t piece = 0; piece < (parameter->pieces ? parameter->pieces : 1u); piece++)
        facts->argument[facts->count++] = argument;
    facts->named &= !parameter->pieces;
    facts->numbers += argument.is_number;
    facts->tensors += !argument.is_number;
    facts->lifted += !argument.is_number && !parameter->walked;
}

static int is_element(const expops_parameter *parameter)
{
    return !parameter->shape_only &&
           (parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND ||
            parameter->kind == EXPOPS_PARAMETER_NUMBER);
}

void stub_facts_read(const expops_operator *op, stub_facts *facts)
{
    memset(facts, 0, sizeof *facts);
    facts->family = op->family;
    facts->position = op->promotion == EXPOPS_PROMOTE_POSITION;
    facts->choices = choices_of(op);
    facts->dtypes = dtypes_of(op);
    facts->named = 1;
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (is_element(op->parameters + i))
            take(op->parameters + i, facts);
    if (facts->position)
        facts->argument[facts->count++].name = "position";
}

int stub_reference_parameters(const expops_operator *op, char *text, size_t size)
{
    int used = 0;
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        if (op->parameters[i].pieces)
            return 0;
        used += snprintf(text + used, size - (size_t)used, "%slong double %s", i ? ", " : "", op->parameters[i].name);
    }
    return 1;
}
