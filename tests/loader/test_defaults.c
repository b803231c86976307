/* Which device a NULL device means: scopes of the thread, expops_enable, EXPOPS_BACKEND, auto. */
#include "loader_fixture.h"

#include <pthread.h>
#include <stdio.h>

static int start(void **state)
{
    null_backend_reset();
    null_backend.num_devices = NULL_MAX_DEVICES;
    set_environment("EXPOPS_BACKEND", NULL);
    expops_enable(NULL);
    return expops_rescan();
}

static void assert_default(const char *name)
{
    expops_device *device = NULL;
    if (expops_device_default(&device))
        fail_msg("%s", expops_error_text());
    assert_string_equal(expops_device_name(device), name);
}

static void layers_come_in_order(void **state)
{
    assert_default("null:0");
    set_environment("EXPOPS_BACKEND", "null:1");
    assert_default("null:0"); /* found out already */
    expops_rescan();
    assert_default("null:1");
    assert_int_equal(expops_enable("null:2"), EXPOPS_OK);
    assert_default("null:2");
    assert_int_equal(expops_scope_push("null:3"), EXPOPS_OK);
    assert_default("null:3");
    assert_int_equal(expops_scope_push(NULL), EXPOPS_OK);
    assert_default("null:1");
    assert_int_equal(expops_scope_pop(), EXPOPS_OK);
    assert_default("null:3");
    assert_int_equal(expops_scope_pop(), EXPOPS_OK);
    assert_default("null:2");
    assert_int_equal(expops_enable(NULL), EXPOPS_OK);
    assert_default("null:1");
}

static void explicit_handle_always_wins(void **state)
{
    expops_device *given, *resolved;
    assert_int_equal(expops_device_open("null:1", &given), EXPOPS_OK);
    assert_int_equal(expops_scope_push("null:2"), EXPOPS_OK);
    assert_int_equal(expops_device_resolve(given, &resolved), EXPOPS_OK);
    assert_ptr_equal(given, resolved);
    assert_int_equal(expops_scope_pop(), EXPOPS_OK);
    expops_device_close(&given);
}

static void failures_change_nothing(void **state)
{
    assert_int_equal(expops_enable("null:2"), EXPOPS_OK);
    assert_int_equal(expops_enable("banana"), EXPOPS_ERR_NOT_FOUND);
    assert_error_has("expops_enable: there is no backend \"banana\"");
    assert_default("null:2");
    assert_int_equal(expops_scope_push("null:99"), EXPOPS_ERR_UNAVAILABLE);
    assert_default("null:2");
    assert_int_equal(expops_scope_pop(), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_device_default(NULL), EXPOPS_ERR_INVALID_ARGUMENT);
}

static void failing_default_is_not_remembered(void **state)
{
    expops_device *device;
    null_backend_fail(NULL_DEVICE_OPEN, 1, EXPOPS_ERR_BACKEND);
    set_environment("EXPOPS_BACKEND", "three,null:3");
    expops_rescan();
    assert_int_equal(expops_device_default(&device), EXPOPS_ERR_UNAVAILABLE);
    assert_null(device);
    assert_error_has("default device: EXPOPS_BACKEND: no backend of \"three,null:3\" can run here.");
    assert_int_equal(expops_device_default(&device), EXPOPS_OK);
}

static void scopes_nest_to_a_fixed_depth(void **state)
{
    for (int i = 0; i < 16; i++)
        assert_int_equal(expops_scope_push("null:1"), EXPOPS_OK);
    assert_int_equal(expops_scope_push("null:2"), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_default("null:1");
    for (int i = 0; i < 16; i++)
        assert_int_equal(expops_scope_pop(), EXPOPS_OK);
    assert_int_equal(expops_scope_pop(), EXPOPS_ERR_INVALID_ARGUMENT);
}

static void default_stays_open_for_those_who_do_not_count(void **state)
{
    expops_device *device, *handle;
    assert_int_equal(expops_enable("null:1"), EXPOPS_OK);
    assert_int_equal(expops_device_default(&device), EXPOPS_OK);
    assert_int_equal(expops_device_open("null:1", &handle), EXPOPS_OK);
    expops_device_close(&handle);
    for (int i = 0; i < 5; i++)
        assert_int_equal(expops_enable("null:1"), EXPOPS_OK);
    assert_int_equal(expops_enable(NULL), EXPOPS_OK);
    assert_string_equal(expops_device_name(device), "null:1");
    assert_int_equal(device->count, 1);
}

/* --- two threads, each in scopes of its own, while a third changes the process's default --- */

static atomic_int stop;

static void *stay_in_scope(void *spec)
{
    for (int i = 0; i < 3000; i++) {
        expops_device *device = NULL;
        if (expops_scope_push(spec) || expops_device_resolve(NULL, &device) || strcmp(device->name, spec))
            return spec;
        if (expops_scope_pop() || expops_device_resolve(NULL, &device) || device->backend_name[0] != 'n')
            return spec;
    }
    return NULL;
}

static void *keep_enabling(void *unused)
{
    for (int i = 0; !atomic_load(&stop); i++)
        expops_enable(i % 3 == 0 ? "null:2" : i % 3 == 1 ? "null:3" : NULL);
    return NULL;
}

static void threads_have_scopes_of_their_own(void **state)
{
    pthread_t threads[3];
    void *failed[2];
    atomic_store(&stop, 0);
    pthread_create(&threads[0], NULL, stay_in_scope, "null:0");
    pthread_create(&threads[1], NULL, stay_in_scope, "null:1");
    pthread_create(&threads[2], NULL, keep_enabling, NULL);
    pthread_join(threads[0], &failed[0]);
    pthread_join(threads[1], &failed[1]);
    atomic_store(&stop, 1);
    pthread_join(threads[2], NULL);
    assert_null(failed[0]);
    assert_null(failed[1]);
}

static void *leave_scopes_open(void *unused)
{
    expops_scope_push("null:3");
    expops_scope_push("null:3");
    return NULL;
}

static void ending_thread_gives_its_scopes_back(void **state)
{
    expops_device *device;
    pthread_t thread;
    assert_int_equal(expops_device_open("null:3", &device), EXPOPS_OK);
    const int before = device->count;
    pthread_create(&thread, NULL, leave_scopes_open, NULL);
    pthread_join(thread, NULL);
    assert_int_equal(device->count, before);
    expops_device_close(&device);
}

static void memory_functions_take_the_default(void **state)
{
    expops_pointer memory;
    assert_int_equal(expops_memory_allocate(NULL, NULL, 16, &memory), EXPOPS_OK);
    expops_memory_free(NULL, NULL, &memory);
    assert_null(memory.data);
    assert_int_equal(expops_synchronize(NULL, NULL), EXPOPS_OK);
}

#define DEFAULT_TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEFAULT_TEST(layers_come_in_order),
        DEFAULT_TEST(explicit_handle_always_wins),
        DEFAULT_TEST(failures_change_nothing),
        DEFAULT_TEST(failing_default_is_not_remembered),
        DEFAULT_TEST(scopes_nest_to_a_fixed_depth),
        DEFAULT_TEST(default_stays_open_for_those_who_do_not_count),
        DEFAULT_TEST(threads_have_scopes_of_their_own),
        DEFAULT_TEST(ending_thread_gives_its_scopes_back),
        DEFAULT_TEST(memory_functions_take_the_default),
    };
    setenv("EXPOPS_BACKEND_PATH", "", 1);
    if (expops_register_backend(null_backend_query))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
