/* What an application is told when something is wrong with HIP: each case runs in a process of its own, with a double of the
 * HIP runtime that fails as asked. The whole way through the library, from the cause to the sentence.
 *
 *   test_failures FOLDER_5 FOLDER_6 FOLDER_6_COMPILER [FOLDER_7]     where the doubles lie
 *   test_failures STEP                                    (a case's process) */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "array.h"
#include "expops/expops.h"

enum { THREADS = 4, SETTINGS = 3, SENTENCES = 4, SIZE = 1000, TEXT = 32768 };

/* --- a case's process --- */

/* /dev/kfd as the case wants it; whether this machine has one must not matter. */
__attribute__((visibility("default"))) int access(const char *path, int mode)
{
    const char *kfd = getenv("EXPOPS_TEST_KFD");
    if (strcmp(path, "/dev/kfd") || !kfd)
        return faccessat(AT_FDCWD, path, mode, 0);
    if (!strcmp(kfd, "there") || (!strcmp(kfd, "denied") && mode == F_OK))
        return 0;
    errno = strcmp(kfd, "denied") ? ENOENT : EACCES;
    return -1;
}

static expops_status open_step(expops_device *device)
{
    return EXPOPS_OK;
}

static expops_status allocate_step(expops_device *device)
{
    expops_pointer memory;
    const expops_status status = expops_memory_allocate(device, NULL, 4096, &memory);
    if (status == EXPOPS_OK)
        expops_memory_free(device, NULL, &memory);
    return status;
}

static expops_status allocate_all_step(expops_device *device)
{
    expops_pointer memory;
    return expops_memory_allocate(device, NULL, (uint64_t)1 << 40, &memory);
}

/* abs of negative numbers; ERR_INTERNAL where the answer is wrong. */
static expops_status call_step(expops_device *device)
{
    static const int64_t shape[1] = { SIZE };
    test_array in, out;
    static unsigned char image[SIZE * 64];
    if (!test_array_make(&in, device, EXPOPS_DTYPE_F32, 1, shape, TEST_COMPACT, 0) ||
        !test_array_make(&out, device, EXPOPS_DTYPE_F32, 1, shape, TEST_COMPACT, 0))
        return EXPOPS_ERR_OUT_OF_MEMORY;
    for (int64_t i = 0; i < SIZE; i++)
        test_array_set(&in, i, (test_value){ -(long double)i, 0 });
    expops_status status = test_array_upload(&in);
    if (status == EXPOPS_OK)
        status = test_array_upload(&out);
    if (status == EXPOPS_OK)
        status = expops_abs(device, NULL, &in.tensor, &out.tensor);
    if (status == EXPOPS_OK && test_array_bytes(&out) <= sizeof image)
        status = test_array_download(&out, image);
    for (int64_t i = 0; status == EXPOPS_OK && i < SIZE; i++)
        status = test_image_get(&out, image, i).re == (long double)i ? EXPOPS_OK : EXPOPS_ERR_INTERNAL;
    return status;
}

typedef struct worker {
    pthread_t thread;
    expops_device *device;
    const char *op;
    expops_status status;
    char text[2000];
} worker;

static void *prepare(void *given)
{
    worker *worker = given;
    int64_t shape[1] = { SIZE };
    expops_tensor tensor = { .data = (void *)(uintptr_t)4096, .ndim = 1, .shape = shape };
    tensor.device.device_type = expops_device_get_info(worker->device)->device_types[0];
    tensor.dtype = expops_dtype_to_dl(EXPOPS_DTYPE_F32);
    const expops_value value = expops_tensor_value(&tensor);
    worker->status = expops_prepare(expops_find(worker->op), worker->device, &value, 1, &tensor, 1, NULL);
    snprintf(worker->text, sizeof worker->text, "%s", expops_error_text());
    return NULL;
}

/* Different kernels are compiled at once. */
static expops_status threads_step(expops_device *device)
{
    static const char *const ops[THREADS] = { "abs", "exp", "silu", "erf" };
    worker workers[THREADS] = { { .op = NULL } };
    expops_status status = EXPOPS_OK;
    for (int i = 0; i < THREADS; i++) {
        workers[i].device = device;
        workers[i].op = ops[i];
        if (pthread_create(&workers[i].thread, NULL, prepare, workers + i))
            return EXPOPS_ERR_INTERNAL;
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        if (workers[i].status != EXPOPS_OK)
            printf("%s: %s\n", ops[i], workers[i].text);
        status = workers[i].status != EXPOPS_OK ? workers[i].status : status;
    }
    return status;
}

static const struct {
    const char *name;
    expops_status (*run)(expops_device *device);
} steps[] = {
    { "open", open_step }, { "allocate", allocate_step }, { "allocate all", allocate_all_step },
    { "call", call_step }, { "threads", threads_step },
};

static int run_step(const char *name)
{
    expops_device *device = NULL;
    expops_status status = expops_device_open("hip", &device);
    if (status == EXPOPS_OK)
        printf("%s, %s\n", expops_device_get_info(device)->target, expops_device_get_info(device)->driver);
    for (size_t i = 0; status == EXPOPS_OK && i < sizeof steps / sizeof steps[0]; i++)
        if (!strcmp(steps[i].name, name))
            status = steps[i].run(device);
    printf("%s\n%s\n", expops_status_name(status), status == EXPOPS_OK ? "" : expops_error_text());
    fflush(stdout);
    _exit(0);
}

/* --- the cases --- */

enum folder { HIP_5, HIP_6, HIP_6_WITHOUT_COMPILER, HIP_7 };
static const char *folders[4]; /* NULL where it could not be built */

typedef struct failure {
    const char *name;
    enum folder folder;
    const char *settings[SETTINGS];
    const char *step, *status;
    const char *sentences[SENTENCES]; /* parts of what is printed */
} failure;

static const failure failures[] = {
    { "no_device_and_no_kfd",
      HIP_5,
      { "DEVICES=0", "KFD=absent" },
      "open",
      "ERR_UNAVAILABLE",
      { "finds no AMD GPU, and there is no /dev/kfd: load the amdgpu kernel driver", "--device /dev/kfd" } },
    { "no_permission",
      HIP_5,
      { "DEVICES=0", "KFD=denied" },
      "open",
      "ERR_UNAVAILABLE",
      { "/dev/kfd cannot be opened by this user: join the groups render and video" } },
    { "device_is_hidden",
      HIP_5,
      { "DEVICES=0", "KFD=there" },
      "open",
      "ERR_UNAVAILABLE",
      { "finds no AMD GPU: check rocminfo, and whether HIP_VISIBLE_DEVICES or ROCR_VISIBLE_DEVICES hides" } },
    { "device_number_is_invalid",
      HIP_5,
      { "FAIL=hipInit:1:101", "KFD=absent" },
      "open",
      "ERR_UNAVAILABLE",
      { "there is no /dev/kfd" } },
    { "driver_does_not_start",
      HIP_5,
      { "FAIL=hipInit:1:3" },
      "open",
      "ERR_UNAVAILABLE",
      { "hipInit failed with hipErrorNotInitialized (3)", "check that rocminfo works and that the amdgpu driver is" } },
    { "properties_fail",
      HIP_5,
      { "FAIL=hipGetDeviceProperties:1:1" },
      "open",
      "ERR_BACKEND",
      { "opening the device: hipGetDeviceProperties failed with hipErrorInvalidValue (1)" } },
    { "out_of_memory",
      HIP_5,
      { NULL },
      "allocate all",
      "ERR_OUT_OF_MEMORY",
      { "hipMalloc failed with hipErrorOutOfMemory (2)", "free device memory or use smaller tensors" } },
    { "out_of_memory_in_a_pool",
      HIP_6,
      { "FAIL=hipMallocAsync:1:2" },
      "allocate",
      "ERR_OUT_OF_MEMORY",
      { "hipMallocAsync failed with hipErrorOutOfMemory (2)", "free device memory or use smaller tensors" } },
    { "launch_is_refused",
      HIP_5,
      { "FAIL=hipModuleLaunchKernel:1:1" },
      "call",
      "ERR_BACKEND",
      { "abs", "hipModuleLaunchKernel failed with hipErrorInvalidValue (1)" } },
    { "launch_fails",
      HIP_5,
      { "FAIL=hipModuleLaunchKernel:1:719" },
      "call",
      "ERR_BACKEND",
      { "abs", "hipModuleLaunchKernel failed with hipErrorLaunchFailure (719)",
        "a kernel launched earlier failed, and the device stays unusable until the process ends" } },
    { "kernel_faults_later",
      HIP_5,
      { "FAIL=hipStreamSynchronize:1:700" },
      "call",
      "ERR_BACKEND",
      { "hipStreamSynchronize failed with hipErrorIllegalAddress (700)", "a kernel launched earlier failed" } },
    { "module_does_not_load",
      HIP_5,
      { "FAIL=hipModuleLoadData:1:209" },
      "call",
      "ERR_BACKEND",
      { "abs", "hipModuleLoadData failed with hipErrorNoBinaryForGpu (209)" } },
    { "entry_is_missing",
      HIP_5,
      { "FAIL=hipModuleGetFunction:1:500" },
      "call",
      "ERR_BACKEND",
      { "abs", "hipModuleGetFunction failed with hipErrorNotFound (500)" } },
    { "kernel_does_not_compile",
      HIP_5,
      { "FAIL=hiprtcCompileProgram:1:1" },
      "call",
      "ERR_COMPILE",
      { "compiling abs.", " for gfx90a with hipRTC ", "HIPRTC_ERROR_COMPILATION" } },
    { "configured_compiler_is_missing",
      HIP_5,
      { "=EXPOPS_HIPRTC=/nowhere/libhiprtc.so" },
      "call",
      "ERR_UNAVAILABLE",
      { "hipRTC not found: install hipRTC of the same version as the HIP runtime, or set EXPOPS_HIPRTC",
        "Looked at: /nowhere/libhiprtc.so" } },
    { "no_compiler_anywhere",
      HIP_6_WITHOUT_COMPILER,
      { NULL },
      "call",
      "ERR_UNAVAILABLE",
      { "hipRTC not found: install hipRTC of the same version as the HIP runtime",
        "libamdhip64.so (has no function hiprtc", "libhiprtc.so.6" } },
    /* Asked to compile for one of these, hipRTC 5.2 would abort the process. */
    { "target_is_unknown",
      HIP_5,
      { "ARCH=gfx1200" },
      "call",
      "ERR_COMPILE",
      { "compiling abs.", "does not know this target; update ROCm, or set EXPOPS_HIPRTC to a newer libhiprtc.so" } },
    { "target_with_features_is_unknown",
      HIP_6,
      { "ARCH=gfx942:sramecc+:xnack-" },
      "call",
      "ERR_COMPILE",
      { " for gfx942:sramecc+:xnack-: ", "does not know this target" } },
    { "target_is_no_amd_one",
      HIP_5,
      { "ARCH=sm_90" },
      "open",
      "ERR_UNSUPPORTED",
      { "the HIP runtime calls its architecture \"sm_90\", which is none of AMD's; update ROCm" } },
    { "hip_5", HIP_5, { NULL }, "call", "OK", { "gfx90a, HIP runtime 5." } },
    { "hip_5_wave_of_32", HIP_5, { "ARCH=gfx1030" }, "call", "OK", { "gfx1030, HIP runtime 5." } },
    { "hip_6", HIP_6, { "ARCH=gfx90a:sramecc+:xnack-" }, "call", "OK", { "gfx90a:sramecc+:xnack-, HIP runtime 6." } },
    { "hip_7",
      HIP_7,
      { "ARCH=gfx1100", "=EXPOPS_TEST_OBJDUMP=llvm-objdump-19" },
      "call",
      "OK",
      { "gfx1100, HIP runtime 7." } },
    { "target_is_newer_than_hip_7", HIP_7, { "ARCH=gfx1250" }, "call", "ERR_COMPILE", { "does not know this target" } },
    { "compilations_come_one_by_one", HIP_5, { NULL }, "threads", "OK", { "gfx90a" } },
};

/* "NAME=value" of the double, "=NAME=value" of anything. */
static void set_environment(const failure *failure)
{
    setenv("LD_LIBRARY_PATH", folders[failure->folder], 1);
    setenv("EXPOPS_CACHE", "off", 1);
    unsetenv("EXPOPS_BACKEND");
    for (int i = 0; i < SETTINGS && failure->settings[i]; i++) {
        char name[200];
        const char *setting = failure->settings[i];
        const char *const prefix = setting[0] == '='             ? ""
                                   : !strncmp(setting, "KFD", 3) ? "EXPOPS_TEST_"
                                                                 : "EXPOPS_TEST_HIP_";
        snprintf(name, sizeof name, "%s%s", prefix, setting + (setting[0] == '='));
        char *value = strchr(name, '=');
        *value++ = 0;
        setenv(name, value, 1);
    }
}

static void read_all(int from, char *out, size_t room)
{
    size_t used = 0;
    for (ssize_t got; used + 1 < room && (got = read(from, out + used, room - 1 - used)) > 0;)
        used += (size_t)got;
    out[used] = 0;
    close(from);
}

/* The process must end by itself, whatever fails in it. */
static void run_case(const failure *failure, char *text)
{
    int ends[2], status = -1;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        set_environment(failure);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execl("/proc/self/exe", "test_failures", failure->step, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    read_all(ends[0], text, TEXT);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* A line of its own. */
static int has_line(const char *text, const char *line)
{
    const size_t length = strlen(line);
    for (const char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
        if (!strncmp(at, line, length) && at[length] == '\n')
            return 1;
    return 0;
}

static void test_failure(void **state)
{
    static char text[TEXT];
    const failure *failure = *state;
    if (failure->folder == HIP_6_WITHOUT_COMPILER && dlopen("libhiprtc.so", RTLD_LAZY)) {
        print_message("skipped: this machine has a hipRTC that would be found\n");
        skip();
    }
    if (!folders[failure->folder]) {
        print_message("skipped: clang-19, llvm-19 and rocm-device-libs are needed for HIP 7\n");
        skip();
    }
    run_case(failure, text);
    int missing = !has_line(text, failure->status);
    for (int i = 0; i < SENTENCES && failure->sentences[i]; i++)
        missing += !strstr(text, failure->sentences[i]);
    if (missing)
        print_error("%s\n", text);
    assert_int_equal(missing, 0);
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[sizeof failures / sizeof failures[0]];
    if (argc == 2)
        return run_step(argv[1]);
    if (argc < 4)
        return 99;
    static char both[2000];
    snprintf(both, sizeof both, "%s:%s", argv[2], argv[3]);
    folders[HIP_5] = argv[1];
    folders[HIP_6] = both;
    folders[HIP_6_WITHOUT_COMPILER] = argv[2];
    folders[HIP_7] = argv[4]; /* NULL behind the last */
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tests[i] = (struct CMUnitTest){ failures[i].name, test_failure, NULL, NULL, (void *)(uintptr_t)(failures + i) };
    return _cmocka_run_group_tests("failures", tests, sizeof tests / sizeof tests[0], NULL, NULL);
}
