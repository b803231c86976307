/* Operators that move elements, found in the registry, by calls at random that each of them accepts. */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "session.h"

enum { MAX_MOVERS = 256, TRIES = 3000, MAX_FINDINGS = 25 };

static const test_reference *reference_of(const expops_operator *op)
{
    return test_reference_find(op->name);
}

/* Nothing is computed, or the file says from where elements come. */
static int moves(const expops_operator *op)
{
    return op->arithmetic == EXPOPS_ARITHMETIC_BITS || op->arithmetic == EXPOPS_ARITHMETIC_MOVES ||
           (reference_of(op) && reference_of(op)->move);
}

static int is_judged(const expops_operator *op)
{
    const test_reference *reference = reference_of(op);
    return reference && (reference->move || test_is_elementwise(op));
}

static size_t find_movers(const char *only, const expops_operator **movers, fuzz_counts *counts)
{
    size_t count = 0;
    for (size_t i = 0; i < expops_operator_count() && count < MAX_MOVERS; i++) {
        const expops_operator *op = expops_operator_at(i);
        if (!moves(op) || (only && strcmp(op->name, only) != 0))
            continue;
        movers[count++] = op;
        if (!is_judged(op)) {
            printf("%s moves elements, and no MOVE_REFERENCE in its file says from where\n", op->name);
            counts->findings++;
        }
    }
    return count;
}

int fuzz_draw_accepted(fuzz_stream *stream, const expops_operator *op, fuzz_call *call)
{
    for (int i = 0; i < TRIES; i++) {
        fuzz_draw_of(stream, op, call);
        if (fuzz_accepted(call))
            return 1;
    }
    return 0;
}

int fuzz_moves(expops_device *device, const char *only, uint64_t calls, uint64_t seed, fuzz_counts *counts)
{
    const expops_operator *movers[MAX_MOVERS];
    const size_t count = find_movers(only, movers, counts);
    fuzz_call call;
    if (!count) {
        printf("skipped: there is no operator %s that moves elements\n", only ? only : "");
        return TEST_EXIT_SKIP;
    }
    for (uint64_t i = 0; i < calls && counts->findings < MAX_FINDINGS; i++) {
        fuzz_stream stream = { .random = { fuzz_mix(fuzz_mix(seed) + i) } };
        if (!fuzz_draw_accepted(&stream, movers[i % count], &call)) {
            printf("%s accepts none of %d calls at random\n", movers[i % count]->name, TRIES);
            counts->findings++;
            continue;
        }
        fuzz_watch(&call);
        fuzz_differential(&stream, &call, device, counts);
        fuzz_watch(NULL);
    }
    printf("%llu calls of %zu operators that move elements from seed %llu, %llu refused for their outputs, %llu "
           "findings\n",
           (unsigned long long)counts->calls, count, (unsigned long long)seed, (unsigned long long)counts->refused,
           (unsigned long long)counts->findings);
    return counts->findings || !counts->calls;
}
