/* Conversion and comparison of element values. */
#include "numbers.h"

#include <float.h>
#include <math.h>
#include <string.h>

test_format test_format_of(expops_dtype dtype)
{
    static const test_format formats[EXPOPS_DTYPE_COUNT] = {
        [EXPOPS_DTYPE_F16] = { TEST_FLOAT, 2, 11, 5, 1 },     [EXPOPS_DTYPE_BF16] = { TEST_FLOAT, 2, 8, 8, 1 },
        [EXPOPS_DTYPE_F32] = { TEST_FLOAT, 4, 24, 8, 1 },     [EXPOPS_DTYPE_F64] = { TEST_FLOAT, 8, 53, 11, 1 },
        [EXPOPS_DTYPE_I8] = { TEST_INTEGER, 1, 8, 0, 1 },     [EXPOPS_DTYPE_I16] = { TEST_INTEGER, 2, 16, 0, 1 },
        [EXPOPS_DTYPE_I32] = { TEST_INTEGER, 4, 32, 0, 1 },   [EXPOPS_DTYPE_I64] = { TEST_INTEGER, 8, 64, 0, 1 },
        [EXPOPS_DTYPE_U8] = { TEST_INTEGER, 1, 8, 0, 0 },     [EXPOPS_DTYPE_U16] = { TEST_INTEGER, 2, 16, 0, 0 },
        [EXPOPS_DTYPE_BOOL] = { TEST_BOOL, 1, 1, 0, 0 },      [EXPOPS_DTYPE_C64] = { TEST_COMPLEX, 4, 24, 8, 1 },
        [EXPOPS_DTYPE_C128] = { TEST_COMPLEX, 8, 53, 11, 1 },
    };
    return formats[dtype];
}

int test_is_float(expops_dtype dtype)
{
    return test_format_of(dtype).kind == TEST_FLOAT;
}

int test_is_integer(expops_dtype dtype)
{
    return test_format_of(dtype).kind == TEST_INTEGER;
}

int test_is_complex(expops_dtype dtype)
{
    return test_format_of(dtype).kind == TEST_COMPLEX;
}

/* value * 2^exponent, as ldexpl, which is most of what loading and storing an element takes. */
static long double scaled(long double value, int exponent)
{
#if LDBL_MAX_EXP >= 16384 && LDBL_MANT_DIG == 64
    if (exponent > -16000 && exponent < 16000) { /* a normal number of the processor's, of one bit */
        const union {
            struct {
                uint64_t digits;
                uint16_t exponent;
            } bits;
            long double number;
        } power = { { UINT64_C(1) << 63, (uint16_t)(exponent + 16383) } };
        return value * power.number;
    }
#endif
    return ldexpl(value, exponent);
}

/* Exponent of the last bit of `value` (which is finite) in the format. */
static int last_bit(test_format format, long double value)
{
    const int lowest = 3 - (1 << (format.exponent - 1)) - format.precision;
    int exponent = 0;
    if (value == 0)
        return lowest;
    frexpl(value, &exponent);
    const int last = exponent - format.precision;
    return last < lowest ? lowest : last;
}

static uint64_t encode_float(test_format format, long double value)
{
    const int fraction = format.precision - 1;
    const uint64_t infinity = ((UINT64_C(1) << format.exponent) - 1) << fraction;
    const uint64_t sign = signbit(value) ? UINT64_C(1) << (format.exponent + fraction) : 0;
    if (isnan(value))
        return infinity | UINT64_C(1) << (fraction - 1);
    if (isinf(value))
        return sign | infinity;
    const int last = last_bit(format, value);
    if (fabsl(value) >= scaled(1, 1 << (format.exponent - 1))) /* nor would the exponent fit its field below */
        return sign | infinity;
    const uint64_t steps = (uint64_t)rintl(scaled(fabsl(value), -last)); /* to nearest even */
    const int lowest = last_bit(format, 0);
    /* The hidden bit in `steps` is worth one in the exponent's field, so that carries come out right. */
    const uint64_t bits = ((uint64_t)(last - lowest) << fraction) + steps;
    return sign | (bits > infinity ? infinity : bits);
}

static long double decode_float(test_format format, uint64_t bits)
{
    const int fraction = format.precision - 1;
    const uint64_t top = (UINT64_C(1) << format.exponent) - 1;
    const uint64_t exponent = bits >> fraction & top;
    const uint64_t mantissa = bits & ((UINT64_C(1) << fraction) - 1);
    const long double sign = bits >> (format.exponent + fraction) & 1 ? -1 : 1;
    if (exponent == top)
        return mantissa ? NAN : sign * INFINITY;
    const uint64_t steps = exponent ? mantissa | UINT64_C(1) << fraction : mantissa;
    return sign * scaled((long double)steps, last_bit(format, 0) + (exponent ? (int)exponent - 1 : 0));
}

static uint64_t encode_integer(test_format format, long double value)
{
    if (!isfinite(value))
        return 0;
    const long double whole = truncl(value);
    const uint64_t magnitude = (uint64_t)fmodl(fabsl(whole), 0x1p64L);
    return whole < 0 ? 0 - magnitude : magnitude;
}

static long double decode_integer(test_format format, uint64_t bits)
{
    if (format.is_signed && bits >> (format.precision - 1) & 1)
        return -(long double)(~bits & (UINT64_MAX >> (64 - format.precision))) - 1;
    return (long double)bits;
}

static long double load_number(test_format format, const void *element)
{
    uint64_t bits = 0;
    memcpy(&bits, element, (size_t)format.bytes); /* little endian, as every backend here */
    if (format.kind == TEST_BOOL)
        return bits != 0;
    return format.kind == TEST_INTEGER ? decode_integer(format, bits) : decode_float(format, bits);
}

static void store_number(test_format format, void *element, long double value)
{
    uint64_t bits = value != 0; /* NaN is true */
    if (format.kind == TEST_INTEGER)
        bits = encode_integer(format, value);
    else if (format.kind != TEST_BOOL)
        bits = encode_float(format, value);
    memcpy(element, &bits, (size_t)format.bytes);
}

test_value test_load(expops_dtype dtype, const void *element)
{
    const test_format format = test_format_of(dtype);
    test_value value = { load_number(format, element), 0 };
    if (format.kind == TEST_COMPLEX)
        value.im = load_number(format, (const char *)element + format.bytes);
    return value;
}

void test_store(expops_dtype dtype, void *element, test_value value)
{
    const test_format format = test_format_of(dtype);
    store_number(format, element, value.re);
    if (format.kind == TEST_COMPLEX)
        store_number(format, (char *)element + format.bytes, value.im);
}

long double test_round(expops_dtype dtype, long double value)
{
    unsigned char element[16];
    test_store(dtype, element, (test_value){ value, 0 });
    return test_load(dtype, element).re;
}

long double test_convert(expops_dtype dtype, long double value)
{
    const int half = dtype == EXPOPS_DTYPE_F16 || dtype == EXPOPS_DTYPE_BF16;
    return test_round(dtype, half ? test_round(EXPOPS_DTYPE_F32, value) : value);
}

test_limits test_limits_of(expops_dtype dtype)
{
    const test_format format = test_format_of(dtype);
    if (format.kind == TEST_BOOL)
        return (test_limits){ 1, 0, 1, 1 };
    if (format.kind == TEST_INTEGER) {
        const int bits = format.precision - format.is_signed;
        return (test_limits){ scaled(1, bits) - 1, format.is_signed ? -scaled(1, bits) : 0, 1, 1 };
    }
    const int bias = (1 << (format.exponent - 1)) - 1;
    const long double max = scaled(2 - scaled(1, 1 - format.precision), bias);
    return (test_limits){ max, -max, scaled(1, 1 - bias), scaled(1, last_bit(format, 0)) };
}

long double test_ulp(expops_dtype dtype, long double value)
{
    const test_format format = test_format_of(dtype);
    const long double max = test_limits_of(dtype).max;
    return scaled(1, last_bit(format, fabsl(value) > max ? max : value));
}

/* Overflow counts as the number that would follow the largest one. */
static long double finite_of(expops_dtype dtype, long double value)
{
    const long double beyond = scaled(1, 1 << (test_format_of(dtype).exponent - 1));
    return isinf(value) ? copysignl(beyond, value) : value;
}

int test_close(expops_dtype dtype, long double actual, long double expected, double bound, long double slack)
{
    if (isnan(actual) || isnan(expected))
        return isnan(actual) && isnan(expected);
    const long double rounded = test_round(dtype, expected);
    if (actual == rounded && (actual != 0 || !signbit(actual) == !signbit(rounded)))
        return 1;
    if (isinf(expected) || (expected == 0 && slack == 0))
        return 0;
    const long double distance = fabsl(finite_of(dtype, actual) - expected);
    return distance <= bound * test_ulp(dtype, expected) + slack;
}

double test_distance(expops_dtype dtype, long double actual, long double expected)
{
    if (!isfinite(actual) || !isfinite(expected))
        return -1;
    return (double)(fabsl(actual - expected) / test_ulp(dtype, expected));
}
