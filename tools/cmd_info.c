#include <stdio.h>
#include <string.h>
#include "call.h"
#include "command.h"
#include "operator.h"

static const tool_option options_of_info[] = { TOOL_HELP };

static void print_default(const expops_parameter_info *p, const expops_parameter *own)
{
    if (!p->optional)
        return;
    if ((!own->has_default && !p->choices) || p->kind == EXPOPS_PARAMETER_TENSOR || p->kind == EXPOPS_PARAMETER_INTS ||
        p->kind == EXPOPS_PARAMETER_DTYPE)
        printf(" (optional)");
    else if (p->kind == EXPOPS_PARAMETER_CHOICE && p->choices)
        printf(" (default %s)", p->choices[(size_t)p->default_value]);
    else if (p->kind == EXPOPS_PARAMETER_BOOL)
        printf(" (default %s)", p->default_value != 0 ? "true" : "false");
    else
        printf(" (default %g)", p->default_value);
}

static void print_parameter(const expops_parameter_info *p, const expops_parameter *own, int width)
{
    printf("  %-*s %s", width, p->name, call_kind_name(p->kind));
    if (p->choices)
        for (size_t i = 0; p->choices[i]; i++)
            printf("%s%s", i ? " | " : ": ", p->choices[i]);
    print_default(p, own);
    if (p->doc && *p->doc)
        printf("  %s", p->doc);
    putchar('\n');
}

static void print_parameters(const expops_operator *op)
{
    expops_parameter_info info;
    int width = 14;
    for (size_t i = 0; expops_operator_parameter(op, i, &info); i++)
        if ((int)strlen(info.name) > width)
            width = (int)strlen(info.name);
    puts("arguments:");
    for (size_t i = 0; expops_operator_parameter(op, i, &info); i++)
        print_parameter(&info, &op->parameters[i], width);
}

static void print_operator(const expops_operator *op)
{
    printf("%s: %s\n", expops_operator_name(op), expops_operator_doc(op));
    for (size_t i = 0; expops_operator_alias(op, i); i++)
        printf("%s%s", i ? ", " : "also called ", expops_operator_alias(op, i));
    if (expops_operator_alias(op, 0))
        putchar('\n');
    print_parameters(op);
    printf("element types:");
    for (int t = 0; t < EXPOPS_DTYPE_COUNT; t++)
        if (expops_operator_dtypes(op) & 1u << t)
            printf(" %s", expops_dtype_name((expops_dtype)t));
    printf("\nin place: %s\n", expops_operator_in_place(op) ? "yes, the output may be an input" : "no");
}

static int run(int argc, char **argv)
{
    tool_option options[1];
    tool_words words;
    int done;
    const int status = tool_begin(&cmd_info, options, argc, argv, &words, &done);
    if (status || done)
        return status;
    if (words.count != 1)
        return tool_misused("info: give one operator's name; 'expops list' has them all");
    const expops_operator *op = tool_find_operator("info", words.word[0]);
    if (!op)
        return TOOL_USAGE;
    print_operator(op);
    return TOOL_OK;
}

const tool_command cmd_info = {
    .name = "info",
    .usage = "OP",
    .summary = "an operator's arguments and element types",
    .text = "Describes an operator: its arguments in order, with their defaults, its element types and other names.",
    .options = options_of_info,
    .num_options = 1,
    .takes = TOOL_TAKES_OPERATOR,
    .run = run,
};
