#include "device_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const expops_backend_api *api;
expops_backend_device *device;
expops_device_info info = { .header = { .struct_size = sizeof info } };
expops_query query;

static const char *compiler_path;
static char kernel_text[16384];

static const char *config(const char *key)
{
    return compiler_path && compiler_path[0] ? compiler_path : NULL;
}

static int read_kernel(const char *path)
{
    FILE *file = fopen(path, "r");
    const size_t bytes = file ? fread(kernel_text, 1, sizeof kernel_text - 1, file) : 0;
    if (file)
        fclose(file);
    return bytes > 0;
}

int device_open(int argc, char **argv)
{
    uint32_t count = 0;
    compiler_path = argc > 3 ? argv[3] : NULL;
    host_state.config = config;
    if (argc < 3 || !read_kernel(argv[2]) || !(api = plugin_host_open(argv[1], &query)))
        return 1;
    if (api->probe(&count) != EXPOPS_OK) {
        printf("skipped: %s\n", host_state.error);
        return SKIPPED;
    }
    if (api->device_open(0, &device) != EXPOPS_OK || api->device_info(device, &info) != EXPOPS_OK) {
        fprintf(stderr, "%s\n", host_state.error);
        return 1;
    }
    printf("%s (%s), %s, %s\n", info.name, info.target, info.driver, info.compiler);
    return 0;
}

void check(int32_t status)
{
    if (status != EXPOPS_OK)
        print_error("%s\n", host_state.error);
    assert_int_equal(status, EXPOPS_OK);
}

expops_backend_kernel *device_build(enum kernel_case which)
{
    const size_t room = strlen(info.prelude) + strlen(kernel_text) + 200;
    expops_backend_kernel *kernel;
    expops_image image;
    char *text = malloc(room);
    snprintf(text, room, "#define XK 1\n#define XK_F32 1\n#define XK_WG %d\n#define XK_CASE %d\n%s\n%s", GROUP,
             (int)which, info.prelude, kernel_text);
    const expops_source source = { .text = text, .name = "device", .entry = "xk_main", .target = info.target };
    check(api->compile(device, &source, &image));
    free(text);
    check(api->load(device, image.data, image.bytes, "xk_main", &kernel));
    api->release_image(&image);
    return kernel;
}

void device_launch(expops_backend_kernel *kernel, void *stream, const expops_pointer *memory, uint32_t count)
{
    const uint64_t params = count;
    expops_pointer tensors[2] = { *memory, *memory };
    tensors[0].byte_offset = DEVICE_OUT;
    tensors[1].byte_offset = DEVICE_IN + count * sizeof(uint32_t);
    const expops_launch launch = { .struct_size = sizeof launch,
                                   .num_tensors = 2,
                                   .tensors = tensors,
                                   .params = &params,
                                   .params_bytes = sizeof params,
                                   .grid = { (count + GROUP - 1) / GROUP, 1, 1 },
                                   .group = { GROUP, 1, 1 } };
    check(api->launch(device, kernel, stream, &launch));
}

void device_copy(void *stream, uint32_t kind, void *to, const void *from, uint64_t bytes)
{
    const expops_transfer copy = {
        .destination = { .data = to }, .source = { .data = (void *)from }, .bytes = bytes, .kind = kind
    };
    check(api->copy(device, stream, &copy));
}

uint32_t random_word(void)
{
    static uint64_t state = 0x853c49e6748fea9bull;
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(state >> 32);
}
