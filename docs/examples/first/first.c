#include <expops/expops.h>
#include <stdio.h>

int main(void)
{
    float y[3];
    expops_tensor *in, *out;
    if (expops_array_new(NULL, EXPOPS_DTYPE_F32, 1, (int64_t[]){ 3 }, (float[]){ -1, 0, 1 }, &in) ||
        expops_run("silu", NULL, (expops_value[]){ expops_tensor_value(in) }, 1, &out, 1) ||
        expops_array_read(NULL, out, y, sizeof y))
        return fprintf(stderr, "%s\n", expops_error_text()), 1;
    printf("%g %g %g\n", y[0], y[1], y[2]);
}
