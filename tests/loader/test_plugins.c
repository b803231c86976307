/* Plugins of every kind of badness, and what is said about each. */
#include "loader_fixture.h"

#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each fixture: the stage it gets to, the cause, part of the reason. */
static const struct {
    const char *kind, *stage;
    uint32_t cause;
    const char *reason;
} fates[] = {
    { "good", "probed", EXPOPS_CAUSE_NONE, "" },
    { "older", "probed", EXPOPS_CAUSE_NONE, "" },
    { "newer", "probed", EXPOPS_CAUSE_NONE, "" },
    { "noisy", "probed", EXPOPS_CAUSE_NONE, "" },
    { "noting", "probed", EXPOPS_CAUSE_NONE, "" },
    { "later", "probed", EXPOPS_CAUSE_NONE, "" },
    { "earlier", "probed", EXPOPS_CAUSE_NONE, "" },
    { "nosymbol", "loaded", EXPOPS_CAUSE_NO_SYMBOL, "no function expops_backend_query" },
    { "major", "loaded", EXPOPS_CAUSE_ABI_MAJOR, "version 99 of the plugin interface, this library version 1" },
    { "minor", "loaded", EXPOPS_CAUSE_HOST_TOO_OLD, "needs plugin interface 1.99 or later, this library has 1.1" },
    { "stump", "loaded", EXPOPS_CAUSE_PLUGIN_TOO_OLD, "lacks unload" },
    { "hollow", "loaded", EXPOPS_CAUSE_PLUGIN_TOO_OLD, "lacks offer" },
    { "hostile", "loaded", EXPOPS_CAUSE_MALFORMED, "name is not made of" },
    { "nameless", "loaded", EXPOPS_CAUSE_MALFORMED, "name is not made of" },
    { "sanitized", "loaded", EXPOPS_CAUSE_SANITIZER_MISMATCH, "sanitizer (kind 9)" },
    { "unlaid", "loaded", EXPOPS_CAUSE_PLUGIN_TOO_OLD, "does not say how its structs are laid out" },
    { "inserted", "loaded", EXPOPS_CAUSE_LAYOUT_MISMATCH,
      "other structs of the plugin interface, version 1.99: expops_launch has added of 4 bytes at 52 there, and "
      "local_bytes of 4 at 52" },
    { "grown", "loaded", EXPOPS_CAUSE_LAYOUT_MISMATCH, "expops_launch has a member added there that it has not here" },
    { "cut", "loaded", EXPOPS_CAUSE_LAYOUT_MISMATCH, "expops_launch has no start there" },
    { "widened", "loaded", EXPOPS_CAUSE_LAYOUT_MISMATCH, "expops_pointer has a member added there" },
    { "refusing", "loaded", EXPOPS_CAUSE_MALFORMED, "It refused: the moon is full." },
    { "sulking", "loaded", EXPOPS_CAUSE_MALFORMED, "no table of functions (status 5)" },
    { "driverless", "probed", EXPOPS_CAUSE_DRIVER_MISSING, "libdriver.so.1 is missing; install the driver." },
    { "silent", "probed", EXPOPS_CAUSE_DRIVER_FAILED, "failed with status 402 and did not say why" },
    { "deviceless", "probed", EXPOPS_CAUSE_NO_DEVICE, "found no device" },
    { "undefined", "trusted", EXPOPS_CAUSE_DLOPEN_FAILED, "nowhere_to_be_found" },
};

static void every_fixture_meets_its_fate(void **state)
{
    for (size_t i = 0; i < EXPOPS_COUNTOF(fates); i++) {
        search_in(fixture(fates[i].kind));
        const expops_candidate candidate = candidate_at(fixture(fates[i].kind));
        if (candidate.cause != fates[i].cause)
            fail_msg("%s: %s: %s", fates[i].kind, candidate.cause_name, candidate.reason);
        assert_string_equal(candidate.stage, fates[i].stage);
        assert_has(candidate.reason, fates[i].reason);
        assert_string_equal(candidate.cause_name, expops_cause_name(fates[i].cause));
        assert_int_equal(candidate.usable, fates[i].cause == EXPOPS_CAUSE_NONE);
        const int advised = !strcmp(fates[i].kind, "driverless"); /* by the plugin itself */
        assert_int_equal(candidate.hint[0] != 0, fates[i].cause != EXPOPS_CAUSE_NONE && !advised);
        assert_string_equal(candidate.origin, "EXPOPS_BACKEND_PATH");
    }
}

static void accepted_plugin_is_described(void **state)
{
    search_in(fixture("good"));
    const expops_candidate candidate = candidate_at(fixture("good"));
    assert_string_equal(candidate.name, "fixture");
    assert_string_equal(candidate.version, "7.1");
    assert_int_equal(candidate.num_devices, 2);
    assert_string_equal(candidate.notes, "");
}

static void plugin_without_a_name_goes_by_its_file(void **state)
{
    search_in(fixture("hostile"));
    assert_string_equal(candidate_at(fixture("hostile")).name, "expops_hostile.so");
    assert_int_equal(expops_device_open("hostile", &(expops_device *){ NULL }), EXPOPS_ERR_UNAVAILABLE);
    assert_error_has("hostile: Its name is not made of");
}

static void findings_that_do_not_stop_are_notes(void **state)
{
    search_in(fixture("noting"));
    assert_string_equal(candidate_at(fixture("noting")).notes, "No compiler; get one.");
    search_in(fixture("driverless"));
    assert_string_equal(candidate_at(fixture("driverless")).notes, "No compiler; get one.");
}

/* Functions of a table shorter than ours are absent; what a longer one has beyond ours is not read.
 */
static void tables_of_other_lengths(void **state)
{
    static const char *const kinds[] = { "older", "newer" };
    for (size_t i = 0; i < EXPOPS_COUNTOF(kinds); i++) {
        expops_device *device;
        void *event = &event;
        search_in(fixture(kinds[i]));
        assert_int_equal(expops_device_open(kinds[i], &device), EXPOPS_OK);
        assert_int_equal(device->api->header.struct_size, sizeof(expops_backend_api));
        assert_int_equal(expops_event_create(device, &event), EXPOPS_ERR_UNSUPPORTED);
        assert_null(event);
        assert_error_has("has no events");
        expops_device_close(&device);
    }
}

static void missing_dependency_is_named(void **state)
{
    search_in(fixture("orphan"));
    const expops_candidate candidate = candidate_at(fixture("orphan"));
    assert_int_equal(candidate.cause, EXPOPS_CAUSE_DEPENDENCY_MISSING);
    assert_has(candidate.reason, "It needs the library libexpops_absent.so.1, which is not on this machine");
}

static void damaged_file_is_refused_by_the_linker(void **state)
{
    char *directory = make_directory(), path[200];
    snprintf(path, sizeof path, "%s/expops_text.so", directory);
    FILE *file = fopen(path, "w");
    fputs("not a library", file);
    fclose(file);
    search_in(directory);
    assert_int_equal(candidate_at(path).cause, EXPOPS_CAUSE_DLOPEN_FAILED);
    assert_string_equal(candidate_at(path).stage, "trusted");
    remove_directory(directory);
}

/* Of 1 to 99 hundredths, as an interrupted copy leaves it; at many of them the linker would end the process. */
static void f6_file_cut_short_is_refused(void **state)
{
    struct stat about;
    char *directory = make_directory();
    assert_int_equal(stat(fixture("good"), &about), 0);
    for (long long percent = 1; percent < 100; percent++) {
        const char *file = copy_file(fixture("good"), directory, "expops_cut.so", 0644);
        assert_int_equal(truncate(file, about.st_size * percent / 100), 0);
        search_in(directory);
        const expops_candidate candidate = candidate_at(file);
        if (candidate.usable) /* only names and line numbers are missing */
            assert_true(percent > 50);
        else
            assert_int_equal(candidate.cause, EXPOPS_CAUSE_DLOPEN_FAILED);
        unlink(file);
    }
    remove_directory(directory);
}

/* One that kills the process when it is asked, and is not. */
static void f6_what_is_not_selected_is_not_loaded(void **state)
{
    static const char *const selections[] = { "older,!crash", "older", "!crash" };
    char path[PATH_MAX * 2];
    snprintf(path, sizeof path, "%s:%s", fixture("crash"), fixture("older"));
    for (size_t i = 0; i < EXPOPS_COUNTOF(selections); i++) {
        expops_device *device = NULL;
        set_environment("EXPOPS_BACKEND", selections[i]);
        search_in(path);
        assert_int_equal(expops_device_open(NULL, &device), EXPOPS_OK);
        assert_string_equal(expops_device_name(device), "older:0");
        expops_device_close(&device);
    }
    set_environment("EXPOPS_BACKEND", NULL);
}

static void only_plugin_files_of_a_directory_are_taken(void **state)
{
    char *directory = make_directory();
    copy_file(fixture("good"), directory, "libsomething.so", 0644);
    copy_file(fixture("good"), directory, "expops_good.so.bak", 0644);
    const char *file = copy_file(fixture("good"), directory, "expops_good.so", 0644);
    search_in(directory);
    assert_true(candidate_at(file).usable);
    assert_int_equal(expops_candidate_count(), 1);
    remove_directory(directory);
}

static void world_writable_directory_is_not_trusted(void **state)
{
    char *directory = make_directory();
    const char *file = copy_file(fixture("good"), directory, "expops_good.so", 0644);
    assert_int_equal(chmod(directory, 0777), 0);
    search_in(directory);
    const expops_candidate candidate = candidate_at(file);
    assert_int_equal(candidate.cause, EXPOPS_CAUSE_UNTRUSTED_PATH);
    assert_string_equal(candidate.stage, "found");
    assert_has(candidate.reason, "can be written by every user");
    remove_directory(directory);
}

static void relative_and_empty_elements_are_refused(void **state)
{
    char path[PATH_MAX * 2];
    snprintf(path, sizeof path, "plugins:%s:", fixture("good"));
    search_in(path);
    assert_int_equal(candidate_at("plugins").cause, EXPOPS_CAUSE_RELATIVE_PATH);
    assert_int_equal(candidate_at("(empty)").cause, EXPOPS_CAUSE_RELATIVE_PATH);
    assert_true(candidate_at(fixture("good")).usable);
    assert_int_equal(expops_candidate_count(), 3);
    search_in("/proc/absent/place");
    assert_int_equal(candidate_at("/proc/absent/place").cause, EXPOPS_CAUSE_NOT_FOUND);
}

static void first_of_a_name_wins(void **state)
{
    char path[PATH_MAX * 3];
    char *directory = make_directory();
    const char *twin = copy_file(fixture("good"), directory, "expops_twin.so", 0644);
    snprintf(path, sizeof path, "%s:%s:%s", fixture("good"), twin, fixture("good"));
    search_in(path);
    assert_int_equal(expops_candidate_count(), 3);
    const expops_candidate second = candidate_at(twin);
    assert_int_equal(second.cause, EXPOPS_CAUSE_DUPLICATE);
    assert_has(second.reason, "The name fixture is taken by");
    assert_has(second.reason, "which was found earlier");
    expops_candidate third;
    assert_int_equal(expops_candidate_get(2, &third), 1);
    assert_int_equal(third.cause, EXPOPS_CAUSE_DUPLICATE);
    assert_has(third.reason, "the same file");
    assert_int_equal(expops_candidate_get(3, &third), 0);
    expops_device *device;
    assert_int_equal(expops_device_open("fixture", &device), EXPOPS_OK);
    expops_device_close(&device);
    remove_directory(directory);
}

static void secure_execution_ignores_the_variable(void **state)
{
    setenv("EXPOPS_BACKEND_PATH", fixture("good"), 1);
    expops_env_pretend_secure(1);
    assert_int_equal(expops_rescan(), EXPOPS_OK);
    assert_int_equal(candidate_at("EXPOPS_BACKEND_PATH").cause, EXPOPS_CAUSE_ENV_IGNORED);
    assert_int_equal(expops_candidate_count(), 1);
    expops_env_pretend_secure(-1);
    assert_int_equal(expops_rescan(), EXPOPS_OK);
    assert_true(candidate_at(fixture("good")).usable);
}

static void rescan_finds_what_came_later(void **state)
{
    char *directory = make_directory();
    search_in(directory);
    assert_int_equal(expops_candidate_count(), 0);
    expops_device *device;
    assert_int_equal(expops_device_open("fixture", &device), EXPOPS_ERR_NOT_FOUND);
    copy_file(fixture("good"), directory, "expops_good.so", 0644);
    assert_int_equal(expops_candidate_count(), 0);
    assert_int_equal(expops_rescan(), EXPOPS_OK);
    assert_int_equal(expops_candidate_count(), 1);
    assert_int_equal(expops_device_open("fixture:1", &device), EXPOPS_OK);
    for (int i = 0; i < 20; i++)
        assert_int_equal(expops_rescan(), EXPOPS_OK);
    assert_string_equal(expops_device_name(device), "fixture:1");
    expops_device *again;
    assert_int_equal(expops_device_open("fixture:1", &again), EXPOPS_OK);
    assert_ptr_equal(device, again);
    expops_device_close(&again);
    expops_device_close(&device);
    remove_directory(directory);
}

static void f6_excluded_backend_is_not_even_loaded_for_a_report(void **state)
{
    search_in(fixture("driverless"));
    set_environment("EXPOPS_BACKEND", "!driverless");
    expops_candidate candidate = candidate_at(fixture("driverless"));
    assert_int_equal(candidate.cause, EXPOPS_CAUSE_EXCLUDED);
    assert_string_equal(candidate.stage, "found");
    set_environment("EXPOPS_BACKEND", NULL);
    candidate = candidate_at(fixture("driverless"));
    assert_int_equal(candidate.cause, EXPOPS_CAUSE_DRIVER_MISSING);
}

/* --- a plugin that takes the process with it: the child says what it was about to do --- */

static void note_step(void *shared, const char *path, const char *stage)
{
    snprintf(shared, PATH_MAX + 32, "%s %s", stage, path);
}

static int run_child(char *last_words)
{
    const pid_t child = fork();
    if (!child) {
        expops_loader_observe(note_step, last_words);
        expops_rescan();
        _exit(expops_candidate_count() == 2 ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void last_words_name_the_plugin(void **state)
{
    char path[PATH_MAX * 2], expected[PATH_MAX + 32];
    char *last_words = mmap(NULL, 2 * PATH_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(last_words, MAP_FAILED);
    snprintf(path, sizeof path, "%s:%s", fixture("crash"), fixture("good"));
    set_environment("EXPOPS_BACKEND_PATH", path);
    assert_true(WIFSIGNALED(run_child(last_words)));
    snprintf(expected, sizeof expected, "query %s", fixture("crash"));
    assert_string_equal(last_words, expected);
    assert_int_equal(expops_loader_skip(fixture("crash")), EXPOPS_OK);
    assert_int_equal(run_child(last_words), 0);
    search_in(path);
    assert_int_equal(candidate_at(fixture("crash")).cause, EXPOPS_CAUSE_CRASHED);
    assert_true(candidate_at(fixture("good")).usable);
    munmap(last_words, 2 * PATH_MAX);
}

static void added_paths_come_before_the_variable(void **state)
{
    assert_int_equal(expops_add_backend_path("plugins"), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_error_has("not an absolute path");
    assert_int_equal(expops_add_backend_path(NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    char *directory = make_directory();
    const char *file = copy_file(fixture("good"), directory, "expops_first.so", 0644);
    assert_int_equal(expops_add_backend_path(directory), EXPOPS_OK);
    search_in(fixture("good"));
    assert_true(candidate_at(file).usable);
    assert_string_equal(candidate_at(file).origin, "expops_add_backend_path");
    assert_int_equal(candidate_at(fixture("good")).cause, EXPOPS_CAUSE_DUPLICATE);
    remove_directory(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fixture_meets_its_fate),
        cmocka_unit_test(accepted_plugin_is_described),
        cmocka_unit_test(plugin_without_a_name_goes_by_its_file),
        cmocka_unit_test(findings_that_do_not_stop_are_notes),
        cmocka_unit_test(tables_of_other_lengths),
        cmocka_unit_test(missing_dependency_is_named),
        cmocka_unit_test(damaged_file_is_refused_by_the_linker),
        cmocka_unit_test(f6_file_cut_short_is_refused),
        cmocka_unit_test(f6_what_is_not_selected_is_not_loaded),
        cmocka_unit_test(only_plugin_files_of_a_directory_are_taken),
        cmocka_unit_test(world_writable_directory_is_not_trusted),
        cmocka_unit_test(relative_and_empty_elements_are_refused),
        cmocka_unit_test(first_of_a_name_wins),
        cmocka_unit_test(secure_execution_ignores_the_variable),
        cmocka_unit_test(rescan_finds_what_came_later),
        cmocka_unit_test(f6_excluded_backend_is_not_even_loaded_for_a_report),
        cmocka_unit_test(last_words_name_the_plugin),
        cmocka_unit_test(added_paths_come_before_the_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
