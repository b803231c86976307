/* Hot: runs at every call. */
#include <string.h>
#include "plan.h"
#include "plan_store.h"

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
    if (value->kind == EXPOPS_VALUE_TENSORS)
        return 0; /* where none is taken */
    return value->kind != EXPOPS_VALUE_INTS ||
           (value->count <= EXPOPS_MAX_RANK && (!value->count || value->as.integers));
}

/* A list that is missing, or whose words have no room, finds no plan. */
static inline void push_list(cursor *at, const expops_value *value, int handles)
{
    const int readable = !value->count || value->as.tensors;
    push(at, value->kind | (uint64_t)value->count << 32 | (readable ? 0 : UNREADABLE));
    for (uint32_t i = 0; readable && i < value->count; i++)
        push_tensor(at, value->as.tensors[i], handles);
}

/* The whole of kind and count, and, where a plan depends on it, of what the value holds. 0: a list, where none is expected. */
static inline int push_value(cursor *at, const expops_parameter *parameter, const expops_value *value, int handles,
                             int lists)
{
    const uint64_t kind_and_count = value->kind | (uint64_t)value->count << 32;
    if (value->kind == EXPOPS_VALUE_TENSOR) {
        push_tensor(at, value->as.tensor, handles);
    } else if (value->kind == EXPOPS_VALUE_TENSORS && parameter->kind == EXPOPS_PARAMETER_TENSORS) {
        if (lists)
            push_list(at, value, handles);
        return lists;
    } else if (!is_readable(value)) {
        push(at, kind_and_count | UNREADABLE);
    } else {
        push(at, kind_and_count);
        for (uint32_t i = 0; value->kind == EXPOPS_VALUE_INTS && i < value->count; i++)
            push(at, (uint64_t)value->as.integers[i]);
        if (value->kind != EXPOPS_VALUE_INTS &&
            ((parameter->kind != EXPOPS_PARAMETER_NUMBER && parameter->kind != EXPOPS_PARAMETER_OPERAND) ||
             parameter->drafted))
            push(at, (uint64_t)value->as.integer);
    }
    return 1;
}

/* Words that the call's lists may take beyond what every key has room for. */
static uint64_t list_words(const expops_operator *op, const expops_value *args)
{
    uint64_t words = 0;
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (op->parameters[i].kind == EXPOPS_PARAMETER_TENSORS && args[i].kind == EXPOPS_VALUE_TENSORS &&
            args[i].as.tensors)
            words += (uint64_t)args[i].count * EXPOPS_TENSOR_WORDS;
    return words;
}

/* 0: a list came where none was expected. */
static inline __attribute__((always_inline)) int write(const expops_operator *op, const expops_device *device,
                                                       const expops_value *args, const expops_tensor *outs,
                                                       size_t num_outs, int lists, uint64_t *words,
                                                       expops_plan_key *key)
{
    const int handles = (device->info.caps & EXPOPS_CAP_HANDLES) != 0;
    cursor at = { words, 0 };
    push(&at, (uint64_t)(uintptr_t)op);
    push(&at, device->id);
    for (const expops_parameter *parameter = op->parameters; parameter->name; parameter++, args++)
        if (!push_value(&at, parameter, args, handles, lists))
            return 0;
    for (size_t i = 0; i < num_outs; i++)
        push_tensor(&at, outs + i, handles);
    key->words = words;
    key->count = (uint32_t)(at.next - words);
    key->hash = at.hash;
    return 1;
}

static __attribute__((noinline)) void write_long(const expops_operator *op, const expops_device *device,
                                                 const expops_value *args, const expops_tensor *outs, size_t num_outs,
                                                 expops_plan_key *key)
{
    uint64_t *words = expops_plan_key_room(list_words(op, args) + EXPOPS_KEY_WORDS);
    key->failed = !words;
    if (words)
        write(op, device, args, outs, num_outs, 1, words, key);
}

void expops_plan_key_make(const expops_operator *op, const expops_device *device, const expops_value *args,
                          const expops_tensor *outs, size_t num_outs, expops_plan_key *key)
{
    key->failed = 0;
    if (!write(op, device, args, outs, num_outs, 0, key->room, key))
        write_long(op, device, args, outs, num_outs, key);
}
