#include "amd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../hip/double/notes.h"

static char message[200];

uint32_t amd_wave(const char *target)
{
    if (strncmp(target, "gfx", 3))
        return 0;
    return target[3] == '8' || target[3] == '9' ? 64 : 32;
}

/* Addresses first, each of 8 bytes, then the structure of the numbers; the compiler's own follow. */
static int arguments_fit(const double_kernel *kernel, const amd_terms *terms)
{
    if (kernel->num_arguments <= terms->tensors)
        return 0;
    for (uint32_t i = 0; i < terms->tensors; i++)
        if (strcmp(kernel->argument[i].kind, "global_buffer") || kernel->argument[i].bytes != 8 ||
            kernel->argument[i].offset != 8 * i)
            return 0;
    for (uint32_t i = terms->tensors + 1; i < kernel->num_arguments; i++)
        if (strncmp(kernel->argument[i].kind, "hidden_", 7))
            return 0;
    const double_argument *params = kernel->argument + terms->tensors;
    return !strcmp(params->kind, "by_value") && params->bytes == terms->params_bytes &&
           params->offset == 8 * terms->tensors;
}

static const char *check(const double_kernel *kernel, const amd_terms *terms)
{
    if (strcmp(kernel->name, "xk_main"))
        return "is not called xk_main";
    if (kernel->wave != terms->subgroup)
        snprintf(message, sizeof message, "waves of %u", kernel->wave);
    else if (kernel->spilled || kernel->private_bytes)
        snprintf(message, sizeof message, "%u spilled registers, %u bytes of private memory", kernel->spilled,
                 kernel->private_bytes);
    else if (kernel->local_bytes > terms->local_bytes)
        snprintf(message, sizeof message, "%u bytes of local memory", kernel->local_bytes);
    else if (kernel->max_items < terms->group)
        snprintf(message, sizeof message, "groups of at most %u, launched with %u", kernel->max_items, terms->group);
    else if (!arguments_fit(kernel, terms))
        snprintf(message, sizeof message, "takes other arguments than %u tensors and %u bytes of numbers",
                 terms->tensors, terms->params_bytes);
    else
        return NULL;
    return message;
}

const char *amd_check(const void *image, const amd_terms *terms)
{
    double_notes notes;
    if (!double_notes_read(image, &notes))
        return "no notes on any kernel";
    const char *wrong = notes.num_kernels == 1 ? check(notes.kernel, terms) : "more than one kernel";
    free(notes.kernel);
    return wrong;
}
