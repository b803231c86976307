/* Many operators' bodies in one text, each by its own name. */
#ifndef BODIES_H
#define BODIES_H

#include <stdint.h>
#include "base/text.h"

/* Everything that stands before an entry: returns how many operators' texts there are. */
uint32_t bodies_text(int dtype, const char *prelude, expops_text *out_text);

#endif
