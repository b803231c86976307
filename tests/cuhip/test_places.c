/* Where a compiler's library is looked for: patterns, order, Python's packages around a loaded library, the build's id. */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "cuhip.h"
#include "cuhip_places.h"

const expops_host_api *cuhip_host;

static char root[64];
static const char *some_library;

static void make(const char *path)
{
    char full[512];
    snprintf(full, sizeof full, "%s/%s", root, path);
    for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        (void)mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fclose(file);
}

static int setup(void **state)
{
    snprintf(root, sizeof root, "/tmp/expops-places-XXXXXX");
    return mkdtemp(root) == NULL;
}

static int teardown(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command) != 0;
}

static void assert_ends(const char *path, const char *end)
{
    assert_true(strlen(path) > strlen(end));
    assert_string_equal(path + strlen(path) - strlen(end), end);
}

static void test_newest_first(void **state)
{
    cuhip_places *places = cuhip_places_create();
    make("a/libx.so.9");
    make("a/libx.so.12.4.127");
    make("a/libx.so");
    make("b/libx.so.13");
    make("b/libx.so.12.10");
    cuhip_places_add(places, "%s/a/libx.so*", root);
    cuhip_places_add(places, "%s/a/libx.so*", root);
    cuhip_places_add(places, "%s/b/libx.so.*", root);
    cuhip_places_add(places, "%s/nothing/*", root);
    cuhip_places_sort(places);
    assert_int_equal(places->count, 5);
    assert_ends(places->paths[0], "b/libx.so.13");
    assert_ends(places->paths[1], "b/libx.so.12.10");
    assert_ends(places->paths[2], "a/libx.so.12.4.127");
    assert_ends(places->paths[3], "a/libx.so.9");
    assert_ends(places->paths[4], "a/libx.so");
    cuhip_places_destroy(places);
}

static void test_more_files_than_room(void **state)
{
    cuhip_places *places = cuhip_places_create();
    for (int i = 0; i < CUHIP_MAX_PLACES + 10; i++) {
        char name[64];
        snprintf(name, sizeof name, "many/libx.so.%d", i);
        make(name);
    }
    cuhip_places_add(places, "%s/many/*", root);
    assert_int_equal(places->count, CUHIP_MAX_PLACES);
    cuhip_places_destroy(places);
}

/* A library loaded from .../site-packages/ tells where the packages lie. */
static void test_packages_around_a_loaded_library(void **state)
{
    char copy[512], command[1200];
    cuhip_places *places = cuhip_places_create();
    make("lib/python3.11/site-packages/nvidia/cu13/lib/libx.so.13");
    make("lib/python3.11/site-packages/other/core.so");
    snprintf(copy, sizeof copy, "%s/lib/python3.11/site-packages/other/core.so", root);
    snprintf(command, sizeof command, "cp '%s' '%s'", some_library, copy);
    assert_int_equal(system(command), 0);
    assert_non_null(dlopen(copy, RTLD_NOW | RTLD_LOCAL));
    cuhip_places_add_packages(places, "nvidia/*/lib/libx.so.*");
    assert_int_equal(places->count, 1);
    assert_ends(places->paths[0], "site-packages/nvidia/cu13/lib/libx.so.13");
    cuhip_places_destroy(places);
}

static void test_identity(void **state)
{
    char of_this[64], of_libc[64], again[64], directory[512];
    cuhip_identify((const void *)&cuhip_host, of_this, sizeof of_this);
    cuhip_identify(dlsym(RTLD_DEFAULT, "malloc"), of_libc, sizeof of_libc);
    cuhip_identify(dlsym(RTLD_DEFAULT, "malloc"), again, sizeof again);
    assert_string_equal(of_libc, again);
    assert_string_not_equal(of_libc, of_this);
    cuhip_identify(NULL, again, sizeof again);
    assert_string_equal(again, "unknown build");
    assert_int_equal(cuhip_directory_of(dlsym(RTLD_DEFAULT, "malloc"), directory, sizeof directory), 1);
    assert_int_equal(directory[0], '/');
    assert_int_equal(cuhip_directory_of(NULL, directory, sizeof directory), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_newest_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_more_files_than_room, setup, teardown),
        cmocka_unit_test_setup_teardown(test_packages_around_a_loaded_library, setup, teardown),
        cmocka_unit_test(test_identity),
    };
    some_library = argv[1];
    return argc > 1 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
