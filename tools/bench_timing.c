/* Median times of calls, and of plain copies of as many bytes, measured alike. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "bench.h"
#include "operator.h"

enum { MAX_SETS = 64, BATCHES = 15 };
#define BATCH_NS 10e6
#define BUDGET_NS 1.5e9

/* One set of buffers of a call. */
typedef struct buffer_set {
    call c;
    call_outputs outputs;
} buffer_set;

typedef struct measurement {
    const bench_setup *setup;
    bench_report *report;
    const call *model;
    buffer_set *sets[MAX_SETS];
    size_t num_sets;
    uint64_t bytes; /* read and written by one call */
    expops_pointer copies[2 * MAX_SETS];
    void *start, *stop; /* events */
} measurement;

typedef int launch_fn(measurement *m, size_t i);

static int library_failed(measurement *m)
{
    snprintf(m->report->message, sizeof(m->report->message), "%.1000s", expops_error_text());
    return -1;
}

static uint64_t output_bytes(const expops_result *result)
{
    uint64_t bytes = expops_dtype_bytes(result->dtype);
    for (int32_t i = 0; i < result->ndim; i++)
        bytes *= (uint64_t)result->shape[i];
    return bytes;
}

/* What a call must read and write: a broadcast tensor counts once, one that gives only its shape not at all. */
static uint64_t call_bytes(call *c, const call_outputs *outputs)
{
    call_tensor *used[CALL_MAX_TENSORS];
    const size_t count = call_list_tensors(c, used);
    uint64_t bytes = 0;
    for (size_t i = 0; i < outputs->count; i++)
        bytes += output_bytes(outputs->results + i);
    for (size_t i = 0; i < count; i++)
        if (!c->op->samples[used[i]->parameter].shape_only)
            bytes += (uint64_t)used[i]->array.numel * expops_dtype_bytes(used[i]->array.dtype);
    return bytes;
}

/* Enough sets that three times the last-level cache lies between two uses of one. Devices do not say how large theirs
 * is; the largest at the time of writing have 256 MiB. */
static size_t choose_num_sets(const bench_setup *setup, uint64_t bytes)
{
    const expops_device_info *info = expops_device_get_info(setup->device);
    const long host_cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    uint64_t wanted = (uint64_t)768 << 20;
    if (info->caps & EXPOPS_CAP_HOST)
        wanted = 3 * (host_cache > 0 ? (uint64_t)host_cache : (uint64_t)64 << 20);
    if (info->memory_bytes && wanted > info->memory_bytes / 8)
        wanted = info->memory_bytes / 8;
    const uint64_t sets = (wanted + bytes - 1) / (bytes ? bytes : 1);
    return sets < 1 ? 1 : sets > MAX_SETS ? MAX_SETS : (size_t)sets;
}

/* A copy of the call with buffers of its own on the device; the host's data is shared. */
static int add_set(measurement *m, const call_outputs *outputs)
{
    buffer_set *set = malloc(sizeof(*set));
    if (!set) {
        snprintf(m->report->message, sizeof(m->report->message), "no memory");
        return -1;
    }
    memset(set, 0, sizeof(*set));
    call_copy(&set->c, m->model);
    set->outputs = *outputs;
    m->sets[m->num_sets++] = set;
    if (call_upload(&set->c, m->setup->device) || call_make_outputs(&set->c, &set->outputs)) {
        snprintf(m->report->message, sizeof(m->report->message), "%.1000s", set->c.message);
        return -1;
    }
    return 0;
}

static void remove_sets(measurement *m)
{
    for (size_t i = 0; i < m->num_sets; i++) {
        call_free_outputs(&m->sets[i]->c, &m->sets[i]->outputs);
        call_unload(&m->sets[i]->c);
        free(m->sets[i]);
    }
    m->num_sets = 0;
}

static int launch_call(measurement *m, size_t i)
{
    buffer_set *set = m->sets[i % m->num_sets];
    return call_launch(&set->c, &set->outputs);
}

static int launch_copy(measurement *m, size_t i)
{
    const size_t set = i % m->num_sets;
    return expops_memory_copy(m->setup->device, NULL, &m->copies[2 * set], &m->copies[2 * set + 1], m->bytes / 2);
}

static int time_batch(measurement *m, launch_fn *launch, size_t first, size_t count, double *out_ns)
{
    uint64_t ns;
    if (expops_event_record(m->setup->device, m->start, NULL))
        return library_failed(m);
    for (size_t i = 0; i < count; i++)
        if (launch(m, first + i))
            return library_failed(m);
    if (expops_event_record(m->setup->device, m->stop, NULL) ||
        expops_event_elapsed(m->setup->device, m->start, m->stop, &ns))
        return library_failed(m);
    *out_ns = (double)ns / (double)count;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The first batches find out how many calls fill one, and warm up; then the median of the rest counts. */
static int time_median(measurement *m, launch_fn *launch, double *out_ns)
{
    double each = 0, times[BATCHES], spent = 0;
    size_t count = m->num_sets, taken = 0, done = 0;
    for (int warm = 0; warm < 3; warm++) {
        if (time_batch(m, launch, done, count, &each))
            return -1;
        done += count;
        const double fitting = BATCH_NS / (each > 100 ? each : 100);
        count = fitting < (double)m->num_sets ? m->num_sets : (size_t)fitting;
    }
    while (taken < BATCHES && (taken < 5 || spent < BUDGET_NS)) {
        if (time_batch(m, launch, done, count, &times[taken]))
            return -1;
        done += count;
        spent += times[taken++] * (double)count;
    }
    qsort(times, taken, sizeof(*times), ascending);
    *out_ns = times[taken / 2];
    return 0;
}

static int measure_calls(measurement *m, const call_outputs *outputs)
{
    const size_t wanted = choose_num_sets(m->setup, m->bytes);
    double ns = 0;
    int status = 0;
    while (!status && m->num_sets < wanted)
        status = add_set(m, outputs);
    if (!status)
        status = time_median(m, launch_call, &ns);
    remove_sets(m);
    m->report->bytes = m->bytes;
    m->report->microseconds = ns / 1e3;
    m->report->gigabytes_a_second = ns > 0 ? (double)m->bytes / ns : 0;
    return status;
}

static int measure_copies(measurement *m)
{
    const size_t wanted = choose_num_sets(m->setup, m->bytes);
    const uint64_t half = m->bytes / 2;
    size_t made = 0;
    double ns = 0;
    int status = 0;
    if (!half)
        return 0;
    while (!status && made < 2 * wanted) {
        if (expops_memory_allocate(m->setup->device, NULL, half, &m->copies[made]))
            status = library_failed(m);
        else
            made++;
    }
    m->num_sets = wanted;
    if (!status)
        status = time_median(m, launch_copy, &ns);
    m->num_sets = 0;
    while (made)
        expops_memory_free(m->setup->device, NULL, &m->copies[--made]);
    m->report->copy_gigabytes_a_second = ns > 0 ? (double)(2 * half) / ns : 0;
    return status;
}

int bench_measure(call *c, const bench_setup *setup, const call_outputs *outputs, bench_report *report)
{
    measurement *m = calloc(1, sizeof(*m));
    if (!m) {
        snprintf(report->message, sizeof(report->message), "no memory");
        return -1;
    }
    *m = (measurement){ .setup = setup, .report = report, .model = c, .bytes = call_bytes(c, outputs) };
    int status = 0;
    if (expops_event_create(setup->device, &m->start) || expops_event_create(setup->device, &m->stop))
        status = library_failed(m);
    if (!status)
        status = measure_calls(m, outputs);
    if (!status)
        status = measure_copies(m);
    if (m->start)
        expops_event_destroy(setup->device, m->start);
    if (m->stop)
        expops_event_destroy(setup->device, m->stop);
    free(m);
    return status;
}

int bench_first_calls(call *c, const bench_setup *setup, call_outputs *outputs, double out_ns[2])
{
    if (call_upload(c, setup->device) || call_make_outputs(c, outputs))
        return -1;
    int status = 0;
    for (int i = 0; i < 2 && !status; i++) {
        struct timespec before, after;
        clock_gettime(CLOCK_MONOTONIC, &before);
        if (call_launch(c, outputs)) {
            snprintf(c->message, sizeof(c->message), "%.1000s", expops_error_text());
            status = -1;
        }
        clock_gettime(CLOCK_MONOTONIC, &after);
        out_ns[i] = 1e9 * (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec);
        expops_synchronize(setup->device, NULL);
    }
    call_free_outputs(c, outputs);
    call_unload(c);
    return status;
}
