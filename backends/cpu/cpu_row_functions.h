/* An operator's functions over rows, compiled as cpu_instance.h says. */
#ifndef CPU_ROW_FUNCTIONS_H
#define CPU_ROW_FUNCTIONS_H

#include "cpu_instance.h"

enum { CPU_MOST_FOLDED = 256, CPU_MOST_CHAINED = 64 };

typedef struct cpu_term_functions cpu_term_functions; /* cpu_term_functions.h */

/* The left side of a product: `rows` rows `step` elements apart, or, where step is 1, a panel of them: of each element
 * product_rows rows' side by side. */
typedef struct cpu_left {
    const void *data;
    int64_t step, rows;
} cpu_left;

/* Of inputs row r begins r times so many elements behind the first as `steps` says. `accs` are as many as there are rows, or
 * columns. */
struct cpu_row_functions {
    uint32_t acc_bytes;
    uint32_t num_numbers;
    uint32_t picks; /* accumulators are one of the elements, and nothing is rounded */
    void (*identity)(void *accs, size_t n);
    /* Accumulator r takes the n elements of row r. */
    void (*reduce)(void *accs, size_t rows, size_t n, const void *const *in, const int64_t *steps,
                   const void *const *numbers);
    /* Windows, else NULL. One accumulator takes others, from 1 to CPU_MOST_FOLDED, or runs of n elements, of all together at most
     * CPU_MOST_CHAINED and one or more; or accumulator i element i of each row. A run or a row begins so many elements behind
     * `in` as `begins` says. */
    void (*fold)(void *acc, const void *others, size_t n);
    /* The same of n accumulators: accumulator i becomes those of a run, the `apart` * i th; the first of `others` is number
     * `first`. */
    void (*folds)(void *accs, size_t n, const void *others, int64_t first, const cpu_stretch *runs, size_t apart);
    void (*chain)(void *acc, size_t runs, size_t n, const void *in, const int64_t *begins);
    void (*listed)(void *accs, size_t n, size_t rows, const void *in, const int64_t *begins);
    /* Accumulator i takes element i of each row. */
    void (*columns)(void *accs, size_t n, size_t rows, const void *const *in, const int64_t *steps,
                    const void *const *numbers);
    /* The same where the second of two inputs has one element for each row, or NULL. */
    void (*columns_by)(void *accs, size_t n, size_t rows, const void *const *in, const int64_t *steps,
                       const void *const *numbers);
    void (*combine)(void *accs, const void *others, size_t n);
    /* Accumulators become as many fewer as `each` says: neighbours are combined. */
    void (*join)(void *accs, size_t n, size_t each);
    void (*finish)(void *out, const void *accs, size_t n, int64_t length, const void *const *numbers);
    uint32_t multiplies; /* the text says XK_PRODUCT */
    /* Of such a text over f32 or f64, else NULL: adds a product to product_rows x product_columns accumulators, whose rows lie
     * `step` apart, or, unless it adds, makes them of it. The right side is a panel: n times product_columns elements. */
    void (*product)(void *accs, size_t step, const cpu_left *left, const void *right, size_t n, int adds);
    uint32_t product_rows, product_columns;
    /* Maps: what all elements of a row share is worked out once, before the first of them. */
    void (*settle)(void *accs, size_t n, int64_t length, const void *const *numbers);
    /* Maps whose text has XK_KEEPS_TERMS, else NULL. */
    const cpu_term_functions *terms;
    /* With the accumulator of the row, or of the column. */
    void (*map)(void *out, int64_t out_step, size_t rows, size_t n, const void *const *in, const int64_t *steps,
                const void *accs, uint32_t by_columns);
};

#endif
