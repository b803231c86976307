/* What a device says of itself, held against what is said of its target without it: kernels' texts depend on it. */
#ifndef TARGET_FACTS_H
#define TARGET_FACTS_H

#include <string.h>

static inline void check_target_facts(const expops_backend_api *api, const expops_device_info *device)
{
    const uint64_t of_kernels = EXPOPS_CAP_F64 | EXPOPS_CAP_HANDLES | EXPOPS_CAP_WIDE_MATRIX | EXPOPS_CAP_TOGETHER;
    expops_device_info target = { .header = { .struct_size = sizeof target } };
    assert_int_equal(api->describe_target(device->target, &target), EXPOPS_OK);
    assert_string_equal(target.target, device->target);
    assert_string_equal(target.compiler, device->compiler);
    assert_string_equal(target.prelude, device->prelude);
    assert_int_equal(target.caps & of_kernels, device->caps & of_kernels);
    assert_int_equal(target.local_bytes, device->local_bytes);
    assert_int_equal(target.launch_local_bytes, device->launch_local_bytes);
    assert_int_equal(target.argument_bytes, device->argument_bytes);
    assert_int_equal(target.max_group, device->max_group);
    assert_int_equal(target.max_items, device->max_items);
    assert_int_equal(target.subgroup, device->subgroup);
    assert_int_equal(target.max_cluster, device->max_cluster);
    assert_int_equal(target.num_device_types, device->num_device_types);
    assert_int_equal(target.device_types[0], device->device_types[0]);
}

#endif
