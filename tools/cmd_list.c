#include <stdio.h>
#include <string.h>
#include "command.h"
#include "expops/op.h"

static void print_aliases(const expops_operator *op)
{
    for (size_t i = 0; expops_operator_alias(op, i); i++)
        printf("%s%s", i ? ", " : "  (", expops_operator_alias(op, i));
    if (expops_operator_alias(op, 0))
        putchar(')');
}

int cmd_list(int argc, char **argv)
{
    tool_option options[] = {
        { .name = "names", .help = "names only" },
        { .name = "help", .letter = 'h', .help = "this text" },
    };
    tool_words words;
    const int status = tool_parse(options, 2, argc, argv, &words);
    if (status)
        return status;
    if (options[1].value) {
        puts("usage: expops list [--names]");
        tool_help(options, 2);
        return TOOL_OK;
    }
    if (words.count)
        return tool_misused("list: unexpected argument '%s'", words.word[0]);
    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        if (options[0].value) {
            puts(expops_operator_name(op));
            continue;
        }
        printf("%-24s %s", expops_operator_name(op), expops_operator_doc(op));
        print_aliases(op);
        putchar('\n');
    }
    return TOOL_OK;
}
