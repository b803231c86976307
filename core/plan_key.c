/* Hot: runs at every call. */
#include <string.h>
#include "error.h"
#include "plan.h"

static inline void push(expops_plan_key *key, uint64_t word)
{
    key->words[key->count++] = word;
    key->hash = (key->hash ^ word) * 0x9e3779b97f4a7c15u;
    key->hash ^= key->hash >> 29;
}

/* Everything of a descriptor that fits a word. */
static inline uint64_t describe(const expops_tensor *tensor, int handles)
{
    const uint64_t address = tensor->byte_offset + (handles ? 0 : (uint64_t)(uintptr_t)tensor->data);
    const uint64_t lanes = tensor->dtype.lanes < 255 ? tensor->dtype.lanes : 255;
    return (uint64_t)EXPOPS_VALUE_TENSOR | (uint64_t)tensor->ndim << 3 | (uint64_t)(tensor->dtype.code & 15u) << 8 |
           (uint64_t)tensor->dtype.bits << 12 | lanes << 20 | (uint64_t)(tensor->device.device_type & 255) << 28 |
           (uint64_t)(tensor->device.device_id & 4095) << 36 | (address & 15u) << 48 |
           (uint64_t)(tensor->strides == NULL) << 52 | (uint64_t)(tensor->data == NULL) << 53 |
           (uint64_t)(tensor->dtype.code > 15) << 54;
}

static inline int push_tensor(expops_plan_key *key, const expops_tensor *tensor, int handles)
{
    if (!tensor || (uint32_t)tensor->ndim > EXPOPS_MAX_RANK || (tensor->ndim > 0 && !tensor->shape))
        return 0;
    push(key, describe(tensor, handles));
    for (int32_t i = 0; i < tensor->ndim; i++)
        push(key, (uint64_t)tensor->shape[i]);
    for (int32_t i = 0; tensor->strides && i < tensor->ndim; i++)
        push(key, (uint64_t)tensor->strides[i]);
    return 1;
}

static expops_status unreadable(const expops_operator *op, const char *name, const expops_tensor *tensor)
{
    if (!tensor)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument %s is NULL", op->name, name);
    if ((uint32_t)tensor->ndim > EXPOPS_MAX_RANK)
        return expops_fail(EXPOPS_ERR_SHAPE, "%s: argument %s has %d dimensions; 0 to %d are supported", op->name, name,
                           tensor->ndim, EXPOPS_MAX_RANK);
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument %s has %d dimensions but no shape", op->name, name,
                       tensor->ndim);
}

static inline int push_value(expops_plan_key *key, const expops_parameter *parameter, const expops_value *value, int handles)
{
    if (value->kind == EXPOPS_VALUE_TENSOR)
        return push_tensor(key, value->as.tensor, handles);
    push(key, (uint64_t)value->kind | (uint64_t)value->count << 8);
    if (value->kind == EXPOPS_VALUE_INTS) {
        if (value->count > EXPOPS_MAX_RANK || (value->count && !value->as.integers))
            return 0;
        for (uint32_t i = 0; i < value->count; i++)
            push(key, (uint64_t)value->as.integers[i]);
    } else if (parameter->kind != EXPOPS_PARAMETER_NUMBER && parameter->kind != EXPOPS_PARAMETER_OPERAND) {
        push(key, (uint64_t)value->as.integer);
    }
    return 1;
}

expops_status expops_plan_key_make(const expops_operator *op, const expops_device *device, const expops_value *args,
                                   const expops_tensor *out, expops_plan_key *key)
{
    const int handles = (device->info.caps & EXPOPS_CAP_HANDLES) != 0;
    key->count = 0;
    key->hash = 0;
    push(key, (uint64_t)(uintptr_t)op);
    push(key, device->id);
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        if (!push_value(key, op->parameters + i, args + i, handles)) {
            if (args[i].kind == EXPOPS_VALUE_INTS)
                return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument %s has %u entries; at most %d are supported",
                                   op->name, op->parameters[i].name, args[i].count, EXPOPS_MAX_RANK);
            return unreadable(op, op->parameters[i].name, args[i].as.tensor);
        }
    }
    return push_tensor(key, out, handles) ? EXPOPS_OK : unreadable(op, "out", out);
}
