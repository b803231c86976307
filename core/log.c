#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "env.h"

enum { LINE_BYTES = 4096 };

static const char *const level_names[] = { "error", "warning", "info", "debug" };

static int chosen_level(void)
{
    const char *value = expops_env(EXPOPS_ENV_LOG);
    for (int level = 0; value && level <= EXPOPS_LOG_DEBUG; level++)
        if (!strcmp(value, level_names[level]))
            return level;
    return -1;
}

int expops_log_enabled(int level)
{
    return level >= 0 && level <= chosen_level();
}

/* Opened for each line: lines are rare, and a file that was moved away is made anew. A relative
 * name would depend on where the process happens to stand, so it is not used. */
static int open_sink(int *must_close)
{
    const char *path = expops_env(EXPOPS_ENV_LOG_FILE);
    *must_close = 0;
    if (!path)
        return STDERR_FILENO;
    if (path[0] != '/')
        return -1;
    const int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    *must_close = file >= 0;
    return file;
}

static void write_line(const char *line, size_t length)
{
    int must_close;
    const int file = open_sink(&must_close);
    if (file < 0)
        return;
    while (write(file, line, length) < 0 && errno == EINTR) {
    }
    if (must_close)
        close(file);
}

void expops_log_line(int level, const char *format, ...)
{
    const int saved_errno = errno;
    if (!expops_log_enabled(level))
        return;
    char line[LINE_BYTES];
    int length = snprintf(line, sizeof line, "expops %s: ", level_names[level]);
    va_list arguments;
    va_start(arguments, format);
    const int rest = vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
    va_end(arguments);
    if (rest > 0)
        length = rest < LINE_BYTES - length - 1 ? length + rest : LINE_BYTES - 2;
    line[length++] = '\n';
    write_line(line, (size_t)length);
    errno = saved_errno;
}
