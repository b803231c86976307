/* The types of a call: what the arguments have in common, whether the operator takes it, what it computes in. */
#include <string.h>
#include "problem_internal.h"
#include "promote.h"

static int number_dtype(const expops_value *value)
{
    switch (value->kind) {
    case EXPOPS_VALUE_BOOL:
        return EXPOPS_DTYPE_BOOL;
    case EXPOPS_VALUE_INT:
        return EXPOPS_DTYPE_I64;
    case EXPOPS_VALUE_COMPLEX:
        return EXPOPS_DTYPE_C64;
    default:
        return EXPOPS_DTYPE_F32;
    }
}

/* The type that an argument names, -1 where none does and *out_may says whether one could. */
static int named_dtype(const expops_operator *op, const expops_value *args, int *out_may)
{
    *out_may = 0;
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        if (op->parameters[i].kind != EXPOPS_PARAMETER_DTYPE)
            continue;
        *out_may = 1;
        if (args[i].kind != EXPOPS_VALUE_NONE)
            return (int)args[i].as.integer;
    }
    return -1;
}

/* Type of each argument that is a tensor (-1 otherwise), and the type they have in common. */
static expops_status find_common(const expops_operator *op, const expops_value *args, int dtypes[EXPOPS_MAX_PARAMETERS],
                                 int *out_common)
{
    expops_promotion_state state = EXPOPS_PROMOTION_START;
    int first = -1, may_be_named;
    const int named = named_dtype(op, args, &may_be_named), same = op->promotion == EXPOPS_PROMOTE_SAME;
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        const expops_parameter *parameter = op->parameters + i;
        expops_dtype dtype;
        dtypes[i] = -1;
        if (expops_value_is_number(args + i) && parameter->kind == EXPOPS_PARAMETER_OPERAND && !same) {
            state.number = expops_promote_types(state.number, number_dtype(args + i));
        } else if (expops_value_is_tensor(args + i)) {
            const expops_tensor *tensor = args[i].as.tensor;
            EXPOPS_TRY_SAYING(expops_check_tensor(tensor, &dtype), "%s: argument %s", op->name, parameter->name);
            dtypes[i] = (int)dtype;
            if (parameter->dtypes)
                continue;
            if (first < 0)
                first = (int)dtype;
            int *rank = tensor->ndim ? &state.dimensioned : &state.zero_dim;
            *rank = expops_promote_types(*rank, (int)dtype);
            if (same && first != (int)dtype && (tensor->ndim || parameter->kind != EXPOPS_PARAMETER_OPERAND))
                return EXPOPS_BAD(EXPOPS_ERR_DTYPE, op, i, "has type %s where %s was expected, as the first tensor has",
                                  expops_dtype_name(dtype), expops_dtype_name((expops_dtype)first));
        }
    }
    const int by_first = op->promotion == EXPOPS_PROMOTE_SELF || op->promotion == EXPOPS_PROMOTE_BITS;
    *out_common = named >= 0 ? named : by_first && first >= 0 ? first : expops_promoted(&state);
    if (*out_common < 0 && may_be_named)
        *out_common = EXPOPS_DTYPE_F32;
    if (*out_common < 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: needs at least one tensor", op->name);
    return EXPOPS_OK;
}

static void name_set(uint32_t set, char text[120])
{
    size_t used = 0;
    text[0] = 0;
    for (unsigned i = 0; i < EXPOPS_DTYPE_COUNT; i++) {
        if (set >> i & 1u) {
            const char *name = expops_dtype_name((expops_dtype)i);
            if (used)
                text[used++] = ' ';
            memcpy(text + used, name, strlen(name) + 1);
            used += strlen(name);
        }
    }
}

static expops_status not_in_set(const expops_operator *op, uint32_t index, uint32_t set, int dtype)
{
    char taken[120];
    name_set(set, taken);
    return EXPOPS_BAD(EXPOPS_ERR_DTYPE, op, index, "has type %s; accepted are %s",
                      expops_dtype_name((expops_dtype)dtype), taken);
}

/* What an argument may not be, whatever the others are. */
static expops_status check_own(const expops_operator *op, uint32_t index, const expops_value *value, int dtype,
                               int common)
{
    const expops_parameter *parameter = op->parameters + index;
    const int keeps_all =
        op->promotion == EXPOPS_PROMOTE_SELF && parameter->kind == EXPOPS_PARAMETER_OPERAND && !parameter->converts;
    if (dtype >= 0 && parameter->dtypes && !(parameter->dtypes >> dtype & 1u))
        return not_in_set(op, index, parameter->dtypes, dtype);
    if (keeps_all && expops_dtype_is_complex(dtype) && !expops_dtype_is_complex(common))
        return EXPOPS_BAD(EXPOPS_ERR_DTYPE, op, index, "is complex, which %s cannot hold",
                          expops_dtype_name((expops_dtype)common));
    if (value->kind == EXPOPS_VALUE_COMPLEX && parameter->kind == EXPOPS_PARAMETER_NUMBER &&
        parameter->meets == EXPOPS_MEETS_EXACT)
        return EXPOPS_BAD(EXPOPS_ERR_DTYPE, op, index, "is complex; a real number was expected");
    return EXPOPS_OK;
}

/* What counts is the common type: an integer tensor may meet a floating one where the operator takes floating types. */
static expops_status check_dtypes(const expops_operator *op, const expops_value *args,
                                  const int dtypes[EXPOPS_MAX_PARAMETERS], int common)
{
    char taken[120];
    const int taken_in = op->dtypes >> common & 1u;
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        EXPOPS_TRY(check_own(op, i, args + i, dtypes[i], common));
        if (!taken_in && dtypes[i] == common && !op->parameters[i].dtypes)
            return not_in_set(op, i, op->dtypes, common);
    }
    if (taken_in)
        return EXPOPS_OK;
    name_set(op->dtypes, taken);
    return expops_fail(EXPOPS_ERR_DTYPE, "%s: the arguments' common type is %s; accepted are %s", op->name,
                       expops_dtype_name((expops_dtype)common), taken);
}

/* Numbers that cannot be held, and what the operator itself refuses. */
static expops_status check_values(const expops_operator *op, const expops_value *args, int common)
{
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (expops_value_is_number(args + i) &&
            (op->parameters[i].kind == EXPOPS_PARAMETER_NUMBER || op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND))
            EXPOPS_TRY(expops_check_number(op, i, args + i, expops_meet(op, i, args + i, common)));
    if (op->check)
        return op->check(op, args, common);
    return EXPOPS_OK;
}

static void settle_types(const expops_operator *op, int common, expops_problem *problem)
{
    problem->bits = 0;
    if (op->promotion == EXPOPS_PROMOTE_BOOL_TO_INT && common == EXPOPS_DTYPE_BOOL)
        common = EXPOPS_DTYPE_I64;
    if (op->promotion == EXPOPS_PROMOTE_INT_TO_FLOAT && !expops_dtype_is_float(common) &&
        !expops_dtype_is_complex(common))
        common = EXPOPS_DTYPE_F32;
    problem->common = common;
    problem->result = common;
    problem->compute = (uint32_t)expops_dtype_compute(common);
    if (op->promotion == EXPOPS_PROMOTE_TO_BOOL)
        problem->result = EXPOPS_DTYPE_BOOL;
    if (op->promotion == EXPOPS_PROMOTE_COMPLEX_TO_REAL)
        problem->result = expops_dtype_real(common);
    if (op->promotion == EXPOPS_PROMOTE_BITS) {
        problem->bits = (uint32_t)expops_dtype_bytes((expops_dtype)common);
        problem->common = -1;
    }
    problem->inferred.dtype = (expops_dtype)problem->result;
    if (op->promotion == EXPOPS_PROMOTE_POSITION) {
        problem->common = EXPOPS_DTYPE_I64;
        problem->result = EXPOPS_DTYPE_BOOL;
        problem->compute = EXPOPS_COMPUTE_I64;
    }
}

expops_status expops_problem_types(const expops_operator *op, const expops_value *args, expops_problem *problem)
{
    int dtypes[EXPOPS_MAX_PARAMETERS], common = -1;
    EXPOPS_TRY(find_common(op, args, dtypes, &common));
    EXPOPS_TRY(check_dtypes(op, args, dtypes, common));
    settle_types(op, common, problem);
    return check_values(op, args, problem->common);
}
