#include "compare.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

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

void compare_element(const npy_array *array, int64_t index, double *out_real, double *out_imaginary)
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
    case EXPOPS_DTYPE_I8:
        *out_real = LOAD(int8_t);
        break;
    case EXPOPS_DTYPE_I16:
        *out_real = LOAD(int16_t);
        break;
    case EXPOPS_DTYPE_I32:
        *out_real = LOAD(int32_t);
        break;
    case EXPOPS_DTYPE_I64:
        *out_real = (double)LOAD(int64_t);
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
        *out_real = LOAD(uint8_t);
        break;
    }
}

/* Equal infinities and two NaN do not differ; a NaN against a number differs without bound. */
static double distance(double a, double b)
{
    if (a == b || (isnan(a) && isnan(b)))
        return 0;
    const double d = fabs(a - b);
    return isnan(d) ? INFINITY : d;
}

void compare_print(const npy_array *array, const npy_array *reference, const char *reference_name)
{
    double worst = -1;
    int64_t where = 0;
    for (int64_t i = 0; i < array->numel; i++) {
        double ar, ai, br, bi;
        compare_element(array, i, &ar, &ai);
        compare_element(reference, i, &br, &bi);
        const double d = fmax(distance(ar, br), distance(ai, bi));
        if (d > worst) {
            worst = d;
            where = i;
        }
    }
    if (worst < 0) {
        printf("no elements to compare with %s\n", reference_name);
        return;
    }
    double ar, ai, br, bi;
    compare_element(array, where, &ar, &ai);
    compare_element(reference, where, &br, &bi);
    printf("largest difference from %s: %g at element %lld (%.9g against %.9g)\n", reference_name, worst,
           (long long)where, ar, br);
}
