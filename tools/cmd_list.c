#include <stdio.h>
#include <string.h>
#include "command.h"
#include "expops/op.h"

enum { OPT_NAMES, OPT_HELP, NUM_OPTIONS };

static const tool_option options_of_list[NUM_OPTIONS] = {
    [OPT_NAMES] = { .name = "names", .help = "names only" },
    [OPT_HELP] = TOOL_HELP,
};

static void print_aliases(const expops_operator *op)
{
    for (size_t i = 0; expops_operator_alias(op, i); i++)
        printf("%s%s", i ? ", " : "  (", expops_operator_alias(op, i));
    if (expops_operator_alias(op, 0))
        putchar(')');
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
    .usage = "[--names]",
    .summary = "operators, one a line",
    .text = "Lists the operators with what they compute, and their other names in parentheses.",
    .options = options_of_list,
    .num_options = NUM_OPTIONS,
    .run = run,
};
