/* Plots are drawn by a program of its own, in Python, which lies beside this one. */
#include <json-c/json.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"
#include "command.h"

#define PLOTTER "expops-plot"

static int find_plotter(char *path, size_t size)
{
    char self[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (length <= 0)
        return -1;
    self[length] = 0;
    *strrchr(self, '/') = 0;
    const int used = snprintf(path, size, "%s/" PLOTTER, self);
    return used > 0 && (size_t)used < size && access(path, X_OK) == 0 ? 0 : -1;
}

int bench_plot(json_object *list, const char *path)
{
    char plotter[PATH_MAX];
    int ends[2], status = -1;
    if (find_plotter(plotter, sizeof(plotter)))
        return tool_failed("bench: --plot: " PLOTTER " does not lie beside this program");
    if (pipe(ends))
        return tool_failed("bench: --plot: no pipe could be made");
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(plotter, PLOTTER, path, (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN); /* it may end before it has read all: its status says so */
    FILE *to_child = fdopen(ends[1], "w");
    if (to_child && child > 0)
        fputs(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN), to_child);
    if (to_child)
        fclose(to_child);
    if (child > 0)
        waitpid(child, &status, 0);
    return status == 0 ? TOOL_OK : tool_failed("bench: --plot: " PLOTTER " failed");
}
