/* Functions of maps whose text has XK_KEEPS_TERMS, over rows or columns that stay at hand. */
#ifndef CPU_TERM_FUNCTIONS_H
#define CPU_TERM_FUNCTIONS_H

#include <stddef.h>
#include <stdint.h>

enum { CPU_TERM_STATE = 5 /* elements, of each row or column */, CPU_FEW_BYTES = 64 /* of a row that `few` takes */ };

/* What `begin` makes of the first element, `peaks` takes on. Then each element's term is written where its result will be, and
 * summed; `join` makes the accumulators, before cpu_row_functions' `settle`; at last `map` makes terms results. Row r of `in` and `out`
 * begins r steps behind the first; the two may be the same. Of columns a row has n elements, one of each. */
struct cpu_term_functions {
    void (*begin)(void *states, size_t rows, const void *in, int64_t step);
    void (*peaks)(void *states, size_t rows, size_t n, const void *in, int64_t step);
    void (*write)(void *out, int64_t out_step, void *states, size_t rows, size_t n, const void *in, int64_t step);
    void (*join)(void *accs, const void *states, size_t rows);
    void (*map)(void *out, int64_t out_step, size_t rows, size_t n, const void *in, int64_t step, const void *accs);
    /* All of that for rows of no more than CPU_FEW_BYTES; NULL where the level has no vectors with masks. */
    void (*few)(void *out, int64_t out_step, size_t rows, size_t n, const void *in, int64_t step,
                const void *const *numbers);
    void (*columns_begin)(void *states, size_t n, const void *in);
    void (*columns_peaks)(void *states, size_t n, size_t rows, const void *in, int64_t step);
    void (*columns_write)(void *out, int64_t out_step, void *states, size_t n, size_t rows, const void *in,
                          int64_t step);
    void (*columns_join)(void *accs, const void *states, size_t n);
    void (*columns_map)(void *out, int64_t out_step, size_t n, size_t rows, const void *in, int64_t step,
                        const void *accs);
};

#endif
