/* Complex element types: exact answers for the operators that take them, since REFERENCE speaks of real numbers only and
 * PyTorch's answers kept here hold none. */
#include <complex.h>
#include <math.h>
#include <string.h>

#include "cases.h"

typedef long double _Complex number;
enum { MAX_OPERANDS = 4, SIZE = 203 };

/* clang-format off */
static number abs_of(const number *a) { return cabsl(a[0]); }
static number neg_of(const number *a) { return -a[0]; }
static number exp_of(const number *a) { return cexpl(a[0]); }
static number mul_of(const number *a) { return a[0] * a[1]; }
static number sigmoid_of(const number *a) { return 1 / (1 + cexpl(-a[0])); }
static number eq_of(const number *a) { return a[0] == a[1]; }
static number ne_of(const number *a) { return a[0] != a[1]; }
static number xor_of(const number *a) { return (a[0] == 0) != (a[1] == 0); }
static number addcdiv_of(const number *a) { return a[0] + a[3] * a[1] / a[2]; }
static number not_of(const number *a) { return a[0] == 0; }
static number addcmul_of(const number *a) { return a[0] + a[3] * a[1] * a[2]; }
static number lerp_of(const number *a) { return a[0] + a[2] * (a[1] - a[0]); }
static number masked_fill_of(const number *a) { return creall(a[1]) != 0 ? a[2] : a[0]; }
static number fill_of(const number *a) { return a[1]; }
static number positive_of(const number *a) { return a[0]; }
static number sgn_of(const number *a) { return a[0] == 0 ? 0 : a[0] / cabsl(a[0]); }
static number square_of(const number *a) { return a[0] * a[0]; }
static number reciprocal_of(const number *a) { return 1 / a[0]; }
static number rsqrt_of(const number *a) { return 1 / csqrtl(a[0]); }
static number exp2_of(const number *a) { return cexpl(a[0] * logl(2)); }
static number expm1_of(const number *a) { return cexpl(a[0]) - 1; }
static number log_of(const number *a) { return clogl(a[0]); }
static number log2_of(const number *a) { return clogl(a[0]) / logl(2); }
static number log10_of(const number *a) { return clogl(a[0]) / logl(10); }
static number log1p_of(const number *a) { return clogl(1 + a[0]); }
static number sin_of(const number *a) { return csinl(a[0]); }
static number cos_of(const number *a) { return ccosl(a[0]); }
static number sinh_of(const number *a) { return csinhl(a[0]); }
static number cosh_of(const number *a) { return ccoshl(a[0]); }
static number asinh_of(const number *a) { return casinhl(a[0]); }
static number acosh_of(const number *a) { return cacoshl(a[0]); }
static number atanh_of(const number *a) { return catanhl(a[0]); }
static number sinc_of(const number *a) { return a[0] == 0 ? 1 : csinl(acosl(-1) * a[0]) / (acosl(-1) * a[0]); }

static const struct {
    const char *name;
    number (*answer)(const number *operands);
} answers[] = {
    { "abs", abs_of },   { "neg", neg_of },     { "exp", exp_of },         { "mul", mul_of },
    { "eq", eq_of },     { "logical_not", not_of }, { "addcmul", addcmul_of }, { "lerp", lerp_of },
    { "fill", fill_of }, { "masked_fill", masked_fill_of }, { "sigmoid", sigmoid_of },
    { "copy", fill_of }, { "ne", ne_of },   { "logical_xor", xor_of }, { "addcdiv", addcdiv_of },
    { "positive", positive_of }, { "sgn", sgn_of }, { "square", square_of }, { "reciprocal", reciprocal_of },
    { "rsqrt", rsqrt_of }, { "exp2", exp2_of }, { "expm1", expm1_of }, { "log", log_of }, { "log2", log2_of },
    { "log10", log10_of }, { "log1p", log1p_of }, { "sin", sin_of }, { "cos", cos_of }, { "sinh", sinh_of },
    { "cosh", cosh_of }, { "asinh", asinh_of }, { "acosh", acosh_of }, { "atanh", atanh_of }, { "sinc", sinc_of },
};
/* clang-format on */

static number (*answer_of(const char *name))(const number *operands)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        if (strcmp(answers[i].name, name) == 0)
            return answers[i].answer;
    return NULL;
}

static int applies(const expops_operator *op, expops_dtype dtype)
{
    return test_is_complex(dtype) && answer_of(op->name) != NULL;
}

/* Sums of products round by the size of their terms, `size` squared; a part may be far smaller than its whole. */
static int judge(test_call *call, const number *operands, int64_t position, number exact)
{
    const test_array *out = test_call_out(call);
    const test_value actual = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, position));
    const expops_dtype real = call->types.common == EXPOPS_DTYPE_C64 ? EXPOPS_DTYPE_F32 : EXPOPS_DTYPE_F64;
    long double size = cabsl(exact);
    for (int i = 0; i < MAX_OPERANDS && call->num_args > 1; i++)
        size = fmaxl(size, cabsl(operands[i]));
    const long double terms = call->num_args > 1 ? size * size : size;
    const double bound = test_bound(call->op, call->types.result);
    const int moves = strcmp(call->op->name, "fill") == 0 || strcmp(call->op->name, "copy") == 0 ||
                      strcmp(call->op->name, "masked_fill") == 0 || strcmp(call->op->name, "neg") == 0;
    const long double slack = moves ? 0 : (4 + (long double)bound) * test_ulp(real, terms);
    const expops_dtype part = test_is_complex(out->dtype) ? real : out->dtype;
    const int right = test_is_float(part) ? test_close(part, actual.re, creall(exact), bound, slack) &&
                                                test_close(part, actual.im, cimagl(exact), bound, slack)
                                          : actual.re == creall(exact);
    return right ? 0 : test_judge_report(call, position, actual, (test_value){ creall(exact), cimagl(exact) });
}

static int judge_all(test_call *call)
{
    const int64_t numel = test_array_numel(&call->out);
    int wrong = 0;
    for (int64_t k = 0; k < numel; k++) {
        number operands[MAX_OPERANDS] = { 0 };
        for (size_t i = 0; i < call->num_args && i < MAX_OPERANDS; i++) {
            const test_array *array = &call->arrays[i];
            if (!array->host && call->args[i].kind != EXPOPS_VALUE_COMPLEX)
                continue;
            if (!array->host) {
                operands[i] = call->args[i].as.parts[0] + I * (long double)call->args[i].as.parts[1];
                continue;
            }
            const test_value value =
                test_array_get(array, test_array_index(array, call->result.ndim, call->result.shape, k));
            operands[i] = value.re + I * value.im;
        }
        wrong += judge(call, operands, k, answer_of(call->op->name)(operands));
    }
    return wrong;
}

/* Zeros, and elements that the second operand shares with the first, which random numbers never give. */
static void set_ties(test_call *call)
{
    test_array *first = &call->arrays[0], *second = &call->arrays[1];
    for (int64_t k = 0; k < SIZE; k++) {
        const int64_t index = test_array_index(first, first->ndim, first->shape, k);
        if (k % 5 == 0)
            test_array_set(first, index, (test_value){ 0, k % 2 });
        if (k % 3 == 0 && second->host && second->dtype == first->dtype && second->ndim == first->ndim)
            test_array_set(second, test_array_index(second, first->ndim, first->shape, k),
                           test_array_get(first, index));
    }
}

static int build(test_call *call, test_subject *subject, enum test_layout layout)
{
    static const int64_t shape[] = { 7, SIZE / 7 };
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_parameter *parameter = &call->op->parameters[i];
        if (parameter->kind == EXPOPS_PARAMETER_NUMBER) {
            call->complexes[i][0] = 0.5;
            call->complexes[i][1] = -2;
            call->args[i] = expops_complex(call->complexes[i]);
            continue;
        }
        if (parameter->kind != EXPOPS_PARAMETER_TENSOR && parameter->kind != EXPOPS_PARAMETER_OPERAND) {
            test_plain_argument(call, i, subject->dtype, 0);
            continue;
        }
        if (!test_call_tensor(call, i, test_parameter_dtype(parameter, subject->dtype),
                              call->op->samples[i].scalar ? 0 : 2, shape, i ? TEST_COMPACT : layout, 0))
            return 0;
        test_draw(call, i, &subject->random);
    }
    set_ties(call);
    return 1;
}

static int run_complex(test_subject *subject)
{
    static const enum test_layout layouts[] = { TEST_COMPACT, TEST_TRANSPOSED };
    int failures = 0;
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        test_call call;
        test_call_begin(&call, subject->device, subject->op, "complex numbers");
        if (!build(&call, subject, layouts[i]))
            failures += test_report(&call, "no memory for the operands: %s", expops_error_text());
        else if (test_call_infer(&call))
            failures++;
        else if (!test_call_output(&call, call.result.dtype, TEST_COMPACT, 0))
            failures += test_report(&call, "no memory for the output: %s", expops_error_text());
        else {
            const int result = test_call_run(&call);
            failures += result > 0 ? result : result < 0 ? 0 : judge_all(&call);
        }
        test_call_end(&call);
    }
    return failures;
}

const test_kind test_complex_kinds[] = {
    { "complex", applies, run_complex, 1 },
    { NULL, NULL, NULL, 0 },
};
