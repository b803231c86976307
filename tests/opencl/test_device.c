/* A device's facts, memory, streams and events. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { COUNT = 1000 };

static void test_facts(void **state)
{
    const expops_device_info *info = &fix.info;
    expops_device_info shorter = { .header = { .struct_size = offsetof(expops_device_info, caps) } };

    assert_true(strlen(info->name) > 0 && strlen(info->target) > 0 && strlen(info->driver) > 0);
    assert_non_null(strstr(info->compiler, "-cl-std=CL"));
    assert_non_null(strstr(info->prelude, "XK_TENSOR"));
    assert_true(info->caps & EXPOPS_CAP_HANDLES);
    assert_true(info->memory_bytes > 0 && info->local_bytes > 0 && info->max_group > 0 && info->compute_units > 0);
    assert_true(info->subgroup >= 1);
    assert_int_equal(info->device_types[0], 4);
    assert_int_equal(info->device_id, 0);
    assert_int_equal(fix.api->device_info(fix.device, &shorter), EXPOPS_OK);
    assert_string_equal(shorter.name, info->name);
    assert_int_equal(shorter.caps, 0);
}

static void test_no_such_device(void **state)
{
    expops_backend_device *device = fix.device;

    assert_int_equal(fix.api->device_open(4711, &device), EXPOPS_ERR_UNAVAILABLE);
    assert_null(device);
    assert_non_null(strstr(last_error(), "4711"));
}

static void test_copies(void **state)
{
    int32_t in[COUNT], out[COUNT] = { 0 };
    expops_pointer from, to, host_out = { .data = out, .device_type = 1 };
    expops_transfer copy = { .bytes = 100 * sizeof(int32_t), .kind = EXPOPS_COPY_ON_DEVICE };

    for (int i = 0; i < COUNT; i++)
        in[i] = i;
    from = buffer_of(NULL, in, sizeof(in));
    to = buffer_of(NULL, in, sizeof(in));
    copy.source = from;
    copy.destination = to;
    copy.source.byte_offset = 500 * sizeof(int32_t);
    copy.destination.byte_offset = 10 * sizeof(int32_t);
    assert_int_equal(fix.api->copy(fix.device, NULL, &copy), EXPOPS_OK);
    copy = (expops_transfer){
        .destination = host_out, .source = to, .bytes = 200 * sizeof(int32_t), .kind = EXPOPS_COPY_TO_HOST
    };
    copy.destination.byte_offset = sizeof(int32_t);
    assert_int_equal(fix.api->copy(fix.device, NULL, &copy), EXPOPS_OK);
    assert_int_equal(fix.api->synchronize(fix.device, NULL), EXPOPS_OK);
    for (int i = 0; i < 200; i++)
        assert_int_equal(out[i + 1], i >= 10 && i < 110 ? i + 490 : i);
    copy.bytes = 0;
    copy.source.data = NULL;
    assert_int_equal(fix.api->copy(fix.device, NULL, &copy), EXPOPS_OK);
    buffer_free(&from);
    buffer_free(&to);
}

static void test_refused_memory(void **state)
{
    expops_pointer pointer = { .data = &pointer };
    expops_transfer copy = { .bytes = 1024, .kind = EXPOPS_COPY_TO_HOST };
    char room[1024];

    assert_int_equal(fix.api->allocate(fix.device, NULL, 1ull << 60, &pointer), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_null(pointer.data);
    assert_non_null(strstr(last_error(), "1152921504606846976 bytes"));
    snprintf(room, sizeof(room), "which has %llu", (unsigned long long)fix.info.memory_bytes);
    assert_non_null(strstr(last_error(), room));
    assert_int_equal(fix.api->allocate(fix.device, NULL, UINT64_MAX, &pointer), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_null(pointer.data);
    pointer = buffer_of(NULL, NULL, 0);
    assert_non_null(pointer.data);
    copy.source = pointer;
    copy.source.byte_offset = 1ull << 40; /* outside, whatever spare buffer was handed out */
    copy.destination = (expops_pointer){ .data = room, .device_type = 1 };
    assert_int_equal(fix.api->copy(fix.device, NULL, &copy), EXPOPS_ERR_BACKEND);
    buffer_free(&pointer);
}

static void *allocated_once(uint64_t bytes)
{
    expops_pointer pointer;

    assert_int_equal(fix.api->allocate(fix.device, NULL, bytes, &pointer), EXPOPS_OK);
    fix.api->release(fix.device, NULL, &pointer);
    return pointer.data;
}

/* A buffer released is kept and given out again, but not to a request that would waste most of it; where there are too many
 * they make room for those in use now. A spare buffer is alive, so that no other has its address. */
static void test_spare_buffers(void **state)
{
    enum { MANY = 40 };
    const uint64_t large = 2u << 20, small = 4096;
    void *const kept = allocated_once(large);
    expops_pointer held[MANY];

    assert_ptr_equal(allocated_once(large), kept);
    assert_ptr_equal(allocated_once(large / 2), kept);
    assert_ptr_not_equal(allocated_once(1), kept);
    assert_ptr_not_equal(allocated_once(large / 8), kept);
    assert_ptr_not_equal(allocated_once(large + 1), kept);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(fix.api->allocate(fix.device, NULL, large, held + i), EXPOPS_OK);
    for (int i = 0; i < MANY; i++)
        fix.api->release(fix.device, NULL, held + i);
    assert_ptr_equal(allocated_once(small), allocated_once(small));
}

static uint64_t host_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Times a few copies of 16 MiB and compares with the host's clock around them. */
static void time_copies(void *stream)
{
    const uint64_t bytes = fix.quick ? 4096 : 16u << 20;
    expops_pointer from = buffer_of(stream, NULL, bytes), to = buffer_of(stream, NULL, bytes);
    const expops_transfer copy = { .destination = to, .source = from, .bytes = bytes, .kind = EXPOPS_COPY_ON_DEVICE };
    uint64_t before, whole, elapsed = 0;
    void *start, *stop;

    assert_int_equal(fix.api->event_create(fix.device, &start), EXPOPS_OK);
    assert_int_equal(fix.api->event_create(fix.device, &stop), EXPOPS_OK);
    for (int round = 0; round < 2; round++) { /* events may be recorded again */
        before = host_ns();
        assert_int_equal(fix.api->event_record(fix.device, start, stream), EXPOPS_OK);
        for (int i = 0; i < 4; i++)
            assert_int_equal(fix.api->copy(fix.device, stream, &copy), EXPOPS_OK);
        assert_int_equal(fix.api->event_record(fix.device, stop, stream), EXPOPS_OK);
        assert_int_equal(fix.api->event_elapsed(fix.device, start, stop, &elapsed), EXPOPS_OK);
        whole = host_ns() - before;
        assert_true(elapsed > 0 || fix.quick);
        assert_true(elapsed <= whole + 1000000);
    }
    fix.api->event_destroy(fix.device, start);
    fix.api->event_destroy(fix.device, stop);
    buffer_free(&from);
    buffer_free(&to);
}

static void test_events(void **state)
{
    void *stream;

    time_copies(NULL);
    assert_int_equal(fix.api->stream_create(fix.device, &stream), EXPOPS_OK);
    time_copies(stream);
    fix.api->stream_destroy(fix.device, stream);
}

/* A queue as a caller may bring it: it keeps no times. */
static cl_command_queue plain_queue(void *sibling)
{
    cl_context context;
    cl_device_id id;

    CL(clGetCommandQueueInfo)(sibling, CL_QUEUE_CONTEXT, sizeof(context), &context, NULL);
    CL(clGetCommandQueueInfo)(sibling, CL_QUEUE_DEVICE, sizeof(id), &id, NULL);
    return CL(clCreateCommandQueue)(context, id, 0, NULL);
}

static void test_events_without_profiling(void **state)
{
    cl_command_queue plain;
    void *stream, *start, *stop;
    uint64_t elapsed;

    assert_int_equal(fix.api->stream_create(fix.device, &stream), EXPOPS_OK);
    plain = plain_queue(stream);
    assert_non_null(plain);
    time_copies(plain);
    assert_int_equal(fix.api->event_create(fix.device, &start), EXPOPS_OK);
    assert_int_equal(fix.api->event_create(fix.device, &stop), EXPOPS_OK);
    assert_int_equal(fix.api->event_record(fix.device, start, plain), EXPOPS_OK);
    assert_int_equal(fix.api->event_elapsed(fix.device, start, stop, &elapsed), EXPOPS_ERR_BACKEND);
    assert_int_equal(fix.api->event_record(fix.device, stop, stream), EXPOPS_OK);
    assert_int_equal(fix.api->event_elapsed(fix.device, start, stop, &elapsed), EXPOPS_ERR_BACKEND);
    assert_non_null(strstr(last_error(), "record both on one stream"));
    fix.api->event_destroy(fix.device, start);
    fix.api->event_destroy(fix.device, stop);
    CL(clReleaseCommandQueue)(plain);
    fix.api->stream_destroy(fix.device, stream);
}

static void test_nothing_is_released(void **state)
{
    const expops_pointer none = { 0 };

    fix.api->release(fix.device, NULL, &none);
    fix.api->stream_destroy(fix.device, NULL);
    fix.api->event_destroy(fix.device, NULL);
    fix.api->unload(fix.device, NULL);
    fix.api->device_close(NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_no_such_device),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_refused_memory),
        cmocka_unit_test(test_spare_buffers),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_events_without_profiling),
        cmocka_unit_test(test_nothing_is_released),
    };
    int result = fixture_open(argc, argv);

    if (result)
        return result;
    result = cmocka_run_group_tests_name("opencl/device", tests, NULL, NULL);
    fixture_close();
    return result;
}
