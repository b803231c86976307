/* Conversions between types of vector registers. Numbers out of an integer's range become its end, NaN zero. */
#include "families.h"
#include <math.h>

static uint32_t to_signed(double x)
{
    return isnan(x) ? 0 : x >= 2147483647.0 ? 0x7fffffffu : x <= -2147483648.0 ? 0x80000000u : (uint32_t)(int32_t)x;
}

static uint32_t to_unsigned(double x)
{
    return !(x > 0) ? 0 : x >= 4294967295.0 ? ~0u : (uint32_t)x;
}

static uint32_t to_signed16(float x)
{
    return isnan(x) ? 0 : (uint32_t)(int32_t)fminf(fmaxf(x, -32768), 32767) & 0xffff;
}

static uint32_t to_unsigned16(float x)
{
    return !(x > 0) ? 0 : (uint32_t)fminf(x, 65535);
}

/* A float rounded towards zero to a half. */
static uint32_t half_towards_zero(float x)
{
    uint32_t bits = sim_half_bits(x);
    if (isfinite(x) && fabsf(sim_half(bits)) > fabsf(x))
        bits--;
    return bits;
}

#define CONVERT(name, to, from, expression) SIM_FUNCTION(name, to, from, expression)

CONVERT(same_float, f, f, x)
CONVERT(float_of_signed, f, w, (int32_t)x)
CONVERT(float_of_unsigned, f, w, x)
CONVERT(signed_of_float, w, f, to_signed((double)x))
CONVERT(unsigned_of_float, w, f, to_unsigned((double)x))
CONVERT(signed_near_float, w, f, to_signed(rint((double)x)))
CONVERT(signed_below_float, w, f, to_signed(floor((double)x)))
CONVERT(byte0, f, w, x & 255)
CONVERT(byte1, f, w, x >> 8 & 255)
CONVERT(byte2, f, w, x >> 16 & 255)
CONVERT(byte3, f, w, x >> 24)
CONVERT(double_of_float, d, f, x)
CONVERT(float_of_double, f, d, x)
CONVERT(double_of_signed, d, w, (int32_t)x)
CONVERT(double_of_unsigned, d, w, x)
CONVERT(signed_of_double, w, d, to_signed(x))
CONVERT(unsigned_of_double, w, d, to_unsigned(x))
CONVERT(half_of_signed, f, w, (int16_t)x)
CONVERT(half_of_unsigned, f, w, x & 0xffff)
CONVERT(signed_of_half, w, f, to_signed16(x))
CONVERT(unsigned_of_half, w, f, to_unsigned16(x))
CONVERT(pair_towards_zero, w, f, half_towards_zero(x) | half_towards_zero(y) << 16)

#define ROW(name, types, function) \
    { \
        "v_cvt_" #name, sim_lanewise, types, function, 0 \
    }

#define ROUNDED(name, types, function) \
    { \
        "v_cvt_" #name, sim_lanewise, types, function, SIM_ROUNDS \
    }

const sim_row sim_convert_rows[] = {
    ROW(f32_f16, "f=h", same_float),
    ROUNDED(f16_f32, "h=f", same_float),
    ROUNDED(f32_i32, "f=w", float_of_signed),
    ROUNDED(f32_u32, "f=w", float_of_unsigned),
    ROW(i32_f32, "w=f", signed_of_float),
    ROW(u32_f32, "w=f", unsigned_of_float),
    ROW(rpi_i32_f32, "w=f", signed_near_float),
    ROW(flr_i32_f32, "w=f", signed_below_float),
    ROW(f32_ubyte0, "f=w", byte0),
    ROW(f32_ubyte1, "f=w", byte1),
    ROW(f32_ubyte2, "f=w", byte2),
    ROW(f32_ubyte3, "f=w", byte3),
    ROW(f64_f32, "d=f", double_of_float),
    ROUNDED(f32_f64, "f=d", float_of_double),
    ROW(f64_i32, "d=w", double_of_signed),
    ROW(f64_u32, "d=w", double_of_unsigned),
    ROW(i32_f64, "w=d", signed_of_double),
    ROW(u32_f64, "w=d", unsigned_of_double),
    ROUNDED(f16_i16, "h=s", half_of_signed),
    ROUNDED(f16_u16, "h=s", half_of_unsigned),
    ROW(i16_f16, "s=h", signed_of_half),
    ROW(u16_f16, "s=h", unsigned_of_half),
    ROW(pkrtz_f16_f32, "w=ff", pair_towards_zero),
    ROW(pk_rtz_f16_f32, "w=ff", pair_towards_zero),
    { NULL, NULL, NULL, NULL, 0 },
};
