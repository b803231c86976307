/* Arithmetic: v1, v2, v3 (and the pairs v[2:3] ...) go in, v0 comes out. */
#include "instruction.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct words {
    const char *line;
    uint32_t a, b, c, expected;
} words;

static void check_words(const words *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sim_wave *wave = fresh_wave();
        set_all(wave, 0, 0xdeadbeef);
        set_all(wave, 1, rows[i].a);
        set_all(wave, 2, rows[i].b);
        set_all(wave, 3, rows[i].c);
        assert_int_equal(step(wave, rows[i].line), SIM_NEXT);
        if (wave->v[0][0] != rows[i].expected || wave->v[0][63] != rows[i].expected)
            fail_msg("%s gives %08x, not %08x", rows[i].line, wave->v[0][0], rows[i].expected);
    }
}

#define CHECK_WORDS(rows) check_words(rows, sizeof rows / sizeof rows[0])

static void integers(void **state)
{
    static const words rows[] = {
        { "v_add_u32_e32 v0, v1, v2", 0xffffffff, 3, 0, 2 },
        { "v_sub_u32_e32 v0, v1, v2", 1, 3, 0, 0xfffffffe },
        { "v_subrev_u32_e32 v0, v1, v2", 1, 3, 0, 2 },
        { "v_lshlrev_b32_e32 v0, v1, v2", 33, 3, 0, 6 },
        { "v_ashrrev_i32_e32 v0, 4, v1", 0x80000000, 0, 0, 0xf8000000 },
        { "v_mul_lo_u32 v0, v1, v2", 0x10001, 0x10001, 0, 0x20001 },
        { "v_mul_hi_u32 v0, v1, v2", 0xffffffff, 0xffffffff, 0, 0xfffffffe },
        { "v_mul_hi_i32 v0, v1, v2", 0xffffffff, 0xffffffff, 0, 0 },
        { "v_min_i32_e32 v0, v1, v2", 0xffffffff, 3, 0, 0xffffffff },
        { "v_min_u32_e32 v0, v1, v2", 0xffffffff, 3, 0, 3 },
        { "v_med3_i32 v0, v1, v2, v3", 0xfffffff0, 7, 5, 5 },
        { "v_maxmin_i32 v0, v1, v2, v3", 0xfffffff0, 7, 5, 5 },
        { "v_minmax_u32 v0, v1, v2, v3", 0xfffffff0, 7, 5, 7 },
        { "v_add3_u32 v0, v1, v2, v3", 1, 2, 3, 6 },
        { "v_lshl_add_u32 v0, v1, v2, v3", 3, 4, 5, 53 },
        { "v_lshl_or_b32 v0, v1, v2, v3", 3, 4, 5, 53 },
        { "v_bfe_u32 v0, v1, v2, v3", 0xabcd1234, 8, 8, 0x12 },
        { "v_bfe_i32 v0, v1, v2, v3", 0x0000ff00, 8, 8, 0xffffffff },
        { "v_bfi_b32 v0, v1, v2, v3", 0xff00ff00, 0x11111111, 0x22222222, 0x11221122 },
        { "v_alignbit_b32 v0, v1, v2, v3", 0x11112222, 0x33334444, 16, 0x22223333 },
        { "v_perm_b32 v0, v1, v2, v3", 0x44332211, 0x88776655, 0x0c040506, 0x00112233 },
        { "v_mad_u32_u24 v0, v1, v2, v3", 0xff000003, 5, 7, 22 },
        { "v_mul_hi_u32_u24_e32 v0, v1, v2", 0xffffffff, 0xff800000, 0, 0x00007fff },
        { "v_mul_hi_i32_i24_e32 v0, v1, v2", 0x00ffffff, 0x00400000, 0, 0xffffffff },
        { "v_mad_i32_i24 v0, v1, v2, v3", 0x00ffffff, 5, 7, 2 },
        { "v_ffbh_u32_e32 v0, v1", 0x00010000, 0, 0, 15 },
        { "v_ffbh_u32_e32 v0, v1", 0, 0, 0, 0xffffffff },
        { "v_ffbh_i32_e32 v0, v1", 0xffff0000, 0, 0, 16 },
        { "v_bcnt_u32_b32 v0, v1, v2", 0xf0f0, 2, 0, 10 },
        { "v_not_b32_e32 v0, 0x0000ffff", 0, 0, 0, 0xffff0000 },
        { "v_mov_b32_e32 v0, -16", 0, 0, 0, 0xfffffff0 },
        { "v_mov_b32_e32 v0, 0.5", 0, 0, 0, 0x3f000000 },
        { "v_pack_b32_f16 v0, v1, v2 op_sel:[1,0,0]", 0x11112222, 0x33334444, 0, 0x44441111 },
        { "v_pack_b32_f16 v0, |v1|, -v2", 0x9111, 0x3333, 0, 0xb3331111 },
    };
    CHECK_WORDS(rows);
}

static void sixteen_bits(void **state)
{
    static const words rows[] = {
        { "v_add_u16_e32 v0, v1, v2", 0xffff, 2, 0, 1 },
        { "v_mul_lo_u16_e32 v0, v1, v2", 0x1234, 0x10, 0, 0x2340 },
        { "v_lshlrev_b16_e32 v0, 8, v1", 0x1234, 0, 0, 0x3400 },
        { "v_max_i16_e32 v0, v1, v2", 0xffff, 1, 0, 1 },
        { "v_med3_i16 v0, v1, v2, v3", 0xfff0, 7, 5, 5 },
        { "v_med3_u16 v0, v1, v2, v3", 0xfff0, 7, 5, 7 },
        { "v_max3_i16 v0, v1, v2, v3", 0xfff0, 0xfff1, 0x8000, 0xfff1 },
        { "v_mad_legacy_u16 v0, v1, v2, v3", 3, 4, 5, 17 },
        { "v_pk_add_u16 v0, v1, v2", 0x0001ffff, 0x00010002, 0, 0x00020001 },
        { "v_pk_min_i16 v0, v1, v2", 0xffff0001, 0x00010002, 0, 0xffff0001 },
        { "v_pk_mul_lo_u16 v0, v1, v2 op_sel_hi:[0,1]", 0x00070003, 0x00050002, 0, 0x000f0006 },
    };
    CHECK_WORDS(rows);
    /* Newer chips keep the upper half. */
    sim_wave *wave = fresh_wave32();
    set_all(wave, 0, 0xabcd0000);
    set_all(wave, 1, 5);
    step(wave, "v_add_nc_u16 v0, v1, v1");
    assert_int_equal(wave->v[0][7], 0xabcd000a);
}

static void parts_of_registers(void **state)
{
    static const words rows[] = {
        { "v_or_b32_sdwa v0, v1, v2 dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:WORD_1 src1_sel:BYTE_0", 0x12340000,
          0x77, 0, 0x1277 },
        { "v_add_u32_sdwa v0, v1, v2 dst_sel:WORD_1 dst_unused:UNUSED_PRESERVE src0_sel:BYTE_1 src1_sel:DWORD", 0x0500,
          1, 0, 0x0006beef },
        { "v_min_i32_sdwa v0, sext(v1), v2 dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:BYTE_0 src1_sel:DWORD", 0xff, 1,
          0, 0xffffffff },
        { "v_lshrrev_b32_sdwa v0, v1, v2 dst_sel:BYTE_1 dst_unused:UNUSED_PAD src0_sel:DWORD src1_sel:DWORD", 4, 0xab0,
          0, 0xab00 },
    };
    CHECK_WORDS(rows);
}

typedef struct floats {
    const char *line;
    float a, b, c, expected;
} floats;

static void check_floats(const floats *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sim_wave *wave = fresh_wave();
        set_float(wave, 0, 100);
        set_float(wave, 1, rows[i].a);
        set_float(wave, 2, rows[i].b);
        set_float(wave, 3, rows[i].c);
        assert_int_equal(step(wave, rows[i].line), SIM_NEXT);
        const float got = sim_float(wave->v[0][5]);
        if (sim_bits(got) != sim_bits(rows[i].expected) && !(isnan(got) && isnan(rows[i].expected)))
            fail_msg("%s of %a, %a, %a gives %a, not %a", rows[i].line, rows[i].a, rows[i].b, rows[i].c, got,
                     rows[i].expected);
    }
}

static void singles(void **state)
{
    static const floats rows[] = {
        { "v_add_f32_e32 v0, v1, v2", 1, 2, 0, 3 },
        { "v_sub_f32_e64 v0, |v1|, -v2", -1, 2, 0, 3 },
        { "v_mul_f32_e64 v0, v1, v2 mul:2", 3, 5, 0, 30 },
        { "v_mul_f32_e64 v0, v1, v2 clamp", 3, 5, 0, 1 },
        { "v_mul_f32_e64 v0, v1, v2 clamp", NAN, 5, 0, 0 },
        { "v_fma_f32 v0, v1, v2, -v3", 3, 5, 1, 14 },
        { "v_fmac_f32_e32 v0, v1, v2", 3, 5, 0, 115 },
        { "v_max_f32_e32 v0, v1, v2", NAN, 5, 0, 5 },
        { "v_min_f32_e32 v0, v1, v2", 0.0f, -0.0f, 0, -0.0f },
        { "v_med3_f32 v0, v1, v2, v3", 9, -2, 4, 4 },
        { "v_maxmin_num_f32 v0, v1, v2, v3", NAN, 5, 4, 4 },
        { "v_rcp_f32_e32 v0, v1", 4, 0, 0, 0.25f },
        { "v_rcp_f32_e32 v0, v1", 0x1p-140f, 0, 0, INFINITY },
        { "v_sqrt_f32_e32 v0, v1", 9, 0, 0, 3 },
        { "v_exp_f32_e32 v0, v1", -3, 0, 0, 0.125f },
        { "v_exp_f32_e32 v0, v1", -130, 0, 0, 0 },
        { "v_log_f32_e32 v0, v1", 8, 0, 0, 3 },
        { "v_rndne_f32_e32 v0, v1", 2.5f, 0, 0, 2 },
        { "v_fract_f32_e32 v0, v1", -0.25f, 0, 0, 0.75f },
        { "v_frexp_mant_f32_e32 v0, v1", 12, 0, 0, 0.75f },
        { "v_ldexp_f32 v0, v1, 3", 1.5f, 0, 0, 12 },
        { "v_sin_f32_e32 v0, v1", 0.25f, 0, 0, 1 },
        { "v_add_f32_e32 v0, 0x40400000, v1", 1, 0, 0, 4 },
    };
    check_floats(rows, sizeof rows / sizeof rows[0]);
}

static void denormals(void **state)
{
    sim_wave *wave = fresh_wave();
    set_float(wave, 1, 0x1p-140f);
    step(wave, "v_mul_f32_e32 v0, 1.0, v1");
    assert_int_equal(wave->v[0][0], sim_bits(0x1p-140f));
    step(wave, "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 4, 2), 0");
    step(wave, "v_mul_f32_e32 v0, 1.0, v1");
    assert_int_equal(wave->v[0][0], 0);
    step(wave, "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 4, 2), 3");
    step(wave, "v_mul_f32_e32 v0, 1.0, v1");
    assert_int_equal(wave->v[0][0], sim_bits(0x1p-140f));
}

static void doubles(void **state)
{
    sim_wave *wave = fresh_wave();
    set_double(wave, 2, 1.5);
    set_double(wave, 4, -4);
    step(wave, "v_add_f64 v[0:1], v[2:3], |v[4:5]|");
    assert_true(double_of(wave, 0, 3) == 5.5);
    step(wave, "v_fma_f64 v[0:1], v[2:3], v[4:5], 1.0");
    assert_true(double_of(wave, 0, 3) == -5);
    step(wave, "v_mul_f64 v[0:1], v[2:3], 0x40080000"); /* a literal is the upper half: 3.0 */
    assert_true(double_of(wave, 0, 3) == 4.5);
    step(wave, "v_ldexp_f64 v[0:1], v[2:3], -1");
    assert_true(double_of(wave, 0, 3) == 0.75);
    step(wave, "v_rndne_f64_e32 v[0:1], v[2:3]");
    assert_true(double_of(wave, 0, 3) == 2);
    set_double(wave, 2, 3);
    step(wave, "v_trig_preop_f64 v[0:1], v[2:3], 0"); /* the first 53 bits of 2/pi */
    assert_true(double_of(wave, 0, 3) == 0x1.45f306dc9c882p-1);
    set_all64(wave, 2, 0x8000000000000001);
    step(wave, "v_lshrrev_b64 v[0:1], 1, v[2:3]");
    assert_true(pair_of(wave, 0, 40) == 0x4000000000000000);
    step(wave, "v_ashrrev_i64 v[0:1], 1, v[2:3]");
    assert_true(pair_of(wave, 0, 40) == 0xc000000000000000);
}

static void halves(void **state)
{
    static const words rows[] = {
        { "v_add_f16_e32 v0, v1, v2", 0x3c00, 0x4000, 0, 0x4200 },                         /* 1 + 2 */
        { "v_fma_f16 v0, v1, v2, v3", 0x3c00, 0x4000, 0x3c00, 0x4200 },                    /* 1 * 2 + 1 */
        { "v_mul_f16_e64 v0, v1, v2 op_sel:[1,0,0]", 0x40003c00, 0x4000, 0, 0x4400 },      /* 2 * 2 */
        { "v_pk_fma_f16 v0, v1, v2, v3", 0x3c004000, 0x40004000, 0x3c003c00, 0x42004500 }, /* 1*2+1, 2*2+1 */
        { "v_pk_add_f16 v0, v1, v2 neg_lo:[0,1] neg_hi:[0,1]", 0x3c004000, 0x3c003c00, 0, 0x00003c00 },
        { "v_cvt_f32_f16_e32 v0, v1", 0xc000, 0, 0, 0xc0000000 },
        { "v_cvt_f16_f32_e32 v0, v1", 0x3f801000, 0, 0, 0x3c00 }, /* a tie goes to even */
        { "v_cvt_f16_f32_e32 v0, v1", 0x47800000, 0, 0, 0x7c00 }, /* 65536 */
        { "v_fma_mix_f32 v0, v1, v2, v3 op_sel_hi:[1,0,0]", 0x4000, 0x40400000, 0x3f800000,
          0x40e00000 }, /* 2 * 3 + 1 */
        { "v_fma_mixlo_f16 v0, v1, v2, v3", 0x40000000, 0x40400000, 0x3f800000, 0xdead4700 },
    };
    CHECK_WORDS(rows);
}

static void packed_pairs(void **state)
{
    sim_wave *wave = fresh_wave();
    set_float(wave, 2, 2);
    set_float(wave, 3, 3);
    set_float(wave, 4, 5);
    set_float(wave, 5, 7);
    step(wave, "v_pk_mul_f32 v[0:1], v[2:3], v[4:5]");
    assert_true(sim_float(wave->v[0][9]) == 10 && sim_float(wave->v[1][9]) == 21);
    step(wave, "v_pk_mul_f32 v[0:1], v[2:3], v[4:5] op_sel_hi:[1,0]");
    assert_true(sim_float(wave->v[0][9]) == 10 && sim_float(wave->v[1][9]) == 15);
    step(wave, "v_pk_add_f32 v[0:1], v[2:3], v[4:5] op_sel:[1,0] neg_hi:[0,1]");
    assert_true(sim_float(wave->v[0][9]) == 8 && sim_float(wave->v[1][9]) == -4);
    step(wave, "v_pk_mov_b32 v[0:1], v[2:3], v[4:5] op_sel:[0,1]");
    assert_true(sim_float(wave->v[0][9]) == 2 && sim_float(wave->v[1][9]) == 7);
}

/* Registers that compilers put aside what does not fit in the others. */
static void accumulators(void **state)
{
    sim_wave *wave = fresh_wave();
    set_float(wave, 0, 3);
    step(wave, "v_accvgpr_write_b32 a3, v0");
    step(wave, "v_accvgpr_mov_b32 a5, a3");
    step(wave, "v_accvgpr_write_b32 a3, 0");
    step(wave, "v_accvgpr_read_b32 v1, a5");
    assert_true(sim_float(wave->v[1][9]) == 3);
}

static void conversions(void **state)
{
    static const words rows[] = {
        { "v_cvt_f32_i32_e32 v0, v1", 0xffffffff, 0, 0, 0xbf800000 },
        { "v_cvt_f32_u32_e32 v0, v1", 0xffffffff, 0, 0, 0x4f800000 },
        { "v_cvt_i32_f32_e32 v0, v1", 0xbfc00000, 0, 0, 0xffffffff },
        { "v_cvt_i32_f32_e32 v0, v1", 0x7f800000, 0, 0, 0x7fffffff },
        { "v_cvt_i32_f32_e32 v0, v1", 0x7fc00000, 0, 0, 0 },
        { "v_cvt_u32_f32_e32 v0, v1", 0xbf800000, 0, 0, 0 },
        { "v_cvt_f32_ubyte2_e32 v0, v1", 0x00050000, 0, 0, 0x40a00000 },
    };
    CHECK_WORDS(rows);
    sim_wave *wave = fresh_wave();
    set_double(wave, 2, -1e300);
    step(wave, "v_cvt_i32_f64_e32 v0, v[2:3]");
    assert_int_equal(wave->v[0][0], 0x80000000);
    step(wave, "v_cvt_f32_f64_e32 v0, v[2:3]");
    assert_int_equal(wave->v[0][0], 0xff800000);
    set_all(wave, 1, (uint32_t)-7);
    step(wave, "v_cvt_f64_i32_e32 v[0:1], v1");
    assert_true(double_of(wave, 0, 0) == -7);
}

/* The sequence that compilers make of a division, which must give the quotient's nearest float. */
static float divide(float numerator, float denominator)
{
    sim_wave *wave = fresh_wave();
    set_float(wave, 1, numerator);
    set_float(wave, 2, denominator);
    static const char *const lines[] = {
        "v_div_scale_f32 v3, s[0:1], v2, v2, v1",
        "v_div_scale_f32 v4, vcc, v1, v2, v1",
        "v_rcp_f32_e32 v5, v3",
        "v_fma_f32 v6, -v3, v5, 1.0",
        "v_fmac_f32_e32 v5, v6, v5",
        "v_mul_f32_e32 v6, v4, v5",
        "v_fma_f32 v7, -v3, v6, v4",
        "v_fmac_f32_e32 v6, v7, v5",
        "v_fma_f32 v3, -v3, v6, v4",
        "v_div_fmas_f32 v3, v3, v5, v6",
        "v_div_fixup_f32 v0, v3, v2, v1",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(step(wave, lines[i]), SIM_NEXT);
    return sim_float(wave->v[0][17]);
}

static void divisions(void **state)
{
    static const float special[] = { 0,
                                     -0.0f,
                                     1,
                                     -3,
                                     INFINITY,
                                     -INFINITY,
                                     NAN,
                                     0x1p-149f,
                                     0x1p-126f,
                                     0x1.8p-130f,
                                     0x1.fffffep127f,
                                     0x1p127f,
                                     0x1p100f,
                                     0x1p-100f,
                                     7,
                                     0x1.234568p64f,
                                     0x1.23p-64f };
    const size_t count = sizeof special / sizeof special[0];
    srand(1);
    for (size_t i = 0; i < count * count + 2000; i++) {
        float a = special[i / count % count], b = special[i % count];
        if (i >= count * count) {
            const uint32_t bits_a = (uint32_t)rand() << 1 ^ (uint32_t)rand() << 16,
                           bits_b = (uint32_t)rand() << 1 ^ (uint32_t)rand() << 15;
            a = sim_float(bits_a);
            b = sim_float(bits_b);
        }
        const float expected = a / b, got = divide(a, b);
        if (sim_bits(got) != sim_bits(expected) && !(isnan(got) && isnan(expected)))
            fail_msg("%a / %a gives %a, not %a", a, b, got, expected);
    }
}

const struct CMUnitTest arithmetic_tests[] = {
    cmocka_unit_test(integers),    cmocka_unit_test(sixteen_bits), cmocka_unit_test(parts_of_registers),
    cmocka_unit_test(singles),     cmocka_unit_test(denormals),    cmocka_unit_test(doubles),
    cmocka_unit_test(halves),      cmocka_unit_test(packed_pairs), cmocka_unit_test(accumulators),
    cmocka_unit_test(conversions), cmocka_unit_test(divisions),
};
const size_t num_arithmetic_tests = sizeof arithmetic_tests / sizeof arithmetic_tests[0];
