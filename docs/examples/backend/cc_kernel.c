/* Text to machine code, machine code to a kernel, a launch. */
#include "cc.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct expops_backend_kernel {
    void *library;
    void (*entry)(void *const *tensors, const void *params, uint32_t groups);
};

/* The memory is the host's, so that the core goes on using the device in the child of a fork. What may not be going on in another
 * thread meanwhile is what holds locks of the C library's: the linker, here. */
static pthread_mutex_t at_work = PTHREAD_MUTEX_INITIALIZER;

static void lock(void)
{
    pthread_mutex_lock(&at_work);
}

static void unlock(void)
{
    pthread_mutex_unlock(&at_work);
}

__attribute__((constructor)) static void survive_forks(void)
{
    pthread_atfork(lock, unlock, unlock);
}

enum { MAX_TENSORS = 16, MESSAGE_BYTES = 2000 };

static int write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    const int failed = !file || fputs(text, file) < 0;
    return (file && fclose(file)) || failed ? -1 : 0;
}

static int read_image(const char *path, expops_image *image)
{
    FILE *file = fopen(path, "rb");
    long size = -1;

    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    image->data = size > 0 ? malloc((size_t)size) : NULL;
    image->bytes = (size_t)size;
    if (image->data) {
        rewind(file);
        if (fread(image->data, 1, image->bytes, file) != image->bytes)
            cc_release_image(image);
    }
    if (file)
        fclose(file);
    return image->data ? 0 : -1;
}

/* Runs the compiler in a folder that holds kernel.c. A compiler that is a library, as vendors' are, needs no folder: a plugin
 * leaves no files. */
static int32_t compile_in(const char *folder, const expops_source *source, expops_image *out_image)
{
    char path[64], command[256], message[MESSAGE_BYTES];

    snprintf(path, sizeof(path), "%s/kernel.c", folder);
    snprintf(command, sizeof(command),
             "cd %s && " CC_COMPILER " -std=gnu11 -O1 -w -shared -fPIC kernel.c -o kernel.so -lm 2>&1", folder);
    FILE *compiler = write_text(path, source->text) ? NULL : popen(command, "r");
    if (!compiler) {
        cc_host->error("%s could not be compiled in %s", source->name, folder);
        return CC_ERR_BACKEND;
    }
    message[fread(message, 1, sizeof(message) - 1, compiler)] = 0;
    const int status = pclose(compiler);
    snprintf(path, sizeof(path), "%s/kernel.so", folder);
    if (status || read_image(path, out_image)) {
        cc_host->error("%s does not compile: %s", source->name, message);
        return CC_ERR_COMPILE;
    }
    return 0;
}

int32_t cc_compile(expops_backend_device *device, const expops_source *source, expops_image *out_image)
{
    char folder[] = "/tmp/expops-cc-XXXXXX", path[64];
    static const char *const left[] = { "kernel.c", "kernel.so" };

    if (!mkdtemp(folder)) {
        cc_host->error("no folder could be made in /tmp");
        return CC_ERR_BACKEND;
    }
    lock();
    const int32_t status = compile_in(folder, source, out_image);
    unlock();
    for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, left[i]);
        unlink(path);
    }
    rmdir(folder);
    return status;
}

void cc_release_image(expops_image *image)
{
    free(image->data);
    *image = (expops_image){ NULL, 0 };
}

/* The image may come from the cache on disk; dlopen takes a file, and would take one of a name that it knows for the same. */
static void *open_image(const void *image, size_t bytes)
{
    char path[] = "/tmp/expops-cc-XXXXXX";
    void *library = NULL;
    const int file = mkstemp(path);

    if (file < 0)
        return NULL;
    if (write(file, image, bytes) == (ssize_t)bytes)
        lock(), library = dlopen(path, RTLD_NOW | RTLD_LOCAL), unlock();
    close(file);
    unlink(path);
    return library;
}

int32_t cc_load(expops_backend_device *device, const void *image, size_t bytes, const char *entry,
                expops_backend_kernel **out_kernel)
{
    expops_backend_kernel *kernel = calloc(1, sizeof(*kernel));

    if (!kernel)
        return CC_ERR_NO_MEMORY;
    kernel->library = open_image(image, bytes);
    if (kernel->library) /* `entry` is xk_main, round which the prelude puts this */
        kernel->entry = (void (*)(void *const *, const void *, uint32_t))dlsym(kernel->library, "cc_entry");
    if (!kernel->entry) {
        const char *why = dlerror();
        cc_host->error("%s cannot be loaded: %s", entry, why ? why : "no file could be made in /tmp");
        cc_unload(device, kernel);
        return CC_ERR_BACKEND;
    }
    *out_kernel = kernel;
    return 0;
}

/* Nothing is queued here, so that nothing can still need it. */
void cc_unload(expops_backend_device *device, expops_backend_kernel *kernel)
{
    lock();
    if (kernel->library)
        dlclose(kernel->library);
    unlock();
    free(kernel);
}

int32_t cc_launch(expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                  const expops_launch *launch)
{
    void *tensors[MAX_TENSORS];

    for (uint32_t i = 0; i < launch->num_tensors; i++)
        tensors[i] = expops_address(&launch->tensors[i]);
    kernel->entry(tensors, launch->params, launch->grid[0]);
    return 0;
}
