#include "signature.h"
#include <ctype.h>
#include <string.h>
#include "operator.h"

static int is_identifier(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return 0;
    while (isalnum((unsigned char)*name) || *name == '_')
        name++;
    return !*name;
}

const char *signature_name(const expops_operator *op, size_t index)
{
    const char *copies = expops_operator_copy_name(op), *own = copies ? copies : expops_operator_name(op);
    const char *name = index ? expops_operator_alias(op, index - 1) : own;
    if (!name && copies && (index == 1 || expops_operator_alias(op, index - 2)))
        name = expops_operator_name(op);
    return !name || is_identifier(name) ? name : "";
}

enum signature_form signature_form_of(const expops_operator *op, const char *name)
{
    const size_t length = strlen(name), ending = strlen("_copy");
    const int copies = length > ending && !strcmp(name + length - ending, "_copy");
    return expops_operator_copy_name(op) && !copies ? SIGNATURE_VIEW : SIGNATURE_NEW;
}

int signature_name_in_place(const expops_operator *op, const char *name, char in_place[MAX_NAME])
{
    const uint32_t kind = op->parameters[0].kind;
    const int first_is_tensor = kind == EXPOPS_PARAMETER_TENSOR || kind == EXPOPS_PARAMETER_OPERAND;
    if (!expops_operator_in_place(op) || !first_is_tensor)
        return 0;
    if (!strncmp(name, "__", 2))
        return snprintf(in_place, MAX_NAME, "__i%s", name + 2) < MAX_NAME;
    return snprintf(in_place, MAX_NAME, "%s_", name) < MAX_NAME;
}

/* By kind of parameter. */
static const char *const types[] = {
    "Any",
#define EXPOPS_PARAMETER_ROW(kind, name, expected, takes, declared, value, type) type,
#include "expops/parameter.inc"
#undef EXPOPS_PARAMETER_ROW
};

/* A tensor that is absent stands for a number: Python's word for that is None, as it is for what has no default. */
static int is_none_by_default(const expops_parameter *parameter)
{
    return !parameter->has_default || parameter->kind == EXPOPS_PARAMETER_TENSOR;
}

static void write_type(FILE *file, const expops_parameter *parameter)
{
    fputs(": ", file);
    if (parameter->kind == EXPOPS_PARAMETER_CHOICE) {
        for (int i = 0; parameter->choices[i]; i++)
            fprintf(file, "%s\"%s\"", i ? ", " : "Literal[", parameter->choices[i]);
        fputc(']', file);
    } else {
        fputs(types[parameter->kind], file);
    }
    if (parameter->optional && is_none_by_default(parameter) && parameter->kind != EXPOPS_PARAMETER_CHOICE)
        fputs(" | None", file);
}

static void write_number(FILE *file, double number)
{
    if (number == (int)number) {
        fprintf(file, "%d", (int)number);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        char text[32];
        double read;
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (sscanf(text, "%lf", &read) == 1 && read == number) {
            fputs(text, file);
            return;
        }
    }
    fputs("None", file);
}

static void write_default(FILE *file, const expops_parameter *parameter)
{
    if (parameter->kind == EXPOPS_PARAMETER_CHOICE)
        fprintf(file, "'%s'", parameter->choices[(int)parameter->default_value]);
    else if (is_none_by_default(parameter))
        fputs("None", file);
    else if (parameter->kind == EXPOPS_PARAMETER_BOOL)
        fputs(parameter->default_value != 0 ? "True" : "False", file);
    else
        write_number(file, parameter->default_value);
}

static void write_result(FILE *file, const expops_operator *op)
{
    if (!expops_operator_output(op, 1)) {
        fputc('T', file);
        return;
    }
    fputs("tuple[T", file);
    for (size_t i = 1; expops_operator_output(op, i); i++)
        fputs(", T", file);
    fputc(']', file);
}

static void write_out(FILE *file, const expops_operator *op, int typed)
{
    fprintf(file, "%s*, out", op->parameters[0].name ? ", " : "");
    if (typed) {
        fputs(": ", file);
        write_result(file, op);
    }
    fputs(typed ? " | None = None" : "=None", file);
}

/* Python has no default before a parameter without one. */
static int has_default(const expops_parameter *p)
{
    while (p->name && p->optional)
        p++;
    return !p->name;
}

void signature_write(FILE *file, const expops_operator *op, enum signature_form form, int typed)
{
    fputc('(', file);
    for (const expops_parameter *p = op->parameters; p->name; p++) {
        fprintf(file, "%s%s", p == op->parameters ? "" : ", ", p->name);
        if (typed)
            write_type(file, p);
        if (has_default(p)) {
            fputs(typed ? " = " : "=", file);
            write_default(file, p);
        }
    }
    if (form == SIGNATURE_NEW)
        write_out(file, op, typed);
    fputc(')', file);
    if (typed) {
        fputs(" -> ", file);
        write_result(file, op);
    }
}

void signature_write_doc(FILE *file, const expops_operator *op, enum signature_form form)
{
    static const char *const also[] = { "", " Writes into its first argument.",
                                        " The result shares its first argument's memory where it can." };
    fprintf(file, "%s%s\n\nDefinition: %s. Element types:", op->doc, also[form], op->source ? op->source : op->name);
    for (unsigned i = 0; i < EXPOPS_DTYPE_COUNT; i++)
        if (expops_operator_dtypes(op) >> i & 1u)
            fprintf(file, " %s", expops_dtype_name((expops_dtype)i));
    fputs(".\n", file);
    for (const expops_parameter *p = op->parameters; p->name; p++)
        if (p->doc)
            fprintf(file, "%s: %s\n", p->name, p->doc);
}
