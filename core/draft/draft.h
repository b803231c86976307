/* What an operator makes of a call: its results, and the leaves (bodies over one iteration space, one output each) that compute
 * them on views. Operators write drafts in these words; the plan flattens a draft into launches.
 *
 * A draft is made twice for a call: to infer the results, where views of outputs have the results' own strides and leaves are
 * not kept, and to plan it, where an output that does not fit its result is refused when the result is stated. What it may
 * depend on is what plans are found by: types, shapes, strides, ints, bools and words, of numbers those that are drafted. */
#ifndef EXPOPS_DRAFT_H
#define EXPOPS_DRAFT_H

#include "backend/device.h"
#include "base/error.h"
#include "number.h"
#include "view.h"

enum { EXPOPS_NO_ARGUMENT = -1 };

enum expops_number_source {
    EXPOPS_NUMBER_VALUE,    /* the argument's value at the time of the call */
    EXPOPS_NUMBER_CONSTANT, /* a default, or what the draft works out */
    EXPOPS_NUMBER_TENSOR,   /* a host tensor of no dimensions, read at the time of the call */
};

/* What may become of a leaf's dimensions when they are collapsed. */
enum expops_order {
    EXPOPS_ORDER_FREE, /* all but the row's are sorted and merged as the output's strides suggest */
    EXPOPS_ORDER_ROWS, /* the row's are, too, by themselves, and the first tensor's strides decide */
    EXPOPS_ORDER_KEPT, /* nothing: the order of the elements counts */
};

/* One argument of a leaf's body. */
typedef struct expops_leaf_input {
    uint32_t kind;          /* EXPOPS_OPERAND_INPUT, _NUMBER, _POSITION, or _OUTPUT of what is written besides */
    uint32_t walks;         /* bit w: beside the iteration space, the window's dimension w */
    uint32_t attribute;     /* rows: a number for the whole row, not for each element */
    int32_t argument;       /* of a number: the argument it is, or EXPOPS_NO_ARGUMENT */
    uint32_t source;        /* of a number: expops_number_source */
    double constant;        /* of a number */
    expops_meeting meeting; /* what it is converted to before the arithmetic */
    expops_view view;       /* of a tensor. Of a position: the sum of the indices times `strides`, plus `offset` */
} expops_leaf_input;

typedef struct expops_leaf {
    expops_draft *draft;
    const expops_operator *op; /* whose body */
    uint32_t family;           /* expops_family */
    uint32_t row_dims;         /* the last dimensions, which a row walks, or whose indices a window function reads */
    uint32_t order;            /* expops_order */
    uint32_t empty_rows;       /* a row of no elements gives one, too */
    uint32_t attributes;       /* arguments that are a NUMBER are for the whole row */
    uint32_t lifted;           /* rows: so many of the tensors are reduced, the first ones */
    int32_t common, result;    /* expops_dtype; common is -1 where elements are moved as bits */
    uint32_t bits;             /* bytes of an element moved as bits */
    uint32_t compute;          /* expops_compute */
    uint32_t choice;
    uint32_t num_inputs;
    uint32_t apart;       /* it may be launched together with the draft's others that are */
    expops_window window; /* of windows */
    uint32_t wraps;       /* ... whose neighbours may be made of elements at both ends of the input */
    int64_t reach;        /* the largest number that the window function comes to */
    expops_view out;      /* its shape is the iteration space; where a row gives one element, the row's strides are 0 */
    expops_leaf_input input[EXPOPS_MAX_OPERANDS];
} expops_leaf;

/* A tensor of the call: what a view's slot names. */
enum expops_slot_kind { EXPOPS_SLOT_ARGUMENT, EXPOPS_SLOT_OUTPUT, EXPOPS_SLOT_TEMPORARY };
typedef struct expops_slot {
    uint32_t kind;
    uint32_t index;              /* the argument or the output */
    uint32_t of_list, item;      /* an argument that is a list: which of its tensors */
    const expops_tensor *tensor; /* NULL of a temporary */
    uint64_t offset;             /* of a temporary: bytes from the start of the call's memory */
} expops_slot;

struct expops_draft {
    const expops_operator *op;
    expops_value args[EXPOPS_MAX_PARAMETERS];  /* checked, defaults in place of what is absent */
    expops_view tensor[EXPOPS_MAX_PARAMETERS]; /* the view that each tensor argument is of itself */
    int32_t common, result, element; /* types of the own body, as in expops_leaf; `element` is the result's own type */
    uint32_t bits, compute, choice;
    uint32_t num_results;
    expops_result results[EXPOPS_MAX_OUTPUTS];
    const expops_device *device; /* NULL with `outs` where only the results are wanted */
    const expops_tensor *outs;
    uint32_t num_outs;
    uint32_t num_slots, max_slots, num_leaves, max_leaves;
    uint64_t temporary_bytes; /* of all */
    expops_slot *slots;
    expops_leaf *leaves;
    uint32_t names_type; /* an argument names the results' type: outputs have no other */
    uint32_t aliased;    /* result 0 is `alias`, in argument 0's memory */
    expops_view alias;
    expops_status failed; /* of a leaf that could not be noted */
};

/* --- for operators --- */

/* Item of a list of tensors. */
expops_view expops_draft_item(expops_draft *draft, uint32_t parameter, uint32_t item);
/* States result `index` (in order, from 0), of this type and shape, and gives the view to write to. `strides`: of the result
 * where the caller has the choice; NULL is compact. */
expops_status expops_draft_result(expops_draft *draft, uint32_t index, int32_t dtype, int32_t ndim,
                                  const int64_t *shape, const int64_t *strides, expops_view *out);
/* Memory for the time of the call, compact. */
expops_status expops_draft_temporary(expops_draft *draft, int32_t dtype, int32_t ndim, const int64_t *shape,
                                     expops_view *out);
/* The shape that the tensor arguments broadcast to. */
expops_status expops_draft_broadcast(const expops_draft *draft, int32_t *ndim, int64_t *shape);

/* A leaf in the making, with the own types: `out` gives the iteration space, row dimensions included. What goes wrong with a
 * leaf is told when the draft is done. */
expops_leaf *expops_draft_leaf(expops_draft *draft, const expops_operator *body, uint32_t family,
                               const expops_view *out);
/* The same whose common and result type is the output's. */
expops_leaf *expops_draft_leaf_of_output(expops_draft *draft, const expops_operator *body, uint32_t family,
                                         const expops_view *out);
/* Its next argument: a view, broadcast to the iteration space; */
void expops_leaf_view(expops_leaf *leaf, const expops_view *view);
/* argument `parameter`, whatever it is; */
void expops_leaf_argument(expops_leaf *leaf, uint32_t parameter);
/* the same, seen as `view` where it is a tensor; */
void expops_leaf_argument_as(expops_leaf *leaf, uint32_t parameter, const expops_view *view);
/* a number worked out, for each element or, an attribute, for the whole row; */
void expops_leaf_constant(expops_leaf *leaf, double value, uint32_t attribute);
/* the sum of the indices times `strides` (one for each dimension), plus `first`. */
void expops_leaf_position(expops_leaf *leaf, const int64_t *strides, int64_t first);

/* Computes in another type than the draft's, and gives another. */
void expops_leaf_computes(expops_leaf *leaf, int32_t common, int32_t result);

/* The own body with every argument that is a tensor, an operand or a number, over `out`. */
void expops_draft_own(expops_draft *draft, const expops_view *out);
/* `body`, which takes one element, from `from` (broadcast) to `out`. */
void expops_draft_then(expops_draft *draft, const expops_operator *body, const expops_view *out,
                       const expops_view *from);
/* The same with the draft's own types, to a place in a result where no other leaf writes; `from` is an argument. */
void expops_draft_apart(expops_draft *draft, const expops_operator *body, const expops_view *place,
                        const expops_view *from);
/* States result 0 with the shape and, where it is compact in some order, the memory order of argument `parameter`. */
expops_status expops_draft_like(expops_draft *draft, uint32_t parameter, expops_view *out);
/* Result 0 is `view`, a view of argument 0: in its memory, or a compact copy by `body`, which passes an element on. */
expops_status expops_draft_view_of(expops_draft *draft, const expops_operator *body, const expops_view *view);
/* The same, never in the argument's memory. */
expops_status expops_draft_copy_of(expops_draft *draft, const expops_operator *body, const expops_view *view);
/* States result 0 with the shape that all tensors broadcast to, in the memory order their strides give. */
expops_status expops_draft_elementwise(expops_draft *draft, expops_view *out);
/* What an operator without a draft drafts: the own body, the result of the shape that all tensors broadcast to. */
expops_status expops_draft_default(expops_draft *draft);
/* The memory order of a result of this shape: as PyTorch's iterator takes it from the tensor arguments. */
void expops_draft_strides(const expops_draft *draft, int32_t ndim, const int64_t *shape, int64_t *strides);

/* --- rows: `walked` has a flag for each dimension of a tensor that a row walks --- */
/* States result 0 as `self` without the walked dimensions, or with size 1 there. An error where a row is empty and has no
 * value then. */
expops_status expops_draft_reduced(expops_draft *draft, const expops_view *self, const uint8_t *walked, int keepdim,
                                   int empty_rows, expops_view *out);
/* All of a reduction of the first argument over `dims` (all where none is named) by the own body. */
expops_status expops_draft_reduction(expops_draft *draft, const int64_t *dims, uint32_t count, int keepdim,
                                     int empty_rows);
/* The result is of the type that DTYPE parameter `parameter` names, also where arithmetic is not. Where it names none, an output of
 * another type does, as in PyTorch: the call is computed in that. */
void expops_draft_names_result(expops_draft *draft, uint32_t parameter);
/* A map by the own body along the dimension that argument `dim` names, of all arguments that are tensors, which have the first
 * one's shape. */
expops_status expops_draft_map_along(expops_draft *draft, uint32_t dim);
/* A leaf that gives one element for each row of `space`; `out` as above. Of a body that is a KERNEL, what it returns is
 * reduced, and its numbers stand among the elements. */
expops_leaf *expops_draft_reduce(expops_draft *draft, const expops_operator *body, const expops_view *space,
                                 const uint8_t *walked, const expops_view *out, int keepdim);
/* A loss: the own body of the tensors broadcast, for each element or, as argument `reduction` says ("none", "mean", "sum"),
 * summed over all; the kernel part includes sum.kernel.h. */
expops_status expops_draft_loss(expops_draft *draft, uint32_t reduction);
/* A leaf that gives an element for each one of `out`, knowing a reduction of its row. */
expops_leaf *expops_draft_map(expops_draft *draft, const expops_operator *body, const expops_view *out,
                              const uint8_t *walked);
/* The next argument of either: `view` has the dimensions that `walked` has flags for. */
void expops_leaf_row_argument(expops_leaf *leaf, uint32_t parameter, const expops_view *view, const uint8_t *walked);

/* --- windows (window.c) --- */
/* A leaf of the own body whose elements are made of boxes of argument `parameter`, seen as `source`, whose last `walked`
 * dimensions a window walks. `out` has source's other dimensions, then those whose indices the window function reads. `single`:
 * each box is one element or none. `reach`: the largest number that the function comes to. */
expops_leaf *expops_draft_window(expops_draft *draft, const expops_view *out, uint32_t parameter,
                                 const expops_view *source, uint32_t walked, uint32_t single, int64_t reach);
/* Strides of a result of this shape: with the channels, dimension 1, innermost where `like`, of 4 or 5 dimensions, has them
 * there, else compact. */
void expops_draft_channels(const expops_view *like, const int64_t *shape, int64_t *strides);
/* The next number for the window function. */
void expops_leaf_value(expops_leaf *leaf, int64_t value);
/* The same of a number that the window function divides by, above 0: two more values follow it. */
void expops_leaf_divisor(expops_leaf *leaf, int64_t value);
/* The leaf's last argument: its element at the same place is one more index, behind the others, on which every run depends. */
void expops_leaf_picks(expops_leaf *leaf, uint32_t parameter, const expops_view *view);
/* Run `walked` depends on these indices; a run for which nothing is said on the one of its own number. */
void expops_leaf_reads(expops_leaf *leaf, uint32_t walked, uint32_t indices);
/* Run `walked` has at most so many elements. */
void expops_leaf_most(expops_leaf *leaf, uint32_t walked, int64_t elements);
/* Neighbours may be made of elements at both ends of the input. */
void expops_leaf_wraps(expops_leaf *leaf);

/* --- selections (select.c) --- */
/* States result `index`: one dimension of at most `most` elements, as many as an output given has. */
expops_status expops_draft_result_up_to(expops_draft *draft, uint32_t index, int32_t dtype, int64_t most,
                                        expops_view *out);
/* A leaf of views of one dimension, all but `out` compact: `out` is the elements at which `mask` is true, one after the other; or,
 * with a `source`, `elements` with those replaced by source's. Without, `count`, an i64, gets how many there are; `out` has room for one at least. */
void expops_draft_select(expops_draft *draft, const expops_view *out, const expops_view *mask,
                         const expops_view *elements, const expops_view *source, const expops_view *count);

/* --- weighted sums (weighted.c) --- */
/* The work-items of a group, each of which makes 64 results, and the columns of a row of results that a group can keep at most. */
enum { EXPOPS_WEIGHTED_GROUP = 128, EXPOPS_WEIGHTED_COLUMNS = 128 };
/* Matrices, each with the dimensions before them: of `left` the rows are scored by the rows of `right`, and of `summed` as many rows
 * are summed. */
typedef struct expops_weighing {
    expops_view left, right, summed;
    expops_view out;
} expops_weighing;
/* Whether this device makes one leaf of it; else several must do. */
int expops_draft_weighs(const expops_draft *draft, const expops_weighing *weighing);
/* The leaf, as EXPOPS_FAMILY_WEIGHTED has it: what its next arguments are, in this order, is an element that `body` takes beside
 * each score (expops_leaf_scores), if there is one, the number that products are multiplied by, and the limit. */
expops_leaf *expops_draft_weighted(expops_draft *draft, const expops_operator *body, const expops_weighing *weighing);
/* `view` has a row for each of `left` and a column for each of `right`, or one for all. */
void expops_leaf_scores(expops_leaf *leaf, expops_view view);
/* Row r takes the first r + `first` terms alone. */
void expops_leaf_limit(expops_leaf *leaf, int64_t first);

/* --- for the plan --- */
/* Checks the arguments and lets the operator draft. To be freed after a failure, too. */
expops_status expops_draft_make(const expops_operator *op, const expops_value *args, const expops_device *device,
                                const expops_tensor *outs, uint32_t num_outs, expops_draft *draft);
void expops_draft_free(expops_draft *draft);
/* The results alone, without memory: leaves are written over each other in *room. Nothing is to be freed. */
expops_status expops_draft_infer(const expops_operator *op, const expops_value *args, expops_leaf *room,
                                 expops_draft *draft);
/* Fails for want of memory. */
expops_status expops_no_plan_memory(void);

#endif
