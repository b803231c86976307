/* Opens the library named by argv[1] many times; each time threads call an operator, and end after it was closed. */
#include <dlfcn.h>
#include <expops/ops.h>
#include <expops/expops.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { ROUNDS = 50, THREADS = 4, COUNT = 8 };

static void *library;
static pthread_barrier_t called, closed;

#define FIND(name) __typeof__(name) *name##_ = (__typeof__(name) *)dlsym(library, #name)

static int call_operator(void)
{
    float data[COUNT] = { -1, 1 };
    int64_t shape[1] = { COUNT };
    expops_device *device = NULL;
    FIND(expops_device_open);
    FIND(expops_device_close);
    FIND(expops_scope_push);
    FIND(expops_silu);
    FIND(expops_dtype_to_dl);
    if (expops_device_open_("cpu", &device) || expops_scope_push_("cpu"))
        return 1;
    expops_tensor tensor = { 0 };
    tensor.data = data;
    tensor.device.device_type = 1;
    tensor.ndim = 1;
    tensor.dtype = expops_dtype_to_dl_(EXPOPS_DTYPE_F32);
    tensor.shape = shape;
    const int failed = expops_silu_(device, NULL, &tensor, &tensor) || data[1] < 0.7f || data[1] > 0.8f;
    expops_device_close_(&device);
    return failed;
}

static void *use_and_outlive(void *failed)
{
    *(int *)failed = call_operator();
    pthread_barrier_wait(&called);
    pthread_barrier_wait(&closed);
    return NULL;
}

static long pages(void)
{
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident;
}

static int run_round(const char *path)
{
    pthread_t threads[THREADS];
    int failed[THREADS], any = 0;
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return 1;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, use_and_outlive, &failed[i]);
    pthread_barrier_wait(&called);
    any = dlclose(library);
    pthread_barrier_wait(&closed);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        any |= failed[i];
    }
    return any;
}

int main(int argc, char **argv)
{
    long warm = 0;
    pthread_barrier_init(&called, NULL, THREADS + 1);
    pthread_barrier_init(&closed, NULL, THREADS + 1);
    for (int round = 0; round < ROUNDS; round++) {
        if (argc != 2 || run_round(argv[1])) {
            printf("round %d failed\n", round);
            return 1;
        }
        if (round == ROUNDS / 2)
            warm = pages();
    }
    const long grown = (pages() - warm) * sysconf(_SC_PAGESIZE);
    printf("%ld bytes more after as many rounds again\n", grown);
    return grown > 4 << 20;
}
