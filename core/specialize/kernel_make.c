/* Making a kernel from text: from the disk's cache where it is there, else by the backend's compiler. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/error.h"
#include "cache/disk_cache.h"
#include "dump.h"
#include "expops/cache.h"
#include "kernel_table_internal.h"

/* Everything needed to make one kernel. */
typedef struct order {
    expops_device *device;
    const char *text;
    char name[96];
    expops_cache_key key,
        elsewhere; /* of what this machine's compiler makes, and of what another machine's made for it */
} order;

static expops_status load(const order *order, const void *data, size_t bytes, expops_backend_kernel **out_kernel)
{
    const int32_t status = order->device->api->load(order->device->backend, data, bytes, "xk_main", out_kernel);
    return status ? expops_fail_more((expops_status)status, "%s on %s", order->name, order->device->name) : EXPOPS_OK;
}

/* For `expops cache stat`: what compiling has cost this process. */
static uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The image is the backend's to release. */
static expops_status compile(const order *order, expops_image *out_image)
{
    const expops_device *device = order->device;
    const expops_source source = {
        { sizeof source, 0, NULL }, order->text, order->name, "xk_main", device->info.target
    };
    const uint64_t start = now_ns();
    /* before the compiler: of a text that breaks it, too */
    expops_dump_source(order->name, order->key.bytes, order->text);
    const int32_t status = device->api->compile(device->backend, &source, out_image);
    if (status)
        return expops_fail_more((expops_status)status, "%s on %s", order->name, device->name);
    expops_cache_count(EXPOPS_CACHE_COMPILE_NS, now_ns() - start);
    return EXPOPS_OK;
}

/* What it is, in words for `expops cache ls`: the key is a hash, which nobody can read back. */
static void keep(const order *order, const expops_cache_key *key, const expops_image *image)
{
    const expops_device *device = order->device;
    char about[200];
    snprintf(about, sizeof about, "%s, %s, %s", order->name, device->info.target, device->info.compiler);
    expops_cache_write(device->backend_name, key, image->data, image->bytes, about);
}

static expops_status compile_and_load(const order *order, expops_backend_kernel **out_kernel)
{
    expops_image image = { NULL, 0 };
    EXPOPS_TRY(compile(order, &image));
    const expops_status loaded = load(order, image.data, image.bytes, out_kernel);
    if (loaded == EXPOPS_OK) /* what the driver refuses once it would refuse again */
        keep(order, &order->key, &image);
    order->device->api->release_image(&image);
    return loaded;
}

/* For a device that is elsewhere, on a machine that has the same compiler, or none. */
static expops_status compile_and_keep(const order *order)
{
    expops_image image = { NULL, 0 };
    void *data;
    size_t bytes;
    if (!expops_cache_directory())
        return expops_fail_more(EXPOPS_ERR_UNAVAILABLE, "%s: kernels for %s are kept on disk only", order->name,
                                order->device->name);
    if (expops_cache_read(order->device->backend_name, &order->key, &data, &bytes)) {
        free(data);
        return EXPOPS_OK;
    }
    EXPOPS_TRY(compile(order, &image));
    keep(order, &order->key, &image);
    keep(order, &order->elsewhere, &image);
    order->device->api->release_image(&image);
    return EXPOPS_OK;
}

static int find_on_disk(const order *order, const expops_cache_key *key, expops_backend_kernel **out_kernel)
{
    void *data;
    size_t bytes;
    if (!expops_cache_read(order->device->backend_name, key, &data, &bytes))
        return 0;
    const expops_status status = load(order, data, bytes, out_kernel);
    free(data);
    /* A broken file, or one that this driver does not take: the next process shall not try it again. */
    if (status != EXPOPS_OK)
        expops_cache_drop(order->device->backend_name, key);
    return status == EXPOPS_OK;
}

/* What another machine made for this target is only asked where there is no compiler here: our own compiler's code
 * comes first. */
static expops_status find_or_compile(const order *order, expops_backend_kernel **out_kernel)
{
    if (find_on_disk(order, &order->key, out_kernel))
        return EXPOPS_OK;
    const expops_status status = compile_and_load(order, out_kernel);
    const int found = status == EXPOPS_ERR_UNAVAILABLE && find_on_disk(order, &order->elsewhere, out_kernel);
    return found ? EXPOPS_OK : status;
}

/* One process at a time, where they share a cache: the others find what the first compiled. Some drivers also keep files of
 * their own by a kernel's text, and break when several processes write them. */
static expops_status make(const order *order, expops_backend_kernel **out_kernel)
{
    const int making = expops_cache_begin_making(order->device->backend_name, &order->key);
    const expops_status status = find_or_compile(order, out_kernel);
    expops_cache_end_making(making);
    return status;
}

/* The text holds everything that a kernel depends on besides: the shape's facts are defines in it. */
static expops_cache_key key_of(const char *target, const char *compiler, const expops_text *text)
{
    const void *const parts[] = { target, compiler, text->data };
    const size_t sizes[] = { strlen(target), strlen(compiler), text->used };
    return expops_cache_key_of(parts, sizes, EXPOPS_COUNTOF(parts));
}

/* What claiming nothing means. */
static expops_status explain(const order *order, int capturing)
{
    if (capturing)
        return expops_fail(EXPOPS_ERR_CAPTURE,
                           "%s: its kernel is not loaded yet and the stream is under capture; call expops_prepare, or "
                           "the operator once, before the capture",
                           order->name);
    return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "%s: no memory to remember its kernel", order->name);
}

static expops_status take_or_make(const order *order, int capturing, expops_loaded **out_loaded)
{
    expops_loaded *loaded = expops_table_claim(order->device->kernels, &order->key, capturing);
    if (!loaded)
        return explain(order, capturing);
    if (loaded->kernel) {
        expops_cache_count(EXPOPS_CACHE_HITS_MEMORY, 1);
    } else {
        expops_backend_kernel *kernel = NULL;
        const expops_status status = make(order, &kernel);
        /* After a failure, too: other threads wait for this kernel, and the next of them tries. */
        expops_table_settle(loaded, status == EXPOPS_OK ? kernel : NULL);
        if (status != EXPOPS_OK)
            return status;
    }
    *out_loaded = loaded;
    return EXPOPS_OK;
}

expops_status expops_kernel_get(expops_device *device, const expops_problem *problem, const expops_step *step,
                                int capturing, expops_loaded **out_loaded)
{
    expops_text text;
    if (!device->info.prelude || !EXPOPS_HAS(device->api, expops_backend_api, compile))
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%s: %s has no kernel for these types and compiles none",
                           problem->op->name, device->name);
    EXPOPS_TRY(expops_step_text(problem, &device->info, step, &text));
    order order = { .device = device,
                    .text = text.data,
                    .key = key_of(device->info.target, device->info.compiler, &text),
                    .elsewhere = key_of(device->info.target, "", &text) };
    snprintf(order.name, sizeof order.name, "%s.%s.%s", problem->op->name, step->variant,
             problem->common < 0 ? "bits" : expops_dtype_name((expops_dtype)problem->common));
    *out_loaded = NULL;
    const expops_status status =
        expops_device_is_target(device) ? compile_and_keep(&order) : take_or_make(&order, capturing, out_loaded);
    expops_text_free(&text);
    return status;
}
