/* Reading ELF files that may be broken, and judging who could have changed a file. */
#include "loader_fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "backend/elf_needed.h"
#include "backend/trust.h"

enum { MAX_NAMES = 16 };

static void *read_all(const char *path, size_t *out_bytes)
{
    struct stat about;
    const int file = open(path, O_RDONLY);
    assert_true(file >= 0 && !fstat(file, &about));
    void *data = malloc((size_t)about.st_size);
    assert_int_equal(read(file, data, (size_t)about.st_size), about.st_size);
    close(file);
    *out_bytes = (size_t)about.st_size;
    return data;
}

static void needed_libraries_are_named(void **state)
{
    const char *names[MAX_NAMES];
    size_t bytes;
    void *data = read_all(fixture("orphan"), &bytes);
    const size_t count = expops_elf_needed(data, bytes, names, MAX_NAMES);
    int found = 0;
    for (size_t i = 0; i < count; i++)
        found |= !strcmp(names[i], "libexpops_absent.so.1");
    assert_true(found);
    assert_int_equal(expops_elf_needed(data, bytes, names, 1), 1);
    assert_int_equal(expops_elf_needed(data, bytes, names, 0), 0);
    free(data);
}

static void check_names(const void *data, size_t bytes)
{
    const char *names[MAX_NAMES];
    const size_t count = expops_elf_needed(data, bytes, names, MAX_NAMES);
    assert_true(count <= MAX_NAMES);
    for (size_t i = 0; i < count; i++)
        assert_true((const char *)data <= names[i] && names[i] + strlen(names[i]) < (const char *)data + bytes);
}

/* Each length up to the headers, then in steps, in a block of exactly that size so that a checker
 * sees every overrun. */
static void cut_files_are_safe(void **state)
{
    size_t bytes;
    uint8_t *data = read_all(fixture("orphan"), &bytes);
    for (size_t length = 0; length < bytes; length += length < 2048 ? 1 : 61) {
        uint8_t *cut = malloc(length + 1);
        memcpy(cut, data, length);
        check_names(cut, length);
        free(cut);
    }
    free(data);
}

static void damaged_files_are_safe(void **state)
{
    size_t bytes;
    uint8_t *data = read_all(fixture("orphan"), &bytes), *damaged = malloc(bytes);
    uint32_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        memcpy(damaged, data, bytes);
        for (int i = 0; i < 1 + round % 8; i++) {
            seed = seed * 1664525u + 1013904223u;
            const size_t reach = round % 2 ? 1024 : bytes;
            damaged[(seed >> 8) % reach] = (uint8_t)(round % 3 ? seed >> 24 : 0xff);
        }
        check_names(damaged, bytes);
    }
    free(damaged);
    free(data);
}

/* Whatever is judged complete, all that is mapped of it is there. */
static void f6_length_is_judged_by_segments(void **state)
{
    size_t bytes;
    uint8_t *data = read_all(fixture("good"), &bytes);
    assert_false(expops_elf_cut_short(data, bytes, bytes));
    assert_false(expops_elf_cut_short(data, 4096, bytes));
    assert_true(expops_elf_cut_short(data, 4096, bytes / 2));
    assert_true(expops_elf_cut_short(data, 64, 64));
    assert_false(expops_elf_cut_short(data, 63, 63)); /* no header: left to the linker */
    assert_false(expops_elf_cut_short("no library", 10, 10));
    for (size_t length = 64; length < 4096; length++) {
        uint8_t *cut = malloc(length);
        memcpy(cut, data, length);
        assert_true(expops_elf_cut_short(cut, length, length));
        free(cut);
    }
    free(data);
}

/* --- trust --- */

static int trusted(const char *path, const char **out_why)
{
    static char why[PATH_MAX + 256];
    char resolved[PATH_MAX];
    why[0] = 0;
    *out_why = why;
    return expops_path_trusted(path, resolved, why, sizeof why);
}

static void own_files_are_trusted(void **state)
{
    char *directory = make_directory();
    const char *why, *file = copy_file(fixture("good"), directory, "expops_good.so", 0644);
    if (!trusted(file, &why))
        fail_msg("%s", why);
    remove_directory(directory);
}

static void files_writable_by_all_are_not(void **state)
{
    char *directory = make_directory();
    const char *why, *file = copy_file(fixture("good"), directory, "expops_good.so", 0666);
    assert_false(trusted(file, &why));
    assert_has(why, "expops_good.so can be written by every user (mode 0666)");
    remove_directory(directory);
}

static void directories_writable_by_all_are_not(void **state)
{
    char *directory = make_directory(), inner[200];
    const char *why;
    snprintf(inner, sizeof inner, "%s/inner", directory);
    assert_int_equal(mkdir(inner, 0700), 0);
    const char *file = copy_file(fixture("good"), inner, "expops_good.so", 0644);
    assert_true(trusted(file, &why));
    assert_int_equal(chmod(directory, 0777), 0);
    assert_false(trusted(file, &why));
    assert_has(why, "can be written by every user (mode 0777)");
    assert_int_equal(chmod(directory, 01777), 0);
    assert_true(trusted(file, &why));
    unlink(file);
    rmdir(inner);
    remove_directory(directory);
}

static void f9_files_and_directories_writable_by_a_group_are_not(void **state)
{
    char *directory = make_directory();
    const char *why, *file = copy_file(fixture("good"), directory, "expops_good.so", 0664);
    assert_false(trusted(file, &why));
    assert_has(why, "expops_good.so can be written by its group or who its access list names (mode 0664)");
    assert_has(why, "chmod go-w /");
    assert_int_equal(chmod(file, 0644), 0);
    assert_true(trusted(file, &why));
    assert_int_equal(chmod(directory, 0770), 0);
    assert_false(trusted(file, &why));
    assert_int_equal(chmod(directory, 01770), 0);
    assert_true(trusted(file, &why));
    remove_directory(directory);
}

/* The list "user::rw-, user:12345:rw-, group::r--, mask::rw-, other::r--" as the kernel stores it. */
static const struct {
    uint32_t version;
    struct {
        uint16_t tag, rights;
        uint32_t id;
    } entries[5];
} access_list = { 2, { { 1, 6, -1u }, { 2, 6, 12345 }, { 4, 4, -1u }, { 16, 6, -1u }, { 32, 4, -1u } } };

static void f9_files_writable_by_an_access_list_are_not(void **state)
{
    char *directory = make_directory();
    const char *why, *file = copy_file(fixture("good"), directory, "expops_good.so", 0644);
    if (setxattr(file, "system.posix_acl_access", &access_list, sizeof access_list, 0)) {
        remove_directory(directory);
        print_message("the file system of /tmp has no access lists\n");
        skip();
    }
    assert_false(trusted(file, &why));
    assert_has(why, "access list");
    remove_directory(directory);
}

static void foreign_owners_are_not(void **state)
{
    if (geteuid()) {
        print_message("only root can give a file away\n");
        skip();
    }
    char *directory = make_directory();
    const char *why, *file = copy_file(fixture("good"), directory, "expops_good.so", 0644);
    assert_int_equal(chown(file, 12345, 12345), 0);
    assert_false(trusted(file, &why));
    assert_has(why, "belongs to user 12345");
    assert_int_equal(chown(file, 0, 0), 0);
    assert_int_equal(chown(directory, 12345, 12345), 0);
    assert_false(trusted(file, &why));
    remove_directory(directory);
}

static void links_are_followed_and_checked(void **state)
{
    char *good = make_directory(), *bad = make_directory(), link[200];
    const char *why;
    snprintf(link, sizeof link, "%s/expops_link.so", good);
    assert_int_equal(symlink(fixture("good"), link), 0);
    assert_true(trusted(link, &why));
    unlink(link);
    const char *file = copy_file(fixture("good"), bad, "expops_good.so", 0644);
    assert_int_equal(symlink(file, link), 0);
    assert_int_equal(chmod(bad, 0777), 0);
    assert_false(trusted(link, &why));
    unlink(link);
    /* a link that everybody could replace, though what it points at is safe */
    snprintf(link, sizeof link, "%s/expops_link.so", bad);
    assert_int_equal(symlink(fixture("good"), link), 0);
    assert_false(trusted(link, &why));
    remove_directory(good);
    remove_directory(bad);
}

static void other_paths_are_refused(void **state)
{
    const char *why;
    assert_false(trusted("relative.so", &why));
    assert_has(why, "not an absolute path");
    assert_false(trusted("", &why));
    assert_false(trusted("/proc/absent/expops_x.so", &why));
    assert_has(why, "No such file");
    char *longer = malloc(PATH_MAX + 10);
    memset(longer, '/', PATH_MAX + 9);
    longer[PATH_MAX + 9] = 0;
    assert_false(trusted(longer, &why));
    free(longer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needed_libraries_are_named),
        cmocka_unit_test(cut_files_are_safe),
        cmocka_unit_test(damaged_files_are_safe),
        cmocka_unit_test(own_files_are_trusted),
        cmocka_unit_test(files_writable_by_all_are_not),
        cmocka_unit_test(directories_writable_by_all_are_not),
        cmocka_unit_test(f6_length_is_judged_by_segments),
        cmocka_unit_test(f9_files_and_directories_writable_by_a_group_are_not),
        cmocka_unit_test(f9_files_writable_by_an_access_list_are_not),
        cmocka_unit_test(foreign_owners_are_not),
        cmocka_unit_test(links_are_followed_and_checked),
        cmocka_unit_test(other_paths_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
