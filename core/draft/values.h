/* What a call may be refused for although its signature is a good one. */
#ifndef EXPOPS_VALUES_H
#define EXPOPS_VALUES_H

#include "operator.h"

/* Numbers that cannot be held, and what the operator itself refuses. `common`: the common type. */
expops_status expops_check_values(const expops_operator *op, const expops_value *args, int common);

#endif
