/* Integer arithmetic and bits of vector registers: 32, 64 and 16 bits. */
#include "families.h"

static uint32_t field(uint32_t value, uint32_t first, uint32_t count)
{
    count &= 31;
    return value >> (first & 31) & (((uint32_t)1 << count) - 1);
}

static int32_t signed_field(uint32_t value, uint32_t first, uint32_t count)
{
    count &= 31;
    return count ? (int32_t)(field(value, first, count) << (32 - count)) >> (32 - count) : 0;
}

/* A byte of `s` for each byte of the result: 0-7 one of y's and x's, 8-11 their signs, 12 zero, above all ones. */
static uint32_t permute(uint32_t x, uint32_t y, uint32_t s)
{
    const uint64_t both = (uint64_t)x << 32 | y;
    uint32_t out = 0;
    for (int i = 0; i < 4; i++) {
        const uint32_t which = s >> (8 * i) & 255;
        const uint32_t byte = which < 8    ? (uint32_t)(both >> (8 * which)) & 255
                              : which < 12 ? (both >> (16 * (which - 8) + 15) & 1 ? 255u : 0u)
                              : which > 12 ? 255u
                                           : 0u;
        out |= byte << (8 * i);
    }
    return out;
}

static int32_t signed24(uint32_t value)
{
    return (int32_t)(value << 8) >> 8;
}

static uint32_t middle(uint32_t x, uint32_t y, uint32_t z)
{
    const uint32_t low = x < y ? x : y, high = x < y ? y : x;
    return z < low ? low : z > high ? high : z;
}

static int32_t signed_middle(int32_t x, int32_t y, int32_t z)
{
    const int32_t low = x < y ? x : y, high = x < y ? y : x;
    return z < low ? low : z > high ? high : z;
}

/* Leading bits that equal the sign, from the second on; -1 where all do. */
static int32_t sign_run(uint32_t x)
{
    const uint32_t flipped = (int32_t)x < 0 ? ~x : x;
    return flipped ? __builtin_clz(flipped) : -1;
}

#define W(name, expression) SIM_FUNCTION(name, w, w, expression)
#define Q(name, expression) SIM_FUNCTION(name, q, q, expression)
#define I(v) ((int32_t)(v))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define S(v) ((int16_t)(v))

W(mov, x)
W(not, ~x)
W(and, x &y)
W(or, x | y)
W(xor, x ^ y)
W(xnor, ~(x ^ y))
W(add, x + y)
W(sub, x - y)
W(subrev, y - x)
W(lshlrev, y << (x & 31))
W(lshrrev, y >> (x & 31))
W(ashrrev, I(y) >> (x & 31))
W(mul_lo, x *y)
W(mul_hi_u, (uint64_t)x *y >> 32)
W(mul_hi_i, (int64_t)I(x) * I(y) >> 32)
W(min_u, MIN(x, y))
W(max_u, MAX(x, y))
W(min_i, MIN(I(x), I(y)))
W(max_i, MAX(I(x), I(y)))
W(min3_u, MIN(MIN(x, y), z))
W(max3_u, MAX(MAX(x, y), z))
W(min3_i, MIN(MIN(I(x), I(y)), I(z)))
W(max3_i, MAX(MAX(I(x), I(y)), I(z)))
W(med3_u, middle(x, y, z))
W(med3_i, signed_middle(I(x), I(y), I(z)))
W(maxmin_u, MIN(MAX(x, y), z))
W(minmax_u, MAX(MIN(x, y), z))
W(maxmin_i, MIN(MAX(I(x), I(y)), I(z)))
W(minmax_i, MAX(MIN(I(x), I(y)), I(z)))
W(add3, x + y + z)
W(add_lshl, (x + y) << (z & 31))
W(lshl_add, (x << (y & 31)) + z)
W(lshl_or, (x << (y & 31)) | z)
W(and_or, (x & y) | z)
W(or3, x | y | z)
W(xor3, x ^ y ^ z)
W(xad, (x ^ y) + z)
W(bfe_u, field(x, y, z))
W(bfe_i, signed_field(x, y, z))
W(bfi, (x & y) | (~x & z))
W(bfm, (((uint32_t)1 << (x & 31)) - 1) << (y & 31))
W(alignbit, ((uint64_t)x << 32 | y) >> (z & 31))
W(alignbyte, ((uint64_t)x << 32 | y) >> 8 * (z & 3))
W(perm, permute(x, y, z))
W(mul_u24, (x & 0xffffff) * (y & 0xffffff))
W(mul_hi_u24, (uint64_t)(x & 0xffffff) * (y & 0xffffff) >> 32)
W(mul_i24, signed24(x) * signed24(y))
W(mul_hi_i24, (int64_t)signed24(x) * signed24(y) >> 32)
W(mad_u24, (x & 0xffffff) * (y & 0xffffff) + z)
W(mad_i24, (uint32_t)(signed24(x) * signed24(y)) + z)
W(ffbh_u, x ? __builtin_clz(x) : -1)
W(ffbh_i, sign_run(x))
W(ffbl, x ? __builtin_ctz(x) : -1)
W(bcnt, (uint32_t)__builtin_popcount(x) + y)
W(bfrev, sim_reverse(x))
W(sad, (x > y ? x - y : y - x) + z)
W(pack, (x & 0xffff) | y << 16)
Q(mov64, x)
Q(lshlrev64, y << (x & 63))
Q(lshrrev64, y >> (x & 63))
Q(ashrrev64, (int64_t)y >> (x & 63))
Q(lshl_add64, (x << (y & 7)) + z)
W(lshl16, y << (x & 15))
W(lshr16, (y & 0xffff) >> (x & 15))
W(ashr16, S(y) >> (x & 15))
W(mad16, x *y + z)
W(min16_u, MIN(x, y))
W(max16_u, MAX(x, y))
W(min16_i, MIN(S(x), S(y)))
W(max16_i, MAX(S(x), S(y)))
W(min16_i3, MIN(MIN(S(x), S(y)), S(z)))
W(max16_i3, MAX(MAX(S(x), S(y)), S(z)))
W(med16_i3, signed_middle(S(x), S(y), S(z)))

/* Two registers, each from one of the two of its own source: op_sel says which. */
static int pk_mov(sim_wave *wave, const sim_instruction *in)
{
    uint32_t part[2][SIM_LANES];
    for (int k = 1; k <= 2; k++) {
        sim_operand from = in->operand[k];
        from.index = (uint16_t)(from.index + (from.count > 1 ? in->op_sel >> (k - 1) & 1 : 0));
        for (int lane = 0; lane < wave->lanes; lane++)
            part[k - 1][lane] = from.kind == SIM_VECTOR ? wave->v[from.index][lane] : sim_scalar32(wave, &from);
    }
    sim_write_registers(wave, in->operand, 0, part[0]);
    sim_write_registers(wave, in->operand, 1, part[1]);
    return SIM_NEXT;
}

#define ROW(name, types, function) \
    { \
        "v_" #name, sim_lanewise, types, function, 0 \
    }
#define PACKED(name, types, function) \
    { \
        "v_pk_" #name, sim_packed16, types, function, 0 \
    }

const sim_row sim_integer_rows[] = {
    ROW(mov_b32, "w=w", mov),
    ROW(accvgpr_mov_b32, "w=w", mov),
    ROW(accvgpr_read_b32, "w=w", mov),
    ROW(accvgpr_write_b32, "w=w", mov),
    ROW(not_b32, "w=w", not ),
    ROW(and_b32, "w=ww", and),
    ROW(or_b32, "w=ww", or),
    ROW(xor_b32, "w=ww", xor),
    ROW(xnor_b32, "w=ww", xnor),
    ROW(add_u32, "w=ww", add),
    ROW(add_nc_u32, "w=ww", add),
    ROW(add_nc_i32, "w=ww", add),
    ROW(add_i32, "w=ww", add),
    ROW(sub_u32, "w=ww", sub),
    ROW(sub_nc_u32, "w=ww", sub),
    ROW(sub_nc_i32, "w=ww", sub),
    ROW(sub_i32, "w=ww", sub),
    ROW(subrev_u32, "w=ww", subrev),
    ROW(subrev_nc_u32, "w=ww", subrev),
    ROW(lshlrev_b32, "w=ww", lshlrev),
    ROW(lshrrev_b32, "w=ww", lshrrev),
    ROW(ashrrev_i32, "w=ww", ashrrev),
    ROW(mul_lo_u32, "w=ww", mul_lo),
    ROW(mul_hi_u32, "w=ww", mul_hi_u),
    ROW(mul_hi_i32, "w=ww", mul_hi_i),
    ROW(maxmin_u32, "w=www", maxmin_u),
    ROW(minmax_u32, "w=www", minmax_u),
    ROW(maxmin_i32, "w=www", maxmin_i),
    ROW(minmax_i32, "w=www", minmax_i),
    ROW(min_u32, "w=ww", min_u),
    ROW(max_u32, "w=ww", max_u),
    ROW(min_i32, "w=ww", min_i),
    ROW(max_i32, "w=ww", max_i),
    ROW(min3_u32, "w=www", min3_u),
    ROW(max3_u32, "w=www", max3_u),
    ROW(min3_i32, "w=www", min3_i),
    ROW(max3_i32, "w=www", max3_i),
    ROW(med3_u32, "w=www", med3_u),
    ROW(med3_i32, "w=www", med3_i),
    ROW(add3_u32, "w=www", add3),
    ROW(add_lshl_u32, "w=www", add_lshl),
    ROW(lshl_add_u32, "w=www", lshl_add),
    ROW(lshl_or_b32, "w=www", lshl_or),
    ROW(and_or_b32, "w=www", and_or),
    ROW(or3_b32, "w=www", or3),
    ROW(xor3_b32, "w=www", xor3),
    ROW(xad_u32, "w=www", xad),
    ROW(bfe_u32, "w=www", bfe_u),
    ROW(bfe_i32, "w=www", bfe_i),
    ROW(bfi_b32, "w=www", bfi),
    ROW(bfm_b32, "w=ww", bfm),
    ROW(alignbit_b32, "w=www", alignbit),
    ROW(alignbyte_b32, "w=www", alignbyte),
    ROW(perm_b32, "w=www", perm),
    ROW(mul_u32_u24, "w=ww", mul_u24),
    ROW(mul_hi_u32_u24, "w=ww", mul_hi_u24),
    ROW(mul_hi_i32_i24, "w=ww", mul_hi_i24),
    ROW(mul_i32_i24, "w=ww", mul_i24),
    ROW(mad_u32_u24, "w=www", mad_u24),
    ROW(mad_i32_i24, "w=www", mad_i24),
    ROW(ffbh_u32, "w=w", ffbh_u),
    ROW(clz_i32_u32, "w=w", ffbh_u),
    ROW(ffbh_i32, "w=w", ffbh_i),
    ROW(cls_i32, "w=w", ffbh_i),
    ROW(ffbl_b32, "w=w", ffbl),
    ROW(ctz_i32_b32, "w=w", ffbl),
    ROW(bcnt_u32_b32, "w=ww", bcnt),
    ROW(bfrev_b32, "w=w", bfrev),
    ROW(sad_u32, "w=www", sad),
    ROW(pack_b32_f16, "w=ss", pack),
    ROW(mov_b64, "q=q", mov64),
    ROW(lshlrev_b64, "q=wq", lshlrev64),
    ROW(lshrrev_b64, "q=wq", lshrrev64),
    ROW(ashrrev_i64, "q=wq", ashrrev64),
    ROW(lshl_add_u64, "q=qwq", lshl_add64),
    ROW(lshlrev_b16, "s=ss", lshl16),
    ROW(lshrrev_b16, "s=ss", lshr16),
    ROW(ashrrev_i16, "s=ss", ashr16),
    ROW(add_u16, "s=ss", add),
    ROW(add_nc_u16, "s=ss", add),
    ROW(sub_u16, "s=ss", sub),
    ROW(sub_nc_u16, "s=ss", sub),
    ROW(subrev_u16, "s=ss", subrev),
    ROW(mul_lo_u16, "s=ss", mul_lo),
    ROW(mad_legacy_u16, "s=sss", mad16),
    ROW(mad_u16, "s=sss", mad16),
    ROW(min_u16, "s=ss", min16_u),
    ROW(max_u16, "s=ss", max16_u),
    ROW(min_i16, "s=ss", min16_i),
    ROW(max_i16, "s=ss", max16_i),
    ROW(min3_u16, "s=sss", min3_u),
    ROW(max3_u16, "s=sss", max3_u),
    ROW(med3_u16, "s=sss", med3_u),
    ROW(min3_i16, "s=sss", min16_i3),
    ROW(max3_i16, "s=sss", max16_i3),
    ROW(med3_i16, "s=sss", med16_i3),
    ROW(mad_i16, "s=sss", mad16),
    ROW(sub_nc_i16, "s=ss", sub),
    ROW(add_nc_i16, "s=ss", add),
    PACKED(add_u16, "s=ss", add),
    PACKED(sub_i16, "s=ss", sub),
    PACKED(add_i16, "s=ss", add),
    PACKED(sub_u16, "s=ss", sub),
    PACKED(mul_lo_u16, "s=ss", mul_lo),
    PACKED(mad_u16, "s=sss", mad16),
    PACKED(mad_i16, "s=sss", mad16),
    PACKED(min_u16, "s=ss", min16_u),
    PACKED(max_u16, "s=ss", max16_u),
    PACKED(min_i16, "s=ss", min16_i),
    PACKED(max_i16, "s=ss", max16_i),
    PACKED(lshlrev_b16, "s=ss", lshl16),
    PACKED(lshrrev_b16, "s=ss", lshr16),
    PACKED(ashrrev_i16, "s=ss", ashr16),
    { "v_pk_mov_b32", pk_mov, NULL, NULL, 0 },
    { NULL, NULL, NULL, NULL, 0 },
};
