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

enum { EXPOPS_MAX_PARAMETERS = 10, EXPOPS_MAX_OPERANDS = 16, EXPOPS_MAX_TENSORS = 8, EXPOPS_MAX_OUTPUTS = 4 };

/* PyTorch's type promotion, in three parts. How the inputs' types meet: */
enum expops_meet {
    EXPOPS_MEET_COMMON = 0, /* the type they have in common */
    EXPOPS_MEET_FIRST,      /* the first tensor's; other tensors keep their own or are converted to it */
    EXPOPS_MEET_SAME,       /* all tensors must have one type; an operand without dimensions is promoted */
};
/* What is computed in: */
enum expops_arithmetic {
    EXPOPS_ARITHMETIC_SAME = 0,    /* that type */
    EXPOPS_ARITHMETIC_FLOATING,    /* the same, integers and bool becoming f32 */
    EXPOPS_ARITHMETIC_BOOL_TO_INT, /* the same, bool becoming i64 (square) */
    EXPOPS_ARITHMETIC_LONG,        /* the same, integers and bool becoming i64 (sums) */
    EXPOPS_ARITHMETIC_BITS,        /* nothing: elements are moved, never converted */
    EXPOPS_ARITHMETIC_MOVES,       /* the kernel passes its one argument on: moved as bits where the type stays */
};
/* What the result becomes of it: */
enum expops_result_type {
    EXPOPS_RESULT_SAME = 0, /* the arithmetic's type */
    EXPOPS_RESULT_BOOL,
    EXPOPS_RESULT_TRUTH, /* bool, but of u8 u8 (any) */
    EXPOPS_RESULT_REAL,  /* of a complex type the real one (abs) */
    EXPOPS_RESULT_FIRST, /* the first tensor's, which must be able to hold the arithmetic's (huber_loss) */
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

/* Sets of element types, by DLPack's codes in their table. */
#define EXPOPS_SET(condition, NAME) ((condition) ? 1u << EXPOPS_DTYPE_##NAME : 0)
enum {
    FLOATING = 0
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) | EXPOPS_SET(code == 2 || code == 4, NAME)
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    ,
    INTEGRAL = 0
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) | EXPOPS_SET(code == 0 || (code == 1 && bytes == 1), NAME)
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    ,
    /* PyTorch moves these, compares them for equality and makes floats of them, but hardly computes in them, nor do they meet
     * other integers. */
    UNSIGNED = 0
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) | EXPOPS_SET(code == 1 && bytes > 1, NAME)
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    ,
    COMPLEX = 0
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) | EXPOPS_SET(code == 5, NAME)
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    ,
    HALVES = 1u << EXPOPS_DTYPE_F16 | 1u << EXPOPS_DTYPE_BF16,
    WHOLE = INTEGRAL | UNSIGNED,
    BOOLEAN = 1u << EXPOPS_DTYPE_BOOL,
};

typedef struct expops_parameter {
    const char *name;
    uint32_t kind;        /* EXPOPS_PARAMETER_... */
    uint32_t optional;    /* the default below, or (tensors) absent */
    uint32_t has_default; /* DEFAULT gave it; an int may have one that only the operator knows (eye's m) */
    double default_value;
    const char *const *choices;
    /* The draft reads it. Choices: no kernel is compiled for each word. Numbers: a plan is made for each value. INTS: absent is
     * not empty. */
    uint32_t drafted;
    const char *doc;
    uint32_t dtypes; /* tensors whose types differ from the operator's set (a bool mask): that set; 0 otherwise */
    uint32_t meets;  /* expops_meets */
} expops_parameter;

/* clang-format off */
#define TENSOR(name_, ...) { .name = name_, .kind = EXPOPS_PARAMETER_TENSOR, __VA_ARGS__ }
#define TENSORS(name_, ...) { .name = name_, .kind = EXPOPS_PARAMETER_TENSORS, __VA_ARGS__ }
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
#define WORD(name_, ...) \
    { .name = name_, .kind = EXPOPS_PARAMETER_CHOICE, .drafted = 1, .optional = 1, \
      .choices = (const char *const[]){ __VA_ARGS__, NULL } }
#define WORD_DEFAULT(name_, index, ...) \
    { .name = name_, .kind = EXPOPS_PARAMETER_CHOICE, .drafted = 1, DEFAULT(index), \
      .choices = (const char *const[]){ __VA_ARGS__, NULL } }
/* clang-format on */
#define DEFAULT(value) .optional = 1, .has_default = 1, .default_value = value

/* Elements of a tensor that a call knows: an argument, an output, a temporary. */
typedef struct expops_view {
    int32_t slot;  /* which of the draft's tensors */
    int32_t dtype; /* expops_dtype */
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK];
    int64_t strides[EXPOPS_MAX_RANK]; /* elements */
    int64_t offset;                   /* elements from the tensor's first */
} expops_view;

typedef struct expops_draft expops_draft; /* draft.h */

/* What ints stand for, where the file gives none: an argument that suits tensors of any shape. */
enum {
    EXPOPS_SAMPLES_DIMS,    /* the dimensions that a row walks; of an int: one of them */
    EXPOPS_SAMPLES_ROW,     /* their sizes; of an int: any size */
    EXPOPS_SAMPLES_ORDER,   /* all dimensions, in any order */
    EXPOPS_SAMPLES_SHAPE,   /* the first tensor's sizes, */
    EXPOPS_SAMPLES_STRIDES, /* what its strides would be if it were compact */
};

/* Where tests and benchmarks draw an argument from: uniform in [low, high], */
typedef struct expops_samples {
    double low, high;
    uint32_t shape_only; /* its elements are not read, its shape is the result's (fill's self) */
    uint32_t scalar;     /* without dimensions */
    uint32_t row;        /* with the dimensions that a row walks (a weight) */
    uint32_t ints;       /* EXPOPS_SAMPLES_... */
    int64_t usual[6];    /* where not any shape, list or int will do: one that fits the others' */
    uint32_t count;      /* its entries; 0: any will do */
} expops_samples;

/* Error bound in units in the last place of the result type. 0: exact. Where a formula's terms cancel no bound in units of
 * the result can hold, and the unit is a larger one: */
typedef struct expops_bound {
    float f32, f64, f16, bf16;
    float negative_floor; /* that of this number, where the operand is negative and the result is smaller */
    uint32_t by_terms;    /* also a rounding of the operands' sizes, of each addition where elements are summed */
    uint32_t by_operands; /* how far the result moves when every operand does by a unit, where more than one decides */
} expops_bound;

struct expops_operator {
    const char *name;
    const char *doc;
    const char *source; /* where the definition comes from: "torch.nn.functional.silu" */
    const char *aliases[6];
    const char *copy; /* of an operator whose result is a view: the name of the form that copies, or NULL */
    const char
        *outputs[EXPOPS_MAX_OUTPUTS];  /* their names where there are several; the first is "out" where not given */
    uint32_t family;                   /* expops_family: what the own body is called as where no draft says */
    uint32_t meet, arithmetic, result; /* expops_meet, expops_arithmetic, expops_result_type */
    uint32_t dtypes;                   /* a union of the sets above */
    uint32_t not_in_place;
    expops_parameter parameters[EXPOPS_MAX_PARAMETERS + 1];

    /* Refuses arguments that are out of their range, at every call: of the parameter's kind, readable, absent ones
     * perhaps of kind EXPOPS_VALUE_NONE. `common` is the common type. Optional. */
    expops_status (*check)(const expops_operator *op, const expops_value *args, int common);
    /* Refuses elements that PyTorch refuses where it sees them, of arguments that expops_infer takes, in the host's memory. Optional. */
    expops_status (*check_elements)(const expops_operator *op, const expops_value *args);
    /* States the results and what is to be done on which views of the arguments, in draft.h's words. The arguments were
     * checked: of the parameter's kind, readable, absent ones replaced by their defaults (an empty list for INTS); only
     * what has none is of kind EXPOPS_VALUE_NONE. Without it: the own body, once, on the tensors broadcast. */
    expops_status (*draft)(expops_draft *draft);

    expops_samples samples[EXPOPS_MAX_PARAMETERS]; /* one for each parameter */
    uint32_t elementwise; /* of a draft's result: its elements are made of the tensors' at the same place, broadcast */
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
