#include "command.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "expops/status.h"
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

/* The option that `word` names, and where its value starts after '='. */
static tool_option *find_option(tool_option *options, size_t num_options, const char *word, const char **out_value)
{
    *out_value = NULL;
    for (size_t i = 0; i < num_options; i++) {
        tool_option *option = &options[i];
        if (word[0] == '-' && word[1] && word[1] == option->letter && !word[2])
            return option;
        const size_t length = strlen(option->name);
        if (strncmp(word, "--", 2) || strncmp(word + 2, option->name, length))
            continue;
        if (word[2 + length] == 0)
            return option;
        if (word[2 + length] == '=') {
            *out_value = word + 2 + length + 1;
            return option;
        }
    }
    return NULL;
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
            return tool_misused("%s: unknown option '%s'; 'expops %s --help' lists them", argv[0], argv[i], argv[0]);
        if (!option->value_name && value)
            return tool_misused("%s: option '--%s' takes no value, but got '%s'", argv[0], option->name, value);
        if (option->value_name && !value && ++i == argc)
            return tool_misused("%s: option '--%s' needs a value (%s)", argv[0], option->name, option->value_name);
        option->value = !option->value_name ? option->name : value ? value : argv[i];
    }
    return TOOL_OK;
}

void tool_help(const tool_option *options, size_t num_options)
{
    for (size_t i = 0; i < num_options; i++) {
        char left[64];
        snprintf(left, sizeof(left), "--%s%s%s", options[i].name, options[i].value_name ? " " : "",
                 options[i].value_name ? options[i].value_name : "");
        const char letter[] = { '-', options[i].letter, ',', ' ', 0 };
        printf("  %s%-*s %s\n", options[i].letter ? letter : "    ", 24, left, options[i].help ? options[i].help : "");
    }
}
