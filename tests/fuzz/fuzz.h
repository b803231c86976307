/* Random calls: drawn from a stream, written as a line of text and read back, run on the null backend (descriptors) or
 * on a real device (differential). */
#ifndef FUZZ_H
#define FUZZ_H

#include "call.h"
#include "random.h"

enum {
    FUZZ_RANK = EXPOPS_MAX_RANK + 2,
    FUZZ_LIST = TEST_INTS,
    FUZZ_LISTED = 16,
    FUZZ_ARGUMENTS = EXPOPS_MAX_PARAMETERS + 2
};
enum { FUZZ_ITEMS = 72 };   /* tensors of a list: more than one kernel takes */
enum { FUZZ_LINE = 12000 }; /* characters of the longest call */
enum { FUZZ_OTHERS = EXPOPS_MAX_OUTPUTS };

/* --- stream.c: decisions from a fuzzer's bytes, or from a seed where `bytes` is NULL --- */
typedef struct fuzz_stream {
    const uint8_t *bytes;
    size_t left; /* an exhausted stream gives zeros */
    test_random random;
} fuzz_stream;

uint64_t fuzz_bits(fuzz_stream *stream);
uint64_t fuzz_below(fuzz_stream *stream, uint64_t limit);
int fuzz_chance(fuzz_stream *stream, unsigned percent);
/* Any integer, extremes and what overflows together with others first. */
int64_t fuzz_integer(fuzz_stream *stream);
double fuzz_real(fuzz_stream *stream);

/* --- a call as it is drawn, written and read; nothing in it need be valid --- */
typedef struct fuzz_tensor {
    expops_dl_dtype dtype;
    expops_dl_device device; /* type 0: the device the call runs on */
    int32_t ndim;
    int no_shape, no_data; /* NULL pointers */
    int compact;           /* strides are NULL */
    int64_t shape[FUZZ_RANK], strides[FUZZ_RANK];
    uint64_t offset; /* descriptors: byte_offset; differential: elements before the lowest one */
    int num_values;  /* elements take these in turn; 0: drawn from the call's seed */
    test_value values[FUZZ_LISTED];
} fuzz_tensor;

typedef struct fuzz_value {
    expops_value value; /* `as` holds integers and reals; pointers are set when the call is made */
    int is_null;        /* the pointer of a tensor, a complex number or a list */
    double parts[2];
    int64_t integers[FUZZ_LIST];
    fuzz_tensor tensor;
} fuzz_value;

enum { FUZZ_OUT_DRAWN = -1, FUZZ_OUT_NULL = -2, FUZZ_OUT_RIGHT = -3 };

typedef struct fuzz_call {
    const expops_operator *op;
    size_t num_args;
    fuzz_value args[FUZZ_ARGUMENTS];
    fuzz_tensor items[FUZZ_ITEMS]; /* of the argument that is a list of tensors: no operator has two */
    int out_is; /* the argument that is the first output, or one of the above: `out`, NULL, not yet known */
    fuzz_tensor out, others[FUZZ_OTHERS]; /* and further outputs */
    uint32_t num_outs;                    /* descriptors: as many are given; 0 is the operator's number */
    uint64_t seed;                        /* of the elements */
    char gives[32];                       /* the status that must come back; "" where the line does not say */
} fuzz_call;

/* draw.c: a call that most operators accept; */
void fuzz_draw(fuzz_stream *stream, fuzz_call *call);
/* of this operator. */
void fuzz_draw_of(fuzz_stream *stream, const expops_operator *op, fuzz_call *call);
/* The output such a call asks for, or sometimes another: type, layout, in place. */
void fuzz_draw_output(fuzz_stream *stream, fuzz_call *call, const expops_result *result);
/* The same of output `index` above 0; it is never in place. */
void fuzz_draw_other(fuzz_stream *stream, fuzz_call *call, uint32_t index, const expops_result *result);
uint32_t fuzz_outputs(const expops_operator *op);
void fuzz_draw_strides(fuzz_stream *stream, fuzz_tensor *tensor, int may_overlap);
/* draw_list.c: a shape; returns how many dimensions it has. */
int32_t fuzz_draw_shape(fuzz_stream *stream, int64_t *shape);
/* What a list of integers may mean beside a tensor of this shape. Returns how many there are. */
uint32_t fuzz_draw_list(fuzz_stream *stream, int32_t ndim, const int64_t *shape, int64_t *list, int *are_sizes);
/* spoil.c: makes one to three things of it wrong, or just odd. */
void fuzz_spoil(fuzz_stream *stream, fuzz_call *call);
void fuzz_spoil_tensor(fuzz_stream *stream, fuzz_tensor *tensor);

/* text.c, parse.c: "mul self=f32(3,4)/(4,1)@2 other=0.5 out=self seed=7 gives=ERR_SHAPE".
 * Arguments go by position. Returns 0 where the text is no such line. */
void fuzz_print(const fuzz_call *call, char *text, size_t size);
int fuzz_parse(const char *text, fuzz_call *call);

/* --- oracle.c: whether a description can be true --- */
#define FUZZ_APART (UINT64_C(1) << 40) /* where the tensors of the descriptors lie, one so far from the next */
int fuzz_readable(const fuzz_tensor *tensor);
/* Has elements, and they or their bytes cannot be counted. */
int fuzz_too_large(const fuzz_tensor *tensor);
/* Nothing about its memory forbids a call as an argument of this kind. */
int fuzz_usable(const fuzz_tensor *tensor, uint32_t parameter_kind);

/* --- what is tried: both return the number of findings, each printed with its line --- */
typedef struct fuzz_counts {
    uint64_t calls, refused, findings;
} fuzz_counts;

/* descriptors.c: no element exists. Opens the null backend by itself. */
int fuzz_descriptors(fuzz_stream *stream, fuzz_call *call, fuzz_counts *counts);
int fuzz_descriptors_open(unsigned threads);
void fuzz_descriptors_close(void);
/* Whether expops_infer takes the arguments, wherever they may lie. */
int fuzz_accepted(fuzz_call *call);
/* operands.c: a call's arguments and its output in memory; 0 where there is none, or the description is too wild. */
int fuzz_operand(test_call *call, fuzz_call *from, size_t index);
int fuzz_array(const fuzz_tensor *from, expops_device *device, test_array *array);
/* differential.c: real memory between guards, judged. */
int fuzz_differential(fuzz_stream *stream, fuzz_call *call, expops_device *device, fuzz_counts *counts);
/* moves.c: the same of operators that move elements alone, all of the registry's in turn, or `only` one. Each must be had by some call,
 * and have a reference. */
int fuzz_moves(expops_device *device, const char *only, uint64_t calls, uint64_t seed, fuzz_counts *counts);
/* Draws until the operator accepts the arguments; returns 0 where it never did. */
int fuzz_draw_accepted(fuzz_stream *stream, const expops_operator *op, fuzz_call *call);
/* main.c: the line of a call that ends the process is printed. */
void fuzz_watch(const fuzz_call *call);
uint64_t fuzz_mix(uint64_t x);

#endif
