/* The three instructions that make a division right: scale both sides out of harm's way, take the scale back, put special
 * cases in their place. */
#include "mode.h"
#include <math.h>

/* What differs between the two types. */
typedef struct kind {
    double smallest;            /* normal number */
    int bias, scale, far, tiny; /* of exponents */
} kind;
static const kind single = { 0x1p-126, 127, 64, 96, 23 }, twofold = { 0x1p-1022, 1023, 128, 768, 53 };

static int biased(double x, const kind *of)
{
    return x == 0 || fabs(x) < of->smallest ? 0 : isfinite(x) ? ilogb(x) + of->bias : 2 * of->bias + 1;
}

static int is_small(double x, const kind *of)
{
    return x != 0 && fabs(x) < of->smallest;
}

/* 1 / x and n / x as to size only; a double holds every case of floats, long double those of doubles. */
static int quotient_is_small(double n, double x, const kind *of)
{
    const long double quotient = (long double)n / x;
    return quotient != 0 && fabsl(quotient) < (long double)of->smallest;
}

/* `value` is one of the two, as it has to enter the division; *out_taken: the result is to be scaled back. */
static double scale(double value, double denominator, double numerator, const kind *of, int *out_taken)
{
    const int is_denominator = value == denominator;
    const int small_reciprocal = quotient_is_small(1, denominator, of);
    const int small_quotient = quotient_is_small(numerator, denominator, of);
    *out_taken = 0;
    if (numerator == 0 || denominator == 0)
        return NAN;
    if (biased(numerator, of) - biased(denominator, of) >= of->far) {
        *out_taken = 1;
        return is_denominator ? ldexp(value, of->scale) : value;
    }
    if (is_small(denominator, of))
        return ldexp(value, of->scale);
    if (small_reciprocal) {
        *out_taken = small_quotient;
        return is_denominator || !small_quotient ? ldexp(value, -of->scale) : value;
    }
    if (small_quotient) {
        *out_taken = 1;
        return value == numerator ? ldexp(value, of->scale) : value;
    }
    return biased(numerator, of) <= of->tiny ? ldexp(value, of->scale) : value;
}

static int is_double(const sim_instruction *in)
{
    return in->row->flag;
}

static double element(const sim_lanes *lanes, int wide, int lane)
{
    return wide ? lanes->d[lane] : (double)lanes->f[lane];
}

static void read_three(const sim_wave *wave, const sim_instruction *in, int first, sim_lanes source[3])
{
    for (int k = 0; k < 3; k++)
        sim_read(wave, in, first + k, is_double(in) ? 'd' : 'f', wave->lanes, source + k);
}

static void store(sim_lanes *result, int wide, int lane, double value)
{
    if (wide)
        result->d[lane] = value;
    else
        result->f[lane] = (float)value;
}

/* result, taken, value, denominator, numerator */
static int div_scale(sim_wave *wave, const sim_instruction *in)
{
    const int wide = is_double(in);
    sim_lanes source[3], result;
    uint64_t mask = 0;
    read_three(wave, in, 2, source);
    for (int lane = 0; lane < wave->lanes; lane++) {
        int taken;
        store(&result, wide, lane,
              scale(element(source, wide, lane), element(source + 1, wide, lane), element(source + 2, wide, lane),
                    wide ? &twofold : &single, &taken));
        mask |= (uint64_t)taken << lane;
    }
    sim_write(wave, in, wide ? 'd' : 'f', &result);
    sim_set_mask(wave, in->operand + 1, mask & sim_exec(wave));
    return SIM_NEXT;
}

/* x * y + z, scaled back where that was taken: up where the quotient came out large, else down. The scale is part of the sum: a
 * denormal result is rounded once. */
static __float128 scaled_sum(double x, double y, double z, int taken, const kind *of)
{
    const int by = !taken ? 0 : biased(z, of) > of->bias ? of->scale : -of->scale;
    return ((__float128)x * y + z) * ldexp(1, by);
}

/* A fused sum whose lanes in vcc are scaled back. */
static int div_fmas(sim_wave *wave, const sim_instruction *in)
{
    const int wide = is_double(in);
    const uint64_t taken = sim_mask(wave, &sim_vcc);
    sim_lanes source[3], result;
    read_three(wave, in, 1, source);
    sim_round_as(wave, wide ? 'd' : 'f');
    for (int lane = 0; lane < wave->lanes; lane++) {
        const __float128 sum =
            scaled_sum(element(source, wide, lane), element(source + 1, wide, lane), element(source + 2, wide, lane),
                       taken >> lane & 1, wide ? &twofold : &single);
        if (wide)
            result.d[lane] = (double)sum;
        else
            result.f[lane] = (float)sum;
    }
    sim_round_to_nearest();
    sim_write(wave, in, wide ? 'd' : 'f', &result);
    return SIM_NEXT;
}

/* The quotient where both are ordinary numbers, else what division says. */
static double fix(double quotient, double denominator, double numerator)
{
    const int negative = !signbit(denominator) != !signbit(numerator);
    if (isnan(numerator) || isnan(denominator))
        return isnan(numerator) ? numerator : denominator;
    if ((numerator == 0 && denominator == 0) || (isinf(numerator) && isinf(denominator)))
        return -NAN;
    if (denominator == 0 || isinf(numerator))
        return negative ? -INFINITY : INFINITY;
    if (isinf(denominator) || numerator == 0)
        return negative ? -0.0 : 0.0;
    if (isnan(quotient)) /* it left the type on the way */
        return negative ? -INFINITY : INFINITY;
    return negative ? -fabs(quotient) : fabs(quotient);
}

static int div_fixup(sim_wave *wave, const sim_instruction *in)
{
    const int wide = is_double(in);
    sim_lanes source[3], result;
    read_three(wave, in, 1, source);
    for (int lane = 0; lane < wave->lanes; lane++)
        store(&result, wide, lane,
              fix(element(source, wide, lane), element(source + 1, wide, lane), element(source + 2, wide, lane)));
    sim_write(wave, in, wide ? 'd' : 'f', &result);
    return SIM_NEXT;
}

/* Halves need no scale: their quotient is worked out in f32. */
static int div_fixup_half(sim_wave *wave, const sim_instruction *in)
{
    sim_lanes source[3], result;
    for (int k = 0; k < 3; k++)
        sim_read(wave, in, 1 + k, 'h', wave->lanes, source + k);
    for (int lane = 0; lane < wave->lanes; lane++)
        result.f[lane] = (float)fix(source[0].f[lane], source[1].f[lane], source[2].f[lane]);
    sim_write(wave, in, 'h', &result);
    return SIM_NEXT;
}

const sim_row sim_division_rows[] = {
    { "v_div_scale_f32", div_scale, NULL, NULL, 0 },      { "v_div_scale_f64", div_scale, NULL, NULL, 1 },
    { "v_div_fmas_f32", div_fmas, NULL, NULL, 0 },        { "v_div_fmas_f64", div_fmas, NULL, NULL, 1 },
    { "v_div_fixup_f32", div_fixup, NULL, NULL, 0 },      { "v_div_fixup_f64", div_fixup, NULL, NULL, 1 },
    { "v_div_fixup_f16", div_fixup_half, NULL, NULL, 0 }, { NULL, NULL, NULL, NULL, 0 },
};
