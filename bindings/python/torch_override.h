/* ATen's operators answered by this library's: what is known of each. */
#ifndef PYTHON_TORCH_OVERRIDE_H
#define PYTHON_TORCH_OVERRIDE_H

#include <stdatomic.h>
#include "function.h"
#include "torch_symbols.h"

enum { MAX_OVERRIDES = 3072, MAX_BOXED = 2048 };

enum override_form { FORM_FUNCTIONAL, FORM_IN_PLACE, FORM_OUT };

/* Why a call went on to ATen's own kernel. */
enum override_reason {
    PASSED_DEVICE,  /* a device no backend serves, or a tensor without memory */
    PASSED_DTYPE,   /* an element type the operator does not take */
    PASSED_SHAPE,   /* shapes that do not fit, or an output that ATen would resize */
    PASSED_NUMBER,  /* a tensor without dimensions that may stand for a number, whose type would count differently */
    PASSED_OVERLAP, /* memory that overlaps */
    PASSED_OTHER,   /* anything else the library refused */
    NUM_PASSED
};

typedef struct override {
    char name[64], overload[48]; /* "aten::gelu", "out" */
    const function *function;
    uint32_t index; /* its own, among all */
    uint32_t form;
    uint32_t global; /* on the backend's key, for every thread; else on the scopes' key */
    uint32_t num_args;
    /* Of the operator; num_parameters is the output, and what is larger a flag that ours has not. */
    uint8_t parameters[MAX_ARGUMENTS];
    PyObject *native; /* what answers instead, for kernels called through Python */
    const void *op;   /* torch's entry for it; where kernels are boxed */
    /* ATen's, which a global one takes the place of: on a CPU and on a GPU. `native` holds them. */
    torch_kernel covered[2];
    /* Where calls may come unboxed: how C++ passes each argument, in how many words, and torch's function that goes on with them. */
    uint8_t passed_as[MAX_ARGUMENTS];
    uint32_t num_words;
    torch_unboxed redispatch;
    _Atomic uint64_t num_calls, num_passed[NUM_PASSED];
} override;

extern override overrides[MAX_OVERRIDES];

/* The set of overrides that a scope, or enable(), turns on. Lives as long as the process. */
typedef struct override_set {
    uint64_t bits[MAX_OVERRIDES / 64];
} override_set;

/* Whether the override answers in this thread now. */
int override_is_on(const override *o);
/* The scopes' key of torch's dispatcher. */
extern uint16_t override_scope_key;
extern uint64_t override_scope_bits; /* what a call's keys have of it */
/* The kernel for the device that a call is for, of those the keys name. Where there is none, torch's error is thrown. */
const torch_kernel *override_kernel_below(const void *op, uint64_t keys);
int override_is_of_gpu(uint64_t keys);

/* Why the library's refusal makes a call go on. */
uint32_t override_reason_of(expops_status status);
/* Answers for the override, or lets ATen's kernel do it. */
void override_answer(override *o, const void *op, uint64_t keys, torch_stack *stack);
/* Boxed kernel for override `index` below MAX_BOXED. */
torch_function override_boxed(uint32_t index);
/* For a variable that goes when a call, which has gone on with the scopes' key excluded, ends or throws. */
void override_end_exclusion(const int *unused);
/* The same for calls that come unboxed, NULL where there are none. */
torch_unboxed override_unboxed(uint32_t index);
void *override_answer_unboxed(override *o, const uintptr_t *words);
/* Fills in `passed_as` and what belongs to it, if `kinds` and `symbol` are of calls that may come unboxed. */
void override_take_unboxed(override *o, const char *kinds, size_t num_kinds, const char *symbol);

/* Fills in `op` and `covered`. */
void dispatch_find(override *o);
/* Registers a boxed kernel in a library of torch's. -1 with an exception set. */
int dispatch_register(PyObject *library, const char *name, torch_function function, torch_unboxed unboxed);

/* Functions of the module; see expops/torch.py. */
PyObject *dispatch_set_keys(PyObject *self, PyObject *keys);
PyObject *dispatch_make_library(PyObject *self, PyObject *space_and_key);
PyObject *dispatch_register_probe(PyObject *self, PyObject *args);
PyObject *dispatch_stack_is_known(PyObject *self, PyObject *none);
PyObject *probe_register_unboxed(PyObject *self, PyObject *args);
PyObject *probe_unboxed_is_known(PyObject *self, PyObject *none);
PyObject *scope_make_set(PyObject *self, PyObject *indices);
PyObject *scope_enable(PyObject *self, PyObject *set);
int scope_add_type(PyObject *module);

int torch_add(PyObject *module);

#endif
