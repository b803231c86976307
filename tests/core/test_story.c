/* The error text of a thread: long where there is memory, short where there is none, never missing. malloc is replaced here by one
 * that can refuse. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/error.h"

static _Thread_local int refusing;
extern void *__libc_malloc(size_t bytes);

void *malloc(size_t bytes)
{
    return refusing ? NULL : __libc_malloc(bytes);
}

/* NULL, or what was wrong. */
static void *tell_without_memory(void *unused)
{
    char many[4096];
    memset(many, 'x', sizeof many - 1);
    many[sizeof many - 1] = 0;
    if (*expops_error_text())
        return "a text before any failure";
    refusing = 1;
    if (expops_fail(EXPOPS_ERR_SHAPE, "the cause is %d", 7) != EXPOPS_ERR_SHAPE ||
        strcmp(expops_error_text(), "the cause is 7"))
        return "a short text";
    expops_fail_more(EXPOPS_ERR_SHAPE, "the caller");
    if (strcmp(expops_error_text(), "the caller: the cause is 7"))
        return "a story";
    expops_fail(EXPOPS_ERR_SHAPE, "%s", many);
    if (strlen(expops_error_text()) < 100 || !strstr(expops_error_text(), "x..."))
        return "a long text's beginning";
    refusing = 0;
    expops_fail_more(EXPOPS_ERR_SHAPE, "later");
    if (strncmp(expops_error_text(), "later: xxx", 10))
        return "a story that goes on with memory";
    expops_fail(EXPOPS_ERR_SHAPE, "%s", many);
    expops_fail_more(EXPOPS_ERR_SHAPE, "as told: %s", expops_error_text());
    return strlen(expops_error_text()) < 2 * sizeof many - 2 ? "a long story" : NULL;
}

static void f5_a_story_needs_no_memory(void **state)
{
    pthread_t thread;
    void *wrong;

    assert_int_equal(pthread_create(&thread, NULL, tell_without_memory, NULL), 0);
    assert_int_equal(pthread_join(thread, &wrong), 0);
    if (wrong)
        fail_msg("%s is missing", (const char *)wrong);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(f5_a_story_needs_no_memory) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
