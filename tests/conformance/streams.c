/* Streams keep order; events tell time. */
#include "conformance.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIZE = 1 << 20, HOPS = 200 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static expops_pointer allocate(void *stream, uint64_t bytes)
{
    expops_pointer pointer;
    assert_ok(expops_memory_allocate(conformance_device, stream, bytes, &pointer));
    return pointer;
}

/* Without a wait between them, each copy must see what the one before it wrote. */
static void chain(void *stream)
{
    uint32_t there[256], back[256];
    expops_pointer a = allocate(stream, sizeof(there)), b = allocate(stream, sizeof(there));
    for (uint32_t i = 0; i < 256; i++)
        there[i] = i * 2654435761u;
    assert_ok(expops_memory_upload(conformance_device, stream, &a, there, sizeof(there)));
    for (int hop = 0; hop < HOPS; hop++)
        assert_ok(expops_memory_copy(conformance_device, stream, hop % 2 ? &a : &b, hop % 2 ? &b : &a, sizeof(there)));
    assert_ok(expops_memory_download(conformance_device, stream, back, HOPS % 2 ? &b : &a, sizeof(back)));
    assert_ok(expops_synchronize(conformance_device, stream));
    assert_memory_equal(there, back, sizeof(there));
    expops_memory_free(conformance_device, stream, &a);
    expops_memory_free(conformance_device, stream, &b);
}

static void test_order_on_default_stream(void **state)
{
    chain(NULL);
}

static void test_order_on_own_streams(void **state)
{
    void *streams[4];
    for (int i = 0; i < 4; i++)
        assert_ok(expops_stream_create(conformance_device, &streams[i]));
    for (int i = 0; i < 4; i++)
        chain(streams[i]);
    for (int i = 0; i < 4; i++)
        expops_stream_destroy(conformance_device, streams[i]);
    expops_stream_destroy(conformance_device, NULL);
}

/* What one stream finished, another one sees. */
static void test_between_streams(void **state)
{
    void *first, *second;
    static unsigned char there[SIZE], back[SIZE];
    memset(there, 0x3C, SIZE);
    assert_ok(expops_stream_create(conformance_device, &first));
    assert_ok(expops_stream_create(conformance_device, &second));
    expops_pointer memory = allocate(first, SIZE);
    assert_ok(expops_memory_upload(conformance_device, first, &memory, there, SIZE));
    assert_ok(expops_synchronize(conformance_device, first));
    assert_ok(expops_memory_download(conformance_device, second, back, &memory, SIZE));
    assert_ok(expops_synchronize(conformance_device, second));
    assert_memory_equal(there, back, SIZE);
    expops_memory_free(conformance_device, first, &memory);
    expops_stream_destroy(conformance_device, first);
    expops_stream_destroy(conformance_device, second);
}

static void elapsed_on(void *stream)
{
    void *start, *stop;
    uint64_t ns = UINT64_MAX;
    static unsigned char bytes[SIZE];
    expops_pointer memory = allocate(stream, SIZE);
    assert_ok(expops_event_create(conformance_device, &start));
    assert_ok(expops_event_create(conformance_device, &stop));
    const double before = now();
    assert_ok(expops_event_record(conformance_device, start, stream));
    for (int i = 0; i < 20; i++)
        assert_ok(expops_memory_upload(conformance_device, stream, &memory, bytes, SIZE));
    assert_ok(expops_event_record(conformance_device, stop, stream));
    assert_ok(expops_event_elapsed(conformance_device, start, stop, &ns));
    const double wall = now() - before;
    /* 20 MiB take some time, and no longer than the host's clock saw. */
    if (ns < 1000 || (double)ns > wall * 1.1 + 1e6)
        fail_msg("20 copies of a mebibyte took %llu ns by events, %.0f ns by the clock", (unsigned long long)ns, wall);
    expops_event_destroy(conformance_device, start);
    expops_event_destroy(conformance_device, stop);
    expops_memory_free(conformance_device, stream, &memory);
}

static void test_events(void **state)
{
    void *stream;
    elapsed_on(NULL);
    assert_ok(expops_stream_create(conformance_device, &stream));
    elapsed_on(stream);
    expops_stream_destroy(conformance_device, stream);
}

const struct CMUnitTest conformance_streams[] = {
    cmocka_unit_test(test_order_on_default_stream),
    cmocka_unit_test(test_order_on_own_streams),
    cmocka_unit_test(test_between_streams),
    cmocka_unit_test(test_events),
};
const size_t conformance_num_streams = sizeof(conformance_streams) / sizeof(conformance_streams[0]);
