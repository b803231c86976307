/* Names of causes, and what a user can do about each. */
#ifndef EXPOPS_CAUSE_H
#define EXPOPS_CAUSE_H

#include <stdint.h>

const char *expops_cause_name(uint32_t cause);
const char *expops_cause_hint(uint32_t cause);

#endif
