/* Memory: copies reach exactly the bytes they name, and running out of it is an ordinary failure. */
#include "conformance.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE = 100000 };

static void fill(unsigned char *bytes, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 251 + seed);
}

static expops_pointer at(expops_pointer pointer, uint64_t offset)
{
    pointer.byte_offset += offset;
    return pointer;
}

static expops_pointer allocate(uint64_t bytes)
{
    expops_pointer pointer;
    assert_ok(expops_memory_allocate(conformance_device, NULL, bytes, &pointer));
    assert_non_null(pointer.data);
    assert_int_equal(pointer.device_type, expops_device_get_info(conformance_device)->device_types[0]);
    return pointer;
}

static void upload(const expops_pointer *to, const void *from, uint64_t bytes)
{
    assert_ok(expops_memory_upload(conformance_device, NULL, to, from, bytes));
    assert_ok(expops_synchronize(conformance_device, NULL));
}

static void download(void *to, const expops_pointer *from, uint64_t bytes)
{
    assert_ok(expops_memory_download(conformance_device, NULL, to, from, bytes));
    assert_ok(expops_synchronize(conformance_device, NULL));
}

static void test_round_trip(void **state)
{
    static unsigned char there[SIZE], back[SIZE];
    expops_pointer memory = allocate(SIZE);
    fill(there, SIZE, 1);
    upload(&memory, there, SIZE);
    download(back, &memory, SIZE);
    assert_memory_equal(there, back, SIZE);
    expops_memory_free(conformance_device, NULL, &memory);
    assert_null(memory.data);
}

/* Odd offsets and lengths; everything else keeps its value. */
static void test_offsets(void **state)
{
    static const uint64_t offsets[] = { 0, 1, 3, 13, 257, 4099 }, lengths[] = { 1, 2, 15, 777, 65537 };
    static unsigned char image[SIZE], back[SIZE], piece[SIZE];
    expops_pointer memory = allocate(SIZE);
    fill(image, SIZE, 1);
    upload(&memory, image, SIZE);
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
        for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
            const expops_pointer part = at(memory, offsets[i]);
            fill(piece, lengths[k], (unsigned)(i * 16 + k));
            memcpy(image + offsets[i], piece, lengths[k]);
            upload(&part, piece, lengths[k]);
            memset(back, 0, lengths[k]);
            download(back, &part, lengths[k]);
            assert_memory_equal(back, piece, lengths[k]);
        }
    download(back, &memory, SIZE);
    assert_memory_equal(back, image, SIZE);
    expops_memory_free(conformance_device, NULL, &memory);
}

static void test_copy_on_device(void **state)
{
    static unsigned char image[SIZE], back[SIZE], expected[SIZE];
    expops_pointer from = allocate(SIZE), to = allocate(SIZE);
    fill(image, SIZE, 3);
    memset(expected, 0xEE, SIZE);
    upload(&from, image, SIZE);
    upload(&to, expected, SIZE);
    const expops_pointer source = at(from, 5), destination = at(to, 1003);
    assert_ok(expops_memory_copy(conformance_device, NULL, &destination, &source, 54321));
    memcpy(expected + 1003, image + 5, 54321);
    download(back, &to, SIZE);
    assert_memory_equal(back, expected, SIZE);
    download(back, &from, SIZE);
    assert_memory_equal(back, image, SIZE);
    expops_memory_free(conformance_device, NULL, &from);
    expops_memory_free(conformance_device, NULL, &to);
}

static void test_nothing(void **state)
{
    unsigned char byte = 42;
    expops_pointer memory = allocate(16), none;
    assert_ok(expops_memory_upload(conformance_device, NULL, &memory, &byte, 0));
    assert_ok(expops_memory_download(conformance_device, NULL, &byte, &memory, 0));
    assert_int_equal(byte, 42);
    assert_ok(expops_memory_allocate(conformance_device, NULL, 0, &none));
    expops_memory_free(conformance_device, NULL, &none);
    expops_memory_free(conformance_device, NULL, &memory);
    expops_memory_free(conformance_device, NULL, &memory); /* once more does nothing */
    expops_memory_free(conformance_device, NULL, NULL);
}

static void test_too_much(void **state)
{
    expops_pointer memory;
    const expops_status status = expops_memory_allocate(conformance_device, NULL, UINT64_C(1) << 60, &memory);
    if (status != EXPOPS_ERR_OUT_OF_MEMORY)
        fail_msg("an exbibyte gives %s: %s", expops_status_name(status), expops_error_text());
    assert_true(strlen(expops_error_text()) > 0);
    assert_null(memory.data);
    memory = allocate(64); /* and the device still works */
    expops_memory_free(conformance_device, NULL, &memory);
}

static void test_alignment(void **state)
{
    if (expops_device_get_info(conformance_device)->caps & EXPOPS_CAP_HANDLES) {
        print_message("skipped: memory here is a handle without an address\n");
        skip();
    }
    for (uint64_t bytes = 1; bytes < 5000; bytes = bytes * 3 + 1) {
        expops_pointer memory = allocate(bytes);
        assert_int_equal(((uintptr_t)memory.data + memory.byte_offset) % 16, 0);
        expops_memory_free(conformance_device, NULL, &memory);
    }
}

const struct CMUnitTest conformance_memory[] = {
    cmocka_unit_test(test_round_trip), cmocka_unit_test(test_offsets),  cmocka_unit_test(test_copy_on_device),
    cmocka_unit_test(test_nothing),    cmocka_unit_test(test_too_much), cmocka_unit_test(test_alignment),
};
const size_t conformance_num_memory = sizeof(conformance_memory) / sizeof(conformance_memory[0]);
