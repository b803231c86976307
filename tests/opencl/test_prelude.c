/* The prelude's words on a device: conversions against arithmetic in double, the rest against known
 * values. */
#include "fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const char words_kernel[];

static const char decode_kernel[] =
    "XK_KERNEL void xk_main(XK_TENSOR(xk_uint, f16), XK_TENSOR(xk_uint, bf16), XK_TENSOR(const "
    "xk_ushort, in))\n"
    "{\n"
    "    const xk_uint i = xk_group_id() * XK_WG + xk_local_id();\n"
    "    XK_POINTER(xk_uint, f16)[i] = xk_f32_bits(xk_f16_to_f32(XK_POINTER(const xk_ushort, "
    "in)[i]));\n"
    "    XK_POINTER(xk_uint, bf16)[i] = xk_f32_bits(xk_bf16_to_f32(XK_POINTER(const xk_ushort, "
    "in)[i]));\n"
    "}\n";
static const char encode_kernel[] =
    "XK_KERNEL void xk_main(XK_TENSOR(xk_ushort, f16), XK_TENSOR(xk_ushort, bf16), XK_TENSOR(const "
    "xk_uint, in))\n"
    "{\n"
    "    const xk_uint i = xk_group_id() * XK_WG + xk_local_id();\n"
    "    const float x = xk_bits_f32(XK_POINTER(const xk_uint, in)[i]);\n"
    "    XK_POINTER(xk_ushort, f16)[i] = xk_f32_to_f16(x);\n"
    "    XK_POINTER(xk_ushort, bf16)[i] = xk_f32_to_bf16(x);\n"
    "}\n";

enum { GROUP = 64 };
static const char defines[] = "#define XK 1\n#define XK_WG 64\n";

/* A 16-bit float with `exponent_bits`: its value from first principles. */
static double decode(uint16_t bits, int exponent_bits)
{
    const int fraction_bits = 15 - exponent_bits, bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = (bits & 0x7fff) >> fraction_bits, fraction = bits & ((1 << fraction_bits) - 1);
    double size;

    if (exponent == (1 << exponent_bits) - 1)
        size = fraction ? NAN : INFINITY;
    else if (exponent == 0)
        size = ldexp(fraction, 1 - bias - fraction_bits);
    else
        size = ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
    return bits & 0x8000 ? -size : size;
}

/* The nearest 16-bit float, ties to even, by rounding to a multiple of the step at x. NaN gives
 * 0xffff. */
static uint16_t encode(double x, int exponent_bits)
{
    const int fraction_bits = 15 - exponent_bits, bias = (1 << (exponent_bits - 1)) - 1;
    const uint16_t sign = signbit(x) ? 0x8000 : 0, infinite = ((1 << exponent_bits) - 1) << fraction_bits;
    int exponent;
    double steps;

    if (isnan(x))
        return 0xffff;
    if (isinf(x))
        return sign | infinite;
    if (x == 0)
        return sign;
    frexp(x, &exponent);
    exponent = exponent - 1 > 1 - bias ? exponent - 1 : 1 - bias;
    steps = nearbyint(ldexp(fabs(x), fraction_bits - exponent));
    steps += ldexp(exponent - (1 - bias), fraction_bits);
    return sign | (steps < infinite ? (uint16_t)steps : infinite);
}

static int is_nan16(uint16_t bits, int exponent_bits)
{
    return isnan(decode(bits, exponent_bits));
}

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static void check_decoded(const char *type, uint16_t bits, uint32_t got, int exponent_bits)
{
    const double expected = decode(bits, exponent_bits);
    const float value = float_of(got);

    if (isnan(expected) ? !isnan(value) : (double)value != expected || !signbit(value) != !signbit(expected))
        fail_msg("%s 0x%04x became %a, expected %a", type, bits, value, expected);
}

static void test_all_halves(void **state)
{
    const uint32_t count = 65536;
    uint16_t *in = malloc(count * 2);
    uint32_t *f16 = malloc(count * 4), *bf16 = malloc(count * 4);
    expops_backend_kernel *kernel = kernel_of(defines, decode_kernel);
    expops_pointer tensors[3];

    for (uint32_t i = 0; i < count; i++)
        in[i] = (uint16_t)i;
    tensors[0] = buffer_of(NULL, NULL, count * 4);
    tensors[1] = buffer_of(NULL, NULL, count * 4);
    tensors[2] = buffer_of(NULL, in, count * 2);
    launch_line(kernel, NULL, tensors, 3, NULL, 0, count / GROUP, GROUP);
    buffer_read(NULL, &tensors[0], f16, count * 4);
    buffer_read(NULL, &tensors[1], bf16, count * 4);
    for (uint32_t i = 0; i < count; i++) {
        check_decoded("f16", in[i], f16[i], 5);
        check_decoded("bf16", in[i], bf16[i], 8);
    }
    for (int i = 0; i < 3; i++)
        buffer_free(&tensors[i]);
    fix.api->unload(fix.device, kernel);
    free(in);
    free(f16);
    free(bf16);
}

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/* Each 16-bit value, the middle between it and the next, the neighbours of that middle, and as many
 * random patterns. */
static uint32_t fill_floats(uint32_t *out, uint32_t step)
{
    uint32_t count = 0, random = 12345;

    for (uint32_t half = 0; half < 65536; half += step) {
        const float low = (float)decode((uint16_t)half, 5), high = (float)decode((uint16_t)(half + 1), 5);
        const uint32_t middle = bits_of((low + high) / 2), brain = half << 16;

        out[count++] = bits_of(low);
        out[count++] = middle;
        out[count++] = middle + 1;
        out[count++] = middle - 1;
        out[count++] = brain | 0x8000;
        out[count++] = brain | 0x8001;
        out[count++] = brain | 0x7fff;
        random = random * 1664525u + 1013904223u;
        out[count++] = random;
    }
    return count;
}

static void check_encoded(const char *type, uint32_t from, uint16_t got, int exponent_bits)
{
    const uint16_t expected = encode(float_of(from), exponent_bits);

    if (expected == 0xffff ? !is_nan16(got, exponent_bits) : got != expected)
        fail_msg("%a (0x%08x) became %s 0x%04x, expected 0x%04x", float_of(from), from, type, got, expected);
}

static void test_many_floats(void **state)
{
    const uint32_t step = fix.quick ? 37 : 1, room = 65536 * 8 + GROUP;
    uint32_t *in = calloc(room, 4), count = fill_floats(in, step);
    uint16_t *f16 = malloc(room * 2), *bf16 = malloc(room * 2);
    expops_backend_kernel *kernel = kernel_of(defines, encode_kernel);
    expops_pointer tensors[3];

    count = (count + GROUP - 1) / GROUP * GROUP;
    tensors[0] = buffer_of(NULL, NULL, count * 2);
    tensors[1] = buffer_of(NULL, NULL, count * 2);
    tensors[2] = buffer_of(NULL, in, count * 4);
    launch_line(kernel, NULL, tensors, 3, NULL, 0, count / GROUP, GROUP);
    buffer_read(NULL, &tensors[0], f16, count * 2);
    buffer_read(NULL, &tensors[1], bf16, count * 2);
    for (uint32_t i = 0; i < count; i++) {
        check_encoded("f16", in[i], f16[i], 5);
        check_encoded("bf16", in[i], bf16[i], 8);
    }
    for (int i = 0; i < 3; i++)
        buffer_free(&tensors[i]);
    fix.api->unload(fix.device, kernel);
    free(in);
    free(f16);
    free(bf16);
}

static void check_close(uint32_t got, double expected, double relative)
{
    const double error = fabs(float_of(got) - expected);

    if (!(error <= relative * fabs(expected)))
        fail_msg("got %.9g, expected %.9g", float_of(got), expected);
}

/* Of x = 2.375 and of numbers that only bf16 has. */
static void check_cheap_words(const uint32_t *bits, double x, double relative)
{
    check_close(bits[0], exp2(x), relative);
    check_close(bits[1], log2(x), relative);
    check_close(bits[2], 1 / x, relative);
    check_close(bits[3], 1 / sqrt(x), relative);
    check_close(bits[4], sqrt(x), relative);
    check_close(bits[5], exp2(x), relative);
    check_close(bits[6], log(1.0078125), relative);
    check_close(bits[7], -133 * log(2.0), relative);
    check_close(bits[8], ldexp(1, -127), relative);
    check_close(bits[9], sin((double)(8 * -1e7f)), relative);
    check_close(bits[10], cos((double)(8 * 3e37f)), relative);
    check_close(bits[11], sin((double)(8 * 0.0001f)), relative);
    check_close(bits[12], cos((double)(8 * 0.0001f)), relative);
    assert_true(isnan(float_of(bits[13])));
}

/* The last argument is the relative error allowed of the fast functions. */
static void check_words(const float *out, const uint32_t *bits, const float *in, double relative)
{
    static const float table[4] = { 1.5f, 2.5f, 3.5f, 4.5f };
    float subtotal = 0;

    for (int i = 0; i < GROUP; i++)
        assert_float_equal(out[i], in[GROUP - 1 - i] * 2 + table[i & 3], 1e-5f);
    for (int i = 0; i < 8; i++)
        subtotal += in[i];
    assert_int_equal(bits[0], 1);
    check_close(bits[1], subtotal, 1e-6);
    assert_int_equal(bits[2], 0x40490fdb);
    assert_int_equal(bits[3], (uint32_t)(0xdeadbeefull * 0x12345678ull >> 32));
    assert_int_equal(bits[4], 0x7f800000);
    assert_int_equal(bits[5], 1);
    assert_int_equal(bits[6], bits_of(1.5f));
    check_close(bits[7], 0.25, relative);
    assert_int_equal(bits[8], 0x7badcafe);
    check_close(bits[9], exp((double)in[1]), relative);
    check_close(bits[10], log((double)in[2]), relative);
    check_close(bits[11], sin((double)in[3]), relative);
    check_close(bits[12], cos((double)in[3]), relative);
    check_cheap_words(bits + 16, (double)in[4], relative);
    if (fix.info.caps & EXPOPS_CAP_F64) {
        assert_int_equal(bits[13], 0x40080000); /* 3.0 */
        assert_int_equal(bits[14], 1);
    }
}

static void run_words(const char *more_defines, double relative)
{
    const struct {
        float factor;
        uint32_t count;
        int64_t big;
    } params = { 2.0f, 8, 0x7badcafe00000000 };
    expops_backend_kernel *kernel = kernel_of(more_defines, words_kernel);
    expops_pointer tensors[3];
    uint32_t bits[32] = { 0 };
    float in[GROUP], out[GROUP];

    for (int i = 0; i < GROUP; i++)
        in[i] = 0.375f + (float)i * 0.5f;
    tensors[0] = buffer_of(NULL, NULL, sizeof(out));
    tensors[1] = buffer_of(NULL, bits, sizeof(bits));
    tensors[2] = buffer_of(NULL, in, sizeof(in));
    launch_line(kernel, NULL, tensors, 3, &params, sizeof(params), 1, GROUP);
    buffer_read(NULL, &tensors[0], out, sizeof(out));
    buffer_read(NULL, &tensors[1], bits, sizeof(bits));
    check_words(out, bits, in, relative);
    for (int i = 0; i < 3; i++)
        buffer_free(&tensors[i]);
    fix.api->unload(fix.device, kernel);
}

static void test_words(void **state)
{
    run_words(defines, strstr(fix.info.prelude, "#define XK_PTX") ? 1.0 / 32768 : 1e-6);
}

static void test_words_of_half_kernels(void **state)
{
    run_words("#define XK 1\n#define XK_WG 64\n#define XK_HALF 1\n", 1.0 / 32768);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_of_half_kernels),
        cmocka_unit_test(test_all_halves),
        cmocka_unit_test(test_many_floats),
    };
    int result = fixture_open(argc, argv);

    if (result)
        return result;
    result = cmocka_run_group_tests_name("opencl/prelude", tests, NULL, NULL);
    fixture_close();
    return result;
}
