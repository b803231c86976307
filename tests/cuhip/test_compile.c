/* Compiles a kernel with every word of the prelude for each target named on the command line, with the real compiler and no
 * device: test_compile plugin words.kernel.c "sm_75 sm_80 sm_90" [compiler]. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "expops/status.h"
#include "plugin_host.h"

enum { THREADS = 4 };

static const expops_backend_api *api;
static const char *compiler_path, *targets_text;
static char words[32768];
extern const char cuhip_prelude[];

/* The words before the prelude, for each arithmetic. */
static const char *const arithmetics[] = {
    "#define XK_F32 1\n#define XK_REAL float\n",
    "#define XK_F32 1\n#define XK_HALF 1\n#define XK_REAL float\n",
    "#define XK_F64 1\n#define XK_REAL double\n",
};

static const char *config(const char *key)
{
    return compiler_path && compiler_path[0] ? compiler_path : NULL;
}

static char *text_of(const char *defines, const char *kernel)
{
    const size_t room = strlen(defines) + strlen(cuhip_prelude) + strlen(kernel) + 100;
    char *text = malloc(room);
    snprintf(text, room, "#define XK 1\n#define XK_WG 256\n%s%s\n%s", defines, cuhip_prelude, kernel);
    return text;
}

static int32_t compile(const char *text, const char *target, expops_image *out_image)
{
    const expops_source source = { .text = text, .name = "words", .entry = "xk_main", .target = target };
    return api->compile(NULL, &source, out_image);
}

static void skip_without_compiler(int32_t status)
{
    if (status == EXPOPS_ERR_UNAVAILABLE) {
        print_message("skipped: %s\n", host_state.error);
        skip();
    }
}

static void compile_all_arithmetics(const char *target)
{
    for (size_t i = 0; i < sizeof arithmetics / sizeof arithmetics[0]; i++) {
        expops_image image;
        char *text = text_of(arithmetics[i], words);
        const int32_t status = compile(text, target, &image);
        free(text);
        skip_without_compiler(status);
        if (status != EXPOPS_OK)
            print_error("%s\n", host_state.error);
        assert_int_equal(status, EXPOPS_OK);
        assert_memory_equal(image.data, "\177ELF", 4);
        /* Everything but the arithmetic would be smaller: the compiler threw nothing away. */
        assert_in_range(image.bytes, 10000, 1 << 20);
        api->release_image(&image);
    }
}

static void test_every_target(void **state)
{
    char targets[512], *rest = targets;
    snprintf(targets, sizeof targets, "%s", targets_text);
    for (char *target; (target = strsep(&rest, " "));)
        compile_all_arithmetics(target);
}

static void test_error_has_the_log(void **state)
{
    char target[64] = "";
    expops_image image;
    sscanf(targets_text, "%63s", target);
    char *text = text_of(arithmetics[0], "XK_KERNEL void xk_main(XK_TENSOR(float, x)) { x[0] = no_such_word; }");
    const int32_t status = compile(text, target, &image);
    free(text);
    skip_without_compiler(status);
    assert_int_equal(status, EXPOPS_ERR_COMPILE);
    assert_null(image.data);
    assert_non_null(strstr(host_state.error, "words"));
    assert_non_null(strstr(host_state.error, "no_such_word"));
}

/* An unknown target must come back as an error: compilers in use abort the process on it. */
static void test_unknown_target(void **state)
{
    expops_image image;
    char *text = text_of(arithmetics[0], words);
    const int32_t status = compile(text, "gfx9999", &image);
    free(text);
    skip_without_compiler(status);
    assert_int_equal(status, EXPOPS_ERR_COMPILE);
    assert_non_null(strstr(host_state.error, "gfx9999"));
}

static void test_target_is_described(void **state)
{
    expops_device_info info = { .header = { .struct_size = sizeof info } };
    const int is_cuda = strstr(targets_text, "sm_") != NULL;
    assert_int_equal(api->describe_target(is_cuda ? "sm_80" : "gfx1030", &info), EXPOPS_OK);
    assert_int_equal(info.subgroup, 32);
    assert_int_equal(info.local_bytes, is_cuda ? 48 << 10 : 64 << 10);
    assert_int_equal(info.compute_units, is_cuda ? 108 : 40);
    assert_string_equal(info.prelude, cuhip_prelude);
}

/* For what no device is called, kernels would be kept in vain. */
static void test_no_target_is_refused(void **state)
{
    static const char *const wrong[] = { "sn_90", "",    "sm_",     "sm_90 ", "sm_80a",
                                         "sm_9",  "gfx", "gfx90a ", "gfx90A", "gfx10300" };
    expops_device_info info = { .header = { .struct_size = sizeof info } };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(api->describe_target(wrong[i], &info), EXPOPS_ERR_INVALID_ARGUMENT);
        assert_non_null(strstr(host_state.error, wrong[i]));
    }
}

static void *compile_in_thread(void *context)
{
    char target[64] = "";
    expops_image image = { NULL, 0 };
    sscanf(targets_text, "%63s", target);
    char *text = text_of(arithmetics[0], "XK_KERNEL void xk_main(XK_TENSOR(float, x)) { x[xk_local_id()] = 1.0f; }");
    for (int i = 0; i < 3; i++) {
        *(int32_t *)context = compile(text, target, &image);
        api->release_image(&image);
    }
    free(text);
    return NULL;
}

static void test_threads(void **state)
{
    pthread_t threads[THREADS];
    int32_t statuses[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, compile_in_thread, &statuses[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    skip_without_compiler(statuses[0]);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(statuses[i], EXPOPS_OK);
}

static int read_file(const char *path, char *out, size_t room)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    const size_t bytes = fread(out, 1, room - 1, file);
    out[bytes] = '\0';
    fclose(file);
    return bytes > 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_every_target),
        cmocka_unit_test(test_error_has_the_log),
        cmocka_unit_test(test_unknown_target),
        cmocka_unit_test(test_target_is_described),
        cmocka_unit_test(test_no_target_is_refused),
    };
    expops_query query;
    if (argc < 4 || !read_file(argv[2], words, sizeof words))
        return 1;
    targets_text = argv[3];
    compiler_path = argc > 4 ? argv[4] : NULL;
    host_state.config = config;
    api = plugin_host_open(argv[1], &query);
    return api ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
