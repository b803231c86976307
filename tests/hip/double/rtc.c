/* hipRTC: the real one's functions under the same names, since in HIP 5 the runtime's library is the compiler's too. Two programs
 * at once, which may crash the real one, are refused. Of the header that it puts before every program only a part is compiled. */
#include "double.h"
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_int programs;

/* Where Debian has it; EXPOPS_TEST_HIP_REAL names another. */
static void *real_symbol(const char *name)
{
    static void *library;
    if (!library)
        library = dlopen(double_setting("EXPOPS_TEST_HIP_REAL", "/usr/lib/x86_64-linux-gnu/libamdhip64.so.5"),
                         RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    void *symbol = library ? dlsym(library, name) : NULL;
    if (!symbol)
        fprintf(stderr, "no real %s: %s\n", name, dlerror());
    return symbol;
}

#define FORWARD(function, ...) \
    do { \
        __typeof__(function) *real = (__typeof__(function) *)real_symbol(#function); \
        return real ? real(__VA_ARGS__) : HIPRTC_ERROR_INTERNAL_ERROR; \
    } while (0)

EXPORTED hiprtcResult hiprtcVersion(int *major, int *minor)
{
    FORWARD(hiprtcVersion, major, minor);
}

EXPORTED const char *hiprtcGetErrorString(hiprtcResult result)
{
    __typeof__(hiprtcGetErrorString) *real = (__typeof__(hiprtcGetErrorString) *)real_symbol("hiprtcGetErrorString");
    return real ? real(result) : "no hipRTC";
}

EXPORTED hiprtcResult hiprtcCreateProgram(hiprtcProgram *out, const char *source, const char *name, int count,
                                          const char **headers, const char **names)
{
    if (double_record(__func__) != hipSuccess)
        return HIPRTC_ERROR_OUT_OF_MEMORY;
    if (atomic_fetch_add(&programs, 1))
        return HIPRTC_ERROR_INTERNAL_ERROR;
    source = double_planted(source);
    /* It writes its own file first, so that one of the same name replaces it. */
    const char *header = double_short_header(), *header_name = "hiprtc_runtime.h";
    if (count == 0 && header)
        FORWARD(hiprtcCreateProgram, out, source, name, 1, &header, &header_name);
    FORWARD(hiprtcCreateProgram, out, source, name, count, headers, names);
}

EXPORTED hiprtcResult hiprtcDestroyProgram(hiprtcProgram *program)
{
    atomic_fetch_sub(&programs, 1);
    FORWARD(hiprtcDestroyProgram, program);
}

EXPORTED hiprtcResult hiprtcCompileProgram(hiprtcProgram program, int count, const char **options)
{
    if (double_record(__func__) != hipSuccess)
        return HIPRTC_ERROR_COMPILATION;
    FORWARD(hiprtcCompileProgram, program, count, options);
}

EXPORTED hiprtcResult hiprtcGetProgramLogSize(hiprtcProgram program, size_t *bytes)
{
    FORWARD(hiprtcGetProgramLogSize, program, bytes);
}

EXPORTED hiprtcResult hiprtcGetProgramLog(hiprtcProgram program, char *log)
{
    FORWARD(hiprtcGetProgramLog, program, log);
}

EXPORTED hiprtcResult hiprtcGetCodeSize(hiprtcProgram program, size_t *bytes)
{
    FORWARD(hiprtcGetCodeSize, program, bytes);
}

EXPORTED hiprtcResult hiprtcGetCode(hiprtcProgram program, char *code)
{
    FORWARD(hiprtcGetCode, program, code);
}
