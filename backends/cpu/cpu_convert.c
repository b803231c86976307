/* Conversion of elements by way of the arithmetic: loaded as what the one type is computed in, made what the other is computed in,
 * and stored. So there are a few functions for each type, and not one for each two. */
#include "cpu_level.h"

enum { CPU_CHUNK_BYTES = 1024 }; /* of what is between two steps; on the stack, which may be small */

typedef struct chain {
    cpu_convert_fn *step[3];
    uint32_t steps;
    uint32_t widest; /* bytes of an element between steps */
} chain;

/* The type that a class computes in, as it lies in memory. */
static const int32_t own[CPU_CLASSES] = {
    [EXPOPS_COMPUTE_F32] = EXPOPS_DTYPE_F32, [EXPOPS_COMPUTE_F64] = EXPOPS_DTYPE_F64,
    [EXPOPS_COMPUTE_I32] = EXPOPS_DTYPE_I32, [EXPOPS_COMPUTE_I64] = EXPOPS_DTYPE_I64,
    [EXPOPS_COMPUTE_C64] = EXPOPS_DTYPE_C64, [EXPOPS_COMPUTE_C128] = EXPOPS_DTYPE_C128,
};
static const uint8_t class_of[EXPOPS_DTYPE_COUNT] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) EXPOPS_COMPUTE_##compute,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
};

static void add(chain *chain, cpu_convert_fn *step, int32_t becomes)
{
    chain->step[chain->steps++] = step;
    if (cpu_dtype_bytes[becomes] > chain->widest)
        chain->widest = cpu_dtype_bytes[becomes];
}

static void find(const cpu_level *level, int32_t to, int32_t from, chain *chain)
{
    const uint32_t class_to = class_of[to], class_from = class_of[from];
    const int at_once = class_to == EXPOPS_COMPUTE_F32 && level->to_f32[from];

    chain->steps = chain->widest = 0;
    if (at_once)
        add(chain, level->to_f32[from], EXPOPS_DTYPE_F32);
    else if (from != own[class_from])
        add(chain, level->load[from], own[class_from]);
    if (to == EXPOPS_DTYPE_BOOL) { /* is not made by way of an integer, which has no fractions */
        add(chain, level->truth[class_from], to);
        return;
    }
    if (class_to != class_from && !at_once)
        add(chain, level->cast[class_to][class_from], own[class_to]);
    if (to != own[class_to])
        add(chain, level->store[to], to);
}

static void convert_in_steps(const chain *chain, void *to, ptrdiff_t to_step, const void *from, ptrdiff_t from_step,
                             size_t n)
{
    _Alignas(64) char between[2][CPU_CHUNK_BYTES];

    for (uint32_t s = 0; s < chain->steps; s++) {
        const int last = s + 1 == chain->steps;
        void *const target = last ? to : between[s];
        chain->step[s](target, last ? to_step : 1, from, s ? 1 : from_step, n);
        from = target;
    }
}

void cpu_convert(const cpu_level *level, int32_t to_type, void *to, ptrdiff_t to_step, int32_t from_type,
                 const void *from, ptrdiff_t from_step, size_t n)
{
    const ptrdiff_t to_bytes = cpu_dtype_bytes[to_type], from_bytes = cpu_dtype_bytes[from_type];
    chain chain;

    if (to_type == from_type) {
        level->move[__builtin_ctz((unsigned)to_bytes)](to, to_step, from, from_step, n);
        return;
    }
    find(level, to_type, from_type, &chain);
    if (chain.steps == 1) {
        chain.step[0](to, to_step, from, from_step, n);
        return;
    }
    const size_t most = CPU_CHUNK_BYTES / chain.widest;
    for (size_t first = 0; first < n; first += most)
        convert_in_steps(&chain, (char *)to + (ptrdiff_t)first * to_step * to_bytes, to_step,
                         (const char *)from + (ptrdiff_t)first * from_step * from_bytes, from_step,
                         n - first < most ? n - first : most);
}
