/* Compiling, loading and launching on a device: offsets, shared virtual memory, threads, callers'
 * contexts. */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const char scale_kernel[];

enum { GROUP = 64, COUNT = 256 };
static const char defines[] = "#define XK 1\n#define XK_WG 64\n";

typedef struct scale_params {
    float factor, add;
    int64_t count;
} scale_params;

static expops_backend_kernel *scale;

static int set_up(void **state)
{
    scale = kernel_of(defines, scale_kernel);
    return 0;
}

static int tear_down(void **state)
{
    fix.api->unload(fix.device, scale);
    return 0;
}

static void fill(float *values, int count)
{
    for (int i = 0; i < count; i++)
        values[i] = (float)i;
}

static void test_byte_offsets(void **state)
{
    const scale_params params = { 3.0f, 1.0f, 100 };
    float values[COUNT], out[COUNT];
    expops_pointer tensors[2];

    fill(values, COUNT);
    tensors[0] = buffer_of(NULL, values, sizeof(values));
    tensors[1] = buffer_of(NULL, values, sizeof(values));
    tensors[0].byte_offset = 7 * sizeof(float);
    tensors[1].byte_offset = 2 * sizeof(float);
    launch_line(scale, NULL, tensors, 2, &params, sizeof(params), 2, GROUP);
    tensors[0].byte_offset = 0;
    buffer_read(NULL, &tensors[0], out, sizeof(out));
    for (int i = 0; i < COUNT; i++)
        assert_true(out[i] == (i >= 7 && i < 107 ? (float)(i - 7 + 2) * 3 + 1 : (float)i));
    buffer_free(&tensors[0]);
    buffer_free(&tensors[1]);
}

static void test_in_place(void **state)
{
    const scale_params params = { 2.0f, 0.5f, COUNT };
    float values[COUNT];
    expops_pointer buffer;

    fill(values, COUNT);
    buffer = buffer_of(NULL, values, sizeof(values));
    launch_line(scale, NULL, (expops_pointer[]){ buffer, buffer }, 2, &params, sizeof(params), COUNT / GROUP, GROUP);
    buffer_read(NULL, &buffer, values, sizeof(values));
    for (int i = 0; i < COUNT; i++)
        assert_true(values[i] == (float)i * 2 + 0.5f);
    buffer_free(&buffer);
}

static cl_context context_of(void *queue)
{
    cl_context context = NULL;

    assert_int_equal(CL(clGetCommandQueueInfo)(queue, CL_QUEUE_CONTEXT, sizeof(context), &context, NULL), CL_SUCCESS);
    return context;
}

static void copy_or_fail(void *stream, uint32_t kind, expops_pointer destination, expops_pointer source, uint64_t bytes)
{
    const expops_transfer copy = { .destination = destination, .source = source, .bytes = bytes, .kind = kind };

    assert_int_equal(fix.api->copy(fix.device, stream, &copy), EXPOPS_OK);
    assert_int_equal(fix.api->synchronize(fix.device, stream), EXPOPS_OK);
}

static void test_shared_virtual_memory(void **state)
{
    const scale_params params = { 5.0f, 0.0f, COUNT - 4 };
    expops_pointer out = { .device_type = 12 }, in = { .device_type = 12, .byte_offset = 16 };
    float values[COUNT] = { 0 }, result[COUNT];
    void *queue;

    assert_int_equal(fix.api->stream_create(fix.device, &queue), EXPOPS_OK);
    if (fix.info.num_device_types < 2) {
        const expops_launch launch = { .struct_size = sizeof(launch), .num_tensors = 1, .tensors = &out };

        assert_int_equal(fix.api->launch(fix.device, scale, queue, &launch), EXPOPS_ERR_UNSUPPORTED);
        assert_non_null(strstr(last_error(), "no shared virtual memory"));
        fix.api->stream_destroy(fix.device, queue);
        return;
    }
    assert_int_equal(fix.info.device_types[1], 12);
    out.data = CL(clSVMAlloc)(context_of(queue), CL_MEM_READ_WRITE, sizeof(values), 0);
    in.data = CL(clSVMAlloc)(context_of(queue), CL_MEM_READ_WRITE, sizeof(values), 0);
    assert_true(out.data && in.data);
    fill(values, COUNT);
    copy_or_fail(queue, EXPOPS_COPY_TO_DEVICE, (expops_pointer){ .data = in.data, .device_type = 12 },
                 (expops_pointer){ .data = values, .device_type = 1 }, sizeof(values));
    launch_line(scale, queue, (expops_pointer[]){ out, in }, 2, &params, sizeof(params), COUNT / GROUP, GROUP);
    copy_or_fail(queue, EXPOPS_COPY_TO_HOST, (expops_pointer){ .data = result, .device_type = 1 }, out, sizeof(result));
    for (int i = 0; i < COUNT - 4; i++)
        assert_true(result[i] == (float)(i + 4) * 5);
    CL(clSVMFree)(context_of(queue), out.data);
    CL(clSVMFree)(context_of(queue), in.data);
    fix.api->stream_destroy(fix.device, queue);
}

/* A buffer, or shared virtual memory, with values in it. */
static expops_pointer memory_of(int address, void *queue, float *values, uint64_t bytes)
{
    expops_pointer memory = { .device_type = 12 };

    if (!address)
        return buffer_of(queue, values, bytes);
    memory.data = CL(clSVMAlloc)(context_of(queue), CL_MEM_READ_WRITE, bytes, 0);
    assert_non_null(memory.data);
    copy_or_fail(queue, EXPOPS_COPY_TO_DEVICE, memory, (expops_pointer){ .data = values, .device_type = 1 }, bytes);
    return memory;
}

static void memory_free(void *queue, const expops_pointer *memory)
{
    if (memory->device_type == 12)
        CL(clSVMFree)(context_of(queue), memory->data);
    else
        buffer_free(memory);
}

static void launch_with_kinds(void *queue, int out_address, int in_address)
{
    const scale_params params = { 2.0f, 1.0f, COUNT };
    float values[COUNT], result[COUNT];
    expops_pointer tensors[2];

    print_message("from %s to %s\n", in_address ? "an address" : "a buffer", out_address ? "an address" : "a buffer");
    fill(values, COUNT);
    tensors[0] = memory_of(out_address, queue, values, sizeof(values));
    tensors[1] = memory_of(in_address, queue, values, sizeof(values));
    launch_line(scale, queue, tensors, 2, &params, sizeof(params), COUNT / GROUP, GROUP);
    buffer_read(queue, &tensors[0], result, sizeof(result));
    for (int i = 0; i < COUNT; i++)
        assert_true(result[i] == (float)i * 2 + 1);
    memory_free(queue, &tensors[0]);
    memory_free(queue, &tensors[1]);
}

/* A driver may remember that an argument was an address, even one that is freed by now. */
static void test_buffers_and_addresses_in_turn(void **state)
{
    static const int kinds[] = { 0, 3, 0, 1, 2, 1, 3, 2, 0 };
    void *queue;

    if (fix.info.num_device_types < 2) {
        print_message("skipped: this needs shared virtual memory\n");
        skip();
    }
    assert_int_equal(fix.api->stream_create(fix.device, &queue), EXPOPS_OK);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        launch_with_kinds(queue, kinds[i] & 1, kinds[i] >> 1);
    fix.api->stream_destroy(fix.device, queue);
}

/* --- many threads, one kernel --- */

enum { THREADS = 4, ROUNDS = 200 };

typedef struct worker {
    pthread_t thread;
    expops_pointer in, out;
    int number, failures;
    char first_error[256]; /* the text belongs to the thread */
    void *stream;
} worker;

static void count_failure(worker *self, int32_t status)
{
    if (status != EXPOPS_OK && !self->failures++)
        snprintf(self->first_error, sizeof(self->first_error), "status %d: %s", (int)status, last_error());
}

/* Each launch writes its own slice with its own factor: arguments of another thread would show. */
static void *launch_many(void *argument)
{
    worker *self = argument;

    for (int round = 0; round < ROUNDS; round++) {
        const scale_params params = { (float)(self->number * ROUNDS + round), 0.0f, GROUP };
        const expops_pointer tensors[2] = {
            { .data = self->out.data, .device_type = 4, .byte_offset = (uint64_t)round * GROUP * sizeof(float) },
            self->in
        };
        const expops_launch launch = { .struct_size = sizeof(launch),
                                       .num_tensors = 2,
                                       .tensors = tensors,
                                       .params = &params,
                                       .params_bytes = sizeof(params),
                                       .grid = { 1, 1, 1 },
                                       .group = { GROUP, 1, 1 } };

        count_failure(self, fix.api->launch(fix.device, scale, self->stream, &launch));
    }
    count_failure(self, fix.api->synchronize(fix.device, self->stream));
    return NULL;
}

static void check_worker(const worker *self)
{
    float *out = malloc(ROUNDS * GROUP * sizeof(float));

    if (self->failures)
        fail_msg("%d calls of thread %d failed, the first with %s", self->failures, self->number, self->first_error);
    buffer_read(self->stream, &self->out, out, ROUNDS * GROUP * sizeof(float));
    for (int i = 0; i < ROUNDS * GROUP; i++)
        assert_true(out[i] == (float)(self->number * ROUNDS + i / GROUP) * (float)(i % GROUP));
    free(out);
}

static void test_threads(void **state)
{
    worker workers[THREADS] = { 0 };
    float values[GROUP];

    if (fix.quick) {
        print_message("skipped: the simulator runs one kernel at a time\n");
        skip();
    }
    fill(values, GROUP);
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        assert_int_equal(fix.api->stream_create(fix.device, &workers[i].stream), EXPOPS_OK);
        workers[i].in = buffer_of(NULL, values, sizeof(values));
        workers[i].out = buffer_of(NULL, NULL, ROUNDS * GROUP * sizeof(float));
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, launch_many, &workers[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < THREADS; i++) {
        check_worker(&workers[i]);
        buffer_free(&workers[i].in);
        buffer_free(&workers[i].out);
        fix.api->stream_destroy(fix.device, workers[i].stream);
    }
}

/* --- queues of other contexts and devices --- */

static cl_device_id device_of(void *queue)
{
    cl_device_id id = NULL;

    assert_int_equal(CL(clGetCommandQueueInfo)(queue, CL_QUEUE_DEVICE, sizeof(id), &id, NULL), CL_SUCCESS);
    return id;
}

static cl_device_id own_device_id(void)
{
    cl_device_id id;
    void *queue;

    assert_int_equal(fix.api->stream_create(fix.device, &queue), EXPOPS_OK);
    id = device_of(queue);
    fix.api->stream_destroy(fix.device, queue);
    return id;
}

static void use_foreign_context(cl_device_id id)
{
    const scale_params params = { 2.0f, 3.0f, COUNT };
    cl_context context = CL(clCreateContext)(NULL, 1, &id, NULL, NULL, NULL);
    cl_command_queue queue = CL(clCreateCommandQueue)(context, id, 0, NULL);
    float values[COUNT], out[COUNT];
    expops_pointer tensors[2];

    assert_non_null(queue);
    fill(values, COUNT);
    tensors[0] = (expops_pointer){ .device_type = 4 };
    tensors[0].data = CL(clCreateBuffer)(context, CL_MEM_READ_WRITE, sizeof(out), NULL, NULL);
    tensors[1] = buffer_of(queue, values, sizeof(values));
    for (int i = 0; i < 2; i++)
        launch_line(scale, queue, tensors, 2, &params, sizeof(params), COUNT / GROUP, GROUP);
    buffer_read(queue, &tensors[0], out, sizeof(out));
    for (int i = 0; i < COUNT; i++)
        assert_true(out[i] == (float)i * 2 + 3);
    buffer_free(&tensors[0]);
    buffer_free(&tensors[1]);
    CL(clReleaseCommandQueue)(queue);
    CL(clReleaseContext)(context);
}

static void test_foreign_contexts(void **state)
{
    const cl_device_id id = own_device_id();

    use_foreign_context(id);
    use_foreign_context(id); /* another context, though it may be made where the first one was */
    test_in_place(state);    /* and the device's own still works */
}

static void test_queue_of_another_device(void **state)
{
    const expops_launch launch = { .struct_size = sizeof(launch), .grid = { 1, 1, 1 }, .group = { 1, 1, 1 } };
    expops_backend_device *other = NULL;
    void *queue;

    if (fix.num_devices < 2) {
        print_message("skipped: this needs two OpenCL devices\n");
        skip();
    }
    assert_int_equal(fix.api->device_open(1, &other), EXPOPS_OK);
    assert_int_equal(fix.api->stream_create(other, &queue), EXPOPS_OK);
    assert_int_equal(fix.api->launch(fix.device, scale, queue, &launch), EXPOPS_ERR_DEVICE);
    assert_non_null(strstr(last_error(), "another OpenCL device"));
    fix.api->stream_destroy(other, queue);
    fix.api->device_close(other);
}

/* --- failures --- */

static void test_compile_error(void **state)
{
    const expops_source source = { .text = "__kernel void xk_main(__global int *a) { a[0] = no_such_word; }\n",
                                   .name = "broken.f32",
                                   .entry = "xk_main",
                                   .target = fix.info.target };
    expops_image image = { &image, 1 };

    assert_int_equal(fix.api->compile(fix.device, &source, &image), EXPOPS_ERR_COMPILE);
    assert_null(image.data);
    assert_non_null(strstr(last_error(), "broken.f32"));
    assert_non_null(strstr(last_error(), "no_such_word"));
    assert_int_equal(fix.api->compile(NULL, &source, &image), EXPOPS_ERR_UNSUPPORTED);
    assert_non_null(strstr(last_error(), "open the device"));
}

static void test_images(void **state)
{
    static const char text[] = "ocltxt1\0__kernel void xk_main(__global float *a, ulong o) { a[0] = 1.0f; }\n";
    static const char broken[] = "oclbin1\0this is no program of any driver";
    expops_backend_kernel *kernel = NULL;

    assert_int_equal(fix.api->load(fix.device, text, sizeof(text) - 1, "xk_main", &kernel), EXPOPS_OK);
    fix.api->unload(fix.device, kernel);
    assert_int_not_equal(fix.api->load(fix.device, text, sizeof(text) - 1, "xk_other", &kernel), EXPOPS_OK);
    assert_non_null(strstr(last_error(), "xk_other"));
    assert_int_not_equal(fix.api->load(fix.device, broken, sizeof(broken), "xk_main", &kernel), EXPOPS_OK);
    assert_null(kernel);
    assert_int_equal(fix.api->load(fix.device, "???", 3, "xk_main", &kernel), EXPOPS_ERR_BACKEND);
    assert_non_null(strstr(last_error(), "compile the kernel again"));
}

static void test_wrong_arguments(void **state)
{
    const scale_params params = { 1.0f, 0.0f, 1 };
    const expops_pointer buffer = buffer_of(NULL, NULL, 64), tensors[3] = { buffer, buffer, buffer };
    expops_launch launch = { .struct_size = sizeof(launch),
                             .num_tensors = 3,
                             .tensors = tensors,
                             .params = &params,
                             .params_bytes = sizeof(params),
                             .grid = { 1, 1, 1 },
                             .group = { GROUP, 1, 1 } };

    assert_int_equal(fix.api->launch(fix.device, scale, NULL, &launch), EXPOPS_ERR_BACKEND);
    assert_non_null(strstr(last_error(), "CL_INVALID_ARG_"));
    launch.num_tensors = 2;
    launch.group[0] = GROUP / 2;
    assert_int_equal(fix.api->launch(fix.device, scale, NULL, &launch), EXPOPS_ERR_BACKEND);
    assert_non_null(strstr(last_error(), "CL_INVALID_WORK_GROUP_SIZE"));
    launch.group[0] = GROUP;
    if (fix.api->launch(fix.device, scale, NULL, &launch) != EXPOPS_OK)
        fail_msg("after two that failed: %s", last_error());
    assert_int_equal(fix.api->synchronize(fix.device, NULL), EXPOPS_OK);
    buffer_free(&buffer);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_byte_offsets),
        cmocka_unit_test(test_in_place),
        cmocka_unit_test(test_shared_virtual_memory),
        cmocka_unit_test(test_buffers_and_addresses_in_turn),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_foreign_contexts),
        cmocka_unit_test(test_queue_of_another_device),
        cmocka_unit_test(test_compile_error),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_wrong_arguments),
    };
    int result = fixture_open(argc, argv);

    if (result)
        return result;
    result = cmocka_run_group_tests_name("opencl/launch", tests, set_up, tear_down);
    fixture_close();
    return result;
}
