/* The text a compiler gets: defines, prelude, the dialect, the variant's template with the operator's own text. */
#include <stdio.h>
#include <string.h>
#include "base/error.h"
#include "draft/promote.h"
#include "kernel_text.h"
#include "registry.h"
#include "specialize.h"

/* --- defines --- */

/* The operand whose elements say which ones to read. */
static int is_picked(const expops_problem *problem, uint32_t index)
{
    return problem->window.picked && index + 1 == problem->num_operands;
}

/* A type as the dialect writes it. */
static const char *type_name(const expops_problem *problem, int dtype)
{
    static const char *const moved[] = { [1] = "b8", [2] = "b16", [4] = "b32", [8] = "b64", [16] = "b128" };
    return problem->common < 0 ? moved[problem->bits] : expops_dtype_name((expops_dtype)dtype);
}

/* Its name alone is an error on devices without. */
static int is_double(int dtype)
{
    return dtype == EXPOPS_DTYPE_F64 || dtype == EXPOPS_DTYPE_C128;
}

static void define_arithmetic(const expops_problem *problem, expops_text *text)
{
    static const char *const classes[] = { "XK_F32", "XK_F64", "XK_I32", "XK_I64", "XK_C64", "XK_C128" };
    const int moved = problem->common < 0, common = problem->common;
    int uses_double = 0;
    for (uint32_t i = 0; !moved && i < problem->num_operands; i++)
        uses_double |= is_double(problem->operand[i].dtype);
    expops_text_add(text, "#define XK 1\n#define XK_D %s\n#define XK_R %s\n", type_name(problem, common),
                    type_name(problem, problem->result));
    for (uint32_t i = 0; i < EXPOPS_COUNTOF(classes); i++)
        expops_text_add(text, "#define %s %d\n", classes[i], !moved && problem->compute == i);
    expops_text_add(text,
                    "#define XK_BITS %d\n#define XK_HALF %d\n#define XK_BF16 %d\n#define XK_UNSIGNED %d\n"
                    "#define XK_BOOL %d\n",
                    moved, common == EXPOPS_DTYPE_F16 || common == EXPOPS_DTYPE_BF16, common == EXPOPS_DTYPE_BF16,
                    !moved && expops_dtype_is_unsigned(common), common == EXPOPS_DTYPE_BOOL);
    expops_text_add(text, "#define XK_INT_BITS %d\n#define XK_USES_F64 %d\n#define XK_CHOICE %u\n",
                    !moved && expops_dtype_is_integral(common) ? 8 * (int)expops_dtype_bytes((expops_dtype)common) : 0,
                    !moved && (uses_double || is_double(common) || is_double(problem->result)), problem->choice);
}

/* Complex numbers over a storage of doubles may start between two words of their size. */
static int starts_at_half(const expops_problem_operand *operand)
{
    return expops_is_tensor(operand) && !operand->aligned && expops_operand_bytes(operand) == 16;
}

static int any_starts_at_half(const expops_problem *problem)
{
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (starts_at_half(problem->operand + i))
            return 1;
    return 0;
}

static void define_operand(const expops_problem *problem, expops_step *step, uint32_t index, const char *suffix,
                           uint32_t vector)
{
    const expops_problem_operand *operand = problem->operand + index;
    const int same = problem->common < 0 || operand->dtype == operand->meeting.as;
    if (is_picked(problem, index))
        expops_text_add(&step->defines, "#define XK_D%s %s\n#define XK_A%s i64\n", suffix,
                        expops_dtype_name((expops_dtype)operand->dtype), suffix);
    else if (index == 0)
        expops_text_add(&step->defines, "#define XK_O %s\n", type_name(problem, operand->dtype));
    else
        expops_text_add(&step->defines, "#define XK_D%s %s\n#define XK_A%s %s\n", suffix,
                        type_name(problem, operand->dtype), suffix, type_name(problem, operand->meeting.as));
    expops_text_add(&step->defines, "#define XK_SAME%s %d\n", suffix, same);
    if (starts_at_half(operand))
        expops_text_add(&step->defines, "#define XK_W%s _halves\n", suffix);
    else
        expops_text_add(&step->defines, "#define XK_W%s %u\n", suffix, expops_operand_bytes(operand) * vector);
}

void expops_define_operands(const expops_problem *problem, expops_step *step, uint32_t vector,
                            const enum expops_reach *reach, int wide)
{
    static const char letters[] = "CBSTU";
    uint32_t tensors = 0;
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        char suffix[12] = "O";
        if (!expops_is_tensor(problem->operand + i))
            continue;
        if (i > 0)
            snprintf(suffix, sizeof suffix, "%u", tensors - 1);
        define_operand(problem, step, i, suffix, vector);
        if (reach)
            expops_text_add(&step->defines, "#define XK_K%s %c\n", suffix, letters[reach[tensors]]);
        tensors++;
    }
    expops_text_add(&step->defines,
                    "#define XK_NT %u\n#define XK_EACH XK_EACH_%u\n#define XK_NN %u\n#define XK_VEC %u\n"
                    "#define XK_INDEX64 %d\n",
                    tensors - 1, tensors - 1, problem->num_numbers, vector, wide);
}

/* A body of the position beside an input that is moved: keeps.kernel.h. */
static int keeps(const expops_problem *problem)
{
    return problem->common < 0 && problem->operand[1].kind == EXPOPS_OPERAND_POSITION;
}

void expops_define_call(const expops_problem *problem, expops_step *step)
{
    uint32_t tensors = 0, numbers = 0;
    if (keeps(problem)) {
        expops_text_append(&step->defines, "#define XK_KEEPS 1\n#define XK_CALL xk_keep(xk_body(XK_P), XK_X(0))\n");
        return;
    }
    expops_text_append(&step->defines, "#define XK_CALL xk_body(");
    for (uint32_t i = 1; i < problem->num_operands; i++) {
        const int number = problem->operand[i].kind == EXPOPS_OPERAND_NUMBER;
        if (problem->operand[i].kind == EXPOPS_OPERAND_POSITION)
            expops_text_add(&step->defines, "%sXK_P", i > 1 ? ", " : "");
        else
            expops_text_add(&step->defines, "%sXK_%c(%u)", i > 1 ? ", " : "", number ? 'N' : 'X',
                            number ? numbers++ : tensors++);
    }
    expops_text_append(&step->defines, ")\n");
}

/* --- the whole --- */

void expops_text_add_dialect(expops_text *text, uint32_t compute)
{
    expops_text_append(text, expops_kernel_integers);
    expops_text_append(text, expops_kernel_common);
    /* What the arithmetic cannot use is left out: compilers would parse it all the same. */
    if (compute == EXPOPS_COMPUTE_F32 || compute == EXPOPS_COMPUTE_F64)
        expops_text_append(text, expops_kernel_accurate);
    if (compute == EXPOPS_COMPUTE_F32)
        expops_text_append(text, expops_kernel_elementary);
    if (compute == EXPOPS_COMPUTE_C64 || compute == EXPOPS_COMPUTE_C128) {
        expops_text_append(text, expops_kernel_complex);
        expops_text_append(text, expops_kernel_complex_exponential);
        expops_text_append(text, expops_kernel_complex_logarithm);
    }
    expops_text_append(text, expops_kernel_own);
}

/* What an operator's text says of itself by defining it is not the next one's. */
void expops_text_add_operator(expops_text *text, const expops_operator *op)
{
    expops_text_add(text,
                    "#undef XK_OWN\n#undef XK_COMBINES_MANY\n#undef XK_LOOKS_TWICE\n#undef XK_IRREGULAR\n"
                    "#undef XK_KEEPS_TERMS\n#undef XK_KEEPS_SHIFTED\n"
                    "#define XK_OWN(word) own_%s_##word\n",
                    op->name);
    expops_text_append(text, expops_operator_text(op));
}

static void append_template(expops_text *text, const char *variant, const expops_operator *op)
{
    const expops_template *found = expops_templates;
    while (found->name && strcmp(found->name, variant))
        found++;
    for (size_t i = 0; i < EXPOPS_COUNTOF(found->parts) && found->parts[i]; i++)
        if (found->parts[i] == expops_kernel_operator)
            expops_text_add_operator(text, op);
        else
            expops_text_append(text, found->parts[i]);
}

expops_status expops_step_text(const expops_problem *problem, const expops_device_info *info, const expops_step *step,
                               expops_text *out_text)
{
    expops_text text = { 0 };
    define_arithmetic(problem, &text);
    expops_text_add(&text, "#define XK_WG %u\n", step->group);
    if (any_starts_at_half(problem))
        expops_text_append(&text, "#define XK_AT_HALF 1\n");
    if (step->defines.data)
        expops_text_append(&text, step->defines.data);
    expops_text_append(&text, info->prelude);
    expops_text_add_dialect(&text, problem->compute);
    append_template(&text, step->variant, problem->op);
    expops_text_add(
        &text, "\ntypedef char xk_params_are_not_what_is_written[(sizeof(xk_params) + 7) / 8 * 8 == %u ? 1 : -1];\n",
        step->params.bytes);
    if (text.failed || step->defines.failed) {
        expops_text_free(&text);
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "%s: no memory for the kernel's text", problem->op->name);
    }
    *out_text = text;
    return EXPOPS_OK;
}
