/* Comparisons for check_cuda.c and check_hip.c, and that the status numbers plugins use are the library's. */
#ifndef CUHIP_CHECKS_H
#define CUHIP_CHECKS_H

#include <stddef.h>

#include "cuhip.h"
#include "expops/status.h"

#define SAME(ours, theirs) _Static_assert((long)(ours) == (long)(theirs), #ours " is " #theirs)
#define SAME_SIZE(ours, theirs) _Static_assert(sizeof(ours) == sizeof(theirs), #ours " has the size of " #theirs)
/* The vendor's function can be called through a pointer of the type we give it. */
#define SAME_FUNCTION(symbol, result, parameters) \
    _Static_assert(_Generic(&symbol, result(*) parameters : 1, default : 0), #symbol " has the type we declare");
#define NOT_CHECKED_(text) _Pragma(#text)
#define NOT_CHECKED(text) NOT_CHECKED_(message text)

SAME(CUHIP_OK, EXPOPS_OK);
SAME(CUHIP_ERR_UNSUPPORTED, EXPOPS_ERR_UNSUPPORTED);
SAME(CUHIP_ERR_UNAVAILABLE, EXPOPS_ERR_UNAVAILABLE);
SAME(CUHIP_ERR_OUT_OF_MEMORY, EXPOPS_ERR_OUT_OF_MEMORY);
SAME(CUHIP_ERR_BACKEND, EXPOPS_ERR_BACKEND);
SAME(CUHIP_ERR_CAPTURE, EXPOPS_ERR_CAPTURE);
SAME(CUHIP_ERR_COMPILE, EXPOPS_ERR_COMPILE);

#endif
