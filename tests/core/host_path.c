/* Calls an operator as often as told, for counting instructions: host_path NAME COUNT. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fixture.h"

int main(int argc, char **argv)
{
    fixture_tensor x, y, z;
    if (argc != 3 || fixture_open(NULL))
        return 2;
    null_backend.silent = 1;
    TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, 512, 512);
    TENSOR_AT(&y, 0x200000, EXPOPS_DTYPE_F32, 512, 512);
    TENSOR_AT(&z, 0x300000, EXPOPS_DTYPE_F32, 512, 512);
    const int64_t shape[] = { 512 };
    for (long i = strtol(argv[2], NULL, 10); i > 0; i--) {
        expops_status status = EXPOPS_ERR_NOT_FOUND;
        if (!strcmp(argv[1], "silu"))
            status = expops_silu(fixture_device, NULL, &x.tensor, &z.tensor);
        else if (!strcmp(argv[1], "silu-default-device"))
            status = i == 1 ? expops_silu(fixture_device, NULL, &x.tensor, &z.tensor)
                            : expops_silu(NULL, NULL, &x.tensor, &z.tensor);
        else if (!strcmp(argv[1], "mul"))
            status = expops_mul(fixture_device, NULL, &x.tensor, &y.tensor, &z.tensor);
        else if (!strcmp(argv[1], "mul-scalar"))
            status = expops_mul_scalar(fixture_device, NULL, &x.tensor, expops_real(2.5), &z.tensor);
        else if (!strcmp(argv[1], "rms_norm"))
            status = expops_rms_norm(fixture_device, NULL, &x.tensor, shape, 1, NULL, expops_real(1e-6), &z.tensor);
        if (status != EXPOPS_OK) {
            fprintf(stderr, "host_path: %s\n", expops_error_text());
            return 1;
        }
    }
    return 0;
}
