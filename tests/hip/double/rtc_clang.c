/* hipRTC made of a newer clang, for targets that the installed hipRTC does not know. DOUBLE_CLANG is the compiler,
 * DOUBLE_BITCODE the folder of AMD's device library, DOUBLE_WORDS what the real one includes unasked. */
#include "double.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_OPTIONS = 40 };

struct _hiprtcProgram {
    char *source, *code, *log;
    size_t code_bytes;
};

EXPORTED hiprtcResult hiprtcVersion(int *major, int *minor)
{
    *major = 9;
    *minor = 0;
    return HIPRTC_SUCCESS;
}

EXPORTED const char *hiprtcGetErrorString(hiprtcResult result)
{
    return result == HIPRTC_ERROR_COMPILATION ? "HIPRTC_ERROR_COMPILATION" : "HIPRTC_ERROR_INTERNAL_ERROR";
}

EXPORTED hiprtcResult hiprtcCreateProgram(hiprtcProgram *out, const char *source, const char *name, int count,
                                          const char **headers, const char **names)
{
    if (double_record(__func__) != hipSuccess)
        return HIPRTC_ERROR_OUT_OF_MEMORY;
    *out = calloc(1, sizeof **out);
    if (*out)
        (*out)->source = strdup(source);
    return *out && (*out)->source ? HIPRTC_SUCCESS : HIPRTC_ERROR_OUT_OF_MEMORY;
}

EXPORTED hiprtcResult hiprtcDestroyProgram(hiprtcProgram *program)
{
    free((*program)->source);
    free((*program)->code);
    free((*program)->log);
    free(*program);
    *program = NULL;
    return HIPRTC_SUCCESS;
}

/* The whole file, ended by a NUL. */
static char *read_file(const char *path, size_t *out_bytes)
{
    FILE *file = fopen(path, "rb");
    long bytes = 0;
    if (file && fseek(file, 0, SEEK_END) == 0)
        bytes = ftell(file);
    char *data = file && bytes >= 0 ? calloc(1, (size_t)bytes + 1) : NULL;
    if (data)
        rewind(file);
    *out_bytes = data ? fread(data, 1, (size_t)bytes, file) : 0;
    if (file)
        fclose(file);
    return data;
}

static int write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    const size_t bytes = strlen(text);
    const int written = file && fwrite(text, 1, bytes, file) == bytes;
    return file && fclose(file) == 0 && written;
}

static int run(char *const *command, const char *log)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (posix_spawnp(&child, command[0], &actions, NULL, command, environ) == 0)
        waitpid(child, &status, 0);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

static hiprtcResult compile_in(hiprtcProgram program, const char *folder, int count, const char **options)
{
    char source[64], code[64], log[64],
        *command[MOST_OPTIONS] = {
            DOUBLE_CLANG,
            "-x",
            "hip",
            "--cuda-device-only",
            "--no-gpu-bundle-output",
            "-nogpuinc",
            "-w",
            "--rocm-path=/usr",
            "--rocm-device-lib-path=" DOUBLE_BITCODE,
            "-D__HIPCC_RTC__",
            "-include",
            DOUBLE_WORDS,
            "-include",
            "__clang_hip_libdevice_declares.h",
            "-include",
            "__clang_hip_math.h",
            "-c",
            "-o",
            code,
            source,
        };
    size_t used = 0, log_bytes;
    while (command[used])
        used++;
    for (int i = 0; i < count && used + 1 < MOST_OPTIONS; i++)
        command[used++] = (char *)(uintptr_t)options[i];
    snprintf(source, sizeof source, "%s/kernel.hip", folder);
    snprintf(code, sizeof code, "%s/kernel.co", folder);
    snprintf(log, sizeof log, "%s/log", folder);
    if (!write_file(source, program->source))
        return HIPRTC_ERROR_INTERNAL_ERROR;
    const int status = run(command, log);
    program->log = read_file(log, &log_bytes);
    program->code = status == 0 ? read_file(code, &program->code_bytes) : NULL;
    unlink(source);
    unlink(code);
    unlink(log);
    return program->code ? HIPRTC_SUCCESS : HIPRTC_ERROR_COMPILATION;
}

EXPORTED hiprtcResult hiprtcCompileProgram(hiprtcProgram program, int count, const char **options)
{
    char folder[] = "/tmp/expops-clang-XXXXXX";
    if (double_record(__func__) != hipSuccess)
        return HIPRTC_ERROR_COMPILATION;
    if (!mkdtemp(folder))
        return HIPRTC_ERROR_INTERNAL_ERROR;
    const hiprtcResult result = compile_in(program, folder, count, options);
    rmdir(folder);
    return result;
}

EXPORTED hiprtcResult hiprtcGetProgramLogSize(hiprtcProgram program, size_t *bytes)
{
    *bytes = program->log ? strlen(program->log) + 1 : 1;
    return HIPRTC_SUCCESS;
}

EXPORTED hiprtcResult hiprtcGetProgramLog(hiprtcProgram program, char *log)
{
    strcpy(log, program->log ? program->log : "");
    return HIPRTC_SUCCESS;
}

EXPORTED hiprtcResult hiprtcGetCodeSize(hiprtcProgram program, size_t *bytes)
{
    *bytes = program->code_bytes;
    return HIPRTC_SUCCESS;
}

EXPORTED hiprtcResult hiprtcGetCode(hiprtcProgram program, char *code)
{
    memcpy(code, program->code, program->code_bytes);
    return HIPRTC_SUCCESS;
}
