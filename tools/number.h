/* Numbers as Python writes them: 16, 0x10, 0b1, 1_000, 2.5, 1e3, inf, nan, 1+2j, true. */
#ifndef EXPOPS_TOOLS_NUMBER_H
#define EXPOPS_TOOLS_NUMBER_H

#include "expops/op.h"

enum number_status {
    NUMBER_OK,
    NUMBER_NONE,      /* the word is no number */
    NUMBER_TOO_LARGE, /* it is one that 64 bits do not hold */
};

/* The integer that `word` starts with; *out_end is what follows. */
enum number_status number_parse_integer(const char *word, const char **out_end, int64_t *out);
/* The whole word; its form decides the kind of the value, as in Python. `parts` is where a complex one is kept. */
enum number_status number_parse(const char *word, double parts[2], expops_value *out);

#endif
