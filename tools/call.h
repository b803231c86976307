/* A call of an operator put together from words: tensors from files or made up, numbers, attributes. */
#ifndef EXPOPS_TOOLS_CALL_H
#define EXPOPS_TOOLS_CALL_H

#include "command.h"
#include "operator.h"
#include "npy.h"

enum {
    CALL_MAX_PARAMETERS = 16,
    CALL_MAX_ITEMS = TOOL_MAX_POSITIONAL, /* of all lists of tensors */
    CALL_MAX_TENSORS = CALL_MAX_PARAMETERS + CALL_MAX_ITEMS,
    CALL_MESSAGE_BYTES = NPY_MESSAGE_BYTES
};

typedef struct call_tensor {
    npy_array array; /* data is the host's copy */
    int64_t strides[EXPOPS_MAX_RANK];
    expops_tensor view; /* of the host's copy, or of `memory` while the call is on a device */
    expops_pointer memory;
    size_t parameter; /* that it is of */
} call_tensor;

typedef struct call {
    const expops_operator *op;
    size_t count; /* parameters */
    expops_parameter_info parameters[CALL_MAX_PARAMETERS];
    expops_value values[CALL_MAX_PARAMETERS];
    call_tensor tensors[CALL_MAX_PARAMETERS]; /* used where the value is a tensor */
    call_tensor items[CALL_MAX_ITEMS];        /* of lists, one list after the other */
    const expops_tensor *item_views[CALL_MAX_ITEMS];
    size_t num_items;
    double complexes[CALL_MAX_PARAMETERS][2];
    int64_t integers[CALL_MAX_PARAMETERS][EXPOPS_MAX_RANK];
    expops_device *device; /* where the tensors are; NULL: nowhere yet */
    char message[CALL_MESSAGE_BYTES];
} call;

/* What a call gives: its results, and uninitialised memory for them on the call's device. */
typedef struct call_outputs {
    size_t count;
    expops_result results[EXPOPS_MAX_OUTPUTS];
    expops_tensor tensors[EXPOPS_MAX_OUTPUTS]; /* their shapes are the results' */
    expops_pointer memory[EXPOPS_MAX_OUTPUTS];
} call_outputs;

/* "tensor", "tensor or number", ... */
const char *call_kind_name(uint32_t kind);
/* Whether a word without a name may stand for this parameter. */
int call_is_positional(uint32_t kind);

/* Options that give an operator's arguments by name; there is room for CALL_MAX_PARAMETERS. Their number. */
size_t call_options(const expops_operator *op, tool_option *options);

/* All functions below return TOOL_OK, or TOOL_FAILED with a sentence in call->message. */
int call_init(call *c, const expops_operator *op);
/* Sets parameter `index` from a word: a file name, a number, a word of a choice. TOOL_USAGE where the word alone is wrong.
 * Files are added to a list of tensors. */
int call_set_word(call *c, size_t index, const char *word);
/* Sets it to a tensor; takes array->data. */
void call_set_tensor(call *c, size_t index, const npy_array *array);
/* Adds a tensor to the list that parameter `index` is; takes array->data. TOOL_FAILED where the lists are full. */
int call_add_item(call *c, size_t index, const npy_array *array);
/* The call's tensors, those of parameters first; their number. */
size_t call_list_tensors(call *c, call_tensor *out[CALL_MAX_TENSORS]);
/* Another call of the same tensors on the host, for buffers of its own on the device. */
void call_copy(call *c, const call *from);
/* Copies the tensors to the device, and points the values there. */
int call_upload(call *c, expops_device *device);
/* As if the tensors and the results were on the device, which is not there. */
void call_imagine(call *c, const expops_device *device, call_outputs *outputs);
/* Gives the device's memory back. */
void call_unload(call *c);
void call_deinit(call *c);

/* Asks the library for the results. */
expops_status call_infer(const call *c, call_outputs *outputs);
int call_make_outputs(call *c, call_outputs *outputs);
void call_free_outputs(call *c, call_outputs *outputs);
expops_status call_launch(const call *c, const call_outputs *outputs);

#endif
