/* A program with rights that its caller has not opens no driver: those trust the caller's environment. */
#include "loader_fixture.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

static expops_backend_api greedy;
static const expops_host_api *host;
static atomic_int opened;

/* As vendors' plugins do. */
static int32_t greedy_probe(uint32_t *out_num_devices)
{
    const char *message = NULL;
    *out_num_devices = 1;
    if (host->open_library("libvendor.so.1", 1, &message) || host->open_library("libvendor.so.1", 0, &message))
        return 0;
    host->cause(EXPOPS_CAUSE_DRIVER_MISSING, "libvendor.so.1 cannot be opened (%s); install it", message);
    host->error("libvendor.so.1 cannot be opened (%s)", message);
    return 400;
}

static int32_t greedy_query(const expops_host_api *given, expops_query *query)
{
    const int32_t status = null_backend_query(given, query);
    host = given;
    greedy = *query->api;
    greedy.probe = greedy_probe;
    query->name = "greedy";
    query->api = &greedy;
    return status;
}

static void *count_opened(const char *name, int only_loaded, const char **out_message)
{
    *out_message = "";
    atomic_fetch_add(&opened, 1);
    return only_loaded ? NULL : &opened;
}

static expops_status open_named(const char *spec)
{
    expops_device *device = NULL;
    const expops_status status = expops_device_open(spec, &device);
    expops_device_close(&device);
    return status;
}

static void f2_drivers_are_not_opened(void **state)
{
    static const expops_library_seam seam = { count_opened, NULL };
    expops_candidate candidate;
    expops_host_set_libraries(&seam);
    expops_env_pretend_secure(1);
    expops_rescan();
    atomic_store(&opened, 0);
    assert_int_equal(open_named("greedy"), EXPOPS_ERR_UNAVAILABLE);
    assert_error_has("runs with elevated rights");
    assert_int_equal(open_named(NULL), EXPOPS_OK); /* null:0 */
    assert_int_equal(atomic_load(&opened), 0);
    for (size_t i = 0; expops_candidate_get(i, &candidate) && strcmp(candidate.name, "greedy"); i++) {
    }
    assert_string_equal(candidate.cause_name, "SECURE_EXECUTION");
    assert_has(candidate.hint, "without set-user-ID");
    expops_env_pretend_secure(0);
    expops_rescan();
    assert_int_equal(open_named("greedy"), EXPOPS_OK);
    assert_true(atomic_load(&opened) > 0);
    expops_env_pretend_secure(-1);
    expops_host_set_libraries(NULL);
}

/* --- the same in earnest: a copy of this program that belongs to root, run by another user --- */

enum { NOBODY = 65534, NOT_SECURE = 3 };

static int run_as_nobody(const char *program)
{
    int status = -1;
    const pid_t child = fork();
    if (!child) {
        char *const arguments[] = { (char *)(uintptr_t)program, "in secure execution", NULL };
        char *const environment[] = { "EXPOPS_LOG=off", NULL };
        if (!setgroups(0, NULL) && !setresgid(NOBODY, NOBODY, NOBODY) && !setresuid(NOBODY, NOBODY, NOBODY))
            execve(program, arguments, environment);
        _exit(127);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int in_secure_execution(void)
{
    if (!getauxval(AT_SECURE))
        return NOT_SECURE;
    return open_named("greedy") != EXPOPS_ERR_UNAVAILABLE || !strstr(expops_error_text(), "elevated rights") ||
           open_named(NULL) != EXPOPS_OK;
}

static void f2_set_user_id_program(void **state)
{
    char *directory = make_directory();
    const char *copy = copy_file("/proc/self/exe", directory, "program", 04755);
    struct statvfs about;
    assert_int_equal(chmod(directory, 0755), 0);
    assert_int_equal(statvfs(directory, &about), 0);
    const int can = geteuid() == 0 && !(about.f_flag & (ST_NOSUID | ST_NOEXEC));
    const int result = can ? run_as_nobody(copy) : NOT_SECURE;
    remove_directory(directory);
    if (result == NOT_SECURE) {
        print_message("not root, or the system gives set-user-ID programs in /tmp no rights\n");
        skip();
    }
    assert_int_equal(result, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f2_drivers_are_not_opened),
        cmocka_unit_test(f2_set_user_id_program),
    };
    null_backend_reset();
    if (expops_register_backend(greedy_query) || expops_register_backend(null_backend_query))
        return 1;
    if (argc > 1)
        return in_secure_execution();
    setenv("EXPOPS_BACKEND_PATH", "", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
