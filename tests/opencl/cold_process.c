/* One of many processes that start at once with nothing compiled: computes with a few kernels and checks the numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "expops/expops.h"

enum { N = 1000, ROWS = 4 };

static expops_device *device;
static expops_pointer x_memory, y_memory;
static float x[N], y[N];

static int check(expops_status status, const char *what)
{
    if (status != EXPOPS_OK)
        fprintf(stderr, "%s: %s\n", what, expops_error_text());
    return status != EXPOPS_OK;
}

static expops_tensor vector(const expops_pointer *memory, int64_t *size)
{
    return (expops_tensor){ .data = memory->data,
                            .device = { .device_type = memory->device_type,
                                        .device_id = expops_device_get_info(device)->device_id },
                            .ndim = 1,
                            .dtype = expops_dtype_to_dl(EXPOPS_DTYPE_F32),
                            .shape = size };
}

static int download(float want, const char *what)
{
    if (check(expops_memory_download(device, NULL, y, &y_memory, sizeof y), what) ||
        check(expops_synchronize(device, NULL), what))
        return 1;
    if (y[N - 1] == want)
        return 0;
    fprintf(stderr, "%s: %g instead of %g\n", what, y[N - 1], want);
    return 1;
}

static int compute(void)
{
    int64_t size[] = { N };
    const expops_tensor in = vector(&x_memory, size), out = vector(&y_memory, size);
    return check(expops_neg(device, NULL, &in, &out), "neg") || download(-x[N - 1], "neg") ||
           check(expops_square(device, NULL, &in, &out), "square") || download(x[N - 1] * x[N - 1], "square") ||
           check(expops_mul_scalar(device, NULL, &in, expops_real(4), &out), "mul") || download(4 * x[N - 1], "mul");
}

int main(void)
{
    for (int i = 0; i < N; i++)
        x[i] = (float)i;
    if (expops_device_open("opencl", &device) != EXPOPS_OK) {
        fprintf(stderr, "%s\n", expops_error_text());
        return 77;
    }
    if (check(expops_memory_allocate(device, NULL, sizeof x, &x_memory), "allocating") ||
        check(expops_memory_allocate(device, NULL, sizeof y, &y_memory), "allocating") ||
        check(expops_memory_upload(device, NULL, &x_memory, x, sizeof x), "uploading") || compute())
        return 1;
    expops_memory_free(device, NULL, &x_memory);
    expops_memory_free(device, NULL, &y_memory);
    expops_device_close(&device);
    return 0;
}
