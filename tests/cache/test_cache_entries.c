/* Entries: what was written is read, what was damaged is not, whoever else is writing. */
#include "cache_fixture.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BYTES = 90, FILE_MAX = 400 };

static void check_round_trip(const char *directory)
{
    CHECK(!read_entry(1, BYTES));
    write_entry(1, BYTES);
    write_entry(2, 0);
    write_entry(3, 300000);
    CHECK(read_entry(1, BYTES) && read_entry(2, 0) && read_entry(3, 300000));
    const expops_cache_key key = key_of(1);
    void *data;
    size_t bytes;
    CHECK(!expops_cache_read("other", &key, &data, &bytes));
    expops_cache_stats stats;
    CHECK(expops_cache_get_stats(&stats) == EXPOPS_OK);
    CHECK(stats.hits_disk == 3 && stats.misses == 2 && stats.corrupt == 0 && stats.io_errors == 0);
    CHECK(stats.disk_entries == 3 && stats.disk_bytes > 300000);
    struct stat status;
    CHECK(stat(path_of(directory, 1), &status) == 0 && (status.st_mode & 0777) == 0600);
}

static void check_replace_and_drop(const char *directory)
{
    const expops_cache_key key = key_of(1);
    write_entry(1, BYTES);
    expops_cache_write("test", &key, "new", 3, NULL);
    void *data;
    size_t bytes;
    CHECK(expops_cache_read("test", &key, &data, &bytes) && bytes == 3 && memcmp(data, "new", 3) == 0);
    free(data);
    expops_cache_drop("test", &key);
    CHECK(!expops_cache_read("test", &key, &data, &bytes));
    CHECK(access(path_of(directory, 1), F_OK) != 0);
    write_entry(1, BYTES);
    CHECK(read_entry(1, BYTES));
}

static size_t load_file(const char *path, uint8_t *out)
{
    FILE *file = fopen(path, "rb");
    CHECK(file);
    const size_t bytes = fread(out, 1, FILE_MAX, file);
    fclose(file);
    return bytes;
}

static void store_file(const char *path, const uint8_t *data, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(data, 1, bytes, file) == bytes && fclose(file) == 0);
}

/* A damaged file is a miss, is counted, and is gone afterwards. */
static void check_damaged(const char *path, uint64_t *corrupt)
{
    CHECK(!read_entry(1, BYTES));
    CHECK(counter_corrupt() == ++*corrupt);
    CHECK(access(path, F_OK) != 0);
}

static void check_truncated(const char *directory)
{
    uint8_t whole[FILE_MAX + 1] = { 0 };
    uint64_t corrupt = 0;
    write_entry(1, BYTES);
    const char *path = path_of(directory, 1);
    const size_t bytes = load_file(path, whole);
    CHECK(bytes == EXPOPS_CACHE_HEADER_BYTES + strlen("about this entry") + BYTES);
    for (size_t keep = 0; keep < bytes; keep++) {
        store_file(path, whole, keep);
        check_damaged(path, &corrupt);
    }
    store_file(path, whole, bytes + 1);
    check_damaged(path, &corrupt);
    store_file(path, whole, bytes);
    CHECK(read_entry(1, BYTES));
}

static void check_bit_flips(const char *directory)
{
    uint8_t whole[FILE_MAX];
    uint64_t corrupt = 0;
    write_entry(1, BYTES);
    const char *path = path_of(directory, 1);
    const size_t bytes = load_file(path, whole);
    for (size_t bit = 0; bit < 8 * bytes; bit++) {
        whole[bit / 8] ^= (uint8_t)(1u << bit % 8);
        store_file(path, whole, bytes);
        check_damaged(path, &corrupt);
        whole[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    store_file(path, whole, bytes);
    CHECK(read_entry(1, BYTES));
}

static void check_misplaced(const char *directory)
{
    char other[4200];
    write_entry(1, BYTES);
    write_entry(2, BYTES);
    snprintf(other, sizeof(other), "%s", path_of(directory, 2));
    CHECK(rename(path_of(directory, 1), other) == 0);
    CHECK(!read_entry(2, BYTES));
    CHECK(counter_corrupt() == 1);
}

static void check_not_a_file(const char *directory)
{
    write_entry(1, BYTES);
    const char *path = path_of(directory, 1);
    CHECK(unlink(path) == 0 && symlink("/etc/passwd", path) == 0);
    CHECK(!read_entry(1, BYTES));
    CHECK(unlink(path) == 0 && mkfifo(path, 0600) == 0);
    CHECK(!read_entry(1, BYTES)); /* and does not hang */
    CHECK(counter_io_errors() == 2);
}

static void check_key_parts(const char *directory)
{
    const void *first[2] = { "ab", "c" }, *second[2] = { "a", "bc" };
    const expops_cache_key one = expops_cache_key_of(first, (size_t[]){ 2, 1 }, 2);
    const expops_cache_key two = expops_cache_key_of(second, (size_t[]){ 1, 2 }, 2);
    const expops_cache_key none = expops_cache_key_of(NULL, NULL, 0);
    CHECK(memcmp(&one, &two, sizeof(one)) && memcmp(&one, &none, sizeof(one)));
    const expops_cache_key again = expops_cache_key_of(first, (size_t[]){ 2, 1 }, 2);
    CHECK(memcmp(&one, &again, sizeof(one)) == 0);
}

static void check_backend_names(const char *directory)
{
    static const char *const bad[] = { "", "..", "../x", "a/b", "A", "a.b", "a_name_that_is_longer_than_any_backend" };
    const expops_cache_key key = key_of(1);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        void *data;
        size_t bytes;
        expops_cache_write(bad[i], &key, "x", 1, "");
        CHECK(!expops_cache_read(bad[i], &key, &data, &bytes));
        expops_cache_drop(bad[i], &key);
    }
    CHECK(count_files(directory, "") == 0);
}

enum { PROCESSES = 16, ROUNDS = 40, KEYS = 8 };

static void use_cache(uint32_t seed)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        const uint32_t number = (seed * 7 + i * 3) % KEYS;
        if (!read_entry(number, 5000 + number))
            write_entry(number, 5000 + number);
        if (i % 8 == seed % 8) {
            const expops_cache_key key = key_of(number);
            expops_cache_drop("test", &key);
        }
    }
    CHECK(counter_corrupt() == 0 && counter_io_errors() == 0);
}

static void check_many_processes(const char *directory)
{
    pid_t children[PROCESSES];
    for (uint32_t i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        CHECK(children[i] >= 0);
        if (!children[i]) {
            set_variable("EXPOPS_CACHE_DIR", directory);
            use_cache(i);
            _Exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        CHECK(waitpid(children[i], &status, 0) == children[i] && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    CHECK(count_files(directory, "tmp.") == 0);
    for (uint32_t number = 0; number < KEYS; number++)
        if (!read_entry(number, 5000 + number))
            CHECK(counter_corrupt() == 0);
}

static void *thread_body(void *seed)
{
    use_cache((uint32_t)(uintptr_t)seed);
    return NULL;
}

static void check_many_threads(const char *directory)
{
    pthread_t threads[8];
    for (uintptr_t i = 0; i < 8; i++)
        CHECK(pthread_create(&threads[i], NULL, thread_body, (void *)i) == 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
}

enum { KILLS = 25, KILLED_BYTES = 1 << 20 };

static void write_until_killed(void)
{
    for (uint32_t i = 0;; i++)
        write_entry(i % 4, KILLED_BYTES);
}

static void check_killed_writers(const char *directory)
{
    int hits = 0;
    for (int round = 0; round < KILLS || (!hits && round < 10 * KILLS); round++) { /* a busy machine writes late */
        const pid_t child = fork();
        CHECK(child >= 0);
        if (!child)
            write_until_killed();
        usleep(2000 + 700 * (useconds_t)round);
        kill(child, SIGKILL);
        CHECK(waitpid(child, NULL, 0) == child);
        for (uint32_t number = 0; number < 4; number++)
            hits += read_entry(number, KILLED_BYTES);
        CHECK(counter_corrupt() == 0);
    }
    CHECK(hits > 0);
}

#define CACHE_TEST(name) \
    static void test_##name(void **state) \
    { \
        in_child(*state, check_##name); \
    }
CACHE_TEST(round_trip)
CACHE_TEST(replace_and_drop)
CACHE_TEST(truncated)
CACHE_TEST(bit_flips)
CACHE_TEST(misplaced)
CACHE_TEST(not_a_file)
CACHE_TEST(key_parts)
CACHE_TEST(backend_names)
CACHE_TEST(many_processes)
CACHE_TEST(many_threads)
CACHE_TEST(killed_writers)

#define ROW(name) cmocka_unit_test_setup_teardown(test_##name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(round_trip),   ROW(replace_and_drop), ROW(truncated),      ROW(bit_flips),
        ROW(misplaced),    ROW(not_a_file),       ROW(key_parts),      ROW(backend_names),
        ROW(many_threads), ROW(many_processes),   ROW(killed_writers),
    };
    return cmocka_run_group_tests_name("cache entries", tests, NULL, NULL);
}
