/* Global, local and private memory: values, and accesses that must not be. */
#include "instruction.h"
#include <string.h>

/* v[2:3] holds the address of the lane's word. */
static sim_wave *with_addresses(void)
{
    sim_wave *wave = fresh_wave();
    for (int lane = 0; lane < SIM_LANES; lane++) {
        const uint64_t address = (uint64_t)(uintptr_t)(live_memory + lane);
        wave->v[2][lane] = (uint32_t)address;
        wave->v[3][lane] = (uint32_t)(address >> 32);
        wave->v[4][lane] = 4 * (uint32_t)lane;
        live_memory[lane] = 0x80ff0000u + (uint32_t)lane;
    }
    wave->s[0] = (uint32_t)(uintptr_t)live_memory;
    wave->s[1] = (uint32_t)((uint64_t)(uintptr_t)live_memory >> 32);
    return wave;
}

static void global_words(void **state)
{
    sim_wave *wave = with_addresses();
    step(wave, "global_load_dword v0, v[2:3], off");
    assert_int_equal(wave->v[0][63], 0x80ff003f);
    step(wave, "global_load_dword v0, v4, s[0:1]");
    assert_int_equal(wave->v[0][9], 0x80ff0009);
    step(wave, "global_load_sshort v0, v[2:3], off offset:2");
    assert_int_equal(wave->v[0][1], 0xffff80ff);
    step(wave, "global_load_ubyte v0, v[2:3], off");
    assert_int_equal(wave->v[0][63], 63);
    set_all(wave, 0, 0x11112222);
    step(wave, "global_load_short_d16_hi v0, v[2:3], off");
    assert_int_equal(wave->v[0][5], 0x00052222);
    step(wave, "global_load_sbyte_d16_hi v0, v[2:3], off offset:2");
    assert_int_equal(wave->v[0][5], 0xffff2222);
    step(wave, "global_load_sbyte_d16 v0, v[2:3], off offset:3");
    assert_int_equal(wave->v[0][5], 0xffffff80);
    set_all(wave, 0, 0x11112222);
    step(wave, "global_load_d16_u8 v0, v[2:3], off");
    assert_int_equal(wave->v[0][5], 0x11110005);
    set_all(wave, 1, 0xabcd1234);
    step(wave, "global_store_short_d16_hi v[2:3], v1, off");
    assert_int_equal(live_memory[5], 0x80ffabcd);
    step(wave, "s_load_dwordx2 s[4:5], s[0:1], 0x8");
    assert_true(wave->s[4] == live_memory[2] && wave->s[5] == live_memory[3]);
}

static void outside(void **state)
{
    sim_wave *wave = with_addresses();
    assert_int_equal(step(wave, "global_load_dwordx2 v[0:1], v[2:3], off"), SIM_ERROR); /* the last lane's */
    assert_non_null(strstr(wave->error, "lane 63"));
    wave = with_addresses();
    assert_int_equal(step(wave, "global_store_dword v[2:3], v1, off offset:-4"), SIM_ERROR); /* the first lane's */
    assert_non_null(strstr(wave->error, "lane 0"));
    wave = with_addresses();
    assert_int_equal(step(wave, "global_load_dword v0, v[2:3], off offset:2"), SIM_ERROR); /* not aligned */
    wave = with_addresses();
    wave->s[SIM_EXEC + 1] &= 0x7fffffff; /* without the last lane all is well */
    assert_int_equal(step(wave, "global_load_dwordx2 v[0:1], v[2:3], off"), SIM_NEXT);
}

static void atomics(void **state)
{
    sim_wave *wave = with_addresses();
    for (int lane = 0; lane < SIM_LANES; lane++)
        memcpy(&wave->v[2][lane], &(uint32_t){ (uint32_t)(uintptr_t)live_memory }, 4);
    live_memory[0] = 100;
    set_all(wave, 5, 2);
    step(wave, "global_atomic_add v[2:3], v5, off");
    assert_int_equal(live_memory[0], 100 + 2 * 64);
    step(wave, "global_atomic_add v0, v[2:3], v5, off glc");
    assert_true(wave->v[0][0] == 228 && wave->v[0][1] == 230);
    live_memory[0] = ~0u;
    live_memory[1] = 0;
    set_all64(wave, 6, 1);
    step(wave, "global_atomic_add_x2 v[2:3], v[6:7], off");
    assert_true(live_memory[0] == 63 && live_memory[1] == 1);
    set_all(wave, 5, (uint32_t)-5);
    step(wave, "global_atomic_smin v[2:3], v5, off");
    assert_int_equal(live_memory[0], (uint32_t)-5);
    step(wave, "global_atomic_umin v[2:3], v6, off");
    assert_int_equal(live_memory[0], 1);
    step(wave, "global_atomic_max_u32 v[2:3], v5, off"); /* names of gfx11 */
    assert_int_equal(live_memory[0], (uint32_t)-5);
    step(wave, "global_atomic_sub_u64 v[2:3], v[6:7], off");
    assert_true(live_memory[0] == (uint32_t)-69 && live_memory[1] == 1);
    set_float(wave, 5, 0.5f);
    live_memory[0] = 0;
    step(wave, "global_atomic_add_f32 v[2:3], v5, off");
    assert_int_equal(live_memory[0], sim_bits(32));
}

static void local_words(void **state)
{
    sim_wave *wave = with_addresses();
    set_all(wave, 1, 7);
    step(wave, "ds_write_b32 v4, v1");
    step(wave, "ds_read_b32 v0, v4");
    assert_int_equal(wave->v[0][63], 7);
    set_all(wave, 6, 0);
    step(wave, "ds_write2_b32 v6, v1, v4 offset0:1 offset1:2");
    step(wave, "ds_read2_b32 v[8:9], v6 offset0:1 offset1:2");
    assert_true(wave->v[8][0] == 7 && wave->v[9][0] == 252); /* the last lane wrote last */
    set_all(wave, 6, LOCAL_BYTES - 4);
    assert_int_equal(step(wave, "ds_read_b64 v[0:1], v6"), SIM_ERROR);
    assert_non_null(strstr(wave->error, "local memory"));
}

static void banks(void **state)
{
    simulator_counts counts = { .bytes = 0 };
    sim_wave *wave = with_addresses();
    simulator_launch counting = *wave->group->launch;
    counting.counts = &counts;
    wave->group->launch = &counting;
    step(wave, "ds_read_b32 v0, v4"); /* each lane its own word: twice 32 */
    assert_true(wave->group->local_passes == 2 && wave->group->local_clocks == 2);
    step(wave, "v_lshlrev_b32_e32 v5, 2, v4");
    step(wave, "s_mov_b64 exec, 0xffff");
    step(wave, "ds_read_b32 v0, v5"); /* every fourth word: 8 banks for 16 lanes */
    assert_true(wave->group->local_passes == 3 && wave->group->local_clocks == 4);
    step(wave, "ds_read_b128 v[0:3], v5"); /* 8 lanes at once */
    assert_true(wave->group->local_passes == 5 && wave->group->local_clocks == 6);
    set_all(wave, 5, 64);
    step(wave, "ds_read_b32 v0, v5"); /* all the same word */
    assert_true(wave->group->local_passes == 6 && wave->group->local_clocks == 7);
}

static void races(void **state)
{
    sim_wave *wave = with_addresses();
    assert_int_equal(step(wave, "ds_write_b32 v4, v1"), SIM_NEXT);
    wave->number = 1; /* another wave of the group */
    assert_int_equal(step(wave, "ds_read_b32 v0, v4"), SIM_ERROR);
    assert_non_null(strstr(wave->error, "race"));
    wave->group->epoch++; /* a barrier */
    assert_int_equal(step(wave, "ds_read_b32 v0, v4"), SIM_NEXT);
    wave->number = 0;
    assert_int_equal(step(wave, "ds_read_b32 v0, v4"), SIM_NEXT); /* both may read */
    assert_int_equal(step(wave, "ds_write_b32 v4, v1"), SIM_ERROR);
}

/* Groups are never ordered: bytes beside each other are their own, one byte is nobody's but by atomics. */
static void races_of_groups(void **state)
{
    sim_wave *wave = with_addresses();
    wave->group->touches = sim_touches_create();
    assert_non_null(wave->group->touches);
    wave->s[SIM_EXEC] = 1;
    wave->s[SIM_EXEC + 1] = 0;
    assert_int_equal(step(wave, "global_load_ubyte v0, v[2:3], off"), SIM_NEXT);
    assert_int_equal(step(wave, "global_store_byte v[2:3], v1, off offset:1"), SIM_NEXT);
    assert_int_equal(step(wave, "global_load_ubyte v0, v[2:3], off offset:1"), SIM_NEXT); /* its own */
    wave->group->number = 5;
    assert_int_equal(step(wave, "global_load_ubyte v0, v[2:3], off"), SIM_NEXT); /* both read */
    assert_int_equal(step(wave, "global_store_byte v[2:3], v1, off offset:2"), SIM_NEXT);
    assert_int_equal(step(wave, "global_load_ushort v0, v[2:3], off"), SIM_ERROR);
    assert_non_null(strstr(wave->error, "race with group 0, which wrote byte"));
    assert_int_equal(step(wave, "global_store_byte v[2:3], v1, off offset:1"), SIM_ERROR);
    assert_int_equal(step(wave, "global_store_byte v[2:3], v1, off"), SIM_ERROR); /* read by both */
    assert_non_null(strstr(wave->error, "which touched byte"));
    assert_int_equal(step(wave, "global_atomic_add v[2:3], v5, off"), SIM_NEXT);
    sim_touches_free(wave->group->touches);
}

static void private_words(void **state)
{
    sim_wave *wave = with_addresses();
    wave->s[3] = SIM_POISON;
    step(wave, "v_mov_b32_e32 v5, 4");
    assert_int_equal(step(wave, "buffer_store_dword v4, off, s[0:3], 0 offset:4"), SIM_NEXT);
    assert_int_equal(step(wave, "buffer_load_dword v0, v5, s[0:3], 0 offen"), SIM_NEXT);
    assert_true(wave->v[0][1] == 4 && wave->v[0][63] == 252); /* each lane has its own */
    assert_int_equal(step(wave, "buffer_store_dword v4, off, s[0:3], 0 offset:16"), SIM_ERROR);
}

/* Newer chips: an offset of each lane, one of all, or neither. */
static void scratch_words(void **state)
{
    sim_wave *wave = with_addresses();
    wave->s[32] = 4;
    step(wave, "v_mov_b32_e32 v5, 8");
    assert_int_equal(step(wave, "scratch_store_b64 off, v[4:5], s32"), SIM_NEXT);
    assert_int_equal(step(wave, "scratch_load_b32 v0, off, off offset:4"), SIM_NEXT);
    assert_true(wave->v[0][1] == 4 && wave->v[0][63] == 252);
    assert_int_equal(step(wave, "scratch_load_dword v0, v5, off"), SIM_NEXT);
    assert_int_equal(wave->v[0][63], 8);
    assert_int_equal(step(wave, "scratch_load_d16_u8 v0, v5, s32 offset:-4"), SIM_NEXT);
    assert_int_equal(wave->v[0][63], 8);
    assert_int_equal(step(wave, "scratch_store_b32 v5, v4, s32 offset:4"), SIM_ERROR); /* byte 16 */
    assert_int_equal(step(wave, "scratch_store_b32 off, v4, s32 offset:-8"), SIM_ERROR);
}

static void unknown(void **state)
{
    sim_instruction in;
    assert_true(sim_parse("v_mfma_f32_32x32x8f16 a[0:15], v[0:1], v[2:3], a[0:15]", &in));
    assert_null(in.row);
}

const struct CMUnitTest memory_tests[] = {
    cmocka_unit_test(global_words),  cmocka_unit_test(outside),       cmocka_unit_test(atomics),
    cmocka_unit_test(local_words),   cmocka_unit_test(banks),         cmocka_unit_test(races),
    cmocka_unit_test(private_words), cmocka_unit_test(scratch_words), cmocka_unit_test(races_of_groups),
    cmocka_unit_test(unknown),
};
const size_t num_memory_tests = sizeof memory_tests / sizeof memory_tests[0];
