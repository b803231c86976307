/* Calls an operator as often as told, for counting instructions: host_path NAME COUNT. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fixture.h"

static fixture_tensor x, y, z, shifted, half;
static const int64_t row[] = { 512 };

static expops_status silu(expops_device *device)
{
    return expops_silu(device, NULL, &x.tensor, &z.tensor);
}

/* Two plans whose outputs have one shape: the one that was found last is not the one wanted. */
static expops_status silu_in_turn(expops_device *device)
{
    static int other;
    other = !other;
    return expops_silu(device, NULL, other ? &shifted.tensor : &x.tensor, &z.tensor);
}

static expops_status silu_default_device(expops_device *device)
{
    return expops_silu(NULL, NULL, &x.tensor, &z.tensor);
}

static expops_status mul(expops_device *device)
{
    return expops_mul(device, NULL, &x.tensor, &y.tensor, &z.tensor);
}

static expops_status mul_scalar(expops_device *device)
{
    return expops_mul_scalar(device, NULL, &x.tensor, expops_real(2.5), &z.tensor);
}

/* Two numbers that an f32 has to be able to hold. */
static expops_status softplus(expops_device *device)
{
    return expops_softplus(device, NULL, &x.tensor, 2.5, 20, &z.tensor);
}

static expops_status rms_norm(expops_device *device)
{
    return expops_rms_norm(device, NULL, &x.tensor, row, 1, NULL, expops_real(1e-6), &z.tensor);
}

/* One launch and no memory. */
static expops_status tril(expops_device *device)
{
    return expops_tril(device, NULL, &x.tensor, 0, &z.tensor);
}

/* One launch of eight tensors. */
static expops_status cat_of_8(expops_device *device)
{
    static fixture_tensor out;
    static const expops_tensor *const list[8] = { &x.tensor,       &y.tensor, &shifted.tensor, &x.tensor,
                                                  &shifted.tensor, &y.tensor, &x.tensor,       &y.tensor };
    if (!out.tensor.data)
        TENSOR_AT(&out, 0x10000000, EXPOPS_DTYPE_F32, 8 * 512, 512);
    return expops_cat(device, NULL, list, 8, 0, &out.tensor);
}

static const expops_operator *inferred;

static expops_status make_z(void *context, const expops_result *results, expops_tensor *outs)
{
    *outs = z.tensor;
    return EXPOPS_OK;
}

/* What asking and calling, silu and infer-silu, does in one. */
static expops_status new_silu(expops_device *device)
{
    const expops_value args[] = { expops_tensor_value(&x.tensor) };
    expops_tensor out;
    return expops_call_new(inferred, device, NULL, args, 1, make_z, NULL, &out, 1);
}

static expops_status infer_silu(expops_device *device)
{
    const expops_value args[] = { expops_tensor_value(&x.tensor) };
    expops_result result;
    return expops_infer(inferred, args, 1, &result, 1);
}

static expops_status infer_mul(expops_device *device)
{
    const expops_value args[] = { expops_tensor_value(&x.tensor), expops_tensor_value(&y.tensor) };
    expops_result result;
    return expops_infer(inferred, args, 2, &result, 1);
}

/* Two answers of one operator and shape, as a model's step asks for in turn. */
static expops_status infer_in_turn(expops_device *device)
{
    static int other;
    other = !other;
    const expops_value args[] = { expops_tensor_value(other ? &half.tensor : &x.tensor) };
    expops_result result;
    return expops_infer(inferred, args, 1, &result, 1);
}

static expops_status infer_new_shape(expops_device *device)
{
    static int64_t length;
    fixture_tensor in;
    expops_result result;
    length++;
    TENSOR_AT(&in, 0x100000, EXPOPS_DTYPE_F32, length);
    const expops_value args[] = { expops_tensor_value(&in.tensor) };
    return expops_infer(inferred, args, 1, &result, 1);
}

/* A plan made, and from the 2048th on one forgotten, with a kernel that the backend offers. */
static expops_status new_shape(expops_device *device)
{
    static int64_t length;
    fixture_tensor in, out;
    null_backend.offers = 1;
    length++;
    TENSOR_AT(&in, 0x100000, EXPOPS_DTYPE_F32, length);
    TENSOR_AT(&out, 0x200000, EXPOPS_DTYPE_F32, length);
    return expops_silu(device, NULL, &in.tensor, &out.tensor);
}

static const struct {
    const char *name;
    expops_status (*call)(expops_device *device);
} cases[] = { { "silu", silu },
              { "silu-default-device", silu_default_device },
              { "silu-in-turn", silu_in_turn },
              { "mul", mul },
              { "mul-scalar", mul_scalar },
              { "softplus", softplus },
              { "rms_norm", rms_norm },
              { "tril", tril },
              { "cat-of-8", cat_of_8 },
              { "new-silu", new_silu },
              { "infer-silu", infer_silu },
              { "infer-mul", infer_mul },
              { "infer-in-turn", infer_in_turn },
              { "infer-new-shape", infer_new_shape },
              { "new-shape", new_shape } };

int main(int argc, char **argv)
{
    if (argc != 3 || fixture_open(NULL))
        return 2;
    null_backend.silent = 1;
    TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, 512, 512);
    TENSOR_AT(&y, 0x200000, EXPOPS_DTYPE_F32, 512, 512);
    TENSOR_AT(&z, 0x300000, EXPOPS_DTYPE_F32, 512, 512);
    TENSOR_AT(&shifted, 0x400004, EXPOPS_DTYPE_F32, 512, 512);
    TENSOR_AT(&half, 0x500000, EXPOPS_DTYPE_F16, 512, 512);
    inferred = expops_find(strcmp(argv[1], "infer-mul") ? "silu" : "mul");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(cases[i].name, argv[1]))
            continue;
        for (long left = strtol(argv[2], NULL, 10); left > 0; left--) {
            if (cases[i].call(fixture_device) != EXPOPS_OK) {
                fprintf(stderr, "host_path: %s\n", expops_error_text());
                return 1;
            }
        }
        return 0;
    }
    return 2;
}
