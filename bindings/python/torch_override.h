/* ATen's operators answered by this library's: what is known of each. */
#ifndef PYTHON_TORCH_OVERRIDE_H
#define PYTHON_TORCH_OVERRIDE_H

#include <stdatomic.h>
#include "function.h"
#include "torch_symbols.h"

enum { MAX_OVERRIDES = 3072, MAX_BOXED = 2048 };

enum override_form { FORM_FUNCTIONAL, FORM_IN_PLACE, FORM_OUT };

/* What an argument of ATen's is on the stack of a boxed kernel. An optional one is there as NULL or by its address. */
enum override_kind {
    ARGUMENT_TENSOR,
    ARGUMENT_REAL,
    ARGUMENT_INT,
    ARGUMENT_BOOL,
    ARGUMENT_WORD,
    ARGUMENT_DTYPE,
    ARGUMENT_INTS,
    ARGUMENT_TENSORS,
    ARGUMENT_UNSET, /* a flag that ours has not: where it is set, the call is none for us */
    ARGUMENT_OPTIONAL = 16
};

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
    uint32_t form;
    uint32_t global; /* on the backend's key, for every thread; else on the scopes' key */
    uint32_t num_args;
    uint8_t kinds[MAX_ARGUMENTS];
    uint8_t parameters[MAX_ARGUMENTS]; /* of the operator; num_parameters is the output */
    PyObject *native;                  /* what answers instead, for kernels called through Python */
    _Atomic uint64_t num_calls, num_passed[NUM_PASSED];
} override;

extern override overrides[MAX_OVERRIDES];

/* The set of overrides that a scope, or enable(), turns on. Lives as long as the process. */
typedef struct override_set {
    uint64_t bits[MAX_OVERRIDES / 64];
} override_set;

/* Whether the override answers in this thread now. */
int override_is_on(const override *o);
/* Keys of torch's dispatcher, as numbers: of the scopes, and of the kernels that enable() covers. */
extern uint16_t override_scope_key, override_native_key;

/* Why the library's refusal makes a call go on. */
uint32_t override_reason_of(expops_status status);
/* Answers for the override, or lets ATen's kernel do it. */
void override_answer(override *o, torch_value *stack);
/* Boxed kernel for override `index` below MAX_BOXED. */
torch_kernel override_boxed(uint32_t index);

/* Functions of the module; see expops/torch.py. */
PyObject *scope_make_set(PyObject *self, PyObject *indices);
PyObject *scope_enter(PyObject *self, PyObject *set);
PyObject *scope_leave(PyObject *self, PyObject *token);
PyObject *scope_enable(PyObject *self, PyObject *set);

int torch_add(PyObject *module);

#endif
