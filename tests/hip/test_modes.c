/* The mode register: how results are rounded, and what becomes of denormals. v1, v2, v3 (and the pairs v[2:3] ...) go in, v0 (v[0:1])
 * comes out. */
#include "instruction.h"
#include <math.h>
#include <stdio.h>

/* By the register's numbers for them: to nearest, upwards, downwards, to zero. */
enum { WAYS = 4 };

/* Both pairs of bits of a wave's mode. */
static sim_wave *rounding(int way)
{
    char line[64];
    sim_wave *wave = fresh_wave();
    snprintf(line, sizeof line, "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 4), 0x%x", way | way << 2);
    assert_int_equal(step(wave, line), SIM_NEXT);
    return wave;
}

typedef struct rounded_words {
    const char *line;
    uint32_t a, b, c, expected[WAYS];
} rounded_words;

static void check_rounded(const rounded_words *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (int way = 0; way < WAYS; way++) {
            sim_wave *wave = rounding(way);
            set_all(wave, 1, rows[i].a);
            set_all(wave, 2, rows[i].b);
            set_all(wave, 3, rows[i].c);
            assert_int_equal(step(wave, rows[i].line), SIM_NEXT);
            if (wave->v[0][0] != rows[i].expected[way] || wave->v[0][63] != rows[i].expected[way])
                fail_msg("%s in way %d gives %08x, not %08x", rows[i].line, way, wave->v[0][0], rows[i].expected[way]);
        }
}

#define CHECK_ROUNDED(rows) check_rounded(rows, sizeof rows / sizeof rows[0])

static void singles_are_rounded(void **state)
{
    const uint32_t one = 0x3f800000, minus = 0xbf800000, tiny = 0x30000000; /* 2^-31 */
    const rounded_words rows[] = {
        { "v_add_f32_e32 v0, v1, v2", one, tiny, 0, { one, one + 1, one, one } },
        { "v_sub_f32_e32 v0, v1, v2", minus, tiny, 0, { minus, minus, minus + 1, minus } },
        { "v_sub_f32_e32 v0, v1, v2", one, tiny, 0, { one, one, one - 1, one - 1 } },
        { "v_mul_f32_e32 v0, v1, v2", one + 1, one + 1, 0, { one + 2, one + 3, one + 2, one + 2 } },
        { "v_fma_f32 v0, v1, v2, v3", one, minus, tiny, { minus, minus - 1, minus, minus - 1 } },
        { "v_mul_f32_e32 v0, v1, v2", 0x7f7fffff, 0x40000000, 0, { 0x7f800000, 0x7f800000, 0x7f7fffff, 0x7f7fffff } },
        { "v_mul_f32_e32 v0, v1, v2", 1, 0x3f000000, 0, { 0, 1, 0, 0 } }, /* half of the smallest denormal */
        { "v_ldexp_f32 v0, v1, -1", 0x80000003, 0, 0, { 0x80000002, 0x80000001, 0x80000002, 0x80000001 } },
        { "v_cvt_f32_i32_e32 v0, v1", 0xfefffffd, 0, 0, { 0xcb800002, 0xcb800001, 0xcb800002, 0xcb800001 } },
        { "v_cvt_f32_u32_e32 v0, v1", 0x01000001, 0, 0, { 0x4b800000, 0x4b800001, 0x4b800000, 0x4b800000 } },
        { "v_fma_mix_f32 v0, v1, v2, v3", one, one, tiny, { one, one + 1, one, one } },
        { "v_div_fmas_f32 v0, v1, v2, v3", one, one, tiny, { one, one + 1, one, one } },
        { "v_div_fmas_f32 v0, v1, v2, v3", minus, one, 0xb0000000, { minus, minus, minus + 1, minus } },
        /* These do not ask. */
        { "v_rndne_f32_e32 v0, v1", 0x40200000, 0, 0, { 0x40000000, 0x40000000, 0x40000000, 0x40000000 } },
        { "v_cvt_i32_f32_e32 v0, v1", 0xbfe00000, 0, 0, { ~0u, ~0u, ~0u, ~0u } },
        { "v_max_f32_e32 v0, v1, v2", one, minus, 0, { one, one, one, one } },
    };
    CHECK_ROUNDED(rows);
}

static void halves_are_rounded(void **state)
{
    const rounded_words rows[] = {
        { "v_add_f16_e32 v0, v1, v2", 0x3c00, 0x0001, 0, { 0x3c00, 0x3c01, 0x3c00, 0x3c00 } },
        { "v_sub_f16_e32 v0, v1, v2", 0xbc00, 0x0001, 0, { 0xbc00, 0xbc00, 0xbc01, 0xbc00 } },
        { "v_mul_f16_e32 v0, v1, v2", 0x7bff, 0x4000, 0, { 0x7c00, 0x7c00, 0x7bff, 0x7bff } },
        { "v_mul_f16_e32 v0, v1, v2", 0x8001, 0x3800, 0, { 0x8000, 0x8000, 0x8001, 0x8000 } },
        { "v_fma_f16 v0, v1, v2, v3", 0x3c00, 0x3c00, 0x8001, { 0x3c00, 0x3c00, 0x3bff, 0x3bff } },
        { "v_pk_add_f16 v0, v1, v2", 0xbc003c00, 0x80010001, 0, { 0xbc003c00, 0xbc003c01, 0xbc013c00, 0xbc003c00 } },
        { "v_cvt_f16_f32_e32 v0, v1", 0x3f801000, 0, 0, { 0x3c00, 0x3c01, 0x3c00, 0x3c00 } },
        { "v_cvt_f16_f32_e32 v0, v1", 0xc77fffff, 0, 0, { 0xfc00, 0xfbff, 0xfc00, 0xfbff } },
        { "v_cvt_f16_u16_e32 v0, v1", 0x0801, 0, 0, { 0x6800, 0x6801, 0x6800, 0x6800 } },
        { "v_fma_mixlo_f16 v0, v1, v2, v3", 0x3f800000, 0x3f800000, 0x30000000, { 0x3c00, 0x3c01, 0x3c00, 0x3c00 } },
        { "v_fma_mixhi_f16 v0, v1, v2, v3",
          0x3f800000,
          0x3f800000,
          0x30000000,
          { 0x3c000000, 0x3c010000, 0x3c000000, 0x3c000000 } },
    };
    CHECK_ROUNDED(rows);
}

static void doubles_are_rounded(void **state)
{
    static const struct {
        const char *line;
        double a, b, expected[WAYS];
    } rows[] = {
        { "v_add_f64 v[0:1], v[2:3], v[4:5]", 1, 0x1p-60, { 1, 0x1.0000000000001p0, 1, 1 } },
        { "v_add_f64 v[0:1], v[2:3], v[4:5]", -1, -0x1p-60, { -1, -1, -0x1.0000000000001p0, -1 } },
        { "v_mul_f64 v[0:1], v[2:3], v[4:5]",
          0x1.fffffffffffffp1023,
          2,
          { INFINITY, INFINITY, 0x1.fffffffffffffp1023, 0x1.fffffffffffffp1023 } },
        { "v_fma_f64 v[0:1], v[2:3], 1.0, v[4:5]", 1, -0x1p-60, { 1, 1, 0x1.fffffffffffffp-1, 0x1.fffffffffffffp-1 } },
        { "v_ldexp_f64 v[0:1], v[2:3], -1", 0x1.8p-1073, 0, { 0x1p-1073, 0x1p-1073, 0x1p-1074, 0x1p-1074 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int way = 0; way < WAYS; way++) {
            sim_wave *wave = rounding(way);
            set_double(wave, 2, rows[i].a);
            set_double(wave, 4, rows[i].b);
            assert_int_equal(step(wave, rows[i].line), SIM_NEXT);
            if (double_of(wave, 0, 63) != rows[i].expected[way])
                fail_msg("%s in way %d gives %a, not %a", rows[i].line, way, double_of(wave, 0, 63),
                         rows[i].expected[way]);
        }
}

static void pairs_are_rounded(void **state)
{
    sim_wave *wave = rounding(1);
    set_float(wave, 2, 1);
    set_float(wave, 3, -1);
    set_float(wave, 4, 0x1p-31f);
    set_float(wave, 5, -0x1p-31f);
    step(wave, "v_pk_add_f32 v[0:1], v[2:3], v[4:5]");
    assert_true(sim_float(wave->v[0][9]) == 0x1.000002p0f && sim_float(wave->v[1][9]) == -1);
}

/* f32's way is its own; a double that becomes an f32 is rounded as f32. */
static void types_are_rounded_apart(void **state)
{
    sim_wave *wave = fresh_wave();
    step(wave, "s_round_mode 0x1"); /* f32 upwards, the others to nearest */
    set_double(wave, 2, 0x1.0000000000001p0);
    step(wave, "v_cvt_f32_f64_e32 v0, v[2:3]");
    assert_int_equal(wave->v[0][0], 0x3f800001);
    set_double(wave, 4, 0x1p-60);
    step(wave, "v_add_f64 v[0:1], v[2:3], v[4:5]");
    assert_true(double_of(wave, 0, 0) == 0x1.0000000000001p0);
    step(wave, "s_round_mode 0x8"); /* f32 to nearest, the others downwards */
    step(wave, "v_cvt_f32_f64_e32 v0, v[2:3]");
    assert_int_equal(wave->v[0][0], 0x3f800000);
}

/* The register's numbers: 1 reads denormals, 2 writes them. */
typedef struct flushed {
    const char *line;
    uint32_t a, b, expected[4];
} flushed;

static void check_flushed(const flushed *rows, size_t count, int first)
{
    for (size_t i = 0; i < count; i++)
        for (int mode = 0; mode < 4; mode++) {
            char line[64];
            sim_wave *wave = fresh_wave();
            snprintf(line, sizeof line, "s_setreg_imm32_b32 hwreg(HW_REG_MODE, %d, 2), %d", first, mode);
            step(wave, line);
            set_all(wave, 1, rows[i].a);
            set_all(wave, 2, rows[i].b);
            assert_int_equal(step(wave, rows[i].line), SIM_NEXT);
            if (wave->v[0][63] != rows[i].expected[mode])
                fail_msg("%s in mode %d gives %08x, not %08x", rows[i].line, mode, wave->v[0][63],
                         rows[i].expected[mode]);
        }
}

static void denormals_of_singles(void **state)
{
    static const flushed rows[] = {
        { "v_mul_f32_e32 v0, v1, v2",
          0x80000010,
          0x7e800000,
          { 0x80000000, 0xb6000000, 0x80000000, 0xb6000000 } }, /* one is read */
        { "v_mul_f32_e32 v0, v1, v2",
          0x80800000,
          0x3f000000,
          { 0x80000000, 0x80000000, 0x80400000, 0x80400000 } }, /* one comes out */
        { "v_max_f32_e32 v0, v1, v2", 0x00000010, 0, { 0, 0, 0, 0x00000010 } },
        { "v_mov_b32_e32 v0, v1", 0x00000010, 0, { 0x10, 0x10, 0x10, 0x10 } },
    };
    check_flushed(rows, sizeof rows / sizeof rows[0], 4);
    sim_wave *wave = fresh_wave();
    step(wave, "s_denorm_mode 0xc"); /* f32's are zeros, the others' stay */
    set_all(wave, 1, 0x00000010);
    set_all(wave, 2, 1 << 7);
    step(wave, "v_cmp_class_f32_e64 s[2:3], v1, v2"); /* a class of their own nevertheless */
    assert_int_equal(wave->s[2], ~0u);
    step(wave, "v_add_f16_e32 v0, v1, v1");
    assert_int_equal(wave->v[0][0], 0x20);
}

static void denormals_of_halves(void **state)
{
    static const flushed rows[] = {
        { "v_mul_f16_e32 v0, v1, v2", 0x8010, 0x7800, { 0x8000, 0xa800, 0x8000, 0xa800 } },
        { "v_mul_f16_e32 v0, v1, v2", 0x8400, 0x3800, { 0x8000, 0x8000, 0x8200, 0x8200 } },
        { "v_pk_mul_f16 v0, v1, v2", 0x80108400, 0x78003800, { 0x80008000, 0xa8008000, 0x80008200, 0xa8008200 } },
        { "v_cvt_f32_f16_e32 v0, v1", 0x0001, 0, { 0, 0x33800000, 0, 0x33800000 } },
        { "v_cvt_f16_f32_e32 v0, v1", 0x33800000, 0, { 0, 0, 1, 1 } },
    };
    check_flushed(rows, sizeof rows / sizeof rows[0], 6);
}

static void denormals_of_doubles(void **state)
{
    static const double read[] = { 0, 0x1p-974, 0, 0x1p-974 }, written[] = { 0, 0, 0x1p-1023, 0x1p-1023 };
    for (int mode = 0; mode < 4; mode++) {
        char line[64];
        sim_wave *wave = fresh_wave();
        snprintf(line, sizeof line, "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 6, 2), %d", mode);
        step(wave, line);
        set_double(wave, 2, 0x1p-1074);
        set_double(wave, 4, 0x1p100);
        step(wave, "v_mul_f64 v[0:1], v[2:3], v[4:5]");
        assert_true(double_of(wave, 0, 63) == read[mode]);
        set_double(wave, 2, 0x1p-1022);
        step(wave, "v_mul_f64 v[0:1], v[2:3], 0.5");
        assert_true(double_of(wave, 0, 63) == written[mode]);
    }
}

/* The scale is part of the sum: 2^-144 and a little, in units of 2^-149. */
static void divisions_are_rounded_once(void **state)
{
    static const uint32_t expected[WAYS] = { 0x20, 0x21, 0x20, 0x20 };
    for (int way = 0; way < WAYS; way++) {
        sim_wave *wave = rounding(way);
        step(wave, "s_mov_b64 vcc, -1");
        set_float(wave, 1, 0x1p-80f);
        set_float(wave, 2, 1);
        set_float(wave, 3, 0x1p-103f);
        assert_int_equal(step(wave, "v_div_fmas_f32 v0, v1, v2, v3"), SIM_NEXT);
        assert_int_equal(wave->v[0][63], expected[way]);
        set_double(wave, 2, 1);
        set_double(wave, 4, -1);
        set_double(wave, 6, 0x1p-60);
        step(wave, "s_mov_b64 vcc, 0");
        assert_int_equal(step(wave, "v_div_fmas_f64 v[0:1], v[2:3], v[4:5], v[6:7]"), SIM_NEXT);
        assert_true(double_of(wave, 0, 63) == (way == 1 || way == 3 ? -1 + 0x1p-53 : -1));
    }
}

/* Floats in scalar registers are rounded, and their denormals read and written, as those of lanes are. */
static void scalars_have_modes(void **state)
{
    static const uint32_t sum[WAYS] = { 0x3f800000, 0x3f800001, 0x3f800000, 0x3f800000 };
    for (int way = 0; way < WAYS; way++) {
        sim_wave *wave = rounding(way);
        step(wave, "s_mov_b32 s4, 0x30000000");
        assert_int_equal(step(wave, "s_add_f32 s5, 1.0, s4"), SIM_NEXT);
        assert_int_equal(wave->s[5], sum[way]);
        step(wave, "s_mov_b32 s4, 0x01000001");
        step(wave, "s_cvt_f32_u32 s5, s4");
        assert_int_equal(wave->s[5], 0x4b800000 + (way == 1));
    }
    for (int mode = 0; mode < 4; mode++) {
        char line[64];
        sim_wave *wave = fresh_wave();
        snprintf(line, sizeof line, "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 4, 2), %d", mode);
        step(wave, line);
        step(wave, "s_mov_b32 s4, 0x80000010");
        step(wave, "s_mov_b32 s5, 0x7e800000");
        step(wave, "s_mul_f32 s6, s4, s5");
        assert_int_equal(wave->s[6], mode & 1 ? 0xb6000000 : 0x80000000);
        step(wave, "s_cmp_lt_f32 s4, 0");
        assert_int_equal(wave->s[SIM_SCC], mode & 1);
        step(wave, "s_mov_b32 s4, 0x80800000");
        step(wave, "s_mul_f32 s6, s4, 0.5");
        assert_int_equal(wave->s[6], mode & 2 ? 0x80400000 : 0x80000000);
    }
}

const struct CMUnitTest mode_tests[] = {
    cmocka_unit_test(singles_are_rounded),        cmocka_unit_test(halves_are_rounded),
    cmocka_unit_test(doubles_are_rounded),        cmocka_unit_test(pairs_are_rounded),
    cmocka_unit_test(types_are_rounded_apart),    cmocka_unit_test(denormals_of_singles),
    cmocka_unit_test(denormals_of_halves),        cmocka_unit_test(denormals_of_doubles),
    cmocka_unit_test(divisions_are_rounded_once), cmocka_unit_test(scalars_have_modes),
};
const size_t num_mode_tests = sizeof mode_tests / sizeof mode_tests[0];
