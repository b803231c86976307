/* expops bench: how fast operators are, as a share of what the device can copy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bench_run.h"
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
        if (b->num_shapes == BENCH_MAX_SHAPES)
            return tool_misused("bench: --shape: at most %d shapes are taken", BENCH_MAX_SHAPES);
        at = parse_shape(at, &b->shapes[b->num_shapes]);
        if (!at || (*at && *at != ','))
            return tool_misused("bench: --shape '%s' is not a shape such as 8192x8192", text);
        b->num_shapes++;
        if (!*at)
            return TOOL_OK;
    }
}

/* Every name is looked up before the first is timed. */
static int check_list(bench *b)
{
    char *copy = strdup(b->names), *rest = copy;
    int status = TOOL_OK;
    for (char *name; !status && (name = strsep(&rest, ","));) {
        status = tool_find_operator("bench", name) ? TOOL_OK : TOOL_USAGE;
        b->total += b->num_shapes;
    }
    free(copy);
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

/* The sizes of a plot, 1 Ki to 16 Mi elements. */
static const char plotted_shapes[] = "16x64,64x64,64x256,256x256,256x1024,1024x1024,1024x4096,4096x4096";

static int set_up_output(bench *b, const tool_option *options)
{
    const char *earlier = options[OPT_COMPARE].value, *slower = options[OPT_SLOWER].value;
    char *end = NULL;
    b->format = options[OPT_JSON].value || options[OPT_FIRST].value ? BENCH_JSON
                : options[OPT_CSV].value                            ? BENCH_CSV
                                                                    : BENCH_TABLE;
    if (options[OPT_JSON].value && options[OPT_CSV].value)
        return tool_misused("bench: --json and --csv exclude each other");
    b->plot = options[OPT_PLOT].value;
    b->first_calls_only = options[OPT_FIRST].value != NULL;
    b->without_first_calls = options[OPT_NO_FIRST].value != NULL;
    b->tolerated = slower ? strtod(slower, &end) : 0;
    if (slower && (*end || !(b->tolerated > 0)))
        return tool_misused("bench: --slower '%s' is not a factor such as 1.2", slower);
    if (slower && !earlier)
        return tool_misused("bench: --slower needs an earlier run, --compare FILE");
    b->earlier = earlier ? bench_load_earlier(earlier) : NULL;
    return earlier && !b->earlier ? TOOL_FAILED : TOOL_OK;
}

static int set_up(bench *b, const tool_option *options, const tool_words *words)
{
    const char *shape = options[OPT_SHAPE].value, *dtype = options[OPT_DTYPE].value;
    const int named = (words->count == 1) + (options[OPT_OPS].value != NULL) + (options[OPT_ALL].value != NULL);
    if (named != 1 || words->count > 1)
        return tool_misused("bench: give one operator, or --ops a,b,c, or --all");
    b->names = words->count ? words->word[0] : options[OPT_OPS].value;
    int status = parse_shapes(shape ? shape : options[OPT_PLOT].value ? plotted_shapes : "4096x4096", b);
    if (!status && b->names)
        status = check_list(b);
    if (status)
        return status;
    b->setup.dtype = default_dtype(words);
    if (dtype && expops_dtype_parse(dtype, &b->setup.dtype))
        return tool_misused("bench: --dtype: %s", expops_error_text());
    status = set_up_output(b, options);
    if (!status && expops_device_open(options[OPT_BACKEND].value, &b->setup.device))
        status = tool_library_failed("bench");
    return status;
}

static int run(int argc, char **argv)
{
    tool_option options[NUM_FIXED + CALL_MAX_PARAMETERS];
    tool_words words;
    bench b = { .names = NULL };
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
    status = set_up(&b, options, &words);
    if (status == TOOL_OK)
        status = bench_run(&b);
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
