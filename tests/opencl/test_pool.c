/* Launches against a scripted OpenCL that counts: how many kernel objects are made, also when more
 * launches are under way than the pool holds, and what happens where a driver gives no binaries. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

enum { POOL = 32, DEPTH = 40 };

static const expops_backend_api *api;
static expops_backend_device *device;
static expops_backend_kernel *kernel;

/* What a kernel object remembers of its arguments: 1 where one was a buffer, 2 where it was an address, 3 where both. */
struct _cl_kernel {
    int kinds[8];
};

/* --- a scripted OpenCL: every object is an address inside `objects` --- */

static char objects[8];
#define DEVICE ((cl_device_id)&objects[0])
#define CONTEXT ((cl_context)&objects[1])
#define QUEUE ((cl_command_queue)&objects[2])
#define OTHER_CONTEXT ((cl_context)&objects[3])
#define OTHER_QUEUE ((cl_command_queue)&objects[4])
#define PROGRAM ((cl_program)&objects[5])

static int kernels_made, kernels_live, programs_live, launches, depth, refusals;
static cl_device_id device_of_other_queue;

static cl_int get_platforms(cl_uint room, cl_platform_id *out, cl_uint *out_count)
{
    out[0] = (cl_platform_id)objects;
    *out_count = 1;
    return CL_SUCCESS;
}

static cl_int get_devices(cl_platform_id platform, cl_device_type type, cl_uint room, cl_device_id *out,
                          cl_uint *out_count)
{
    out[0] = DEVICE;
    *out_count = 1;
    return CL_SUCCESS;
}

static cl_int get_device_info(cl_device_id id, cl_device_info what, size_t room, void *out, size_t *out_bytes)
{
    static const char version[] = "OpenCL 2.0 scripted";
    const cl_uint one = 1;
    const int text = what == CL_DEVICE_VERSION;

    if (out)
        memcpy(out, text ? (const void *)version : &one, text ? sizeof(version) : sizeof(one));
    if (out_bytes)
        *out_bytes = text ? sizeof(version) : sizeof(one);
    return CL_SUCCESS;
}

static cl_int get_platform_info(cl_platform_id platform, cl_platform_info what, size_t room, void *out,
                                size_t *out_bytes)
{
    return CL_SUCCESS;
}

static cl_context create_context(const cl_context_properties *properties, cl_uint count, const cl_device_id *ids,
                                 void (*notify)(const char *, const void *, size_t, void *), void *data,
                                 cl_int *out_code)
{
    return CONTEXT;
}

static cl_command_queue create_queue(cl_context context, cl_device_id id, cl_command_queue_properties properties,
                                     cl_int *out_code)
{
    return QUEUE;
}

static cl_int get_queue_info(cl_command_queue queue, cl_command_queue_info what, size_t room, void *out,
                             size_t *out_bytes)
{
    const void *value = queue == OTHER_QUEUE ? (void *)OTHER_CONTEXT : (void *)CONTEXT;

    if (what == CL_QUEUE_DEVICE)
        value = device_of_other_queue;
    memcpy(out, &value, sizeof(value));
    return CL_SUCCESS;
}

static cl_program create_program(cl_context context, cl_uint count, const char **texts, const size_t *sizes,
                                 cl_int *out_code)
{
    programs_live++;
    return PROGRAM;
}

static cl_int build_program(cl_program program, cl_uint count, const cl_device_id *ids, const char *options,
                            void (*notify)(cl_program, void *), void *data)
{
    return CL_SUCCESS;
}

/* A driver that keeps its binaries to itself. */
static cl_int get_program_info(cl_program program, cl_program_info what, size_t room, void *out, size_t *out_bytes)
{
    memset(out, 0, room);
    return CL_SUCCESS;
}

static cl_int release_program(cl_program program)
{
    programs_live--;
    return CL_SUCCESS;
}

static cl_kernel create_kernel(cl_program program, const char *name, cl_int *out_code)
{
    kernels_made++;
    kernels_live++;
    return calloc(1, sizeof(struct _cl_kernel));
}

static cl_int release_kernel(cl_kernel object)
{
    kernels_live--;
    free((void *)object);
    return CL_SUCCESS;
}

static void launch_on(void *queue);

/* Launches again from inside a launch, as another thread would, until `depth` are under way. */
static cl_int set_argument(cl_kernel object, cl_uint index, size_t bytes, const void *value)
{
    if (depth-- > 0)
        launch_on(NULL);
    object->kinds[index] |= 1;
    return CL_SUCCESS;
}

static cl_int set_address(cl_kernel object, cl_uint index, const void *address)
{
    object->kinds[index] |= 2;
    return CL_SUCCESS;
}

static cl_int copy_addresses(cl_command_queue queue, cl_bool wait, void *to, const void *from, size_t bytes,
                             cl_uint count, const cl_event *events, cl_event *event)
{
    return CL_SUCCESS;
}

/* A driver to which an argument that was an address cannot become a buffer, as it seems of NVIDIA's. */
static int has_mixed_kinds(cl_kernel object)
{
    for (int i = 0; i < 8; i++)
        if (object->kinds[i] == 3)
            return 1;
    return 0;
}

static cl_int enqueue(cl_command_queue queue, cl_kernel object, cl_uint dimensions, const size_t *offset,
                      const size_t *total, const size_t *group, cl_uint count, const cl_event *events, cl_event *event)
{
    if (refusals-- > 0 || has_mixed_kinds(object))
        return CL_INVALID_KERNEL_ARGS;
    assert_int_equal(dimensions, 2);
    assert_int_equal(total[0], 12);
    assert_int_equal(total[1], 5);
    assert_int_equal(group[0], 4);
    launches++;
    return CL_SUCCESS;
}

static cl_int release(void *object)
{
    return CL_SUCCESS;
}

static void never_called(void)
{
    fail_msg("a function of OpenCL was called that nothing here needs");
}

static void *scripted_symbol(void *library, const char *name)
{
    static const struct {
        const char *name;
        void *function;
    } rows[] = {
        { "clGetPlatformIDs", get_platforms },       { "clGetDeviceIDs", get_devices },
        { "clGetDeviceInfo", get_device_info },      { "clGetPlatformInfo", get_platform_info },
        { "clCreateContext", create_context },       { "clReleaseContext", release },
        { "clCreateCommandQueue", create_queue },    { "clReleaseCommandQueue", release },
        { "clGetCommandQueueInfo", get_queue_info }, { "clCreateProgramWithSource", create_program },
        { "clBuildProgram", build_program },         { "clGetProgramInfo", get_program_info },
        { "clReleaseProgram", release_program },     { "clCreateKernel", create_kernel },
        { "clReleaseKernel", release_kernel },       { "clSetKernelArg", set_argument },
        { "clEnqueueNDRangeKernel", enqueue },       { "clSetKernelArgSVMPointer", set_address },
        { "clEnqueueSVMMemcpy", copy_addresses },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!strcmp(rows[i].name, name))
            return rows[i].function;
    return never_called;
}

static void *open_scripted(const char *name, int only_loaded, const char **out_message)
{
    return objects;
}

/* --- tests --- */

/* With two tensors; the bits of `kinds` say which are addresses. */
static int32_t launch_kinds(void *queue, int kinds)
{
    const uint64_t params = 1;
    const expops_pointer tensors[2] = { { .data = objects, .device_type = kinds & 1 ? 12 : 4 },
                                        { .data = objects, .device_type = kinds & 2 ? 12 : 4 } };
    const expops_launch launch = { .struct_size = sizeof(launch),
                                   .num_tensors = 2,
                                   .tensors = tensors,
                                   .params = &params,
                                   .params_bytes = sizeof(params),
                                   .grid = { 3, 5, 1 },
                                   .group = { 4, 1, 1 } };

    return api->launch(device, kernel, queue, &launch);
}

static int32_t try_launch(void *queue)
{
    return launch_kinds(queue, 0);
}

static void launch_on(void *queue)
{
    assert_int_equal(try_launch(queue), EXPOPS_OK);
}

static int set_up(void **state)
{
    const expops_source source = { .text = "text", .name = "test", .entry = "xk_main", .target = "" };
    expops_image image;
    uint32_t count;

    if (api->probe(&count) || api->device_open(0, &device) || api->compile(device, &source, &image))
        return 1;
    kernels_made = kernels_live = launches = depth = refusals = 0;
    if (memcmp(image.data, "ocltxt1", 8) || programs_live != 0)
        return 1;
    if (api->load(device, image.data, image.bytes, "xk_main", &kernel))
        return 1;
    api->release_image(&image);
    return 0;
}

/* Whatever a test did, unloading leaves nothing. */
static int tear_down(void **state)
{
    api->unload(device, kernel);
    api->device_close(device);
    return kernels_live != 0 || programs_live != 0;
}

static void test_one_thread_makes_one_kernel(void **state)
{
    for (int i = 0; i < 1000; i++)
        launch_on(i % 2 ? NULL : QUEUE);
    assert_int_equal(launches, 1000);
    assert_int_equal(kernels_made, 1);
    assert_int_equal(programs_live, 1);
}

static void test_launches_at_once(void **state)
{
    depth = DEPTH - 1;
    launch_on(NULL);
    assert_int_equal(launches, DEPTH);
    assert_int_equal(kernels_made, DEPTH);
    assert_int_equal(kernels_live, POOL); /* the others were temporary */
    depth = POOL - 1;
    launch_on(NULL);
    assert_int_equal(kernels_made, DEPTH); /* and the pool's serve again */
}

static void test_buffers_and_addresses_in_turn(void **state)
{
    for (int i = 0; i < 40; i++)
        assert_int_equal(launch_kinds(NULL, i % 4), EXPOPS_OK);
    assert_int_equal(kernels_made, 4);
    assert_int_equal(kernels_live, 4);
}

/* What a kernel object remembers after a refusal is unknown, so another takes its place. */
static void test_refused_kernel_is_not_used_again(void **state)
{
    refusals = 1;
    assert_int_equal(try_launch(NULL), EXPOPS_ERR_BACKEND);
    assert_int_equal(kernels_live, 0);
    for (int i = 0; i < 10; i++)
        launch_on(NULL);
    assert_int_equal(kernels_made, 2);
    assert_int_equal(kernels_live, 1);
}

static void test_another_context(void **state)
{
    device_of_other_queue = DEVICE;
    for (int i = 0; i < 10; i++)
        launch_on(OTHER_QUEUE);
    assert_int_equal(programs_live, 2);
    assert_int_equal(kernels_made, 2);
    launch_on(NULL);
    assert_int_equal(kernels_made, 2);
}

static void test_another_device(void **state)
{
    device_of_other_queue = (cl_device_id)&objects[7];
    assert_int_equal(try_launch(OTHER_QUEUE), EXPOPS_ERR_DEVICE);
    assert_non_null(strstr(last_error(), "another OpenCL device"));
    assert_int_equal(launches, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_thread_makes_one_kernel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_launches_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_buffers_and_addresses_in_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused_kernel_is_not_used_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_context, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_device, set_up, tear_down),
    };
    expops_query query = { .header = { .struct_size = sizeof(query) }, .host_major = host.major };
    expops_backend_query_fn ask = argc > 1 ? plugin_load(argv[1]) : NULL;

    host.open_library = open_scripted;
    host.library_symbol = scripted_symbol;
    if (!ask || ask(&host, &query) != 0)
        return EXIT_BROKEN;
    api = query.api;
    return cmocka_run_group_tests_name("opencl/pool", tests, NULL, NULL);
}
