/* The expops command: look at operators, run and time them, and find out why a backend does not run. */
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "expops/config.h"

const tool_command *const tool_commands[] = { &cmd_list,  &cmd_info, &cmd_run,  &cmd_bench, &cmd_doctor,
                                              &cmd_cache, &cmd_new,  &cmd_help, NULL };
/* What the build and the shells call: not listed. */
static const tool_command *const hidden_commands[] = { &cmd_man, &cmd_complete, NULL };

static const tool_command *find(const tool_command *const *commands, const char *name)
{
    while (*commands && strcmp((*commands)->name, name))
        commands++;
    return *commands;
}

static int refuse(const char *name)
{
    const char *names[32];
    size_t count = 0;
    for (; tool_commands[count]; count++)
        names[count] = tool_commands[count]->name;
    const char *nearest = tool_nearest(name, names, count);
    return tool_misused("unknown command '%s'; %s%s%s'expops --help' lists them", name, nearest ? "did you mean '" : "",
                        nearest ? nearest : "", nearest ? "'? " : "");
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
        tool_misused("no command; 'expops --help' lists them");
        return TOOL_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0) {
        printf("expops %s\n", EXPOPS_VERSION);
        return finish(TOOL_OK);
    }
    const tool_command *command = find(tool_commands, name);
    if (!command)
        command = find(hidden_commands, name);
    return command ? finish(command->run(argc - 1, argv + 1)) : refuse(name);
}
