/* The largest difference of two results. */
#ifndef EXPOPS_TOOLS_COMPARE_H
#define EXPOPS_TOOLS_COMPARE_H

#include "npy.h"

/* Element `index` as numbers; the imaginary part is 0 for real types. Both halves are exact except for large i64. */
void compare_element(const npy_array *array, int64_t index, double *out_real, double *out_imaginary);
/* One line: the largest absolute difference, where, and both values. */
void compare_print(const npy_array *array, const npy_array *reference, const char *reference_name);

#endif
