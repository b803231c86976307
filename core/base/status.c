#include "error.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STORY_BYTES = 16384, BRIEF_BYTES = 192 };

/* Two buffers, so that a format's arguments may point into the story that is being told. They are allocated when the thread first
 * fails: most threads never do, and what is thread-local lies on a thread's stack. Where there is no memory, it is told in brief. */
static _Thread_local struct {
    char *room; /* 2 * STORY_BYTES */
    char brief[2][BRIEF_BYTES];
    char *text; /* NULL: nothing was told */
    uint32_t count;
} story;

static pthread_key_t room_key;
static int room_key_made;
static pthread_once_t room_once = PTHREAD_ONCE_INIT;

/* A key's destructor, as thread-local variables have none; what fails in a destructor that runs later makes it anew,
 * and this runs again. */
static void free_room(void *room)
{
    free(room);
    story.room = NULL;
    story.text = NULL;
}

static void make_room_key(void)
{
    room_key_made = !pthread_key_create(&room_key, free_room);
}

static void make_room(void)
{
    pthread_once(&room_once, make_room_key);
    char *room = room_key_made ? malloc(2 * STORY_BYTES) : NULL;
    if (room && pthread_setspecific(room_key, room)) {
        free(room);
        room = NULL;
    }
    story.room = room;
}

/* The buffer that is not in use. */
static char *other_text(size_t *size)
{
    if (!story.room)
        make_room();
    *size = story.room ? STORY_BYTES : BRIEF_BYTES;
    if (story.room)
        return story.text == story.room ? story.room + STORY_BYTES : story.room;
    return story.brief[story.text == story.brief[0]];
}

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
    return story.text ? story.text : "";
}

/* Returns the length without the terminator. Text that does not fit ends in "...". */
static size_t tell(char *to, size_t size, const char *format, va_list arguments)
{
    const int length = vsnprintf(to, size, format, arguments);
    if (length < 0) {
        to[0] = 0;
        return 0;
    }
    if ((size_t)length < size)
        return (size_t)length;
    memcpy(to + size - 4, "...", 4);
    return size - 1;
}

static void start_story(const char *format, va_list arguments)
{
    size_t size;
    char *to = other_text(&size);
    tell(to, size, format, arguments);
    story.text = to;
    /* So that whoever called a backend can tell whether that said anything (expops_error_mark). */
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

/* The story grows at its front: what was being done stands before why it failed. */
expops_status expops_fail_more(expops_status status, const char *format, ...)
{
    size_t size;
    char *to = other_text(&size);
    const char *from = expops_error_text();
    va_list arguments;
    va_start(arguments, format);
    size_t length = tell(to, size, format, arguments);
    va_end(arguments);
    for (const char *link = ": "; *link && length < size - 1;)
        to[length++] = *link++;
    while (*from && length < size - 1)
        to[length++] = *from++;
    to[length] = 0;
    story.text = to;
    return status;
}

uint32_t expops_error_mark(void)
{
    return story.count;
}

expops_status expops_fail_backend(uint32_t mark, int32_t status, const char *what)
{
    const expops_status known = status && find_name(status) ? (expops_status)status : EXPOPS_ERR_BACKEND;
    /* something was told meanwhile: the backend's reason, kept behind what is said here */
    if (mark != story.count)
        return expops_fail_more(known, "%s", what);
    return expops_fail(known, "%s: the backend failed with status %d and did not say why; its author has to fix that",
                       what, (int)status);
}
