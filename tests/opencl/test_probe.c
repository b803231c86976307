/* The handshake, and probing against a scripted OpenCL: no library, an old one, no platform, odd
 * devices. The plugin keeps the library it found, so the order of these tests counts. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const expops_backend_api *api;
static expops_backend_query_fn query_plugin;

/* --- a scripted OpenCL --- */

typedef struct scripted_device {
    const char *name, *version, *extensions;
    cl_device_type type;
    cl_bool available, compiler;
    size_t subgroups[2];
} scripted_device;

static scripted_device devices[] = {
    { "a processor", "OpenCL 3.0 x", "", CL_DEVICE_TYPE_CPU, 1, 1, { 0 } },
    { "an old card", "OpenCL 1.1 x", "", CL_DEVICE_TYPE_GPU, 1, 1, { 0 } },
    { "a card",
      "OpenCL 3.0 x",
      "cl_khr_fp64 cl_khr_subgroups cl_khr_subgroup_shuffle_relative "
      "cl_intel_required_subgroup_size",
      CL_DEVICE_TYPE_GPU,
      1,
      1,
      { 16, 32 } },
    { "an accelerator", "OpenCL 2.1 x", "cl_khr_subgroups_not_quite", CL_DEVICE_TYPE_ACCELERATOR, 1, 1, { 0 } },
    { "a card without compiler", "OpenCL 1.2 x", "", CL_DEVICE_TYPE_GPU, 1, 0, { 0 } },
    { "a busy card", "OpenCL 1.2 x", "", CL_DEVICE_TYPE_GPU, 0, 1, { 0 } },
    { "another card", "OpenCL 1.2 x", "", CL_DEVICE_TYPE_GPU, 1, 1, { 0 } },
};

static cl_int platforms_code = -1001; /* CL_PLATFORM_NOT_FOUND_KHR */
static cl_uint num_platforms;
static int devices_hidden, context_fails;
static const char *symbol_hidden;
static int handle; /* stands for contexts and queues */

static cl_int get_platforms(cl_uint room, cl_platform_id *out, cl_uint *out_count)
{
    if (num_platforms)
        out[0] = (cl_platform_id)&handle;
    *out_count = num_platforms;
    return platforms_code;
}

static cl_int get_devices(cl_platform_id platform, cl_device_type type, cl_uint room, cl_device_id *out,
                          cl_uint *out_count)
{
    const cl_uint count = sizeof(devices) / sizeof(devices[0]);

    if (devices_hidden)
        return CL_DEVICE_NOT_FOUND;
    for (cl_uint i = 0; i < count; i++)
        out[i] = (cl_device_id)&devices[i];
    *out_count = count;
    return CL_SUCCESS;
}

static cl_int answer(const void *value, size_t bytes, size_t room, void *out, size_t *out_bytes)
{
    if (out && room < bytes)
        return CL_INVALID_VALUE;
    if (out)
        memcpy(out, value, bytes);
    if (out_bytes)
        *out_bytes = bytes;
    return CL_SUCCESS;
}

static cl_int get_device_info(cl_device_id id, cl_device_info what, size_t room, void *out, size_t *out_bytes)
{
    const scripted_device *device = (const scripted_device *)id;

    switch (what) {
    case CL_DEVICE_NAME:
        return answer(device->name, strlen(device->name) + 1, room, out, out_bytes);
    case CL_DEVICE_VERSION:
        return answer(device->version, strlen(device->version) + 1, room, out, out_bytes);
    case CL_DEVICE_EXTENSIONS:
        return answer(device->extensions, strlen(device->extensions) + 1, room, out, out_bytes);
    case CL_DEVICE_TYPE:
        return answer(&device->type, sizeof(device->type), room, out, out_bytes);
    case CL_DEVICE_AVAILABLE:
        return answer(&device->available, sizeof(cl_bool), room, out, out_bytes);
    case CL_DEVICE_COMPILER_AVAILABLE:
        return answer(&device->compiler, sizeof(cl_bool), room, out, out_bytes);
    case 0x4108: /* CL_DEVICE_SUB_GROUP_SIZES_INTEL */
        return answer(device->subgroups, sizeof(device->subgroups), room, out, out_bytes);
    default:
        return CL_INVALID_VALUE;
    }
}

static cl_int get_platform_info(cl_platform_id platform, cl_platform_info what, size_t room, void *out,
                                size_t *out_bytes)
{
    return answer("scripted", sizeof("scripted"), room, out, out_bytes);
}

static cl_context create_context(const cl_context_properties *properties, cl_uint count, const cl_device_id *ids,
                                 void (*notify)(const char *, const void *, size_t, void *), void *data,
                                 cl_int *out_code)
{
    *out_code = context_fails ? CL_DEVICE_NOT_AVAILABLE : CL_SUCCESS;
    return context_fails ? NULL : (cl_context)&handle;
}

static cl_command_queue create_queue(cl_context context, cl_device_id id, cl_command_queue_properties properties,
                                     cl_int *out_code)
{
    *out_code = CL_SUCCESS;
    return (cl_command_queue)&handle;
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
        { "clGetPlatformIDs", get_platforms },  { "clGetDeviceIDs", get_devices },
        { "clGetDeviceInfo", get_device_info }, { "clGetPlatformInfo", get_platform_info },
        { "clCreateContext", create_context },  { "clCreateCommandQueue", create_queue },
        { "clReleaseContext", release },        { "clReleaseCommandQueue", release },
    };

    if (symbol_hidden && !strcmp(name, symbol_hidden))
        return NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!strcmp(rows[i].name, name))
            return rows[i].function;
    return strstr(name, "SVM") ? NULL : (void *)never_called;
}

static void *open_nothing(const char *name, int only_loaded, const char **out_message)
{
    *out_message = "libOpenCL.so.1: cannot open shared object file";
    return NULL;
}

static void *open_scripted(const char *name, int only_loaded, const char **out_message)
{
    return &handle;
}

/* --- tests --- */

static void test_query(void **state)
{
    expops_query query = { .header = { .struct_size = sizeof(query) }, .host_major = EXPOPS_BACKEND_MAJOR + 1 };

    assert_int_not_equal(query_plugin(&host, &query), 0);
    assert_null(query.api);
    assert_string_equal(query.name, "opencl");
    assert_int_equal(query.plugin_major, EXPOPS_BACKEND_MAJOR);
    query.host_major = EXPOPS_BACKEND_MAJOR;
    assert_int_equal(query_plugin(&host, &query), 0);
    assert_non_null(query.api);
    assert_true(strlen(query.version) > 0 && strlen(query.description) > 0);
    api = query.api;
}

static void expect_unavailable(uint32_t cause, const char *words)
{
    uint32_t count = 99;

    forget_reports();
    assert_int_equal(api->probe(&count), EXPOPS_ERR_UNAVAILABLE);
    assert_int_equal(count, 0);
    assert_int_equal(last_cause(), cause);
    assert_non_null(strstr(last_cause_text(), words));
    assert_string_equal(last_cause_text(), last_error());
}

static void test_no_library(void **state)
{
    host.open_library = open_nothing;
    expect_unavailable(EXPOPS_CAUSE_DRIVER_MISSING, "cannot open shared object file");
    expect_unavailable(EXPOPS_CAUSE_DRIVER_MISSING, "install");
}

static void test_old_library(void **state)
{
    host.open_library = open_scripted;
    host.library_symbol = scripted_symbol;
    symbol_hidden = "clEnqueueMarkerWithWaitList";
    expect_unavailable(EXPOPS_CAUSE_DRIVER_TOO_OLD, "clEnqueueMarkerWithWaitList");
    symbol_hidden = NULL;
}

static void test_no_platform(void **state)
{
    expect_unavailable(EXPOPS_CAUSE_NO_DEVICE, "no platform");
    platforms_code = CL_SUCCESS;
    expect_unavailable(EXPOPS_CAUSE_NO_DEVICE, "no platform");
}

static void test_no_device(void **state)
{
    num_platforms = 1;
    devices_hidden = 1;
    expect_unavailable(EXPOPS_CAUSE_NO_DEVICE, "no OpenCL platform has a usable device");
    devices_hidden = 0;
}

/* GPUs first, then accelerators, then processors; unusable ones are left out with a cause. */
static void test_order(void **state)
{
    static const char *const names[] = { "a card", "another card", "an accelerator", "a processor" };
    uint32_t count = 0;

    forget_reports();
    assert_int_equal(api->probe(&count), EXPOPS_OK);
    assert_int_equal(count, 4);
    assert_int_equal(last_cause(), EXPOPS_CAUSE_NO_DEVICE);
    assert_non_null(strstr(last_cause_text(), "a busy card"));
    for (uint32_t i = 0; i < count; i++) {
        expops_device_info info = { .header = { .struct_size = sizeof(info) } };
        expops_backend_device *device;

        assert_int_equal(api->device_open(i, &device), EXPOPS_OK);
        assert_int_equal(api->device_info(device, &info), EXPOPS_OK);
        assert_string_equal(info.name, names[i]);
        assert_int_equal(info.device_id, i);
        assert_int_equal(info.subgroup, i == 0 ? 32 : 1);
        assert_int_equal(info.num_device_types, 1);
        assert_true(!strstr(info.prelude, "#define XK_OCL_SUBGROUP 32") == (i != 0));
        assert_true(!strstr(info.prelude, "#define XK_OCL_GPU 1") == (i > 1));
        assert_true(!strstr(info.compiler, "CL3.0") == (i != 0));
        api->device_close(device);
    }
}

static void test_open_fails(void **state)
{
    expops_backend_device *device = (expops_backend_device *)&handle;

    context_fails = 1;
    assert_int_equal(api->device_open(0, &device), EXPOPS_ERR_UNAVAILABLE);
    assert_null(device);
    assert_non_null(strstr(last_error(), "CL_DEVICE_NOT_AVAILABLE"));
    context_fails = 0;
}

static void test_child_of_a_fork(void **state)
{
    int status = -1;
    const pid_t child = fork();

    if (!child) {
        uint32_t count;
        expops_backend_device *device = NULL;
        const int refused = api->probe(&count) != 0 && count == 0 && api->device_open(0, &device) != 0 && !device;

        _exit(!refused || !strstr(last_error(), "before this process was forked"));
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),       cmocka_unit_test(test_no_library),      cmocka_unit_test(test_old_library),
        cmocka_unit_test(test_no_platform), cmocka_unit_test(test_no_device),       cmocka_unit_test(test_order),
        cmocka_unit_test(test_open_fails),  cmocka_unit_test(test_child_of_a_fork),
    };

    query_plugin = argc > 1 ? plugin_load(argv[1]) : NULL;
    if (!query_plugin)
        return EXIT_BROKEN;
    return cmocka_run_group_tests_name("opencl/probe", tests, NULL, NULL);
}
