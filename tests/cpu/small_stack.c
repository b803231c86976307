/* Calls every operator, with half types and f32, on threads whose stack is of the size given: small_stack BYTES. The first call of
 * a signature plans, the second only launches; both run in the small thread, and so does a call that fails. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"

typedef struct errand {
    call *c;
    const expops_device *device;
    const call_outputs *outputs;
    expops_status status;
    int explained; /* a failing call has a text */
} errand;

static void *run_errand(void *given)
{
    errand *e = given;
    expops_device *device = e->c->device;
    const expops_tensor nowhere = { .dtype = { .code = 99 } };

    for (int i = 0; i < 2 && !e->status; i++)
        e->status = call_launch(e->c, e->outputs);
    e->explained = expops_call(e->c->op, device, NULL, e->c->values, e->c->count, &nowhere, 1) && *expops_error_text();
    return NULL;
}

static int in_small_thread(errand *e, size_t bytes)
{
    pthread_attr_t attributes;
    pthread_t thread;

    if (pthread_attr_init(&attributes) || pthread_attr_setstacksize(&attributes, bytes) ||
        pthread_create(&thread, &attributes, run_errand, e)) {
        fprintf(stderr, "no thread with a stack of %zu bytes\n", bytes);
        return -1;
    }
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    if (e->status || !e->explained)
        fprintf(stderr, "%s: status %d%s\n", expops_operator_name(e->c->op), e->status,
                e->explained ? "" : "; a wrong call is not explained");
    return e->status || !e->explained ? -1 : 0;
}

static int call_operator(call *c, const bench_setup *setup, size_t bytes)
{
    call_outputs outputs;

    if (bench_fill_call(c, setup, &outputs) || call_upload(c, setup->device) || call_make_outputs(c, &outputs)) {
        fprintf(stderr, "%s: %s\n", expops_operator_name(c->op), c->message);
        return -1;
    }
    errand e = { .c = c, .outputs = &outputs };
    const int status = in_small_thread(&e, bytes);
    call_free_outputs(c, &outputs);
    call_unload(c);
    return status;
}

static int call_operators(const bench_setup *setup, size_t bytes, int *calls)
{
    int failed = 0;

    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        call c;
        if (!(expops_operator_dtypes(op) & 1u << setup->dtype) || call_init(&c, op))
            continue;
        failed |= call_operator(&c, setup, bytes);
        ++*calls;
        call_deinit(&c);
    }
    return failed;
}

int main(int argc, char **argv)
{
    static const expops_dtype types[] = { EXPOPS_DTYPE_F32, EXPOPS_DTYPE_BF16, EXPOPS_DTYPE_C64 };
    /* worth one thread, and worth several */
    static const int64_t edges[] = { 34, 300 };
    bench_setup setup = { .ndim = 2, .or_samples = 1 };
    int failed = 0, calls = 0;

    if (argc != 2 || expops_device_open("cpu", &setup.device)) {
        fprintf(stderr, "%s\n", argc == 2 ? expops_error_text() : "usage: small_stack BYTES");
        return 2;
    }
    for (int i = 0; i < 6; i++) {
        setup.dtype = types[i / 2];
        setup.shape[0] = setup.shape[1] = edges[i % 2];
        failed |= call_operators(&setup, (size_t)strtoul(argv[1], NULL, 10), &calls);
    }
    expops_device_close(&setup.device);
    printf("%d operators called\n", calls);
    return failed || !calls;
}
