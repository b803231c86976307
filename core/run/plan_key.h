/* The key of a call, for what finds plans: hot, it runs at every call. The key is walked and stored nowhere but in plans:
 * it is compared with that of a plan, or measured and hashed, or, once a plan is made, written down. */
#ifndef EXPOPS_PLAN_KEY_H
#define EXPOPS_PLAN_KEY_H

#include <string.h>
#include "plan.h"

/* Why a key is walked; known at compile time wherever the walk is inlined. */
enum purpose { COMPARE, MEASURE, WRITE };

typedef struct cursor {
    const uint64_t *known; /* the plan's next word, to compare with */
    uint64_t *next;        /* where to write one */
    uint64_t hash;
    uint32_t count;
} cursor;

#define HASH_FACTOR 0x9e3779b97f4a7c15u
#define INLINE static inline __attribute__((always_inline))

/* 0 ends the walk: the plan has another word here. As long as words are equal, the plan's key has what the walk goes on with:
 * the words before say how many follow. The multiplication carries every word into the upper bits of the hash, which are the
 * ones plan_store.c looks at. */
INLINE int push(cursor *at, enum purpose purpose, uint64_t word)
{
    if (purpose == COMPARE)
        return *at->known++ == word;
    if (purpose == WRITE)
        *at->next++ = word;
    at->hash = (at->hash ^ word) * HASH_FACTOR;
    at->count++;
    return 1;
}

/* What cannot be read is no plan's, for none can be made of it. */
INLINE int push_unreadable(cursor *at, enum purpose purpose)
{
    return purpose != COMPARE && push(at, purpose, 0);
}

/* An argument's first word says what it is, so that no argument's words can be taken for another's: of a tensor its first
 * fields, with what counts of its addresses where a rank has no bits; of all else its kind, of which a plan knows the few that
 * there are. */
enum first_word {
    STRIDED = 1 << 29,
    COMPACT = 1 << 28, /* no strides are given */
    ADDRESS_SHIFT = 16 /* of the alignment, and whether data is NULL */
};

/* The sizes and, where they are given, strides, one dimension after the other. */
INLINE int push_arrays(cursor *at, enum purpose purpose, int32_t ndim, const int64_t *shape, const int64_t *strides)
{
    if (ndim == 0)
        return 1;
    if (!shape)
        return push_unreadable(at, purpose);
    for (int32_t i = 0; i < ndim; i++)
        if (!push(at, purpose, (uint64_t)shape[i]) || (strides && !push(at, purpose, (uint64_t)strides[i])))
            return 0;
    return 1;
}

INLINE int push_tensor(cursor *at, enum purpose purpose, const expops_tensor *tensor, uint64_t in_address)
{
    uint64_t device, first;
    if (!tensor || (uint32_t)tensor->ndim > EXPOPS_MAX_RANK)
        return push_unreadable(at, purpose);
    _Static_assert(offsetof(expops_tensor, dtype) == offsetof(expops_tensor, ndim) + 4, "one word holds both");
    memcpy(&first, &tensor->ndim, sizeof first);
    memcpy(&device, &tensor->device, sizeof device);
    uint64_t address = (tensor->byte_offset + ((uint64_t)(uintptr_t)tensor->data & in_address)) & 15u;
    address += address + !tensor->data;
    first |= address << ADDRESS_SHIFT;
    if (tensor->strides)
        return push(at, purpose, first | STRIDED) && push(at, purpose, device) &&
               push_arrays(at, purpose, tensor->ndim, tensor->shape, tensor->strides);
    return push(at, purpose, first | COMPACT) && push(at, purpose, device) &&
           push_arrays(at, purpose, tensor->ndim, tensor->shape, NULL);
}

INLINE int push_list(cursor *at, enum purpose purpose, const expops_parameter *parameter, const expops_value *value,
                     uint64_t in_address)
{
    if (parameter->kind != EXPOPS_PARAMETER_TENSORS || (value->count && !value->as.tensors))
        return push_unreadable(at, purpose);
    for (uint32_t i = 0; i < value->count; i++)
        if (!push_tensor(at, purpose, value->as.tensors[i], in_address))
            return 0;
    return 1;
}

INLINE int push_ints(cursor *at, enum purpose purpose, const expops_value *value)
{
    if ((purpose != COMPARE && value->count > EXPOPS_MAX_RANK) || (value->count && !value->as.integers))
        return push_unreadable(at, purpose);
    for (uint32_t i = 0; i < value->count; i++)
        if (!push(at, purpose, (uint64_t)value->as.integers[i]))
            return 0;
    return 1;
}

INLINE int push_parts(cursor *at, enum purpose purpose, const expops_value *value)
{
    uint64_t parts[2];
    if (!value->as.parts)
        return push_unreadable(at, purpose);
    memcpy(parts, value->as.parts, sizeof parts);
    return push(at, purpose, parts[0]) && push(at, purpose, parts[1]);
}

/* Of what launches get as a number a plan does not depend on the value, unless the draft reads it. */
INLINE int decides(const expops_parameter *parameter)
{
    return (parameter->kind != EXPOPS_PARAMETER_NUMBER && parameter->kind != EXPOPS_PARAMETER_OPERAND) ||
           parameter->drafted;
}

INLINE int push_value(cursor *at, enum purpose purpose, const expops_parameter *parameter, const expops_value *value,
                      uint64_t in_address)
{
    if (value->kind == EXPOPS_VALUE_TENSOR)
        return push_tensor(at, purpose, value->as.tensor, in_address);
    if (value->kind == EXPOPS_VALUE_NONE)
        return push(at, purpose, EXPOPS_VALUE_NONE);
    if (!push(at, purpose, value->kind | (uint64_t)value->count << 32))
        return 0;
    if (value->kind == EXPOPS_VALUE_INTS)
        return push_ints(at, purpose, value);
    if (value->kind == EXPOPS_VALUE_TENSORS)
        return push_list(at, purpose, parameter, value, in_address);
    if (value->kind > EXPOPS_VALUE_TENSORS)
        return push_unreadable(at, purpose);
    if (!decides(parameter))
        return value->kind != EXPOPS_VALUE_COMPLEX || value->as.parts || push_unreadable(at, purpose);
    return value->kind == EXPOPS_VALUE_COMPLEX ? push_parts(at, purpose, value)
                                               : push(at, purpose, (uint64_t)value->as.integer);
}

INLINE int walk_outs(cursor *at, enum purpose purpose, const expops_plan_call *call, uint64_t in_address)
{
    for (const expops_tensor *out = call->outs, *end = out + call->num_outs; out < end; out++)
        if (!push_tensor(at, purpose, out, in_address))
            return 0;
    return 1;
}

/* Behind operator, device and the number of outputs. `in_address`: the bits of `data` that count. */
INLINE int walk_key(cursor *at, enum purpose purpose, const expops_plan_call *call, uint64_t in_address)
{
    const expops_value *args = call->args;
    for (const expops_parameter *parameter = call->op->parameters; parameter->name; parameter++, args++)
        if (!push_value(at, purpose, parameter, args, in_address))
            return 0;
    return walk_outs(at, purpose, call, in_address);
}

/* Of a handle no bits say how it is aligned, and of results no address is asked. */
INLINE uint64_t in_address(const expops_plan_call *call)
{
    return !call->device || call->device->info.caps & EXPOPS_CAP_HANDLES ? 0 : ~(uint64_t)0;
}

/* The plan that is still at the place, if it is that of the call, whose key but for the outputs has `num_words` words, those that
 * led to the place; else NULL. */
INLINE expops_plan *plan_at(const expops_plan_place *place, uint32_t num_words, const expops_plan_call *call)
{
    expops_plan *plan = place->slot ? *place->slot : NULL;
    if (!plan || plan->serial != place->serial || plan->num_outs != call->num_outs)
        return NULL;
    cursor at = { .known = plan->key + num_words };
    return walk_outs(&at, COMPARE, call, in_address(call)) ? plan : NULL;
}

/* What little of a tensor tells most calls of a program apart: the first and the last size. */
INLINE uint64_t rough_word(const expops_tensor *tensor)
{
    if (tensor->ndim <= 0 || tensor->ndim > EXPOPS_MAX_RANK || !tensor->shape)
        return 0;
    return ((uint64_t)tensor->shape[0] << 32) + (uint64_t)tensor->shape[tensor->ndim - 1];
}

#undef INLINE

#endif
