/* Backends known by name, best first: the build's setting. */
#ifndef EXPOPS_BACKEND_ORDER_H
#define EXPOPS_BACKEND_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum { EXPOPS_NAME_BYTES = 32 };

/* Whether `name` may name a backend: lower case letters, digits and _, at most 31. */
int expops_name_valid(const char *name);

/* Returns NULL past the last. */
const char *expops_known_backend(size_t index, char out_name[EXPOPS_NAME_BYTES]);
int expops_backend_known(const char *name);
/* Position of a backend in that list; a backend that is not in it stands between the last but one
 * and the last. */
uint32_t expops_backend_rank(const char *name);

#endif
