/* What only CUDA knows: where its libraries lie, what its failures mean, what its compiler is told. */
#include "cuhip.h"
#include "cuhip_places.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MAX_TARGETS = 64,
    EARLY_IN_GRAPHS = 12030, /* from this driver on, a capture records that a launch may begin early */
    PORTABLE_CLUSTER = 8,    /* blocks, on every device that has clusters */
};

const char *const cuhip_driver_names_list[] = { CUHIP_DRIVER_LIBRARY, NULL };
const char *const cuhip_rtc_package_pattern = "nvidia/*/lib/libnvrtc.so.*";
const char *const cuhip_rtc_names[] = { "libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", NULL };
/* clang-format off */
const char *const cuhip_rtc_patterns[] = {
    "/usr/local/cuda*/lib64/libnvrtc.so.*",
    "/usr/local/cuda*/targets/*/lib/libnvrtc.so.*",
    "/usr/lib/*-linux-gnu/libnvrtc.so.*",
    "/usr/lib64/libnvrtc.so.*",
    "/opt/cuda/lib64/libnvrtc.so.*",
    "/opt/nvidia/hpc_sdk/Linux_*/*/cuda/lib64/libnvrtc.so.*",
    "/opt/conda/lib/libnvrtc.so.*",
    NULL,
};
/* clang-format on */

const char *cuhip_vendor_resolve(void *library)
{
    return NULL;
}

static int is_forbidden(const char *path)
{
    return access(path, R_OK | W_OK) != 0 && (errno == EACCES || errno == EPERM);
}

int32_t cuhip_vendor_explain(cuhip_result result, const char *function)
{
    const char *name = NULL, *text = NULL;
    if (is_forbidden("/dev/nvidiactl"))
        return cuhip_stop(
            EXPOPS_CAUSE_DEVICE_PERMISSION,
            "/dev/nvidiactl cannot be opened by this user: join the group that owns it, or change its mode");
    if (result == 0 || result == CUDA_RESULT_NO_DEVICE)
        return cuhip_stop(EXPOPS_CAUSE_NO_DEVICE,
                          "the driver finds no NVIDIA GPU: check nvidia-smi, whether CUDA_VISIBLE_DEVICES hides the "
                          "device, and whether the container was given one");
    if (result == CUDA_RESULT_STUB_LIBRARY)
        return cuhip_stop(
            EXPOPS_CAUSE_DRIVER_MISSING,
            "the libcuda.so.1 that was opened is the toolkit's stub, not a driver: take its directory out "
            "of LD_LIBRARY_PATH and install the NVIDIA driver");
    cuhip_vendor_error(result, &name, &text);
    return cuhip_stop(result == CUDA_RESULT_SYSTEM_DRIVER_MISMATCH ? EXPOPS_CAUSE_DRIVER_TOO_OLD
                                                                   : EXPOPS_CAUSE_DRIVER_FAILED,
                      "%s failed with %s (%u): %s; check that nvidia-smi works and that the kernel module and "
                      "libcuda.so.1 are of one version",
                      function, name ? name : "an unknown code", result, text ? text : "no text");
}

void cuhip_vendor_error(cuhip_result result, const char **out_name, const char **out_text)
{
    if (cuhip_api.error_name(result, out_name) != 0)
        *out_name = NULL;
    if (cuhip_api.error_text(result, out_text) != 0)
        *out_text = NULL;
}

/* Instructions of one architecture's alone are compiled for its number with an "a", from CUDA 12.0 on. Where there is no compiler,
 * kernels come from a machine that has one. */
static int compiler_knows_own(void)
{
    cuhip_trail trail = { .used = 0 };
    const cuhip_rtc *rtc = cuhip_compiler(&trail);
    return !rtc || rtc->major >= 12;
}

/* Older drivers know neither the attribute nor the function: launches ask for nothing then. */
static void read_launch_local(expops_backend_device *device)
{
    if (!cuhip_api.function_set ||
        cuhip_api.device_attribute(&device->launch_local_bytes, CUDA_ATTRIBUTE_LAUNCH_LOCAL, device->handle) != 0)
        device->launch_local_bytes = 0;
}

/* The prelude has words for what such groups do from compute capability 8 on. */
static void read_together(expops_backend_device *device, int major)
{
    if (major < 8 || !cuhip_api.launch_together ||
        cuhip_api.device_attribute(&device->together, CUDA_ATTRIBUTE_TOGETHER, device->handle) != 0)
        device->together = 0;
}

/* CUlaunchAttribute and CUlaunchConfig */
typedef struct attribute {
    unsigned int id;
    char pad[4];
    union {
        char room[64];
        int allowed;
    } value;
} attribute;
typedef struct config {
    unsigned int grid[3], group[3], local_bytes;
    cuhip_stream stream;
    attribute *attributes;
    unsigned int num_attributes;
} config;

cuhip_result cuhip_vendor_launch_early(cuhip_function function, cuhip_stream stream, const expops_launch *launch,
                                       void **arguments, const char **out_function)
{
    attribute early = { .id = CUDA_LAUNCH_EARLY, .value.allowed = 1 };
    config how = { .local_bytes = launch->local_bytes, .stream = stream, .attributes = &early, .num_attributes = 1 };
    memcpy(how.grid, launch->grid, sizeof how.grid);
    memcpy(how.group, launch->group, sizeof how.group);
    *out_function = cuhip_names.launch_extended;
    return cuhip_api.launch_extended((const struct CUlaunchConfig_st *)&how, function, arguments, NULL);
}

cuhip_result cuhip_vendor_launch_together(cuhip_function function, cuhip_stream stream, const expops_launch *launch,
                                          void **arguments, const char **out_function)
{
    const uint32_t *grid = launch->grid, *group = launch->group;
    *out_function = cuhip_names.launch_together;
    return cuhip_api.launch_together(function, grid[0], grid[1], grid[2], group[0], group[1], group[2],
                                     launch->local_bytes, stream, arguments);
}

/* What is known without asking. */
enum { GROUP_ITEMS = 1024, LOCAL_BYTES = 48 << 10, SUBGROUP = 32 };
static const struct target {
    const char *name, *own; /* and what it is called where the compiler knows instructions of this one alone */
    int local;              /* KiB of local memory that a launch may ask for */
    int units;              /* of a usual device */
} targets[] = {
    { "sm_70", "", 96, 80 },         { "sm_75", "", 64, 40 },    { "sm_80", "", 163, 108 },
    { "sm_86", "", 99, 84 },         { "sm_87", "", 163, 16 },   { "sm_89", "", 99, 142 },
    { "sm_90", "sm_90a", 227, 132 }, { "sm_100", "", 227, 148 }, { "sm_120", "", 99, 188 },
};

static const struct target *find_target(const char *name)
{
    for (size_t i = 0; *name && i < sizeof targets / sizeof targets[0]; i++)
        if (!strcmp(name, targets[i].name) || !strcmp(name, targets[i].own))
            return targets + i;
    cuhip_host->error("nothing is known of target \"%s\"; known ones look like sm_80 or sm_90", name);
    return NULL;
}

const char *cuhip_vendor_target(const char *name, expops_backend_device *out_device)
{
    const struct target *target = find_target(name);
    if (!target)
        return NULL;
    const int number = atoi(target->name + 3);
    out_device->group_items = GROUP_ITEMS;
    out_device->local_bytes = LOCAL_BYTES;
    out_device->subgroup = SUBGROUP;
    out_device->units = target->units;
    out_device->cluster = number >= 90 ? PORTABLE_CLUSTER : 1;
    out_device->launch_local_bytes = target->local << 10;
    out_device->together = number >= 80;
    out_device->wide_matrix = *target->own && compiler_knows_own();
    return out_device->wide_matrix ? target->own : target->name; /* as such a device is called with this compiler */
}

static int32_t read_target(expops_backend_device *device)
{
    int major = 0, minor = 0;
    cuhip_result result = cuhip_api.device_attribute(&major, CUDA_ATTRIBUTE_MAJOR, device->handle);
    if (result == 0)
        result = cuhip_api.device_attribute(&minor, CUDA_ATTRIBUTE_MINOR, device->handle);
    if (result != 0)
        return cuhip_fail(result, cuhip_names.device_attribute, "opening the device");
    read_launch_local(device);
    read_together(device, major);
    device->begins_early = major >= 9 && cuhip_api.launch_extended && cuhip_driver_version() >= EARLY_IN_GRAPHS;
    device->wide_matrix = major == 9 && minor == 0 && compiler_knows_own();
    snprintf(device->target, sizeof device->target, "sm_%d%d%s", major, minor, device->wide_matrix ? "a" : "");
    device->cluster = major >= 9 ? PORTABLE_CLUSTER : 1;
    return EXPOPS_OK;
}

int32_t cuhip_vendor_open(expops_backend_device *device)
{
    const int32_t status = read_target(device);
    if (status != EXPOPS_OK)
        return status;
    /* Older drivers do not know the attribute: no pools then. */
    if (!cuhip_api.allocate_async || !cuhip_api.release_async ||
        cuhip_api.device_attribute(&device->pools, CUDA_ATTRIBUTE_POOLS, device->handle) != 0)
        device->pools = 0;
    const cuhip_result result = cuhip_api.context_retain(&device->context, device->handle);
    if (result != 0)
        return cuhip_fail(result, cuhip_names.context_retain, "opening the device");
    cuda_pool_open(device);
    return EXPOPS_OK;
}

void cuhip_vendor_close(expops_backend_device *device)
{
    cuda_pool_close(device);
    (void)cuhip_api.context_release(device->handle);
}

void cuhip_vendor_describe_driver(int version, char *out, size_t room)
{
    snprintf(out, room, "CUDA driver %d.%d", version / 1000, version % 1000 / 10);
}

/* A driver loads machine code of any compiler of its own major version, and of older ones. */
int cuhip_vendor_compiler_fits(const cuhip_rtc *rtc, int driver_version)
{
    return driver_version == 0 || rtc->major <= driver_version / 1000 ? 2 : 1;
}

/* NVRTC opens its second library by a name with the full version, which the linker finds once it is loaded. */
void cuhip_vendor_preload(const cuhip_rtc *rtc, const char *directory)
{
    const char *message = NULL;
    cuhip_places *places = cuhip_places_create();
    if (!places)
        return;
    cuhip_places_add(places, "%s/libnvrtc-builtins.so.%d.%d*", directory, rtc->major, rtc->minor);
    if (places->count == 0)
        cuhip_places_add(places, "%s/libnvrtc-builtins.so.%d*", directory, rtc->major);
    if (places->count == 0)
        cuhip_host->log(2, "no libnvrtc-builtins.so.%d.%d in %s", rtc->major, rtc->minor, directory);
    else if (!cuhip_host->open_library(places->paths[0], 0, &message))
        cuhip_host->log(1, "%s cannot be opened: %s", places->paths[0], message ? message : "no reason given");
    cuhip_places_destroy(places);
}

/* The target's own number if the compiler knows it, else the highest below, else 0; -1 where the compiler cannot tell. */
static int nearest_target(const cuhip_rtc *rtc, int wanted)
{
    int count = 0, list[MAX_TARGETS], nearest = 0;
    if (!rtc->num_targets || !rtc->targets || rtc->num_targets(&count) != 0 || count <= 0 || count > MAX_TARGETS ||
        rtc->targets(list) != 0)
        return -1;
    for (int i = 0; i < count; i++)
        if (list[i] <= wanted && list[i] > nearest)
            nearest = list[i];
    return nearest;
}

int32_t cuhip_vendor_options(const cuhip_rtc *rtc, const expops_backend_device *device, const expops_source *source,
                             cuhip_options *out_options)
{
    const int wants_text = strncmp(source->target, "compute_", 8) == 0;
    const int wanted = wants_text                               ? atoi(source->target + 8)
                       : strncmp(source->target, "sm_", 3) == 0 ? atoi(source->target + 3)
                                                                : 0;
    if (wanted <= 0) {
        cuhip_host->error(
            "compiling %s: \"%s\" is no target of %s; targets look like sm_90 or sm_90a, or compute_90 for text",
            source->name, source->target, CUHIP_RTC_NAME);
        return EXPOPS_ERR_COMPILE;
    }
    const int nearest = nearest_target(rtc, wanted);
    if (nearest == 0) {
        cuhip_host->error("compiling %s: %s no longer compiles for %s; install an older NVRTC and set EXPOPS_NVRTC",
                          source->name, rtc->identity, source->target);
        return EXPOPS_ERR_COMPILE;
    }
    const int exact = nearest < 0 || nearest == wanted;
    out_options->want_text = wants_text || !exact || !rtc->code_bytes || !rtc->code;
    if (!out_options->want_text)
        snprintf(out_options->room, sizeof out_options->room, "--gpu-architecture=%s", source->target);
    else
        snprintf(out_options->room, sizeof out_options->room, "--gpu-architecture=compute_%d",
                 exact ? wanted : nearest);
    out_options->list[out_options->count++] = out_options->room;
    out_options->list[out_options->count++] = "--std=c++14";
    out_options->list[out_options->count++] = "-default-device";
    return EXPOPS_OK;
}
