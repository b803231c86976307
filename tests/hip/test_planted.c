/* Kernels with a planted fault, compiled by hipRTC and run as machine code: each must be noticed, and its sound twin pass.
 *
 *   test_planted DOUBLE      the libamdhip64 that runs kernels in the simulator */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define __HIP_PLATFORM_AMD__
#include <hip/hip_runtime_api.h>
#include <hip/hiprtc.h>

enum { ITEMS = 256, GROUPS = 2, COUNT = ITEMS * GROUPS };

/* The sum of each group's numbers, through local memory; FAULT plants one. */
static const char text[] =
    "#define BARRIER() do { __builtin_amdgcn_fence(__ATOMIC_RELEASE, \"workgroup\"); __builtin_amdgcn_s_barrier(); \\\n"
    "    __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, \"workgroup\"); } while (0)\n"
    "extern \"C\" __attribute__((global)) __attribute__((amdgpu_flat_work_group_size(256, 256)))\n"
    "void sums(float *out, float *in)\n"
    "{\n"
    "    __attribute__((shared)) float part[256];\n"
    "    const int item = __builtin_amdgcn_workitem_id_x(), group = __builtin_amdgcn_workgroup_id_x();\n"
    "    part[item] = in[group * 256 + item];\n"
    "#if FAULT != 2\n"
    "    BARRIER();\n"
    "#endif\n"
    "    for (int half = 128; half >= (FAULT == 4 ? 32 : 1); half /= 2) {\n"
    "        if (item < half)\n"
    "            part[item] += part[item + half];\n"
    "        BARRIER();\n"
    "    }\n"
    "#if FAULT == 4\n" /* the last 32 by lanes, with one step too many for 32 and the wrong partner for 64 */
    "    if (item < 64) {\n"
    "        float sum = part[item % 32];\n"
    "        for (int half = 32; half > 0; half /= 2)\n"
    "            sum += __builtin_bit_cast(float, __builtin_amdgcn_ds_bpermute(4 * (item + half), "
    "__builtin_bit_cast(int, sum)));\n"
    "        part[0] = sum;\n"
    "    }\n"
    "#endif\n"
    "    if (item == 0)\n"
    "        out[group + (FAULT == 3 ? 1 : 0)] = part[0] * (FAULT == 1 ? 1.001f : 1.0f);\n"
    "#if FAULT == 5\n" /* both groups write the same to one byte */
    "    if (item == 0)\n"
    "        ((char *)in)[1023] = 0;\n"
    "#elif FAULT == 6\n" /* a group reads what the other may have written already */
    "    if (item == 0)\n"
    "        out[group] += out[1 - group] * 0.0f;\n"
    "#elif FAULT == 7\n" /* a group writes what the other reads */
    "    in[group * 256 + 255 + item] = 0;\n"
    "#endif\n"
    "}\n";

static struct {
    __typeof__(hipInit) *init;
    __typeof__(hipMalloc) *allocate;
    __typeof__(hipFree) *release;
    __typeof__(hipMemcpyHtoDAsync) *upload;
    __typeof__(hipMemcpyDtoHAsync) *download;
    __typeof__(hipModuleLoadData) *load;
    __typeof__(hipModuleUnload) *unload;
    __typeof__(hipModuleGetFunction) *function;
    __typeof__(hipModuleLaunchKernel) *launch;
    __typeof__(hiprtcCreateProgram) *create;
    __typeof__(hiprtcCompileProgram) *compile;
    __typeof__(hiprtcGetCodeSize) *code_bytes;
    __typeof__(hiprtcGetCode) *code;
    __typeof__(hiprtcDestroyProgram) *destroy;
} hip;

static int resolve(const char *path)
{
    static const char *const names[] = {
        "hipInit",
        "hipMalloc",
        "hipFree",
        "hipMemcpyHtoDAsync",
        "hipMemcpyDtoHAsync",
        "hipModuleLoadData",
        "hipModuleUnload",
        "hipModuleGetFunction",
        "hipModuleLaunchKernel",
        "hiprtcCreateProgram",
        "hiprtcCompileProgram",
        "hiprtcGetCodeSize",
        "hiprtcGetCode",
        "hiprtcDestroyProgram",
    };
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!library || !(((void **)&hip)[i] = dlsym(library, names[i]))) {
            fprintf(stderr, "%s: %s\n", path, dlerror());
            return 0;
        }
    return 1;
}

static char *compile(int fault)
{
    char fault_option[32];
    const char *options[] = { "--offload-arch=gfx90a", "-O3", fault_option };
    hiprtcProgram program;
    size_t bytes = 0;
    snprintf(fault_option, sizeof fault_option, "-DFAULT=%d", fault);
    if (strcmp(getenv("EXPOPS_TEST_HIP_ARCH"), "gfx1030") == 0)
        options[0] = "--offload-arch=gfx1030";
    assert_int_equal(hip.create(&program, text, "planted", 0, NULL, NULL), HIPRTC_SUCCESS);
    assert_int_equal(hip.compile(program, 3, options), HIPRTC_SUCCESS);
    assert_int_equal(hip.code_bytes(program, &bytes), HIPRTC_SUCCESS);
    char *code = malloc(bytes);
    assert_int_equal(hip.code(program, code), HIPRTC_SUCCESS);
    hip.destroy(&program);
    return code;
}

/* What a fault shows as. */
enum outcome { RIGHT, WRONG_NUMBERS, REFUSED };

static enum outcome outcome_of(int fault)
{
    float in[COUNT], out[GROUPS] = { 0 }, *device_in, *device_out;
    hipModule_t module;
    hipFunction_t function;
    double expected[GROUPS] = { 0 };
    char *code = compile(fault);
    for (int i = 0; i < COUNT; i++) {
        in[i] = (float)(i % 37);
        expected[i / ITEMS] += in[i];
    }
    assert_int_equal(hip.allocate((void **)&device_in, sizeof in), hipSuccess);
    assert_int_equal(hip.allocate((void **)&device_out, sizeof out), hipSuccess);
    assert_int_equal(hip.upload(device_in, in, sizeof in, NULL), hipSuccess);
    assert_int_equal(hip.load(&module, code), hipSuccess);
    assert_int_equal(hip.function(&function, module, "sums"), hipSuccess);
    void *arguments[] = { &device_out, &device_in };
    const hipError_t status = hip.launch(function, GROUPS, 1, 1, ITEMS, 1, 1, 0, NULL, arguments, NULL);
    hip.download(out, device_out, sizeof out, NULL);
    free(code);
    if (status != hipSuccess)
        return REFUSED;
    hip.unload(module);
    hip.release(device_in);
    hip.release(device_out);
    return out[0] == expected[0] && out[1] == expected[1] ? RIGHT : WRONG_NUMBERS;
}

static void planted(void **state)
{
    const int fault = *(const int *)*state;
    static const enum outcome expected[] = { RIGHT,         WRONG_NUMBERS, REFUSED, REFUSED,
                                             WRONG_NUMBERS, REFUSED,       REFUSED, REFUSED };
    assert_int_equal(outcome_of(fault), expected[fault]);
}

int main(int argc, char **argv)
{
    static int faults[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    static const char *const names[] = { "sound",
                                         "wrong_constant",
                                         "missing_barrier",
                                         "store_out_of_bounds",
                                         "wave_of_32_assumed",
                                         "groups_write_one_byte",
                                         "group_reads_another_s",
                                         "group_writes_what_another_reads" };
    setenv("EXPOPS_TEST_HIP_ARCH", "gfx90a", 0);
    if (argc < 3 || !resolve(argv[1]))
        return 99;
    const int fault = atoi(argv[2]); /* one a process: a device whose kernel failed stays unusable */
    const struct CMUnitTest test[] = { { names[fault], planted, NULL, NULL, faults + fault } };
    return fault < 0 || fault > 7 || cmocka_run_group_tests_name("planted", test, NULL, NULL);
}
