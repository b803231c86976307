#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 4096 };

static const char *const level_names[] = { "error", "warning", "info", "debug" };

static atomic_int most = EXPOPS_LOG_WARNING; /* the highest level that is written */
static _Atomic(const char *) sink;

static int level_of(const char *word)
{
    if (word && !strcmp(word, "off"))
        return -1;
    for (int level = 0; word && level <= EXPOPS_LOG_DEBUG; level++)
        if (!strcmp(word, level_names[level]))
            return level;
    /* A word that is none is warned of (env.c), for which warnings have to be on. */
    return EXPOPS_LOG_WARNING;
}

void expops_log_choose(const char *level, const char *file)
{
    atomic_store_explicit(&most, level_of(level), memory_order_relaxed);
    atomic_store_explicit(&sink, file, memory_order_release);
}

int expops_log_enabled(int level)
{
    return level >= 0 && level <= atomic_load_explicit(&most, memory_order_relaxed);
}

/* A process may be started without standard error: what gets its number later is another file. */
static int has_standard_error;

__attribute__((constructor)) static void look_for_standard_error(void)
{
    has_standard_error = fcntl(STDERR_FILENO, F_GETFD) >= 0;
}

/* Opened for each line: lines are rare, and a file that was moved away is made anew. A relative name would depend on where
 * the process happens to stand, so it is not used. A pipe that nobody reads must not hold the process up. */
static int open_sink(int *must_close)
{
    const char *path = atomic_load_explicit(&sink, memory_order_acquire);
    *must_close = 0;
    if (!path)
        return has_standard_error ? STDERR_FILENO : -1;
    if (path[0] != '/')
        return -1;
    const int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    *must_close = file >= 0;
    return file;
}

/* Where the reader of a pipe is gone the line is lost, and the process does not get the signal. */
static void write_quietly(int file, const char *line, size_t length)
{
    const struct timespec at_once = { 0 };
    sigset_t pipe_broke, mask, pending;
    sigemptyset(&pipe_broke);
    sigaddset(&pipe_broke, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_broke, &mask);
    ssize_t written;
    while ((written = write(file, line, length)) < 0 && errno == EINTR) {
    }
    if (written < 0 && errno == EPIPE && !sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe_broke, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

static void write_line(const char *line, size_t length)
{
    int must_close;
    const int file = open_sink(&must_close);
    if (file < 0)
        return;
    write_quietly(file, line, length);
    if (must_close)
        close(file);
}

void expops_log_line(int level, const char *format, ...)
{
    /* A line may be written between a function that failed and whoever looks at errno. */
    const int saved_errno = errno;
    /* Before anything is formatted: with logging off a line costs a comparison. */
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
