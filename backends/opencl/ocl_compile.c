/* Kernel text to an image, and an image to a program. An image is a word that says what follows,
 * then the driver's binary, or the text itself where the driver gives no binary. */
#include "ocl.h"

#include <stdlib.h>
#include <string.h>

enum { WORD = 8 };
static const char binary_word[WORD] = "oclbin1", text_word[WORD] = "ocltxt1";

/* The log of a build that failed, to be freed; NULL where there is none. */
static char *build_log(expops_backend_device *device, cl_program program)
{
    size_t bytes = 0;
    char *log;

    ocl.clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes);
    log = bytes > 1 ? calloc(1, bytes + 1) : NULL;
    if (log)
        ocl.clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, bytes, log, NULL);
    return log;
}

static int32_t compile_failed(expops_backend_device *device, cl_program program, const char *name, cl_int code)
{
    char *log = code == CL_BUILD_PROGRAM_FAILURE ? build_log(device, program) : NULL;

    if (!log)
        return ocl_fail(code, "compiling %s for %s", name, device->name);
    ocl_host->error("%s does not compile for %s; correct the kernel text where the compiler says:\n%s", name,
                    device->name, log);
    free(log);
    return EXPOPS_ERR_COMPILE;
}

static int32_t program_from_text(expops_backend_device *device, cl_context context, const char *text, size_t bytes,
                                 const char *name, cl_program *out_program)
{
    cl_int code;
    cl_program program = ocl.clCreateProgramWithSource(context, 1, &text, &bytes, &code);
    int32_t status;

    if (!program)
        return ocl_fail(code, "handing %s to the compiler of %s", name, device->name);
    code = ocl.clBuildProgram(program, 1, &device->id, device->options, NULL, NULL);
    if (code == CL_SUCCESS) {
        *out_program = program;
        return EXPOPS_OK;
    }
    status = compile_failed(device, program, name, code);
    ocl.clReleaseProgram(program);
    return status;
}

static int32_t program_from_binary(expops_backend_device *device, cl_context context, const void *binary, size_t bytes,
                                   cl_program *out_program)
{
    const unsigned char *data = binary;
    cl_int code, loaded = CL_SUCCESS;
    cl_program program = ocl.clCreateProgramWithBinary(context, 1, &device->id, &bytes, &data, &loaded, &code);

    if (program && code == CL_SUCCESS && loaded == CL_SUCCESS)
        code = ocl.clBuildProgram(program, 1, &device->id, "", NULL, NULL);
    else if (code == CL_SUCCESS)
        code = loaded != CL_SUCCESS ? loaded : CL_INVALID_BINARY;
    if (code == CL_SUCCESS) {
        *out_program = program;
        return EXPOPS_OK;
    }
    if (program)
        ocl.clReleaseProgram(program);
    return ocl_fail(code, "loading a kernel's binary on %s", device->name);
}

/* NULL where the driver keeps its binaries to itself. */
static void *image_of_binary(cl_program program, size_t *out_bytes)
{
    size_t bytes = 0;
    unsigned char *image, *at;

    if (ocl.clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof(bytes), &bytes, NULL) != CL_SUCCESS || bytes == 0)
        return NULL;
    image = malloc(WORD + bytes);
    if (!image)
        return NULL;
    memcpy(image, binary_word, WORD);
    at = image + WORD;
    if (ocl.clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof(at), &at, NULL) != CL_SUCCESS) {
        free(image);
        return NULL;
    }
    *out_bytes = WORD + bytes;
    return image;
}

static void *image_of_text(const char *text, size_t *out_bytes)
{
    const size_t bytes = strlen(text);
    char *image = malloc(WORD + bytes);

    if (!image)
        return NULL;
    memcpy(image, text_word, WORD);
    memcpy(image + WORD, text, bytes);
    *out_bytes = WORD + bytes;
    return image;
}

int32_t ocl_compile(expops_backend_device *device, const expops_source *source, expops_image *out_image)
{
    cl_program program;
    int32_t status;

    *out_image = (expops_image){ 0 };
    if (!device) {
        ocl_host->error("OpenCL compiles %s only for a device that is there; open the device first", source->name);
        return EXPOPS_ERR_UNSUPPORTED;
    }
    status = program_from_text(device, device->context, source->text, strlen(source->text), source->name, &program);
    if (status != EXPOPS_OK)
        return status;
    out_image->data = image_of_binary(program, &out_image->bytes);
    if (!out_image->data)
        out_image->data = image_of_text(source->text, &out_image->bytes);
    ocl.clReleaseProgram(program);
    return out_image->data ? EXPOPS_OK : ocl_fail(CL_OUT_OF_HOST_MEMORY, "keeping the image of %s", source->name);
}

void ocl_release_image(expops_image *image)
{
    free(image->data);
    *image = (expops_image){ 0 };
}

int32_t ocl_program_from_image(expops_backend_device *device, cl_context context, const void *image, size_t bytes,
                               cl_program *out_program)
{
    const char *payload = (const char *)image + WORD;

    if (bytes > WORD && !memcmp(image, binary_word, WORD))
        return program_from_binary(device, context, payload, bytes - WORD, out_program);
    if (bytes > WORD && !memcmp(image, text_word, WORD))
        return program_from_text(device, context, payload, bytes - WORD, "a kernel's text", out_program);
    ocl_host->error("this is no image of an OpenCL kernel; compile the kernel again");
    return EXPOPS_ERR_BACKEND;
}
