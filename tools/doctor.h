/* What the two processes of `expops doctor` say to each other, a line each: steps, then the report as JSON. */
#ifndef EXPOPS_TOOLS_DOCTOR_H
#define EXPOPS_TOOLS_DOCTOR_H

#include <stdio.h>

enum { DOCTOR_STEP = 'S', DOCTOR_REPORT = 'R' };

/* Looks at everything but the skipped files and writes lines to the parent. */
void doctor_child(FILE *to_parent, char *const *skipped, size_t num_skipped);

#endif
