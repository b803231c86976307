/* A short view of a result. */
#ifndef EXPOPS_TOOLS_SHOW_H
#define EXPOPS_TOOLS_SHOW_H

#include "npy.h"

/* Two lines: the first and the last elements; the smallest, the largest, and how many are no numbers. */
void show_array(const npy_array *array);

#endif
