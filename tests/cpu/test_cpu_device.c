/* The CPU backend's query, device, memory and events. */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "plugin.h"

static void test_query_refuses_another_major(void **state)
{
    void *const library = dlopen(getenv("EXPOPS_TEST_CPU_PLUGIN"), RTLD_NOW | RTLD_LOCAL);
    const expops_host_api host = { .header = { sizeof(host), 0, NULL } };
    expops_query query = { .header = { sizeof(query), 0, NULL }, .host_major = EXPOPS_BACKEND_MAJOR + 1 };
    expops_backend_query_fn ask;

    assert_non_null(library);
    *(void **)&ask = dlsym(library, EXPOPS_BACKEND_QUERY);
    assert_non_null(ask);
    assert_int_not_equal(ask(&host, &query), 0);
    assert_null(query.api);
    assert_int_equal(query.plugin_major, EXPOPS_BACKEND_MAJOR);
    assert_string_equal(query.name, "cpu");
    assert_non_null(query.version);
}

static void test_probe(void **state)
{
    uint32_t count = 0;

    assert_int_equal(plugin_api()->probe(&count), 0);
    assert_int_equal(count, 1);
}

static void test_levels(void **state)
{
    assert_null(plugin_device("x86-64-v9"));
    assert_non_null(strstr(plugin_error(), "x86-64-v9"));
    int usable = 0;
    for (const char *const *level = plugin_levels; *level; level++) {
        expops_backend_device *const device = plugin_device(*level);
        expops_device_info info = { .header = { sizeof(info), 0, NULL } };
        if (!device)
            continue;
        usable++;
        assert_int_equal(plugin_api()->device_info(device, &info), 0);
        assert_string_equal(info.target, *level);
        plugin_api()->device_close(device);
    }
    assert_int_not_equal(usable, 0);
}

static void test_info(void **state)
{
    expops_backend_device *const device = plugin_device(NULL);
    expops_device_info info = { .header = { sizeof(info), 0, NULL } };

    assert_non_null(device);
    assert_int_equal(plugin_api()->device_info(device, &info), 0);
    assert_int_equal(info.header.struct_size, sizeof(info));
    assert_true(info.caps & EXPOPS_CAP_HOST && info.caps & EXPOPS_CAP_F64);
    assert_int_equal(info.num_device_types, 3);
    assert_int_equal(info.device_types[0], 1);
    assert_true(info.memory_bytes > 0 && info.compute_units > 0 && info.max_group == 1 && info.subgroup == 1);
    assert_true(info.name[0] && info.target[0] && info.compiler[0] && info.driver[0]);
    assert_null(info.prelude);
    assert_null(plugin_api()->compile);
    plugin_api()->device_close(device);
}

/* A host that knows fewer fields gets no more than those. */
static void test_info_of_an_older_host(void **state)
{
    expops_backend_device *const device = plugin_device(NULL);
    expops_device_info info;

    memset(&info, 0x5a, sizeof(info));
    info.header.struct_size = offsetof(expops_device_info, caps);
    assert_int_equal(plugin_api()->device_info(device, &info), 0);
    assert_non_null(info.name);
    assert_true(info.caps == 0x5a5a5a5a5a5a5a5au);
    plugin_api()->device_close(device);
}

static void test_memory(void **state)
{
    const expops_backend_api *const api = plugin_api();
    expops_backend_device *const device = plugin_device(NULL);
    char text[100] = "some bytes", back[100] = "";
    expops_pointer pointer, nothing;

    for (uint64_t bytes = 0; bytes < 200; bytes += 33) {
        assert_int_equal(api->allocate(device, NULL, bytes, &pointer), 0);
        assert_true((uintptr_t)pointer.data % 64 == 0 && pointer.byte_offset == 0 && pointer.device_type == 1);
        memset(pointer.data, 1, bytes);
        api->release(device, NULL, &pointer);
    }
    assert_int_equal(api->allocate(device, NULL, UINT64_MAX - 5, &nothing), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_null(nothing.data);
    assert_int_equal(api->allocate(device, NULL, 200, &pointer), 0);
    expops_transfer copy = {
        .header = { sizeof(copy), 0, NULL }, .destination = pointer, .source = { .data = text }, .bytes = 100
    };
    copy.destination.byte_offset = 7;
    assert_int_equal(api->copy(device, NULL, &copy), 0);
    copy.source = copy.destination;
    copy.destination = (expops_pointer){ .data = back };
    copy.kind = EXPOPS_COPY_TO_HOST;
    assert_int_equal(api->copy(device, NULL, &copy), 0);
    assert_int_equal(api->synchronize(device, NULL), 0);
    assert_memory_equal(text, back, 100);
    api->release(device, NULL, &pointer);
    api->device_close(device);
}

static void test_streams_and_events(void **state)
{
    const expops_backend_api *const api = plugin_api();
    expops_backend_device *const device = plugin_device(NULL);
    void *stream, *start, *stop;
    uint64_t ns = 1;

    assert_int_equal(api->stream_create(device, &stream), 0);
    assert_non_null(stream);
    assert_int_equal(api->event_create(device, &start), 0);
    assert_int_equal(api->event_create(device, &stop), 0);
    assert_int_equal(api->event_record(device, start, stream), 0);
    assert_int_equal(api->event_record(device, stop, stream), 0);
    assert_int_equal(api->event_elapsed(device, start, stop, &ns), 0);
    assert_true(ns < 1000000000);
    assert_int_equal(api->event_elapsed(device, stop, start, &ns), 0);
    api->event_destroy(device, start);
    api->event_destroy(device, stop);
    api->stream_destroy(device, stream);
    api->device_close(device);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_refuses_another_major),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_info_of_an_older_host),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_streams_and_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
