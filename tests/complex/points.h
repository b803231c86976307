/* The operands that complex operators are tried on. */
#ifndef COMPLEX_POINTS_H
#define COMPLEX_POINTS_H

#include "random.h"

enum { COMPLEX_MOST_POINTS = 4096 };

/* One operand: every pair of parts from a list of numbers where something happens (zeros, the type's ends, infinities, NaN,
 * multiples of pi, where exponentials overflow, angles of many turns), neighbourhoods of the unit circle, of branch points,
 * zeros and poles, and numbers of all magnitudes. Writes at most COMPLEX_MOST_POINTS numbers; returns how many. */
int complex_points(expops_dtype dtype, test_random *random, test_value *points);
/* One of several operands: a part of the list above, or a number of ordinary magnitude. */
test_value complex_point_any(expops_dtype dtype, test_random *random);

#endif
