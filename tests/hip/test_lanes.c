/* Masks, comparisons, carries, lanes that see each other, scalar registers and branches. */
#include "instruction.h"
#include <math.h>

static void count_lanes(sim_wave *wave, int index)
{
    for (int lane = 0; lane < SIM_LANES; lane++)
        wave->v[index][lane] = (uint32_t)lane;
}

static uint64_t mask_of(const sim_wave *wave, int index)
{
    return (uint64_t)wave->s[index + 1] << 32 | wave->s[index];
}

static void comparisons(void **state)
{
    sim_wave *wave = fresh_wave();
    count_lanes(wave, 1);
    step(wave, "v_cmp_gt_u32_e64 s[0:1], 4, v1");
    assert_true(mask_of(wave, 0) == 0xf);
    step(wave, "v_cmp_ne_u32_e32 vcc, 63, v1");
    assert_true(mask_of(wave, SIM_VCC) == ~((uint64_t)1 << 63));
    set_float(wave, 2, NAN);
    step(wave, "v_cmp_ngt_f32_e32 vcc, 0, v2");
    assert_true(mask_of(wave, SIM_VCC) == ~(uint64_t)0);
    step(wave, "v_cmp_eq_f32_e32 vcc, v2, v2");
    assert_true(mask_of(wave, SIM_VCC) == 0);
    step(wave, "v_cmp_u_f32_e64 s[2:3], v2, v2");
    assert_true(mask_of(wave, 2) == ~(uint64_t)0);
    set_float(wave, 2, -0x1p-140f);
    set_all(wave, 3, 1 << 4); /* a negative denormal */
    step(wave, "v_cmp_class_f32_e64 s[2:3], v2, v3");
    assert_true(mask_of(wave, 2) == ~(uint64_t)0);
    set_all(wave, 3, 1 << 7); /* a positive one */
    step(wave, "v_cmp_class_f32_e64 s[2:3], v2, v3");
    assert_true(mask_of(wave, 2) == 0);
    set_all(wave, 2, 0x0001ffff);
    step(wave, "v_cmp_gt_i16_e32 vcc, 0, v2");
    assert_true(mask_of(wave, SIM_VCC) == ~(uint64_t)0);
    set_all(wave, 8, 0x80000001);
    set_all(wave, 9, 0x12ff);
    step(wave, "v_add_co_u32_sdwa v10, vcc, v8, v9 dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:DWORD src1_sel:BYTE_0");
    assert_int_equal(wave->v[10][0], 0x80000100); /* the sources stand behind two results */
    step(wave, "v_cmp_eq_u16_sdwa s[0:1], v2, v2 src0_sel:WORD_1 src1_sel:WORD_0");
    assert_true(mask_of(wave, 0) == 0);
    set_all64(wave, 4, 1ull << 40);
    step(wave, "v_cmp_gt_u64_e32 vcc, v[4:5], v[0:1]");
    assert_true(mask_of(wave, SIM_VCC) == ~(uint64_t)0);
}

static void lanes_that_are_off(void **state)
{
    sim_wave *wave = fresh_wave();
    count_lanes(wave, 1);
    step(wave, "v_cmp_gt_u32_e32 vcc, 2, v1");
    step(wave, "s_and_saveexec_b64 s[4:5], vcc");
    assert_true(sim_exec(wave) == 3 && mask_of(wave, 4) == ~(uint64_t)0 && wave->s[SIM_SCC] == 1);
    step(wave, "v_mov_b32_e32 v1, 99");
    assert_true(wave->v[1][1] == 99 && wave->v[1][2] == 2);
    step(wave, "v_cmp_eq_u32_e32 vcc, 99, v1"); /* off lanes give 0 */
    assert_true(mask_of(wave, SIM_VCC) == 3);
    step(wave, "s_xor_b64 exec, exec, s[4:5]");
    assert_true(sim_exec(wave) == ~(uint64_t)3);
    step(wave, "v_cndmask_b32_e64 v2, 7, 8, s[4:5]");
    assert_true(wave->v[2][0] == 0 && wave->v[2][5] == 8);
    sim_wave *narrow = fresh_wave32();
    count_lanes(narrow, 1);
    step(narrow, "v_cmp_gt_u32_e32 vcc_lo, 2, v1");
    step(narrow, "s_and_saveexec_b32 s4, vcc_lo");
    assert_true(sim_exec(narrow) == 3 && narrow->s[4] == ~0u);
    step(narrow, "v_cmpx_gt_u32_e32 1, v1");
    assert_true(sim_exec(narrow) == 1);
}

static void carries(void **state)
{
    sim_wave *wave = fresh_wave();
    set_all64(wave, 2, 0xffffffffffffffff);
    step(wave, "v_add_co_u32_e32 v0, vcc, 1, v2");
    step(wave, "v_addc_co_u32_e32 v1, vcc, 0, v3, vcc");
    assert_true(pair_of(wave, 0, 50) == 0 && mask_of(wave, SIM_VCC) == ~(uint64_t)0);
    step(wave, "v_sub_co_u32_e32 v0, vcc, v0, v2");
    step(wave, "v_subbrev_co_u32_e32 v1, vcc, 0, v1, vcc");
    assert_true(wave->v[0][1] == 1 && wave->v[1][1] == 0xffffffff);
    set_all(wave, 4, 0xffffffff);
    set_all64(wave, 6, 5);
    step(wave, "v_mad_u64_u32 v[0:1], s[0:1], v4, v4, v[6:7]");
    assert_true(pair_of(wave, 0, 9) == 0xfffffffe00000006);
    step(wave, "v_mad_i64_i32 v[0:1], s[0:1], v4, v4, v[6:7]");
    assert_true(pair_of(wave, 0, 9) == 6);
}

static void across_lanes(void **state)
{
    sim_wave *wave = fresh_wave();
    count_lanes(wave, 1);
    step(wave, "v_mbcnt_lo_u32_b32 v0, -1, 0");
    step(wave, "v_mbcnt_hi_u32_b32 v0, -1, v0");
    assert_true(wave->v[0][0] == 0 && wave->v[0][33] == 33 && wave->v[0][63] == 63);
    step(wave, "v_readlane_b32 s3, v1, 40");
    assert_int_equal(wave->s[3], 40);
    step(wave, "v_writelane_b32 v0, s3, 5");
    assert_true(wave->v[0][5] == 40 && wave->v[0][6] == 6);
    step(wave, "v_lshlrev_b32_e32 v2, 2, v1");
    step(wave, "v_xor_b32_e32 v2, 0x80, v2");
    step(wave, "ds_bpermute_b32 v0, v2, v1"); /* the other half of 64 */
    assert_true(wave->v[0][0] == 32 && wave->v[0][63] == 31);
    step(wave, "v_mov_b32_dpp v0, v1 quad_perm:[1,0,3,2] row_mask:0xf bank_mask:0xf");
    assert_true(wave->v[0][0] == 1 && wave->v[0][63] == 62);
    step(wave, "v_mov_b32_e32 v0, 77");
    step(wave, "v_mov_b32_dpp v0, v1 row_shr:1 row_mask:0xf bank_mask:0xf");
    assert_true(wave->v[0][0] == 77 && wave->v[0][17] == 16 && wave->v[0][16] == 77);
    step(wave, "ds_swizzle_b32 v0, v1 offset:0x041f"); /* lane ^ 1 */
    assert_true(wave->v[0][0] == 1 && wave->v[0][63] == 62);
    step(wave, "v_readfirstlane_b32 s4, v1");
    assert_int_equal(wave->s[4], 0);
}

static void scalars(void **state)
{
    sim_wave *wave = fresh_wave();
    step(wave, "s_mov_b32 s0, 0xffffffff");
    step(wave, "s_add_u32 s1, s0, 2");
    assert_true(wave->s[1] == 1 && wave->s[SIM_SCC] == 1);
    step(wave, "s_addc_u32 s1, 0, 0");
    assert_true(wave->s[1] == 1 && wave->s[SIM_SCC] == 0);
    step(wave, "s_add_i32 s1, 0x7fffffff, 1");
    assert_int_equal(wave->s[SIM_SCC], 1); /* overflow */
    step(wave, "s_movk_i32 s2, 0xff00");
    assert_int_equal(wave->s[2], 0xffffff00);
    step(wave, "s_bfe_u32 s3, 0xabcd1234, 0x80008");
    assert_int_equal(wave->s[3], 0x12);
    step(wave, "s_mov_b32 s6, s3");
    step(wave, "s_bitset0_b32 s6, 1");
    step(wave, "s_bitset1_b32 s6, 35"); /* modulo 32 */
    assert_int_equal(wave->s[6], 0x18);
    step(wave, "s_lshl_b64 s[4:5], 1, 40");
    assert_true(mask_of(wave, 4) == 1ull << 40 && wave->s[SIM_SCC] == 1);
    step(wave, "s_mov_b32 s8, 0x80000001");
    step(wave, "s_mov_b32 s9, 5");
    step(wave, "s_bfe_u64 s[4:5], s[8:9], 0x4001f"); /* four bits from the 32nd on: 1 of s8, 101 of s9 */
    assert_true(mask_of(wave, 4) == 0xb && wave->s[SIM_SCC] == 1);
    step(wave, "s_bfe_i64 s[4:5], s[8:9], 0x200000"); /* 32 bits, the sign carried on */
    assert_true(mask_of(wave, 4) == 0xffffffff80000001 && wave->s[SIM_SCC] == 1);
    step(wave, "s_bfe_i64 s[4:5], s[8:9], 0x200020");
    assert_true(mask_of(wave, 4) == 5);
    step(wave, "s_cmp_lg_u32 s3, 0x12");
    assert_int_equal(wave->s[SIM_SCC], 0);
    step(wave, "s_cmpk_eq_i32 s3, 0x12");
    assert_int_equal(wave->s[SIM_SCC], 1);
    step(wave, "s_cmpk_gt_i32 s3, 0xfff0"); /* -16 */
    assert_int_equal(wave->s[SIM_SCC], 1);
    step(wave, "s_cmpk_gt_u32 s3, 0xfff0");
    assert_int_equal(wave->s[SIM_SCC], 0);
    step(wave, "s_cselect_b32 s6, 1, 2");
    assert_int_equal(wave->s[6], 2);
    step(wave, "s_min_i32 s6, -1, 1");
    assert_true(wave->s[6] == 0xffffffff && wave->s[SIM_SCC] == 1);
    step(wave, "s_brev_b32 s6, 1");
    assert_int_equal(wave->s[6], 0x80000000);
    step(wave, "s_ff1_i32_b32 s6, 0x100");
    assert_int_equal(wave->s[6], 8);
}

static void indexed_registers(void **state)
{
    sim_wave *wave = fresh_wave();
    set_all(wave, 7, 70);
    wave->s[4] = 3;
    step(wave, "s_set_gpr_idx_on s4, gpr_idx(SRC0)");
    step(wave, "v_mov_b32_e32 v0, v4");
    step(wave, "s_set_gpr_idx_off");
    assert_int_equal(wave->v[0][0], 70);
    step(wave, "s_set_gpr_idx_on s4, gpr_idx(DST)");
    step(wave, "v_mov_b32_e32 v2, v7");
    step(wave, "s_set_gpr_idx_off");
    assert_int_equal(wave->v[5][0], 70);
    wave->s[SIM_M0] = 3;
    step(wave, "v_movrels_b32_e32 v1, v4");
    assert_int_equal(wave->v[1][63], 70);
    step(wave, "v_movreld_b32_e32 v8, v7");
    assert_int_equal(wave->v[11][63], 70);
    wave->s[SIM_M0] = 256;
    assert_int_equal(step(wave, "v_movrels_b32_e32 v1, v4"), SIM_ERROR);
}

/* Both halves read before either writes. */
static void two_in_one(void **state)
{
    sim_wave *wave = fresh_wave32();
    sim_instruction first, second;
    assert_false(sim_parse_dual("v_mov_b32_e32 v1, v2", &first, &second));
    set_float(wave, 1, 3);
    set_float(wave, 2, 5);
    assert_true(sim_parse_dual("\tv_dual_mul_f32 v1, v1, v2 :: v_dual_add_f32 v3, v1, v2// 000000001630: C8C", &first,
                               &second));
    assert_true(first.row && second.row);
    first.row->run(wave, &first);
    second.row->run(wave, &second);
    assert_true(wave->v[1][31] == sim_bits(15) && wave->v[3][31] == sim_bits(8));
    wave->s[SIM_VCC] = 1;
    assert_true(sim_parse_dual("v_dual_cndmask_b32 v4, v1, v3 :: v_dual_mov_b32 v5, v1", &first, &second));
    first.row->run(wave, &first);
    assert_true(wave->v[4][0] == sim_bits(8) && wave->v[4][1] == sim_bits(15));
    assert_true(sim_parse_dual("v_dual_mov_b32 v1, v3 :: v_dual_mov_b32 v3, v1", &first, &second));
    assert_null(first.row); /* an exchange */
}

static void newer_names(void **state)
{
    sim_wave *wave = fresh_wave32();
    wave->s[4] = 0xf0;
    step(wave, "s_and_not1_b32 s5, 0xff, s4");
    assert_int_equal(wave->s[5], 0x0f);
    step(wave, "s_and_not1_saveexec_b32 s6, 0xff"); /* the source without the lanes that are on */
    assert_true(wave->s[6] == ~0u && wave->s[SIM_EXEC] == 0);
    wave = fresh_wave32();
    set_all(wave, 1, 0x100);
    step(wave, "v_clz_i32_u32_e32 v0, v1");
    assert_int_equal(wave->v[0][0], 23);
}

/* What gfx12 has: floats in scalar registers, sums of 64 bits, a barrier in two steps. */
static void of_gfx12(void **state)
{
    sim_wave *wave = fresh_wave32();
    step(wave, "s_mov_b32 s4, 0x40a00000");
    step(wave, "s_sub_f32 s5, s4, 2.0");
    assert_int_equal(wave->s[5], sim_bits(3));
    step(wave, "s_cvt_i32_f32 s6, s5");
    assert_int_equal(wave->s[6], 3);
    step(wave, "s_fmac_f32 s5, s4, s4");
    assert_int_equal(wave->s[5], sim_bits(28));
    step(wave, "v_s_rcp_f32 s7, -4.0");
    assert_int_equal(wave->s[7], sim_bits(-0.25f));
    step(wave, "s_mov_b64 s[8:9], -1");
    step(wave, "s_add_nc_u64 s[10:11], s[8:9], 3");
    assert_true(mask_of(wave, 10) == 2);
    step(wave, "s_sub_co_i32 s4, 0x80000000, 1");
    assert_true(wave->s[4] == 0x7fffffff && wave->s[SIM_SCC] == 1);
    set_float(wave, 1, -7);
    step(wave, "v_max_num_f32_e32 v0, 2.0, v1");
    assert_int_equal(wave->v[0][9], sim_bits(2));
    assert_int_equal(step(wave, "s_barrier_signal -1"), SIM_NEXT);
    wave->pc++;
    assert_int_equal(step(wave, "s_barrier_wait 0xffff"), SIM_BARRIER);
    wave->pc++;
    assert_int_equal(step(wave, "s_barrier_wait 0xffff"), SIM_ERROR);
    assert_int_equal(step(wave, "s_barrier_signal 3"), SIM_ERROR);
}

const struct CMUnitTest lane_tests[] = {
    cmocka_unit_test(comparisons), cmocka_unit_test(lanes_that_are_off),
    cmocka_unit_test(carries),     cmocka_unit_test(across_lanes),
    cmocka_unit_test(scalars),     cmocka_unit_test(indexed_registers),
    cmocka_unit_test(two_in_one),  cmocka_unit_test(newer_names),
    cmocka_unit_test(of_gfx12),
};
const size_t num_lane_tests = sizeof lane_tests / sizeof lane_tests[0];
