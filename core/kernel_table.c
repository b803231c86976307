#include "kernel_table.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "disk_cache_internal.h"
#include "dump.h"
#include "error.h"

typedef struct entry {
    expops_cache_key key;
    expops_backend_kernel *kernel; /* NULL while one thread makes it */
    struct entry *next;
} entry;

enum { BUCKETS = 256 };

/* A kernel the backend offered for one plan. */
typedef struct offer {
    expops_backend_kernel *kernel;
    struct offer *next;
} offer;

/* Outlives its device while plans of some thread still hold offered kernels. */
struct expops_kernel_table {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    entry *bucket[BUCKETS];
    offer *offers;
    const expops_backend_api *api;
    expops_backend_device *backend; /* NULL once the device is closed */
    uint32_t users;                 /* the device and each plan with an offered kernel */
};

expops_status expops_kernel_table_create(expops_device *device, struct expops_kernel_table **out_table)
{
    struct expops_kernel_table *table = calloc(1, sizeof *table);
    if (!table)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory for a device's kernels");
    pthread_mutex_init(&table->lock, NULL);
    pthread_cond_init(&table->changed, NULL);
    table->api = device->api;
    table->backend = device->backend;
    table->users = 1;
    *out_table = table;
    return EXPOPS_OK;
}

static void unload(struct expops_kernel_table *table, expops_backend_kernel *kernel)
{
    if (kernel && EXPOPS_HAS(table->api, expops_backend_api, unload))
        table->api->unload(table->backend, kernel);
}

/* With the lock held; lets go of it. */
static void leave(struct expops_kernel_table *table)
{
    const int last = --table->users == 0;
    pthread_mutex_unlock(&table->lock);
    if (!last)
        return;
    pthread_cond_destroy(&table->changed);
    pthread_mutex_destroy(&table->lock);
    free(table);
}

void expops_kernel_table_destroy(expops_device *device, struct expops_kernel_table *table)
{
    if (!table)
        return;
    pthread_mutex_lock(&table->lock);
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (entry *entry = table->bucket[i], *next; entry; entry = next) {
            next = entry->next;
            unload(table, entry->kernel);
            free(entry);
        }
        table->bucket[i] = NULL;
    }
    for (offer *offer = table->offers, *next; offer; offer = next) {
        next = offer->next;
        unload(table, offer->kernel);
        free(offer);
    }
    table->offers = NULL;
    table->backend = NULL;
    leave(table);
}

expops_status expops_kernel_ask(expops_device *device, const expops_signature *signature,
                                expops_backend_kernel **out_kernel)
{
    struct expops_kernel_table *table = device->kernels;
    *out_kernel = NULL;
    if (!EXPOPS_HAS(device->api, expops_backend_api, offer))
        return EXPOPS_OK;
    offer *offer = malloc(sizeof *offer);
    if (!offer)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory to remember a kernel");
    const int32_t status = device->api->offer(device->backend, signature, out_kernel);
    if (status || !*out_kernel) {
        free(offer);
        return status ? expops_fail_more((expops_status)status, "%s on %s", signature->operator_name, device->name)
                      : EXPOPS_OK;
    }
    pthread_mutex_lock(&table->lock);
    table->users++;
    offer->kernel = *out_kernel;
    offer->next = table->offers;
    table->offers = offer;
    pthread_mutex_unlock(&table->lock);
    return EXPOPS_OK;
}

void expops_kernel_give_back(struct expops_kernel_table *table, expops_backend_kernel *kernel)
{
    pthread_mutex_lock(&table->lock);
    for (offer **at = &table->offers; *at; at = &(*at)->next) {
        if ((*at)->kernel == kernel) {
            offer *found = *at;
            *at = found->next;
            unload(table, kernel);
            free(found);
            break;
        }
    }
    leave(table);
}

/* Everything needed to make one kernel. */
typedef struct order {
    expops_device *device;
    const expops_problem *problem;
    const char *text;
    char name[96];
    expops_cache_key key;
} order;

static expops_status load(const order *order, const void *data, size_t bytes, expops_backend_kernel **out_kernel)
{
    const int32_t status = order->device->api->load(order->device->backend, data, bytes, "xk_main", out_kernel);
    return status ? expops_fail_more((expops_status)status, "%s on %s", order->name, order->device->name) : EXPOPS_OK;
}

static uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static expops_status compile(const order *order, expops_backend_kernel **out_kernel)
{
    const expops_device *device = order->device;
    const expops_source source = {
        { sizeof source, 0, NULL }, order->text, order->name, "xk_main", device->info.target
    };
    expops_image image = { NULL, 0 };
    const uint64_t start = now_ns();
    expops_dump_source(order->name, order->key.bytes, order->text);
    const int32_t status = device->api->compile(device->backend, &source, &image);
    if (status)
        return expops_fail_more((expops_status)status, "%s on %s", order->name, device->name);
    expops_cache_count(EXPOPS_CACHE_COMPILE_NS, now_ns() - start);
    const expops_status loaded = load(order, image.data, image.bytes, out_kernel);
    if (loaded == EXPOPS_OK) {
        char about[200];
        snprintf(about, sizeof about, "%s, %s, %s", order->name, device->info.target, device->info.compiler);
        expops_cache_write(device->backend_name, &order->key, image.data, image.bytes, about);
    }
    device->api->release_image(&image);
    return loaded;
}

static expops_status make(const order *order, expops_backend_kernel **out_kernel)
{
    void *data;
    size_t bytes;
    if (expops_cache_read(order->device->backend_name, &order->key, &data, &bytes)) {
        const expops_status status = load(order, data, bytes, out_kernel);
        free(data);
        if (status == EXPOPS_OK)
            return EXPOPS_OK;
        expops_cache_drop(order->device->backend_name, &order->key);
    }
    return compile(order, out_kernel);
}

static entry **find(struct expops_kernel_table *table, const expops_cache_key *key)
{
    entry **at = table->bucket + key->bytes[0] % BUCKETS;
    while (*at && memcmp(&(*at)->key, key, sizeof *key))
        at = &(*at)->next;
    return at;
}

/* Claims the key for this thread, or waits for the thread that has it. *out_kernel NULL means claimed. */
static expops_status claim(struct expops_kernel_table *table, const order *order, int capturing,
                           expops_backend_kernel **out_kernel)
{
    expops_status status = EXPOPS_OK;
    pthread_mutex_lock(&table->lock);
    entry **at = find(table, &order->key);
    while (*at && !(*at)->kernel) {
        pthread_cond_wait(&table->changed, &table->lock);
        at = find(table, &order->key);
    }
    *out_kernel = *at ? (*at)->kernel : NULL;
    if (*at) {
        expops_cache_count(EXPOPS_CACHE_HITS_MEMORY, 1);
    } else if (capturing) {
        status =
            expops_fail(EXPOPS_ERR_CAPTURE,
                        "%s: its kernel is not loaded yet and the stream is under capture; call expops_prepare, or "
                        "the operator once, before the capture",
                        order->name);
    } else {
        *at = calloc(1, sizeof **at);
        if (*at)
            (*at)->key = order->key;
        else
            status = expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "%s: no memory to remember its kernel", order->name);
    }
    pthread_mutex_unlock(&table->lock);
    return status;
}

static void settle(struct expops_kernel_table *table, const order *order, expops_backend_kernel *kernel)
{
    pthread_mutex_lock(&table->lock);
    entry **at = find(table, &order->key);
    if (kernel) {
        (*at)->kernel = kernel;
    } else {
        entry *failed = *at;
        *at = failed->next;
        free(failed);
    }
    pthread_cond_broadcast(&table->changed);
    pthread_mutex_unlock(&table->lock);
}

static expops_cache_key key_of(const expops_device_info *info, const expops_text *text)
{
    const void *const parts[] = { info->target, info->compiler, text->data };
    const size_t sizes[] = { strlen(info->target), strlen(info->compiler), text->used };
    return expops_cache_key_of(parts, sizes, EXPOPS_COUNTOF(parts));
}

expops_status expops_kernel_get(expops_device *device, const expops_problem *problem, const expops_step *step,
                                int capturing, expops_backend_kernel **out_kernel)
{
    expops_text text;
    if (!device->info.prelude || !EXPOPS_HAS(device->api, expops_backend_api, compile))
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: %s has no kernel for these types and compiles none",
                           problem->op->name, device->name);
    EXPOPS_TRY(expops_step_text(problem, &device->info, step, &text));
    order order = { .device = device, .problem = problem, .text = text.data, .key = key_of(&device->info, &text) };
    snprintf(order.name, sizeof order.name, "%s.%s.%s", problem->op->name, step->variant,
             problem->common < 0 ? "bits" : expops_dtype_name((expops_dtype)problem->common));
    expops_status status = claim(device->kernels, &order, capturing, out_kernel);
    if (status == EXPOPS_OK && !*out_kernel) {
        status = make(&order, out_kernel);
        settle(device->kernels, &order, status == EXPOPS_OK ? *out_kernel : NULL);
    }
    expops_text_free(&text);
    return status;
}
