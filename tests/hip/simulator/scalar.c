/* Scalar registers: arithmetic, and loads of constant memory. */
#include "families.h"
#include <string.h>

static uint32_t field(uint32_t value, uint32_t how)
{
    const uint32_t first = how & 31, count = how >> 16 & 127;
    return count == 0 ? 0 : count >= 32 ? value >> first : value >> first & (((uint32_t)1 << count) - 1);
}

static uint32_t signed_field(uint32_t value, uint32_t how)
{
    const uint32_t count = how >> 16 & 127, bits = field(value, how);
    return count == 0 || count >= 32 ? bits : (uint32_t)((int32_t)(bits << (32 - count)) >> (32 - count));
}

static uint64_t field64(uint64_t value, uint32_t how)
{
    const uint32_t first = how & 63, count = how >> 16 & 127;
    return count == 0 ? 0 : count >= 64 ? value >> first : value >> first & (((uint64_t)1 << count) - 1);
}

static uint64_t signed_field64(uint64_t value, uint32_t how)
{
    const uint32_t count = how >> 16 & 127;
    const uint64_t bits = field64(value, how);
    return count == 0 || count >= 64 ? bits : (uint64_t)((int64_t)(bits << (64 - count)) >> (64 - count));
}

#define W(name, expression) SIM_FUNCTION(name, w, w, expression)
#define Q(name, expression) SIM_FUNCTION(name, q, q, expression)
#define I(v) ((int32_t)(v))
W(bitset0, y & ~((uint32_t)1 << (x & 31)))
W(bitset1, y | (uint32_t)1 << (x & 31))
W(mov, x)
W(not, ~x)
W(and, x &y)
W(or, x | y)
W(xor, x ^ y)
W(andn2, x & ~y)
W(orn2, x | ~y)
W(nand, ~(x &y))
W(nor, ~(x | y))
W(xnor, ~(x ^ y))
W(lshl, x << (y & 31))
W(lshr, x >> (y & 31))
W(ashr, I(x) >> (y & 31))
W(mul, x *y)
W(mul_hi_u, (uint64_t)x *y >> 32)
W(mul_hi_i, (int64_t)I(x) * I(y) >> 32)
W(bfe_u, field(x, y))
W(bfe_i, signed_field(x, y))
W(bfm, (((uint32_t)1 << (x & 31)) - 1) << (y & 31))
W(bcnt1, (uint32_t)__builtin_popcount(x))
W(brev, sim_reverse(x))
W(magnitude, I(x) < 0 ? -x : x)
W(ff1, x ? __builtin_ctz(x) : -1)
W(flbit, x ? __builtin_clz(x) : -1)
W(pack_ll, (x & 0xffff) | y << 16)
W(pack_hh, x >> 16 | (y & 0xffff0000))
W(pack_lh, (x & 0xffff) | (y & 0xffff0000))
W(sext8, (int32_t)(int8_t)x)
W(sext16, (int32_t)(int16_t)x)
W(movk, (int32_t)(int16_t)x)
Q(mov64, x)
Q(not64, ~x)
Q(and64, x &y)
Q(or64, x | y)
Q(xor64, x ^ y)
Q(andn264, x & ~y)
Q(orn264, x | ~y)
Q(notand64, ~(x &y))
Q(notor64, ~(x | y))
Q(xnor64, ~(x ^ y))
Q(lshl64, x << (y & 63))
Q(lshr64, x >> (y & 63))
Q(ashr64, (int64_t)x >> (y & 63))
Q(bfe_u64, field64(x, (uint32_t)y))
Q(bfe_i64, signed_field64(x, (uint32_t)y))
SIM_FUNCTION(bcnt64, w, q, (uint32_t)__builtin_popcountll(x))
SIM_FUNCTION(ff164, w, q, x ? __builtin_ctzll(x) : -1)
SIM_FUNCTION(flbit64, w, q, x ? __builtin_clzll(x) : -1)
Q(add_nc64, x + y)
Q(sub_nc64, x - y)
Q(mul_nc64, x *y)

/* Sums set scc: the carry, or for signed ones the overflow. */
enum { SUBTRACT = 1, SIGNED = 2, CARRY = 4 };

static int add(sim_wave *wave, const sim_instruction *in)
{
    const int flag = in->row->flag;
    const uint64_t x = sim_scalar32(wave, in->operand + 1), y = sim_scalar32(wave, in->operand + 2);
    const uint64_t carry = flag & CARRY ? wave->s[SIM_SCC] : 0, sum = flag & SUBTRACT ? x - y - carry : x + y + carry;
    const uint64_t differ = flag & SUBTRACT ? x ^ y : ~(x ^ y);
    wave->s[SIM_SCC] = (uint32_t)(flag & SIGNED ? (differ & (x ^ sum)) >> 31 & 1 : sum >> 32 & 1);
    sim_set32(wave, in->operand, (uint32_t)sum);
    return SIM_NEXT;
}

enum { LEAST = 1 };

static int extreme(sim_wave *wave, const sim_instruction *in)
{
    const uint32_t x = sim_scalar32(wave, in->operand + 1), y = sim_scalar32(wave, in->operand + 2);
    const int less = in->row->flag & SIGNED ? I(x) < I(y) : x < y, more = in->row->flag & SIGNED ? I(x) > I(y) : x > y;
    const int first = in->row->flag & LEAST ? less : more;
    wave->s[SIM_SCC] = (uint32_t)first;
    sim_set32(wave, in->operand, first ? x : y);
    return SIM_NEXT;
}

static int select(sim_wave *wave, const sim_instruction *in)
{
    const sim_operand *from = in->operand + (wave->s[SIM_SCC] ? 1 : 2);
    if (in->row->flag)
        sim_set64(wave, in->operand, sim_scalar64(wave, from));
    else
        sim_set32(wave, in->operand, sim_scalar32(wave, from));
    return SIM_NEXT;
}

static int conditional_move(sim_wave *wave, const sim_instruction *in)
{
    if (!wave->s[SIM_SCC])
        return SIM_NEXT;
    if (in->row->flag)
        sim_set64(wave, in->operand, sim_scalar64(wave, in->operand + 1));
    else
        sim_set32(wave, in->operand, sim_scalar32(wave, in->operand + 1));
    return SIM_NEXT;
}

static int add_constant(sim_wave *wave, const sim_instruction *in)
{
    const uint32_t x = sim_scalar32(wave, in->operand), y = (uint32_t)(int32_t)(int16_t)in->operand[1].integer;
    const uint32_t sum = in->row->flag ? x * y : x + y;
    if (!in->row->flag)
        wave->s[SIM_SCC] = (~(x ^ y) & (x ^ sum)) >> 31;
    sim_set32(wave, in->operand, sum);
    return SIM_NEXT;
}

static int test_bit(sim_wave *wave, const sim_instruction *in)
{
    const uint32_t bit = sim_scalar32(wave, in->operand) >> (sim_scalar32(wave, in->operand + 1) & 31) & 1;
    wave->s[SIM_SCC] = bit == (uint32_t)in->row->flag;
    return SIM_NEXT;
}

/* "s_load_dwordx4", "s_load_b128" */
static int load_words(const char *name)
{
    static const struct {
        const char *name;
        int words;
    } sizes[] = {
        { "s_load_dword", 1 },     { "s_load_dwordx2", 2 }, { "s_load_dwordx4", 4 }, { "s_load_dwordx8", 8 },
        { "s_load_dwordx16", 16 }, { "s_load_b32", 1 },     { "s_load_b64", 2 },     { "s_load_b128", 4 },
        { "s_load_b256", 8 },      { "s_load_b96", 3 },     { "s_load_b512", 16 },
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (!strcmp(sizes[i].name, name))
            return sizes[i].words;
    return 0;
}

static int load(sim_wave *wave, const sim_instruction *in)
{
    const int words = load_words(in->name);
    const sim_operand *offset = in->operand + 2;
    const uint64_t by = in->num_operands < 3          ? 0
                        : offset->kind == SIM_INTEGER ? (uint64_t)offset->integer
                                                      : sim_scalar32(wave, offset);
    const char *from =
        (const char *)(uintptr_t)(sim_scalar64(wave, in->operand + 1) + by + (uint64_t)(int64_t)in->offset);
    if (!sim_check_memory(wave, in, from, 4 * (size_t)words, 0))
        return SIM_ERROR;
    memcpy(wave->s + in->operand[0].index, from, 4 * (size_t)words);
    return SIM_NEXT;
}

#define KEEP(name, types, function) \
    { \
        "s_" #name, sim_scalarwise, types, function, SIM_SCC_KEPT \
    }
#define FLAG(name, types, function) \
    { \
        "s_" #name, sim_scalarwise, types, function, SIM_SCC_NONZERO \
    }

const sim_row sim_scalar_rows[] = {
    KEEP(mov_b32, "w=w", mov),
    KEEP(movk_i32, "w=w", movk),
    FLAG(not_b32, "w=w", not ),
    FLAG(and_b32, "w=ww", and),
    FLAG(or_b32, "w=ww", or),
    FLAG(xor_b32, "w=ww", xor),
    FLAG(andn2_b32, "w=ww", andn2),
    FLAG(orn2_b32, "w=ww", orn2),
    FLAG(and_not1_b32, "w=ww", andn2),
    FLAG(or_not1_b32, "w=ww", orn2),
    FLAG(nand_b32, "w=ww", nand),
    FLAG(nor_b32, "w=ww", nor),
    FLAG(xnor_b32, "w=ww", xnor),
    FLAG(lshl_b32, "w=ww", lshl),
    FLAG(lshr_b32, "w=ww", lshr),
    FLAG(ashr_i32, "w=ww", ashr),
    KEEP(bitset0_b32, "w=w+", bitset0),
    KEEP(bitset1_b32, "w=w+", bitset1),
    KEEP(mul_i32, "w=ww", mul),
    KEEP(mul_hi_u32, "w=ww", mul_hi_u),
    KEEP(mul_hi_i32, "w=ww", mul_hi_i),
    FLAG(bfe_u32, "w=ww", bfe_u),
    FLAG(bfe_i32, "w=ww", bfe_i),
    KEEP(bfm_b32, "w=ww", bfm),
    FLAG(bcnt1_i32_b32, "w=w", bcnt1),
    KEEP(brev_b32, "w=w", brev),
    FLAG(abs_i32, "w=w", magnitude),
    KEEP(ff1_i32_b32, "w=w", ff1),
    KEEP(ctz_i32_b32, "w=w", ff1),
    KEEP(flbit_i32_b32, "w=w", flbit),
    KEEP(clz_i32_u32, "w=w", flbit),
    KEEP(pack_ll_b32_b16, "w=ww", pack_ll),
    KEEP(pack_hh_b32_b16, "w=ww", pack_hh),
    KEEP(pack_lh_b32_b16, "w=ww", pack_lh),
    KEEP(sext_i32_i8, "w=w", sext8),
    KEEP(sext_i32_i16, "w=w", sext16),
    KEEP(mov_b64, "q=q", mov64),
    FLAG(not_b64, "q=q", not64),
    FLAG(and_b64, "q=qq", and64),
    FLAG(or_b64, "q=qq", or64),
    FLAG(xor_b64, "q=qq", xor64),
    FLAG(andn2_b64, "q=qq", andn264),
    FLAG(orn2_b64, "q=qq", orn264),
    FLAG(nand_b64, "q=qq", notand64),
    FLAG(nor_b64, "q=qq", notor64),
    FLAG(xnor_b64, "q=qq", xnor64),
    FLAG(lshl_b64, "q=qw", lshl64),
    FLAG(lshr_b64, "q=qw", lshr64),
    FLAG(ashr_i64, "q=qw", ashr64),
    FLAG(bfe_u64, "q=qw", bfe_u64),
    FLAG(bfe_i64, "q=qw", bfe_i64),
    FLAG(bcnt1_i32_b64, "w=q", bcnt64),
    KEEP(ff1_i32_b64, "w=q", ff164),
    KEEP(flbit_i32_b64, "w=q", flbit64),
    KEEP(add_nc_u64, "q=qq", add_nc64),
    KEEP(sub_nc_u64, "q=qq", sub_nc64),
    KEEP(mul_u64, "q=qq", mul_nc64),
    { "s_add_u32", add, NULL, NULL, 0 },
    { "s_add_i32", add, NULL, NULL, SIGNED },
    { "s_add_co_u32", add, NULL, NULL, 0 },
    { "s_add_co_i32", add, NULL, NULL, SIGNED },
    { "s_addc_u32", add, NULL, NULL, CARRY },
    { "s_sub_u32", add, NULL, NULL, SUBTRACT },
    { "s_sub_i32", add, NULL, NULL, SUBTRACT | SIGNED },
    { "s_subb_u32", add, NULL, NULL, SUBTRACT | CARRY },
    { "s_sub_co_u32", add, NULL, NULL, SUBTRACT },
    { "s_sub_co_i32", add, NULL, NULL, SUBTRACT | SIGNED },
    { "s_add_co_ci_u32", add, NULL, NULL, CARRY },
    { "s_sub_co_ci_u32", add, NULL, NULL, SUBTRACT | CARRY },
    { "s_min_u32", extreme, NULL, NULL, LEAST },
    { "s_max_u32", extreme, NULL, NULL, 0 },
    { "s_min_i32", extreme, NULL, NULL, LEAST | SIGNED },
    { "s_max_i32", extreme, NULL, NULL, SIGNED },
    { "s_cselect_b32", select, NULL, NULL, 0 },
    { "s_cselect_b64", select, NULL, NULL, 1 },
    { "s_cmov_b32", conditional_move, NULL, NULL, 0 },
    { "s_cmov_b64", conditional_move, NULL, NULL, 1 },
    { "s_addk_i32", add_constant, NULL, NULL, 0 },
    { "s_addk_co_i32", add_constant, NULL, NULL, 0 },
    { "s_mulk_i32", add_constant, NULL, NULL, 1 },
    { "s_bitcmp0_b32", test_bit, NULL, NULL, 0 },
    { "s_bitcmp1_b32", test_bit, NULL, NULL, 1 },
    { "s_load_dword", load, NULL, NULL, 0 },
    { "s_load_dwordx2", load, NULL, NULL, 0 },
    { "s_load_dwordx4", load, NULL, NULL, 0 },
    { "s_load_dwordx8", load, NULL, NULL, 0 },
    { "s_load_dwordx16", load, NULL, NULL, 0 },
    { "s_load_b32", load, NULL, NULL, 0 },
    { "s_load_b64", load, NULL, NULL, 0 },
    { "s_load_b96", load, NULL, NULL, 0 },
    { "s_load_b128", load, NULL, NULL, 0 },
    { "s_load_b256", load, NULL, NULL, 0 },
    { "s_load_b512", load, NULL, NULL, 0 },
    { NULL, NULL, NULL, NULL, 0 },
};
