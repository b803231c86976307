/* expops bench: how fast operators are, as a share of what the device can copy. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench.h"
#include "command.h"

enum { OPT_SHAPE, OPT_DTYPE, OPT_BACKEND, OPT_OPS, OPT_ALL, OPT_JSON, OPT_NO_FIRST, OPT_FIRST, OPT_HELP, NUM_FIXED };

static const tool_option fixed_options[NUM_FIXED] = {
    [OPT_SHAPE] = { .name = "shape", .value_name = "8192x8192", .help = "shape of the tensors; default 4096x4096" },
    [OPT_DTYPE] = { .name = "dtype",
                    .value_name = "T",
                    .help = "their element type; default f32 where the operator takes it" },
    [OPT_BACKEND] = { .name = "backend", .value_name = "B", .help = "cuda, cuda:1, ... instead of EXPOPS_BACKEND" },
    [OPT_OPS] = { .name = "ops", .value_name = "a,b,c", .help = "several operators" },
    [OPT_ALL] = { .name = "all", .help = "every operator" },
    [OPT_JSON] = { .name = "json", .help = "a list for programs instead of a table" },
    [OPT_NO_FIRST] = { .name = "no-first-calls", .help = "leave out the times of first calls" },
    [OPT_FIRST] = { .name = "first-call",
                    .help = "only print the nanoseconds of this process's first and second call" },
    [OPT_HELP] = { .name = "help", .letter = 'h', .help = "this text" },
};

typedef struct bench {
    tool_option *options;
    tool_option *attributes; /* NULL where several operators are timed */
    bench_setup setup;
    json_object *list; /* NULL: a table */
    size_t number, total;
    size_t failures;
} bench;

static int parse_shape(const char *text, bench_setup *setup)
{
    setup->ndim = 0;
    for (const char *at = text; *at;) {
        char *end;
        errno = 0;
        const long long size = strtoll(at, &end, 10);
        if (end == at || errno || size < 1 || setup->ndim == EXPOPS_MAX_RANK || (*end && *end != 'x') ||
            (*end == 'x' && !end[1]))
            return tool_misused("bench: --shape '%s' is not a shape such as 8192x8192", text);
        setup->shape[setup->ndim++] = size;
        at = *end ? end + 1 : end;
    }
    return TOOL_OK;
}

static void show_progress(const bench *b, const char *name)
{
    if (!isatty(STDERR_FILENO))
        return;
    if (name)
        fprintf(stderr, "\r[%zu/%zu] %-24s", b->number, b->total, name);
    else
        fputs("\r\033[K", stderr);
}

static void format_shape(const bench_setup *setup, char *out, size_t size)
{
    size_t used = 0;
    out[0] = 0;
    for (int32_t i = 0; i < setup->ndim && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%lld", i ? "x" : "", (long long)setup->shape[i]);
}

static double share_of_copy(const bench_report *r)
{
    return r->copy_gigabytes_a_second > 0 ? r->gigabytes_a_second / r->copy_gigabytes_a_second : 0;
}

static void add_json(const bench *b, const char *name, const char *shape, const bench_report *r, const char *failure)
{
    json_object *row = json_object_new_object();
    json_object_object_add(row, "operator", json_object_new_string(name));
    json_object_object_add(row, "device", json_object_new_string(expops_device_name(b->setup.device)));
    json_object_object_add(row, "dtype", json_object_new_string(expops_dtype_name(b->setup.dtype)));
    json_object_object_add(row, "shape", json_object_new_string(shape));
    if (failure) {
        json_object_object_add(row, "error", json_object_new_string(failure));
    } else {
        json_object_object_add(row, "bytes", json_object_new_int64((int64_t)r->bytes));
        json_object_object_add(row, "microseconds", json_object_new_double(r->microseconds));
        json_object_object_add(row, "gigabytes_a_second", json_object_new_double(r->gigabytes_a_second));
        json_object_object_add(row, "copy_gigabytes_a_second", json_object_new_double(r->copy_gigabytes_a_second));
        json_object_object_add(row, "share_of_copy", json_object_new_double(share_of_copy(r)));
        json_object_object_add(row, "cold_ms", r->cold_ms < 0 ? NULL : json_object_new_double(r->cold_ms));
        json_object_object_add(row, "disk_ms", r->disk_ms < 0 ? NULL : json_object_new_double(r->disk_ms));
        json_object_object_add(row, "memory_us", r->memory_us < 0 ? NULL : json_object_new_double(r->memory_us));
    }
    json_object_array_add(b->list, row);
}

static void print_first(double value, const char *unit)
{
    if (value < 0)
        printf("        - %s", unit);
    else
        printf(" %8.2f %s", value, unit);
}

static void print_row(const char *name, const bench_report *r)
{
    printf("%-24s %10.1f us %8.1f GB/s %5.2f", name, r->microseconds, r->gigabytes_a_second, share_of_copy(r));
    print_first(r->cold_ms, "ms");
    print_first(r->disk_ms, "ms");
    print_first(r->memory_us, "us");
    putchar('\n');
    fflush(stdout);
}

static void report(bench *b, const char *name, const bench_report *r, const char *failure)
{
    char shape[256];
    show_progress(b, NULL);
    format_shape(&b->setup, shape, sizeof(shape));
    if (b->list)
        add_json(b, name, shape, r, failure);
    else if (failure)
        printf("%-24s %s\n", name, failure);
    else
        print_row(name, r);
    b->failures += failure != NULL;
}

static int set_attributes(call *c, const tool_option *attributes)
{
    for (size_t i = 0; attributes && i < c->count; i++)
        if (attributes[i].value && call_set_word(c, i, attributes[i].value))
            return -1;
    return 0;
}

/* The command line of a process that times the first calls of this operator. */
static void time_first_calls(const bench *b, const call *c, bench_report *r)
{
    char shape[256];
    const char *argv[16 + 2 * CALL_MAX_PARAMETERS];
    char names[CALL_MAX_PARAMETERS][80];
    size_t n = 0;
    format_shape(&b->setup, shape, sizeof(shape));
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

static int print_first_calls(const bench *b, call *c, expops_result *result)
{
    double ns[2];
    if (bench_first_calls(c, &b->setup, result, ns))
        return -1;
    printf("%.0f %.0f\n", ns[0], ns[1]);
    return 0;
}

static void time_operator(bench *b, const expops_operator *op)
{
    bench_report r = { .cold_ms = -1, .disk_ms = -1, .memory_us = -1 };
    expops_result result;
    call *c = malloc(sizeof(*c));
    const char *failure = NULL;
    b->number++;
    show_progress(b, expops_operator_name(op));
    if (!c) {
        report(b, expops_operator_name(op), &r, "no memory");
        return;
    }
    if (call_init(c, op) || set_attributes(c, b->attributes) || bench_fill_call(c, &b->setup, &result))
        failure = c->message;
    else if (b->options[OPT_FIRST].value)
        failure = print_first_calls(b, c, &result) ? c->message : NULL;
    else if (bench_measure(c, &b->setup, &result, &r))
        failure = r.message;
    if (!failure && !b->options[OPT_NO_FIRST].value && !b->options[OPT_FIRST].value)
        time_first_calls(b, c, &r);
    if (!b->options[OPT_FIRST].value)
        report(b, expops_operator_name(op), &r, failure);
    else if (failure)
        b->failures++;
    call_deinit(c);
    free(c);
}

static int time_list(bench *b, const char *names)
{
    char *copy = strdup(names), *rest = copy;
    for (const char *at = names; at; at = strchr(at + 1, ','))
        b->total++;
    int status = TOOL_OK;
    for (char *name = strsep(&rest, ","); name && !status; name = strsep(&rest, ",")) {
        const expops_operator *op = expops_find(name);
        if (op)
            time_operator(b, op);
        else
            status = tool_misused("bench: there is no operator '%s'; 'expops list' has them all", name);
    }
    free(copy);
    return status;
}

static int time_all(bench *b)
{
    b->total = expops_operator_count();
    for (size_t i = 0; i < b->total; i++)
        if (expops_operator_dtypes(expops_operator_at(i)) & 1u << b->setup.dtype)
            time_operator(b, expops_operator_at(i));
    return TOOL_OK;
}

static void print_head(const bench *b)
{
    char shape[256];
    format_shape(&b->setup, shape, sizeof(shape));
    printf("%s, %s, %s %s\n", expops_device_name(b->setup.device), expops_device_get_info(b->setup.device)->name,
           expops_dtype_name(b->setup.dtype), shape);
    printf("%-24s %13s %13s %5s %11s %11s %11s\n", "operator", "a call", "bandwidth", "/copy", "first call",
           "disk cached", "second call");
}

static int time_chosen(bench *b, const tool_words *words)
{
    if (b->options[OPT_JSON].value)
        b->list = json_object_new_array();
    else if (!b->options[OPT_FIRST].value)
        print_head(b);
    int status = b->options[OPT_ALL].value ? time_all(b)
                                           : time_list(b, words->count ? words->word[0] : b->options[OPT_OPS].value);
    show_progress(b, NULL);
    if (b->list)
        puts(json_object_to_json_string_ext(b->list, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(b->list);
    if (status == TOOL_OK && b->failures)
        status = tool_failed("bench: %zu of %zu operators could not be timed", b->failures, b->total);
    return status;
}

/* f32, or what comes nearest among the types of the one operator named. */
static expops_dtype default_dtype(const tool_words *words)
{
    const expops_operator *op = words->count == 1 ? expops_find(words->word[0]) : NULL;
    const uint32_t taken = op ? expops_operator_dtypes(op) : 0;
    if (!taken || taken >> EXPOPS_DTYPE_F32 & 1u)
        return EXPOPS_DTYPE_F32;
    return taken >> EXPOPS_DTYPE_I32 & 1u ? EXPOPS_DTYPE_I32 : (expops_dtype)__builtin_ctz(taken);
}

static int set_up(bench *b, const tool_words *words)
{
    const char *shape = b->options[OPT_SHAPE].value, *dtype = b->options[OPT_DTYPE].value;
    const int named = (words->count == 1) + (b->options[OPT_OPS].value != NULL) + (b->options[OPT_ALL].value != NULL);
    if (named != 1 || words->count > 1)
        return tool_misused("bench: give one operator, or --ops a,b,c, or --all");
    b->setup.dtype = default_dtype(words);
    if (dtype && expops_dtype_parse(dtype, &b->setup.dtype))
        return tool_misused("bench: --dtype: %s", expops_error_text());
    const int status = parse_shape(shape ? shape : "4096x4096", &b->setup);
    if (status)
        return status;
    if (expops_device_open(b->options[OPT_BACKEND].value, &b->setup.device))
        return tool_library_failed("bench");
    return TOOL_OK;
}

/* The operator's attributes are options, too, where the first argument names one. */
static size_t add_attributes(tool_option *options, const expops_operator *op)
{
    const size_t count = expops_operator_parameter_count(op);
    expops_parameter_info info;
    for (size_t i = 0; i < count && i < CALL_MAX_PARAMETERS && expops_operator_parameter(op, i, &info); i++)
        options[i] = (tool_option){ .name = info.name, .value_name = "VALUE", .help = info.doc };
    return count < CALL_MAX_PARAMETERS ? count : CALL_MAX_PARAMETERS;
}

int cmd_bench(int argc, char **argv)
{
    tool_option options[NUM_FIXED + CALL_MAX_PARAMETERS];
    tool_words words;
    bench b = { .options = options };
    const expops_operator *op = argc > 1 && argv[1][0] != '-' ? expops_find(argv[1]) : NULL;
    memcpy(options, fixed_options, sizeof(fixed_options));
    const size_t count = NUM_FIXED + (op ? add_attributes(options + NUM_FIXED, op) : 0);
    if (op)
        b.attributes = options + NUM_FIXED;
    int status = tool_parse(options, count, argc, argv, &words);
    if (status)
        return status;
    if (options[OPT_HELP].value) {
        puts("usage: expops bench OP | --ops a,b,c | --all [--attribute VALUE]");
        tool_help(options, count);
        return TOOL_OK;
    }
    status = set_up(&b, &words);
    if (status == TOOL_OK)
        status = time_chosen(&b, &words);
    expops_device_close(&b.setup.device);
    return status;
}
