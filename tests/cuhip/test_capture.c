/* A graph captured from the plugin's calls on a real device: the plugin says that the stream is captured, launches and (where
 * the driver can) allocations go into the graph, and replaying it computes. Skips where the probe finds no device. */
#include "device_support.h"

#include <stdio.h>
#include <string.h>

enum { COUNT = 4096, GLOBAL_MODE = 0 };

/* The vendor's functions that only an application uses; results and handles are as in the plugin's tables. */
static struct {
    unsigned int (*begin)(void *stream, unsigned int mode);
    unsigned int (*end)(void *stream, void **out_graph);
    unsigned int (*instantiate)(void **out_exec, void *graph, unsigned long long flags);
    unsigned int (*instantiate_hip)(void **out_exec, void *graph, void **node, char *log, size_t bytes);
    unsigned int (*launch)(void *exec, void *stream);
    unsigned int (*destroy_exec)(void *exec);
    unsigned int (*destroy)(void *graph);
} graph;

static int find(void *library, const char *name, void *out_function)
{
    void *found = library ? plugin_host_symbol_real(library, name) : NULL;
    memcpy(out_function, &found, sizeof found);
    if (!found)
        fprintf(stderr, "the driver has no %s\n", name);
    return found != NULL;
}

static int find_cuda(void)
{
    unsigned int (*retain)(void **out_context, int device) = NULL;
    unsigned int (*set)(void *context) = NULL;
    void *context, *library = plugin_host_open_real("libcuda.so.1", 1, &(const char *){ NULL });
    return find(library, "cuStreamBeginCapture_v2", &graph.begin) && find(library, "cuStreamEndCapture", &graph.end) &&
           find(library, "cuGraphInstantiateWithFlags", &graph.instantiate) &&
           find(library, "cuGraphLaunch", &graph.launch) && find(library, "cuGraphExecDestroy", &graph.destroy_exec) &&
           find(library, "cuGraphDestroy", &graph.destroy) && find(library, "cuDevicePrimaryCtxRetain", &retain) &&
           find(library, "cuCtxSetCurrent", &set) && retain(&context, 0) == 0 && set(context) == 0;
}

static int find_hip(void)
{
    static const char *const names[] = { "libamdhip64.so.7", "libamdhip64.so.6", "libamdhip64.so.5", "libamdhip64.so" };
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !library; i++)
        library = plugin_host_open_real(names[i], 1, &(const char *){ NULL });
    return find(library, "hipStreamBeginCapture", &graph.begin) && find(library, "hipStreamEndCapture", &graph.end) &&
           find(library, "hipGraphInstantiate", &graph.instantiate_hip) &&
           find(library, "hipGraphLaunch", &graph.launch) &&
           find(library, "hipGraphExecDestroy", &graph.destroy_exec) &&
           find(library, "hipGraphDestroy", &graph.destroy);
}

static void *end_capture(void *stream, void **out_captured)
{
    void *exec = NULL;
    assert_int_equal(graph.end(stream, out_captured), 0);
    assert_non_null(*out_captured);
    assert_int_equal(graph.instantiate ? graph.instantiate(&exec, *out_captured, 0)
                                       : graph.instantiate_hip(&exec, *out_captured, NULL, NULL, 0),
                     0);
    return exec;
}

/* Allocating either becomes part of the graph or is refused, and neither ends the capture. */
static void allocate_in_capture(void *stream)
{
    expops_pointer scratch;
    const int32_t status = api->allocate(device, stream, 1 << 16, &scratch);
    if (status == EXPOPS_OK)
        api->release(device, stream, &scratch);
    else
        assert_int_equal(status, EXPOPS_ERR_CAPTURE);
}

static void replay(void *exec, void *stream, const expops_pointer *memory)
{
    static uint32_t in[COUNT], out[COUNT];
    for (int i = 0; i < COUNT; i++)
        in[i] = random_word();
    device_copy(stream, EXPOPS_COPY_TO_DEVICE, (char *)memory->data + DEVICE_IN + sizeof in, in, sizeof in);
    assert_int_equal(graph.launch(exec, stream), 0);
    device_copy(stream, EXPOPS_COPY_TO_HOST, out, (char *)memory->data + DEVICE_OUT, sizeof out);
    check(api->synchronize(device, stream));
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(out[i], (uint32_t)((uint64_t)in[i] * 0x9e3779b9u >> 32));
}

static void test_capture_and_replay(void **state)
{
    expops_backend_kernel *kernel = device_build(MULHI);
    expops_pointer memory;
    uint32_t capturing = 0;
    void *stream, *captured = NULL;
    check(api->stream_create(device, &stream));
    check(api->allocate(device, NULL, 2 * COUNT * sizeof(uint32_t) + DEVICE_IN, &memory));
    check(api->synchronize(device, NULL));
    assert_int_equal(graph.begin(stream, GLOBAL_MODE), 0);
    check(api->stream_capturing(device, stream, &capturing));
    assert_int_equal(capturing, 1);
    device_launch(kernel, stream, &memory, COUNT);
    allocate_in_capture(stream);
    void *exec = end_capture(stream, &captured);
    check(api->stream_capturing(device, stream, &capturing));
    assert_int_equal(capturing, 0);
    for (int i = 0; i < 3; i++)
        replay(exec, stream, &memory);
    assert_int_equal(graph.destroy_exec(exec), 0);
    assert_int_equal(graph.destroy(captured), 0);
    api->release(device, NULL, &memory);
    api->unload(device, kernel);
    api->stream_destroy(device, stream);
}

/* The core lets go of a kernel that a graph was recorded with; and it lets go of another while a stream is being captured. */
static void f13_a_graph_outlives_its_kernel_in_the_core(void **state)
{
    expops_backend_kernel *kernel = device_build(MULHI), *other = device_build(MULHI);
    expops_pointer memory;
    void *stream, *captured = NULL;
    check(api->stream_create(device, &stream));
    check(api->allocate(device, NULL, 2 * COUNT * sizeof(uint32_t) + DEVICE_IN, &memory));
    device_launch(other, stream, &memory, COUNT);
    check(api->synchronize(device, stream));
    assert_int_equal(graph.begin(stream, GLOBAL_MODE), 0);
    device_launch(kernel, stream, &memory, COUNT);
    api->unload(device, other);
    void *exec = end_capture(stream, &captured);
    api->unload(device, kernel);
    for (int i = 0; i < 3; i++)
        replay(exec, stream, &memory);
    assert_int_equal(graph.destroy_exec(exec), 0);
    assert_int_equal(graph.destroy(captured), 0);
    api->release(device, NULL, &memory);
    api->stream_destroy(device, stream);
}

/* Asking about the default stream must leave the capture of another stream whole. */
static void test_default_stream_during_a_capture(void **state)
{
    uint32_t capturing = 0;
    void *stream, *captured = NULL;
    check(api->stream_create(device, &stream));
    assert_int_equal(graph.begin(stream, GLOBAL_MODE), 0);
    check(api->stream_capturing(device, NULL, &capturing));
    assert_int_equal(graph.end(stream, &captured), 0);
    if (captured)
        assert_int_equal(graph.destroy(captured), 0);
    check(api->stream_capturing(device, NULL, &capturing));
    assert_int_equal(capturing, 0);
    api->stream_destroy(device, stream);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capture_and_replay),
        cmocka_unit_test(f13_a_graph_outlives_its_kernel_in_the_core),
        cmocka_unit_test(test_default_stream_during_a_capture),
    };
    const int unable = device_open(argc, argv);
    if (unable)
        return unable;
    if (!(strcmp(query.name, "cuda") == 0 ? find_cuda() : find_hip()))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
