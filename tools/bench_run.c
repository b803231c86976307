/* Timing one operator after the other, in every shape, and saying what was found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench_run.h"
#include "command.h"
#include "print_json.h"

/* One line, whatever is printed besides: it is taken back before anything else. */
static void show_progress(const bench *b, const char *name)
{
    if (!isatty(STDERR_FILENO) || b->first_calls_only)
        return;
    fputs("\r\033[K", stderr);
    if (name)
        fprintf(stderr, "[%zu/%zu] %.40s", b->number, b->total, name);
    fflush(stderr);
}

static void report(bench *b, const expops_operator *op, call *c, const bench_report *r, const char *failure)
{
    call_tensor *used[CALL_MAX_TENSORS];
    bench_row row = { op, &b->setup, r, c ? call_list_tensors(c, used) : 0, failure, 0 };
    row.earlier = bench_find_earlier(b->earlier, &row);
    show_progress(b, NULL);
    bench_print_row(&row, b->format, b->earlier != NULL);
    json_object_array_add(b->list, bench_make_json(&row));
    b->failures += failure != NULL;
    b->slower += !failure && row.earlier > 0 && b->tolerated > 0 && r->microseconds > b->tolerated * row.earlier;
}

static int set_attributes(call *c, const tool_option *attributes)
{
    int status;
    for (size_t i = 0; attributes && i < c->count; i++)
        if (attributes[i].value && (status = call_set_word(c, i, attributes[i].value)))
            return status;
    return TOOL_OK;
}

/* The command line of a process that times the first calls of this operator. */
static void time_first_calls(const bench *b, const call *c, bench_report *r)
{
    char shape[256];
    const char *argv[16 + 2 * CALL_MAX_PARAMETERS];
    char names[CALL_MAX_PARAMETERS][80];
    size_t n = 0;
    bench_format_shape(&b->setup, shape, sizeof(shape));
    const char *const fixed[] = {
        "expops", "bench",   expops_operator_name(c->op),       "--first-call", "--shape",
        shape,    "--dtype", expops_dtype_name(b->setup.dtype), "--backend",    expops_device_name(b->setup.device)
    };
    for (; n < sizeof(fixed) / sizeof(*fixed); n++)
        argv[n] = fixed[n];
    for (size_t i = 0; b->attributes && i < c->count; i++) {
        if (!b->attributes[i].value)
            continue;
        snprintf(names[i], sizeof(names[i]), "--%s", b->attributes[i].name);
        argv[n++] = names[i];
        argv[n++] = b->attributes[i].value;
    }
    argv[n] = NULL;
    bench_cold_and_warm((char *const *)argv, r);
}

static int print_first_calls(const bench *b, call *c, call_outputs *outputs)
{
    double ns[2];
    if (bench_first_calls(c, &b->setup, outputs, ns))
        return -1;
    printf("%.0f %.0f\n", ns[0], ns[1]);
    return 0;
}

/* Why it could not be timed, or NULL. */
static const char *measure(bench *b, call *c, bench_report *r)
{
    call_outputs outputs;
    b->setup.or_samples = b->first_calls_only; /* times of first calls name no shape */
    if (bench_fill_call(c, &b->setup, &outputs))
        return c->message;
    if (b->first_calls_only)
        return print_first_calls(b, c, &outputs) ? c->message : NULL;
    if (bench_measure(c, &b->setup, &outputs, r))
        return r->message;
    if (!b->without_first_calls)
        time_first_calls(b, c, r);
    return NULL;
}

static void time_operator(bench *b, const expops_operator *op)
{
    bench_report r = { .cold_ms = -1, .disk_ms = -1, .memory_us = -1 };
    call *c = malloc(sizeof(*c));
    const char *failure = "no memory";
    int status = TOOL_FAILED;
    b->number++;
    show_progress(b, expops_operator_name(op));
    if (c) {
        status = call_init(c, op);
        status = status ? status : set_attributes(c, b->attributes);
        failure = status ? c->message : measure(b, c, &r);
    }
    if (status == TOOL_USAGE)
        b->status = tool_misused("bench: %s: %s", expops_operator_name(op), failure);
    else if (!b->first_calls_only)
        report(b, op, c, &r, failure);
    else if (failure)
        b->status = tool_failed("bench: %s: %s", expops_operator_name(op), failure);
    if (c)
        call_deinit(c);
    free(c);
}

static void time_shapes(bench *b, const expops_operator *op)
{
    for (size_t i = 0; i < b->num_shapes && !b->status; i++) {
        b->setup.ndim = b->shapes[i].ndim;
        memcpy(b->setup.shape, b->shapes[i].shape, sizeof(b->setup.shape));
        time_operator(b, op);
    }
}

static void time_list(bench *b)
{
    char *copy = strdup(b->names), *rest = copy;
    for (char *name; (name = strsep(&rest, ","));)
        time_shapes(b, expops_find(name));
    free(copy);
}

static void time_all(bench *b)
{
    const size_t count = expops_operator_count();
    for (size_t i = 0; i < count; i++)
        b->total += (expops_operator_dtypes(expops_operator_at(i)) >> b->setup.dtype & 1u) * b->num_shapes;
    for (size_t i = 0; i < count; i++)
        if (expops_operator_dtypes(expops_operator_at(i)) & 1u << b->setup.dtype)
            time_shapes(b, expops_operator_at(i));
}

int bench_run(bench *b)
{
    b->list = json_object_new_array();
    if (!b->first_calls_only)
        bench_print_head(&b->setup, b->format, b->earlier != NULL);
    if (!b->names)
        time_all(b);
    else
        time_list(b);
    show_progress(b, NULL);
    if (b->format == BENCH_JSON && !b->first_calls_only)
        tool_print_json(b->list);
    if (b->status == TOOL_OK && b->plot)
        b->status = bench_plot(b->list, b->plot);
    json_object_put(b->list);
    if (b->status == TOOL_OK && b->failures)
        return tool_failed("bench: %zu of %zu could not be timed", b->failures, b->total);
    if (b->status == TOOL_OK && b->slower)
        return tool_failed("bench: %zu of %zu take more than %g times as long as before", b->slower, b->total,
                           b->tolerated);
    return b->status;
}
