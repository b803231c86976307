/* What calls have in common with questions about calls. */
#ifndef EXPOPS_CORE_CALL_H
#define EXPOPS_CORE_CALL_H

#include "operator.h"

/* `*args` with every parameter present; `room` is used where the caller gave fewer. */
expops_status expops_complete_args(const expops_operator *op, const expops_value **args, size_t num_args,
                                   expops_value room[EXPOPS_MAX_PARAMETERS]);
/* Whether there are as many outputs as the operator may have. */
expops_status expops_check_outs(const expops_operator *op, const expops_tensor *outs, size_t num_outs);

#endif
