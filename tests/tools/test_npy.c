/* .npy files: what is written is read back, and a file that lies is refused with its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "npy.h"

static char path[64];
static char message[NPY_MESSAGE_BYTES];

static int make_path(void **state)
{
    strcpy(path, "/tmp/expops-npy-XXXXXX");
    const int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
    return unlink(path);
}

static void write_bytes(const void *data, size_t bytes)
{
    unlink(path); /* some file systems flush a file that is cut short and written again */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

/* A file of version 1 with this dictionary and zeros for data. */
static void write_with(const char *dictionary, size_t data_bytes)
{
    unsigned char bytes[1024] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0 };
    const size_t length = strlen(dictionary);
    bytes[8] = (unsigned char)(length & 255);
    bytes[9] = (unsigned char)(length >> 8);
    memcpy(bytes + 10, dictionary, length);
    write_bytes(bytes, 10 + length + data_bytes);
}

static void test_round_trip(void **state)
{
    for (int t = 0; t < EXPOPS_DTYPE_COUNT; t++) {
        uint8_t data[6 * 16], order = (uint8_t)(t & 1);
        for (size_t i = 0; i < sizeof(data); i++)
            data[i] = (uint8_t)(i * 37 + 1);
        const npy_array array = { (expops_dtype)t, order, 2, { 2, 3 }, 6, data };
        npy_array back;
        assert_int_equal(npy_write(path, &array, message), 0);
        assert_int_equal(npy_read(path, &back, message), 0);
        assert_int_equal(back.dtype, t);
        assert_int_equal(back.fortran_order, order);
        assert_int_equal(back.ndim, 2);
        assert_int_equal(back.shape[0], 2);
        assert_int_equal(back.shape[1], 3);
        assert_memory_equal(back.data, data, 6 * expops_dtype_bytes((expops_dtype)t));
        npy_free(&back);
    }
}

static void test_ranks(void **state)
{
    for (int32_t ndim = 0; ndim <= EXPOPS_MAX_RANK; ndim++) {
        int8_t data[1] = { 5 };
        npy_array array = { EXPOPS_DTYPE_I8, 0, ndim, { 0 }, 1, data }, back;
        for (int32_t i = 0; i < ndim; i++)
            array.shape[i] = 1;
        assert_int_equal(npy_write(path, &array, message), 0);
        assert_int_equal(npy_read(path, &back, message), 0);
        assert_int_equal(back.ndim, ndim);
        assert_int_equal(back.numel, 1);
        npy_free(&back);
    }
}

static void test_accepted(void **state)
{
    static const struct {
        const char *dictionary;
        size_t bytes;
    } good[] = {
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n", 12 },
        { "{\"shape\":(2,2),\"descr\":\"<f2\",\"fortran_order\":True}", 8 },
        { "{'descr': '|b1', 'fortran_order': False, 'shape': ()}   ", 1 },
        { "{'descr': '=i8', 'fortran_order': False, 'shape': (0, 9223372036854775807)}", 0 },
        { "{'descr': '|V2', 'fortran_order': False, 'shape': (1,)}", 2 },
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        npy_array array;
        write_with(good[i].dictionary, good[i].bytes);
        if (npy_read(path, &array, message))
            fail_msg("%s", message);
        npy_free(&array);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *dictionary;
        size_t bytes;
        const char *says;
    } bad[] = {
        { "", 0, "dictionary" },
        { "{", 0, "dictionary" },
        { "{}", 0, "lacks" },
        { "{'descr': '<f4', 'fortran_order': False}", 4, "lacks" },
        { "{'descr': '<f4', 'descr': '<f4', 'shape': ()}", 4, "twice" },
        { "{'descr': '!f4', 'fortran_order': False, 'shape': ()}", 4, "not taken" },
        { "{'descr': '<f3', 'fortran_order': False, 'shape': ()}", 4, "'<f3'" },
        { "{'descr': 'f4', 'fortran_order': False, 'shape': ()}", 4, "not taken" },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", 4, "structured" },
        { "{'descr': '<f4444444444444444444', 'fortran_order': False, 'shape': ()}", 4, "element type" },
        { "{'descr': '<f4", 4, "element type" },
        { "{'descr': '<f4', 'fortran_order': Maybe, 'shape': ()}", 4, "fortran_order" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': 3}", 12, "tuple" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3", 12, "tuple" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}", 12, "dimension 0" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", 12, "dimension 0" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296,4294967296,4)}", 12, "more bytes" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2305843009213693953,)}", 4, "more bytes" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}", 12, "12 follow" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", 13, "13 follow" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", 11, "11 follow" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}", 4, "dimensions" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", 4, "follows" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}", 4, "unknown key" },
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        npy_array array;
        write_with(bad[i].dictionary, bad[i].bytes);
        if (npy_read(path, &array, message) == 0)
            fail_msg("accepted: %s", bad[i].dictionary);
        if (!strstr(message, bad[i].says) || !strstr(message, path))
            fail_msg("%s gave '%s', which lacks '%s' or the path", bad[i].dictionary, message, bad[i].says);
    }
}

static void test_not_npy(void **state)
{
    static const char huge[] = "\x93NUMPY\2\0\xff\xff\xff\xff", version[] = "\x93NUMPY\7\0\2\0{}";
    npy_array array;
    write_bytes("PK\3\4 not an array", 18);
    assert_int_equal(npy_read(path, &array, message), -1);
    assert_non_null(strstr(message, "not a .npy file"));
    write_bytes(huge, sizeof(huge) - 1);
    assert_int_equal(npy_read(path, &array, message), -1);
    assert_non_null(strstr(message, "4294967295"));
    write_bytes(version, sizeof(version) - 1);
    assert_int_equal(npy_read(path, &array, message), -1);
    assert_non_null(strstr(message, "version 7"));
    unlink(path);
    assert_int_equal(npy_read(path, &array, message), -1);
    assert_non_null(strstr(message, path));
    write_bytes("", 0);
    assert_int_equal(npy_read("/tmp", &array, message), -1);
    assert_int_equal(npy_read("/dev/null", &array, message), -1);
}

/* Every prefix of a good file is refused, and none is read beyond its end. */
static void test_truncated(void **state)
{
    float data[3] = { 1, 2, 3 };
    const npy_array array = { EXPOPS_DTYPE_F32, 0, 1, { 3 }, 3, data };
    uint8_t whole[256];
    assert_int_equal(npy_write(path, &array, message), 0);
    FILE *file = fopen(path, "rb");
    const size_t bytes = fread(whole, 1, sizeof(whole), file);
    fclose(file);
    assert_int_equal(bytes, 128 + sizeof(data));
    for (size_t keep = 0; keep < bytes; keep++) {
        npy_array back;
        write_bytes(whole, keep);
        assert_int_equal(npy_read(path, &back, message), -1);
    }
}

/* Any byte of the header may be anything: refused or read, never a crash or a leak. */
static void test_mutated(void **state)
{
    float data[3] = { 1, 2, 3 };
    const npy_array array = { EXPOPS_DTYPE_F32, 0, 1, { 3 }, 3, data };
    uint8_t whole[256];
    assert_int_equal(npy_write(path, &array, message), 0);
    FILE *file = fopen(path, "rb");
    const size_t bytes = fread(whole, 1, sizeof(whole), file);
    fclose(file);
    for (size_t i = 0; i < 80; i++) {
        const uint8_t before = whole[i];
        for (unsigned value = 0; value < 256; value += 19) {
            npy_array back;
            whole[i] = (uint8_t)value;
            write_bytes(whole, bytes);
            if (npy_read(path, &back, message) == 0) {
                assert_true(back.numel * (int64_t)expops_dtype_bytes(back.dtype) == sizeof(data));
                npy_free(&back);
            }
        }
        whole[i] = before;
    }
}

/* Big-endian data is read as the same numbers, part by part where they are complex. */
static void test_big_endian(void **state)
{
    for (int t = 0; t < EXPOPS_DTYPE_COUNT; t++) {
        uint8_t data[3 * 16];
        for (size_t i = 0; i < sizeof(data); i++)
            data[i] = (uint8_t)(i * 37 + 1);
        const npy_array array = { (expops_dtype)t, 0, 1, { 3 }, 3, data };
        npy_array back;
        FILE *file = fopen(path, "wb");
        npy_write_stream(file, &array, 1);
        fclose(file);
        assert_int_equal(npy_read(path, &back, message), 0);
        assert_memory_equal(back.data, data, 3 * expops_dtype_bytes((expops_dtype)t));
        npy_free(&back);
    }
    static const uint8_t there[] = { 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0 };
    const npy_array array = { EXPOPS_DTYPE_C64, 0, 0, { 0 }, 1, (float[]){ 1, -2 } };
    uint8_t whole[256];
    FILE *file = fopen(path, "wb");
    npy_write_stream(file, &array, 1);
    fclose(file);
    file = fopen(path, "rb");
    const size_t bytes = fread(whole, 1, sizeof(whole), file);
    fclose(file);
    assert_memory_equal(whole + bytes - sizeof(there), there, sizeof(there));
}

static void test_turned(void **state)
{
    int16_t data[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
    static const int16_t expected[] = { 0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11 };
    const npy_array array = { EXPOPS_DTYPE_I16, 0, 3, { 2, 3, 2 }, 12, data };
    npy_array turned, back;
    assert_int_equal(npy_turn(&array, &turned), 0);
    assert_true(turned.fortran_order);
    assert_memory_equal(turned.data, expected, sizeof(expected));
    assert_int_equal(npy_turn(&turned, &back), 0);
    assert_memory_equal(back.data, data, sizeof(data));
    npy_free(&turned);
    npy_free(&back);
}

static void test_unwritable(void **state)
{
    int8_t data[1] = { 0 };
    const npy_array array = { EXPOPS_DTYPE_I8, 0, 0, { 0 }, 1, data };
    char below[sizeof(path) + 8]; /* a file is no folder */
    snprintf(below, sizeof(below), "%s/y.npy", path);
    assert_int_equal(npy_write(below, &array, message), -1);
    assert_non_null(strstr(message, below));
    assert_int_equal(npy_write("/dev/full", &array, message), -1);
    assert_non_null(strstr(message, "/dev/full"));
}

#define ROW(name) cmocka_unit_test_setup_teardown(test_##name, make_path, remove_path)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(round_trip), ROW(ranks),   ROW(accepted),   ROW(refused), ROW(not_npy),
        ROW(truncated),  ROW(mutated), ROW(big_endian), ROW(turned),  ROW(unwritable),
    };
    return cmocka_run_group_tests_name("npy", tests, NULL, NULL);
}
