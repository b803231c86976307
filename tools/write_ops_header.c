/* Prints expops/ops.h or the functions behind it, from the registry: one typed function for each operator, one more for each
 * argument that may be a number instead of a tensor. Runs during the build. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "registry.h"
#include "written.h"

static void print_upper(const char *text)
{
    for (; *text; text++)
        putchar(isalnum((unsigned char)*text) ? toupper((unsigned char)*text) : '_');
}

/* Bit i of `numbers`: argument i is given as a number. */
static void print_name(const expops_operator *op, unsigned numbers)
{
    printf("expops_%s", op->name);
    if (!numbers)
        return;
    printf("_scalar");
    int operands = 0, last = -1;
    for (int i = 0; op->parameters[i].name; i++) {
        operands += op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND;
        last = op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND ? i : last;
    }
    /* PyTorch's bare "Scalar" overload is the one of the last operand. */
    for (int i = 0; operands > 1 && op->parameters[i].name; i++)
        if (numbers >> i & 1u && i != last)
            printf("_%s", op->parameters[i].name);
}

/* A number whose default only the operator knows. */
static int may_be_absent(const expops_parameter *parameter)
{
    return parameter->kind == EXPOPS_PARAMETER_NUMBER && parameter->optional && !parameter->has_default;
}

/* By kind of parameter. */
static const struct {
    const char *declared, *value;
} texts[] = {
    { "", "" },
#define EXPOPS_PARAMETER_ROW(kind, name, expected, takes, declared, value, ...) { declared, value },
#include "expops/parameter.inc"
#undef EXPOPS_PARAMETER_ROW
};

/* With the parameter's name for $ and the operator's for @. */
static void print_text(const char *text, const expops_operator *op, const char *name)
{
    for (; *text; text++) {
        if (*text == '$' || *text == '@')
            fputs(*text == '$' ? name : op->name, stdout);
        else
            putchar(*text);
    }
}

/* Argument `index` is declared as an expops_value. */
static int is_value(const expops_operator *op, int index, unsigned numbers)
{
    return may_be_absent(op->parameters + index) || numbers >> index & 1u;
}

static void print_parameter(const expops_operator *op, int index, unsigned numbers)
{
    const expops_parameter *parameter = op->parameters + index;
    print_text(is_value(op, index, numbers) ? "expops_value $" : texts[parameter->kind].declared, op, parameter->name);
    printf(", ");
}

static void print_prototype(const expops_operator *op, unsigned numbers)
{
    printf("expops_status ");
    print_name(op, numbers);
    printf("(expops_device *device, void *stream, ");
    for (int i = 0; op->parameters[i].name; i++)
        print_parameter(op, i, numbers);
    for (int i = 0; i == 0 || (i < EXPOPS_MAX_OUTPUTS && op->outputs[i]); i++)
        printf("%sconst expops_tensor *%s", i ? ", " : "", expops_operator_output(op, (size_t)i));
    printf(")");
}

static void print_choices(const expops_operator *op)
{
    for (int i = 0; op->parameters[i].name; i++) {
        const expops_parameter *parameter = op->parameters + i;
        if (parameter->kind != EXPOPS_PARAMETER_CHOICE)
            continue;
        printf("enum expops_%s_%s {\n", op->name, parameter->name);
        for (int c = 0; parameter->choices[c]; c++) {
            printf("    EXPOPS_");
            print_upper(op->name);
            putchar('_');
            print_upper(parameter->name);
            putchar('_');
            print_upper(parameter->choices[c]);
            printf(" = %d,\n", c);
        }
        printf("};\n");
    }
}

static void print_doc(const expops_operator *op)
{
    printf("/* %s\n * Definition: %s.", op->doc, op->source ? op->source : op->name);
    for (int i = 0; i < 6 && op->aliases[i]; i++)
        printf("%s %s", i ? "," : " Also called:", op->aliases[i]);
    printf("\n * Element types:");
    for (unsigned i = 0; i < EXPOPS_DTYPE_COUNT; i++)
        if (op->dtypes >> i & 1u)
            printf(" %s", expops_dtype_name((expops_dtype)i));
    printf(".%s\n", op->not_in_place ? "" : " `out` may be an input.");
    for (int i = 0; op->parameters[i].name; i++) {
        const expops_parameter *parameter = op->parameters + i;
        if (!parameter->doc && !parameter->optional)
            continue;
        printf(" * %s:", parameter->name);
        if (parameter->doc)
            printf(" %s", parameter->doc);
        if (parameter->kind == EXPOPS_PARAMETER_CHOICE)
            printf(" Default %s.", parameter->choices[(int)parameter->default_value]);
        else if (parameter->kind == EXPOPS_PARAMETER_TENSOR && parameter->optional)
            printf(" May be NULL.");
        else if (parameter->kind == EXPOPS_PARAMETER_INTS && parameter->optional)
            printf(" May be empty.");
        else if (may_be_absent(parameter))
            printf(" expops_none() for the default.");
        else if (parameter->optional)
            printf(" Default %g.", parameter->default_value);
        printf("\n");
    }
    printf(" */\n");
}

static void print_argument(const expops_operator *op, int index, unsigned numbers)
{
    const expops_parameter *parameter = op->parameters + index;
    print_text(is_value(op, index, numbers) ? "$" : texts[parameter->kind].value, op, parameter->name);
}

/* The outputs' descriptors side by side; none is read where one is missing. */
static void print_several(const expops_operator *op, int num_args)
{
    int count = 0;
    printf("    if (");
    for (int i = 0; i < EXPOPS_MAX_OUTPUTS && op->outputs[i]; i++)
        printf("%s!%s", i ? " || " : "", op->outputs[i]);
    printf(")\n        return expops_call(&expops_operator_%s, device, stream, args, %d, NULL, 0);\n", op->name,
           num_args);
    printf("    const expops_tensor outs[] = { ");
    for (; count < EXPOPS_MAX_OUTPUTS && op->outputs[count]; count++)
        printf("%s*%s", count ? ", " : "", op->outputs[count]);
    printf(" };\n    return expops_call(&expops_operator_%s, device, stream, args, %d, outs, %d);\n}\n\n", op->name,
           num_args, count);
}

static void print_function(const expops_operator *op, unsigned numbers)
{
    int count = 0;
    print_prototype(op, numbers);
    printf("\n{\n    const expops_value args[] = { ");
    for (; op->parameters[count].name; count++) {
        printf("%s", count ? ", " : "");
        print_argument(op, count, numbers);
    }
    printf(" };\n");
    if (op->outputs[1])
        print_several(op, count);
    else
        printf("    return expops_call(&expops_operator_%s, device, stream, args, %d, %s, 1);\n}\n\n", op->name, count,
               expops_operator_output(op, 0));
}

/* Calls `print` for the tensor form and for each form with numbers; at least one tensor stays. */
static void each_form(const expops_operator *op, void (*print)(const expops_operator *op, unsigned numbers))
{
    unsigned operands = 0, tensors = 0;
    for (unsigned i = 0; op->parameters[i].name; i++) {
        operands |= (op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND) << i;
        tensors |= (op->parameters[i].kind == EXPOPS_PARAMETER_TENSOR && !op->parameters[i].optional) << i;
    }
    for (unsigned numbers = 0; numbers <= operands; numbers++)
        if (!(numbers & ~operands) && (tensors || numbers != operands || !operands))
            print(op, numbers);
}

static void declare(const expops_operator *op, unsigned numbers)
{
    printf("EXPOPS_API ");
    print_prototype(op, numbers);
    printf(";\n");
}

static void print_header(void)
{
    printf("/* Typed functions for every operator; written by the build from ops/.\n"
           " *\n"
           " * All of them: asynchronous on `stream`; device NULL is the default device; `out` has the shape and a "
           "type that\n"
           " * can hold the result (expops_infer tells both); tensors are borrowed for the call, their memory until "
           "the work\n"
           " * is done. Thread-safe. Errors as expops_call's: EXPOPS_ERR_DTYPE, _SHAPE, _DEVICE, _OVERLAP,\n"
           " * _INVALID_ARGUMENT before anything is launched, and what the device reports. */\n"
           "#ifndef EXPOPS_OPS_H\n#define EXPOPS_OPS_H\n\n#include \"expops/op.h\"\n\nEXPOPS_BEGIN\n\n");
    for (size_t i = 0; i < expops_registry_count; i++) {
        const expops_operator *op = expops_registry[i].op;
        print_choices(op);
        print_doc(op);
        each_form(op, declare);
        printf("\n");
    }
    printf("EXPOPS_END\n\n#endif\n");
}

static void print_functions(void)
{
    printf("#include \"expops/ops.h\"\n\n");
    for (size_t i = 0; i < expops_registry_count; i++)
        printf("extern const expops_operator expops_operator_%s;\n", expops_registry[i].op->name);
    printf("\n");
    for (size_t i = 0; i < expops_registry_count; i++)
        each_form(expops_registry[i].op, print_function);
}

int main(int argc, char **argv)
{
    if (argc != 3 || !written_begin())
        return 2;
    if (!strcmp(argv[1], "header"))
        print_header();
    else
        print_functions();
    return !written_end(argv[2]);
}
