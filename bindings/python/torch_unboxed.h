/* What C++ passes to a kernel in an unboxed call, on machines where that is known: where a result is to be written if it is a new
 * tensor, what the kernel belongs to, the call's keys, and each argument, all in words that are in registers. */
#ifndef PYTHON_TORCH_UNBOXED_H
#define PYTHON_TORCH_UNBOXED_H

#include "torch_stack.h"

#if defined(__x86_64__) && defined(__linux__) && defined(__LP64__)
#define TORCH_UNBOXED 1
#else
#define TORCH_UNBOXED 0
#endif

enum { NUM_REGISTERS = 6 };

/* How an argument is passed; expops/_unboxed.py names them by these letters. */
enum torch_passed_as {
    PASSED_AS_TENSOR = 'T', /* a reference */
    PASSED_AS_NUMBER = 'N', /* a reference to a number of any type */
    PASSED_AS_INTEGER = 'I',
    PASSED_AS_TRUTH = 'B',
    PASSED_AS_LIST = 'L', /* a reference to a list of tensors of some form: taken if it is an array */
    PASSED_AS_ARRAY = 'A' /* a list of tensors one behind another, in two words */
};

typedef struct torch_number {
    uint32_t tag;
    _Alignas(16) union {
        double real;
        int64_t integer;
        uint8_t truth;
        double parts[2];
    } as;
} torch_number;

/* Where its tag is the one of arrays. */
typedef struct torch_list {
    void *const *tensors;
    size_t count;
    uint32_t tag;
} torch_list;

/* Learned: see torch_probe.c. */
enum { MAX_NUMBER_TAGS = 16 };
extern uint8_t torch_kind_of_number[MAX_NUMBER_TAGS];
extern uint32_t torch_tag_of_array;

#endif
