/* Modules, their functions, and launches: the arguments' segment as the runtime would lay it out. */
#include "double.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_MOST = 1024, LOCAL_MOST = 65536 };

EXPORTED hipError_t hipModuleLoadData(hipModule_t *out_module, const void *data)
{
    RECORD();
    return double_module_read(data, (double_module **)out_module);
}

EXPORTED hipError_t hipModuleUnload(hipModule_t module)
{
    RECORD();
    const hipError_t status = double_drain();
    double_module_free((double_module *)module);
    return status;
}

EXPORTED hipError_t hipModuleGetFunction(hipFunction_t *out_function, hipModule_t given, const char *name)
{
    RECORD();
    double_module *module = (double_module *)given;
    for (uint32_t i = 0; i < module->notes.num_kernels; i++)
        if (!strcmp(module->notes.kernel[i].name, name)) {
            *out_function = (hipFunction_t)(module->notes.kernel + i);
            return hipSuccess;
        }
    return hipErrorNotFound;
}

/* What the compiler asks for beside the kernel's own arguments. */
static void fill_hidden(const double_argument *argument, char *segment, const double_work *work)
{
    const char *const kind = argument->kind + strlen("hidden_");
    uint32_t value = 0;
    for (int d = 0; d < 3; d++) {
        char name[24];
        snprintf(name, sizeof name, "block_count_%c", 'x' + d);
        value = strcmp(kind, name) ? value : work->grid[d];
        snprintf(name, sizeof name, "group_size_%c", 'x' + d);
        value = strcmp(kind, name) ? value : work->block[d];
    }
    if (!strcmp(kind, "grid_dims"))
        value = work->grid[2] > 1 ? 3 : work->grid[1] > 1 ? 2 : 1;
    if (!strcmp(kind, "dynamic_lds_size"))
        value = work->local_bytes;
    memcpy(segment + argument->offset, &value, argument->bytes < 4 ? argument->bytes : 4);
}

/* From a list of pointers, or from a buffer of the arguments (`packed`, `bytes`). */
static int fill_arguments(const double_work *work, void **list, const char *packed, size_t bytes, char *segment)
{
    uint32_t given = 0;
    for (uint32_t i = 0; i < work->kernel->num_arguments; i++) {
        const double_argument *argument = work->kernel->argument + i;
        if (!strncmp(argument->kind, "hidden_", 7)) {
            fill_hidden(argument, segment, work);
            continue;
        }
        if (list)
            memcpy(segment + argument->offset, list[given++], argument->bytes);
        else if (packed && (size_t)argument->offset + argument->bytes <= bytes)
            memcpy(segment + argument->offset, packed + argument->offset, argument->bytes);
        else
            return 0;
    }
    return 1;
}

static hipError_t check_limits(const double_work *work, uint32_t dynamic)
{
    const uint64_t items = (uint64_t)work->block[0] * work->block[1] * work->block[2];
    if (!items || !work->grid[0] || !work->grid[1] || !work->grid[2])
        return hipErrorInvalidValue;
    if (items > GROUP_MOST || items > work->kernel->max_items)
        return hipErrorInvalidConfiguration;
    if ((uint64_t)work->grid[0] * work->block[0] > UINT32_MAX || work->kernel->local_bytes + dynamic > LOCAL_MOST)
        return hipErrorInvalidValue;
    return hipSuccess;
}

static void unpack(void **extra, const char **out_packed, size_t *out_bytes)
{
    for (int i = 0; extra && extra[i] != HIP_LAUNCH_PARAM_END; i += 2) {
        if (extra[i] == HIP_LAUNCH_PARAM_BUFFER_POINTER)
            *out_packed = extra[i + 1];
        else if (extra[i] == HIP_LAUNCH_PARAM_BUFFER_SIZE)
            *out_bytes = *(size_t *)extra[i + 1];
    }
}

EXPORTED hipError_t hipModuleLaunchKernel(hipFunction_t function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                          unsigned block_x, unsigned block_y, unsigned block_z, unsigned dynamic,
                                          hipStream_t stream, void **list, void **extra)
{
    RECORD();
    const char *packed = NULL;
    size_t bytes = 0;
    double_work work = { .kind = WORK_LAUNCH,
                         .kernel = (const double_kernel *)function,
                         .grid = { grid_x, grid_y, grid_z },
                         .block = { block_x, block_y, block_z } };
    const hipError_t status = check_limits(&work, dynamic);
    if (status != hipSuccess)
        return status;
    work.local_bytes = work.kernel->local_bytes + dynamic;
    unpack(extra, &packed, &bytes);
    work.kernarg = calloc(1, work.kernel->kernarg_bytes + 64);
    if (!work.kernarg)
        return hipErrorOutOfMemory;
    if (!fill_arguments(&work, list, packed, bytes, work.kernarg)) {
        free(work.kernarg);
        return hipErrorInvalidValue;
    }
    return double_submit(stream, work);
}

/* One line a launch, for tools/amd_kernel_table.py. */
static void profile(const char *path, const double_work *work, const simulator_counts *counts)
{
    FILE *file = fopen(path, "a");
    if (!file)
        return;
    fprintf(file, "%u %u %u %u %u %u %llu", work->block[0] * work->block[1] * work->block[2], work->kernel->wave,
            work->kernel->vectors, work->kernel->scalars, work->local_bytes, work->kernel->private_bytes,
            (unsigned long long)counts->bytes);
    for (int unit = 0; unit < SIM_UNIT_FREE; unit++)
        fprintf(file, " %llu", (unsigned long long)counts->executed[unit]);
    fprintf(file, " %llu %llu %llu\n", (unsigned long long)counts->widths, (unsigned long long)counts->local_passes,
            (unsigned long long)counts->local_clocks);
    fclose(file);
}

hipError_t double_launch(const double_work *work)
{
    char error[400];
    simulator_counts counts = { .bytes = 0 };
    const char *profile_path = double_setting("EXPOPS_TEST_HIP_PROFILE", NULL);
    const double_kernel *kernel = work->kernel;
    const simulator_launch launch = {
        .arch = double_arch(),
        .name = kernel->name,
        .file = kernel->module->file,
        .file_bytes = kernel->module->file_bytes,
        .image = kernel->module->image,
        .descriptor = kernel->descriptor,
        .kernarg = work->kernarg,
        .kernarg_bytes = kernel->kernarg_bytes,
        .grid = { work->grid[0], work->grid[1], work->grid[2] },
        .block = { work->block[0], work->block[1], work->block[2] },
        .local_bytes = work->local_bytes,
        .private_bytes = kernel->private_bytes,
        .wave = kernel->wave,
        .find_memory = double_find,
        .counts = profile_path ? &counts : NULL,
    };
    if (!simulator_run(&launch, error, sizeof error)) {
        if (profile_path)
            profile(profile_path, work, &counts);
        return hipSuccess;
    }
    fprintf(stderr, "simulator: %s\n", error);
    return hipErrorLaunchFailure;
}
