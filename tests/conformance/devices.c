/* Devices: what they say about themselves, sharing, and being refused. */
#include "conformance.h"

#include <stdio.h>
#include <string.h>

#include "backend/device.h"

static void test_facts(void **state)
{
    const expops_device_info *info = expops_device_get_info(conformance_device);
    const char *texts[] = { info->name, info->target, info->driver, info->compiler };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_non_null(texts[i]);
        assert_true(strlen(texts[i]) > 0);
    }
    assert_true(info->max_group >= 1);
    assert_true(info->subgroup >= 1 && info->subgroup <= 128);
    assert_true(info->compute_units >= 1);
    assert_true(info->memory_bytes >= 1 << 20);
    assert_true(info->num_device_types >= 1 && info->num_device_types <= 4);
    for (uint32_t i = 0; i < info->num_device_types; i++)
        assert_int_not_equal(info->device_types[i], 0);
    if (info->caps & EXPOPS_CAP_HOST)
        assert_int_equal(info->device_types[0], EXPOPS_DL_CPU);
}

/* "cuda:0" of "cuda", ":" and the device's number. */
static void backend_of(char *name, size_t size)
{
    snprintf(name, size, "%s", expops_device_name(conformance_device));
    char *colon = strchr(name, ':');
    assert_non_null(colon);
    *colon = 0;
}

static void test_shared(void **state)
{
    expops_device *again = NULL;
    assert_ok(expops_device_open(expops_device_name(conformance_device), &again));
    assert_ptr_equal(again, conformance_device);
    expops_device_close(&again);
    assert_null(again);
    expops_device_close(&again);
    expops_device_close(NULL);
    assert_ok(expops_synchronize(conformance_device, NULL)); /* the other count still holds it open */
}

static void test_no_such_device(void **state)
{
    char backend[64], spec[80];
    expops_device *device = NULL;
    backend_of(backend, sizeof(backend));
    snprintf(spec, sizeof(spec), "%s:97", backend);
    const expops_status status = expops_device_open(spec, &device);
    if (status != EXPOPS_ERR_UNAVAILABLE)
        fail_msg("%s gives %s: %s", spec, expops_status_name(status), expops_error_text());
    assert_null(device);
    assert_non_null(strstr(expops_error_text(), backend));
}

static void test_default_device(void **state)
{
    expops_device *device = NULL;
    assert_ok(expops_scope_push(expops_device_name(conformance_device)));
    assert_ok(expops_device_default(&device));
    assert_ptr_equal(device, conformance_device);
    assert_ok(expops_scope_pop());
    assert_ok(expops_enable(expops_device_name(conformance_device)));
    device = NULL;
    assert_ok(expops_device_default(&device));
    assert_ptr_equal(device, conformance_device);
    assert_ok(expops_enable(NULL));
}

static void test_candidate(void **state)
{
    char backend[64];
    int usable = 0;
    backend_of(backend, sizeof(backend));
    for (size_t i = 0; i < expops_candidate_count(); i++) {
        expops_candidate candidate;
        assert_true(expops_candidate_get(i, &candidate));
        if (strcmp(candidate.name, backend) != 0 || !candidate.usable)
            continue;
        usable++;
        assert_true(candidate.num_devices >= 1);
        assert_int_equal(candidate.cause, EXPOPS_CAUSE_NONE);
        assert_true(strlen(candidate.path) > 0 && strlen(candidate.origin) > 0);
    }
    assert_int_equal(usable, 1);
}

static void test_not_capturing(void **state)
{
    const expops_backend_api *api = conformance_device->api;
    uint32_t capturing = 7;
    void *stream;
    if (!(conformance_device->info.caps & EXPOPS_CAP_CAPTURE)) {
        print_message("skipped: this backend records no streams\n");
        skip();
    }
    assert_non_null(api->stream_capturing);
    assert_int_equal(api->stream_capturing(conformance_device->backend, NULL, &capturing), 0);
    assert_int_equal(capturing, 0);
    assert_ok(expops_stream_create(conformance_device, &stream));
    capturing = 7;
    assert_int_equal(api->stream_capturing(conformance_device->backend, stream, &capturing), 0);
    assert_int_equal(capturing, 0);
    expops_stream_destroy(conformance_device, stream);
}

/* Backends may ask for struct sizes; ours must be ones the core can read. */
static void test_table(void **state)
{
    const expops_backend_api *api = conformance_device->api;
    assert_true(api->header.struct_size >= sizeof(expops_header));
    assert_true(EXPOPS_HAS(api, expops_backend_api, allocate) && EXPOPS_HAS(api, expops_backend_api, release));
    assert_true(EXPOPS_HAS(api, expops_backend_api, copy) && EXPOPS_HAS(api, expops_backend_api, synchronize));
    assert_true(EXPOPS_HAS(api, expops_backend_api, launch));
    const int compiles = EXPOPS_HAS(api, expops_backend_api, compile);
    assert_true(compiles || EXPOPS_HAS(api, expops_backend_api, offer));
    assert_int_equal(compiles, EXPOPS_HAS(api, expops_backend_api, load));
    assert_int_equal(compiles, EXPOPS_HAS(api, expops_backend_api, release_image));
}

const struct CMUnitTest conformance_devices[] = {
    cmocka_unit_test(test_facts),          cmocka_unit_test(test_shared),    cmocka_unit_test(test_no_such_device),
    cmocka_unit_test(test_default_device), cmocka_unit_test(test_candidate), cmocka_unit_test(test_not_capturing),
    cmocka_unit_test(test_table),
};
const size_t conformance_num_devices = sizeof(conformance_devices) / sizeof(conformance_devices[0]);
