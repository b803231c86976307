/* The exact answers to all points of a sweep. */
#ifndef SWEEP_ANSWERS_H
#define SWEEP_ANSWERS_H

#include "sweep.h"

/* One for each element of the call's output, those of another process with the same points where it has kept them (kept.h). NULL where
 * there is no memory; the caller frees them. */
long double *sweep_answers(const sweep_subject *subject, const test_call *call);

#endif
