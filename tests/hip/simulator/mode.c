#include "mode.h"
#include <fenv.h>
#include <math.h>

enum { TO_NEAREST, UPWARDS, DOWNWARDS, TO_ZERO };

static int is_floating(char type)
{
    return type == 'f' || type == 'd' || type == 'h';
}

/* The two bits that begin at bit `first` for f32, two bits on for the other types. */
static uint32_t field(const sim_wave *wave, char type, int first)
{
    return wave->mode >> (first + (type == 'f' ? 0 : 2)) & 3;
}

int sim_flushes_sources(const sim_wave *wave, char type)
{
    return is_floating(type) && !(field(wave, type, 4) & 1);
}

int sim_flushes_results(const sim_wave *wave, char type)
{
    return is_floating(type) && !(field(wave, type, 4) & 2);
}

void sim_flush_lanes(char type, int n, sim_lanes *lanes)
{
    const float smallest = type == 'h' ? 0x1p-14f : 0x1p-126f;
    for (int lane = 0; lane < n; lane++)
        if (type == 'd')
            lanes->d[lane] = fabs(lanes->d[lane]) < 0x1p-1022 ? copysign(0, lanes->d[lane]) : lanes->d[lane];
        else
            lanes->f[lane] = fabsf(lanes->f[lane]) < smallest ? copysignf(0, lanes->f[lane]) : lanes->f[lane];
}

void sim_round_as(const sim_wave *wave, char type)
{
    static const int host[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    if (is_floating(type) && field(wave, type, 0) != TO_NEAREST)
        fesetround(host[field(wave, type, 0)]);
}

void sim_round_to_nearest(void)
{
    if (fegetround() != FE_TONEAREST)
        fesetround(FE_TONEAREST);
}

/* What the host computes with floats and doubles is rounded as it is told; a half's float in the direction that the half is. */
void sim_rounded(const sim_wave *wave, char type, sim_function *function, sim_lanes *result, const sim_lanes source[3])
{
    sim_round_as(wave, type);
    function(result, source, source + 1, source + 2, wave->lanes);
    sim_round_to_nearest();
}

/* From the nearest half one step, where that lies on the wrong side. */
static uint32_t half_rounded(const sim_wave *wave, float value)
{
    const uint32_t bits = sim_half_bits(value), way = field(wave, 'h', 0);
    const float nearest = sim_half(bits);
    const int above = nearest > value, below = nearest < value, negative = (bits & 0x8000) != 0;
    if ((way == TO_ZERO && fabsf(nearest) > fabsf(value)) || (way == UPWARDS && below && negative) ||
        (way == DOWNWARDS && above && !negative))
        return bits - 1;
    if ((way == UPWARDS && below) || (way == DOWNWARDS && above))
        return bits + 1;
    return bits;
}

void sim_halves(const sim_wave *wave, const sim_instruction *in, sim_lanes *lanes)
{
    const int rounds = in->row->flag & SIM_ROUNDS;
    for (int lane = 0; lane < wave->lanes; lane++) {
        const uint32_t bits = rounds ? half_rounded(wave, lanes->f[lane]) : sim_half_bits(lanes->f[lane]);
        lanes->w[lane] = sim_flushes_results(wave, 'h') && !(bits & 0x7c00) ? bits & 0x8000 : bits;
    }
}
