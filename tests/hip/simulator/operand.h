/* Operands as arrays over lanes. A type is a letter:
 *   w 32 bits   q 64 bits   s 16 bits, zero-extended   f float   d double   h half, as a float   + the result's old value, as f
 * "f=ff" is a float of two floats. */
#ifndef SIMULATOR_OPERAND_H
#define SIMULATOR_OPERAND_H

#include "state.h"

/* Operand `k` for the first `n` lanes, with its modifiers. Half h (0, 1) of packed ones: op_sel and op_sel_hi say which. */
void sim_read(const sim_wave *wave, const sim_instruction *in, int k, char type, int n, sim_lanes *out);
void sim_read_half(const sim_wave *wave, const sim_instruction *in, int k, char type, int high, int n, sim_lanes *out);
/* Writes the lanes of the result that are on, with the result's modifiers. */
void sim_write(sim_wave *wave, const sim_instruction *in, char type, const sim_lanes *value);
void sim_write_registers(sim_wave *wave, const sim_operand *to, int part, const uint32_t *value);

/* Scalars. */
uint32_t sim_scalar32(const sim_wave *wave, const sim_operand *from);
uint64_t sim_scalar64(const sim_wave *wave, const sim_operand *from);
void sim_set32(sim_wave *wave, const sim_operand *to, uint32_t value);
void sim_set64(sim_wave *wave, const sim_operand *to, uint64_t value);
/* A mask over lanes: two registers where a wave has 64. */
uint64_t sim_mask(const sim_wave *wave, const sim_operand *from);
void sim_set_mask(sim_wave *wave, const sim_operand *to, uint64_t mask);
extern const sim_operand sim_vcc, sim_exec_mask;

static inline float sim_float(uint32_t bits)
{
    union {
        uint32_t bits;
        float value;
    } u = { bits };
    return u.value;
}

static inline uint32_t sim_bits(float value)
{
    union {
        float value;
        uint32_t bits;
    } u = { value };
    return u.bits;
}

static inline uint16_t sim_half_bits(float value)
{
    union {
        _Float16 value;
        uint16_t bits;
    } u = { (_Float16)value };
    return u.bits;
}

static inline float sim_half(uint32_t bits)
{
    union {
        uint16_t bits;
        _Float16 value;
    } u = { (uint16_t)bits };
    return (float)u.value;
}

/* The lowest bit becomes the highest. */
static inline uint32_t sim_reverse(uint32_t value)
{
    uint32_t out = 0;
    for (int i = 0; i < 32; i++)
        out |= (value >> i & 1) << (31 - i);
    return out;
}

static inline float sim_flush(float value)
{
    return value != 0 && __builtin_fabsf(value) < 0x1p-126f ? __builtin_copysignf(0, value) : value;
}

#endif
