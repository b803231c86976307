#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STORY_BYTES = 16384 };

/* Two buffers, so that a format's arguments may point into the story that is being told. */
static _Thread_local struct {
    char text[2][STORY_BYTES];
    unsigned current;
    uint32_t count;
} story;

static const struct {
    expops_status status;
    const char *name;
} status_names[] = {
    { EXPOPS_OK, "OK" },
    { EXPOPS_ERR_INVALID_ARGUMENT, "ERR_INVALID_ARGUMENT" },
    { EXPOPS_ERR_DTYPE, "ERR_DTYPE" },
    { EXPOPS_ERR_SHAPE, "ERR_SHAPE" },
    { EXPOPS_ERR_DEVICE, "ERR_DEVICE" },
    { EXPOPS_ERR_OVERLAP, "ERR_OVERLAP" },
    { EXPOPS_ERR_UNSUPPORTED, "ERR_UNSUPPORTED" },
    { EXPOPS_ERR_NOT_FOUND, "ERR_NOT_FOUND" },
    { EXPOPS_ERR_UNAVAILABLE, "ERR_UNAVAILABLE" },
    { EXPOPS_ERR_OUT_OF_MEMORY, "ERR_OUT_OF_MEMORY" },
    { EXPOPS_ERR_BACKEND, "ERR_BACKEND" },
    { EXPOPS_ERR_CAPTURE, "ERR_CAPTURE" },
    { EXPOPS_ERR_COMPILE, "ERR_COMPILE" },
    { EXPOPS_ERR_INTERNAL, "ERR_INTERNAL" },
};

static const char *find_name(int32_t status)
{
    for (size_t i = 0; i < EXPOPS_COUNTOF(status_names); i++)
        if ((int32_t)status_names[i].status == status)
            return status_names[i].name;
    return NULL;
}

const char *expops_status_name(expops_status status)
{
    const char *name = find_name((int32_t)status);
    return name ? name : "unknown status";
}

const char *expops_error_text(void)
{
    return story.text[story.current];
}

/* Writes into the buffer not in use; returns the length without the terminator. Text that does not
 * fit ends in "...". */
static size_t tell(char *to, const char *format, va_list arguments)
{
    const int length = vsnprintf(to, STORY_BYTES, format, arguments);
    if (length < 0) {
        to[0] = 0;
        return 0;
    }
    if ((size_t)length < STORY_BYTES)
        return (size_t)length;
    memcpy(to + STORY_BYTES - 4, "...", 4);
    return STORY_BYTES - 1;
}

static void start_story(const char *format, va_list arguments)
{
    tell(story.text[!story.current], format, arguments);
    story.current = !story.current;
    story.count++;
}

expops_status expops_fail(expops_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    start_story(format, arguments);
    va_end(arguments);
    return status;
}

void expops_error_from_backend(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    start_story(format, arguments);
    va_end(arguments);
}

expops_status expops_fail_more(expops_status status, const char *format, ...)
{
    char *to = story.text[!story.current];
    const char *from = story.text[story.current];
    va_list arguments;
    va_start(arguments, format);
    size_t length = tell(to, format, arguments);
    va_end(arguments);
    for (const char *link = ": "; *link && length < STORY_BYTES - 1;)
        to[length++] = *link++;
    while (*from && length < STORY_BYTES - 1)
        to[length++] = *from++;
    to[length] = 0;
    story.current = !story.current;
    return status;
}

uint32_t expops_error_mark(void)
{
    return story.count;
}

expops_status expops_fail_backend(uint32_t mark, int32_t status, const char *what)
{
    const expops_status known = status && find_name(status) ? (expops_status)status : EXPOPS_ERR_BACKEND;
    if (mark != story.count)
        return expops_fail_more(known, "%s", what);
    return expops_fail(known, "%s: the backend failed with status %d and did not say why; its author has to fix that",
                       what, (int)status);
}
