/* The tensors of a call: on the host, and on a device. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/size.h"
#include "call.h"

static int library_failed(call *c, const char *what)
{
    snprintf(c->message, sizeof(c->message), "%s%s%.900s", what, *what ? ": " : "", expops_error_text());
    return TOOL_FAILED;
}

size_t call_list_tensors(call *c, call_tensor *out[CALL_MAX_TENSORS])
{
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++)
        if (c->values[i].kind == EXPOPS_VALUE_TENSOR)
            out[count++] = &c->tensors[i];
    for (size_t i = 0; i < c->num_items; i++)
        out[count++] = &c->items[i];
    return count;
}

/* The library's view of the host's copy. */
static void describe(call_tensor *t, const npy_array *array, size_t parameter)
{
    int64_t step = array->numel != 0; /* without elements, other sizes may be any, and strides matter to nobody */
    free(t->array.data);
    t->array = *array;
    t->parameter = parameter;
    for (int32_t i = 0; i < array->ndim; i++) {
        const int32_t at = array->fortran_order ? i : array->ndim - 1 - i;
        t->strides[at] = step;
        if (!expops_checked_multiply(step, array->shape[at], &step))
            step = INT64_MAX; /* the library says what is wrong with the shape */
    }
    t->view = (expops_tensor){
        .data = array->data,
        .device = { .device_type = EXPOPS_DL_CPU },
        .ndim = array->ndim,
        .dtype = expops_dtype_to_dl(array->dtype),
        .shape = t->array.shape,
        .strides = t->strides,
    };
}

void call_set_tensor(call *c, size_t index, const npy_array *array)
{
    describe(&c->tensors[index], array, index);
    c->values[index] = expops_tensor_value(&c->tensors[index].view);
}

int call_add_item(call *c, size_t index, const npy_array *array)
{
    if (c->num_items == CALL_MAX_ITEMS) {
        free(array->data);
        return TOOL_FAILED;
    }
    const size_t at = c->num_items++;
    const int is_first = c->values[index].kind == EXPOPS_VALUE_NONE;
    describe(&c->items[at], array, index);
    c->item_views[at] = &c->items[at].view;
    c->values[index] = expops_tensors(is_first ? &c->item_views[at] : c->values[index].as.tensors,
                                      is_first ? 1 : c->values[index].count + 1);
    return TOOL_OK;
}

/* A copy's pointers lead to what is its own. */
void call_copy(call *c, const call *from)
{
    call_tensor *used[CALL_MAX_TENSORS];
    *c = *from;
    const size_t count = call_list_tensors(c, used);
    for (size_t i = 0; i < count; i++) {
        used[i]->view.shape = used[i]->array.shape;
        used[i]->view.strides = used[i]->strides;
    }
    for (size_t i = 0; i < c->num_items; i++)
        c->item_views[i] = &c->items[i].view;
    for (size_t i = 0; i < c->count; i++) {
        if (c->values[i].kind == EXPOPS_VALUE_TENSOR)
            c->values[i].as.tensor = &c->tensors[i].view;
        if (c->values[i].kind == EXPOPS_VALUE_TENSORS)
            c->values[i].as.tensors = c->item_views + (from->values[i].as.tensors - from->item_views);
    }
}

static void point_to(expops_tensor *view, const expops_pointer *memory, const expops_device *device)
{
    view->data = memory->data;
    view->byte_offset = memory->byte_offset;
    view->device.device_type = memory->device_type;
    view->device.device_id = expops_device_get_info(device)->device_id;
}

/* Drivers refuse an allocation of nothing; the library refuses one of more than an int64_t counts. */
static uint64_t bytes_of(int64_t numel, expops_dtype dtype)
{
    int64_t bytes;
    if (numel < 0 || !expops_checked_multiply(numel, (int64_t)expops_dtype_bytes(dtype), &bytes))
        return UINT64_MAX;
    return bytes ? (uint64_t)bytes : 1;
}

int call_upload(call *c, expops_device *device)
{
    call_tensor *used[CALL_MAX_TENSORS];
    char what[80];
    const size_t count = call_list_tensors(c, used);
    c->device = device;
    for (size_t i = 0; i < count; i++) {
        call_tensor *t = used[i];
        const uint64_t bytes = (uint64_t)t->array.numel * expops_dtype_bytes(t->array.dtype);
        snprintf(what, sizeof(what), "argument '%.60s'", c->parameters[t->parameter].name);
        if (expops_memory_allocate(device, NULL, bytes_of(t->array.numel, t->array.dtype), &t->memory))
            return library_failed(c, what);
        point_to(&t->view, &t->memory, device);
        if (bytes && expops_memory_upload(device, NULL, &t->memory, t->array.data, bytes))
            return library_failed(c, what);
    }
    return expops_synchronize(device, NULL) ? library_failed(c, "") : TOOL_OK;
}

static void describe_output(expops_result *result, expops_tensor *out)
{
    *out = (expops_tensor){
        .ndim = result->ndim,
        .dtype = expops_dtype_to_dl(result->dtype),
        .shape = result->shape,
    };
}

void call_imagine(call *c, const expops_device *device, call_outputs *outputs)
{
    static char nowhere[1] __attribute__((aligned(256))); /* where allocations begin is what kernels depend on */
    const expops_pointer memory = { .data = nowhere, .device_type = expops_device_get_info(device)->device_types[0] };
    call_tensor *used[CALL_MAX_TENSORS];
    const size_t count = call_list_tensors(c, used);
    for (size_t i = 0; i < count; i++)
        point_to(&used[i]->view, &memory, device);
    for (size_t i = 0; i < outputs->count; i++) {
        describe_output(outputs->results + i, outputs->tensors + i);
        point_to(outputs->tensors + i, &memory, device);
    }
}

void call_unload(call *c)
{
    call_tensor *used[CALL_MAX_TENSORS];
    const size_t count = c->device ? call_list_tensors(c, used) : 0;
    for (size_t i = 0; i < count; i++) {
        call_tensor *t = used[i];
        if (t->memory.data)
            expops_memory_free(c->device, NULL, &t->memory);
        t->memory = (expops_pointer){ 0 };
        t->view.data = t->array.data;
        t->view.byte_offset = 0;
        t->view.device = (expops_dl_device){ .device_type = EXPOPS_DL_CPU };
    }
    c->device = NULL;
}

void call_deinit(call *c)
{
    call_unload(c);
    for (size_t i = 0; i < c->count && i < CALL_MAX_PARAMETERS; i++)
        npy_free(&c->tensors[i].array);
    for (size_t i = 0; i < c->num_items; i++)
        npy_free(&c->items[i].array);
}

expops_status call_infer(const call *c, call_outputs *outputs)
{
    outputs->count = 1;
    while (outputs->count < EXPOPS_MAX_OUTPUTS && expops_operator_output(c->op, outputs->count))
        outputs->count++;
    return expops_infer(c->op, c->values, c->count, outputs->results, outputs->count);
}

int call_make_outputs(call *c, call_outputs *outputs)
{
    memset(outputs->memory, 0, sizeof(outputs->memory));
    for (size_t i = 0; i < outputs->count; i++) {
        expops_result *result = outputs->results + i;
        expops_tensor *out = outputs->tensors + i;
        describe_output(result, out);
        if (expops_memory_allocate(c->device, NULL, bytes_of(expops_tensor_numel(out), result->dtype),
                                   outputs->memory + i)) {
            call_free_outputs(c, outputs);
            return library_failed(c, "the output");
        }
        point_to(out, outputs->memory + i, c->device);
    }
    return 0;
}

void call_free_outputs(call *c, call_outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        if (outputs->memory[i].data)
            expops_memory_free(c->device, NULL, outputs->memory + i);
    memset(outputs->memory, 0, sizeof(outputs->memory));
}

expops_status call_launch(const call *c, const call_outputs *outputs)
{
    return expops_call(c->op, c->device, NULL, c->values, c->count, outputs->tensors, outputs->count);
}
