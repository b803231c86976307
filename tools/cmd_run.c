/* expops run OP INPUT... [--attribute value] -o out.npy */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "call.h"
#include "command.h"
#include "compare.h"

enum { OPT_OUTPUT, OPT_BACKEND, OPT_OUT_DTYPE, OPT_CHECK, OPT_HELP, NUM_FIXED };

static const tool_option fixed_options[NUM_FIXED] = {
    [OPT_OUTPUT] = { .name = "output", .letter = 'o', .value_name = "FILE", .help = "write the result there, as .npy" },
    [OPT_BACKEND] = { .name = "backend", .value_name = "B", .help = "cuda, cuda:1, ... instead of EXPOPS_BACKEND" },
    [OPT_OUT_DTYPE] = { .name = "out-dtype",
                        .value_name = "T",
                        .help = "element type of the result, if not the usual" },
    [OPT_CHECK] = { .name = "check", .help = "run on the cpu backend, too, and print the largest difference" },
    [OPT_HELP] = { .name = "help", .letter = 'h', .help = "this text" },
};

/* What one backend made of the call, on the host. */
typedef struct outcome {
    npy_array array;
    char device[64];
} outcome;

/* Words in order fill the parameters that take tensors; the rest is given by name. */
static int set_arguments(call *c, const tool_option *attributes, const tool_words *words)
{
    size_t next = 1; /* word 0 is the operator */
    for (size_t i = 0; i < c->count; i++) {
        const char *word = attributes[i].value;
        if (!word && call_is_positional(c->parameters[i].kind) && next < words->count)
            word = words->word[next++];
        if (word && call_set_word(c, i, word))
            return tool_failed("%s: %s", words->word[0], c->message);
        if (!word && !c->parameters[i].optional)
            return tool_misused("%s: argument '%s' (%s) is missing; 'expops info %s' describes it", words->word[0],
                                c->parameters[i].name, call_kind_name(c->parameters[i].kind), words->word[0]);
    }
    if (next < words->count)
        return tool_misused("%s: '%s' is one input too many; attributes are given by name", words->word[0],
                            words->word[next]);
    return TOOL_OK;
}

static int fetch_output(call *c, const expops_result *result, const expops_pointer *memory, outcome *out)
{
    const size_t bytes = (size_t)out->array.numel * expops_dtype_bytes(result->dtype);
    out->array.data = malloc(bytes ? bytes : 1);
    if (!out->array.data)
        return tool_failed("no memory for the %zu bytes of the result", bytes);
    if ((bytes && expops_memory_download(c->device, NULL, out->array.data, memory, bytes)) ||
        expops_synchronize(c->device, NULL))
        return tool_library_failed(expops_operator_name(c->op));
    return TOOL_OK;
}

static int call_and_fetch(call *c, expops_result *result, outcome *out)
{
    expops_tensor tensor;
    expops_pointer memory;
    if (call_make_output(c, result, &tensor, &memory))
        return tool_failed("%s: %s", expops_operator_name(c->op), c->message);
    out->array = (npy_array){ .dtype = result->dtype, .ndim = result->ndim, .numel = expops_tensor_numel(&tensor) };
    memcpy(out->array.shape, result->shape, sizeof(result->shape));
    int status = TOOL_OK;
    if (expops_call(c->op, c->device, NULL, c->values, c->count, &tensor, 1) || expops_synchronize(c->device, NULL))
        status = tool_library_failed(expops_operator_name(c->op));
    else
        status = fetch_output(c, result, &memory, out);
    expops_memory_free(c->device, NULL, &memory);
    return status;
}

static int run_on(call *c, const char *backend, expops_result *result, outcome *out)
{
    expops_device *device = NULL;
    if (expops_device_open(backend, &device))
        return tool_library_failed(backend ? backend : "opening a device");
    snprintf(out->device, sizeof(out->device), "%s", expops_device_name(device));
    int status = TOOL_OK;
    if (call_upload(c, device))
        status = tool_failed("%s: %s", expops_operator_name(c->op), c->message);
    else
        status = call_and_fetch(c, result, out);
    call_unload(c);
    expops_device_close(&device);
    return status;
}

static void print_outcome(const char *name, const outcome *out)
{
    printf("%s on %s: shape (", name, out->device);
    for (int32_t i = 0; i < out->array.ndim; i++)
        printf("%s%lld", i ? ", " : "", (long long)out->array.shape[i]);
    printf("), %s\n", expops_dtype_name(out->array.dtype));
}

static int check_against_cpu(call *c, expops_result *result, const outcome *out)
{
    outcome reference = { 0 };
    const int status = run_on(c, "cpu", result, &reference);
    if (status == TOOL_OK)
        compare_print(&out->array, &reference.array, reference.device);
    npy_free(&reference.array);
    return status;
}

static int run(call *c, const tool_option *options, outcome *out)
{
    expops_result result;
    char message[NPY_MESSAGE_BYTES];
    if (expops_infer(c->op, c->values, c->count, &result, 1))
        return tool_library_failed("run");
    if (options[OPT_OUT_DTYPE].value && expops_dtype_parse(options[OPT_OUT_DTYPE].value, &result.dtype))
        return tool_library_failed("--out-dtype");
    int status = run_on(c, options[OPT_BACKEND].value, &result, out);
    if (status)
        return status;
    print_outcome(expops_operator_name(c->op), out);
    if (options[OPT_OUTPUT].value && npy_write(options[OPT_OUTPUT].value, &out->array, message))
        return tool_failed("--output: %s", message);
    if (options[OPT_CHECK].value)
        status = check_against_cpu(c, &result, out);
    return status;
}

static int run_operator(const expops_operator *op, int argc, char **argv)
{
    tool_option options[NUM_FIXED + CALL_MAX_PARAMETERS];
    tool_words words;
    call *c = calloc(1, sizeof(*c));
    outcome out = { 0 };
    if (!c)
        return tool_failed("no memory");
    if (call_init(c, op)) {
        tool_failed("%s", c->message);
        free(c);
        return TOOL_FAILED;
    }
    memcpy(options, fixed_options, sizeof(fixed_options));
    for (size_t i = 0; i < c->count; i++)
        options[NUM_FIXED + i] =
            (tool_option){ .name = c->parameters[i].name, .value_name = "VALUE", .help = c->parameters[i].doc };
    int status = tool_parse(options, NUM_FIXED + c->count, argc, argv, &words);
    if (status == TOOL_OK && options[OPT_HELP].value) {
        printf("usage: expops run %s INPUT... [--attribute VALUE] [-o FILE]\n", expops_operator_name(op));
        tool_help(options, NUM_FIXED + c->count);
    } else if (status == TOOL_OK) {
        status = set_arguments(c, options + NUM_FIXED, &words);
        if (status == TOOL_OK)
            status = run(c, options, &out);
    }
    npy_free(&out.array);
    call_deinit(c);
    free(c);
    return status;
}

int cmd_run(int argc, char **argv)
{
    if (argc < 2)
        return tool_misused("run: give an operator and its inputs, such as 'expops run OP x.npy -o y.npy'");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        puts("usage: expops run OP INPUT... [--attribute VALUE] [-o FILE]\n"
             "An input is a .npy file, or a number where the operator takes one. 'expops run OP --help' lists "
             "attributes.");
        tool_help(fixed_options, NUM_FIXED);
        return TOOL_OK;
    }
    const expops_operator *op = expops_find(argv[1]);
    if (!op)
        return tool_misused("run: there is no operator '%s'; 'expops list' has them all", argv[1]);
    return run_operator(op, argc, argv);
}
