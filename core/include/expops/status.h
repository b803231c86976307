/* What a call reports: a small status and, for this thread, the story of the last failure. */
#ifndef EXPOPS_STATUS_H
#define EXPOPS_STATUS_H

#include "expops/config.h"

EXPOPS_BEGIN

typedef enum expops_status {
    EXPOPS_OK = 0,
    EXPOPS_ERR_INVALID_ARGUMENT = 200, /* NULL, unknown name, value out of range */
    EXPOPS_ERR_DTYPE = 201,            /* an element type this operator does not take, or cannot store */
    EXPOPS_ERR_SHAPE = 202,            /* shapes that do not broadcast, a dimension out of range, rank too high */
    EXPOPS_ERR_DEVICE = 203,           /* a tensor that lives on another device */
    EXPOPS_ERR_OVERLAP = 204,          /* an output overlapping itself or, partly, an input */
    EXPOPS_ERR_UNSUPPORTED = 300,      /* valid, but this backend or device has no way to do it */
    EXPOPS_ERR_NOT_FOUND = 301,        /* no operator or backend of that name */
    EXPOPS_ERR_UNAVAILABLE = 400,      /* the backend cannot run on this machine; the text says why */
    EXPOPS_ERR_OUT_OF_MEMORY = 401,
    EXPOPS_ERR_BACKEND = 402,  /* the vendor's driver refused; the text holds its code and name */
    EXPOPS_ERR_CAPTURE = 403,  /* would need work that a stream under capture forbids; the capture is intact */
    EXPOPS_ERR_COMPILE = 600,  /* the kernel did not compile; the text holds the compiler's log */
    EXPOPS_ERR_INTERNAL = 900, /* a defect of this library */
} expops_status;

/* The constant's name without prefix, such as "ERR_DTYPE". Never NULL. Thread-safe. */
EXPOPS_API const char *expops_status_name(expops_status status);

/* The last failure on the calling thread: operator, argument, what came and what was expected, and what the vendor's
 * driver or compiler said. "" before the first failure. Owned by the library, valid until the thread's next failing call. */
EXPOPS_API const char *expops_error_text(void);

EXPOPS_END

#endif
