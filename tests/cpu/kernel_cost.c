/* Calls every operator that takes f32 with random operands, for counting instructions: kernel_cost SIZE, of a square
 * matrix. What callgrind dumps under an operator's name is its second call. */
#include <stdio.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>
#include "bench.h"

static int call_twice(const call *c, const call_outputs *outputs)
{
    if (call_launch(c, outputs))
        return -1;
    CALLGRIND_ZERO_STATS;
    const expops_status status = call_launch(c, outputs);
    CALLGRIND_DUMP_STATS_AT(expops_operator_name(c->op));
    return status ? -1 : 0;
}

static int count_operator(call *c, const bench_setup *setup)
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
    const int status = call_twice(c, &outputs);
    if (status)
        fprintf(stderr, "%s: %s\n", expops_operator_name(c->op), expops_error_text());
    call_free_outputs(c, &outputs);
    call_unload(c);
    return status;
}

int main(int argc, char **argv)
{
    bench_setup setup = { .dtype = EXPOPS_DTYPE_F32, .ndim = 2 };
    int failed = 0;
    if (argc != 2 || expops_device_open("cpu", &setup.device)) {
        fprintf(stderr, "%s\n", argc == 2 ? expops_error_text() : "usage: kernel_cost SIZE");
        return 2;
    }
    setup.shape[0] = setup.shape[1] = strtol(argv[1], NULL, 10);
    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        call c;
        if (!(expops_operator_dtypes(op) & 1u << EXPOPS_DTYPE_F32) || call_init(&c, op))
            continue;
        failed |= count_operator(&c, &setup);
        call_deinit(&c);
    }
    expops_device_close(&setup.device);
    return failed ? 1 : 0;
}
