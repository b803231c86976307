/* Calls operators with random operands of f32, for counting instructions: kernel_cost SIZE, all of them, of a square matrix; or
 * kernel_cost CASE..., which are OPERATOR:SHAPE:NAME=WORD:..., as softmax:1024x64:dim=-1. What callgrind dumps under an operator's
 * name, or the case's, is its second call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>
#include "bench.h"

static int call_twice(const call *c, const call_outputs *outputs, const char *name)
{
    if (call_launch(c, outputs))
        return -1;
    CALLGRIND_ZERO_STATS;
    const expops_status status = call_launch(c, outputs);
    CALLGRIND_DUMP_STATS_AT(name);
    return status ? -1 : 0;
}

static int count_operator(call *c, const bench_setup *setup, const char *name)
{
    call_outputs outputs;
    if (bench_fill_call(c, setup, &outputs)) {
        printf("not counted: %s: %s\n", expops_operator_name(c->op), c->message);
        return 0;
    }
    if (call_upload(c, setup->device) || call_make_outputs(c, &outputs)) {
        fprintf(stderr, "%s: %s\n", expops_operator_name(c->op), c->message);
        return -1;
    }
    const int status = call_twice(c, &outputs, name);
    if (status)
        fprintf(stderr, "%s: %s\n", expops_operator_name(c->op), expops_error_text());
    call_free_outputs(c, &outputs);
    call_unload(c);
    return status;
}

static int count_all(bench_setup *setup, int64_t size)
{
    int failed = 0;
    setup->shape[0] = setup->shape[1] = size;
    setup->ndim = 2;
    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        call c;
        if (!(expops_operator_dtypes(op) & 1u << EXPOPS_DTYPE_F32) || call_init(&c, op))
            continue;
        failed |= count_operator(&c, setup, expops_operator_name(op));
        call_deinit(&c);
    }
    return failed;
}

static int set_argument(call *c, char *text)
{
    char *word = strchr(text, '=');
    *word++ = '\0';
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->parameters[i].name, text))
            return call_set_word(c, i, word);
    return -1;
}

/* The parts of `text`, whose name in the dumps is `name`. */
static int count_case(bench_setup *setup, char *text, const char *name)
{
    char *rest = NULL, *part = strtok_r(text, ":", &rest);
    call c;
    if (call_init(&c, expops_find(part)))
        return -1;
    setup->ndim = 0;
    for (char *size = strtok_r(NULL, ":", &rest); size; size = strchr(size, 'x') ? strchr(size, 'x') + 1 : NULL)
        setup->shape[setup->ndim++] = strtoll(size, NULL, 10);
    int failed = 0;
    while ((part = strtok_r(NULL, ":", &rest)))
        failed |= set_argument(&c, part);
    failed |= count_operator(&c, setup, name);
    call_deinit(&c);
    return failed;
}

int main(int argc, char **argv)
{
    bench_setup setup = { .dtype = EXPOPS_DTYPE_F32 };
    int failed = 0;
    if (argc < 2 || expops_device_open("cpu", &setup.device)) {
        fprintf(stderr, "%s\n", argc > 1 ? expops_error_text() : "usage: kernel_cost SIZE | CASE...");
        return 2;
    }
    if (!strchr(argv[1], ':'))
        failed = count_all(&setup, strtol(argv[1], NULL, 10));
    for (int i = 1; i < argc && strchr(argv[1], ':'); i++) {
        char *text = strdup(argv[i]);
        failed |= !text || count_case(&setup, text, argv[i]);
        free(text);
    }
    expops_device_close(&setup.device);
    return failed ? 1 : 0;
}
