/* Whether others could have put code where plugins are looked for. */
#ifndef EXPOPS_TRUST_H
#define EXPOPS_TRUST_H

#include <stddef.h>

/* Checks a file and every directory above it, as named and with links resolved: each must belong to
 * root or to the effective user, and none may be writable by everyone, save sticky directories
 * above it. Returns 1 and the resolved path (PATH_MAX bytes), or 0 and one sentence. Absolute paths
 * only. */
int expops_path_trusted(const char *path, char *out_resolved, char *why, size_t why_bytes);

#endif
