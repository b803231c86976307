/* Two operators' bodies in one text: each is called, and does what it does alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdio.h>
#include <cmocka.h>
#include "base/text.h"
#include "backend/device.h"
#include "expops/op.h"
#include "registry.h"
#include "specialize/kernel_text.h"

enum { EXIT_SKIP = 77, LENGTH = 16 };

static expops_device *device;

/* softmax and layer_norm have every word of rows in common, and different accumulators. */
static const char entry[] =
    "XK_KERNEL void xk_main(XK_TENSOR(float, out), XK_TENSOR(const float, in))\n{\n"
    "    XK_GLOBAL float *y = XK_POINTER(float, out);\n    XK_GLOBAL const float *x = XK_POINTER(const float, in);\n"
    "    const int i = (int)xk_local_id();\n"
    "    own_softmax_xk_acc a = own_softmax_xk_identity();\n    own_layer_norm_xk_acc b = "
    "own_layer_norm_xk_identity();\n"
    "    for (int k = 0; k < XK_WG; k++) {\n"
    "        a = own_softmax_xk_combine(a, own_softmax_xk_lift(x[k]));\n"
    "        b = own_layer_norm_xk_combine(b, own_layer_norm_xk_lift(x[k]));\n    }\n"
    "    y[i] = own_softmax_xk_map(x[i], own_softmax_xk_settle(a, XK_WG));\n"
    "    y[XK_WG + i] = own_layer_norm_xk_map(x[i], 1, 0, own_layer_norm_xk_settle(b, XK_WG, 0));\n"
    "    y[2 * XK_WG + i] = own_silu_xk_body(own_neg_xk_body(x[i]));\n}\n";

static void make_text(expops_text *text)
{
    static const char *const names[] = { "neg", "softmax", "silu", "layer_norm" };
    expops_text_add(text,
                    "#define XK 1\n#define XK_D f32\n#define XK_R f32\n#define XK_F32 1\n#define XK_USES_F64 0\n"
                    "#define XK_WG %d\n",
                    LENGTH);
    expops_text_append(text, device->info.prelude);
    expops_text_add_dialect(text, EXPOPS_COMPUTE_F32);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        expops_text_add_operator(text, expops_find(names[i]));
    expops_text_append(text, entry);
    assert_false(text->failed);
}

static expops_backend_kernel *make_kernel(void)
{
    expops_text text = { 0 };
    expops_image image = { NULL, 0 };
    expops_backend_kernel *kernel;
    make_text(&text);
    const expops_source source = { { sizeof source, 0, NULL }, text.data, "bodies", "xk_main", device->info.target };
    if (device->api->compile(device->backend, &source, &image))
        fail_msg("%s", expops_error_text());
    assert_int_equal(device->api->load(device->backend, image.data, image.bytes, "xk_main", &kernel), EXPOPS_OK);
    device->api->release_image(&image);
    expops_text_free(&text);
    return kernel;
}

static void launch(const float *in, float *out)
{
    expops_pointer memory[2];
    expops_backend_kernel *kernel = make_kernel();
    const uint64_t unused = 0;
    assert_int_equal(expops_memory_allocate(device, NULL, 3 * LENGTH * sizeof *out, memory), EXPOPS_OK);
    assert_int_equal(expops_memory_allocate(device, NULL, LENGTH * sizeof *in, memory + 1), EXPOPS_OK);
    assert_int_equal(expops_memory_upload(device, NULL, memory + 1, in, LENGTH * sizeof *in), EXPOPS_OK);
    const expops_launch launch = { .struct_size = sizeof launch,
                                   .num_tensors = 2,
                                   .tensors = memory,
                                   .params = &unused,
                                   .grid = { 1, 1, 1 },
                                   .group = { LENGTH, 1, 1 } };
    assert_int_equal(device->api->launch(device->backend, kernel, NULL, &launch), EXPOPS_OK);
    assert_int_equal(expops_memory_download(device, NULL, out, memory, 3 * LENGTH * sizeof *out), EXPOPS_OK);
    assert_int_equal(expops_synchronize(device, NULL), EXPOPS_OK);
    device->api->unload(device->backend, kernel);
    expops_memory_free(device, NULL, memory);
    expops_memory_free(device, NULL, memory + 1);
}

static void bodies_keep_apart(void **state)
{
    float in[LENGTH], out[3 * LENGTH];
    double exponentials = 0, sum = 0, squares = 0;
    for (int i = 0; i < LENGTH; i++) {
        in[i] = (float)((i * 7 + 3) % LENGTH) / 4 - 2;
        exponentials += exp(in[i]);
        sum += in[i];
    }
    for (int i = 0; i < LENGTH; i++)
        squares += (in[i] - sum / LENGTH) * (in[i] - sum / LENGTH);
    launch(in, out);
    for (int i = 0; i < LENGTH; i++) {
        const double x = in[i], scale = 1 / sqrt(squares / LENGTH);
        assert_true(fabs(out[i] - exp(x) / exponentials) < 1e-6);
        assert_true(fabs(out[LENGTH + i] - (x - sum / LENGTH) * scale) < 1e-5);
        assert_true(fabs(out[2 * LENGTH + i] + x / (1 + exp(x))) < 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(bodies_keep_apart) };
    if (expops_device_open("opencl", &device) != EXPOPS_OK) {
        fprintf(stderr, "%s\n", expops_error_text());
        return EXIT_SKIP;
    }
    const int failed = cmocka_run_group_tests_name("bodies", tests, NULL, NULL);
    expops_device_close(&device);
    return failed;
}
