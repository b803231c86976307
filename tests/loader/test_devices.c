/* Choosing, opening and sharing devices; memory, streams and events through the backend that
 * records. */
#include "loader_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static expops_device *open_or_fail(const char *spec)
{
    expops_device *device = NULL;
    if (expops_device_open(spec, &device) != EXPOPS_OK)
        fail_msg("%s", expops_error_text());
    return device;
}

/* A second backend, so that lists have something to choose from. */
static const char *other_name = "two";
static uint64_t other_caps;
static int32_t (*null_device_info)(expops_backend_device *device, expops_device_info *out_info);
static expops_backend_api other_api;

static int32_t other_info(expops_backend_device *device, expops_device_info *out_info)
{
    const int32_t status = null_device_info(device, out_info);
    out_info->caps = other_caps;
    return status;
}

static int32_t other_query(const expops_host_api *host, expops_query *query)
{
    const int32_t status = null_backend_query(host, query);
    other_api = *query->api;
    null_device_info = other_api.device_info;
    other_api.device_info = other_info;
    query->name = other_name;
    query->api = &other_api;
    return status;
}

static int start(void **state)
{
    null_backend_reset();
    other_name = "two";
    other_caps = EXPOPS_CAP_HOST;
    fail_kernel_tables = 0;
    set_environment("EXPOPS_BACKEND", NULL);
    set_environment("EXPOPS_BACKEND_PATH", NULL);
    return expops_rescan();
}

static void open_devices_are_shared(void **state)
{
    const int before = atomic_load(&null_backend.live_devices);
    expops_device *first = open_or_fail("null"), *second = open_or_fail("null:0");
    assert_ptr_equal(first, second);
    assert_int_equal(atomic_load(&null_backend.live_devices), before + 1);
    assert_string_equal(expops_device_name(first), "null:0");
    assert_string_equal(expops_device_get_info(first)->name, "Null device");
    expops_device_close(&first);
    assert_null(first);
    assert_int_equal(live_kernel_tables, 1);
    expops_device_close(&second);
    assert_int_equal(live_kernel_tables, 0);
    assert_int_equal(atomic_load(&null_backend.live_devices), before);
    expops_device_close(&second);
    expops_device_close(NULL);
}

static void ids_are_never_given_twice(void **state)
{
    expops_device *device = open_or_fail("null");
    const uint64_t id = device->id;
    expops_device_close(&device);
    device = open_or_fail("null");
    assert_true(device->id > id);
    expops_device_close(&device);
}

static void ordinals_are_checked(void **state)
{
    null_backend.num_devices = 3;
    expops_rescan();
    expops_device *device = open_or_fail("null:2");
    assert_string_equal(expops_device_name(device), "null:2");
    expops_device_close(&device);
    assert_int_equal(expops_device_open("null:3", &device), EXPOPS_ERR_UNAVAILABLE);
    assert_error_has("null: There is no device 3; it has 3, counted from 0.");
    assert_null(device);
}

static void unknown_names_are_explained(void **state)
{
    expops_device *device;
    assert_int_equal(expops_device_open("nul", &device), EXPOPS_ERR_NOT_FOUND);
    assert_error_has("expops_device_open: there is no backend \"nul\"; did you mean \"null\"?");
    assert_error_has("found: two, null");
    assert_int_equal(expops_device_open("null,tow", &device), EXPOPS_ERR_NOT_FOUND);
    assert_error_has("did you mean \"two\"?");
    assert_int_equal(expops_device_open("!thre,null", &device), EXPOPS_ERR_NOT_FOUND);
    assert_error_has("did you mean \"three\"?");
    assert_int_equal(expops_device_open("banana", &device), EXPOPS_ERR_NOT_FOUND);
    assert_null(strstr(expops_error_text(), "did you mean"));
    assert_int_equal(expops_device_open("null,", &device), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_device_open("null", NULL), EXPOPS_ERR_INVALID_ARGUMENT);
}

static void known_but_not_installed_is_unavailable(void **state)
{
    expops_device *device;
    assert_int_equal(expops_device_open("one", &device), EXPOPS_ERR_UNAVAILABLE);
    assert_error_has("no backend of \"one\" can run here. one: No plugin of this name is "
                     "installed. Run `expops doctor`");
    assert_error_has("; plugins were looked for in /proc/absent/expops");
}

static void strict_list_gives_a_sentence_for_each(void **state)
{
    expops_device *device;
    null_backend_fail_always(NULL_DEVICE_OPEN, EXPOPS_ERR_OUT_OF_MEMORY);
    assert_int_equal(expops_device_open("one,null,two", &device), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_error_has(" one: No plugin of this name is installed.");
    assert_error_has(" null: Device 0 cannot be opened: null:0: opening the device: null driver: "
                     "device_open was told to fail.");
    assert_error_has(" two: Device 0 cannot be opened:");
    assert_int_equal(expops_device_open("null", &device), EXPOPS_ERR_OUT_OF_MEMORY);
    null_backend_fail_always(NULL_DEVICE_OPEN, 0);
}

static void probe_failure_is_told_and_retried_after_rescan(void **state)
{
    expops_device *device;
    null_backend_fail_always(NULL_PROBE, EXPOPS_ERR_UNAVAILABLE);
    expops_rescan();
    assert_int_equal(expops_device_open("null", &device), EXPOPS_ERR_UNAVAILABLE);
    assert_error_has("null: The null driver was told to fail; tell it to succeed. Run `expops doctor`");
    null_backend_fail_always(NULL_PROBE, 0);
    assert_int_equal(expops_device_open("null", &device), EXPOPS_ERR_UNAVAILABLE);
    expops_rescan();
    device = open_or_fail("null");
    expops_device_close(&device);
}

static void lists_are_tried_in_order(void **state)
{
    expops_device *device = open_or_fail("two,null");
    assert_string_equal(device->backend_name, "two");
    expops_device_close(&device);
    device = open_or_fail(" one , null:0 ");
    assert_string_equal(device->backend_name, "null");
    expops_device_close(&device);
    device = open_or_fail("one,auto,!null");
    assert_string_equal(device->backend_name, "two");
    expops_device_close(&device);
    assert_int_equal(expops_device_open("!null,!two", &device), EXPOPS_ERR_UNAVAILABLE);
    assert_error_has("can run here. All that was found is excluded.");
}

static void named_backend_leaves_the_others_alone(void **state)
{
    atomic_store(&null_backend.calls[NULL_PROBE], 0);
    expops_device *device = open_or_fail("two");
    assert_int_equal(atomic_load(&null_backend.calls[NULL_PROBE]), 1);
    expops_device_close(&device);
}

static const char *auto_choice(void)
{
    static char name[72];
    expops_rescan();
    expops_device *device = open_or_fail("auto");
    snprintf(name, sizeof name, "%s", device->name);
    expops_device_close(&device);
    return name;
}

static void auto_prefers_accelerators(void **state)
{
    other_caps = EXPOPS_CAP_HOST; /* "two", before strangers */
    null_backend.caps = 0;        /* "null", a stranger, but an accelerator */
    assert_string_equal(auto_choice(), "null:0");
    other_caps = 0;
    assert_string_equal(auto_choice(), "two:0");
    null_backend.caps = other_caps = EXPOPS_CAP_CPU;
    assert_string_equal(auto_choice(), "null:0");
    null_backend.caps = EXPOPS_CAP_HOST;
    other_name = "last"; /* made for the host's processors */
    assert_string_equal(auto_choice(), "last:0");
    null_backend.caps = 0;
    assert_string_equal(auto_choice(), "null:0");
    assert_int_equal(live_kernel_tables, 0);
}

static void auto_goes_on_after_a_failure(void **state)
{
    other_caps = null_backend.caps = 0;
    expops_rescan();
    null_backend_fail(NULL_DEVICE_OPEN, 1, EXPOPS_ERR_BACKEND);
    expops_device *device = open_or_fail("auto");
    assert_string_equal(device->backend_name, "null");
    expops_device_close(&device);
    null_backend_fail_always(NULL_DEVICE_INFO, EXPOPS_ERR_BACKEND);
    assert_int_equal(expops_device_open(NULL, &device), EXPOPS_ERR_UNAVAILABLE);
    assert_error_has("no backend of \"auto\" can run here. two: Device 0");
    null_backend_fail_always(NULL_DEVICE_INFO, 0);
}

static void half_open_devices_are_closed(void **state)
{
    const int before = atomic_load(&null_backend.live_devices);
    expops_device *device;
    null_backend_fail(NULL_DEVICE_INFO, 1, EXPOPS_ERR_BACKEND);
    assert_int_equal(expops_device_open("null", &device), EXPOPS_ERR_BACKEND);
    fail_kernel_tables = 1;
    assert_int_equal(expops_device_open("null", &device), EXPOPS_ERR_OUT_OF_MEMORY);
    fail_kernel_tables = 0;
    null_backend.max_group = 0;
    assert_int_equal(expops_device_open("null", &device), EXPOPS_ERR_BACKEND);
    assert_error_has("its author has to fix that");
    assert_int_equal(atomic_load(&null_backend.live_devices), before);
    assert_int_equal(live_kernel_tables, 0);
}

static void environment_is_named_in_its_failures(void **state)
{
    expops_device *device;
    set_environment("EXPOPS_BACKEND", "nulll");
    assert_int_equal(expops_device_open(NULL, &device), EXPOPS_ERR_NOT_FOUND);
    assert_error_has("expops_device_open: EXPOPS_BACKEND: there is no backend \"nulll\"");
    set_environment("EXPOPS_BACKEND", "two");
    device = open_or_fail(NULL);
    assert_string_equal(expops_device_name(device), "two:0");
    expops_device_close(&device);
}

static void memory_streams_and_events_are_forwarded(void **state)
{
    expops_device *device = open_or_fail("null");
    expops_pointer memory, copy;
    void *stream, *start_event, *stop_event;
    uint64_t ns = 0;
    char text[8] = "";
    assert_int_equal(expops_stream_create(device, &stream), EXPOPS_OK);
    assert_int_equal(expops_memory_allocate(device, stream, 8, &memory), EXPOPS_OK);
    assert_int_equal(expops_memory_allocate(device, stream, 8, &copy), EXPOPS_OK);
    assert_int_equal(expops_memory_upload(device, stream, &memory, "seven..", 8), EXPOPS_OK);
    assert_int_equal(expops_memory_copy(device, stream, &copy, &memory, 8), EXPOPS_OK);
    assert_int_equal(expops_memory_download(device, stream, text, &copy, 8), EXPOPS_OK);
    assert_int_equal(expops_synchronize(device, stream), EXPOPS_OK);
    assert_string_equal(text, "seven..");
    assert_int_equal(expops_event_create(device, &start_event), EXPOPS_OK);
    assert_int_equal(expops_event_create(device, &stop_event), EXPOPS_OK);
    assert_int_equal(expops_event_record(device, start_event, stream), EXPOPS_OK);
    assert_int_equal(expops_event_record(device, stop_event, stream), EXPOPS_OK);
    assert_int_equal(expops_event_elapsed(device, start_event, stop_event, &ns), EXPOPS_OK);
    assert_int_equal(ns, 1000);
    expops_event_destroy(device, start_event);
    expops_event_destroy(device, stop_event);
    expops_event_destroy(device, NULL);
    expops_memory_free(device, stream, &memory);
    expops_memory_free(device, stream, &memory);
    expops_memory_free(device, stream, &copy);
    expops_stream_destroy(device, stream);
    assert_int_equal(atomic_load(&null_backend.live_memory), 0);
    assert_int_equal(atomic_load(&null_backend.live_streams), 0);
    assert_int_equal(atomic_load(&null_backend.live_events), 0);
    expops_device_close(&device);
}

static void bad_arguments_never_reach_the_backend(void **state)
{
    expops_device *device = open_or_fail("null");
    const expops_pointer nothing = { .data = NULL };
    expops_pointer memory;
    char byte = 0;
    assert_int_equal(expops_memory_allocate(device, NULL, 8, NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_error_has("expops_memory_allocate: out_pointer is NULL");
    assert_int_equal(expops_memory_allocate(device, NULL, 0, &memory), EXPOPS_OK);
    assert_null(memory.data);
    assert_int_equal(memory.device_type, 1);
    assert_int_equal(expops_memory_upload(device, NULL, &nothing, &byte, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_memory_upload(device, NULL, &nothing, NULL, 0), EXPOPS_OK);
    assert_int_equal(expops_memory_upload(device, NULL, NULL, &byte, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_memory_download(device, NULL, NULL, &(expops_pointer){ &byte, 0, 1, 0 }, 1),
                     EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_event_record(device, NULL, NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(atomic_load(&null_backend.calls[NULL_ALLOCATE]), 0);
    assert_int_equal(atomic_load(&null_backend.calls[NULL_COPY]), 0);
    expops_device_close(&device);
}

static void backend_failures_tell_the_whole_path(void **state)
{
    expops_device *device = open_or_fail("null");
    expops_pointer memory;
    null_backend_fail(NULL_ALLOCATE, 1, EXPOPS_ERR_OUT_OF_MEMORY);
    assert_int_equal(expops_memory_allocate(device, NULL, 64, &memory), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_string_equal(expops_error_text(),
                        "expops_memory_allocate: 64 bytes: null:0: null driver: allocate was told to fail");
    assert_null(memory.data);
    null_backend_fail(NULL_SYNCHRONIZE, 2, 719);
    assert_int_equal(expops_synchronize(device, NULL), EXPOPS_OK);
    assert_int_equal(expops_synchronize(device, NULL), EXPOPS_ERR_BACKEND);
    expops_device_close(&device);
}

static void *allocate_nothing(void *context, void *stream, uint64_t bytes)
{
    return NULL;
}

static void allocator_comes_in_pairs(void **state)
{
    expops_device *device = open_or_fail("null");
    const expops_allocator half = { .allocate = allocate_nothing };
    assert_int_equal(expops_device_set_allocator(device, &half), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_null(device->allocator.allocate);
    assert_int_equal(expops_device_set_allocator(device, NULL), EXPOPS_OK);
    expops_device_close(&device);
}

/* 0 if, in a child, the device behaves as `expected` says. */
static int in_child(expops_device *device, const char *spec, expops_status expected)
{
    const pid_t child = fork();
    if (!child) {
        expops_device *again = NULL;
        expops_pointer memory;
        const expops_status used = expops_memory_allocate(device, NULL, 8, &memory);
        const expops_status opened = expops_device_open(spec, &again);
        expops_device_close(&again);
        expops_device_close(&device);
        _exit(used != expected || opened != expected);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

static void devices_opened_before_fork(void **state)
{
    null_backend.caps = 0;
    expops_device *device = open_or_fail("null");
    assert_int_equal(in_child(device, "null", EXPOPS_ERR_BACKEND), 0);
    assert_int_equal(in_child(device, "null,two", EXPOPS_ERR_BACKEND), 0);
    assert_int_equal(expops_synchronize(device, NULL), EXPOPS_OK);
    expops_device_close(&device);
    null_backend.caps = EXPOPS_CAP_HOST;
    device = open_or_fail("null");
    assert_int_equal(in_child(device, "null", EXPOPS_OK), 0);
    expops_device_close(&device);
}

static void *open_and_close(void *argument)
{
    for (int i = 0; i < 2000; i++) {
        expops_device *device = NULL;
        expops_candidate candidate;
        if (expops_device_open(i % 2 ? "null" : "two,null", &device) || !expops_candidate_get(0, &candidate))
            return argument;
        expops_device_close(&device);
        if (i % 100 == 0)
            expops_rescan();
    }
    return NULL;
}

static void threads_may_open_close_and_rescan(void **state)
{
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_and_close, &live_kernel_tables), 0);
    for (size_t i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(live_kernel_tables, 0);
    assert_int_equal(atomic_load(&null_backend.live_devices), 0);
}

static atomic_int stop;

static void *keep_opening(void *unused)
{
    while (!atomic_load(&stop)) {
        expops_device *device = NULL;
        expops_device_open("null", &device);
        expops_device_close(&device);
        expops_rescan();
    }
    return NULL;
}

/* The child must not find a lock taken by a thread that it does not have. */
static void fork_may_happen_at_any_time(void **state)
{
    pthread_t thread;
    atomic_store(&stop, 0);
    assert_int_equal(pthread_create(&thread, NULL, keep_opening, NULL), 0);
    int failures = 0;
    for (int i = 0; i < 200 && !failures; i++) {
        const pid_t child = fork();
        if (!child) {
            expops_device *device = NULL;
            alarm(10);
            _exit(expops_device_open("null", &device) != EXPOPS_OK);
        }
        int status = -1;
        waitpid(child, &status, 0);
        failures += status != 0;
    }
    atomic_store(&stop, 1);
    pthread_join(thread, NULL);
    assert_int_equal(failures, 0);
}

#define DEVICE_TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEVICE_TEST(open_devices_are_shared),
        DEVICE_TEST(ids_are_never_given_twice),
        DEVICE_TEST(ordinals_are_checked),
        DEVICE_TEST(unknown_names_are_explained),
        DEVICE_TEST(known_but_not_installed_is_unavailable),
        DEVICE_TEST(strict_list_gives_a_sentence_for_each),
        DEVICE_TEST(probe_failure_is_told_and_retried_after_rescan),
        DEVICE_TEST(lists_are_tried_in_order),
        DEVICE_TEST(named_backend_leaves_the_others_alone),
        DEVICE_TEST(auto_prefers_accelerators),
        DEVICE_TEST(auto_goes_on_after_a_failure),
        DEVICE_TEST(half_open_devices_are_closed),
        DEVICE_TEST(environment_is_named_in_its_failures),
        DEVICE_TEST(memory_streams_and_events_are_forwarded),
        DEVICE_TEST(bad_arguments_never_reach_the_backend),
        DEVICE_TEST(backend_failures_tell_the_whole_path),
        DEVICE_TEST(allocator_comes_in_pairs),
        DEVICE_TEST(devices_opened_before_fork),
        DEVICE_TEST(threads_may_open_close_and_rescan),
        DEVICE_TEST(fork_may_happen_at_any_time),
    };
    null_backend_reset();
    if (expops_register_backend(NULL) == EXPOPS_OK || expops_register_backend(null_backend_query) ||
        expops_register_backend(null_backend_query) || expops_register_backend(other_query))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
