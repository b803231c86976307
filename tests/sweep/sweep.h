/* One operator, element type and choice, over all its points on one device. */
#ifndef SWEEP_H
#define SWEEP_H

#include <stdint.h>
#include "judge.h"

typedef struct sweep_subject {
    expops_device *device;
    const expops_operator *op;
    expops_dtype dtype;
    int choice; /* the value of the operator's choice, if it has one */
} sweep_subject;

/* The largest error seen. */
typedef struct sweep_worst {
    double error;       /* in the bound's units */
    int is_larger_unit; /* which there are more than twice the result's own */
    int64_t position;
    int64_t flushed; /* results below the smallest normal number that came back as zero */
} sweep_worst;

/* Whether a sweep can judge it: pointwise, one or two tensors of one floating type, a floating result, a reference. */
int sweep_applies(const expops_operator *op);
/* How many values the operator's choice has; 1 where it has none. */
int sweep_num_choices(const expops_operator *op);
/* Runs and judges. Returns the number of failures, -1 where the device has no such arithmetic. */
int sweep_run(const sweep_subject *subject);

/* report.c: appends a row to the file EXPOPS_SWEEP_REPORT, if that is set. */
void sweep_report(const sweep_subject *subject, const test_call *call, const sweep_worst *worst);

#endif
