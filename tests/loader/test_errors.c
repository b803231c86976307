/* The error story, the environment table, the log. */
#include "loader_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/near.h"

static void every_status_has_a_name(void **state)
{
    assert_string_equal(expops_status_name(EXPOPS_OK), "OK");
    assert_string_equal(expops_status_name(EXPOPS_ERR_DTYPE), "ERR_DTYPE");
    assert_string_equal(expops_status_name(EXPOPS_ERR_INTERNAL), "ERR_INTERNAL");
    assert_string_equal(expops_status_name((expops_status)12345), "unknown status");
}

static void story_reads_from_caller_to_cause(void **state)
{
    assert_int_equal(expops_fail(EXPOPS_ERR_SHAPE, "shape [%d] against [%d]", 3, 4), EXPOPS_ERR_SHAPE);
    assert_int_equal(expops_fail_more(EXPOPS_ERR_SHAPE, "argument %s", "weight"), EXPOPS_ERR_SHAPE);
    expops_fail_more(EXPOPS_ERR_SHAPE, "some_operator");
    assert_string_equal(expops_error_text(), "some_operator: argument weight: shape [3] against [4]");
    expops_fail(EXPOPS_ERR_DTYPE, "another");
    assert_string_equal(expops_error_text(), "another");
}

static void story_may_quote_itself(void **state)
{
    expops_fail(EXPOPS_ERR_DTYPE, "first");
    expops_fail(EXPOPS_ERR_DTYPE, "<%s>", expops_error_text());
    expops_fail_more(EXPOPS_ERR_DTYPE, "(%s)", expops_error_text());
    assert_string_equal(expops_error_text(), "(<first>): <first>");
}

static void long_story_is_cut(void **state)
{
    char *log = malloc(40000);
    memset(log, 'x', 39999);
    log[39999] = 0;
    expops_fail(EXPOPS_ERR_COMPILE, "%s", log);
    assert_int_equal(strlen(expops_error_text()), 16383);
    assert_string_equal(expops_error_text() + 16380, "...");
    expops_fail_more(EXPOPS_ERR_COMPILE, "outer");
    assert_int_equal(strlen(expops_error_text()), 16383);
    assert_has(expops_error_text(), "outer: xxx");
    expops_fail_more(EXPOPS_ERR_COMPILE, "%s", log);
    assert_int_equal(strlen(expops_error_text()), 16383);
    free(log);
}

static void *fail_elsewhere(void *argument)
{
    const int empty = !expops_error_text()[0];
    expops_fail(EXPOPS_ERR_DTYPE, "elsewhere");
    return empty ? argument : NULL;
}

static void threads_have_their_own_story(void **state)
{
    pthread_t thread;
    int anything;
    void *was_empty = NULL;
    expops_fail(EXPOPS_ERR_DTYPE, "here");
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, &anything), 0);
    pthread_join(thread, &was_empty);
    assert_non_null(was_empty);
    assert_string_equal(expops_error_text(), "here");
}

static void backend_failures_are_told(void **state)
{
    uint32_t mark = expops_error_mark();
    assert_int_equal(expops_fail_backend(mark, 7, "launch"), EXPOPS_ERR_BACKEND);
    assert_error_has("launch: the backend failed with status 7");
    mark = expops_error_mark();
    expops_host.error("code %d", 700);
    assert_int_equal(expops_fail_backend(mark, EXPOPS_ERR_OUT_OF_MEMORY, "launch"), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_string_equal(expops_error_text(), "launch: code 700");
    assert_int_equal(expops_fail_backend(expops_error_mark(), 0, "open"), EXPOPS_ERR_BACKEND);
}

static void environment_is_read_once(void **state)
{
    set_environment("EXPOPS_CACHE", "ro");
    assert_string_equal(expops_env(EXPOPS_ENV_CACHE), "ro");
    setenv("EXPOPS_CACHE", "off", 1);
    assert_string_equal(expops_env(EXPOPS_ENV_CACHE), "ro");
    expops_env_reload();
    assert_string_equal(expops_env(EXPOPS_ENV_CACHE), "off");
    set_environment("EXPOPS_CACHE", "");
    assert_null(expops_env(EXPOPS_ENV_CACHE));
    set_environment("EXPOPS_CACHE", NULL);
    assert_null(expops_env(EXPOPS_ENV_CACHE));
}

static void every_row_follows_the_secure_rule(void **state)
{
    for (int row = 0; row < EXPOPS_ENV_COUNT; row++) {
        const char *name = expops_env_name(row);
        char *before = getenv(name) ? strdup(getenv(name)) : NULL;
        assert_int_equal(strncmp(name, "EXPOPS_", 7), 0);
        set_environment(name, "error");
        assert_string_equal(expops_env(row), "error");
        assert_false(expops_env_ignored(row));
        expops_env_pretend_secure(1);
        assert_int_equal(expops_env(row) != NULL, expops_env_safe(row));
        assert_int_equal(expops_env_ignored(row), !expops_env_safe(row));
        expops_env_pretend_secure(-1);
        set_environment(name, before);
        free(before);
    }
    assert_true(expops_env_safe(EXPOPS_ENV_BACKEND));
    assert_false(expops_env_safe(EXPOPS_ENV_BACKEND_PATH));
    assert_false(expops_env_safe(EXPOPS_ENV_CACHE_DIR));
    assert_false(expops_env_safe(EXPOPS_ENV_LOG_FILE));
}

static void plugins_read_settings_by_key(void **state)
{
    set_environment("EXPOPS_CACHE_DIR", "/somewhere");
    assert_string_equal(expops_host.config("cache_dir"), "/somewhere");
    assert_null(expops_host.config("cache_di"));
    assert_null(expops_host.config("cache_dirs"));
    assert_null(expops_host.config(""));
    assert_null(expops_host.config("CACHE_DIR"));
    set_environment("EXPOPS_CACHE_DIR", NULL);
}

/* What the log holds, in a static buffer; the file is removed. */
static const char *take_log(const char *path)
{
    static char text[8192];
    FILE *file = fopen(path, "r");
    const size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[length] = 0;
    if (file)
        fclose(file);
    unlink(path);
    return text;
}

static void log_says_as_much_as_is_asked_for(void **state)
{
    char *directory = make_directory(), path[200];
    snprintf(path, sizeof path, "%s/log", directory);
    set_environment("EXPOPS_LOG", "off");
    set_environment("EXPOPS_LOG_FILE", path);
    expops_log_line(EXPOPS_LOG_ERROR, "not to be said");
    assert_string_equal(take_log(path), "");
    set_environment("EXPOPS_LOG", NULL);
    unlink(path);
    expops_log_line(EXPOPS_LOG_INFO, "only when asked");
    expops_log_line(EXPOPS_LOG_WARNING, "always");
    assert_string_equal(take_log(path), "expops warning: always\n");
    set_environment("EXPOPS_LOG", "info");
    unlink(path); /* warnings about variables of this test's own environment */
    expops_log_line(EXPOPS_LOG_INFO, "number %d", 5);
    expops_log_line(EXPOPS_LOG_DEBUG, "not this");
    expops_host.log(EXPOPS_LOG_WARNING, "from a %s", "plugin");
    expops_host.log(77, "no such level");
    expops_log_line(-1, "nor this");
    assert_string_equal(take_log(path), "expops info: number 5\nexpops warning: from a plugin\n");
    set_environment("EXPOPS_LOG", NULL);
    set_environment("EXPOPS_LOG_FILE", NULL);
    remove_directory(directory);
}

/* In a process where nothing has read the environment yet. */
static int log_at_once(void)
{
    return expops_add_backend_path("/proc/absent/place") || !expops_candidate_count();
}

static void first_line_knows_the_settings(void **state)
{
    char *directory = make_directory(), file[200];
    int status = -1;
    snprintf(file, sizeof file, "EXPOPS_LOG_FILE=%s/log", directory);
    const pid_t child = fork();
    if (!child) {
        char *const arguments[] = { "test", "log at once", NULL }, *const environment[] = { "EXPOPS_LOG=info", file,
                                                                                            NULL };
        execve("/proc/self/exe", arguments, environment);
        _exit(127);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_has(take_log(strchr(file, '=') + 1), "/proc/absent/place is not used");
    remove_directory(directory);
}

/* It would depend on the current directory. */
static void relative_log_file_is_not_written(void **state)
{
    char *directory = make_directory();
    assert_int_equal(chdir(directory), 0);
    set_environment("EXPOPS_LOG", "debug");
    set_environment("EXPOPS_LOG_FILE", "log");
    expops_log_line(EXPOPS_LOG_ERROR, "anything");
    assert_int_equal(access("log", F_OK), -1);
    set_environment("EXPOPS_LOG", NULL);
    set_environment("EXPOPS_LOG_FILE", NULL);
    assert_int_equal(chdir("/"), 0);
    remove_directory(directory);
}

/* By default, once, and with what was probably meant. */
static void misspelt_settings_are_warned_of(void **state)
{
    static const struct {
        const char *name, *value, *said;
    } rows[] = {
        { "EXPOPS_BAKEND", "opencl", "EXPOPS_BAKEND is not known; did you mean EXPOPS_BACKEND\n" },
        { "EXPOPS_CACHE", "xx", "EXPOPS_CACHE=xx is none of: rw ro off memory\n" },
        { "EXPOPS_CACHE", "memroy", "EXPOPS_CACHE=memroy is none of: rw ro off memory; did you mean memory\n" },
        { "EXPOPS_LOG", "foo", "EXPOPS_LOG=foo is none of: off error warning info debug\n" },
        { "EXPOPS_DUMP", "/proc/no such folder", "EXPOPS_DUMP=/proc/no such folder is no absolute path of a folder\n" },
        { "EXPOPS_CACHE_MAX_BYTES", "2G", "EXPOPS_CACHE_MAX_BYTES=2G is no whole number\n" },
        { "EXPOPS_CACHE_DIR", "cache", "EXPOPS_CACHE_DIR=cache is no absolute path\n" },
        { "EXPOPS_CACHE", "rw", "" },
        { "EXPOPS_DUMP", "/proc", "" },
        { "EXPOPS_CACHE_MAX_BYTES", "100", "" },
        { "EXPOPS_TEST_ANYTHING", "1", "" },
    };
    char *directory = make_directory(), path[200];
    snprintf(path, sizeof path, "%s/log", directory);
    set_environment("EXPOPS_LOG_FILE", path);
    for (size_t i = 0; i < EXPOPS_COUNTOF(rows); i++) {
        char *before = getenv(rows[i].name) ? strdup(getenv(rows[i].name)) : NULL;
        unlink(path);
        set_environment(rows[i].name, rows[i].value);
        expops_env(EXPOPS_ENV_CACHE);
        const char *log = take_log(path);
        assert_has(log, rows[i].said);
        assert_int_equal(*log != 0, rows[i].said[0] != 0);
        assert_ptr_equal(strchr(log, '\n'), *log ? log + strlen(log) - 1 : NULL);
        set_environment(rows[i].name, before);
        free(before);
    }
    set_environment("EXPOPS_LOG_FILE", NULL);
    remove_directory(directory);
}

/* --- sinks that would hold the process up, or end it --- */

static void f14_pipe_that_nobody_reads(void **state)
{
    char *directory = make_directory(), path[200], text[256];
    snprintf(path, sizeof path, "%s/pipe", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    set_environment("EXPOPS_LOG_FILE", path);
    alarm(10);
    expops_log_line(EXPOPS_LOG_ERROR, "nobody reads this");
    const int reader = open(path, O_RDONLY | O_NONBLOCK);
    for (int i = 0; i < 100000; i++)
        expops_log_line(EXPOPS_LOG_ERROR, "nor all of this");
    const ssize_t got = read(reader, text, sizeof text - 1);
    assert_true(got > 0);
    text[got] = 0;
    assert_has(text, "nor all of this\n");
    alarm(0);
    close(reader);
    set_environment("EXPOPS_LOG_FILE", NULL);
    remove_directory(directory);
}

/* Writes a line to a standard error whose reader is gone; the status of the child that does. */
static int log_to_broken_pipe(void)
{
    int ends[2], status = -1;
    const pid_t child = fork();
    if (!child) {
        signal(SIGPIPE, SIG_DFL);
        if (pipe(ends) || dup2(ends[1], STDERR_FILENO) < 0)
            _exit(2);
        close(ends[0]);
        close(ends[1]);
        set_environment("EXPOPS_LOG", "debug");
        expops_log_line(EXPOPS_LOG_DEBUG, "nobody is there");
        sigset_t pending;
        sigpending(&pending);
        _exit(sigismember(&pending, SIGPIPE));
    }
    waitpid(child, &status, 0);
    return status;
}

static void f14_standard_error_without_a_reader(void **state)
{
    assert_int_equal(log_to_broken_pipe(), 0);
}

static void long_log_lines_are_cut(void **state)
{
    char *directory = make_directory(), path[200], *line = malloc(9000);
    snprintf(path, sizeof path, "%s/log", directory);
    memset(line, 'y', 8999);
    line[8999] = 0;
    set_environment("EXPOPS_LOG_FILE", path);
    set_environment("EXPOPS_LOG", "error");
    expops_log_line(EXPOPS_LOG_ERROR, "%s", line);
    const char *text = take_log(path);
    assert_true(strlen(text) > 4000 && strlen(text) <= 4096);
    assert_int_equal(text[strlen(text) - 1], '\n');
    set_environment("EXPOPS_LOG_FILE", NULL);
    set_environment("EXPOPS_LOG", NULL);
    free(line);
    remove_directory(directory);
}

static void near_words(void **state)
{
    assert_true(expops_nearly_equal("cuad", "cuda"));
    assert_true(expops_nearly_equal("CPU", "cpu"));
    assert_true(expops_nearly_equal("opncl", "opencl"));
    assert_true(expops_nearly_equal("cp", "cpu"));
    assert_false(expops_nearly_equal("hip", "cpu"));
    assert_false(expops_nearly_equal("", "cpu"));
    assert_false(expops_nearly_equal("vulkan", "opencl"));
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return log_at_once();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name),          cmocka_unit_test(story_reads_from_caller_to_cause),
        cmocka_unit_test(story_may_quote_itself),           cmocka_unit_test(long_story_is_cut),
        cmocka_unit_test(threads_have_their_own_story),     cmocka_unit_test(backend_failures_are_told),
        cmocka_unit_test(environment_is_read_once),         cmocka_unit_test(every_row_follows_the_secure_rule),
        cmocka_unit_test(plugins_read_settings_by_key),     cmocka_unit_test(log_says_as_much_as_is_asked_for),
        cmocka_unit_test(relative_log_file_is_not_written), cmocka_unit_test(misspelt_settings_are_warned_of),
        cmocka_unit_test(f14_pipe_that_nobody_reads),       cmocka_unit_test(f14_standard_error_without_a_reader),
        cmocka_unit_test(long_log_lines_are_cut),           cmocka_unit_test(near_words),
        cmocka_unit_test(first_line_knows_the_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
