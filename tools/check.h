/* Whether a result is within the operator's own bound of its reference: the tests' judge, on the command's arrays. */
#ifndef EXPOPS_TOOLS_CHECK_H
#define EXPOPS_TOOLS_CHECK_H

#include "call.h"

typedef struct check_report {
    int64_t wrong; /* elements; the first of them were printed to standard error */
    double bound;  /* in units in the last place of the result's type; 0: exact */
    char message[CALL_MESSAGE_BYTES];
} check_report;

/* `device` holds copies while it is checked. TOOL_OK where there was something to compare with (report->wrong says how it
 * came out), TOOL_FAILED with a sentence where there was not. */
int check_result(const call *c, expops_device *device, const npy_array *out, check_report *report);

#endif
