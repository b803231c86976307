/* Whether a complex operator's results are right, over all points. */
#ifndef COMPLEX_GRID_H
#define COMPLEX_GRID_H

#include "judge.h"
#include "referee.h"

/* Judges the whole output; returns the number of wrong elements. */
int complex_judge(test_call *call, const complex_referee *referee);

#endif
