/* expops new NAME: an operator's file that builds and passes its tests as it is, to be changed into another. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "command.h"
#include "expops/op.h"

extern const char expops_template_unary[], expops_template_binary[], expops_template_reduce[], expops_template_map[],
    expops_template_window[], expops_template_recipe[];

enum {
    OPT_UNARY,
    OPT_BINARY,
    OPT_REDUCE,
    OPT_MAP,
    OPT_WINDOW,
    OPT_RECIPE,
    NUM_KINDS,
    OPT_SOURCE = NUM_KINDS,
    OPT_HELP,
    NUM_OPTIONS
};
enum { PATH_BYTES = 4096, LONGEST_NAME = 60 };

static const char *const templates[NUM_KINDS] = {
    [OPT_UNARY] = expops_template_unary, [OPT_BINARY] = expops_template_binary, [OPT_REDUCE] = expops_template_reduce,
    [OPT_MAP] = expops_template_map,     [OPT_WINDOW] = expops_template_window, [OPT_RECIPE] = expops_template_recipe,
};

static const tool_option options_of_new[NUM_OPTIONS] = {
    [OPT_UNARY] = { .name = "unary", .help = "one tensor, element by element" },
    [OPT_BINARY] = { .name = "binary", .help = "two tensors, or a tensor and a number" },
    [OPT_REDUCE] = { .name = "reduce", .help = "rows that become one element each" },
    [OPT_MAP] = { .name = "map", .help = "elements that depend on the row they are in" },
    [OPT_WINDOW] = { .name = "window", .help = "elements made of boxes of the input's" },
    [OPT_RECIPE] = { .name = "recipe", .help = "several steps, with memory between them" },
    [OPT_SOURCE] = { .name = "source", .value_name = "DIR", .help = "the library's sources; default this folder" },
    [OPT_HELP] = TOOL_HELP,
};

/* Lower case, as PyTorch's: it becomes part of a C identifier. */
static int is_name(const char *word)
{
    return word[0] >= 'a' && word[0] <= 'z' && !word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_")] &&
           strlen(word) <= LONGEST_NAME;
}

static void write_template(FILE *file, const char *text, const char *name)
{
    static const char placeholder[] = "NAME";
    for (const char *at; (at = strstr(text, placeholder)); text = at + strlen(placeholder))
        fprintf(file, "%.*s%s", (int)(at - text), text, name);
    fputs(text, file);
}

static int write_operator(const char *source, const char *name, const char *text)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/core/operator.h", source);
    if (access(path, R_OK))
        return tool_failed("new: %s: this is not the library's source folder; name it with --source", path);
    snprintf(path, sizeof(path), "%s/ops/%s.c", source, name);
    FILE *file = fopen(path, "wx");
    if (!file)
        return tool_failed("new: %s cannot be written (%s)", path, strerror(errno));
    write_template(file, text, name);
    const int failed = ferror(file);
    if (fclose(file) || failed)
        return tool_failed("new: %s could not be written (%s)", path, strerror(errno));
    printf("%s is written; 'tools/check_operator.sh %s' builds and tests it\n", path, name);
    return TOOL_OK;
}

static int run(int argc, char **argv)
{
    tool_option options[NUM_OPTIONS];
    tool_words words;
    int done, kind = -1, kinds = 0;
    const int status = tool_begin(&cmd_new, options, argc, argv, &words, &done);
    if (status || done)
        return status;
    for (int i = 0; i < NUM_KINDS; i++)
        if (options[i].value) {
            kind = i;
            kinds++;
        }
    if (words.count != 1 || kinds != 1)
        return tool_misused("new: give one name, and one of --unary, --binary, --reduce, --map, --window, --recipe");
    const char *name = words.word[0], *source = options[OPT_SOURCE].value;
    if (!is_name(name))
        return tool_misused("new: '%s' is no operator's name: small letters, digits and underscores", name);
    if (expops_find(name))
        return tool_misused("new: there is an operator '%s' already", name);
    return write_operator(source ? source : ".", name, templates[kind]);
}

const tool_command cmd_new = {
    .name = "new",
    .usage = "NAME --unary | --binary | --reduce | --map | --window | --recipe [--source DIR]",
    .summary = "start an operator's file",
    .text = "Writes ops/NAME.c, a complete operator of that kind: a definition, a kernel and a reference, which build "
            "and pass their tests as they are.",
    .options = options_of_new,
    .num_options = NUM_OPTIONS,
    .run = run,
};
