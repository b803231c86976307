#include "promote.h"
#include "expops/backend.h"

/* DLPack's codes */
enum { DL_INT = 0, DL_UINT = 1, DL_FLOAT = 2, DL_BFLOAT = 4, DL_COMPLEX = 5, DL_BOOL = 6 };

static int code_of(int dtype)
{
    static const uint8_t codes[] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) code,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    };
    return dtype < 0 ? DL_BOOL : codes[dtype]; /* nothing is no number */
}

int expops_dtype_is_float(int dtype)
{
    return code_of(dtype) == DL_FLOAT || code_of(dtype) == DL_BFLOAT;
}

int expops_dtype_is_complex(int dtype)
{
    return code_of(dtype) == DL_COMPLEX;
}

int expops_dtype_is_unsigned(int dtype)
{
    return code_of(dtype) == DL_UINT;
}

int expops_dtype_is_integral(int dtype)
{
    return code_of(dtype) == DL_INT || code_of(dtype) == DL_UINT;
}

int expops_dtype_real(int dtype)
{
    if (dtype == EXPOPS_DTYPE_C64)
        return EXPOPS_DTYPE_F32;
    return dtype == EXPOPS_DTYPE_C128 ? EXPOPS_DTYPE_F64 : dtype;
}

/* 0 bool, 1 integer, 2 float, 3 complex */
static int kind(int dtype)
{
    if (expops_dtype_is_complex(dtype))
        return 3;
    if (expops_dtype_is_float(dtype))
        return 2;
    return dtype != EXPOPS_DTYPE_BOOL;
}

static int promote_floats(int a, int b)
{
    if (a == EXPOPS_DTYPE_F64 || b == EXPOPS_DTYPE_F64)
        return EXPOPS_DTYPE_F64;
    return EXPOPS_DTYPE_F32; /* the two half types hold neither one the other */
}

/* Widths decide; of unequal ones the wider holds the other, but for u8 in i8, and types of more bits without a sign meet nobody. */
static int promote_integers(int a, int b)
{
    const size_t bytes_a = expops_dtype_bytes((expops_dtype)a), bytes_b = expops_dtype_bytes((expops_dtype)b);
    if (bytes_a == 1 && bytes_b == 1)
        return EXPOPS_DTYPE_I16; /* i8 and u8 */
    return bytes_a > bytes_b ? a : b;
}

/* Unsigned integers of more than 8 bits meet floating types only. */
static int keeps_apart(int a, int b)
{
    return UNSIGNED >> a & 1u && a != b && kind(b) != 2;
}

int expops_promote_types(int a, int b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    /* EXPOPS_DTYPE_COUNT stands for "they do not meet", and stays that whatever comes next. */
    if (a == EXPOPS_DTYPE_COUNT || b == EXPOPS_DTYPE_COUNT || keeps_apart(a, b) || keeps_apart(b, a))
        return EXPOPS_DTYPE_COUNT;
    if (a == b)
        return a;
    if (kind(a) < kind(b)) {
        const int swap = a;
        a = b;
        b = swap;
    }
    switch (kind(a)) {
    case 3:
        if (kind(b) == 3 || kind(b) == 2)
            return expops_dtype_real(a) == EXPOPS_DTYPE_F64 || expops_dtype_real(b) == EXPOPS_DTYPE_F64
                       ? EXPOPS_DTYPE_C128
                       : EXPOPS_DTYPE_C64;
        return a;
    case 2:
        return kind(b) == 2 ? promote_floats(a, b) : a;
    case 1:
        return kind(b) == 1 ? promote_integers(a, b) : a;
    default:
        return a;
    }
}

/* The higher rank's type, widened only where the lower rank is of a higher kind. */
static int combine_ranks(int higher, int lower)
{
    if (higher < 0 || lower < 0)
        return higher < 0 ? lower : higher;
    if (higher == EXPOPS_DTYPE_COUNT || lower == EXPOPS_DTYPE_COUNT)
        return EXPOPS_DTYPE_COUNT;
    if (kind(higher) >= kind(lower))
        return higher;
    if (kind(higher) == 2) /* lower is complex: keep the precision of higher */
        return higher == EXPOPS_DTYPE_F64 ? EXPOPS_DTYPE_C128 : EXPOPS_DTYPE_C64;
    return kind(lower) == 3 ? lower : expops_promote_types(higher, lower);
}

/* PyTorch's three ranks: tensors with dimensions decide before those without, and these before plain numbers. */
int expops_promoted(const expops_promotion_state *state)
{
    return combine_ranks(state->dimensioned, combine_ranks(state->zero_dim, state->number));
}

/* PyTorch's can_cast: a higher kind is never stored as a lower one silently, a wider number as a narrower one is. */
int expops_dtype_can_cast(int from, int to)
{
    if (kind(from) == 3 && kind(to) != 3)
        return 0;
    if (kind(from) == 2 && kind(to) < 2)
        return 0;
    return !(kind(from) == 1 && kind(to) == 0);
}

int expops_dtype_compute(int dtype)
{
    static const uint8_t compute[] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) EXPOPS_COMPUTE_##compute,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    };
    return compute[dtype];
}

static int type_of_arithmetic(const expops_operator *op, int common)
{
    const int integer = expops_dtype_is_integral(common), truth = common == EXPOPS_DTYPE_BOOL;
    switch (op->arithmetic) {
    case EXPOPS_ARITHMETIC_FLOATING:
        return integer || truth ? EXPOPS_DTYPE_F32 : common;
    case EXPOPS_ARITHMETIC_BOOL_TO_INT:
        return truth ? EXPOPS_DTYPE_I64 : common;
    case EXPOPS_ARITHMETIC_LONG:
        return integer || truth ? EXPOPS_DTYPE_I64 : common;
    default:
        return common;
    }
}

void expops_operator_types(const expops_operator *op, int common, int *out_arithmetic, int *out_result)
{
    *out_arithmetic = *out_result = type_of_arithmetic(op, common);
    if (op->result == EXPOPS_RESULT_BOOL)
        *out_result = EXPOPS_DTYPE_BOOL;
    if (op->result == EXPOPS_RESULT_TRUTH)
        *out_result = common == EXPOPS_DTYPE_U8 ? EXPOPS_DTYPE_U8 : EXPOPS_DTYPE_BOOL;
    if (op->result == EXPOPS_RESULT_REAL)
        *out_result = expops_dtype_real(*out_arithmetic);
}
