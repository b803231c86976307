/* What the application told about backends before they are searched for. */
#ifndef EXPOPS_ADDED_H
#define EXPOPS_ADDED_H

#include "expops/device.h"

typedef struct expops_added {
    const expops_backend_query_fn *linked;
    char *const *paths;
    size_t num_linked, num_paths;
} expops_added;

/* What was added up to now, which stays: entries are only ever appended. */
expops_added expops_added_now(void);

#endif
