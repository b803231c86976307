/* What an operator's file includes. The file is compiled three times over:
 *
 *   the definition   OPERATOR(name) = { ... };            into the library's registry
 *   the kernel       #ifdef XK ... #endif                 its text goes to the GPU compilers; the CPU backend compiles it
 *                                                         ahead of time, once for each element type and instruction level
 *   the reference    #ifdef EXPOPS_REFERENCE ... #endif   long double, for the tests; independent of the kernel
 *
 * The words of the kernel part are those of docs/kernel-dialect.md. */
#ifndef EXPOPS_OPERATOR_H
#define EXPOPS_OPERATOR_H

#include "expops/op.h"

enum { EXPOPS_MAX_PARAMETERS = 8, EXPOPS_MAX_OPERANDS = 6, EXPOPS_MAX_NUMBERS = 6 };

/* How inputs of different types meet (PyTorch's elementwise_type_promotion kinds). */
enum expops_promotion {
    EXPOPS_PROMOTE_DEFAULT = 0,     /* the common type of the operands */
    EXPOPS_PROMOTE_INT_TO_FLOAT,    /* the same, integers and bool becoming f32 */
    EXPOPS_PROMOTE_TO_BOOL,         /* computed in the common type, the result is bool */
    EXPOPS_PROMOTE_SELF,            /* the first input's type; other tensors keep their own or are converted to it */
    EXPOPS_PROMOTE_SAME,            /* all tensors must have one type; an operand without dimensions is promoted */
    EXPOPS_PROMOTE_BITS,            /* elements are moved, not computed with */
    EXPOPS_PROMOTE_COMPLEX_TO_REAL, /* the common type; a complex one gives its real type (abs) */
    EXPOPS_PROMOTE_BOOL_TO_INT,     /* the common type, bool becoming i64 (square) */
    EXPOPS_PROMOTE_POSITION, /* computed with the element's position in i64 to a bool, stored as the common type (eye) */
};

/* How a number meets the common type. It becomes that type as an element of a tensor would, an integer wrapping and a float
 * going to infinity, or stays in the type of the arithmetic, which for the half types is f32; and a value that the type
 * cannot hold is computed with all the same or refused. A tensor without dimensions is an element of the common type, but
 * for EXACT. */
enum expops_meets {
    EXPOPS_MEETS_USUAL = 0,  /* of an OPERAND: ELEMENT, of a NUMBER: ARITHMETIC */
    EXPOPS_MEETS_ELEMENT,    /* the common type, as an element would (comparisons) */
    EXPOPS_MEETS_COMMON,     /* the common type, or refused (fill, limits) */
    EXPOPS_MEETS_ARITHMETIC, /* the arithmetic's type, or refused (factors) */
    EXPOPS_MEETS_EXACT,      /* the arithmetic's type, never refused, and so a tensor of no dimensions (mul), or of a
                              * TENSOR all elements (weights); of a NUMBER: a real one, a double in PyTorch */
};

/* Sets of element types. */
#define HALVES (1u << EXPOPS_DTYPE_F16 | 1u << EXPOPS_DTYPE_BF16)
#define FLOATING (HALVES | 1u << EXPOPS_DTYPE_F32 | 1u << EXPOPS_DTYPE_F64)
#define INTEGRAL \
    (1u << EXPOPS_DTYPE_I8 | 1u << EXPOPS_DTYPE_I16 | 1u << EXPOPS_DTYPE_I32 | 1u << EXPOPS_DTYPE_I64 | \
     1u << EXPOPS_DTYPE_U8)
#define BOOLEAN (1u << EXPOPS_DTYPE_BOOL)
#define COMPLEX (1u << EXPOPS_DTYPE_C64 | 1u << EXPOPS_DTYPE_C128)

typedef struct expops_parameter {
    const char *name;
    uint32_t kind;        /* EXPOPS_PARAMETER_... */
    uint32_t optional;    /* the default below, or (tensors) absent */
    uint32_t has_default; /* DEFAULT gave it; an int may have one that only the operator knows (eye's m) */
    double default_value;
    const char *const *choices;
    const char *doc;
    uint32_t dtypes;    /* tensors whose types differ from the operator's set (a bool mask): that set; 0 otherwise */
    uint8_t shape_only; /* gives shape and type, but no elements (fill's self) */
    uint8_t max_ndim;   /* 1 + the largest number of dimensions; 0: any */
    uint8_t walked;     /* rows: has exactly the walked dimensions (a weight) */
    uint8_t epsilon;    /* absent means the machine epsilon of the arithmetic */
    uint8_t pieces;   /* pointwise tensors: the kernel reads so many tensors of one shape in this one (glu's halves) */
    uint8_t chosen;   /* bools: a compile-time choice, as of two words */
    uint8_t converts; /* operands under EXPOPS_PROMOTE_SELF: may lose an imaginary part, as copies do */
    uint8_t meets;    /* expops_meets */
} expops_parameter;

/* clang-format off */
#define TENSOR(name_, ...) { .name = name_, .kind = EXPOPS_PARAMETER_TENSOR, __VA_ARGS__ }
#define OPERAND(name_, ...) { .name = name_, .kind = EXPOPS_PARAMETER_OPERAND, __VA_ARGS__ }
#define NUMBER(name_, ...) { .name = name_, .kind = EXPOPS_PARAMETER_NUMBER, __VA_ARGS__ }
#define BOOL(name_, ...) { .name = name_, .kind = EXPOPS_PARAMETER_BOOL, __VA_ARGS__ }
#define INT(name_, ...) { .name = name_, .kind = EXPOPS_PARAMETER_INT, __VA_ARGS__ }
/* Where given, the common type; without it and without a tensor that is f32. */
#define DTYPE(name_, ...) { .name = name_, .kind = EXPOPS_PARAMETER_DTYPE, .optional = 1, __VA_ARGS__ }
#define INTS(name_, ...) { .name = name_, .kind = EXPOPS_PARAMETER_INTS, __VA_ARGS__ }
#define CHOICE(name_, ...) \
    { .name = name_, .kind = EXPOPS_PARAMETER_CHOICE, .optional = 1, \
      .choices = (const char *const[]){ __VA_ARGS__, NULL } }
/* clang-format on */
#define DEFAULT(value) .optional = 1, .has_default = 1, .default_value = value

/* A view of an operand during planning. */
typedef struct expops_view {
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK];
    int64_t strides[EXPOPS_MAX_RANK];
    int64_t offset; /* elements from the tensor's first */
    int64_t step;   /* elements from one of the parameter's pieces to the next */
} expops_view;

/* Where the tests draw inputs from: uniform in [low, high], for each operand. */
typedef struct expops_samples {
    double low, high;
} expops_samples;

/* Error bound in units in the last place of the result type. 0: exact. Where a formula's terms cancel no bound in units of
 * the result can hold, and the unit is a larger one: */
typedef struct expops_bound {
    float f32, f64, f16, bf16;
    float negative_floor; /* that of this number, where the operand is negative and the result is smaller */
    uint32_t by_operands; /* how far the result moves when every operand does by a unit, where more than one decides */
} expops_bound;

struct expops_operator {
    const char *name;
    const char *doc;
    const char *source; /* where the definition comes from: "torch.nn.functional.silu" */
    const char *aliases[6];
    uint32_t family;    /* expops_family */
    uint32_t promotion; /* expops_promotion */
    uint32_t dtypes;    /* a union of the sets above */
    uint32_t not_in_place;
    expops_parameter parameters[EXPOPS_MAX_PARAMETERS + 1];

    /* Refuses arguments that are out of their range, at every call: of the parameter's kind, readable, absent ones
     * perhaps of kind EXPOPS_VALUE_NONE. `common` is the common type. Optional. */
    expops_status (*check)(const expops_operator *op, const expops_value *args, int common);

    /* The functions below get arguments that were checked: of the parameter's kind, readable, absent ones replaced by
     * their defaults (an empty list for INTS); only what has none is of kind EXPOPS_VALUE_NONE. What they make of sizes is
     * checked after them: a result may have any. */
    /* Pointwise: turns the tensors into the views that the output's elements come from (permute_copy); one for each
     * parameter, and what belongs to no tensor is not set. Optional. */
    expops_status (*view)(const expops_operator *op, const expops_value *args, expops_view *views);
    /* Pointwise: the result's shape where it is not what the tensors broadcast to (eye). Optional. */
    expops_status (*shape)(const expops_operator *op, const expops_value *args, expops_result *result);
    /* EXPOPS_PROMOTE_POSITION: the kernel's one argument is the sum of the element's indices times these. */
    int64_t position[2];
    /* The kernel passes its one argument on: elements are moved as bits where their type stays. */
    uint32_t moves;
    /* Rows: writes a flag for each dimension of the first input that a row walks, and whether the output keeps it. */
    expops_status (*rows)(const expops_operator *op, const expops_value *args, const expops_view *self, uint8_t *walked,
                          int *keepdim);
    /* Rows: a reduction over no elements has a value (sum), so empty rows are allowed. */
    uint32_t empty_rows;

    expops_samples samples[4];
    expops_bound bound;
};

#if defined(XK)
/* The kernel is being compiled for the CPU: the definition must vanish. */
#define OPERATOR(name) static const struct expops_operator expops_unused_##name __attribute__((unused))
#elif defined(EXPOPS_REFERENCE)
#include "reference.h" /* tests/ops */
#else
#define OPERATOR(name) const struct expops_operator expops_operator_##name
#endif

#endif
