/* Elements that sums, products and quotients of rows go wrong with. */
#include <math.h>

#include "rows.h"

const char *rows_kind_name(enum rows_kind kind)
{
    static const char *const names[] = { "even", "magnitudes", "huge", "alternating", "near one", "descending" };
    return names[kind];
}

typedef struct row {
    enum rows_kind kind;
    int64_t n, special; /* where the huge one is */
    long double low, high, before;
    test_random *random;
} row;

static long double element(row *r, int64_t k)
{
    const long double even = test_random_in(r->random, r->low, r->high);
    const long double apart = ldexpl(1, -(int)test_random_below(r->random, 24));
    switch (r->kind) {
    case ROWS_MAGNITUDES:
        return even * apart;
    case ROWS_HUGE:
        return k == r->special ? r->high : even / 4096;
    case ROWS_ALTERNATING:
        return k & 1 ? -r->before * (1 + apart / 1024) : even;
    case ROWS_NEAR_ONE:
        return 1 + test_random_in(r->random, -2, 2) / sqrtl((long double)r->n);
    case ROWS_DESCENDING:
        return even * exp2l(-20 * (long double)k / (long double)r->n);
    default:
        return even;
    }
}

void rows_fill(test_array *array, const expops_samples *range, enum rows_kind kind, test_random *random)
{
    const int64_t n = array->ndim ? array->shape[array->ndim - 1] : 1, numel = test_array_numel(array);
    row r = {
        .kind = kind, .n = n, .low = (long double)range->low, .high = (long double)range->high, .random = random
    };
    for (int64_t k = 0; k < numel; k++) {
        if (k % n == 0)
            r.special = (int64_t)test_random_below(random, (uint64_t)n);
        r.before = element(&r, k % n);
        test_array_set(array, array->first + k, (test_value){ test_round(array->dtype, r.before), 0 });
    }
}
