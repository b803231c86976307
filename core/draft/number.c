/* One rule for numbers, wherever they come from. */
#include "number.h"
#include <math.h>
#include <string.h>
#include "draft_internal.h"

/* --- the rule --- */

int32_t expops_arithmetic_type(int32_t common)
{
    return common == EXPOPS_DTYPE_F16 || common == EXPOPS_DTYPE_BF16 ? EXPOPS_DTYPE_F32 : common;
}

expops_meeting expops_meet(const expops_operator *op, uint32_t index, const expops_value *value, int32_t common)
{
    const expops_parameter *parameter = op->parameters + index;
    const uint32_t meets = parameter->meets                             ? parameter->meets
                           : parameter->kind == EXPOPS_PARAMETER_NUMBER ? EXPOPS_MEETS_ARITHMETIC
                                                                        : EXPOPS_MEETS_ELEMENT;
    if (expops_value_is_tensor(value)) {
        const int exact =
            meets == EXPOPS_MEETS_EXACT && (parameter->kind == EXPOPS_PARAMETER_TENSOR || value->as.tensor->ndim == 0);
        return (expops_meeting){ exact ? expops_arithmetic_type(common) : common, 0 };
    }
    const int rounded = meets == EXPOPS_MEETS_ELEMENT || meets == EXPOPS_MEETS_COMMON;
    return (expops_meeting){ rounded ? common : expops_arithmetic_type(common),
                             meets == EXPOPS_MEETS_COMMON || meets == EXPOPS_MEETS_ARITHMETIC };
}

/* --- what a type holds --- */

/* Of a floating type, which has infinities and NaN too. */
static const double largest_float[EXPOPS_DTYPE_COUNT] = {
    [EXPOPS_DTYPE_F16] = 65504,
    [EXPOPS_DTYPE_BF16] = 0x1.fep127,
    [EXPOPS_DTYPE_F32] = 0x1.fffffep127,
    [EXPOPS_DTYPE_F64] = INFINITY,
};

/* The largest number of a type of integers is taken as far as a double tells. */
static int holds_real(int32_t as, double real)
{
    if (largest_float[as] > 0)
        return fabs(real) <= largest_float[as] || !isfinite(real);
    const double high = ldexp(1, 8 * (int)expops_dtype_bytes((expops_dtype)as) - !expops_dtype_is_unsigned(as)) - 1;
    /* NaN compares false with both, and no type of integers holds it. */
    return real <= high && real >= (expops_dtype_is_unsigned(as) ? 0 : -high - 1);
}

/* PyTorch's checked conversion: a negative integer whose size an unsigned type holds wraps to it, and a complex number without
 * imaginary part is a real one. */
static int holds(int32_t as, const expops_value *value)
{
    if (as == EXPOPS_DTYPE_BOOL)
        return 1;
    if (value->kind == EXPOPS_VALUE_REAL)
        return holds_real(expops_dtype_real(as), value->as.real);
    if (value->kind == EXPOPS_VALUE_COMPLEX)
        return (expops_dtype_is_complex(as) ? holds_real(expops_dtype_real(as), value->as.parts[1])
                                            : value->as.parts[1] == 0) &&
               holds_real(expops_dtype_real(as), value->as.parts[0]);
    const double integer = (double)value->as.integer;
    return holds_real(expops_dtype_real(as), expops_dtype_is_unsigned(as) ? fabs(integer) : integer);
}

static expops_status refuse(const expops_operator *op, uint32_t index, const expops_value *value, int32_t as)
{
    const char *type = expops_dtype_name((expops_dtype)as);
    if (value->kind == EXPOPS_VALUE_REAL)
        return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is %.17g, which %s cannot hold", value->as.real,
                          type);
    if (value->kind == EXPOPS_VALUE_COMPLEX)
        return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is %.17g%+.17gj, which %s cannot hold",
                          value->as.parts[0], value->as.parts[1], type);
    return EXPOPS_BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is %lld, which %s cannot hold",
                      (long long)value->as.integer, type);
}

expops_status expops_check_number(const expops_operator *op, uint32_t index, const expops_value *value,
                                  expops_meeting meeting)
{
    if (!meeting.held || value->kind == EXPOPS_VALUE_NONE) /* a default can be held */
        return EXPOPS_OK;
    return holds(meeting.as, value) ? EXPOPS_OK : refuse(op, index, value, meeting.as);
}

/* --- at each call --- */

expops_value expops_read_number(const expops_tensor *tensor, double parts[2])
{
    const char *data = (const char *)((uintptr_t)tensor->data + (uintptr_t)tensor->byte_offset); /* may wrap */
    const unsigned bits = tensor->dtype.bits;
    expops_value value = expops_int(0);
    if (tensor->dtype.code == 2 || tensor->dtype.code == 4) {
        union {
            uint32_t bits;
            float value;
        } single = { 0 };
        uint16_t half;
        double real;
        memcpy(&half, data, 2);
        if (bits == 64) {
            memcpy(&real, data, 8);
        } else if (bits == 32) {
            memcpy(&single, data, 4);
            real = single.value;
        } else if (tensor->dtype.code == 4) {
            single.bits = (uint32_t)half << 16;
            real = single.value;
        } else {
            const int exponent = half >> 10 & 31, fraction = half & 1023;
            real = exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
                                  : ldexp(exponent ? fraction + 1024 : fraction, (exponent ? exponent : 1) - 25);
            real = half >> 15 ? -real : real;
        }
        return expops_real(real);
    }
    if (tensor->dtype.code == 5) {
        float singles[2];
        memcpy(singles, data, 8);
        parts[0] = singles[0];
        parts[1] = singles[1];
        if (bits == 128)
            memcpy(parts, data, 16);
        return expops_complex(parts);
    }
    memcpy(&value.as.integer, data, bits / 8);
    /* The lowest bytes came first, as all hosts here have them; the sign is spread over the rest. */
    if (tensor->dtype.code == 0 && bits < 64)
        value.as.integer = (int64_t)((uint64_t)value.as.integer << (64 - bits)) >> (64 - bits);
    return value;
}

static double real_part(const expops_value *value)
{
    if (value->kind == EXPOPS_VALUE_REAL)
        return value->as.real;
    return value->kind == EXPOPS_VALUE_COMPLEX ? value->as.parts[0] : (double)value->as.integer;
}

double expops_number_value(const expops_operator *op, uint32_t index, const expops_value *value)
{
    return value->kind == EXPOPS_VALUE_NONE ? op->parameters[index].default_value : real_part(value);
}

static int64_t integer_of(const expops_value *value)
{
    if (value->kind == EXPOPS_VALUE_INT || value->kind == EXPOPS_VALUE_BOOL)
        return value->as.integer;
    const double real = real_part(value);
    /* C leaves it open what becomes of the others; this is what x86 makes of them, and PyTorch there. */
    return real > -0x1p63 && real < 0x1p63 ? (int64_t)real : INT64_MIN;
}

static int is_true(const expops_value *value)
{
    return real_part(value) != 0 || (value->kind == EXPOPS_VALUE_COMPLEX && value->as.parts[1] != 0);
}

/* As an element of the type: the lowest bits count. */
static int64_t wrapped(const expops_value *value, int32_t as)
{
    const unsigned spare = 64 - 8 * (unsigned)expops_dtype_bytes((expops_dtype)as);
    if (as == EXPOPS_DTYPE_BOOL)
        return is_true(value);
    const uint64_t shifted = (uint64_t)integer_of(value) << spare;
    return expops_dtype_is_unsigned(as) ? (int64_t)(shifted >> spare) : (int64_t)shifted >> spare;
}

/* To the nearest number of a half type, ties to even, as a float. */
static float rounded(float x, int32_t as)
{
    uint32_t bits, unit_bits;
    float unit;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t exponent = bits >> 23 & 255;
    if (exponent == 255)
        return x;
    if (as == EXPOPS_DTYPE_F16) {
        if (fabsf(x) >= 65520)
            return copysignf(INFINITY, x);
        unit_bits = (exponent < 113 ? 103 : exponent - 10)
                    << 23; /* the last place is 2^-10 of the first, at least 2^-24 */
        memcpy(&unit, &unit_bits, sizeof unit);
        return rintf(x / unit) * unit;
    }
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void store_single(const expops_value *value, int32_t as, uint8_t *slot)
{
    float parts[2] = { value->kind == EXPOPS_VALUE_INT ? (float)value->as.integer : (float)real_part(value), 0 };
    /* The arithmetic of a half type is f32's, so a number that meets it as an element is rounded here, in the
     * host's f32. */
    if (as == EXPOPS_DTYPE_F16 || as == EXPOPS_DTYPE_BF16)
        parts[0] = rounded(parts[0], as);
    if (value->kind == EXPOPS_VALUE_COMPLEX)
        parts[1] = (float)value->as.parts[1];
    memcpy(slot, parts, sizeof parts);
}

void expops_store_number(const expops_value *value, int32_t as, uint32_t compute, uint8_t *slot)
{
    switch (compute) {
    case EXPOPS_COMPUTE_F32:
    case EXPOPS_COMPUTE_C64:
        store_single(value, as, slot);
        break;
    case EXPOPS_COMPUTE_F64: {
        const double real = real_part(value);
        memcpy(slot, &real, sizeof real);
        break;
    }
    case EXPOPS_COMPUTE_C128: {
        const double parts[2] = { real_part(value), value->kind == EXPOPS_VALUE_COMPLEX ? value->as.parts[1] : 0 };
        memcpy(slot, parts, sizeof parts);
        break;
    }
    default: {
        const int64_t integer = wrapped(value, as);
        memcpy(slot, &integer, sizeof integer);
        break;
    }
    }
}
