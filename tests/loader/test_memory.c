/* Memory runs out at each allocation of a first opening in turn, and is there again afterwards. */
#include "loader_fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program's own malloc, for the library, libc and the linker alike, as glibc lets a program have it. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

static long left = -1; /* allocations until one fails; negative: none does */
static long run;       /* how many fail from then on */
static long seen;

static int fails(void)
{
    seen++;
    if (left < 0 || left-- > 0)
        return 0;
    left = run-- > 1 ? 0 : -1;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t bytes)
{
    return fails() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return fails() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes)
{
    return fails() ? NULL : __libc_realloc(old, bytes);
}

static expops_status open_once(const char *spec)
{
    expops_device *device = NULL;
    const expops_status status = expops_device_open(spec, &device);
    expops_device_close(&device);
    return status;
}

enum { WORKED = 0, RAN_OUT = 10, WRONG_STATUS = 20, STAYS_REFUSED = 30 };

/* In a child, so that every opening is a first one. */
static int in_child(const char *spec, long nth, long how_many)
{
    int status = -1;
    const pid_t child = fork();
    if (!child) {
        left = nth;
        run = how_many;
        const expops_status first = open_once(spec);
        left = -1;
        if (first && first != EXPOPS_ERR_OUT_OF_MEMORY) {
            fprintf(stderr, "allocation %ld of \"%s\": %d, %s\n", nth, spec, (int)first, expops_error_text());
            _exit(WRONG_STATUS);
        }
        if (open_once(spec)) {
            fprintf(stderr, "allocation %ld of \"%s\": refused again: %s\n", nth, spec, expops_error_text());
            _exit(STAYS_REFUSED);
        }
        _exit(first ? RAN_OUT : WORKED);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static long count_allocations(const char *spec)
{
    int ends[2];
    long count = 0;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (!child) {
        seen = 0;
        count = open_once(spec) ? -1 : seen;
        _exit(write(ends[1], &count, sizeof count) != sizeof count);
    }
    assert_int_equal(read(ends[0], &count, sizeof count), sizeof count);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    return count;
}

static void f12_memory_runs_out_and_returns(void **state)
{
    static const char *const specs[] = { "fixture", "older", "auto", "fixture,older", "null", "needy" };
    for (size_t i = 0; i < EXPOPS_COUNTOF(specs) - (access(fixture("needy"), R_OK) != 0); i++) {
        const long count = count_allocations(specs[i]);
        long ran_out = 0;
        assert_true(count > 3);
        for (long nth = 0; nth < count; nth++) {
            for (long how_many = 1; how_many <= 1000; how_many *= 1000) {
                const int result = in_child(specs[i], nth, how_many);
                if (result != WORKED && result != RAN_OUT)
                    fail_msg("allocation %ld of %ld of \"%s\": %d", nth, count, specs[i], result);
                ran_out += result == RAN_OUT;
            }
        }
        assert_true(ran_out > 3);
    }
}

static void f12_settings_do_not_get_lost(void **state)
{
    setenv("EXPOPS_BACKEND", "older", 1);
    left = 0;
    run = 1000;
    expops_env_reload();
    const char *value = expops_env(EXPOPS_ENV_BACKEND);
    left = -1;
    assert_string_equal(value, "older");
    set_environment("EXPOPS_BACKEND", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f12_memory_runs_out_and_returns),
        cmocka_unit_test(f12_settings_do_not_get_lost),
    };
    char path[8192];
    snprintf(path, sizeof path, "%s:%s:%s", fixture("good"), fixture("older"), fixture("needy"));
    setenv("EXPOPS_BACKEND_PATH", path, 1);
    null_backend_reset();
    dlopen("libm.so.6", RTLD_NOW); /* as the library has it; what "needy" needs, needs it too */
    if (expops_register_backend(null_backend_query))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
