/* expops bench: how fast operators are, as a share of what the device can copy. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench.h"
#include "command.h"

enum {
    OPT_SHAPE,
    OPT_DTYPE,
    OPT_BACKEND,
    OPT_OPS,
    OPT_ALL,
    OPT_JSON,
    OPT_CSV,
    OPT_COMPARE,
    OPT_SLOWER,
    OPT_PLOT,
    OPT_NO_FIRST,
    OPT_FIRST,
    OPT_HELP,
    NUM_FIXED
};
enum { MAX_SHAPES = 32 };

static const tool_option fixed_options[NUM_FIXED] = {
    [OPT_SHAPE] = { .name = "shape",
                    .value_name = "8192x8192",
                    .help = "shape of the tensors, or several: 64x64,1024x1024; default 4096x4096" },
    [OPT_DTYPE] = { .name = "dtype",
                    .value_name = "T",
                    .help = "their element type; default f32 where the operator takes it" },
    [OPT_BACKEND] = { .name = "backend", .value_name = "B", .help = "cuda, cuda:1, ... instead of EXPOPS_BACKEND" },
    [OPT_OPS] = { .name = "ops", .value_name = "a,b,c", .help = "several operators" },
    [OPT_ALL] = { .name = "all", .help = "every operator" },
    [OPT_JSON] = { .name = "json", .help = "a list for programs instead of a table" },
    [OPT_CSV] = { .name = "csv", .help = "lines for spreadsheets instead of a table" },
    [OPT_COMPARE] = { .name = "compare",
                      .value_name = "FILE",
                      .help = "show an earlier run's times, which --json wrote there" },
    [OPT_SLOWER] = { .name = "slower",
                     .value_name = "X",
                     .help = "fail where a call takes more than X times as long as in --compare's file" },
    [OPT_PLOT] = { .name = "plot",
                   .value_name = "FILE",
                   .help = "draw bandwidth by size, beside copies and PyTorch: .svg, .png, .pdf (needs matplotlib)" },
    [OPT_NO_FIRST] = { .name = "no-first-calls", .help = "leave out the times of first calls" },
    [OPT_FIRST] = { .name = "first-call",
                    .help = "only print the nanoseconds of this process's first and second call" },
    [OPT_HELP] = TOOL_HELP,
};

typedef struct bench {
    tool_option *options;
    tool_option *attributes; /* NULL where several operators are timed */
    bench_setup setup;       /* with the shape that is being timed */
    bench_setup shapes[MAX_SHAPES];
    size_t num_shapes;
    enum bench_format format;
    json_object *list;    /* what was found so far */
    json_object *earlier; /* of --compare */
    size_t number, total;
    size_t failures, slower;
    double tolerated; /* of --slower; 0: anything */
    int status;
} bench;

/* One shape; what follows it, or NULL where it is none. */
static const char *parse_shape(const char *at, bench_setup *setup)
{
    setup->ndim = 0;
    for (;;) {
        char *end;
        errno = 0;
        const long long size = *at >= '0' && *at <= '9' ? strtoll(at, &end, 10) : 0;
        if (errno || size < 1 || setup->ndim == EXPOPS_MAX_RANK)
            return NULL;
        setup->shape[setup->ndim++] = size;
        if (*end != 'x')
            return end;
        at = end + 1;
    }
}

static int parse_shapes(const char *text, bench *b)
{
    for (const char *at = text;; at++) {
        if (b->num_shapes == MAX_SHAPES)
            return tool_misused("bench: --shape: at most %d shapes are taken", MAX_SHAPES);
        at = parse_shape(at, &b->shapes[b->num_shapes]);
        if (!at || (*at && *at != ','))
            return tool_misused("bench: --shape '%s' is not a shape such as 8192x8192", text);
        b->num_shapes++;
        if (!*at)
            return TOOL_OK;
    }
}

/* One line, whatever is printed besides: it is taken back before anything else. */
static void show_progress(const bench *b, const char *name)
{
    if (!isatty(STDERR_FILENO) || b->options[OPT_FIRST].value)
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
    b->setup.or_samples = b->options[OPT_FIRST].value != NULL; /* times of first calls name no shape */
    if (bench_fill_call(c, &b->setup, &outputs))
        return c->message;
    if (b->options[OPT_FIRST].value)
        return print_first_calls(b, c, &outputs) ? c->message : NULL;
    if (bench_measure(c, &b->setup, &outputs, r))
        return r->message;
    if (!b->options[OPT_NO_FIRST].value)
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
    else if (!b->options[OPT_FIRST].value)
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

/* Every name is looked up before the first is timed. */
static int check_list(bench *b, const char *names)
{
    char *copy = strdup(names), *rest = copy;
    int status = TOOL_OK;
    for (char *name; !status && (name = strsep(&rest, ","));) {
        status = tool_find_operator("bench", name) ? TOOL_OK : TOOL_USAGE;
        b->total += b->num_shapes;
    }
    free(copy);
    return status;
}

static void time_list(bench *b, const char *names)
{
    char *copy = strdup(names), *rest = copy;
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

static const char *names_of(const bench *b, const tool_words *words)
{
    return words->count ? words->word[0] : b->options[OPT_OPS].value;
}

static int time_chosen(bench *b, const tool_words *words)
{
    b->list = json_object_new_array();
    if (!b->options[OPT_FIRST].value)
        bench_print_head(&b->setup, b->format, b->earlier != NULL);
    if (b->options[OPT_ALL].value)
        time_all(b);
    else
        time_list(b, names_of(b, words));
    show_progress(b, NULL);
    if (b->options[OPT_JSON].value)
        puts(json_object_to_json_string_ext(b->list, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    if (b->status == TOOL_OK && b->options[OPT_PLOT].value)
        b->status = bench_plot(b->list, b->options[OPT_PLOT].value);
    json_object_put(b->list);
    if (b->status == TOOL_OK && b->failures)
        return tool_failed("bench: %zu of %zu could not be timed", b->failures, b->total);
    if (b->status == TOOL_OK && b->slower)
        return tool_failed("bench: %zu of %zu take more than %g times as long as before", b->slower, b->total,
                           b->tolerated);
    return b->status;
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

/* The sizes of a plot, 1 Ki to 16 Mi elements. */
static const char plotted_shapes[] = "16x64,64x64,64x256,256x256,256x1024,1024x1024,1024x4096,4096x4096";

static int set_up_output(bench *b)
{
    const char *earlier = b->options[OPT_COMPARE].value, *slower = b->options[OPT_SLOWER].value;
    char *end = NULL;
    b->format = b->options[OPT_JSON].value || b->options[OPT_FIRST].value ? BENCH_JSON
                : b->options[OPT_CSV].value                               ? BENCH_CSV
                                                                          : BENCH_TABLE;
    if (b->options[OPT_JSON].value && b->options[OPT_CSV].value)
        return tool_misused("bench: --json and --csv exclude each other");
    b->tolerated = slower ? strtod(slower, &end) : 0;
    if (slower && (*end || !(b->tolerated > 0)))
        return tool_misused("bench: --slower '%s' is not a factor such as 1.2", slower);
    if (slower && !earlier)
        return tool_misused("bench: --slower needs an earlier run, --compare FILE");
    b->earlier = earlier ? bench_load_earlier(earlier) : NULL;
    return earlier && !b->earlier ? TOOL_FAILED : TOOL_OK;
}

static int set_up(bench *b, const tool_words *words)
{
    const char *shape = b->options[OPT_SHAPE].value, *dtype = b->options[OPT_DTYPE].value;
    const int named = (words->count == 1) + (b->options[OPT_OPS].value != NULL) + (b->options[OPT_ALL].value != NULL);
    if (named != 1 || words->count > 1)
        return tool_misused("bench: give one operator, or --ops a,b,c, or --all");
    int status = parse_shapes(shape ? shape : b->options[OPT_PLOT].value ? plotted_shapes : "4096x4096", b);
    if (!status && !b->options[OPT_ALL].value)
        status = check_list(b, names_of(b, words));
    if (status)
        return status;
    b->setup.dtype = default_dtype(words);
    if (dtype && expops_dtype_parse(dtype, &b->setup.dtype))
        return tool_misused("bench: --dtype: %s", expops_error_text());
    status = set_up_output(b);
    if (!status && expops_device_open(b->options[OPT_BACKEND].value, &b->setup.device))
        status = tool_library_failed("bench");
    return status;
}

static int run(int argc, char **argv)
{
    tool_option options[NUM_FIXED + CALL_MAX_PARAMETERS];
    tool_words words;
    bench b = { .options = options };
    /* The operator's attributes are options, too, where the first argument names one. */
    const expops_operator *op = argc > 1 && argv[1][0] != '-' ? expops_find(argv[1]) : NULL;
    memcpy(options, fixed_options, sizeof(fixed_options));
    const size_t count = NUM_FIXED + (op ? call_options(op, options + NUM_FIXED) : 0);
    if (op)
        b.attributes = options + NUM_FIXED;
    int status = tool_parse(options, count, argc, argv, &words);
    if (status)
        return status;
    if (options[OPT_HELP].value) {
        tool_print_help(&cmd_bench);
        tool_help(options + NUM_FIXED, count - NUM_FIXED);
        return TOOL_OK;
    }
    status = set_up(&b, &words);
    if (status == TOOL_OK)
        status = time_chosen(&b, &words);
    json_object_put(b.earlier);
    expops_device_close(&b.setup.device);
    return status;
}

const tool_command cmd_bench = {
    .name = "bench",
    .usage = "OP | --ops a,b,c | --all [--attribute VALUE]",
    .summary = "time operators against the device's copy bandwidth",
    .text = "Times operators on random numbers, in buffers that no cache holds, and shows the share of what the device "
            "reaches in copies of as many bytes.",
    .options = fixed_options,
    .num_options = NUM_FIXED,
    .takes = TOOL_TAKES_OPERATOR,
    .run = run,
};
