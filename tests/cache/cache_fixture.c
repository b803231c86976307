#include "cache_fixture.h"
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/env.h"

int fixture_setup(void **state)
{
    const char *base = getenv("TMPDIR");
    char *path = malloc(4096);
    snprintf(path, 4096, "%s/expops-cache-XXXXXX", base && *base == '/' ? base : "/tmp");
    *state = path;
    return mkdtemp(path) ? 0 : -1;
}

static int remove_any(const char *path, const struct stat *status, int flag, struct FTW *position)
{
    remove(path);
    return 0;
}

int fixture_teardown(void **state)
{
    chmod(*state, 0700);
    nftw(*state, remove_any, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return 0;
}

void set_variable(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
    expops_env_reload();
    expops_cache_reset();
}

void in_child(const char *directory, void (*body)(const char *directory))
{
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        set_variable("EXPOPS_CACHE", NULL);
        set_variable("EXPOPS_CACHE_MAX_BYTES", NULL);
        set_variable("EXPOPS_CACHE_DIR", directory);
        body(directory);
        _Exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPS)
        skip();
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

expops_cache_key key_of(uint32_t number)
{
    const void *part = &number;
    const size_t size = sizeof(number);
    return expops_cache_key_of(&part, &size, 1);
}

static uint8_t content(uint32_t number, size_t i)
{
    return (uint8_t)(number * 31 + i * 7 + (i >> 8));
}

void write_entry(uint32_t number, size_t bytes)
{
    const expops_cache_key key = key_of(number);
    uint8_t *data = malloc(bytes + 1);
    for (size_t i = 0; i < bytes; i++)
        data[i] = content(number, i);
    expops_cache_write("test", &key, data, bytes, "about this entry");
    free(data);
}

int read_entry(uint32_t number, size_t bytes)
{
    const expops_cache_key key = key_of(number);
    void *data = NULL;
    size_t got = 0;
    if (!expops_cache_read("test", &key, &data, &got))
        return 0;
    CHECK(got == bytes);
    for (size_t i = 0; i < bytes; i++)
        CHECK(((uint8_t *)data)[i] == content(number, i));
    free(data);
    return 1;
}

const char *path_of(const char *directory, uint32_t number)
{
    static char path[4096 + 64];
    const expops_cache_key key = key_of(number);
    char hex[33];
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", key.bytes[i]);
    snprintf(path, sizeof(path), "%s/v1/test/%.2s/%s.xo", directory, hex, hex);
    return path;
}

void make_older(const char *path, long seconds)
{
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = time(NULL) - seconds } };
    CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

uint64_t counter_corrupt(void)
{
    expops_cache_stats stats;
    CHECK(expops_cache_get_stats(&stats) == EXPOPS_OK);
    return stats.corrupt;
}

uint64_t counter_io_errors(void)
{
    expops_cache_stats stats;
    CHECK(expops_cache_get_stats(&stats) == EXPOPS_OK);
    return stats.io_errors;
}

static const char *counted_prefix;
static int counted;

static int count_one(const char *path, const struct stat *status, int flag, struct FTW *position)
{
    counted += flag == FTW_F && strncmp(path + position->base, counted_prefix, strlen(counted_prefix)) == 0;
    return 0;
}

int count_files(const char *directory, const char *prefix)
{
    counted_prefix = prefix;
    counted = 0;
    nftw(directory, count_one, 16, FTW_PHYS);
    return counted;
}
