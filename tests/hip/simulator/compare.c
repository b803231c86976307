/* v_cmp_*, v_cmpx_*, s_cmp_*: a condition over a type. */
#include "mode.h"
#include <math.h>
#include <string.h>

typedef uint64_t condition(const sim_lanes *a, const sim_lanes *b, int n);

#define CONDITION(name, m, T, expression) \
    static uint64_t name(const sim_lanes *a, const sim_lanes *b, int n) \
    { \
        uint64_t mask = 0; \
        for (int lane = 0; lane < n; lane++) { \
            const T x = (T)a->m[lane], y = (T)b->m[lane]; \
            mask |= (uint64_t)(expression) << lane; \
        } \
        return mask; \
    }
#define ORDERED(type, m, T) \
    CONDITION(type##_lt, m, T, x < y) \
    CONDITION(type##_eq, m, T, x == y) \
    CONDITION(type##_le, m, T, x <= y) \
    CONDITION(type##_gt, m, T, x > y) \
    CONDITION(type##_lg, m, T, x<y || x> y) \
    CONDITION(type##_ge, m, T, x >= y)
#define UNORDERED(type, m, T) \
    ORDERED(type, m, T) \
    CONDITION(type##_o, m, T, x == x && y == y) \
    CONDITION(type##_u, m, T, x != x || y != y) \
    CONDITION(type##_nge, m, T, !(x >= y)) \
    CONDITION(type##_nlg, m, T, !(x < y || x > y)) \
    CONDITION(type##_ngt, m, T, !(x > y)) \
    CONDITION(type##_nle, m, T, !(x <= y)) \
    CONDITION(type##_neq, m, T, !(x == y)) \
    CONDITION(type##_nlt, m, T, !(x < y))

UNORDERED(f32, f, float)
UNORDERED(f64, d, double)
ORDERED(i32, w, int32_t)
ORDERED(u32, w, uint32_t)
ORDERED(i64, q, int64_t)
ORDERED(u64, q, uint64_t)
ORDERED(i16, w, int16_t)
ORDERED(u16, w, uint16_t)

static const struct {
    const char *type, *condition;
    condition *function;
} conditions[] = {
#define ROWS(type, from) \
    { #type, "lt", from##_lt }, { #type, "eq", from##_eq }, { #type, "le", from##_le }, { #type, "gt", from##_gt }, \
        { #type, "lg", from##_lg }, { #type, "ne", from##_lg }, { #type, "ge", from##_ge },
#define MORE(type, from) \
    ROWS(type, from){ #type, "o", from##_o }, { #type, "u", from##_u }, { #type, "nge", from##_nge }, \
        { #type, "nlg", from##_nlg }, { #type, "ngt", from##_ngt }, { #type, "nle", from##_nle }, \
        { #type, "neq", from##_neq }, { #type, "nlt", from##_nlt },
    MORE(f32, f32) MORE(f64, f64) MORE(f16, f32) ROWS(i32, i32) ROWS(u32, u32) ROWS(i64, i64) ROWS(u64, u64)
        ROWS(i16, i16) ROWS(u16, u16)
};

/* Which of ten classes a number belongs to, as a bit: signaling and quiet NaN, -inf, -normal, -denormal, -0, and up. */
static uint32_t class_of(double x, double smallest)
{
    static const int by_magnitude[] = { 5, 4, 3, 2 };
    if (isnan(x))
        return 1u << 1; /* a NaN that was read is quiet */
    const int magnitude = x == 0 ? 0 : fabs(x) < smallest ? 1 : isinf(x) ? 3 : 2;
    return 1u << (signbit(x) ? by_magnitude[magnitude] : 11 - by_magnitude[magnitude]);
}

static uint64_t class_mask(const sim_lanes *value, const sim_lanes *classes, char type, int n)
{
    uint64_t mask = 0;
    for (int lane = 0; lane < n; lane++) {
        const double x = type == 'd' ? value->d[lane] : (double)value->f[lane];
        const double smallest = type == 'd' ? 0x1p-1022 : type == 'h' ? 0x1p-14 : 0x1p-126;
        mask |= (uint64_t)((class_of(x, smallest) & classes->w[lane]) != 0) << lane;
    }
    return mask;
}

enum { TO_REGISTER = 1, TO_EXEC = 2, CLASS = 4 };

static int compare_lanes(sim_wave *wave, const sim_instruction *in)
{
    sim_instruction shifted = *in;
    sim_lanes a = { 0 }, b = { 0 };
    const char type = in->row->types[0];
    const int flag = in->row->flag, first = in->num_operands == 3;
    if (!first) { /* v_cmpx of newer chips names no result */
        shifted.operand[2] = in->operand[1];
        shifted.operand[1] = in->operand[0];
    }
    const uint32_t mode = wave->mode;
    if (flag & CLASS)
        wave->mode = SIM_MODE_USUAL; /* denormals are a class */
    sim_read(wave, &shifted, 1, type, wave->lanes, &a);
    wave->mode = mode;
    sim_read(wave, &shifted, 2, flag & CLASS ? 'w' : type, wave->lanes, &b);
    const uint64_t found =
        flag & CLASS ? class_mask(&a, &b, type, wave->lanes) : ((condition *)in->row->function)(&a, &b, wave->lanes);
    const uint64_t mask = found & sim_exec(wave);
    if (first)
        sim_set_mask(wave, in->operand, mask);
    if (flag & TO_EXEC)
        sim_set_mask(wave, &sim_exec_mask, mask);
    return SIM_NEXT;
}

static int compare_scalars(sim_wave *wave, const sim_instruction *in)
{
    sim_lanes a = { 0 }, b = { 0 };
    const int wide = in->row->types[0] == 'q';
    a.q[0] = wide ? sim_scalar64(wave, in->operand) : sim_scalar32(wave, in->operand);
    b.q[0] = wide ? sim_scalar64(wave, in->operand + 1) : sim_scalar32(wave, in->operand + 1);
    if (sim_flushes_sources(wave, in->row->types[0])) {
        sim_flush_lanes(in->row->types[0], 1, &a);
        sim_flush_lanes(in->row->types[0], 1, &b);
    }
    if (in->name[5] == 'k') /* s_cmpk_: a constant of 16 bits, with a sign where numbers have one */
        b.w[0] = strstr(in->name, "_i32") ? (uint32_t)(int32_t)(int16_t)b.w[0] : b.w[0] & 0xffff;
    wave->s[SIM_SCC] = (uint32_t)((condition *)in->row->function)(&a, &b, 1);
    return SIM_NEXT;
}

static const char *letter_of(const char *type)
{
    static const char *const letters[][2] = {
        { "f32", "f" }, { "f64", "d" }, { "f16", "h" }, { "i32", "w" }, { "u32", "w" },
        { "i64", "q" }, { "u64", "q" }, { "i16", "s" }, { "u16", "s" },
    };
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (!strcmp(letters[i][0], type))
            return letters[i][1];
    return NULL;
}

int sim_identify_compare(sim_instruction *in)
{
    char word[16], type[8];
    const int constant = !strncmp(in->name, "s_cmpk_", 7);
    const int scalar = constant || !strncmp(in->name, "s_cmp_", 6), vector = !strncmp(in->name, "v_cmp_", 6);
    const int both = !strncmp(in->name, "v_cmpx_", 7);
    const char *rest = in->name + (both || constant ? 7 : 6), *cut = strrchr(in->name, '_');
    if ((!scalar && !vector && !both) || cut < rest || (size_t)(cut - rest) >= sizeof word || strlen(cut) > 4)
        return 0;
    memcpy(word, rest, (size_t)(cut - rest));
    word[cut - rest] = 0;
    strcpy(type, cut + 1);
    if (!letter_of(type))
        return 0;
    in->own = (sim_row){ in->name, scalar ? compare_scalars : compare_lanes, letter_of(type), NULL,
                         TO_REGISTER | (both ? TO_EXEC : 0) };
    if (!strcmp(word, "class")) {
        in->own.flag |= CLASS;
        return 1;
    }
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
        if (!strcmp(conditions[i].type, type) && !strcmp(conditions[i].condition, word)) {
            in->own.function = (const void *)conditions[i].function;
            return 1;
        }
    return 0;
}
