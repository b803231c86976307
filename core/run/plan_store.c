/* Each thread's plans: a small set-associative table, bounded, freed when the thread ends. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "plan_store.h"

enum { SET_BITS = 9, SETS = 1 << SET_BITS, WAYS = 4 };

typedef struct store {
    expops_plan *plan[SETS][WAYS];
    uint8_t next[SETS];    /* the way that is given up next */
    unsigned next_thinned; /* set */
    uint64_t *room;        /* of keys that are too long for the stack */
    size_t max_room;
} store;

static _Thread_local store *mine;
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

static void free_store(void *given)
{
    store *store = given;
    for (unsigned set = 0; store && set < SETS; set++)
        forget_set(store, set);
    if (store)
        free(store->room);
    free(store);
    mine = NULL;
}

static void create_key(void)
{
    pthread_key_create(&on_exit_key, free_store);
}

expops_plan *expops_plan_find(const expops_plan_key *key)
{
    if (!mine || key->failed)
        return NULL;
    expops_plan *const *set = mine->plan[key->hash >> (64 - SET_BITS)];
    for (unsigned way = 0; way < WAYS; way++) {
        expops_plan *plan = set[way];
        if (plan && plan->hash == key->hash && plan->key_count == key->count &&
            !memcmp(plan->key, key->words, key->count * sizeof *key->words))
            return plan;
    }
    return NULL;
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

uint64_t *expops_plan_key_room(size_t words)
{
    if (!have_store())
        return NULL;
    if (words <= mine->max_room)
        return mine->room;
    uint64_t *room = realloc(mine->room, words * sizeof *room);
    if (!room)
        return NULL;
    mine->room = room;
    mine->max_room = words;
    return room;
}

int expops_plan_keep(expops_plan *plan)
{
    if (!have_store())
        return 0;
    const unsigned set = (unsigned)(plan->hash >> (64 - SET_BITS)), way = mine->next[set]++ % WAYS;
    if (mine->plan[set][way])
        expops_plan_free(mine->plan[set][way]);
    mine->plan[set][way] = plan;
    return 1;
}

void expops_plan_thin(void)
{
    for (unsigned i = 0; mine && i < SETS / 8; i++)
        forget_set(mine, mine->next_thinned++ % SETS);
}

void expops_plan_forget(void)
{
    if (!mine)
        return;
    free_store(mine);
    pthread_setspecific(on_exit_key, NULL);
}
