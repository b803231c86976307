/* expops run OP INPUT... [--attribute value] -o out.npy */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array_file.h"
#include "call.h"
#include "check.h"
#include "command.h"
#include "expops/cache.h"
#include "show.h"

enum {
    OPT_OUTPUT,
    OPT_BACKEND,
    OPT_OUT_DTYPE,
    OPT_BIG_ENDIAN,
    OPT_FORTRAN_ORDER,
    OPT_CHECK,
    OPT_TARGET,
    OPT_UNITS,
    OPT_HELP,
    NUM_FIXED
};

static const tool_option fixed_options[NUM_FIXED] = {
    [OPT_OUTPUT] = { .name = "output",
                     .letter = 'o',
                     .value_name = "FILE",
                     .help = "write the result there, the first of several: .npy, .npz, or - for standard output" },
    [OPT_BACKEND] = { .name = "backend", .value_name = "B", .help = "cuda, cuda:1, ... instead of EXPOPS_BACKEND" },
    [OPT_OUT_DTYPE] = { .name = "out-dtype",
                        .value_name = "T",
                        .help = "element type of the result, if not the usual" },
    [OPT_BIG_ENDIAN] = { .name = "big-endian", .help = "write the result big-endian" },
    [OPT_FORTRAN_ORDER] = { .name = "fortran-order", .help = "write the result's first dimension fastest" },
    [OPT_CHECK] = { .name = "check", .help = "fail where the result is not within its bound of the exact answer" },
    [OPT_TARGET] = { .name = "target",
                     .value_name = "T",
                     .help = "run nothing: compile what the call needs on --backend's devices of target sm_90, gfx90a, "
                             "... into the cache" },
    [OPT_UNITS] = { .name = "compute-units", .value_name = "N", .help = "that the target's device has" },
    [OPT_HELP] = TOOL_HELP,
};

/* What one backend made of the call, on the host. */
typedef struct outcome {
    npy_array arrays[EXPOPS_MAX_OUTPUTS];
    size_t count;
    char device[64];
} outcome;

/* How many words a parameter takes of those that are left: a list all that no later parameter needs. */
static size_t count_words(const call *c, const tool_option *attributes, size_t index, size_t left)
{
    size_t needed = 0;
    for (size_t i = index + 1; i < c->count; i++)
        needed += !attributes[i].value && !c->parameters[i].optional && call_is_positional(c->parameters[i].kind);
    if (attributes[index].value || !call_is_positional(c->parameters[index].kind))
        return 0;
    if (c->parameters[index].kind != EXPOPS_PARAMETER_TENSORS)
        return left > 0;
    return left > needed ? left - needed : 0;
}

/* Words in order fill the parameters that take tensors; the rest is given by name. */
static int set_arguments(call *c, const tool_option *attributes, const tool_words *words)
{
    size_t next = 1; /* word 0 is the operator */
    for (size_t i = 0; i < c->count; i++) {
        const size_t end = next + count_words(c, attributes, i, words->count - next);
        int status = attributes[i].value ? call_set_word(c, i, attributes[i].value) : TOOL_OK;
        while (status == TOOL_OK && next < end)
            status = call_set_word(c, i, words->word[next++]);
        if (status) {
            tool_failed("%s: %s", words->word[0], c->message);
            return status;
        }
        if (c->values[i].kind == EXPOPS_VALUE_NONE && !c->parameters[i].optional)
            return tool_misused("%s: argument '%s' (%s) is missing; 'expops info %s' describes it", words->word[0],
                                c->parameters[i].name, call_kind_name(c->parameters[i].kind), words->word[0]);
    }
    if (next < words->count)
        return tool_misused("%s: '%s' is one input too many; attributes are given by name", words->word[0],
                            words->word[next]);
    if (array_file_input_left())
        return tool_failed("%s: standard input holds more than was asked for", words->word[0]);
    return TOOL_OK;
}

static int fetch_output(call *c, const call_outputs *outputs, size_t index, outcome *out)
{
    const expops_result *result = outputs->results + index;
    const expops_pointer *memory = outputs->memory + index;
    npy_array *array = out->arrays + index;
    *array = (npy_array){ .dtype = result->dtype,
                          .ndim = result->ndim,
                          .numel = expops_tensor_numel(outputs->tensors + index) };
    memcpy(array->shape, result->shape, sizeof(result->shape));
    const size_t bytes = (size_t)array->numel * expops_dtype_bytes(result->dtype);
    array->data = malloc(bytes ? bytes : 1);
    if (!array->data)
        return tool_failed("no memory for the %zu bytes of the result", bytes);
    if ((bytes && expops_memory_download(c->device, NULL, array->data, memory, bytes)) ||
        expops_synchronize(c->device, NULL))
        return tool_library_failed(expops_operator_name(c->op));
    return TOOL_OK;
}

/* Of a result whose size the call itself found out, and gave as its last one, what was written. */
static void cut(const call_outputs *outputs, outcome *out)
{
    const npy_array *last = out->arrays + outputs->count - 1;
    int64_t count;
    for (size_t i = 0; i + 1 < outputs->count; i++) {
        npy_array *array = out->arrays + i;
        if (!(outputs->results[i].flags & EXPOPS_RESULT_UP_TO) || last->dtype != EXPOPS_DTYPE_I64 || last->numel != 1)
            continue;
        memcpy(&count, last->data, sizeof(count));
        array->numel = array->shape[0] = count < array->numel ? count : array->numel;
    }
}

static int call_and_fetch(call *c, call_outputs *outputs, outcome *out)
{
    if (call_make_outputs(c, outputs))
        return tool_failed("%s: %s", expops_operator_name(c->op), c->message);
    out->count = outputs->count;
    int status = TOOL_OK;
    if (call_launch(c, outputs) || expops_synchronize(c->device, NULL))
        status = tool_library_failed(expops_operator_name(c->op));
    for (size_t i = 0; i < outputs->count && status == TOOL_OK; i++)
        status = fetch_output(c, outputs, i, out);
    if (status == TOOL_OK)
        cut(outputs, out);
    call_free_outputs(c, outputs);
    return status;
}

/* --check: whatever the backend, the result is judged by the operator's reference. */
static int check(call *c, expops_device *device, const npy_array *out)
{
    check_report report = { 0 };
    const char *name = expops_operator_name(c->op);
    if (check_result(c, device, out, &report))
        return tool_failed("--check: %s: %s", name, report.message);
    if (report.wrong)
        return tool_failed("--check: %s: %lld of %lld elements are off by more than %g units in the last place", name,
                           (long long)report.wrong, (long long)out->numel, report.bound);
    return TOOL_OK;
}

static int run_on(call *c, expops_device *device, const tool_option *options, call_outputs *outputs, outcome *out)
{
    snprintf(out->device, sizeof(out->device), "%s", expops_device_name(device));
    int status = TOOL_OK;
    if (call_upload(c, device))
        status = tool_failed("%s: %s", expops_operator_name(c->op), c->message);
    else
        status = call_and_fetch(c, outputs, out);
    call_unload(c);
    if (status == TOOL_OK && options[OPT_CHECK].value)
        status = check(c, device, out->arrays);
    return status;
}

static void print_outcome(const expops_operator *op, const outcome *out, size_t index)
{
    const npy_array *array = out->arrays + index;
    const int several = out->count > 1;
    printf("%s on %s: %s%sshape (", expops_operator_name(op), out->device,
           several ? expops_operator_output(op, index) : "", several ? ": " : "");
    for (int32_t i = 0; i < array->ndim; i++)
        printf("%s%lld", i ? ", " : "", (long long)array->shape[i]);
    printf("), %s\n", expops_dtype_name(array->dtype));
}

/* A result that goes to standard output is alone there. */
static int deliver(const call *c, const tool_option *options, const outcome *out)
{
    const char *file = options[OPT_OUTPUT].value;
    const array_layout layout = { options[OPT_BIG_ENDIAN].value != NULL, options[OPT_FORTRAN_ORDER].value != NULL };
    char message[NPY_MESSAGE_BYTES];
    if (file && array_file_write(file, out->arrays, layout, message))
        return tool_failed("--output: %s", message);
    if (file && strcmp(file, "-") == 0)
        return TOOL_OK;
    for (size_t i = 0; i < out->count; i++) {
        print_outcome(c->op, out, i);
        if (!file)
            show_array(out->arrays + i);
    }
    if (options[OPT_CHECK].value && out->arrays->numel)
        puts("checked: every element is within the operator's bound of its reference");
    return TOOL_OK;
}

/* --target: the kernels for a device that is not here. */
static int prepare(call *c, const tool_option *options, call_outputs *outputs)
{
    const char *backend = options[OPT_BACKEND].value, *units = options[OPT_UNITS].value;
    char *end = NULL;
    const unsigned long count = units ? strtoul(units, &end, 10) : 0;
    expops_device *device;
    if (!backend)
        return tool_misused("--target: which --backend compiles for it?");
    if (units && (!count || *end || count > UINT32_MAX))
        return tool_misused("--compute-units: '%s' is not a number of them", units);
    if (expops_device_open_target(backend, options[OPT_TARGET].value, (uint32_t)count, &device))
        return tool_library_failed("--target");
    call_imagine(c, device, outputs);
    const expops_status status =
        expops_prepare(c->op, device, c->values, c->count, outputs->tensors, outputs->count, NULL);
    if (status == EXPOPS_OK)
        printf("%s: compiled for %s, %u compute units, into %s\n", expops_operator_name(c->op),
               expops_device_name(device), expops_device_get_info(device)->compute_units, expops_cache_directory());
    expops_device_close(&device);
    return status ? tool_library_failed(expops_operator_name(c->op)) : TOOL_OK;
}

static int run(call *c, const tool_option *options, outcome *out)
{
    call_outputs outputs;
    expops_device *device = NULL;
    const char *backend = options[OPT_BACKEND].value;
    if (call_infer(c, &outputs))
        return tool_library_failed("run");
    if (options[OPT_OUT_DTYPE].value && expops_dtype_parse(options[OPT_OUT_DTYPE].value, &outputs.results->dtype))
        return tool_misused("--out-dtype: %s", expops_error_text());
    if (options[OPT_TARGET].value)
        return prepare(c, options, &outputs);
    if (expops_device_open(backend, &device))
        return tool_library_failed(backend ? backend : "opening a device");
    int status = run_on(c, device, options, &outputs, out);
    expops_device_close(&device);
    return status == TOOL_OK ? deliver(c, options, out) : status;
}

static int run_words(call *c, tool_option *options, size_t count, int argc, char **argv)
{
    tool_words words;
    outcome out = { 0 };
    int status = tool_parse(options, count, argc, argv, &words);
    if (status == TOOL_OK && options[OPT_HELP].value) {
        printf("usage: expops run %s INPUT... [--attribute VALUE] [-o FILE]\n", expops_operator_name(c->op));
        tool_help(options, count);
    } else if (status == TOOL_OK) {
        status = set_arguments(c, options + NUM_FIXED, &words);
        if (status == TOOL_OK)
            status = run(c, options, &out);
    }
    for (size_t i = 0; i < EXPOPS_MAX_OUTPUTS; i++)
        npy_free(out.arrays + i);
    return status;
}

static int run_operator(const expops_operator *op, int argc, char **argv)
{
    tool_option options[NUM_FIXED + CALL_MAX_PARAMETERS];
    char title[80];
    call *c = calloc(1, sizeof(*c));
    if (!c)
        return tool_failed("no memory");
    int status = call_init(c, op);
    if (status)
        tool_failed("%s", c->message);
    memcpy(options, fixed_options, sizeof(fixed_options));
    snprintf(title, sizeof(title), "run %s", expops_operator_name(op));
    argv[0] = title;
    if (!status)
        status = run_words(c, options, NUM_FIXED + call_options(op, options + NUM_FIXED), argc, argv);
    call_deinit(c);
    free(c);
    return status;
}

static int run_command(int argc, char **argv)
{
    if (argc < 2)
        return tool_misused("run: give an operator and its inputs, such as 'expops run OP x.npy -o y.npy'");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        tool_print_help(&cmd_run);
        return TOOL_OK;
    }
    const expops_operator *op = tool_find_operator("run", argv[1]);
    return op ? run_operator(op, argc, argv) : TOOL_USAGE;
}

const tool_command cmd_run = {
    .name = "run",
    .usage = "OP INPUT... [--attribute VALUE] [-o FILE]",
    .summary = "run an operator on .npy and .npz files",
    .text = "Runs an operator and writes the result, or prints a short view of it. An input is FILE.npy, FILE.npz, "
            "FILE.npz:NAME or - for standard input, or a number where the operator takes one. 'expops run OP --help' "
            "lists attributes.",
    .options = fixed_options,
    .num_options = NUM_FIXED,
    .takes = TOOL_TAKES_OPERATOR_AND_FILES,
    .run = run_command,
};
