#include "fixture.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fixture fix;

static _Thread_local char error_text[65536];
static char cause_text[1024];
static uint32_t cause_value;

static void __attribute__((format(printf, 1, 2))) host_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error_text, sizeof(error_text), format, arguments);
    va_end(arguments);
}

static void __attribute__((format(printf, 2, 3))) host_cause(uint32_t cause, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(cause_text, sizeof(cause_text), format, arguments);
    va_end(arguments);
    cause_value = cause;
}

static const char *host_config(const char *key)
{
    return NULL;
}

/* A simulator that is preloaded answers for libOpenCL, whatever its name. */
static void *host_open_library(const char *name, int only_loaded, const char **out_message)
{
    const int preloaded = !strcmp(name, "libOpenCL.so.1") && dlsym(RTLD_DEFAULT, "clGetPlatformIDs");
    void *library = dlopen(preloaded ? NULL : name, RTLD_NOW | RTLD_LOCAL | (only_loaded ? RTLD_NOLOAD : 0));

    if (!library && out_message)
        *out_message = dlerror();
    return library;
}

static void *host_library_symbol(void *library, const char *name)
{
    return dlsym(library, name);
}

static void host_log(int level, const char *format, ...)
{
}

expops_host_api host = {
    .header = { .struct_size = sizeof(expops_host_api) },
    .major = EXPOPS_BACKEND_MAJOR,
    .minor = EXPOPS_BACKEND_MINOR,
    .error = host_error,
    .cause = host_cause,
    .config = host_config,
    .open_library = host_open_library,
    .library_symbol = host_library_symbol,
    .log = host_log,
};

const char *last_error(void)
{
    return error_text;
}

uint32_t last_cause(void)
{
    return cause_value;
}

const char *last_cause_text(void)
{
    return cause_text;
}

void forget_reports(void)
{
    error_text[0] = cause_text[0] = '\0';
    cause_value = EXPOPS_CAUSE_NONE;
}

expops_backend_query_fn plugin_load(const char *path)
{
    void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *query = plugin ? dlsym(plugin, EXPOPS_BACKEND_QUERY) : NULL;

    if (!query)
        fprintf(stderr, "cannot load the plugin: %s\n", dlerror());
    return (expops_backend_query_fn)query;
}

void *cl_symbol(const char *name)
{
    return dlsym(fix.library, name);
}

int fixture_open(int argc, char **argv)
{
    expops_query query = { .header = { .struct_size = sizeof(query) }, .host_major = host.major };
    expops_backend_query_fn ask = argc > 1 ? plugin_load(argv[1]) : NULL;
    int32_t status;

    if (!ask || ask(&host, &query) != 0 || !query.api)
        return EXIT_BROKEN;
    fix.api = query.api;
    fix.quick = argc > 2 && !strcmp(argv[2], "quick");
    status = fix.api->probe(&fix.num_devices);
    if (status == EXPOPS_ERR_UNAVAILABLE) {
        fprintf(stderr, "skipped: %s\n", last_error());
        return EXIT_SKIP;
    }
    fix.library = host_open_library("libOpenCL.so.1", 0, NULL);
    fix.info.header.struct_size = sizeof(fix.info);
    if (status == EXPOPS_OK)
        status = fix.api->device_open(0, &fix.device);
    if (status == EXPOPS_OK)
        status = fix.api->device_info(fix.device, &fix.info);
    if (status != EXPOPS_OK)
        fprintf(stderr, "the device does not open: %s\n", last_error());
    return status == EXPOPS_OK ? 0 : EXIT_BROKEN;
}

void fixture_close(void)
{
    fix.api->device_close(fix.device);
    fix.device = NULL;
}

static void expect_ok(int32_t status)
{
    if (status != EXPOPS_OK)
        fail_msg("status %d: %s", (int)status, last_error());
}

expops_backend_kernel *kernel_of(const char *defines, const char *text)
{
    const size_t size = strlen(defines) + strlen(fix.info.prelude) + strlen(text) + 1;
    expops_source source = { .name = "test", .entry = "xk_main", .target = fix.info.target };
    expops_backend_kernel *kernel = NULL;
    expops_image image;
    char *whole = malloc(size);

    assert_non_null(whole);
    snprintf(whole, size, "%s%s%s", defines, fix.info.prelude, text);
    source.text = whole;
    expect_ok(fix.api->compile(fix.device, &source, &image));
    free(whole);
    expect_ok(fix.api->load(fix.device, image.data, image.bytes, "xk_main", &kernel));
    fix.api->release_image(&image);
    assert_null(image.data);
    return kernel;
}

expops_pointer buffer_of(void *stream, const void *data, uint64_t bytes)
{
    expops_pointer buffer;
    expops_transfer copy = { .bytes = bytes, .kind = EXPOPS_COPY_TO_DEVICE };

    expect_ok(fix.api->allocate(fix.device, stream, bytes, &buffer));
    assert_int_equal(buffer.device_type, 4);
    if (!data)
        return buffer;
    copy.destination = buffer;
    copy.source = (expops_pointer){ .data = (void *)data, .device_type = 1 };
    expect_ok(fix.api->copy(fix.device, stream, &copy));
    expect_ok(fix.api->synchronize(fix.device, stream));
    return buffer;
}

void buffer_read(void *stream, const expops_pointer *buffer, void *data, uint64_t bytes)
{
    const expops_transfer copy = { .destination = { .data = data, .device_type = 1 },
                                   .source = *buffer,
                                   .bytes = bytes,
                                   .kind = EXPOPS_COPY_TO_HOST };

    expect_ok(fix.api->copy(fix.device, stream, &copy));
    expect_ok(fix.api->synchronize(fix.device, stream));
}

void buffer_free(const expops_pointer *buffer)
{
    fix.api->release(fix.device, NULL, buffer);
}

void launch_line(expops_backend_kernel *kernel, void *stream, const expops_pointer *tensors, uint32_t num_tensors,
                 const void *params, uint32_t params_bytes, uint32_t groups, uint32_t group)
{
    const expops_launch launch = { .struct_size = sizeof(launch),
                                   .num_tensors = num_tensors,
                                   .tensors = tensors,
                                   .params = params,
                                   .params_bytes = params_bytes,
                                   .grid = { groups, 1, 1 },
                                   .group = { group, 1, 1 } };

    expect_ok(fix.api->launch(fix.device, kernel, stream, &launch));
}
