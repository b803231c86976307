/* Whether a plugin was compiled with structs like this library's. */
#ifndef EXPOPS_BACKEND_LAYOUT_H
#define EXPOPS_BACKEND_LAYOUT_H

#include "expops/backend.h"

/* 1 where every member that both know lies at the same place, and the side of the later minor version has the only ones that the
 * other has not. Else 0, and `why` says the first that does not fit. */
int expops_layout_fits(const expops_place *theirs, uint32_t their_minor, char *why, size_t why_bytes);

#endif
