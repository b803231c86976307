/* The log: errors and warnings, unless EXPOPS_LOG asks for more or less, on standard error or in EXPOPS_LOG_FILE. */
#ifndef EXPOPS_LOG_H
#define EXPOPS_LOG_H

enum { EXPOPS_LOG_ERROR = 0, EXPOPS_LOG_WARNING = 1, EXPOPS_LOG_INFO = 2, EXPOPS_LOG_DEBUG = 3 };

/* Whether a line of this level would be written. Thread-safe, as all functions here. */
int expops_log_enabled(int level);
/* One line; the newline is added. Lines of several threads do not mix. */
void expops_log_line(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
