/* Opening a device and what is known about it. */
#include "cuhip.h"

#include <stdio.h>
#include <stdlib.h>

static const char opening[] = "opening the device";

static int32_t read_attribute(expops_backend_device *device, unsigned int attribute, int *out_value)
{
    const cuhip_result result = cuhip_api.device_attribute(out_value, attribute, device->handle);
    return result == 0 ? EXPOPS_OK : cuhip_fail(result, cuhip_names.device_attribute, opening);
}

static int32_t read_facts(expops_backend_device *device)
{
    const struct {
        unsigned int attribute;
        int *value;
    } facts[] = {
        { CUHIP_ATTRIBUTE_GROUP_ITEMS, &device->group_items },
        { CUHIP_ATTRIBUTE_LOCAL_BYTES, &device->local_bytes },
        { CUHIP_ATTRIBUTE_SUBGROUP, &device->subgroup },
        { CUHIP_ATTRIBUTE_UNITS, &device->units },
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const int32_t status = read_attribute(device, facts[i].attribute, facts[i].value);
        if (status != EXPOPS_OK)
            return status;
    }
    return EXPOPS_OK;
}

static int32_t fill(expops_backend_device *device)
{
    size_t bytes = 0;
    cuhip_result result = cuhip_api.device_get(&device->handle, device->ordinal);
    if (result != 0)
        return cuhip_fail(result, cuhip_names.device_get, opening);
    result = cuhip_api.device_name(device->name, (int)sizeof device->name, device->handle);
    if (result != 0)
        return cuhip_fail(result, cuhip_names.device_name, opening);
    result = cuhip_api.device_memory(&bytes, device->handle);
    if (result != 0)
        return cuhip_fail(result, cuhip_names.device_memory, opening);
    device->memory_bytes = bytes;
    return read_facts(device);
}

static void describe(expops_backend_device *device)
{
    cuhip_trail trail = { .used = 0 };
    const cuhip_rtc *rtc = cuhip_compiler(&trail);
    cuhip_vendor_describe_driver(cuhip_driver_version(), device->driver_text, sizeof device->driver_text);
    snprintf(device->compiler_text, sizeof device->compiler_text, "%s", rtc ? rtc->identity : "no " CUHIP_RTC_NAME);
}

int32_t cuhip_device_open(uint32_t ordinal, expops_backend_device **out_device)
{
    *out_device = NULL;
    int32_t status = cuhip_same_process();
    if (status != EXPOPS_OK)
        return status;
    expops_backend_device *device = calloc(1, sizeof *device);
    if (!device) {
        cuhip_host->error("opening the device: the host has no memory for its description");
        return EXPOPS_ERR_OUT_OF_MEMORY;
    }
    device->ordinal = (int)ordinal;
    status = fill(device);
    if (status == EXPOPS_OK)
        status = cuhip_vendor_open(device);
    if (status != EXPOPS_OK) {
        free(device);
        return status;
    }
    describe(device);
    *out_device = device;
    return EXPOPS_OK;
}

void cuhip_device_close(expops_backend_device *device)
{
    cuhip_unload_recorded(device);
    cuhip_vendor_close(device);
    free(device);
}

int32_t cuhip_describe_target(const char *target, expops_device_info *out_info)
{
    cuhip_trail trail = { .used = 0 };
    const cuhip_rtc *rtc = cuhip_compiler(&trail);
    expops_backend_device device = { 0 };
    const char *name = cuhip_vendor_target(target, &device);
    if (!name)
        return EXPOPS_ERR_INVALID_ARGUMENT;
    const int32_t status = cuhip_device_info(&device, out_info);
    out_info->name = out_info->target = name;
    out_info->driver = "";
    out_info->compiler = rtc ? rtc->identity : "no " CUHIP_RTC_NAME;
    return status;
}

int32_t cuhip_device_info(expops_backend_device *device, expops_device_info *out_info)
{
    static const int32_t types[] = CUHIP_DEVICE_TYPES;
    out_info->name = device->name;
    out_info->target = device->target;
    out_info->driver = device->driver_text;
    out_info->compiler = device->compiler_text;
    out_info->prelude = cuhip_prelude;
    out_info->caps = EXPOPS_CAP_F64;
    out_info->caps |= cuhip_api.stream_capturing ? EXPOPS_CAP_CAPTURE : 0;
    out_info->caps |= device->pools ? EXPOPS_CAP_STREAM_ALLOCATE : 0;
    out_info->caps |= device->together ? EXPOPS_CAP_TOGETHER : 0;
    out_info->caps |= device->wide_matrix ? EXPOPS_CAP_WIDE_MATRIX : 0;
    out_info->memory_bytes = device->memory_bytes;
    out_info->local_bytes = (uint64_t)device->local_bytes;
    out_info->max_group = (uint32_t)device->group_items;
    out_info->subgroup = (uint32_t)device->subgroup;
    out_info->compute_units = (uint32_t)device->units;
    out_info->num_device_types = sizeof types / sizeof types[0];
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        out_info->device_types[i] = types[i];
    out_info->device_id = device->ordinal;
    out_info->max_cluster = (uint32_t)device->cluster;
    out_info->argument_bytes = CUHIP_ARGUMENT_BYTES;
    out_info->launch_local_bytes = (uint64_t)device->launch_local_bytes;
    out_info->max_items = CUHIP_MAX_ITEMS;
    return EXPOPS_OK;
}
