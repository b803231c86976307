/* The expops command: look at operators, run and time them, and find out why a backend does not run. */
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "expops/config.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    { "list", cmd_list, "operators, one a line" },
    { "info", cmd_info, "an operator's arguments and element types" },
    { "run", cmd_run, "run an operator on .npy files" },
    { "bench", cmd_bench, "time operators against the device's copy bandwidth" },
    { "doctor", cmd_doctor, "which backends run here, and why others do not" },
    { "cache", cmd_cache, "compiled kernels on disk" },
};
enum { NUM_COMMANDS = sizeof(commands) / sizeof(*commands) };

static void help(FILE *out)
{
    fputs("usage: expops COMMAND ...\n\n", out);
    for (size_t i = 0; i < NUM_COMMANDS; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    fputs("\n'expops COMMAND --help' says more. Exit status: 0 fine, 1 failure, 2 wrong usage.\n", out);
}

/* Output that could not be written (a full disk, a closed pipe) is a failure, too. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return tool_failed("standard output could not be written");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return TOOL_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help(stdout);
        return finish(TOOL_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("expops %s\n", EXPOPS_VERSION);
        return finish(TOOL_OK);
    }
    for (size_t i = 0; i < NUM_COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return finish(commands[i].run(argc - 1, argv + 1));
    return tool_misused("unknown command '%s'; 'expops --help' lists them", argv[1]);
}
