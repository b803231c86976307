/* hipRTC by NVRTC. */
#include "shim.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const char shim_words[]; /* words.h */

static struct {
#define REQUIRED 1
#define OPTIONAL 0
#define CUHIP_RTC_ROW(need, field, symbol, result, parameters) result(*field) parameters;
#include "nvrtc_symbols.inc"
#undef CUHIP_RTC_ROW
} nvrtc;
static int usable;
static pthread_once_t once = PTHREAD_ONCE_INIT;

enum { INTERNAL_ERROR = 11 };

static void open_nvrtc(void)
{
    const char *named = getenv("EXPOPS_TEST_SHIM_NVRTC"),
               *names[] = { named, "libnvrtc.so.13", "libnvrtc.so.12", NULL };
    void *library = NULL;
    for (int i = named && *named ? 0 : 1; names[i] && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "shim: %s\n", dlerror());
        return;
    }
    static const struct {
        const char *name;
        size_t offset;
    } symbols[] = {
#define CUHIP_RTC_ROW(need, field, symbol, result, parameters) \
    { #symbol, (size_t)((char *)&nvrtc.field - (char *)&nvrtc) },
#include "nvrtc_symbols.inc"
#undef CUHIP_RTC_ROW
    };
    usable = 1;
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
        usable &= (*(void **)((char *)&nvrtc + symbols[i].offset) = dlsym(library, symbols[i].name)) != NULL;
}

static int has_nvrtc(void)
{
    pthread_once(&once, open_nvrtc);
    return usable;
}

/* What no macro can say in CUDA's words. */
static const struct {
    const char *amd, *cuda;
} replaced[] = {
    { "typedef unsigned int xk_word8 __attribute__((ext_vector_type(2)));", "typedef uint2 xk_word8;" },
    { "typedef unsigned int xk_word16 __attribute__((ext_vector_type(4)));", "typedef uint4 xk_word16;" },
    { "typedef T type __attribute__((ext_vector_type(n)));", "typedef T type[n];" },
    { "asm(\"\" : \"+v\"(x));", "" },
};

/* The text behind the words, or NULL. */
static char *translate(const char *source)
{
    const size_t words = strlen(shim_words);
    char *text = malloc(words + strlen(source) + 1);
    if (!text)
        return NULL;
    memcpy(text, shim_words, words);
    strcpy(text + words, source);
    for (size_t i = 0; i < sizeof replaced / sizeof replaced[0]; i++)
        for (char *at; (at = strstr(text, replaced[i].amd));) {
            const size_t longer = strlen(replaced[i].amd), shorter = strlen(replaced[i].cuda);
            memcpy(at, replaced[i].cuda, shorter);
            memmove(at + shorter, at + longer, strlen(at + longer) + 1);
        }
    return text;
}

EXPORTED cuhip_rtc_result hiprtcVersion(int *out_major, int *out_minor);
EXPORTED const char *hiprtcGetErrorString(cuhip_rtc_result result);
EXPORTED cuhip_rtc_result hiprtcCreateProgram(cuhip_program *out, const char *source, const char *name, int count,
                                              const char **headers, const char **names);
EXPORTED cuhip_rtc_result hiprtcDestroyProgram(cuhip_program *program);
EXPORTED cuhip_rtc_result hiprtcCompileProgram(cuhip_program program, int count, const char **options);
EXPORTED cuhip_rtc_result hiprtcGetProgramLogSize(cuhip_program program, size_t *out_bytes);
EXPORTED cuhip_rtc_result hiprtcGetProgramLog(cuhip_program program, char *log);
EXPORTED cuhip_rtc_result hiprtcGetCodeSize(cuhip_program program, size_t *out_bytes);
EXPORTED cuhip_rtc_result hiprtcGetCode(cuhip_program program, char *code);

cuhip_rtc_result hiprtcVersion(int *out_major, int *out_minor)
{
    return has_nvrtc() ? nvrtc.version(out_major, out_minor) : INTERNAL_ERROR;
}

const char *hiprtcGetErrorString(cuhip_rtc_result result)
{
    return has_nvrtc() ? nvrtc.error_text(result) : "no NVRTC";
}

cuhip_rtc_result hiprtcCreateProgram(cuhip_program *out, const char *source, const char *name, int count,
                                     const char **headers, const char **names)
{
    char *text = has_nvrtc() ? translate(source) : NULL;
    const cuhip_rtc_result result = text ? nvrtc.create(out, text, name, 0, NULL, NULL) : INTERNAL_ERROR;
    free(text);
    return result;
}

cuhip_rtc_result hiprtcDestroyProgram(cuhip_program *program)
{
    return nvrtc.destroy(program);
}

static void find_target(char *out, size_t room)
{
    const char *asked = getenv("EXPOPS_TEST_SHIM_TARGET");
    int device = 0, major = 9, minor = 0;
    const shim_driver *cuda = asked && *asked ? NULL : shim_cuda();
    if (cuda && cuda->device_get(&device, 0) == 0) {
        cuda->device_attribute(&major, CUDA_ATTRIBUTE_MAJOR, device);
        cuda->device_attribute(&minor, CUDA_ATTRIBUTE_MINOR, device);
    }
    if (asked && *asked)
        snprintf(out, room, "--gpu-architecture=%s", asked);
    else
        snprintf(out, room, "--gpu-architecture=sm_%d%d", major, minor);
}

/* The options are AMD's. */
cuhip_rtc_result hiprtcCompileProgram(cuhip_program program, int count, const char **options)
{
    char target[64];
    const char *list[] = { target, "--std=c++14", "-default-device" };
    find_target(target, sizeof target);
    return nvrtc.compile(program, 3, list);
}

cuhip_rtc_result hiprtcGetProgramLogSize(cuhip_program program, size_t *out_bytes)
{
    return nvrtc.log_bytes(program, out_bytes);
}

cuhip_rtc_result hiprtcGetProgramLog(cuhip_program program, char *log)
{
    return nvrtc.log(program, log);
}

cuhip_rtc_result hiprtcGetCodeSize(cuhip_program program, size_t *out_bytes)
{
    return nvrtc.code_bytes(program, out_bytes);
}

cuhip_rtc_result hiprtcGetCode(cuhip_program program, char *code)
{
    return nvrtc.code(program, code);
}
