/* Each thread's plans: a small set-associative table, bounded, freed when the thread ends. */
#include <pthread.h>
#include <stdlib.h>
#include "plan_key.h"
#include "plan_store.h"

enum { SET_BITS = 9, SETS = 1 << SET_BITS, WAYS = 4, RECENT_BITS = 8 };

typedef struct store {
    expops_plan *plan[SETS][WAYS];
    uint8_t next[SETS];    /* the way that is given up next */
    unsigned next_thinned; /* set */
    /* Where plans were found lately, by the operator and a little of the output or the first argument: they are compared before the key is hashed.
     * Another plan may be there by now, or none. */
    expops_plan **recent[1 << RECENT_BITS];
} store;

static _Thread_local store *mine;
static _Thread_local uint64_t last_serial; /* of this thread's stores, of which tests have several */
static pthread_key_t on_exit_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void forget_set(store *store, unsigned set)
{
    for (unsigned way = 0; way < WAYS; way++) {
        if (store->plan[set][way])
            expops_plan_free(store->plan[set][way]);
        store->plan[set][way] = NULL;
    }
}

/* Destructors of other keys may call the library after this one has run: with `mine` at NULL they begin a new
 * table, whose own destructor runs in the next round. */
static void free_store(void *given)
{
    store *store = given;
    for (unsigned set = 0; store && set < SETS; set++)
        forget_set(store, set);
    free(store);
    mine = NULL;
}

static void create_key(void)
{
    pthread_key_create(&on_exit_key, free_store);
}

static inline uint64_t device_id(const expops_plan_call *call)
{
    return call->device ? call->device->id : 0;
}

static inline __attribute__((always_inline)) int fits(const expops_plan *plan, const expops_plan_call *call)
{
    cursor at = { .known = plan->key };
    return plan->op == call->op && plan->device_id == device_id(call) && plan->num_outs == call->num_outs &&
           walk_key(&at, COMPARE, call, in_address(call));
}

/* Of the first argument, or of the first tensor in it. */
static inline uint64_t first_word_of(const expops_plan_call *call)
{
    const expops_parameter *parameter = call->op->parameters;
    const expops_value *first = call->args;
    if (!parameter->name)
        return 0;
    if (first->kind == EXPOPS_VALUE_TENSOR)
        return first->as.tensor ? rough_word(first->as.tensor) : 0;
    const int is_list = first->kind == EXPOPS_VALUE_TENSORS && parameter->kind == EXPOPS_PARAMETER_TENSORS;
    return is_list && first->count && first->as.tensors && *first->as.tensors ? rough_word(*first->as.tensors) : 0;
}

static inline expops_plan ***recent_of(const expops_plan_call *call)
{
    uint64_t word = (uint64_t)(uintptr_t)call->op;
    if (call->num_outs)
        word += rough_word(call->outs);
    else
        word += 1 + !call->device + first_word_of(call); /* not where the call's own plan is */
    return mine->recent + (word * HASH_FACTOR >> (64 - RECENT_BITS));
}

static inline __attribute__((always_inline)) expops_plan *find_by_key(const expops_plan_call *call,
                                                                      expops_plan_key *key)
{
    cursor at = { .hash = (uint64_t)(uintptr_t)call->op ^ device_id(call) << 8 ^ call->num_outs };
    walk_key(&at, MEASURE, call, in_address(call));
    *key = (expops_plan_key){ at.hash, at.count };
    if (!mine)
        return NULL;
    expops_plan **set = mine->plan[key->hash >> (64 - SET_BITS)];
    for (unsigned way = 0; way < WAYS; way++) {
        expops_plan *plan = set[way];
        /* Equal hashes are no proof: keys that were made to collide would launch a kernel on tensors of another
         * shape. */
        if (!plan || plan->hash != key->hash || !fits(plan, call))
            continue;
        *recent_of(call) = set + way;
        return plan;
    }
    return NULL;
}

/* Both kinds of calls are compiled by themselves, and what is done at every one apart from what is not. */
#define ASSUME(fact) ((fact) ? (void)0 : __builtin_unreachable())
typedef expops_plan *finder(const expops_plan_call *call, expops_plan_key *key);

static inline __attribute__((always_inline)) expops_plan *find(const expops_plan_call *call, expops_plan_key *key,
                                                               finder *otherwise)
{
    if (mine) {
        expops_plan **recent = *recent_of(call), *plan = recent ? *recent : NULL;
        if (plan && fits(plan, call))
            return plan;
    }
    return otherwise(call, key);
}

/* Calls and questions each get a copy that the compiler knows one case of: a test for each word of the key would show. */
static __attribute__((noinline)) expops_plan *find_plan(const expops_plan_call *call, expops_plan_key *key)
{
    ASSUME(call->device && call->num_outs);
    return find_by_key(call, key);
}

expops_plan *expops_plan_find(const expops_plan_call *call, expops_plan_key *key)
{
    ASSUME(call->device && call->num_outs);
    return find(call, key, find_plan);
}

static __attribute__((noinline)) expops_plan *find_new(const expops_plan_call *call, expops_plan_key *key)
{
    ASSUME(call->device && !call->num_outs);
    return find_by_key(call, key);
}

expops_plan *expops_plan_find_new(const expops_plan_call *call, expops_plan_key *key)
{
    ASSUME(call->device && !call->num_outs);
    return find(call, key, find_new);
}

static __attribute__((noinline)) expops_plan *find_results(const expops_plan_call *call, expops_plan_key *key)
{
    ASSUME(!call->device && !call->num_outs);
    return find_by_key(call, key);
}

expops_plan *expops_plan_find_results(const expops_plan_call *call, expops_plan_key *key)
{
    ASSUME(!call->device && !call->num_outs);
    return find(call, key, find_results);
}

expops_plan *expops_plan_allocate(const expops_plan_call *call, const expops_plan_key *key, size_t more)
{
    expops_plan *plan = calloc(1, sizeof *plan + key->count * sizeof *plan->key + more);
    if (!plan)
        return NULL;
    cursor at = { .next = plan->key };
    plan->op = call->op;
    plan->device_id = device_id(call);
    plan->num_outs = call->num_outs;
    plan->hash = key->hash;
    plan->num_words = key->count;
    walk_key(&at, WRITE, call, in_address(call));
    return plan;
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

int expops_plan_keep(expops_plan *plan)
{
    if (!have_store())
        return 0;
    /* In turn, not by last use: a repeated call writes nothing here. */
    const unsigned set = (unsigned)(plan->hash >> (64 - SET_BITS)), way = mine->next[set]++ % WAYS;
    if (mine->plan[set][way])
        expops_plan_free(mine->plan[set][way]);
    mine->plan[set][way] = plan;
    plan->serial = ++last_serial;
    return 1;
}

expops_plan_place expops_plan_place_of(const expops_plan *plan)
{
    const unsigned set = (unsigned)(plan->hash >> (64 - SET_BITS));
    for (unsigned way = 0; way < WAYS; way++)
        if (mine->plan[set][way] == plan)
            return (expops_plan_place){ mine->plan[set] + way, plan->serial };
    return (expops_plan_place){ NULL, 0 };
}

/* An eighth of the sets at a time, so that calls in a loop over many shapes do not all lose their plans at once. */
void expops_plan_thin(void)
{
    for (unsigned i = 0; mine && i < SETS / 8; i++)
        forget_set(mine, mine->next_thinned++ % SETS);
}

void expops_plan_forget(void)
{
    /* Not the store: places in it are remembered while outputs are made. */
    for (unsigned set = 0; mine && set < SETS; set++)
        forget_set(mine, set);
}
