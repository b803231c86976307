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
    const int named = named_dtype(op, args, &may_be_named);
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        const expops_parameter *parameter = op->parameters + i;
        expops_dtype dtype;
        dtypes[i] = -1;
        if (expops_value_is_number(args + i) && parameter->kind == EXPOPS_PARAMETER_OPERAND) {
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
            if (op->promotion == EXPOPS_PROMOTE_SAME && first != (int)dtype)
                return EXPOPS_BAD(EXPOPS_ERR_DTYPE, op, i, "has type %s where %s was expected, as the first tensor has",
                                  expops_dtype_name(dtype), expops_dtype_name((expops_dtype)first));
        }
    }
    const int by_first = op->promotion == EXPOPS_PROMOTE_SELF || op->promotion == EXPOPS_PROMOTE_SAME ||
                         op->promotion == EXPOPS_PROMOTE_BITS;
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

static expops_status check_dtypes(const expops_operator *op, const expops_value *args,
                                  const int dtypes[EXPOPS_MAX_PARAMETERS], int common)
{
    char taken[120];
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        const uint32_t set = op->parameters[i].dtypes ? op->parameters[i].dtypes : op->dtypes;
        if (dtypes[i] >= 0 && !(set >> dtypes[i] & 1u)) {
            name_set(set, taken);
            return EXPOPS_BAD(EXPOPS_ERR_DTYPE, op, i, "has type %s; accepted are %s",
                              expops_dtype_name((expops_dtype)dtypes[i]), taken);
        }
        const int self_decides = op->promotion == EXPOPS_PROMOTE_SELF &&
                                 op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND && !op->parameters[i].converts;
        const int complex =
            dtypes[i] >= 0 ? self_decides && expops_dtype_is_complex(dtypes[i]) : args[i].kind == EXPOPS_VALUE_COMPLEX;
        if (complex && !expops_dtype_is_complex(common))
            return EXPOPS_BAD(EXPOPS_ERR_DTYPE, op, i, "is complex, which %s cannot hold",
                              expops_dtype_name((expops_dtype)common));
    }
    if (!(op->dtypes >> common & 1u)) {
        name_set(op->dtypes, taken);
        return expops_fail(EXPOPS_ERR_DTYPE, "%s: the arguments' common type is %s; accepted are %s", op->name,
                           expops_dtype_name((expops_dtype)common), taken);
    }
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
    return EXPOPS_OK;
}
