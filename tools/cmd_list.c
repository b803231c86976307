#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include "call.h"
#include "command.h"
#include "operator.h"
#include "print_json.h"

enum { OPT_NAMES, OPT_JSON, OPT_HELP, NUM_OPTIONS };

static const tool_option options_of_list[NUM_OPTIONS] = {
    [OPT_NAMES] = { .name = "names", .help = "names only" },
    [OPT_JSON] = { .name = "json", .help = "all that is known of them, for programs" },
    [OPT_HELP] = TOOL_HELP,
};

static void print_aliases(const expops_operator *op)
{
    for (size_t i = 0; expops_operator_alias(op, i); i++)
        printf("%s%s", i ? ", " : "  (", expops_operator_alias(op, i));
    if (expops_operator_alias(op, 0))
        putchar(')');
}

static void add_text(json_object *to, const char *key, const char *text)
{
    json_object_object_add(to, key, json_object_new_string(text ? text : ""));
}

static void add_words(json_object *to, const char *key, const char *const *words)
{
    json_object *list = json_object_new_array();
    for (; words && *words; words++)
        json_object_array_add(list, json_object_new_string(*words));
    json_object_object_add(to, key, list);
}

static void add_types(json_object *to, const char *key, uint32_t dtypes)
{
    const char *names[EXPOPS_DTYPE_COUNT + 1];
    size_t count = 0;
    for (int t = 0; t < EXPOPS_DTYPE_COUNT; t++)
        if (dtypes >> t & 1u)
            names[count++] = expops_dtype_name((expops_dtype)t);
    names[count] = NULL;
    add_words(to, key, names);
}

/* Where tests draw the argument from. */
static json_object *describe_samples(const expops_samples *samples)
{
    static const char *const ints[] = {
        [EXPOPS_SAMPLES_DIMS] = "dims",   [EXPOPS_SAMPLES_ROW] = "row",         [EXPOPS_SAMPLES_ORDER] = "order",
        [EXPOPS_SAMPLES_SHAPE] = "shape", [EXPOPS_SAMPLES_STRIDES] = "strides",
    };
    json_object *one = json_object_new_object(), *usual = json_object_new_array();
    json_object_object_add(one, "low", json_object_new_double(samples->low));
    json_object_object_add(one, "high", json_object_new_double(samples->high));
    json_object_object_add(one, "scalar", json_object_new_boolean(samples->scalar != 0));
    json_object_object_add(one, "row", json_object_new_boolean(samples->row != 0));
    add_text(one, "ints", ints[samples->ints]);
    for (uint32_t i = 0; i < samples->count; i++)
        json_object_array_add(usual, json_object_new_int64(samples->usual[i]));
    json_object_object_add(one, "usual", usual);
    return one;
}

static json_object *describe_parameter(const expops_parameter *p, const expops_samples *samples)
{
    json_object *one = json_object_new_object();
    add_text(one, "name", p->name);
    add_text(one, "kind", call_kind_name(p->kind));
    add_text(one, "doc", p->doc);
    json_object_object_add(one, "optional", json_object_new_boolean(p->optional != 0));
    json_object_object_add(one, "default", p->has_default ? json_object_new_double(p->default_value) : NULL);
    add_words(one, "choices", p->choices);
    add_types(one, "dtypes", p->dtypes);
    json_object_object_add(one, "samples", describe_samples(samples));
    return one;
}

static json_object *describe_bound(const expops_operator *op)
{
    json_object *bound = json_object_new_object();
    json_object_object_add(bound, "f32", json_object_new_double(op->bound.f32));
    json_object_object_add(bound, "f64", json_object_new_double(op->bound.f64));
    json_object_object_add(bound, "f16", json_object_new_double(op->bound.f16));
    json_object_object_add(bound, "bf16", json_object_new_double(op->bound.bf16));
    return bound;
}

static json_object *describe_operator(const expops_operator *op)
{
    const uint32_t doubles = 1u << EXPOPS_DTYPE_F64 | 1u << EXPOPS_DTYPE_C128;
    const int moved = op->arithmetic == EXPOPS_ARITHMETIC_BITS || op->arithmetic == EXPOPS_ARITHMETIC_MOVES;
    json_object *one = json_object_new_object(), *parameters = json_object_new_array();
    add_text(one, "name", op->name);
    add_text(one, "doc", op->doc);
    add_text(one, "source", op->source);
    add_words(one, "aliases", op->aliases);
    for (size_t i = 0; op->parameters[i].name; i++)
        json_object_array_add(parameters, describe_parameter(&op->parameters[i], &op->samples[i]));
    json_object_object_add(one, "parameters", parameters);
    add_types(one, "dtypes", op->dtypes);
    add_types(one, "double_arithmetic", moved ? 0 : op->dtypes & doubles);
    json_object_object_add(one, "pointwise", json_object_new_boolean(!op->draft));
    json_object_object_add(one, "in_place", json_object_new_boolean(expops_operator_in_place(op)));
    json_object_object_add(one, "bound", describe_bound(op));
    return one;
}

static int print_json(void)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < expops_operator_count(); i++)
        json_object_array_add(list, describe_operator(expops_operator_at(i)));
    tool_print_json(list);
    json_object_put(list);
    return TOOL_OK;
}

static int run(int argc, char **argv)
{
    tool_option options[NUM_OPTIONS];
    tool_words words;
    int done;
    const int status = tool_begin(&cmd_list, options, argc, argv, &words, &done);
    if (status || done)
        return status;
    if (words.count)
        return tool_misused("list: unexpected argument '%s'", words.word[0]);
    if (options[OPT_JSON].value)
        return print_json();
    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        if (options[OPT_NAMES].value) {
            puts(expops_operator_name(op));
            continue;
        }
        printf("%-24s %s", expops_operator_name(op), expops_operator_doc(op));
        print_aliases(op);
        putchar('\n');
    }
    return TOOL_OK;
}

const tool_command cmd_list = {
    .name = "list",
    .usage = "[--names | --json]",
    .summary = "operators, one a line",
    .text = "Lists the operators with what they compute, and their other names in parentheses. --json "
            "has parameters, element types and bounds, too.",
    .options = options_of_list,
    .num_options = NUM_OPTIONS,
    .run = run,
};
