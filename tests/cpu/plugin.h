/* The plugin alone, under a host of the test's own: signatures are written by hand and results compared element by element. */
#ifndef TEST_CPU_PLUGIN_H
#define TEST_CPU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include "expops/backend.h"
#include "expops/dtype.h"

enum { RANK = 6, OPERANDS = 5, NUMBERS = 2 };

/* Opens the plugin (its path is EXPOPS_TEST_CPU_PLUGIN), or fails the test. */
const expops_backend_api *plugin_api(void);
/* Asks the plugin once more who it is, as a rescan does. */
void plugin_ask_again(void);
/* What the last failing function said. */
const char *plugin_error(void);
/* A device of the level, opened once; NULL where this processor does not have it. */
extern const char *const plugin_levels[];
expops_backend_device *plugin_device(const char *level);
/* The same with the setting for the number of threads; the others have EXPOPS_TEST_CPU_THREADS's. */
expops_backend_device *plugin_device_threads(const char *threads);

/* Random numbers that are the same in every run. */
uint32_t random_next(void);
uint32_t random_below(uint32_t limit);

/* A tensor with guard zones around it, and memory between its elements that must not change. */
typedef struct tensor {
    int32_t dtype;
    int64_t strides[RANK];
    int64_t first; /* elements from the start of memory */
    char *memory;
    size_t bytes;
} tensor;

enum {
    LAYOUT_COMPACT = 0,
    LAYOUT_PERMUTED = 1,
    LAYOUT_GAPS = 2,
    LAYOUT_BACKWARDS = 4,
    LAYOUT_BROADCAST = 8, /* inputs only */
    LAYOUT_ANY = 15,
};
tensor tensor_make(int32_t dtype, const int64_t *shape, uint32_t rank, uint32_t layout);
void tensor_free(tensor *t);
double tensor_get(const tensor *t, int64_t element);
void tensor_set(tensor *t, int64_t element, double value);
/* Small whole numbers that every type holds, and their products too. */
int is_unsigned(int32_t dtype); /* bool, too */
void tensor_fill(tensor *t);

/* `value` as an element of type `dtype` holds it. */
double convert(double value, int32_t dtype);
size_t bytes_of(int32_t dtype);

typedef struct launch_case {
    const char *name;
    uint32_t family, compute;
    int32_t dtype, result;
    uint32_t choice;
    uint32_t rank, row_dims;
    int64_t shape[RANK];
    uint32_t num_tensors; /* the output first */
    tensor *tensors[OPERANDS];
    uint32_t num_numbers; /* after the tensors in kernel order */
    double numbers[NUMBERS];
    uint32_t number_first; /* the first number stands before the last tensor */
} launch_case;

/* Offers and launches; fails the test when the plugin declines or writes outside the output. Returns nothing: results are in
 * tensors[0]. `times` launches the same kernel again. */
void run_case(expops_backend_device *device, const launch_case *c);
/* A case that is offered once and launched often, by any thread; without checks. */
typedef struct prepared_case {
    expops_backend_device *device;
    expops_backend_kernel *kernel;
    expops_launch launch;
    expops_pointer pointers[OPERANDS];
    _Alignas(16) char params[NUMBERS * 16];
} prepared_case;
void prepare_case(expops_backend_device *device, const launch_case *c, prepared_case *out_prepared);
int32_t launch_prepared(prepared_case *prepared);
void forget_prepared(prepared_case *prepared);
/* What it offers, or NULL. */
expops_backend_kernel *ask_plugin(expops_backend_device *device, const expops_signature *signature);
/* Whether the plugin declines. */
int declines(expops_backend_device *device, const launch_case *c);
/* Elements from a tensor's first to the one at `index`. */
int64_t element_at(const tensor *t, const int64_t *index, uint32_t rank);
/* Next index in row-major order; 0 after the last. */
int next_index(int64_t *index, const int64_t *shape, uint32_t rank);

#endif
