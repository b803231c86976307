/* Hot: runs at every call. */
#include <string.h>
#include "plan.h"
#include "plan_store.h"

/* Where the key is being written; kept in registers. The multiplication carries every word into the upper bits, which are
 * the ones plan_store.c looks at. */
typedef struct cursor {
    uint64_t *next;
    uint64_t hash;
    uint64_t *start;
    size_t max; /* words from there */
    uint32_t failed;
} cursor;

static inline void push(cursor *at, uint64_t word)
{
    *at->next++ = word;
    at->hash = (at->hash ^ word) * 0x9e3779b97f4a7c15u;
}

/* An argument's first word says what it is, so that no argument's words can be taken for another's. */
enum { UNREADABLE = 1 << 8 }; /* the descriptor or list; such a key finds no plan, and none is kept under it */

/* What counts of the addresses, a descriptor's fixed fields as they lie in memory, then its arrays. */
static inline void push_tensor(cursor *at, const expops_tensor *tensor, int handles)
{
    uint64_t device, rank_and_type;
    if (!tensor || (uint32_t)tensor->ndim > EXPOPS_MAX_RANK || (tensor->ndim > 0 && !tensor->shape)) {
        push(at, EXPOPS_VALUE_TENSOR | UNREADABLE);
        return;
    }
    _Static_assert(offsetof(expops_tensor, dtype) == offsetof(expops_tensor, ndim) + 4, "one word holds both");
    memcpy(&device, &tensor->device, sizeof device);
    memcpy(&rank_and_type, &tensor->ndim, sizeof rank_and_type);
    const uint64_t address = tensor->byte_offset + (handles ? 0 : (uint64_t)(uintptr_t)tensor->data);
    push(at, EXPOPS_VALUE_TENSOR | (address & 15u) << 16 | (uint64_t)(tensor->strides == NULL) << 24 |
                 (uint64_t)(tensor->data == NULL) << 25);
    push(at, device);
    push(at, rank_and_type);
    for (int32_t i = 0; i < tensor->ndim; i++)
        push(at, (uint64_t)tensor->shape[i]);
    for (int32_t i = 0; tensor->strides && i < tensor->ndim; i++)
        push(at, (uint64_t)tensor->strides[i]);
}

/* Whether there is something where the value points. */
static inline int is_readable(const expops_value *value)
{
    if (value->kind == EXPOPS_VALUE_COMPLEX)
        return value->as.parts != NULL;
    return value->kind != EXPOPS_VALUE_INTS ||
           (value->count <= EXPOPS_MAX_RANK && (!value->count || value->as.integers));
}

/* Room for a list and all that can follow it. */
static void make_room(cursor *at, size_t tensors)
{
    const size_t used = (size_t)(at->next - at->start),
                 wanted = used + tensors * EXPOPS_TENSOR_WORDS + EXPOPS_KEY_WORDS;
    if (wanted <= at->max)
        return;
    uint64_t *const room = expops_plan_key_room(wanted);
    if (!room) {
        at->failed = 1;
        return;
    }
    if (room != at->start)
        memcpy(room, at->start, used * sizeof *room);
    at->next = room + used;
    at->start = room;
    at->max = wanted;
}

/* By value: a cursor whose address is taken would live in memory for all calls. */
static __attribute__((noinline)) cursor push_list(cursor at, const expops_value *value, int handles)
{
    const uint64_t kind_and_count = value->kind | (uint64_t)value->count << 32;
    if (value->as.tensors)
        make_room(&at, value->count);
    if ((value->count && !value->as.tensors) || at.failed) {
        push(&at, kind_and_count | UNREADABLE);
        return at;
    }
    push(&at, kind_and_count);
    for (uint32_t i = 0; i < value->count; i++)
        push_tensor(&at, value->as.tensors[i], handles);
    return at;
}

/* The whole of kind and count, and, where a plan depends on it, of what the value holds. */
static inline void push_value(cursor *at, const expops_parameter *parameter, const expops_value *value, int handles)
{
    const uint64_t kind_and_count = value->kind | (uint64_t)value->count << 32;
    if (value->kind == EXPOPS_VALUE_TENSOR) {
        push_tensor(at, value->as.tensor, handles);
    } else if (value->kind == EXPOPS_VALUE_TENSORS) {
        *at = push_list(*at, value, handles);
    } else if (!is_readable(value)) {
        push(at, kind_and_count | UNREADABLE);
    } else {
        push(at, kind_and_count);
        for (uint32_t i = 0; value->kind == EXPOPS_VALUE_INTS && i < value->count; i++)
            push(at, (uint64_t)value->as.integers[i]);
        if (value->kind != EXPOPS_VALUE_INTS && parameter->kind != EXPOPS_PARAMETER_NUMBER &&
            parameter->kind != EXPOPS_PARAMETER_OPERAND)
            push(at, (uint64_t)value->as.integer);
    }
}

void expops_plan_key_make(const expops_operator *op, const expops_device *device, const expops_value *args,
                          const expops_tensor *outs, size_t num_outs, expops_plan_key *key)
{
    const int handles = (device->info.caps & EXPOPS_CAP_HANDLES) != 0;
    cursor at = { key->room, 0, key->room, EXPOPS_KEY_WORDS, 0 };
    push(&at, (uint64_t)(uintptr_t)op);
    push(&at, device->id);
    for (const expops_parameter *parameter = op->parameters; parameter->name; parameter++, args++)
        push_value(&at, parameter, args, handles);
    for (size_t i = 0; i < num_outs; i++)
        push_tensor(&at, outs + i, handles);
    key->words = at.start;
    key->count = (uint32_t)(at.next - at.start);
    key->hash = at.hash;
    key->failed = at.failed;
}
