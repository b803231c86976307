#include <stdio.h>
#include <string.h>
#include "call.h"
#include "command.h"
#include "expops/op.h"

static void print_default(const expops_parameter_info *p)
{
    if (!p->optional)
        return;
    if (p->kind == EXPOPS_PARAMETER_TENSOR || p->kind == EXPOPS_PARAMETER_INTS || p->kind == EXPOPS_PARAMETER_DTYPE)
        printf(" (optional)");
    else if (p->kind == EXPOPS_PARAMETER_CHOICE && p->choices)
        printf(" (default %s)", p->choices[(size_t)p->default_value]);
    else if (p->kind == EXPOPS_PARAMETER_BOOL)
        printf(" (default %s)", p->default_value != 0 ? "true" : "false");
    else
        printf(" (default %g)", p->default_value);
}

static void print_parameter(const expops_parameter_info *p)
{
    printf("  %-14s %s", p->name, call_kind_name(p->kind));
    if (p->choices)
        for (size_t i = 0; p->choices[i]; i++)
            printf("%s%s", i ? " | " : ": ", p->choices[i]);
    print_default(p);
    if (p->doc && *p->doc)
        printf("  %s", p->doc);
    putchar('\n');
}

static void print_operator(const expops_operator *op)
{
    printf("%s: %s\n", expops_operator_name(op), expops_operator_doc(op));
    for (size_t i = 0; expops_operator_alias(op, i); i++)
        printf("%s%s", i ? ", " : "also called ", expops_operator_alias(op, i));
    if (expops_operator_alias(op, 0))
        putchar('\n');
    puts("arguments:");
    expops_parameter_info info;
    for (size_t i = 0; i < expops_operator_parameter_count(op) && expops_operator_parameter(op, i, &info); i++)
        print_parameter(&info);
    printf("element types:");
    for (int t = 0; t < EXPOPS_DTYPE_COUNT; t++)
        if (expops_operator_dtypes(op) & 1u << t)
            printf(" %s", expops_dtype_name((expops_dtype)t));
    printf("\nin place: %s\n", expops_operator_in_place(op) ? "yes, the output may be an input" : "no");
}

int cmd_info(int argc, char **argv)
{
    tool_option options[] = { { .name = "help", .letter = 'h', .help = "this text" } };
    tool_words words;
    const int status = tool_parse(options, 1, argc, argv, &words);
    if (status)
        return status;
    if (options[0].value) {
        puts("usage: expops info OP");
        return TOOL_OK;
    }
    if (words.count != 1)
        return tool_misused("info: give one operator's name; 'expops list' has them all");
    const expops_operator *op = expops_find(words.word[0]);
    if (!op)
        return tool_misused("info: there is no operator '%s'; 'expops list' has them all", words.word[0]);
    print_operator(op);
    return TOOL_OK;
}
