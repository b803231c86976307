/* The log: errors and warnings on standard error, unless EXPOPS_LOG and EXPOPS_LOG_FILE say otherwise. It reads no environment:
 * env.c tells it, when the environment is first read, which every way to a line therefore has behind it. */
#ifndef EXPOPS_LOG_H
#define EXPOPS_LOG_H

enum { EXPOPS_LOG_ERROR = 0, EXPOPS_LOG_WARNING = 1, EXPOPS_LOG_INFO = 2, EXPOPS_LOG_DEBUG = 3 };

/* What EXPOPS_LOG and EXPOPS_LOG_FILE hold, or NULL. `file` is kept as it is. */
void expops_log_choose(const char *level, const char *file);
/* Whether a line of this level would be written. Thread-safe, as all functions here. */
int expops_log_enabled(int level);
/* One line; the newline is added. Lines of several threads do not mix. */
void expops_log_line(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
