/* Which instruction levels this build holds, and which of them the processor has. */
#include "cpu_level.h"

#include <string.h>

const uint8_t cpu_dtype_bytes[EXPOPS_DTYPE_COUNT] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) bytes,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
};

#ifdef CPU_X86_LEVELS
#include <cpuid.h>

#define LEVEL(name) extern const cpu_level cpu_level_##name;
CPU_X86_LEVELS
#undef LEVEL
#define LEVEL(name) &cpu_level_##name,
const cpu_level *const cpu_levels[] = { CPU_X86_LEVELS };
#undef LEVEL

/* Not every compiler's builtin knows it. */
static int has_f16c(void)
{
    unsigned a, b, c, d;

    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

static int has_number(char number)
{
    __builtin_cpu_init();
    switch (number) {
    case '2':
        return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("ssse3");
    case '3':
        return has_number('2') && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && has_f16c();
    default:
        return has_number('3') && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
    }
}

static int has(const cpu_level *level)
{
    return has_number(level->name[strlen("x86-64-v")]);
}
#else
extern const cpu_level cpu_level_base;
const cpu_level *const cpu_levels[] = { &cpu_level_base };

static int has(const cpu_level *level)
{
    return 1;
}
#endif

const uint32_t cpu_num_levels = sizeof(cpu_levels) / sizeof(cpu_levels[0]);

const cpu_level *cpu_level_choose(const char *wanted, uint32_t *out_index)
{
    for (uint32_t i = cpu_num_levels; i-- > 0;)
        if (has(cpu_levels[i]) && (!wanted || !strcmp(wanted, cpu_levels[i]->name))) {
            *out_index = i;
            return cpu_levels[i];
        }
    return NULL;
}
