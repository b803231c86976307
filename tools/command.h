/* What the commands of `expops` share: options, messages, exit codes. */
#ifndef EXPOPS_TOOLS_COMMAND_H
#define EXPOPS_TOOLS_COMMAND_H

#include <stddef.h>

/* Exit statuses. What can be seen to be wrong with the command line alone (a name, an option, the form of a value) is
 * TOOL_USAGE; whatever else stands in the way, or is found to be wrong, TOOL_FAILED. */
enum { TOOL_OK = 0, TOOL_FAILED = 1, TOOL_USAGE = 2 };
enum { TOOL_MAX_POSITIONAL = 64, TOOL_MAX_OPTIONS = 64 };

/* An option of a command. Names come from operators' parameters, too, and "-2.5" is a number, not an option; that is
 * why this is not getopt. */
typedef struct tool_option {
    const char *name;       /* "out-dtype", for --out-dtype T, --out-dtype=T, --out_dtype T */
    const char *value_name; /* "T" in the help; NULL for a flag */
    const char *help;
    char letter;                /* 'o' for -o, or 0 */
    const char *const *choices; /* NULL-terminated words that the value may be, for completion; or NULL */
    char is_bool;               /* the value may be left out, which means true */
    const char *value;          /* out: what was given, "true" for a flag, NULL where absent */
} tool_option;

typedef struct tool_words {
    const char *word[TOOL_MAX_POSITIONAL]; /* what is not an option */
    size_t count;
} tool_words;

/* Whether a word's first letters are this option, dashes and underscores being one. */
int tool_names_option(const tool_option *option, const char *word, size_t length);
/* Sorts argv[1..] into options and words. TOOL_OK, or TOOL_USAGE after saying which argument is wrong. argv[0] is what
 * 'expops ... --help' explains ("run silu"), and argv[argc] NULL, as main's. */
int tool_parse(tool_option *options, size_t num_options, int argc, char **argv, tool_words *out_words);
/* Lines of help, one for each option. */
void tool_help(const tool_option *options, size_t num_options);

/* Print "expops: ..." to standard error and return TOOL_FAILED or TOOL_USAGE. */
int tool_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
int tool_misused(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The library's own story behind what was being done. */
int tool_library_failed(const char *doing);

/* The operator, or NULL after saying that there is none, and which one may have been meant. */
const struct expops_operator *tool_find_operator(const char *command, const char *name);
/* The name that comes nearest to the word, or NULL. */
const char *tool_nearest(const char *word, const char *const *names, size_t count);

/* What the words of a command are, for completion. */
enum tool_takes { TOOL_TAKES_NOTHING, TOOL_TAKES_OPERATOR, TOOL_TAKES_OPERATOR_AND_FILES, TOOL_TAKES_WORDS };

/* A command: what its help, the manual page and completion are made of. */
typedef struct tool_command {
    const char *name;
    const char *usage; /* what follows "expops NAME" */
    const char *summary;
    const char *text; /* a paragraph or more */
    const tool_option *options;
    size_t num_options;
    enum tool_takes takes;
    const char *const *words; /* NULL-terminated, of TOOL_TAKES_WORDS */
    int (*run)(int argc, char **argv);
} tool_command;

extern const tool_command cmd_list, cmd_info, cmd_run, cmd_bench, cmd_doctor, cmd_cache, cmd_new, cmd_help, cmd_man,
    cmd_complete;
/* NULL-terminated. */
extern const tool_command *const tool_commands[];

/* Says what a command does and lists its options. */
void tool_print_help(const tool_command *command);
/* tool_parse with the command's own options, copied to `options`; prints the help where that was asked for, and then
 * returns TOOL_OK with *out_done set. */
int tool_begin(const tool_command *command, tool_option *options, int argc, char **argv, tool_words *out_words,
               int *out_done);

#define TOOL_HELP \
    { \
        .name = "help", .letter = 'h', .help = "this text" \
    }

#endif
