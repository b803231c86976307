/* What only HIP knows: where its libraries lie, what its failures mean, what its compiler is told. */
#include "cuhip.h"
#include "hip_comgr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OPTIONAL = 0, REQUIRED = 1 };
enum { FIRST_VERSION_WITH_POOLS = 60000000 }; /* they are marked as beta before */

const char *const cuhip_driver_names_list[] = {
    "libamdhip64.so.7", "libamdhip64.so.6", "libamdhip64.so.5", "libamdhip64.so", "/opt/rocm/lib/libamdhip64.so", NULL,
};
const char *const cuhip_rtc_package_pattern = "_rocm_sdk_core/lib/libhiprtc.so.*";
const char *const cuhip_rtc_names[] = { "libhiprtc.so", "libhiprtc.so.7", "libhiprtc.so.6", NULL };
/* clang-format off */
const char *const cuhip_rtc_patterns[] = {
    "/opt/rocm*/lib/libhiprtc.so.*",
    "/usr/lib/*-linux-gnu/libhiprtc.so.*",
    "/usr/lib64/libhiprtc.so.*",
    NULL,
};
/* clang-format on */

/* Functions that only HIP has. */
static struct {
#define HIP_ROW(need, field, symbol, result, parameters) result(*field) parameters;
#include "hip_extra_symbols.inc"
#undef HIP_ROW
} extra;

const char *cuhip_vendor_resolve(void *library)
{
    static const cuhip_symbol symbols[] = {
#define HIP_ROW(need, field, symbol, result, parameters) \
    { #symbol, need, (size_t)((char *)&extra.field - (char *)&extra) },
#include "hip_extra_symbols.inc"
#undef HIP_ROW
    };
    const char *missing = cuhip_resolve(library, symbols, sizeof symbols / sizeof symbols[0], &extra);
    if (!missing && !extra.properties_6 && !extra.properties_5)
        missing = "hipGetDeviceProperties";
    return missing;
}

/* No device says that it has launches of either kind. */
cuhip_result cuhip_vendor_launch_early(cuhip_function function, cuhip_stream stream, const expops_launch *launch,
                                       void **arguments, const char **out_function)
{
    return cuhip_vendor_launch_together(function, stream, launch, arguments, out_function);
}

cuhip_result cuhip_vendor_launch_together(cuhip_function function, cuhip_stream stream, const expops_launch *launch,
                                          void **arguments, const char **out_function)
{
    *out_function = cuhip_names.launch;
    return HIP_RESULT_INVALID_VALUE;
}

static int32_t explain_no_device(void)
{
    if (access("/dev/kfd", F_OK) != 0)
        return cuhip_stop(
            EXPOPS_CAUSE_NO_DEVICE,
            "the HIP runtime finds no AMD GPU, and there is no /dev/kfd: load the amdgpu kernel driver; a "
            "container needs --device /dev/kfd --device /dev/dri");
    if (access("/dev/kfd", R_OK | W_OK) != 0 && (errno == EACCES || errno == EPERM))
        return cuhip_stop(EXPOPS_CAUSE_DEVICE_PERMISSION,
                          "/dev/kfd cannot be opened by this user: join the groups render and video");
    return cuhip_stop(EXPOPS_CAUSE_NO_DEVICE,
                      "the HIP runtime finds no AMD GPU: check rocminfo, and whether HIP_VISIBLE_DEVICES or "
                      "ROCR_VISIBLE_DEVICES hides the device");
}

int32_t cuhip_vendor_explain(cuhip_result result, const char *function)
{
    const char *name = NULL, *text = NULL;
    if (result == 0 || result == HIP_RESULT_NO_DEVICE || result == HIP_RESULT_INVALID_DEVICE)
        return explain_no_device();
    cuhip_vendor_error(result, &name, &text);
    return cuhip_stop(EXPOPS_CAUSE_DRIVER_FAILED,
                      "%s failed with %s (%u): %s; check that rocminfo works and that the amdgpu driver is loaded",
                      function, name ? name : "an unknown code", result, text ? text : "no text");
}

void cuhip_vendor_error(cuhip_result result, const char **out_name, const char **out_text)
{
    *out_name = extra.error_name(result);
    *out_text = extra.error_text(result);
}

/* The structure grew in HIP 6, which kept the old one under the old name. */
static cuhip_result read_target(int ordinal, char *out, size_t room)
{
    char properties[HIP_PROPERTIES_ROOM] = "";
    const cuhip_result result = extra.properties_6 ? extra.properties_6(properties, ordinal)
                                                   : extra.properties_5((struct hipDeviceProp_t *)properties, ordinal);
    const char *arch = properties + (extra.properties_6 ? HIP_PROPERTIES_ARCH_6 : HIP_PROPERTIES_ARCH_5);
    if (result == 0)
        snprintf(out, room, "%.*s", HIP_PROPERTIES_ARCH_BYTES - 1, arch);
    return result;
}

/* What is known without asking: the units of a usual device, as the runtime counts them. */
enum { GROUP_ITEMS = 1024, LOCAL_BYTES = 64 << 10 };
static const struct target {
    const char *name;
    int units;
} targets[] = {
    { "gfx906", 60 }, { "gfx908", 120 }, { "gfx90a", 104 }, { "gfx942", 304 }, { "gfx1030", 40 }, { "gfx1100", 48 },
};

/* "gfx90a" of "gfx90a:sramecc+:xnack-" */
static int is_called(const char *target, const char *name)
{
    const size_t length = strlen(name);
    return strncmp(target, name, length) == 0 && (!target[length] || target[length] == ':');
}

/* Three digits are GCN's and CDNA's, whose waves have 64 lanes; those of four RDNA's, of 32. */
const char *cuhip_vendor_target(const char *name, expops_backend_device *out_device)
{
    const size_t digits = strncmp(name, "gfx", 3) == 0 ? strspn(name + 3, "0123456789abcdef") : 0;
    if (digits < 3 || digits > 4 || (name[3 + digits] && name[3 + digits] != ':')) {
        cuhip_host->error("\"%s\" is no target of AMD's; targets look like gfx90a or gfx1030", name);
        return NULL;
    }
    out_device->group_items = GROUP_ITEMS;
    out_device->local_bytes = LOCAL_BYTES;
    out_device->subgroup = digits == 3 ? 64 : 32;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        if (is_called(name, targets[i].name))
            out_device->units = targets[i].units;
    return name;
}

int32_t cuhip_vendor_open(expops_backend_device *device)
{
    const cuhip_result result = read_target(device->ordinal, device->target, sizeof device->target);
    if (result != 0)
        return cuhip_fail(result, "hipGetDeviceProperties", "opening the device");
    if (strncmp(device->target, "gfx", 3) != 0) {
        cuhip_host->error("opening the device: the HIP runtime calls its architecture \"%s\", which is none of AMD's; "
                          "update ROCm",
                          device->target);
        return EXPOPS_ERR_UNSUPPORTED;
    }
    if (cuhip_driver_version() < FIRST_VERSION_WITH_POOLS || !cuhip_api.allocate_async || !cuhip_api.release_async ||
        cuhip_api.device_attribute(&device->pools, HIP_ATTRIBUTE_POOLS, device->handle) != 0)
        device->pools = 0;
    return EXPOPS_OK;
}

cuhip_result cuhip_vendor_allocate(expops_backend_device *device, uint64_t bytes, cuhip_stream stream,
                                   cuhip_address *out_address, const char **out_function)
{
    *out_function = cuhip_names.allocate_async;
    return cuhip_api.allocate_async(out_address, bytes, stream);
}

void cuhip_vendor_close(expops_backend_device *device)
{
}

void cuhip_vendor_describe_driver(int version, char *out, size_t room)
{
    snprintf(out, room, "HIP runtime %d.%d.%d", version / 10000000, version / 100000 % 100, version % 100000);
}

int cuhip_vendor_compiler_fits(const cuhip_rtc *rtc, int driver_version)
{
    return 2;
}

void cuhip_vendor_preload(const cuhip_rtc *rtc, const char *directory)
{
}

/* Some versions of hipRTC abort the process on a target they do not know, so the library below it is asked first. Where it
 * cannot be asked, only the device's own target is tried: that runtime and its compiler belong together. */
static int32_t check_target(const cuhip_rtc *rtc, const expops_backend_device *device, const expops_source *source)
{
    const int known = hip_comgr_knows((const void *)(uintptr_t)rtc->compile, source->target);
    if (known == 1 || (known < 0 && device && strcmp(device->target, source->target) == 0))
        return EXPOPS_OK;
    cuhip_host->error(known < 0
                          ? "compiling %s for %s: whether %s knows the target cannot be asked, as no libamd_comgr is "
                            "found; install it beside the HIP runtime"
                          : "compiling %s for %s: %s does not know this target; update ROCm, or set EXPOPS_HIPRTC "
                            "to a newer libhiprtc.so",
                      source->name, source->target, rtc->identity);
    return EXPOPS_ERR_COMPILE;
}

int32_t cuhip_vendor_options(const cuhip_rtc *rtc, const expops_backend_device *device, const expops_source *source,
                             cuhip_options *out_options)
{
    const int32_t status = check_target(rtc, device, source);
    if (status != EXPOPS_OK)
        return status;
    snprintf(out_options->room, sizeof out_options->room, "--offload-arch=%s", source->target);
    out_options->list[out_options->count++] = out_options->room;
    out_options->list[out_options->count++] = "-std=c++14";
    out_options->list[out_options->count++] = "-O3";
    return EXPOPS_OK;
}
