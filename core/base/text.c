#include "text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Once memory ran out a text stays as it is: whoever builds one asks `failed` once, at the end. */
static int make_room(expops_text *text, size_t more)
{
    size_t room = text->room ? text->room : 4096;
    while (room < text->used + more + 1)
        room *= 2;
    if (room == text->room || text->failed)
        return !text->failed;
    char *data = realloc(text->data, room);
    text->failed = !data;
    if (data) {
        text->data = data;
        text->room = room;
    }
    return !text->failed;
}

void expops_text_append(expops_text *text, const char *more)
{
    const size_t length = strlen(more);
    if (!make_room(text, length))
        return;
    memcpy(text->data + text->used, more, length + 1);
    text->used += length;
}

void expops_text_add(expops_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    /* Once for the length and once for the text: what is written has no longest length. */
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || !make_room(text, (size_t)length))
        return;
    va_start(args, format);
    vsnprintf(text->data + text->used, (size_t)length + 1, format, args);
    va_end(args);
    text->used += (size_t)length;
}

void expops_text_free(expops_text *text)
{
    free(text->data);
    *text = (expops_text){ 0 };
}
