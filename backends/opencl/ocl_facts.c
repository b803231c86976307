/* What a device is asked about itself. */
#include "ocl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OCL_DEVICE_SUB_GROUP_SIZES_INTEL 0x4108 /* cl_intel_required_subgroup_size */

/* Texts longer than the buffer come back empty from the driver, so they are asked for whole and cut
 * here. */
void ocl_device_text(cl_device_id id, cl_device_info what, char *out, size_t size)
{
    size_t needed = 0;
    char *text;

    out[0] = '\0';
    if (ocl.clGetDeviceInfo(id, what, 0, NULL, &needed) != CL_SUCCESS || needed == 0)
        return;
    text = calloc(1, needed + 1);
    if (!text)
        return;
    if (ocl.clGetDeviceInfo(id, what, needed, text, NULL) == CL_SUCCESS)
        snprintf(out, size, "%s", text);
    free(text);
}

/* Values are of 4 or 8 bytes; the driver writes as many as the value has, at the front of a zeroed
 * word. */
cl_ulong ocl_device_number(cl_device_id id, cl_device_info what)
{
    union {
        cl_ulong whole;
        cl_uint low;
    } value = { 0 };
    size_t bytes = 0;

    if (ocl.clGetDeviceInfo(id, what, sizeof(value), &value, &bytes) != CL_SUCCESS)
        return 0;
    return bytes == sizeof(cl_uint) ? value.low : value.whole;
}

uint32_t ocl_device_version(cl_device_id id)
{
    unsigned int major, minor;
    char text[128];

    ocl_device_text(id, CL_DEVICE_VERSION, text, sizeof(text));
    return sscanf(text, "OpenCL %u.%u", &major, &minor) == 2 ? major * 10 + minor : 0;
}

static int has_word(const char *text, const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = strstr(text, word); at; at = strstr(at + length, word))
        if ((at == text || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return 1;
    return 0;
}

int ocl_device_has_extension(cl_device_id id, const char *name)
{
    const size_t size = 16384;
    char *text = malloc(size);
    int found;

    if (!text)
        return 0;
    ocl_device_text(id, CL_DEVICE_EXTENSIONS, text, size);
    found = has_word(text, name);
    free(text);
    return found;
}

int ocl_device_has_svm(cl_device_id id)
{
    const cl_ulong kinds = CL_DEVICE_SVM_COARSE_GRAIN_BUFFER | CL_DEVICE_SVM_FINE_GRAIN_BUFFER;

    if (!ocl.clSetKernelArgSVMPointer || !ocl.clEnqueueSVMMemcpy || ocl_device_version(id) < 20)
        return 0;
    return (ocl_device_number(id, CL_DEVICE_SVM_CAPABILITIES) & kinds) != 0;
}

/* Compilers choose a sub-group's size for each kernel. Kernels are written for one known size, so
 * sub-groups are used only where an attribute can demand it. */
uint32_t ocl_device_subgroup(cl_device_id id)
{
    size_t sizes[8], bytes = 0;
    uint32_t chosen = 1;

    if (ocl_device_version(id) < 30 || !ocl_device_has_extension(id, "cl_khr_subgroups") ||
        !ocl_device_has_extension(id, "cl_khr_subgroup_shuffle_relative") ||
        !ocl_device_has_extension(id, "cl_intel_required_subgroup_size"))
        return 1;
    if (ocl.clGetDeviceInfo(id, OCL_DEVICE_SUB_GROUP_SIZES_INTEL, sizeof(sizes), sizes, &bytes) != CL_SUCCESS)
        return 1;
    for (size_t i = 0; i < bytes / sizeof(sizes[0]); i++)
        if (sizes[i] <= 32 && sizes[i] > chosen)
            chosen = (uint32_t)sizes[i];
    return chosen;
}

int ocl_device_takes_ptx(cl_device_id id)
{
    enum { COMPUTE_CAPABILITY_MAJOR_NV = 0x4000 }; /* cl_nv_device_attribute_query */
    cl_uint major = 0;

    return ocl_device_has_extension(id, "cl_nv_device_attribute_query") &&
           ocl.clGetDeviceInfo(id, COMPUTE_CAPABILITY_MAJOR_NV, sizeof(major), &major, NULL) == CL_SUCCESS &&
           major >= 8;
}
