/* Rows of measured errors, separated by tabs: operator, type, backend, points, worst error, "larger" or "ulp", its
 * operands, bound, negative floor, results flushed to zero. tools/write_accuracy_doc.py makes the table of them. */
#include "sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_name(FILE *file, const sweep_subject *subject)
{
    fputs(subject->op->name, file);
    for (const expops_parameter *parameter = subject->op->parameters; parameter->name; parameter++)
        if (parameter->kind == EXPOPS_PARAMETER_CHOICE)
            fprintf(file, " (%s)", parameter->choices[subject->choice]);
}

static void print_operands(FILE *file, const test_call *call, int64_t position)
{
    const char *separator = "";
    for (size_t i = 0; i < call->num_args; i++)
        if (call->arrays[i].host) {
            fprintf(file, "%s%.17Lg", separator, test_array_get(&call->arrays[i], position).re);
            separator = ", ";
        }
}

void sweep_report(const sweep_subject *subject, const test_call *call, const sweep_worst *worst)
{
    const char *path = getenv("EXPOPS_SWEEP_REPORT"), *device = expops_device_name(subject->device);
    FILE *file = path && *path ? fopen(path, "a") : NULL;
    if (!file)
        return;
    print_name(file, subject);
    fprintf(file, "\t%s\t%.*s\t%lld\t%.4g\t%s\t", expops_dtype_name(subject->dtype), (int)strcspn(device, ":"), device,
            (long long)test_array_numel(&call->out), worst->error, worst->is_larger_unit ? "larger" : "ulp");
    print_operands(file, call, worst->position);
    fprintf(file, "\t%g\t%g\t%lld\n", test_bound(subject->op, call->types.result),
            (double)subject->op->bound.negative_floor, (long long)worst->flushed);
    fclose(file);
}
