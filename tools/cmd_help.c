/* expops help, the manual page and what shells complete: all made of the commands' own tables and the registry. */
#include <stdio.h>
#include <string.h>
#include "call.h"
#include "command.h"
#include "expops/config.h"

static const char exit_statuses[] =
    "0: fine. 1: something failed, or was found to be wrong. 2: the command line is wrong by itself: a name that does "
    "not exist, an unknown option, a value of the wrong form.";

static const char streams[] =
    "Results go to standard output, everything else to standard error. Names of options may be written with dashes or "
    "underscores.";

static const tool_option options_of_help[] = { TOOL_HELP };

static const tool_command *find_command(const char *name)
{
    for (size_t i = 0; tool_commands[i]; i++)
        if (strcmp(tool_commands[i]->name, name) == 0)
            return tool_commands[i];
    return NULL;
}

static int run_help(int argc, char **argv)
{
    const tool_command *command = argc > 1 ? find_command(argv[1]) : NULL;
    if (command) {
        tool_print_help(command);
        return TOOL_OK;
    }
    if (argc > 1 && argv[1][0] != '-')
        return tool_misused("help: unknown command '%s'; 'expops --help' lists them", argv[1]);
    fputs("usage: expops COMMAND ...\n\n", stdout);
    for (size_t i = 0; tool_commands[i]; i++)
        printf("  %-8s %s\n", tool_commands[i]->name, tool_commands[i]->summary);
    printf("\n'expops help COMMAND' says more. %s\n\nExit status. %s\n", streams, exit_statuses);
    return TOOL_OK;
}

const tool_command cmd_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .summary = "what a command does",
    .text = "Lists the commands, or says what one does.",
    .options = options_of_help,
    .num_options = 1,
    .takes = TOOL_TAKES_WORDS,
    .run = run_help,
};

/* --- the manual page, as roff --- */

static void print_roff(const char *text)
{
    int starts_line = 1;
    for (; *text; text++) {
        if (starts_line && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '-' || *text == '\\')
            fputs(*text == '-' ? "\\-" : "\\e", stdout);
        else
            putchar(*text);
        starts_line = *text == '\n';
    }
}

static void print_option(const tool_option *option)
{
    fputs(".TP\n", stdout);
    if (option->letter)
        printf("\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB", stdout);
    print_roff("--");
    print_roff(option->name);
    fputs("\\fR ", stdout);
    print_roff(option->value_name ? option->value_name : "");
    putchar('\n');
    print_roff(option->help ? option->help : "");
    putchar('\n');
}

static void print_command(const tool_command *command)
{
    fputs(".SS \"expops ", stdout);
    print_roff(command->name);
    putchar(' ');
    print_roff(command->usage);
    fputs("\"\n", stdout);
    print_roff(command->text);
    putchar('\n');
    for (size_t i = 0; i < command->num_options; i++)
        print_option(&command->options[i]);
}

static void print_operators(void)
{
    fputs(".SH OPERATORS\n", stdout);
    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        fputs(".TP\n\\fB", stdout);
        print_roff(expops_operator_name(op));
        fputs("\\fR", stdout);
        expops_parameter_info info;
        for (size_t k = 0; expops_operator_parameter(op, k, &info); k++) {
            fputs(info.optional ? " [" : " ", stdout);
            print_roff(info.name);
            fputs(info.optional ? "]" : "", stdout);
        }
        putchar('\n');
        print_roff(expops_operator_doc(op));
        putchar('\n');
    }
}

static int run_man(int argc, char **argv)
{
    printf(".TH EXPOPS 1 \"\" \"expops %s\"\n.SH NAME\nexpops \\- look at tensor operators, run and time them\n"
           ".SH SYNOPSIS\n\\fBexpops\\fR COMMAND ...\n.SH DESCRIPTION\n",
           EXPOPS_VERSION);
    print_roff(streams);
    fputs("\n.SH COMMANDS\n", stdout);
    for (size_t i = 0; tool_commands[i]; i++)
        print_command(tool_commands[i]);
    fputs(".SH \"EXIT STATUS\"\n", stdout);
    print_roff(exit_statuses);
    putchar('\n');
    print_operators();
    return TOOL_OK;
}

const tool_command cmd_man = { .name = "man", .usage = "", .summary = "the manual page", .text = "", .run = run_man };

/* --- completion: a line for each word that may stand where the cursor is --- */

static void print_options(const tool_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputs("--", stdout);
        for (const char *at = options[i].name; *at; at++)
            putchar(*at == '_' ? '-' : *at);
        putchar('\n');
    }
}

static void print_words(const char *const *words)
{
    for (; words && *words; words++)
        puts(*words);
}

/* What may follow an option, where it takes a value that is known; whether it takes any. */
static int print_values(const tool_option *options, size_t count, const char *before)
{
    for (size_t i = 0; i < count; i++) {
        const tool_option *o = &options[i];
        if (!tool_names_option(o, before, strlen(before)) || !o->value_name || o->is_bool)
            continue;
        if (o->choices)
            print_words(o->choices);
        else if (strstr(o->name, "dtype"))
            for (int t = 0; t < EXPOPS_DTYPE_COUNT; t++)
                puts(expops_dtype_name((expops_dtype)t));
        else
            puts("FILES"); /* the shell's own */
        return 1;
    }
    return 0;
}

static void complete(const tool_command *command, int argc, char **argv)
{
    tool_option options[TOOL_MAX_OPTIONS];
    size_t count = command->num_options;
    const int by_operator = command->takes == TOOL_TAKES_OPERATOR || command->takes == TOOL_TAKES_OPERATOR_AND_FILES;
    const expops_operator *op = by_operator && argc > 2 ? expops_find(argv[1]) : NULL;
    if (count)
        memcpy(options, command->options, count * sizeof(*options));
    if (op && command != &cmd_info)
        count += call_options(op, options + count);
    if (argc > 2 && print_values(options, count, argv[argc - 2]))
        return;
    print_options(options, count);
    if (by_operator && argc == 2)
        for (size_t i = 0; i < expops_operator_count(); i++)
            puts(expops_operator_name(expops_operator_at(i)));
    print_words(command->words);
    if (command->takes == TOOL_TAKES_OPERATOR_AND_FILES && op)
        puts("FILES");
}

static void print_commands(void)
{
    for (size_t i = 0; tool_commands[i]; i++)
        puts(tool_commands[i]->name);
}

/* expops complete WORD... : the words of the line after `expops`, the last being the one that is typed. */
static int run_complete(int argc, char **argv)
{
    const tool_command *command = argc > 2 ? find_command(argv[1]) : NULL;
    if (argc <= 2 || command == &cmd_help)
        print_commands();
    else if (command)
        complete(command, argc - 1, argv + 1);
    return TOOL_OK;
}

const tool_command cmd_complete = {
    .name = "complete", .usage = "WORD...", .summary = "what a shell may complete", .text = "", .run = run_complete
};
