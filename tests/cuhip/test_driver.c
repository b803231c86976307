/* The plugin against the scripted driver: causes of a probe, current device saved and restored, error texts, capture,
 * several devices, and that everything taken is given back. Compiled once for each vendor; the argument "old" makes the
 * driver one of an older generation. The probe's failures come first: a plugin keeps a driver once it has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "expops/status.h"
#include "driver_fixture.h"
#include "target_facts.h"

/* --- probing --- */

static void test_no_driver(void **state)
{
    fake.no_driver = 1;
    assert_int_equal(probe(EXPOPS_ERR_UNAVAILABLE), 0);
    assert_cause(EXPOPS_CAUSE_DRIVER_MISSING, SYMBOL("libcuda.so.1", "libamdhip64.so"));
    assert_cause(EXPOPS_CAUSE_DRIVER_MISSING, "install");
    assert_error("no such file");
}

static void test_driver_too_old(void **state)
{
    fake.missing = LAUNCH;
    probe(EXPOPS_ERR_UNAVAILABLE);
    assert_cause(EXPOPS_CAUSE_DRIVER_TOO_OLD, LAUNCH);
}

static void test_no_device(void **state)
{
    fake.num_devices = 0;
    probe(EXPOPS_ERR_UNAVAILABLE);
    assert_cause(EXPOPS_CAUSE_NO_DEVICE, SYMBOL("NVIDIA GPU", "AMD GPU"));
    fake.failing = SYMBOL("cuInit", "hipInit");
    fake.failing_result = 100;
    probe(EXPOPS_ERR_UNAVAILABLE);
    assert_cause(EXPOPS_CAUSE_NO_DEVICE, SYMBOL("CUDA_VISIBLE_DEVICES", ""));
}

static void test_driver_failed(void **state)
{
    fake.failing = SYMBOL("cuInit", "hipInit");
    fake.failing_result = 999;
    probe(EXPOPS_ERR_UNAVAILABLE);
    assert_cause(EXPOPS_CAUSE_DRIVER_FAILED, "(999)");
#if defined(CUDA_NAMES_H)
    fake.failing_result = CUDA_RESULT_STUB_LIBRARY;
    probe(EXPOPS_ERR_UNAVAILABLE);
    assert_cause(EXPOPS_CAUSE_DRIVER_MISSING, "stub");
    fake.failing_result = CUDA_RESULT_SYSTEM_DRIVER_MISMATCH;
    probe(EXPOPS_ERR_UNAVAILABLE);
    assert_cause(EXPOPS_CAUSE_DRIVER_TOO_OLD, "(803)");
#endif
}

static void test_no_compiler(void **state)
{
    expops_source source = { .text = "", .name = "silu.f32", .entry = "xk_main", .target = FAKE_TARGET };
    expops_image image = { &image, 1 };
    fake.no_compiler = 1;
    assert_int_equal(probe(EXPOPS_OK), 2);
    assert_cause(EXPOPS_CAUSE_COMPILER_MISSING, CUHIP_RTC_STEM);
    assert_int_equal(api->compile(NULL, &source, &image), EXPOPS_ERR_UNAVAILABLE);
    assert_null(image.data);
    assert_error("silu.f32");
    assert_error(CUHIP_RTC_STEM ": no such file");
    assert_error(SYMBOL("EXPOPS_NVRTC", "EXPOPS_HIPRTC"));
}

static const char *wrong_path(const char *key)
{
    return strcmp(key, CUHIP_RTC_CONFIG) == 0 ? "/nowhere/at/all.so" : NULL;
}

static void test_configured_path_is_the_only_one(void **state)
{
    host_state.config = wrong_path;
    probe(EXPOPS_OK);
    assert_cause(EXPOPS_CAUSE_COMPILER_MISSING, "/nowhere/at/all.so");
    assert_null(strstr(plugin_host_sentence(EXPOPS_CAUSE_COMPILER_MISSING), CUHIP_RTC_STEM ":"));
}

static void test_probe(void **state)
{
    assert_int_equal(probe(EXPOPS_OK), 2);
    assert_int_equal(host_state.num_causes, 0);
    assert_int_equal(fake.current, FAKE_NOTHING_CURRENT);
    assert_int_equal(fake.live, 0);
}

/* --- a device --- */

static void test_device_info(void **state)
{
    expops_device_info info = { .header = { .struct_size = sizeof info } };
    assert_int_equal(api->device_info(device, &info), EXPOPS_OK);
    assert_string_equal(info.name, "Fake 1");
    assert_string_equal(info.target, fake_is_old ? FAKE_OLD_TARGET : FAKE_TARGET);
    assert_non_null(
        strstr(info.compiler, fake_is_old ? CUHIP_RTC_NAME " 11.4 (build " : CUHIP_RTC_NAME " 12.4 (build "));
    assert_non_null(strstr(info.driver, SYMBOL(fake_is_old ? "11.1" : "13.0", fake_is_old ? "5.2" : "6.0")));
    assert_non_null(strstr(info.prelude, "XK_KERNEL"));
    assert_int_equal(~info.caps & (EXPOPS_CAP_F64 | EXPOPS_CAP_CAPTURE), 0);
    assert_int_equal((info.caps & EXPOPS_CAP_STREAM_ALLOCATE) != 0, !fake_is_old);
    assert_int_equal((info.caps & EXPOPS_CAP_TOGETHER) != 0, SYMBOL(1, 0));
    assert_int_equal((info.caps & EXPOPS_CAP_WIDE_MATRIX) != 0, SYMBOL(!fake_is_old, 0));
    assert_int_equal(info.launch_local_bytes, SYMBOL(232448, 0));
    assert_int_equal(info.memory_bytes, 2ull << 30);
    assert_int_equal(info.max_group, 1024);
    assert_int_equal(info.subgroup, SYMBOL(32, 64));
    assert_int_equal(info.device_types[0], SYMBOL(2, 10));
    assert_int_equal(info.device_id, 1);
    check_target_facts(api, &info); /* an H100's, an MI300X's and an MI250X's */
}

static void test_device_open_fails(void **state)
{
    expops_backend_device *other = device;
    fake.failing = SYMBOL("cuDevicePrimaryCtxRetain", "hipDeviceTotalMem");
    fake.failing_result = 2;
    assert_int_equal(api->device_open(0, &other), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_null(other);
    assert_error("out of memory");
    assert_int_equal(api->device_open(7, &other), EXPOPS_ERR_BACKEND);
    assert_int_equal(fake.live, 0);
}

/* --- what is current --- */

static int early; /* whether launches may begin early */

static int32_t launch_two(void *stream)
{
    static const char params[16] = "params";
    const expops_pointer tensors[2] = { { (void *)0x5000, 16, 0, 0 }, { (void *)0x6000, 0, 0, 0 } };
    const expops_launch launch = { .struct_size = sizeof launch,
                                   .num_tensors = 2,
                                   .tensors = tensors,
                                   .params = params,
                                   .params_bytes = sizeof params,
                                   .grid = { 3, 2, 1 },
                                   .group = { 256, 1, 1 },
                                   .local_bytes = 65536,
                                   .start = early                ? EXPOPS_START_EARLY
                                            : SYMBOL(!stream, 0) ? EXPOPS_START_TOGETHER
                                                                 : EXPOPS_START_IN_TURN };
    expops_backend_kernel *kernel = NULL;
    int32_t status = api->load(device, "image", 6, "xk_main", &kernel);
    if (status == EXPOPS_OK) {
        status = api->launch(device, kernel, stream, &launch);
        if (status == EXPOPS_OK)
            assert_ptr_equal(fake.params, params);
        api->unload(device, kernel);
    }
    return status;
}

/* Every entry that needs a device made current. */
static void use_everything(void)
{
    expops_pointer memory;
    expops_transfer copy = { .bytes = 64, .kind = EXPOPS_COPY_ON_DEVICE };
    void *stream, *start, *stop;
    uint32_t capturing;
    uint64_t ns;
    assert_int_equal(api->allocate(device, NULL, 64, &memory), EXPOPS_OK);
    copy.source = copy.destination = memory;
    assert_int_equal(api->copy(device, NULL, &copy), EXPOPS_OK);
    api->release(device, NULL, &memory);
    assert_int_equal(api->stream_create(device, &stream), EXPOPS_OK);
    assert_int_equal(api->stream_capturing(device, stream, &capturing), EXPOPS_OK);
    assert_int_equal(api->event_create(device, &start), EXPOPS_OK);
    assert_int_equal(api->event_create(device, &stop), EXPOPS_OK);
    assert_int_equal(api->event_record(device, start, stream), EXPOPS_OK);
    assert_int_equal(launch_two(stream), EXPOPS_OK);
    assert_int_equal(api->event_record(device, stop, stream), EXPOPS_OK);
    assert_int_equal(api->event_elapsed(device, start, stop, &ns), EXPOPS_OK);
    assert_int_equal(ns, 250000);
    api->event_destroy(device, start);
    api->event_destroy(device, stop);
    assert_int_equal(api->synchronize(device, stream), EXPOPS_OK);
    api->stream_destroy(device, stream);
}

static void test_current_is_kept(void **state)
{
    const int befores[] = { SYMBOL(FAKE_NOTHING_CURRENT, 0), 0, 1, 5 };
    for (size_t i = 0; i < sizeof befores / sizeof befores[0]; i++) {
        fake.current = befores[i];
        use_everything();
        assert_int_equal(fake.current, befores[i]);
    }
    assert_int_equal(fake.live, 0);
}

static void test_current_is_kept_on_failure(void **state)
{
    static const char *const failing[] = { LAUNCH, LOAD, FUNCTION };
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        fake.current = 0;
        fake.failing = failing[i];
        fake.failing_result = 1;
        assert_int_equal(launch_two(some_stream), EXPOPS_ERR_BACKEND);
        assert_error(failing[i]);
        assert_int_equal(fake.current, 0);
        assert_int_equal(fake.live, 0);
    }
}

static void test_no_switch_when_current_already(void **state)
{
    fake.current = 1;
    use_everything();
    assert_int_equal(fake_calls(ENTER), 0);
}

static void test_device_cannot_be_made_current(void **state)
{
    expops_pointer memory;
    fake.current = 0;
    fake.failing = ENTER;
    fake.failing_result = 1;
    assert_int_equal(api->allocate(device, NULL, 64, &memory), EXPOPS_ERR_BACKEND);
    assert_null(memory.data);
    assert_int_equal(launch_two(NULL), EXPOPS_ERR_BACKEND);
    assert_int_equal(fake_calls(LAUNCH), 0);
}

/* --- memory --- */

static void test_allocate(void **state)
{
    expops_pointer memory;
    assert_int_equal(api->allocate(device, some_stream, 64, &memory), EXPOPS_OK);
    assert_int_equal(memory.byte_offset, 0);
    assert_int_equal(memory.device_type, SYMBOL(2, 10));
    assert_int_equal((uintptr_t)memory.data, fake_is_old ? 0x1040 : SYMBOL(0x3040, 0x2040));
    api->release(device, some_stream, &memory);
    assert_int_equal(fake.live, 0);
    assert_int_equal(api->allocate(device, some_stream, 0, &memory), EXPOPS_OK);
    assert_null(memory.data);
    api->release(device, some_stream, &memory);
    assert_int_equal(fake.live, 0);
}

#if defined(CUDA_NAMES_H)
/* The pool keeps a part of the device's memory; where none can be made, or set, memory comes from the default one. */
static void test_own_pool(void **state)
{
    expops_backend_device *other = NULL;
    expops_pointer memory;
    if (fake_is_old)
        skip();
    assert_int_equal(api->device_open(1, &other), EXPOPS_OK);
    assert_int_equal(fake.pool_device, 1);
    assert_int_equal(fake.pool_keeps, (2ull << 30) / 64);
    api->device_close(other);
    assert_int_equal(fake_calls("cuMemPoolDestroy"), 1);
    fake.failing = "cuMemPoolCreate";
    fake.failing_result = 801;
    assert_int_equal(api->device_open(1, &other), EXPOPS_OK);
    assert_int_equal(api->allocate(other, some_stream, 64, &memory), EXPOPS_OK);
    assert_int_equal((uintptr_t)memory.data, 0x2040);
    api->release(other, some_stream, &memory);
    api->device_close(other);
    assert_int_equal(fake.live, 0);
}
#endif

static void test_out_of_memory(void **state)
{
    expops_pointer memory;
    fake.failing =
        fake_is_old ? SYMBOL("cuMemAlloc_v2", "hipMalloc") : SYMBOL("cuMemAllocFromPoolAsync", "hipMallocAsync");
    fake.failing_result = 2;
    assert_int_equal(api->allocate(device, NULL, 64, &memory), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_null(memory.data);
    assert_error(fake.failing);
    assert_error("out of memory");
}

static void test_allocate_in_capture(void **state)
{
    const int allowed = SYMBOL(!fake_is_old, 0);
    expops_pointer memory;
    fake.capture_state = 1;
    assert_int_equal(api->allocate(device, some_stream, 64, &memory), allowed ? EXPOPS_OK : EXPOPS_ERR_CAPTURE);
    if (allowed)
        api->release(device, some_stream, &memory);
    else
        assert_int_equal(fake_calls(SYMBOL("cuMemAlloc_v2", "hipMallocAsync")) + fake_calls("hipMalloc"), 0);
    assert_int_equal(fake.live, 0);
}

static void assert_copy(uint32_t kind, const char *symbol)
{
    char expected[64];
    const expops_transfer copy = {
        .destination = { (void *)0x100, 8, 0, 0 }, .source = { (void *)0x200, 16, 0, 0 }, .bytes = 40, .kind = kind
    };
    assert_int_equal(api->copy(device, some_stream, &copy), EXPOPS_OK);
    snprintf(expected, sizeof expected, "%s 40", symbol);
    assert_string_equal(fake.copied, expected);
    assert_ptr_equal(fake.argument_values[0], (void *)0x108);
    assert_ptr_equal(fake.argument_values[1], (void *)0x210);
    assert_ptr_equal(fake.stream, some_stream);
}

static void test_copy(void **state)
{
    assert_copy(EXPOPS_COPY_TO_DEVICE, SYMBOL("cuMemcpyHtoDAsync_v2", "hipMemcpyHtoDAsync"));
    assert_copy(EXPOPS_COPY_TO_HOST, SYMBOL("cuMemcpyDtoHAsync_v2", "hipMemcpyDtoHAsync"));
    assert_copy(EXPOPS_COPY_ON_DEVICE, SYMBOL("cuMemcpyDtoDAsync_v2", "hipMemcpyDtoDAsync"));
}

/* --- launching and capture --- */

static void test_launch(void **state)
{
    static const unsigned int grid[3] = { 3, 2, 1 }, group[3] = { 256, 1, 1 };
    assert_int_equal(launch_two(some_stream), EXPOPS_OK);
    assert_ptr_equal(fake.stream, some_stream);
    assert_ptr_equal(fake.argument_values[0], (void *)0x5010);
    assert_ptr_equal(fake.argument_values[1], (void *)0x6000);
    assert_memory_equal(fake.grid, grid, sizeof grid);
    assert_memory_equal(fake.group, group, sizeof group);
    assert_int_equal(fake.local_bytes, 65536);
    assert_int_equal(fake.allowed_local_bytes, SYMBOL(232448, 0));
    assert_int_equal(launch_two(NULL), EXPOPS_OK);
    assert_null(fake.stream);
    assert_int_equal(fake.together, SYMBOL(1, 0));
    assert_int_equal(fake_calls("cuFuncLoad"), SYMBOL(2, 0));
}

/* Where the driver has such launches; elsewhere one as any. */
static void test_early_launch(void **state)
{
    static const unsigned int grid[3] = { 3, 2, 1 };
    early = 1;
    assert_int_equal(launch_two(some_stream), EXPOPS_OK);
    early = 0;
    assert_int_equal(fake.early, SYMBOL(!fake_is_old, 0));
    assert_int_equal(fake.together, 0);
    assert_ptr_equal(fake.stream, some_stream);
    assert_ptr_equal(fake.argument_values[0], (void *)0x5010);
    assert_memory_equal(fake.grid, grid, sizeof grid);
    assert_int_equal(fake.local_bytes, 65536);
}

static void test_too_many_tensors(void **state)
{
    expops_pointer tensors[99] = { { 0 } };
    const expops_launch launch = { .struct_size = sizeof launch, .num_tensors = 99, .tensors = tensors };
    expops_backend_kernel *kernel = NULL;
    assert_int_equal(api->load(device, "image", 6, "xk_main", &kernel), EXPOPS_OK);
    assert_int_equal(api->launch(device, kernel, NULL, &launch), EXPOPS_ERR_UNSUPPORTED);
    assert_int_equal(fake_calls(LAUNCH), 0);
    api->unload(device, kernel);
}

static void test_fault_says_it_stays(void **state)
{
    fake.failing = LAUNCH;
    fake.failing_result = 700;
    assert_int_equal(launch_two(NULL), EXPOPS_ERR_BACKEND);
    assert_error("launched earlier");
    fake.failing_result = 701;
    assert_int_equal(launch_two(NULL), EXPOPS_ERR_BACKEND);
    assert_null(strstr(host_state.error, "launched earlier"));
    fake.failing_result = 900;
    assert_int_equal(launch_two(NULL), EXPOPS_ERR_CAPTURE);
}

static void test_capturing(void **state)
{
    uint32_t capturing = 9;
    assert_int_equal(api->stream_capturing(device, some_stream, &capturing), EXPOPS_OK);
    assert_int_equal(capturing, 0);
    fake.capture_state = 1;
    assert_int_equal(api->stream_capturing(device, some_stream, &capturing), EXPOPS_OK);
    assert_int_equal(capturing, 1);
    fake.failing = CAPTURING;
    fake.failing_result = 906;
    assert_int_equal(api->stream_capturing(device, NULL, &capturing), EXPOPS_OK);
    assert_int_equal(capturing, 1);
    fake.failing_result = 1;
    assert_int_equal(api->stream_capturing(device, NULL, &capturing), EXPOPS_ERR_BACKEND);
    assert_int_equal(capturing, 0);
}

static expops_backend_kernel *launched_kernel(void *stream)
{
    const expops_pointer tensors[2] = { { .data = (void *)0x5000 }, { .data = (void *)0x6000 } };
    const expops_launch launch = {
        .struct_size = sizeof launch, .num_tensors = 2, .tensors = tensors, .grid = { 1, 1, 1 }, .group = { 1, 1, 1 }
    };
    expops_backend_kernel *kernel = NULL;
    fake.failing = NULL;
    assert_int_equal(api->load(device, "image", 6, "xk_main", &kernel), EXPOPS_OK);
    assert_int_equal(api->launch(device, kernel, stream, &launch), EXPOPS_OK);
    return kernel;
}

/* A graph replays its kernels long after the core needs them no more. */
static void test_recorded_kernels_stay(void **state)
{
    const int live = fake.live;
    fake.capture_state = 1;
    expops_backend_kernel *recorded = launched_kernel(some_stream);
    fake.capture_state = 0;
    expops_backend_kernel *other = launched_kernel(some_stream);
    expops_backend_kernel *unasked = launched_kernel(NULL);
    assert_int_equal(fake.live, live + 3);
    api->unload(device, recorded);
    assert_int_equal(fake.live, live + 3);
    api->unload(device, other);
    api->unload(device, unasked);
    assert_int_equal(fake.live, live + 1);
    expops_backend_device *closing = device;
    assert_int_equal(api->device_open(1, &device), EXPOPS_OK);
    api->device_close(closing);
    assert_int_equal(fake.live, live);
}

static void test_unloading_spares_other_threads_captures(void **state)
{
    api->unload(device, launched_kernel(some_stream));
    assert_int_equal(fake.unloaded_in_mode, 2); /* relaxed, by both vendors */
    assert_int_equal(fake.capture_mode, 0);
}

/* --- compiling --- */

static int32_t compile_for(const char *target, expops_image *out_image)
{
    const expops_source source = { .text = "text", .name = "silu.f32", .entry = "xk_main", .target = target };
    return api->compile(device, &source, out_image);
}

static void assert_option(const char *option)
{
    int found = 0;
    for (int i = 0; i < fake.num_options; i++)
        found |= strcmp(fake.options[i], option) == 0;
    assert_true(found);
}

static void test_compile(void **state)
{
    expops_image image;
    fake.targets[0] = 90;
    assert_int_equal(compile_for(FAKE_TARGET, &image), EXPOPS_OK);
    assert_string_equal(image.data, "code");
    assert_int_equal(image.bytes, 5);
    assert_option(SYMBOL("--gpu-architecture=", "--offload-arch=") FAKE_TARGET);
    api->release_image(&image);
    assert_null(image.data);
    assert_int_equal(fake.live, 0);
}

static void test_compile_fails(void **state)
{
    expops_image image;
    fake.compile_result = 6;
    assert_int_equal(compile_for(FAKE_TARGET, &image), EXPOPS_ERR_COMPILE);
    assert_null(image.data);
    assert_error("silu.f32");
    assert_error(FAKE_TARGET);
    assert_error("ERROR_COMPILATION\nline 3: no such word");
    assert_int_equal(fake.live, 0);
}

static void test_targets(void **state)
{
    expops_image image;
#if defined(CUDA_NAMES_H)
    fake.targets[0] = 75;
    fake.targets[1] = 80;
    assert_int_equal(compile_for("sm_120", &image), EXPOPS_OK);
    assert_string_equal(image.data, "text");
    assert_option("--gpu-architecture=compute_80");
    api->release_image(&image);
    fake.num_options = 0;
    assert_int_equal(compile_for("sm_60", &image), EXPOPS_ERR_COMPILE);
    assert_error("no longer compiles for sm_60");
#else
    assert_int_equal(compile_for("gfx9999", &image), EXPOPS_ERR_COMPILE);
    assert_error("does not know this target");
#endif
    assert_int_equal(fake.num_options, 0);
    assert_int_equal(compile_for("x86-64-v3", &image), EXPOPS_ERR_COMPILE);
}

static int open_device(void **state)
{
    uint32_t count;
    fake_reset();
    if (api->probe(&count) != 0 || api->device_open(1, &device) != 0) {
        print_error("%s\n", host_state.error);
        return 1;
    }
    return 0;
}

static int close_device(void **state)
{
    fake_reset();
    api->device_close(device);
    return fake.live != SYMBOL((fake_is_old ? -1 : -2), 0); /* the context taken by open_device, and the pool */
}

/* The driver would hang or fail there, and its locks may be held. */
static void test_child_of_a_fork(void **state)
{
    int status = -1;
    const pid_t child = fork();
    if (!child) {
        uint32_t count;
        expops_backend_device *opened = NULL;
        const int refused = api->probe(&count) != 0 && count == 0 && api->device_open(0, &opened) != 0 && !opened;
        _exit(!refused || !strstr(host_state.error, "before this process was forked"));
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest probing[] = {
        cmocka_unit_test_setup(test_no_driver, reset),
        cmocka_unit_test_setup(test_driver_too_old, reset),
        cmocka_unit_test_setup(test_no_device, reset),
        cmocka_unit_test_setup(test_driver_failed, reset),
        cmocka_unit_test_setup(test_no_compiler, reset),
        cmocka_unit_test_setup(test_configured_path_is_the_only_one, reset),
        cmocka_unit_test_setup(test_probe, reset),
    };
    const struct CMUnitTest using[] = {
        cmocka_unit_test_setup(test_device_info, reset),
        cmocka_unit_test_setup(test_device_open_fails, reset),
        cmocka_unit_test_setup(test_current_is_kept, reset),
        cmocka_unit_test_setup(test_current_is_kept_on_failure, reset),
        cmocka_unit_test_setup(test_no_switch_when_current_already, reset),
        cmocka_unit_test_setup(test_device_cannot_be_made_current, reset),
        cmocka_unit_test_setup(test_allocate, reset),
#if defined(CUDA_NAMES_H)
        cmocka_unit_test_setup(test_own_pool, reset),
#endif
        cmocka_unit_test_setup(test_out_of_memory, reset),
        cmocka_unit_test_setup(test_allocate_in_capture, reset),
        cmocka_unit_test_setup(test_copy, reset),
        cmocka_unit_test_setup(test_launch, reset),
        cmocka_unit_test_setup(test_early_launch, reset),
        cmocka_unit_test_setup(test_too_many_tensors, reset),
        cmocka_unit_test_setup(test_fault_says_it_stays, reset),
        cmocka_unit_test_setup(test_capturing, reset),
        cmocka_unit_test_setup(test_recorded_kernels_stay, reset),
        cmocka_unit_test_setup(test_unloading_spares_other_threads_captures, reset),
        cmocka_unit_test_setup(test_compile, reset),
        cmocka_unit_test_setup(test_compile_fails, reset),
        cmocka_unit_test_setup(test_targets, reset),
        cmocka_unit_test_setup(test_child_of_a_fork, reset),
    };
    expops_query query;
    api = plugin_host_open(argv[1], &query);
    fake_is_old = argc > 2 && strcmp(argv[2], "old") == 0;
    if (!api)
        return 1;
    const int failed = cmocka_run_group_tests(probing, NULL, NULL);
    return failed + cmocka_run_group_tests(using, open_device, close_device);
}
