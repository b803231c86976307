/* Hot: runs at every call. */
#include <string.h>
#include "error.h"
#include "plan.h"

/* Where the key is being written; kept in registers. The multiplication carries every word into the upper bits, which are
 * the ones plan_store.c looks at. */
typedef struct cursor {
    uint64_t *next;
    uint64_t hash;
} cursor;

static inline void push(cursor *at, uint64_t word)
{
    *at->next++ = word;
    at->hash = (at->hash ^ word) * 0x9e3779b97f4a7c15u;
}

/* A descriptor's fixed fields as they lie in memory, then what counts of its addresses, then its arrays. */
static inline int push_tensor(cursor *at, const expops_tensor *tensor, int handles)
{
    uint64_t device, rank_and_type;
    if (!tensor || (uint32_t)tensor->ndim > EXPOPS_MAX_RANK || (tensor->ndim > 0 && !tensor->shape))
        return 0;
    _Static_assert(offsetof(expops_tensor, dtype) == offsetof(expops_tensor, ndim) + 4, "one word holds both");
    memcpy(&device, &tensor->device, sizeof device);
    memcpy(&rank_and_type, &tensor->ndim, sizeof rank_and_type);
    const uint64_t address = tensor->byte_offset + (handles ? 0 : (uint64_t)(uintptr_t)tensor->data);
    push(at, device);
    push(at, rank_and_type);
    push(at, (address & 15u) | (uint64_t)(tensor->strides == NULL) << 8 | (uint64_t)(tensor->data == NULL) << 9 |
                 (uint64_t)EXPOPS_VALUE_TENSOR << 10);
    for (int32_t i = 0; i < tensor->ndim; i++)
        push(at, (uint64_t)tensor->shape[i]);
    for (int32_t i = 0; tensor->strides && i < tensor->ndim; i++)
        push(at, (uint64_t)tensor->strides[i]);
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

static inline int push_value(cursor *at, const expops_parameter *parameter, const expops_value *value, int handles)
{
    if (value->kind == EXPOPS_VALUE_TENSOR)
        return push_tensor(at, value->as.tensor, handles);
    push(at, (uint64_t)value->kind | (uint64_t)value->count << 16);
    if (value->kind == EXPOPS_VALUE_INTS) {
        if (value->count > EXPOPS_MAX_RANK || (value->count && !value->as.integers))
            return 0;
        for (uint32_t i = 0; i < value->count; i++)
            push(at, (uint64_t)value->as.integers[i]);
    } else if (parameter->kind != EXPOPS_PARAMETER_NUMBER && parameter->kind != EXPOPS_PARAMETER_OPERAND) {
        push(at, (uint64_t)value->as.integer);
    }
    return 1;
}

static expops_status unusable(const expops_operator *op, const expops_parameter *parameter, const expops_value *value)
{
    if (value->kind != EXPOPS_VALUE_INTS)
        return unreadable(op, parameter->name, value->as.tensor);
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument %s has %u entries; at most %d are supported",
                       op->name, parameter->name, value->count, EXPOPS_MAX_RANK);
}

expops_status expops_plan_key_make(const expops_operator *op, const expops_device *device, const expops_value *args,
                                   const expops_tensor *out, expops_plan_key *key)
{
    const int handles = (device->info.caps & EXPOPS_CAP_HANDLES) != 0;
    cursor at = { key->words, 0 };
    push(&at, (uint64_t)(uintptr_t)op);
    push(&at, device->id);
    for (const expops_parameter *parameter = op->parameters; parameter->name; parameter++, args++)
        if (!push_value(&at, parameter, args, handles))
            return unusable(op, parameter, args);
    if (!push_tensor(&at, out, handles))
        return unreadable(op, "out", out);
    key->count = (uint32_t)(at.next - key->words);
    key->hash = at.hash;
    return EXPOPS_OK;
}
