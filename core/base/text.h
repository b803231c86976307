/* A growing string; a failed allocation is remembered and seen at the end. */
#ifndef EXPOPS_TEXT_H
#define EXPOPS_TEXT_H

#include <stddef.h>

typedef struct expops_text {
    char *data; /* malloc-ed, NUL-terminated; NULL while empty */
    size_t used, room;
    int failed;
} expops_text;

void expops_text_add(expops_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void expops_text_append(expops_text *text, const char *more);
void expops_text_free(expops_text *text);

#endif
