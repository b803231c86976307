#include "share.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 512 };

static struct {
    const expops_operator *op;
    double largest[EXPOPS_DTYPE_COUNT];
} kept[ROOM];
static size_t count;
static char backend[32];

static const char *path(void)
{
    const char *name = getenv("EXPOPS_TEST_SHARES");
    return name && *name ? name : NULL;
}

static void write_all(void)
{
    FILE *file = fopen(path(), "a");
    for (size_t i = 0; i < count && file; i++)
        for (int dtype = 0; dtype < EXPOPS_DTYPE_COUNT; dtype++)
            if (kept[i].largest[dtype] > 0)
                fprintf(file, "%s\t%s\t%s\t%.4g\n", kept[i].op->name, expops_dtype_name((expops_dtype)dtype), backend,
                        kept[i].largest[dtype]);
    if (file)
        fclose(file);
}

static double *largest_of(const expops_operator *op, expops_dtype dtype)
{
    static size_t last;
    if (last < count && kept[last].op == op)
        return &kept[last].largest[dtype];
    for (last = 0; last < count && kept[last].op != op;)
        last++;
    if (last == ROOM)
        return NULL;
    if (last == count)
        kept[count++].op = op;
    return &kept[last].largest[dtype];
}

static int wanted;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* the fuzzer has threads */

static void begin(void)
{
    wanted = path() && !atexit(write_all);
}

static void note(const test_call *call, double share)
{
    pthread_mutex_lock(&lock);
    const char *device = expops_device_name(call->device);
    snprintf(backend, sizeof backend, "%.*s", (int)strcspn(device, ":"), device);
    double *const largest = largest_of(call->op, call->types.result);
    if (largest && share > *largest)
        *largest = share;
    pthread_mutex_unlock(&lock);
}

void test_share_note(const test_call *call, const test_answer *answer, test_value actual, double bound)
{
    const expops_dtype result = call->types.result;
    pthread_once(&once, begin);
    if (!wanted || answer->unknown || !test_is_float(result) || test_call_out(call)->dtype != result ||
        !isfinite(answer->value.re))
        return;
    const long double granted = answer->slack + bound * test_ulp(result, answer->value.re);
    const double share = granted > 0 ? (double)(fabsl(actual.re - answer->value.re) / granted) : 0;
    if (isfinite(share))
        note(call, share);
}
