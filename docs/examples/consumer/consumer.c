/* A program that uses the installed library. Build it with either of
 *
 *     cc consumer.c $(pkg-config --cflags --libs expops) -o consumer
 *     cmake -B build . && cmake --build build
 *
 * and choose the device with EXPOPS_BACKEND: cuda, hip, opencl, cpu, or auto. */
#include <expops/expops.h>
#include <stdio.h>

enum { COUNT = 8 };

static int complain(const char *doing)
{
    fprintf(stderr, "%s: %s\n", doing, expops_error_text());
    return 1;
}

static expops_tensor describe(expops_device *device, const expops_pointer *memory, int64_t *shape)
{
    expops_tensor tensor = { 0 };
    tensor.data = memory->data;
    tensor.byte_offset = memory->byte_offset;
    tensor.device.device_type = memory->device_type;
    tensor.device.device_id = expops_device_get_info(device)->device_id;
    tensor.ndim = 1;
    tensor.dtype = expops_dtype_to_dl(EXPOPS_DTYPE_F32);
    tensor.shape = shape;
    return tensor;
}

/* y = silu(x), in the device's memory. */
static int run(expops_device *device, const float *x, float *y)
{
    int64_t shape[1] = { COUNT };
    expops_pointer memory = { 0 };
    if (expops_memory_allocate(device, NULL, sizeof(float) * COUNT, &memory))
        return complain("allocating");
    expops_tensor tensor = describe(device, &memory, shape);
    int failed = expops_memory_upload(device, NULL, &memory, x, sizeof(float) * COUNT) ||
                 expops_silu(device, NULL, &tensor, &tensor) ||
                 expops_memory_download(device, NULL, y, &memory, sizeof(float) * COUNT) ||
                 expops_synchronize(device, NULL);
    if (failed)
        complain("silu");
    expops_memory_free(device, NULL, &memory);
    return failed;
}

int main(void)
{
    const float x[COUNT] = { -4, -2, -1, 0, 1, 2, 4, 8 };
    float y[COUNT];
    expops_device *device = NULL;
    if (expops_device_open(NULL, &device))
        return complain("opening a device");
    printf("silu on %s, %s\n", expops_device_name(device), expops_device_get_info(device)->name);
    const int failed = run(device, x, y);
    for (int i = 0; i < COUNT && !failed; i++)
        printf("silu(%g) = %.6f\n", (double)x[i], (double)y[i]);
    expops_device_close(&device);
    return failed;
}
