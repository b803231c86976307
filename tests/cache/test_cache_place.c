/* Where the cache is, when it is refused, and how it is kept small. Nothing here may ever fail a call. */
#include "cache_fixture.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 200, HOUR = 3600, DAY = 24 * HOUR, STRANGER = 65534 };

static int has_reason(const char *words)
{
    return !expops_cache_directory() && strstr(expops_error_text(), words) != NULL;
}

/* Memory only: both directions do nothing and say nothing. */
static void check_no_disk(void)
{
    write_entry(1, BYTES);
    CHECK(!read_entry(1, BYTES));
    CHECK(counter_io_errors() == 0);
    uint64_t removed = 7;
    CHECK(expops_cache_clear(&removed) == EXPOPS_OK && removed == 0);
}

static void check_no_home(const char *directory)
{
    set_variable("EXPOPS_CACHE_DIR", NULL);
    set_variable("XDG_CACHE_HOME", NULL);
    set_variable("HOME", NULL);
    CHECK(has_reason("HOME"));
    check_no_disk();
    set_variable("HOME", "relative/home");
    CHECK(has_reason("HOME"));
}

static void check_fallback_order(const char *directory)
{
    char expected[4200];
    set_variable("EXPOPS_CACHE_DIR", NULL);
    set_variable("XDG_CACHE_HOME", NULL);
    set_variable("HOME", directory);
    snprintf(expected, sizeof(expected), "%s/.cache/expops", directory);
    CHECK(expops_cache_directory() && strcmp(expops_cache_directory(), expected) == 0);
    set_variable("XDG_CACHE_HOME", "not/absolute");
    CHECK(strcmp(expops_cache_directory(), expected) == 0);
    snprintf(expected, sizeof(expected), "%s/xdg/deep", directory);
    set_variable("XDG_CACHE_HOME", expected);
    strcat(expected, "/expops");
    CHECK(expops_cache_directory() && strcmp(expops_cache_directory(), expected) == 0);
    struct stat status;
    CHECK(stat(expected, &status) == 0 && (status.st_mode & 0777) == 0700);
    write_entry(1, BYTES);
    CHECK(read_entry(1, BYTES));
}

static void check_relative_directory(const char *directory)
{
    CHECK(chdir(directory) == 0);
    set_variable("EXPOPS_CACHE_DIR", "here");
    CHECK(has_reason("absolute"));
    check_no_disk();
    CHECK(access("here", F_OK) != 0);
}

static void check_open_to_others(const char *directory)
{
    CHECK(chmod(directory, 0777) == 0);
    CHECK(has_reason("others"));
    check_no_disk();
    CHECK(chmod(directory, 0770) == 0);
    set_variable("EXPOPS_CACHE_DIR", directory);
    CHECK(has_reason("others"));
    CHECK(chmod(directory, 0755) == 0);
    set_variable("EXPOPS_CACHE_DIR", directory);
    CHECK(expops_cache_directory());
}

static void check_foreign_owner(const char *directory)
{
    if (geteuid() != 0 || chown(directory, STRANGER, STRANGER) != 0) {
        fprintf(stderr, "skipped: giving a directory to another user needs root\n");
        _Exit(CHILD_SKIPS);
    }
    CHECK(has_reason("belongs to user 65534"));
    check_no_disk();
    CHECK(count_files(directory, "") == 0);
}

/* Root writes wherever it likes, so the test gives that up first. */
static void check_read_only_directory(const char *directory)
{
    if (geteuid() == 0)
        CHECK(chown(directory, STRANGER, STRANGER) == 0 && setgid(STRANGER) == 0 && setuid(STRANGER) == 0);
    CHECK(chmod(directory, 0500) == 0);
    CHECK(expops_cache_directory());
    write_entry(1, BYTES);
    CHECK(counter_io_errors() == 1);
    CHECK(!read_entry(1, BYTES));
    CHECK(chmod(directory, 0700) == 0);
    write_entry(1, BYTES);
    CHECK(chmod(directory, 0500) == 0 && read_entry(1, BYTES));
}

static void check_not_a_directory(const char *directory)
{
    char path[4200];
    snprintf(path, sizeof(path), "%s/file", directory);
    CHECK(close(open(path, O_CREAT | O_WRONLY, 0600)) == 0);
    set_variable("EXPOPS_CACHE_DIR", path);
    CHECK(has_reason("cannot be opened"));
    check_no_disk();
    strcat(path, "/below");
    set_variable("EXPOPS_CACHE_DIR", path);
    CHECK(has_reason("cannot be opened"));
}

static void check_file_limit(const char *directory)
{
    const struct rlimit limit = { 4096, 4096 };
    signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    write_entry(1, 100000);
    CHECK(counter_io_errors() == 1);
    CHECK(count_files(directory, "tmp.") == 0);
    CHECK(!read_entry(1, 100000));
    write_entry(2, BYTES);
    CHECK(read_entry(2, BYTES));
}

static void check_full_disk(const char *directory)
{
    if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS)) {
        fprintf(stderr, "skipped: no right to mount a small file system (%s)\n", strerror(errno));
        _Exit(CHILD_SKIPS);
    }
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    if (mount("tmpfs", directory, "tmpfs", 0, "size=64k,mode=0700")) {
        fprintf(stderr, "skipped: no right to mount a small file system (%s)\n", strerror(errno));
        _Exit(CHILD_SKIPS);
    }
    set_variable("EXPOPS_CACHE_DIR", directory);
    if (!expops_cache_directory()) {
        fprintf(stderr, "skipped: the mounted directory has another owner: %s\n", expops_error_text());
        _Exit(CHILD_SKIPS);
    }
    write_entry(1, 20000);
    write_entry(2, 200000);
    CHECK(counter_io_errors() == 1);
    CHECK(count_files(directory, "tmp.") == 0);
    CHECK(read_entry(1, 20000) && !read_entry(2, 200000));
}

static void check_modes(const char *directory)
{
    write_entry(1, BYTES);
    set_variable("EXPOPS_CACHE", "ro");
    CHECK(read_entry(1, BYTES));
    write_entry(2, BYTES);
    CHECK(!read_entry(2, BYTES));
    CHECK(expops_cache_clear(NULL) == EXPOPS_ERR_UNSUPPORTED && strstr(expops_error_text(), "ro"));
    static const char *const none[] = { "off", "memory", "RW", "yes" };
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
        set_variable("EXPOPS_CACHE", none[i]);
        CHECK(has_reason(none[i]));
        check_no_disk();
    }
    set_variable("EXPOPS_CACHE", "");
    CHECK(read_entry(1, BYTES));
    CHECK(expops_cache_get_mode() == EXPOPS_CACHE_RW);
    set_variable("EXPOPS_CACHE", "ro");
    char missing[1024];
    snprintf(missing, sizeof(missing), "%s/none", directory);
    set_variable("EXPOPS_CACHE_DIR", missing);
    CHECK(has_reason("cannot be opened"));
}

static void check_hit_refreshes_age(const char *directory)
{
    struct stat status;
    write_entry(1, BYTES);
    make_older(path_of(directory, 1), 3 * HOUR);
    CHECK(read_entry(1, BYTES));
    CHECK(stat(path_of(directory, 1), &status) == 0 && time(NULL) - status.st_mtime > 2 * HOUR);
    make_older(path_of(directory, 1), 2 * DAY);
    CHECK(read_entry(1, BYTES));
    CHECK(stat(path_of(directory, 1), &status) == 0 && time(NULL) - status.st_mtime < HOUR);
}

static void make_old_entries(const char *directory)
{
    char path[4200];
    set_variable("EXPOPS_CACHE", "rw");
    for (uint32_t i = 0; i < 10; i++) {
        write_entry(i, 1000);
        if (i)
            make_older(path_of(directory, i), (20 - (long)i) * DAY);
    }
    snprintf(path, sizeof(path), "%s/v1/test/00", directory);
    mkdir(path, 0700);
    strcat(path, "/tmp.1.dead");
    CHECK(close(open(path, O_CREAT | O_WRONLY, 0600)) == 0);
    make_older(path, 2 * HOUR);
    strcpy(strrchr(path, '/'), "/tmp.2.alive");
    CHECK(close(open(path, O_CREAT | O_WRONLY, 0600)) == 0);
}

static void check_eviction_done(const char *directory)
{
    set_variable("EXPOPS_CACHE_MAX_BYTES", "6500");
    write_entry(100, 1000); /* another process of another day: it collects */
    for (uint32_t i = 0; i < 10; i++)
        CHECK(read_entry(i, 1000) == (i == 0 || i >= 7)); /* 0 is young, then the most recently used */
    CHECK(read_entry(100, 1000));
    CHECK(count_files(directory, "tmp.1") == 0 && count_files(directory, "tmp.2") == 1);
}

static void check_eviction_once_a_day(const char *directory)
{
    set_variable("EXPOPS_CACHE_MAX_BYTES", "10");
    write_entry(101, 1000);
    CHECK(count_files(directory, "") > 10);
}

static void test_eviction(void **state)
{
    char path[4200];
    in_child(*state, make_old_entries);
    in_child(*state, check_eviction_once_a_day);
    snprintf(path, sizeof(path), "%s/gc.lock", (char *)*state);
    make_older(path, 2 * DAY);
    in_child(*state, check_eviction_done);
}

typedef struct seen {
    int count;
    int stop_after;
    char about[256];
} seen;

static int see(void *context, const expops_cache_entry *entry)
{
    seen *s = context;
    snprintf(s->about, sizeof(s->about), "%s", entry->about);
    CHECK(entry->bytes > BYTES && llabs((long long)time(NULL) - entry->used) < HOUR);
    CHECK(strstr(entry->path, "/v1/test/") && access(entry->path, R_OK) == 0);
    return ++s->count == s->stop_after;
}

static void check_visit_and_clear(const char *directory)
{
    seen all = { 0 }, two = { .stop_after = 2 };
    for (uint32_t i = 0; i < 5; i++)
        write_entry(i, BYTES);
    CHECK(expops_cache_visit(see, &all) == EXPOPS_OK && all.count == 5);
    CHECK(strcmp(all.about, "about this entry") == 0);
    CHECK(expops_cache_visit(see, &two) == EXPOPS_OK && two.count == 2);
    CHECK(expops_cache_visit(NULL, NULL) == EXPOPS_ERR_INVALID_ARGUMENT);
    CHECK(expops_cache_get_stats(NULL) == EXPOPS_ERR_INVALID_ARGUMENT);
    uint64_t removed = 0;
    CHECK(expops_cache_clear(&removed) == EXPOPS_OK && removed == 5);
    for (uint32_t i = 0; i < 5; i++)
        CHECK(!read_entry(i, BYTES));
    expops_cache_stats stats;
    CHECK(expops_cache_get_stats(&stats) == EXPOPS_OK && stats.disk_entries == 0 && stats.disk_bytes == 0);
}

#define CACHE_TEST(name) \
    static void test_##name(void **state) \
    { \
        in_child(*state, check_##name); \
    }
CACHE_TEST(no_home)
CACHE_TEST(fallback_order)
CACHE_TEST(relative_directory)
CACHE_TEST(open_to_others)
CACHE_TEST(foreign_owner)
CACHE_TEST(read_only_directory)
CACHE_TEST(not_a_directory)
CACHE_TEST(file_limit)
CACHE_TEST(full_disk)
CACHE_TEST(modes)
CACHE_TEST(hit_refreshes_age)
CACHE_TEST(visit_and_clear)

#define ROW(name) cmocka_unit_test_setup_teardown(test_##name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(no_home),         ROW(fallback_order),      ROW(relative_directory), ROW(open_to_others),
        ROW(foreign_owner),   ROW(not_a_directory),     ROW(file_limit),         ROW(full_disk),
        ROW(modes),           ROW(read_only_directory), ROW(eviction),           ROW(hit_refreshes_age),
        ROW(visit_and_clear),
    };
    return cmocka_run_group_tests_name("cache place", tests, NULL, NULL);
}
