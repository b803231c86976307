/* The types of a call: what the arguments have in common, whether the operator takes it, what it computes in. */
#include <string.h>
#include "draft_internal.h"
#include "values.h"

/* The kind is what counts; of a kind the widest or usual type, as PyTorch has it of Python's numbers. */
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

/* What the tensors and numbers seen so far have in common. */
typedef struct meeting {
    const expops_operator *op;
    expops_promotion_state state;
    int first;
} meeting;

static expops_status meet_tensor(meeting *meeting, uint32_t index, const expops_tensor *tensor, int *out_dtype)
{
    const expops_parameter *parameter = meeting->op->parameters + index;
    expops_dtype dtype;
    EXPOPS_TRY_SAYING(expops_check_tensor(tensor, &dtype), "%s: argument %s", meeting->op->name, parameter->name);
    *out_dtype = (int)dtype;
    /* one with a set of its own (a mask, an index) says nothing of the others' type */
    if (parameter->dtypes)
        return EXPOPS_OK;
    if (meeting->first < 0)
        meeting->first = (int)dtype;
    int *rank = tensor->ndim ? &meeting->state.dimensioned : &meeting->state.zero_dim;
    const int earlier = *rank;
    *rank = expops_promote_types(earlier, (int)dtype);
    if (*rank == EXPOPS_DTYPE_COUNT && earlier != *rank && meeting->op->meet == EXPOPS_MEET_COMMON)
        return EXPOPS_BAD(EXPOPS_ERR_DTYPE, meeting->op, index, "has type %s, which has none in common with %s",
                          expops_dtype_name(dtype), expops_dtype_name((expops_dtype)earlier));
    /* A number that came as a tensor of no dimensions may have a type of its own, as the number itself might. */
    if (meeting->op->meet == EXPOPS_MEET_SAME && meeting->first != (int)dtype &&
        (tensor->ndim || parameter->kind != EXPOPS_PARAMETER_OPERAND))
        return EXPOPS_BAD(EXPOPS_ERR_DTYPE, meeting->op, index,
                          "has type %s where %s was expected, as the first tensor has", expops_dtype_name(dtype),
                          expops_dtype_name((expops_dtype)meeting->first));
    return EXPOPS_OK;
}

/* Type of each argument that is a tensor (-1 otherwise), and the type they have in common. */
static expops_status find_common(const expops_operator *op, const expops_value *args, int dtypes[EXPOPS_MAX_PARAMETERS],
                                 int *out_common)
{
    meeting meeting = { op, EXPOPS_PROMOTION_START, -1 };
    int may_be_named;
    const int named = named_dtype(op, args, &may_be_named);
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        dtypes[i] = -1;
        if (expops_value_is_number(args + i) && op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND &&
            op->meet != EXPOPS_MEET_SAME)
            meeting.state.number = expops_promote_types(meeting.state.number, number_dtype(args + i));
        else if (expops_value_is_tensor(args + i))
            EXPOPS_TRY(meet_tensor(&meeting, i, args[i].as.tensor, dtypes + i));
        for (uint32_t item = 0; args[i].kind == EXPOPS_VALUE_TENSORS && item < args[i].count; item++)
            EXPOPS_TRY(meet_tensor(&meeting, i, args[i].as.tensors[item], dtypes + i));
    }
    /* A type that was named outranks all that the arguments have. */
    const int by_first = op->meet == EXPOPS_MEET_FIRST && meeting.first >= 0;
    *out_common = named >= 0 ? named : by_first ? meeting.first : expops_promoted(&meeting.state);
    if (*out_common == EXPOPS_DTYPE_COUNT)
        return expops_fail(EXPOPS_ERR_DTYPE, "%s: the arguments' types have none in common", op->name);
    /* a factory without a tensor: PyTorch's default type */
    if (*out_common < 0 && may_be_named)
        *out_common = EXPOPS_DTYPE_F32;
    if (*out_common < 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: needs at least one tensor", op->name);
    return EXPOPS_OK;
}

/* Room for all names of dtype.inc with blanks between them. */
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
static expops_status check_own(const expops_operator *op, uint32_t index, const expops_value *value, int dtype)
{
    const expops_parameter *parameter = op->parameters + index;
    if (dtype >= 0 && parameter->dtypes && !(parameter->dtypes >> dtype & 1u))
        return not_in_set(op, index, parameter->dtypes, dtype);
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
        EXPOPS_TRY(check_own(op, i, args + i, dtypes[i]));
        if (!taken_in && dtypes[i] == common && !op->parameters[i].dtypes)
            return not_in_set(op, i, op->dtypes, common);
    }
    if (taken_in)
        return EXPOPS_OK;
    name_set(op->dtypes, taken);
    return expops_fail(EXPOPS_ERR_DTYPE, "%s: the arguments' common type is %s; accepted are %s", op->name,
                       expops_dtype_name((expops_dtype)common), taken);
}

expops_status expops_check_values(const expops_operator *op, const expops_value *args, int common)
{
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (expops_value_is_number(args + i) &&
            (op->parameters[i].kind == EXPOPS_PARAMETER_NUMBER || op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND))
            EXPOPS_TRY(expops_check_number(op, i, args + i, expops_meet(op, i, args + i, common)));
    if (op->check)
        return op->check(op, args, common);
    return EXPOPS_OK;
}

/* A kernel is compiled for one choice of each: a number of mixed radix, the first choice's digit the lowest. */
static void settle_choice(expops_draft *draft)
{
    uint32_t radix = 1;
    draft->choice = 0;
    for (uint32_t i = 0; draft->op->parameters[i].name; i++) {
        const expops_parameter *parameter = draft->op->parameters + i;
        uint32_t words = 0;
        if (parameter->kind != EXPOPS_PARAMETER_CHOICE || parameter->drafted)
            continue;
        while (parameter->choices[words])
            words++;
        draft->choice += radix * (uint32_t)draft->args[i].as.integer;
        radix *= words;
    }
}

expops_status expops_draft_types(expops_draft *draft)
{
    const expops_operator *op = draft->op;
    int dtypes[EXPOPS_MAX_PARAMETERS], common = -1;
    EXPOPS_TRY(find_common(op, draft->args, dtypes, &common));
    EXPOPS_TRY(check_dtypes(op, draft->args, dtypes, common));
    expops_draft_settle_types(draft, common);
    /* refused here, not where the output is looked at: without an output, too, the call has no result */
    if (op->result == EXPOPS_RESULT_FIRST) {
        if (!expops_dtype_can_cast(draft->result, dtypes[0]))
            return EXPOPS_BAD(EXPOPS_ERR_DTYPE, op, 0, "has type %s, which cannot hold a result of type %s",
                              expops_dtype_name((expops_dtype)dtypes[0]),
                              expops_dtype_name((expops_dtype)draft->result));
        draft->element = dtypes[0];
    }
    settle_choice(draft);
    return expops_check_values(op, draft->args, draft->common < 0 ? draft->element : draft->common);
}
