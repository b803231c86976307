/* Opening a device: its context, its queue, and what is known about it. */
#include "ocl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const char ocl_prelude[]; /* opencl_prelude.h and ptx_words.h, as text */

static void platform_text(cl_platform_id platform, cl_platform_info what, char *out, size_t size)
{
    memset(out, 0, size);
    if (ocl.clGetPlatformInfo(platform, what, size - 1, out, NULL) != CL_SUCCESS)
        snprintf(out, size, "unknown");
}

/* Options decide the machine code, so they are part of the compiler's identity. Shuffles need
 * OpenCL C 3.0; warnings are switched off because some drivers print that there were any. */
static void describe_compiler(expops_backend_device *device, cl_platform_id platform)
{
    const cl_ulong single = ocl_device_number(device->id, CL_DEVICE_SINGLE_FP_CONFIG);
    char maker[96], version[192], driver[96], level[128];

    platform_text(platform, CL_PLATFORM_NAME, maker, sizeof(maker));
    platform_text(platform, CL_PLATFORM_VERSION, version, sizeof(version));
    ocl_device_text(device->id, CL_DRIVER_VERSION, driver, sizeof(driver));
    ocl_device_text(device->id, CL_DEVICE_VERSION, level, sizeof(level));
    snprintf(device->options, sizeof(device->options), "-w -cl-std=%s%s", device->info.subgroup > 1 ? "CL3.0" : "CL1.2",
             single & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
    snprintf(device->driver, sizeof(device->driver), "%s %s", maker, driver);
    snprintf(device->compiler, sizeof(device->compiler), "%s, %s, %s, driver %s, %s", maker, version, level, driver,
             device->options);
}

/* The prelude is one text for all devices; these lines before it say what this one has. */
static int32_t make_prelude(expops_backend_device *device)
{
    const size_t size = strlen(ocl_prelude) + 160;
    char subgroup[48] = "";

    device->prelude = malloc(size);
    if (!device->prelude)
        return ocl_fail(CL_OUT_OF_HOST_MEMORY, "opening %s", device->name);
    if (device->info.subgroup > 1)
        snprintf(subgroup, sizeof(subgroup), "#define XK_OCL_SUBGROUP %u\n", device->info.subgroup);
    snprintf(device->prelude, size, "%s%s%s%s%s", device->gpu ? "#define XK_OCL_GPU 1\n" : "",
             device->ptx ? "#define XK_PTX 800\n" : "",
             device->info.caps & EXPOPS_CAP_F64 ? "#define XK_OCL_F64 1\n" : "", subgroup, ocl_prelude);
    return EXPOPS_OK;
}

static void collect_info(expops_backend_device *device, uint32_t ordinal)
{
    expops_device_info *info = &device->info;
    const cl_device_id id = device->id;

    info->header.struct_size = sizeof(*info);
    info->name = info->target = device->name;
    info->driver = device->driver;
    info->compiler = device->compiler;
    info->caps = EXPOPS_CAP_HANDLES | (ocl_device_number(id, CL_DEVICE_DOUBLE_FP_CONFIG) ? EXPOPS_CAP_F64 : 0) |
                 (device->cpu ? EXPOPS_CAP_CPU : 0);
    info->memory_bytes = ocl_device_number(id, CL_DEVICE_GLOBAL_MEM_SIZE);
    info->local_bytes = ocl_device_number(id, CL_DEVICE_LOCAL_MEM_SIZE);
    info->max_group = (uint32_t)ocl_device_number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE);
    info->subgroup = ocl_device_subgroup(id);
    info->compute_units = (uint32_t)ocl_device_number(id, CL_DEVICE_MAX_COMPUTE_UNITS);
    info->device_types[0] = EXPOPS_DL_OPENCL;
    info->device_types[1] = EXPOPS_DL_EXT;
    info->num_device_types = device->svm ? 2 : 1;
    info->device_id = (int32_t)ordinal;
    info->argument_bytes = (uint32_t)ocl_device_number(id, CL_DEVICE_MAX_PARAMETER_SIZE);
}

static int32_t create_objects(expops_backend_device *device, cl_platform_id platform)
{
    const cl_context_properties properties[] = { CL_CONTEXT_PLATFORM, (cl_context_properties)platform, 0 };
    void *queue = NULL;
    int32_t status;
    cl_int code;

    device->context = ocl.clCreateContext(properties, 1, &device->id, NULL, NULL, &code);
    if (!device->context)
        return ocl_fail(code, "making a context on %s", device->name);
    status = ocl_stream_create(device, &queue);
    device->queue = queue;
    return status;
}

static int32_t no_such_device(uint32_t ordinal)
{
    ocl_host->error("there is no OpenCL device %u; `expops doctor` lists those there are", ordinal);
    return EXPOPS_ERR_UNAVAILABLE;
}

int32_t ocl_device_open(uint32_t ordinal, expops_backend_device **out_device)
{
    const ocl_found *entry;
    expops_backend_device *device;
    int32_t status = ocl_same_process();

    *out_device = NULL;
    if (status != EXPOPS_OK)
        return status;
    entry = ocl_found_at(ordinal);
    if (!entry)
        return no_such_device(ordinal);
    device = calloc(1, sizeof(*device));
    if (!device)
        return ocl_fail(CL_OUT_OF_HOST_MEMORY, "opening OpenCL device %u", ordinal);
    device->id = entry->id;
    device->gpu = entry->rank == 0;
    device->cpu = (ocl_device_number(entry->id, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_CPU) != 0;
    device->ptx = ocl_device_takes_ptx(entry->id);
    device->svm = ocl_device_has_svm(entry->id);
    ocl_device_text(entry->id, CL_DEVICE_NAME, device->name, sizeof(device->name));
    collect_info(device, ordinal);
    describe_compiler(device, entry->platform);
    status = make_prelude(device);
    if (status == EXPOPS_OK)
        status = create_objects(device, entry->platform);
    if (status != EXPOPS_OK) {
        ocl_device_close(device);
        return status;
    }
    device->info.prelude = device->prelude;
    *out_device = device;
    return EXPOPS_OK;
}

void ocl_device_close(expops_backend_device *device)
{
    if (!device)
        return;
    ocl_spare_drop(device, NULL);
    if (device->queue)
        ocl.clReleaseCommandQueue(device->queue);
    if (device->context)
        ocl.clReleaseContext(device->context);
    free(device->prelude);
    free(device);
}

int32_t ocl_device_info(expops_backend_device *device, expops_device_info *out_info)
{
    const uint32_t size = out_info->header.struct_size; /* what the host has room for; 0 from one that did not say */
    const uint32_t known = size && size < sizeof(*out_info) ? size : (uint32_t)sizeof(*out_info);

    memcpy(out_info, &device->info, known);
    out_info->header.struct_size = known;
    return EXPOPS_OK;
}
