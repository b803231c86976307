/* Whether others could have put code where plugins are looked for. */
#ifndef EXPOPS_TRUST_H
#define EXPOPS_TRUST_H

#include <stddef.h>

/* Checks a file and every directory above it, as named and with links resolved: each must belong to root or to the
 * effective user, and nobody else may be able to write it, be it by its group or by an access list, save sticky directories
 * above it. A group that has no member but the user is no exception: nothing says so for sure. Returns 1 and the resolved
 * path (PATH_MAX bytes), or 0 and one sentence. Absolute paths only. */
int expops_path_trusted(const char *path, char *out_resolved, char *why, size_t why_bytes);

#endif
