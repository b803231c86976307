/* Every environment variable the library knows, read once at first use. In secure execution (setuid and the like) only
 * those marked safe count. docs/environment.md is derived from the same table (env.inc). */
#ifndef EXPOPS_ENV_H
#define EXPOPS_ENV_H

#include <stdint.h>

enum expops_env_key {
#define EXPOPS_ENV_ROW(NAME, safe, must_be, doc) EXPOPS_ENV_##NAME,
#include "env.inc"
#undef EXPOPS_ENV_ROW
    EXPOPS_ENV_COUNT
};

/* Value or NULL, also where it is empty; owned by the library for the life of the process. Thread-safe. */
const char *expops_env(enum expops_env_key key);
/* The setting as a whole number, or `otherwise` where it is unset or no number. */
uint64_t expops_env_number(enum expops_env_key key, uint64_t otherwise);
/* Set but ignored because the process runs with elevated rights. */
int expops_env_ignored(enum expops_env_key key);
/* Whether the process runs with rights that its caller has not (AT_SECURE). */
int expops_env_secure(void);
/* "EXPOPS_CACHE", and whether it counts in secure execution. */
const char *expops_env_name(enum expops_env_key key);
int expops_env_safe(enum expops_env_key key);
/* For tests: reads the environment anew. Not thread-safe. */
void expops_env_reload(void);
/* For tests: pretends secure execution (1) or its absence (0), or asks the system again (-1); then reads anew. */
void expops_env_pretend_secure(int secure);

#endif
