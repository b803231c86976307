#include "registry.h"
#include <string.h>

/* The registry is in alphabetical order. */
static const expops_operator *find_name(const char *name)
{
    size_t first = 0, end = expops_registry_count;
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        const int order = strcmp(expops_registry[middle].op->name, name);
        if (order == 0)
            return expops_registry[middle].op;
        if (order < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return NULL;
}

static int has_other_name(const expops_operator *op, const char *name)
{
    if (op->copy && !strcmp(op->copy, name))
        return 1;
    for (size_t a = 0; expops_operator_alias(op, a); a++)
        if (!strcmp(op->aliases[a], name))
            return 1;
    return 0;
}

/* Names first: an alias never hides an operator. */
const expops_operator *expops_find(const char *name)
{
    const expops_operator *op = name ? find_name(name) : NULL;
    for (size_t i = 0; name && !op && i < expops_registry_count; i++)
        if (has_other_name(expops_registry[i].op, name))
            op = expops_registry[i].op;
    return op;
}

size_t expops_operator_count(void)
{
    return expops_registry_count;
}

const expops_operator *expops_operator_at(size_t index)
{
    return index < expops_registry_count ? expops_registry[index].op : NULL;
}

/* Asked when a kernel is made, beside which any search is short. */
const char *expops_operator_text(const expops_operator *op)
{
    for (size_t i = 0; i < expops_registry_count; i++)
        if (expops_registry[i].op == op)
            return expops_registry[i].text;
    return NULL;
}

/* --- what is asked of an operator, or of the NULL that expops_find gave --- */

/* Questions of no operator have harmless answers, so that callers may ask what expops_find gave them before they
 * look whether it gave anything. */
static const expops_operator *known(const expops_operator *op)
{
    static const expops_operator none = { .name = "", .doc = "", .not_in_place = 1 };
    return op ? op : &none;
}

const char *expops_operator_name(const expops_operator *op)
{
    return known(op)->name;
}

const char *expops_operator_doc(const expops_operator *op)
{
    return known(op)->doc;
}

const char *expops_operator_alias(const expops_operator *op, size_t index)
{
    return index < sizeof op->aliases / sizeof *op->aliases ? known(op)->aliases[index] : NULL;
}

const char *expops_operator_output(const expops_operator *op, size_t index)
{
    /* Operators with one output need not name it. */
    if (op && index == 0 && !op->outputs[0])
        return "out";
    return index < EXPOPS_MAX_OUTPUTS ? known(op)->outputs[index] : NULL;
}

const char *expops_operator_copy_name(const expops_operator *op)
{
    return known(op)->copy;
}

size_t expops_operator_parameter_count(const expops_operator *op)
{
    size_t count = 0;
    while (known(op)->parameters[count].name)
        count++;
    return count;
}

int expops_operator_parameter(const expops_operator *op, size_t index, expops_parameter_info *out_info)
{
    if (!out_info || index >= expops_operator_parameter_count(op))
        return 0;
    const expops_parameter *parameter = op->parameters + index;
    out_info->name = parameter->name;
    out_info->doc = parameter->doc ? parameter->doc : "";
    out_info->kind = parameter->kind;
    out_info->optional = parameter->optional;
    out_info->default_value = parameter->default_value;
    out_info->choices = parameter->choices;
    return 1;
}

int expops_operator_in_place(const expops_operator *op)
{
    return !known(op)->not_in_place;
}

uint32_t expops_operator_dtypes(const expops_operator *op)
{
    return known(op)->dtypes;
}
