/* What the commands of `expops` share: options, messages, exit codes. */
#ifndef EXPOPS_TOOLS_COMMAND_H
#define EXPOPS_TOOLS_COMMAND_H

#include <stddef.h>

enum { TOOL_OK = 0, TOOL_FAILED = 1, TOOL_USAGE = 2 };
enum { TOOL_MAX_POSITIONAL = 64 };

/* An option of a command. Names come from operators' parameters, too, and "-2.5" is a number, not an option; that is
 * why this is not getopt. */
typedef struct tool_option {
    const char *name;       /* "backend", for --backend B and --backend=B */
    const char *value_name; /* "B" in the help; NULL for a flag */
    const char *help;
    char letter;       /* 'o' for -o, or 0 */
    const char *value; /* out: what was given, the name for a flag, NULL where absent */
} tool_option;

typedef struct tool_words {
    const char *word[TOOL_MAX_POSITIONAL]; /* what is not an option */
    size_t count;
} tool_words;

/* Sorts argv[1..] into options and words. TOOL_OK, or TOOL_USAGE after saying which argument is wrong. */
int tool_parse(tool_option *options, size_t num_options, int argc, char **argv, tool_words *out_words);
/* Lines of help, one for each option. */
void tool_help(const tool_option *options, size_t num_options);

/* Print "expops: ..." to standard error and return TOOL_FAILED or TOOL_USAGE. */
int tool_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
int tool_misused(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The library's own story behind what was being done. */
int tool_library_failed(const char *doing);

/* argv[0] is the command's name. */
int cmd_list(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_cache(int argc, char **argv);

#endif
