/* Kept answers are found by who asks the same, and by nobody else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kept.h"

enum { COUNT = 5, BYTES = COUNT * sizeof(long double) };

static char folder[] = "/tmp/expops-kept-XXXXXX", path[sizeof folder + 16];
static const kept_key asked = { .name = "exp.f32.0", .code = 1, .inputs = 2, .count = COUNT };

static int keep(void **state)
{
    long double *answers = calloc(COUNT, sizeof *answers);
    for (int i = 0; answers && i < COUNT; i++)
        answers[i] = 1 / (long double)(i + 3);
    if (answers)
        kept_store(&asked, answers);
    *state = answers;
    return answers ? 0 : -1;
}

static int forget(void **state)
{
    free(*state);
    return remove(path);
}

static int is_found(kept_key key)
{
    long double found[COUNT + 1];
    return kept_find(&key, found);
}

static void the_same_are_found(void **state)
{
    long double *found = calloc(COUNT, sizeof *found);
    assert_non_null(found);
    assert_true(kept_find(&asked, found));
    assert_memory_equal(found, *state, BYTES);
    free(found);
}

static void others_are_not(void **state)
{
    kept_key code = asked, inputs = asked, fewer = asked, more = asked, unreadable = asked, name = asked;
    code.code++;
    inputs.inputs++;
    fewer.count--;
    more.count++;
    unreadable.code = 0;
    strcpy(name.name, "exp.f32.1");
    assert_false(is_found(code));
    assert_false(is_found(inputs));
    assert_false(is_found(fewer));
    assert_false(is_found(more));
    assert_false(is_found(unreadable));
    assert_false(is_found(name));
}

static void spoilt_ones_are_not(void **state)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, -(long)sizeof(long double), SEEK_END), 0);
    assert_int_equal(fputc(1, file), 1);
    assert_int_equal(fclose(file), 0);
    assert_false(is_found(asked));
    assert_int_equal(truncate(path, 100), 0);
    assert_false(is_found(asked));
}

static void arguments_and_programs_differ(void **state)
{
    const long double one = 1, next = 1 + 0x1p-63L;
    assert_true(kept_hash(0, &one, 10) != kept_hash(0, &next, 10));
    assert_true(kept_hash(kept_hash(0, &one, 10), &next, 10) != kept_hash(kept_hash(0, &next, 10), &one, 10));
    assert_true(kept_code() != 0);
    assert_true(kept_code() == kept_code());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_are_found, keep, forget),
        cmocka_unit_test_setup_teardown(others_are_not, keep, forget),
        cmocka_unit_test_setup_teardown(spoilt_ones_are_not, keep, forget),
        cmocka_unit_test(arguments_and_programs_differ),
    };
    if (!mkdtemp(folder) || setenv("EXPOPS_TEST_ANSWERS", folder, 1) != 0)
        return 1;
    snprintf(path, sizeof path, "%s/%s", folder, asked.name);
    const int failed = cmocka_run_group_tests_name("kept answers", tests, NULL, NULL);
    return rmdir(folder) != 0 || failed;
}
