#include "touches.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { PAGE = 4096, MOST_PAGES = 16384, SLOTS = 2 * MOST_PAGES, MANY = 65535 };

/* Of a byte: the group that wrote it, and above it the one that read it; 0: none. */
typedef _Atomic uint32_t touch;

typedef struct slot {
    _Atomic uintptr_t page; /* its number; 0: the slot is free */
    touch *bytes;
} slot;

struct sim_touches {
    pthread_mutex_t adding;
    uint32_t num_pages;
    slot slots[SLOTS];
};

sim_touches *sim_touches_create(void)
{
    sim_touches *touches = calloc(1, sizeof *touches);
    if (touches)
        pthread_mutex_init(&touches->adding, NULL);
    return touches;
}

void sim_touches_free(sim_touches *touches)
{
    for (size_t i = 0; touches && touches->num_pages && i < SLOTS; i++)
        free(touches->slots[i].bytes);
    if (touches)
        pthread_mutex_destroy(&touches->adding);
    free(touches);
}

uint64_t sim_touches_count(const sim_touches *touches)
{
    uint64_t count = 0;
    for (size_t i = 0; touches && i < SLOTS; i++)
        for (size_t byte = 0; touches->slots[i].bytes && byte < PAGE; byte++)
            count += atomic_load_explicit(touches->slots[i].bytes + byte, memory_order_relaxed) != 0;
    return count;
}

/* The page's slot, or the free one where it would go. */
static slot *slot_of(sim_touches *touches, uintptr_t page)
{
    size_t at = (page * 0x9e3779b97f4a7c15) >> 49;
    for (;; at = (at + 1) % SLOTS) {
        const uintptr_t found = atomic_load_explicit(&touches->slots[at].page, memory_order_acquire);
        if (found == page || !found)
            return touches->slots + at;
    }
}

static touch *add_page(sim_touches *touches, uintptr_t page)
{
    pthread_mutex_lock(&touches->adding);
    slot *slot = slot_of(touches, page);
    if (!slot->bytes && touches->num_pages < MOST_PAGES && (slot->bytes = calloc(PAGE, sizeof *slot->bytes))) {
        touches->num_pages++;
        atomic_store_explicit(&slot->page, page, memory_order_release);
    }
    pthread_mutex_unlock(&touches->adding);
    return slot->bytes;
}

static touch *touch_of(sim_touches *touches, uintptr_t address)
{
    const uintptr_t page = address / PAGE;
    slot *slot = slot_of(touches, page);
    touch *bytes = atomic_load_explicit(&slot->page, memory_order_acquire) ? slot->bytes : add_page(touches, page);
    return bytes ? bytes + address % PAGE : NULL;
}

/* The other group, or 0. */
static uint32_t note(touch *touch, uint32_t group, int writes)
{
    uint32_t old = atomic_load_explicit(touch, memory_order_relaxed), next;
    do {
        const uint32_t writer = old & 0xffff, reader = old >> 16;
        if (writer && writer != group)
            return writer;
        if (writes && reader && reader != group)
            return reader;
        next = writes ? (reader << 16 | group) : (!reader || reader == group ? group : MANY) << 16 | writer;
    } while (next != old &&
             !atomic_compare_exchange_weak_explicit(touch, &old, next, memory_order_relaxed, memory_order_relaxed));
    return 0;
}

uint32_t sim_touch(sim_touches *touches, uint64_t group, const void *address, size_t bytes, int writes,
                   size_t *out_byte)
{
    const uint32_t number = (uint32_t)(group % (MANY - 1)) + 1;
    for (size_t i = 0; i < bytes; i++) {
        touch *touch = touch_of(touches, (uintptr_t)address + i);
        const uint32_t other = touch ? note(touch, number, writes) : 0;
        *out_byte = i;
        if (other)
            return other;
    }
    return 0;
}
