/* Floats, doubles and halves of vector registers. The hardware's own functions (exp, log, sin, rcp, rsq, sqrt of f32)
 * take denormals for zeros; here they are else rounded correctly. */
#include "mode.h"
#include <math.h>
#include <mpfr.h>
#include <string.h>

/* The smaller or larger of numbers, the other where one is NaN; -0 is below 0. */
static double least(double x, double y)
{
    if (isnan(x) || isnan(y))
        return isnan(x) ? y : x;
    return x < y || (x == y && signbit(x)) ? x : y;
}

static double most(double x, double y)
{
    if (isnan(x) || isnan(y))
        return isnan(x) ? y : x;
    return x > y || (x == y && !signbit(x)) ? x : y;
}

static double middle(double x, double y, double z)
{
    if (isnan(x) || isnan(y) || isnan(z))
        return least(least(x, y), z);
    return most(least(x, y), least(most(x, y), z));
}

static double mantissa(double x)
{
    int exponent;
    return x == 0 || !isfinite(x) ? x : frexp(x, &exponent);
}

static float fraction(float x)
{
    return fminf(x - floorf(x), 0x1.fffffep-1f);
}

/* Of turns; exact where the argument is a multiple of a quarter. */
static double turns(double x, int cosine)
{
    const double rest = x - floor(x);
    return cosine ? cos(6.283185307179586476925 * rest) : sin(6.283185307179586476925 * rest);
}

/* 53 bits of 2/pi, from the ones that matter for a huge number's remainder: segment y (of 53 bits each). */
static double trig_preop(double x, uint32_t y)
{
    uint64_t bits;
    mpfr_t value;
    memcpy(&bits, &x, sizeof bits);
    const int exponent = (int)(bits >> 52 & 2047);
    const int shift = (int)(y & 31) * 53 + (exponent > 1077 ? exponent - 1077 : 0);
    mpfr_init2(value, 1300);
    mpfr_const_pi(value, MPFR_RNDN);
    mpfr_ui_div(value, 2, value, MPFR_RNDN);
    mpfr_mul_2si(value, value, shift, MPFR_RNDN); /* the bits above the point have been used by lower segments */
    mpfr_frac(value, value, MPFR_RNDN);
    mpfr_mul_2si(value, value, 53, MPFR_RNDN);
    mpfr_trunc(value, value);
    const double segment = mpfr_get_d(value, MPFR_RNDZ);
    mpfr_clear(value);
    return ldexp(segment, -53 - shift + (exponent >= 1968 ? 128 : 0));
}

#define F(name, expression) SIM_FUNCTION(name, f, f, expression)
#define D(name, expression) SIM_FUNCTION(name, d, d, expression)

F(add, x + y)
F(sub, x - y)
F(subrev, y - x)
F(mul, x *y)
F(mul_legacy, x == 0 || y == 0 ? 0 : x * y)
F(minimum, least(x, y))
F(maximum, most(x, y))
F(min3, least(least(x, y), z))
F(max3, most(most(x, y), z))
F(med3, middle(x, y, z))
F(maxmin, least(most(x, y), z))
F(minmax, most(least(x, y), z))
F(fused, fmaf(x, y, z))
F(mad, x *y + z)
F(rcp, sim_flush(1 / sim_flush(x)))
F(rsq, 1 / sqrt((double)sim_flush(x)))
F(root, sqrtf(sim_flush(x)))
F(exponential, sim_flush(exp2f(sim_flush(x))))
F(logarithm, log2f(sim_flush(x)))
F(sine, turns(x, 0))
F(cosine, turns(x, 1))
F(lower, floorf(x))
F(upper, ceilf(x))
F(truncated, truncf(x))
F(nearest, rintf(x))
F(part, fraction(x))
F(frexp_mant, mantissa(x))
F(half_rcp, 1 / x)
F(half_rsq, 1 / sqrt((double)x))
F(half_root, sqrtf(x))
F(half_exp, exp2f(x))
F(half_log, log2f(x))
D(add64, x + y)
D(mul64, x *y)
D(fused64, fma(x, y, z))
D(rcp64, 1 / x)
D(rsq64, 1 / sqrt(x))
D(root64, sqrt(x))
D(min64, least(x, y))
D(max64, most(x, y))
D(lower64, floor(x))
D(upper64, ceil(x))
D(truncated64, trunc(x))
D(nearest64, rint(x))
D(part64, fmin(x - floor(x), 0x1.fffffffffffffp-1))
D(frexp_mant64, mantissa(x))

static void ldexp32(sim_lanes *d, const sim_lanes *a, const sim_lanes *b, const sim_lanes *c, int n)
{
    for (int lane = 0; lane < n; lane++)
        d->f[lane] = ldexpf(a->f[lane], (int32_t)b->w[lane]);
}

static void ldexp64(sim_lanes *d, const sim_lanes *a, const sim_lanes *b, const sim_lanes *c, int n)
{
    for (int lane = 0; lane < n; lane++)
        d->d[lane] = ldexp(a->d[lane], (int32_t)b->w[lane]);
}

static void preop64(sim_lanes *d, const sim_lanes *a, const sim_lanes *b, const sim_lanes *c, int n)
{
    for (int lane = 0; lane < n; lane++)
        d->d[lane] = trig_preop(a->d[lane], b->w[lane]);
}

static int exponent_of(double x)
{
    int exponent = 0;
    if (x != 0 && isfinite(x))
        (void)frexp(x, &exponent);
    return exponent;
}

static void frexp_exp32(sim_lanes *d, const sim_lanes *a, const sim_lanes *b, const sim_lanes *c, int n)
{
    for (int lane = 0; lane < n; lane++)
        d->w[lane] = (uint32_t)exponent_of(a->f[lane]);
}

static void frexp_exp64(sim_lanes *d, const sim_lanes *a, const sim_lanes *b, const sim_lanes *c, int n)
{
    for (int lane = 0; lane < n; lane++)
        d->w[lane] = (uint32_t)exponent_of(a->d[lane]);
}

enum { WHOLE = 0, LOW = SIM_ROUNDS | 2, HIGH = SIM_ROUNDS | 4 };

/* Mixed: each source a float or half of one, by op_sel_hi and op_sel; fused. The result a float, or a half in either place. */
static int mix(sim_wave *wave, const sim_instruction *in)
{
    sim_lanes source[3], result;
    uint32_t old[SIM_LANES];
    for (int k = 0; k < 3; k++)
        if (in->op_sel_hi >> k & 1)
            sim_read(wave, in, k + 1, 'h', wave->lanes, source + k);
        else
            sim_read(wave, in, k + 1, 'f', wave->lanes, source + k);
    sim_rounded(wave, in->row->flag == WHOLE ? 'f' : 'h', fused, &result, source);
    if (in->row->flag == WHOLE) {
        sim_write(wave, in, 'f', &result);
        return SIM_NEXT;
    }
    memcpy(old, wave->v[in->operand[0].index], sizeof old);
    for (int lane = 0; lane < wave->lanes && in->clamp; lane++)
        result.f[lane] = fminf(fmaxf(result.f[lane], 0), 1);
    sim_halves(wave, in, &result);
    for (int lane = 0; lane < wave->lanes; lane++) {
        const uint32_t half = result.w[lane] & 0xffff;
        old[lane] = in->row->flag == LOW ? (old[lane] & 0xffff0000) | half : (old[lane] & 0xffff) | half << 16;
    }
    sim_write_registers(wave, in->operand, 0, old);
    return SIM_NEXT;
}

#define ROW(name, types, function) \
    { \
        "v_" #name, sim_lanewise, types, function, 0 \
    }
#define ROUNDED(name, types, function) \
    { \
        "v_" #name, sim_lanewise, types, function, SIM_ROUNDS \
    }
#define PACKED16(name, types, function) \
    { \
        "v_pk_" #name, sim_packed16, types, function, SIM_ROUNDS \
    }
#define PACKED32(name, types, function) \
    { \
        "v_pk_" #name, sim_packed32, types, function, SIM_ROUNDS \
    }

const sim_row sim_float_rows[] = {
    ROUNDED(add_f32, "f=ff", add),
    ROUNDED(sub_f32, "f=ff", sub),
    ROUNDED(subrev_f32, "f=ff", subrev),
    ROUNDED(mul_f32, "f=ff", mul),
    ROUNDED(mul_legacy_f32, "f=ff", mul_legacy),
    ROW(min_f32, "f=ff", minimum),
    ROW(max_f32, "f=ff", maximum),
    ROW(min3_f32, "f=fff", min3),
    ROW(max3_f32, "f=fff", max3),
    ROW(med3_f32, "f=fff", med3),
    ROW(maxmin_f32, "f=fff", maxmin),
    ROW(minmax_f32, "f=fff", minmax),
    ROUNDED(fma_f32, "f=fff", fused),
    ROUNDED(fmac_f32, "f=ff+", fused),
    ROUNDED(fmaak_f32, "f=fff", fused),
    ROUNDED(fmamk_f32, "f=fff", fused),
    ROUNDED(mad_f32, "f=fff", mad),
    ROUNDED(mac_f32, "f=ff+", mad),
    ROUNDED(madak_f32, "f=fff", mad),
    ROUNDED(madmk_f32, "f=fff", mad),
    ROW(rcp_f32, "f=f", rcp),
    ROW(rcp_iflag_f32, "f=f", rcp),
    ROW(rsq_f32, "f=f", rsq),
    ROW(sqrt_f32, "f=f", root),
    ROW(exp_f32, "f=f", exponential),
    ROW(log_f32, "f=f", logarithm),
    ROW(sin_f32, "f=f", sine),
    ROW(cos_f32, "f=f", cosine),
    ROW(floor_f32, "f=f", lower),
    ROW(ceil_f32, "f=f", upper),
    ROW(trunc_f32, "f=f", truncated),
    ROW(rndne_f32, "f=f", nearest),
    ROW(fract_f32, "f=f", part),
    ROW(frexp_mant_f32, "f=f", frexp_mant),
    ROUNDED(ldexp_f32, "f=fw", ldexp32),
    ROW(frexp_exp_i32_f32, "w=f", frexp_exp32),
    PACKED32(add_f32, "f=ff", add),
    PACKED32(mul_f32, "f=ff", mul),
    PACKED32(fma_f32, "f=fff", fused),
    { "v_fma_mix_f32", mix, NULL, NULL, WHOLE },
    { "v_fma_mixlo_f16", mix, NULL, NULL, LOW },
    { "v_fma_mixhi_f16", mix, NULL, NULL, HIGH },
    { "v_mad_mix_f32", mix, NULL, NULL, WHOLE },
    { "v_mad_mixlo_f16", mix, NULL, NULL, LOW },
    { "v_mad_mixhi_f16", mix, NULL, NULL, HIGH },
    { NULL, NULL, NULL, NULL, 0 },
};

const sim_row sim_double_rows[] = {
    ROUNDED(add_f64, "d=dd", add64),
    ROUNDED(mul_f64, "d=dd", mul64),
    ROUNDED(fma_f64, "d=ddd", fused64),
    ROUNDED(fmac_f64, "d=dd+", fused64),
    ROW(rcp_f64, "d=d", rcp64),
    ROW(rsq_f64, "d=d", rsq64),
    ROW(sqrt_f64, "d=d", root64),
    ROW(min_f64, "d=dd", min64),
    ROW(max_f64, "d=dd", max64),
    ROW(floor_f64, "d=d", lower64),
    ROW(ceil_f64, "d=d", upper64),
    ROW(trunc_f64, "d=d", truncated64),
    ROW(rndne_f64, "d=d", nearest64),
    ROW(fract_f64, "d=d", part64),
    ROW(frexp_mant_f64, "d=d", frexp_mant64),
    ROUNDED(ldexp_f64, "d=dw", ldexp64),
    ROW(frexp_exp_i32_f64, "w=d", frexp_exp64),
    ROW(trig_preop_f64, "d=dw", preop64),
    { NULL, NULL, NULL, NULL, 0 },
};

const sim_row sim_half_rows[] = {
    ROUNDED(add_f16, "h=hh", add),      ROUNDED(sub_f16, "h=hh", sub),     ROUNDED(subrev_f16, "h=hh", subrev),
    ROUNDED(mul_f16, "h=hh", mul),      ROW(min_f16, "h=hh", minimum),     ROW(max_f16, "h=hh", maximum),
    ROW(min3_f16, "h=hhh", min3),       ROW(max3_f16, "h=hhh", max3),      ROW(med3_f16, "h=hhh", med3),
    ROW(maxmin_f16, "h=hhh", maxmin),   ROW(minmax_f16, "h=hhh", minmax),  ROUNDED(fma_f16, "h=hhh", fused),
    ROUNDED(fmac_f16, "h=hh+", fused),  ROW(rcp_f16, "h=h", half_rcp),     ROW(rsq_f16, "h=h", half_rsq),
    ROW(sqrt_f16, "h=h", half_root),    ROW(exp_f16, "h=h", half_exp),     ROW(log_f16, "h=h", half_log),
    ROW(floor_f16, "h=h", lower),       ROW(ceil_f16, "h=h", upper),       ROW(trunc_f16, "h=h", truncated),
    ROW(rndne_f16, "h=h", nearest),     ROW(fract_f16, "h=h", part),       PACKED16(add_f16, "h=hh", add),
    PACKED16(mul_f16, "h=hh", mul),     PACKED16(fma_f16, "h=hhh", fused), PACKED16(min_f16, "h=hh", minimum),
    PACKED16(max_f16, "h=hh", maximum), { NULL, NULL, NULL, NULL, 0 },
};
