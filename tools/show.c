#include "show.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ENDS = 3 }; /* elements shown of either end */

static double from_bf16(uint16_t half)
{
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static double from_f16(uint16_t half)
{
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    double value = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    if (exponent == 31)
        value = fraction ? NAN : INFINITY;
    return half & 0x8000 ? -value : value;
}

#define LOAD(T) (((const T *)array->data)[index])

/* Of any integer type, and bool: little endian. */
static int64_t load_integer(const npy_array *array, int64_t index)
{
    const size_t bytes = expops_dtype_bytes(array->dtype), spare = 64 - 8 * bytes;
    uint64_t bits = 0;
    memcpy(&bits, (const char *)array->data + (size_t)index * bytes, bytes);
    return expops_dtype_to_dl(array->dtype).code == 0 ? (int64_t)(bits << spare) >> spare : (int64_t)bits;
}

static void load_element(const npy_array *array, int64_t index, double *out_real, double *out_imaginary)
{
    *out_imaginary = 0;
    switch (array->dtype) {
    case EXPOPS_DTYPE_F16:
        *out_real = from_f16(LOAD(uint16_t));
        break;
    case EXPOPS_DTYPE_BF16:
        *out_real = from_bf16(LOAD(uint16_t));
        break;
    case EXPOPS_DTYPE_F32:
        *out_real = LOAD(float);
        break;
    case EXPOPS_DTYPE_F64:
        *out_real = LOAD(double);
        break;
    case EXPOPS_DTYPE_C64:
        *out_real = ((const float *)array->data)[2 * index];
        *out_imaginary = ((const float *)array->data)[2 * index + 1];
        break;
    case EXPOPS_DTYPE_C128:
        *out_real = ((const double *)array->data)[2 * index];
        *out_imaginary = ((const double *)array->data)[2 * index + 1];
        break;
    default:
        *out_real = (double)load_integer(array, index); /* rounded above 2^53: an i64 is printed by itself below */
        break;
    }
}

static int is_complex(expops_dtype dtype)
{
    return dtype == EXPOPS_DTYPE_C64 || dtype == EXPOPS_DTYPE_C128;
}

/* As many digits as the type has. */
static int digits_of(expops_dtype dtype)
{
    switch (dtype) {
    case EXPOPS_DTYPE_F16:
    case EXPOPS_DTYPE_BF16:
        return 4;
    case EXPOPS_DTYPE_F32:
    case EXPOPS_DTYPE_C64:
        return 7;
    default:
        return 16;
    }
}

static void print_element(const npy_array *array, int64_t index)
{
    double real, imaginary;
    if (array->dtype == EXPOPS_DTYPE_I64) {
        printf("%" PRId64, LOAD(int64_t));
        return;
    }
    if (array->dtype == EXPOPS_DTYPE_BOOL) {
        fputs(LOAD(uint8_t) ? "true" : "false", stdout);
        return;
    }
    load_element(array, index, &real, &imaginary);
    printf("%.*g", digits_of(array->dtype), real);
    if (is_complex(array->dtype))
        printf("%+.*gj", digits_of(array->dtype), imaginary);
}

static void print_ends(const npy_array *array)
{
    const int all = array->numel <= 2 * ENDS;
    printf("values ");
    for (int64_t i = 0; i < (all ? array->numel : ENDS); i++) {
        putchar(' ');
        print_element(array, i);
    }
    if (!all)
        printf(" ...");
    for (int64_t i = array->numel - ENDS; !all && i < array->numel; i++) {
        putchar(' ');
        print_element(array, i);
    }
    putchar('\n');
}

static int less(const npy_array *array, int64_t a, int64_t b)
{
    double x, y, unused;
    if (array->dtype == EXPOPS_DTYPE_I64)
        return ((const int64_t *)array->data)[a] < ((const int64_t *)array->data)[b];
    load_element(array, a, &x, &unused);
    load_element(array, b, &y, &unused);
    return x < y;
}

static void print_range(const npy_array *array)
{
    int64_t low = -1, high = -1, nans = 0;
    for (int64_t i = 0; i < array->numel; i++) {
        double real, imaginary;
        load_element(array, i, &real, &imaginary);
        if (isnan(real) || isnan(imaginary)) {
            nans++;
            continue;
        }
        low = low < 0 || less(array, i, low) ? i : low;
        high = high < 0 || less(array, high, i) ? i : high;
    }
    if (low >= 0 && !is_complex(array->dtype)) {
        printf("min ");
        print_element(array, low);
        printf(", max ");
        print_element(array, high);
        printf(", ");
    }
    printf("NaN %" PRId64 "\n", nans);
}

void show_array(const npy_array *array)
{
    if (!array->numel)
        return;
    print_ends(array);
    print_range(array);
}
