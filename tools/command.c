#include "command.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/near.h"
#include "expops/op.h"
#include "number.h"

static void say(const char *format, va_list list)
{
    fputs("expops: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
}

int tool_failed(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(format, list);
    va_end(list);
    return TOOL_FAILED;
}

int tool_misused(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(format, list);
    va_end(list);
    return TOOL_USAGE;
}

int tool_library_failed(const char *doing)
{
    return tool_failed("%s: %s", doing, expops_error_text());
}

const char *tool_nearest(const char *word, const char *const *names, size_t count)
{
    expops_guess guess = { .word = word };
    for (size_t i = 0; i < count; i++)
        expops_guess_at(&guess, names[i]);
    return guess.nearest;
}

enum { MOST_NAMES = 4096 };

/* Every name and alias. */
static size_t list_names(const char **names)
{
    size_t count = 0;
    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        if (count < MOST_NAMES)
            names[count++] = expops_operator_name(op);
        for (size_t a = 0; expops_operator_alias(op, a) && count < MOST_NAMES; a++)
            names[count++] = expops_operator_alias(op, a);
    }
    return count;
}

const expops_operator *tool_find_operator(const char *command, const char *name)
{
    const char *names[MOST_NAMES];
    const expops_operator *op = expops_find(name);
    if (op)
        return op;
    const char *nearest = tool_nearest(name, names, list_names(names));
    tool_misused("%s: there is no operator '%s'; %s%s%s'expops list' has them all", command, name,
                 nearest ? "did you mean '" : "", nearest ? nearest : "", nearest ? "'? " : "");
    return NULL;
}

static char dash(char letter)
{
    return letter == '_' ? '-' : letter;
}

int tool_names_option(const tool_option *option, const char *word, size_t length)
{
    if (length == 2 && word[0] == '-' && option->letter && word[1] == option->letter)
        return 1;
    size_t i = 2;
    if (length < 3 || strncmp(word, "--", 2) || strlen(option->name) != length - 2)
        return 0;
    while (i < length && dash(word[i]) == dash(option->name[i - 2]))
        i++;
    return i == length;
}

/* The option that `word` names, and where its value starts after '='. */
static tool_option *find_option(tool_option *options, size_t num_options, const char *word, const char **out_value)
{
    const size_t length = strcspn(word, "=");
    *out_value = word[length] ? word + length + 1 : NULL;
    for (size_t i = 0; i < num_options; i++) {
        tool_option *option = &options[i];
        if (tool_names_option(option, word, length))
            return option;
    }
    return NULL;
}

static int refuse_option(const char *command, const tool_option *options, size_t num_options, const char *word)
{
    const char *names[TOOL_MAX_OPTIONS];
    size_t count = 0;
    for (; count < num_options && count < TOOL_MAX_OPTIONS; count++)
        names[count] = options[count].name;
    const char *nearest = tool_nearest(word + strspn(word, "-"), names, count);
    return tool_misused("%s: unknown option '%s'; %s%s%s'expops %s --help' lists them", command, word,
                        nearest ? "did you mean '--" : "", nearest ? nearest : "", nearest ? "'? " : "", command);
}

/* Of a bool the next word is the value only where it can be nothing else. */
static int is_truth(const char *word)
{
    return word && (strcmp(word, "true") == 0 || strcmp(word, "false") == 0);
}

/* Sets the option that argv[*index] names; *index moves to the last word used. */
static int set_option(const char *command, tool_option *option, const char *value, char **argv, int *index)
{
    if (!option->value_name && value)
        return tool_misused("%s: option '--%s' takes no value, but got '%s'", command, option->name, value);
    option->value = value;
    if (value)
        return TOOL_OK;
    const char *next = argv[*index + 1];
    if (!option->value_name || (option->is_bool && !is_truth(next))) {
        option->value = "true";
        return TOOL_OK;
    }
    if (!next)
        return tool_misused("%s: option '--%s' needs a value (%s)", command, option->name, option->value_name);
    option->value = next;
    ++*index;
    return TOOL_OK;
}

static int is_option(const char *word)
{
    double parts[2];
    expops_value value;
    return word[0] == '-' && word[1] && !strchr("0123456789.", word[1]) && /* lists begin with a digit, too */
           number_parse(word, parts, &value) == NUMBER_NONE;
}

int tool_parse(tool_option *options, size_t num_options, int argc, char **argv, tool_words *out_words)
{
    int only_words = 0;
    out_words->count = 0;
    for (int i = 1; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = 1;
            continue;
        }
        if (only_words || !is_option(argv[i])) {
            if (out_words->count == TOOL_MAX_POSITIONAL)
                return tool_misused("%s: too many arguments at '%s'; at most %d are taken", argv[0], argv[i],
                                    TOOL_MAX_POSITIONAL);
            out_words->word[out_words->count++] = argv[i];
            continue;
        }
        const char *value;
        tool_option *option = find_option(options, num_options, argv[i], &value);
        if (!option)
            return refuse_option(argv[0], options, num_options, argv[i]);
        const int status = set_option(argv[0], option, value, argv, &i);
        if (status)
            return status;
    }
    return TOOL_OK;
}

void tool_help(const tool_option *options, size_t num_options)
{
    for (size_t i = 0; i < num_options; i++) {
        const tool_option *o = &options[i];
        char left[96];
        snprintf(left, sizeof(left), "--%s%s%s", o->name,
                 o->is_bool      ? "[="
                 : o->value_name ? " "
                                 : "",
                 o->value_name ? o->value_name : "");
        for (char *at = left; at < left + 2 + strlen(o->name); at++)
            *at = dash(*at);
        if (o->is_bool)
            strcat(left, "]");
        const char letter[] = { '-', o->letter, ',', ' ', 0 };
        printf("  %s%-*s %s\n", o->letter ? letter : "    ", 28, left, o->help ? o->help : "");
    }
}

void tool_print_help(const tool_command *command)
{
    printf("usage: expops %s%s%s\n\n%s\n\n", command->name, *command->usage ? " " : "", command->usage, command->text);
    tool_help(command->options, command->num_options);
}

int tool_begin(const tool_command *command, tool_option *options, int argc, char **argv, tool_words *out_words,
               int *out_done)
{
    if (command->num_options)
        memcpy(options, command->options, command->num_options * sizeof(*options));
    const int status = tool_parse(options, command->num_options, argc, argv, out_words);
    *out_done = 0;
    for (size_t i = 0; i < command->num_options; i++)
        *out_done |= strcmp(options[i].name, "help") == 0 && options[i].value;
    if (status == TOOL_OK && *out_done)
        tool_print_help(command);
    return status;
}
