/* What a call would give. Each thread keeps answers as it keeps plans, by the keys that those have, but for the outputs. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "base/error.h"
#include "call.h"
#include "draft/values.h"
#include "plan_key.h"

typedef struct answer {
    const expops_operator *op;
    uint64_t hash;
    int32_t common; /* type: what numbers are held against */
    uint32_t num_results;
    uint32_t aliased;        /* behind the results there is the view that the first one is of argument 0 */
    uint64_t *key;           /* behind the results */
    expops_result results[]; /* a view's byte_offset counts from the argument's own */
} answer;

enum { SET_BITS = 6, SETS = 1 << SET_BITS, WAYS = 4, RECENT_BITS = 8 };

typedef struct store {
    answer *kept[SETS][WAYS];
    uint8_t next[SETS]; /* the way that is given up next */
    /* Where answers were found lately, by the operator and a little of the first argument. Another may be there by now. */
    answer **recent[1 << RECENT_BITS];
} store;

static _Thread_local store *mine;
static pthread_key_t on_exit_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_store(void *given)
{
    store *store = given;
    for (unsigned i = 0; i < SETS * WAYS; i++)
        free(store->kept[i / WAYS][i % WAYS]);
    free(store);
    mine = NULL;
}

static void create_key(void)
{
    pthread_key_create(&on_exit_key, free_store);
}

/* 0: no memory. */
static int have_store(void)
{
    if (mine)
        return 1;
    pthread_once(&once, create_key);
    mine = calloc(1, sizeof *mine);
    if (mine)
        pthread_setspecific(on_exit_key, mine);
    return mine != NULL;
}

static answer ***recent_of(const expops_plan_call *call)
{
    const expops_value *first = call->args;
    uint64_t word = (uint64_t)(uintptr_t)call->op;
    if (call->op->parameters[0].name && first->kind == EXPOPS_VALUE_TENSOR && first->as.tensor)
        word += rough_word(first->as.tensor);
    return mine->recent + (word * HASH_FACTOR >> (64 - RECENT_BITS));
}

static cursor measure(const expops_plan_call *call)
{
    cursor at = { .hash = (uint64_t)(uintptr_t)call->op };
    walk_key(&at, MEASURE, call, 0);
    return at;
}

static int is_of(const answer *answer, const expops_plan_call *call)
{
    cursor at = { .known = answer->key };
    return answer->op == call->op && walk_key(&at, COMPARE, call, 0);
}

static void take_view(const expops_draft *draft, expops_result *view)
{
    *view = draft->results[0];
    memcpy(view->strides, draft->alias.strides, sizeof view->strides);
    view->byte_offset = (uint64_t)draft->alias.offset * expops_dtype_bytes((expops_dtype)draft->alias.dtype);
}

static __attribute__((noinline)) answer *find_by_key(const expops_plan_call *call)
{
    const uint64_t hash = measure(call).hash;
    answer **set = mine->kept[hash >> (64 - SET_BITS)];
    for (unsigned way = 0; way < WAYS; way++)
        if (set[way] && set[way]->hash == hash && is_of(set[way], call)) {
            *recent_of(call) = set + way;
            return set[way];
        }
    return NULL;
}

static inline __attribute__((always_inline)) answer *find_kept(const expops_plan_call *call)
{
    if (!mine)
        return NULL;
    answer **recent = *recent_of(call), *found = recent ? *recent : NULL;
    return found && is_of(found, call) ? found : find_by_key(call);
}

/* In the place of the set's oldest. */
static answer *make_room(const expops_plan_call *call, uint64_t hash, size_t bytes)
{
    if (!have_store())
        return NULL;
    const unsigned set = (unsigned)(hash >> (64 - SET_BITS)), way = mine->next[set]++ % WAYS;
    answer **place = mine->kept[set] + way, *kept = realloc(*place, bytes);
    if (!kept)
        return NULL;
    *place = kept;
    *recent_of(call) = place;
    return kept;
}

static expops_status keep(const expops_plan_call *call, const expops_draft *draft, const answer **out_answer)
{
    const cursor measured = measure(call);
    const uint32_t num_results = draft->num_results + (draft->aliased != 0);
    const size_t results = sizeof(answer) + num_results * sizeof(expops_result);
    answer *kept = make_room(call, measured.hash, results + measured.count * sizeof(uint64_t));
    if (!kept)
        return expops_fail_more(expops_no_plan_memory(), "%s", call->op->name);
    kept->hash = measured.hash;
    kept->op = call->op;
    kept->common = draft->common < 0 ? draft->element : draft->common;
    kept->num_results = draft->num_results;
    kept->aliased = draft->aliased;
    kept->key = (uint64_t *)((char *)kept + results);
    memcpy(kept->results, draft->results, draft->num_results * sizeof *kept->results);
    if (draft->aliased) {
        take_view(draft, kept->results + draft->num_results);
        kept->results[0].flags |= EXPOPS_RESULT_ALIAS;
        kept->results[draft->num_results].flags |= EXPOPS_RESULT_ALIAS;
    }
    cursor at = { .next = kept->key };
    walk_key(&at, WRITE, call, 0);
    *out_answer = kept;
    return EXPOPS_OK;
}

static __attribute__((noinline)) expops_status work_out(const expops_plan_call *call, const answer **out_answer)
{
    static _Thread_local expops_leaf leaf; /* too large for a frame beside the draft */
    expops_draft draft;
    EXPOPS_TRY(expops_draft_infer(call->op, call->args, &leaf, &draft));
    return keep(call, &draft, out_answer);
}

static expops_status find_answer(const expops_operator *op, const expops_value *args, size_t num_args,
                                 const answer **out_answer)
{
    expops_value room[EXPOPS_MAX_PARAMETERS];
    EXPOPS_TRY(expops_complete_args(op, &args, num_args, room));
    const expops_plan_call call = { .op = op, .args = args };
    *out_answer = find_kept(&call);
    if (!*out_answer)
        return work_out(&call, out_answer);
    return expops_check_values(op, args, (*out_answer)->common);
}

expops_status expops_infer(const expops_operator *op, const expops_value *args, size_t num_args,
                           expops_result *out_results, size_t num_results)
{
    const answer *answer;
    EXPOPS_TRY(find_answer(op, args, num_args, &answer));
    if (!out_results)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: out_results is NULL", op->name);
    if (num_results != answer->num_results)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: room for %zu results; it has %u", op->name, num_results,
                           answer->num_results);
    memcpy(out_results, answer->results, num_results * sizeof *out_results);
    return EXPOPS_OK;
}

expops_status expops_view_of(const expops_operator *op, const expops_value *args, size_t num_args,
                             expops_result *out_view)
{
    const answer *answer;
    EXPOPS_TRY(find_answer(op, args, num_args, &answer));
    if (!out_view)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: out_view is NULL", op->name);
    if (!answer->aliased)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: the result is no view of %s", op->name, op->parameters[0].name);
    *out_view = answer->results[answer->num_results];
    out_view->byte_offset += args[0].as.tensor->byte_offset;
    return EXPOPS_OK;
}
