/* An operator's function compiled for one element type, one choice and one instruction level: what the stubs define and
 * the drivers call. Arrays hold elements of type `store`, results of type `result`, both compact. A scalar argument is a
 * pointer to one value of the arithmetic's type (float, double, int32_t, int64_t or a pair). */
#ifndef CPU_INSTANCE_H
#define CPU_INSTANCE_H

#include <stddef.h>
#include <stdint.h>

typedef void cpu_pointwise_fn(size_t n, void *out, const void *const *in, uint32_t scalars);

/* A family's functions over rows: cpu_row_functions.h. */
typedef struct cpu_row_functions cpu_row_functions;

/* Operators of positions: out[i] = 0 or, where the function of first + i * step is true, one; `one` is an element of `bytes`
 * bytes. */
typedef void cpu_position_fn(size_t n, void *out, uint32_t bytes, const void *one, int64_t first, int64_t step);

/* A run as window functions give it, and what they are told beside the indices. */
typedef struct cpu_run {
    int64_t first, count, step;
} cpu_stretch;
typedef struct cpu_box {
    const int64_t *sizes, *around, *values;
    const int64_t *picked; /* one more index of each element, behind the others; or NULL */
    uint32_t indices;      /* without it */
} cpu_box;
enum { CPU_MAX_INDICES = 17 }; /* room in `at`: one behind those counted is the picked one */
#define CPU_ABSENT INT64_MIN
/* The run of dimension `walked` for the element at these indices. */
typedef void cpu_window_fn(const cpu_box *box, int walked, const int64_t *at, cpu_stretch *out_run);
/* For n elements, from the one at these indices on along index `along`: where its run starts, times `stride`, is added to each of
 * `before`, which `places` may be, or, where that is NULL, to the element's number times `step`; CPU_ABSENT where there is none. */
typedef void cpu_places_fn(const cpu_box *box, int walked, const int64_t *at, uint32_t along, size_t n, int64_t stride,
                           int64_t step, const int64_t *before, int64_t *places);

typedef struct cpu_instance {
    uint32_t family; /* expops_family */
    int32_t store, result;
    uint32_t num_arrays; /* arguments that are tensors; for rows those of xk_map, or what is lifted */
    uint32_t num_lifted; /* rows: the first so many of them are lifted */
    uint32_t num_args;
    uint32_t numbers;    /* pointwise: bit i where argument i is always a scalar */
    uint32_t one_scalar; /* pointwise: one more argument may be a scalar */
    cpu_pointwise_fn *pointwise;
    cpu_pointwise_fn *halves[2]; /* the same where arrays are of f16, and of bf16; NULL: they are converted first */
    cpu_position_fn *position;   /* in pointwise's place */
    const cpu_row_functions *rows;
    cpu_window_fn *window; /* windows; `rows` too where they are summed */
    cpu_places_fn *places;
} cpu_instance;

/* A row of the table that tools/write_stubs.c writes, sorted by name, store, choice, family, level. */
typedef struct cpu_table_row {
    const char *name;
    int32_t store;
    uint32_t choice;
    uint32_t num_choices;
    uint32_t level; /* index into cpu_levels */
    const cpu_instance *instance;
} cpu_table_row;

extern const cpu_table_row cpu_table[];
extern const size_t cpu_table_rows;

#endif
