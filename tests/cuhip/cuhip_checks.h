/* Comparisons for check_cuda.c and check_hip.c. */
#ifndef CUHIP_CHECKS_H
#define CUHIP_CHECKS_H

#include <stddef.h>

#include "cuhip.h"

#define SAME(ours, theirs) _Static_assert((long)(ours) == (long)(theirs), #ours " is " #theirs)
#define SAME_SIZE(ours, theirs) _Static_assert(sizeof(ours) == sizeof(theirs), #ours " has the size of " #theirs)
/* The vendor's function can be called through a pointer of the type we give it. */
#define SAME_FUNCTION(symbol, result, parameters) \
    _Static_assert(_Generic(&symbol, result(*) parameters : 1, default : 0), #symbol " has the type we declare");
#define NOT_CHECKED_(text) _Pragma(#text)
#define NOT_CHECKED(text) NOT_CHECKED_(message text)

#endif
