/* The bodies of all operators that take an element type, in one text. */
#include "bodies.h"
#include <string.h>
#include "draft/promote.h"
#include "registry.h"
#include "specialize/kernel_text.h"

extern const char expops_kernel_window[];

static void define_arithmetic(int dtype, expops_text *text)
{
    static const char *const classes[] = { "F32", "F64", "I32", "I64", "C64", "C128" };
    const int integer = expops_dtype_is_integral(dtype), half = dtype == EXPOPS_DTYPE_F16 || dtype == EXPOPS_DTYPE_BF16;
    expops_text_add(text, "#define XK 1\n#define XK_D %s\n#define XK_R f32\n#define XK_%s 1\n#define XK_HALF %d\n",
                    expops_dtype_name((expops_dtype)dtype), classes[expops_dtype_compute(dtype)], half);
    expops_text_add(text, "#define XK_INT_BITS %d\n#define XK_USES_F64 1\n#define XK_CHOICE 0\n#define XK_WG 64\n",
                    integer ? 8 * (int)expops_dtype_bytes((expops_dtype)dtype) : 0);
}

/* Whether it has a text that takes such elements unconverted, and what its result is. Those of positions have a truth for a
 * result, whatever they move. */
static int takes(const expops_operator *op, int dtype, int *out_result)
{
    const char *const text = expops_operator_text(op);
    int arithmetic;
    if (!text || !(op->dtypes >> dtype & 1u) || (expops_dtype_is_complex(dtype) && strstr(text, "KERNEL(xk_long")))
        return 0;
    expops_operator_types(op, dtype, &arithmetic, out_result);
    return arithmetic == dtype;
}

uint32_t bodies_text(int dtype, const char *prelude, expops_text *out_text)
{
    uint32_t count = 0;
    define_arithmetic(dtype, out_text);
    expops_text_append(out_text, prelude);
    expops_text_add_dialect(out_text, (uint32_t)expops_dtype_compute(dtype));
    expops_text_append(out_text, expops_kernel_window);
    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        int result;
        if (!takes(op, dtype, &result))
            continue;
        expops_text_add(out_text, "#undef XK_R\n#define XK_R %s\n", expops_dtype_name((expops_dtype)result));
        expops_text_add_operator(out_text, op);
        count++;
    }
    return count;
}
