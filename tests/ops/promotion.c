#include "promotion.h"

#include "numbers.h"

enum { NOTHING = -1, NONE = EXPOPS_DTYPE_COUNT };

static int rank_of(int dtype)
{
    static const int ranks[] = { [TEST_BOOL] = 0, [TEST_INTEGER] = 1, [TEST_FLOAT] = 2, [TEST_COMPLEX] = 3 };
    return dtype == NOTHING ? -1 : ranks[test_format_of((expops_dtype)dtype).kind];
}

static int meets_floats_only(int dtype)
{
    const test_format format = test_format_of((expops_dtype)dtype);
    return format.kind == TEST_INTEGER && !format.is_signed && format.bytes > 1;
}

/* The common type of two tensors of equal standing, NONE of such as have none. */
static int meet(int a, int b)
{
    if (a == NOTHING || a == b)
        return b;
    if (b == NOTHING)
        return a;
    if (a == NONE || b == NONE || (meets_floats_only(a) && rank_of(b) != 2) ||
        (meets_floats_only(b) && rank_of(a) != 2))
        return NONE;
    if (rank_of(a) < rank_of(b)) {
        const int swap = a;
        a = b;
        b = swap;
    }
    const test_format wide = test_format_of((expops_dtype)a), narrow = test_format_of((expops_dtype)b);
    if (wide.kind == TEST_COMPLEX)
        return narrow.precision > wide.precision && rank_of(b) >= 2 ? EXPOPS_DTYPE_C128 : a;
    if (rank_of(a) > rank_of(b))
        return a;
    if (wide.kind == TEST_FLOAT)
        return wide.bytes == narrow.bytes ? EXPOPS_DTYPE_F32 : wide.bytes > narrow.bytes ? a : b;
    if (wide.bytes != narrow.bytes)
        return wide.bytes > narrow.bytes ? a : b;
    return EXPOPS_DTYPE_I16; /* u8 and i8 */
}

/* Tensors with dimensions decide; the others count only where they are of a higher kind. */
static int outrank(int strong, int weak)
{
    if (strong == NOTHING || weak == NONE)
        return weak;
    if (strong == NONE)
        return NONE;
    if (rank_of(weak) > rank_of(strong) && rank_of(strong) == 2) /* a complex number of the strong one's precision */
        return strong == EXPOPS_DTYPE_F64 ? EXPOPS_DTYPE_C128 : EXPOPS_DTYPE_C64;
    if (rank_of(weak) == 3 && rank_of(strong) == 1)
        return weak;
    return rank_of(weak) > rank_of(strong) ? meet(strong, weak) : strong;
}

static int number_dtype(uint32_t kind)
{
    switch (kind) {
    case EXPOPS_VALUE_BOOL:
        return EXPOPS_DTYPE_BOOL;
    case EXPOPS_VALUE_INT:
        return EXPOPS_DTYPE_I64;
    case EXPOPS_VALUE_REAL:
        return EXPOPS_DTYPE_F32;
    case EXPOPS_VALUE_COMPLEX:
        return EXPOPS_DTYPE_C64;
    default:
        return NOTHING;
    }
}

static int common_type(const expops_operator *op, const expops_value *args, size_t num_args)
{
    int with_dimensions = NOTHING, without = NOTHING, numbers = NOTHING;
    for (size_t i = 0; i < num_args; i++) {
        const expops_parameter *parameter = &op->parameters[i];
        for (uint32_t item = 0; args[i].kind == EXPOPS_VALUE_TENSORS && item < args[i].count; item++) {
            const expops_tensor *tensor = args[i].as.tensors[item];
            expops_dtype dtype = EXPOPS_DTYPE_F32;
            int *standing = tensor->ndim ? &with_dimensions : &without;
            if (expops_dtype_from_dl(tensor->dtype, &dtype) == EXPOPS_OK)
                *standing = meet(*standing, dtype);
        }
        const int takes_part = parameter->kind == EXPOPS_PARAMETER_OPERAND ||
                               (parameter->kind == EXPOPS_PARAMETER_TENSOR && !parameter->dtypes);
        if (!takes_part || args[i].kind == EXPOPS_VALUE_NONE)
            continue;
        if (args[i].kind != EXPOPS_VALUE_TENSOR) {
            if (op->meet == EXPOPS_MEET_SAME)
                continue; /* lerp.Scalar knows the tensors' type only */
            numbers = meet(numbers, number_dtype(args[i].kind));
            continue;
        }
        expops_dtype dtype = EXPOPS_DTYPE_F32;
        if (expops_dtype_from_dl(args[i].as.tensor->dtype, &dtype) != EXPOPS_OK)
            continue;
        int *standing = args[i].as.tensor->ndim ? &with_dimensions : &without;
        *standing = meet(*standing, dtype);
        if (op->meet == EXPOPS_MEET_FIRST)
            return dtype;
    }
    const int common = outrank(with_dimensions, outrank(without, numbers));
    return common == NOTHING ? EXPOPS_DTYPE_F32 : common;
}

test_types test_promote(const expops_operator *op, const expops_value *args, size_t num_args)
{
    expops_dtype common = (expops_dtype)common_type(op, args, num_args);
    if (common == EXPOPS_DTYPE_COUNT)
        return (test_types){ common, common };
    if (op->arithmetic == EXPOPS_ARITHMETIC_BOOL_TO_INT && common == EXPOPS_DTYPE_BOOL)
        common = EXPOPS_DTYPE_I64;
    if (op->arithmetic == EXPOPS_ARITHMETIC_FLOATING && rank_of((int)common) < 2)
        common = EXPOPS_DTYPE_F32;
    if (op->arithmetic == EXPOPS_ARITHMETIC_LONG && rank_of((int)common) < 2)
        common = EXPOPS_DTYPE_I64;
    test_types types = { common, common };
    if (op->result == EXPOPS_RESULT_TRUTH)
        types.result = common == EXPOPS_DTYPE_U8 ? EXPOPS_DTYPE_U8 : EXPOPS_DTYPE_BOOL;
    if (op->result == EXPOPS_RESULT_FIRST)
        expops_dtype_from_dl(args[0].as.tensor->dtype, &types.result);
    if (op->result == EXPOPS_RESULT_BOOL)
        types.result = EXPOPS_DTYPE_BOOL;
    if (op->result == EXPOPS_RESULT_REAL && test_is_complex(common))
        types.result = common == EXPOPS_DTYPE_C64 ? EXPOPS_DTYPE_F32 : EXPOPS_DTYPE_F64;
    return types;
}

int test_meet(expops_dtype a, expops_dtype b)
{
    return meet((int)a, (int)b) != NONE;
}

int test_can_cast(expops_dtype from, expops_dtype to)
{
    if (to == EXPOPS_DTYPE_BOOL)
        return from == EXPOPS_DTYPE_BOOL;
    return rank_of((int)to) >= rank_of((int)from);
}
