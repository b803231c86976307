/* The reference of an operator that moves elements: for one element of the result the one that it is, by indices, whatever the
 * strides, types and instructions of the call. core/operator.h includes it with reference.h:
 *
 *   #ifdef EXPOPS_REFERENCE
 *   MOVE_REFERENCE { ... return move_element(m, 0, place); }
 *   #endif
 *
 * sees the call as `m` and the element's indices as `at`. */
#ifndef TEST_MOVE_REFERENCE_H
#define TEST_MOVE_REFERENCE_H

#include <stdint.h>
#include <string.h>

enum { MOVE_RANK = 16, MOVE_ARGUMENTS = 112 };

typedef struct expops_element {
    long double re, im;
    int none;    /* there is no such element: behind the last of a result whose size elements decide */
    int outside; /* the reference asked for an element that there is not: it is wrong, or the result's shape */
} expops_element;

/* An argument: a tensor, a list, or a number. Those behind the parameters are the tensors of a list. */
typedef struct expops_move_argument {
    int given;
    int32_t ndim;
    const int64_t *shape, *strides; /* strides are for operators about memory alone */
    const void *array;
    int64_t count; /* of a list */
    const int64_t *list;
    int64_t integer;
    expops_element number;
} expops_move_argument;

typedef struct expops_moves {
    expops_move_argument argument[MOVE_ARGUMENTS]; /* in the parameters' order */
    int parameters;                                /* how many there are */
    int32_t ndim;
    const int64_t *shape; /* of the result */
    int64_t *kept;        /* the reference's own, 0 at first: elements are asked for one by one, in row-major order */
    /* The element `distance` elements of memory behind an argument's first one. */
    expops_element (*read)(const expops_move_argument *argument, int64_t distance);
} expops_moves;

typedef expops_element (*test_move_fn)(const expops_moves *m, const int64_t *at);

static inline expops_element move_zero(void)
{
    return (expops_element){ 0, 0, 0, 0 };
}

static inline int64_t move_count(int32_t ndim, const int64_t *shape)
{
    int64_t count = 1;
    for (int32_t i = 0; i < ndim; i++)
        count *= shape[i];
    return count;
}

/* A dimension, or an index, counted from the end where it is negative. */
static inline int64_t move_wrapped(int64_t number, int64_t size)
{
    return number < 0 ? number + (size ? size : 1) : number;
}

static inline expops_element move_element(const expops_moves *m, int argument, const int64_t *place)
{
    const expops_move_argument *from = m->argument + argument;
    int64_t distance = 0;
    for (int32_t i = 0; i < from->ndim; i++) {
        if (place[i] < 0 || place[i] >= from->shape[i])
            return (expops_element){ 0, 0, 0, 1 };
        distance += place[i] * from->strides[i];
    }
    return m->read(from, distance);
}

/* `place` in a tensor that is broadcast: sizes of 1, and dimensions that are missing in front. */
static inline expops_element move_broadcast(const expops_moves *m, int argument, int32_t ndim, const int64_t *place)
{
    const expops_move_argument *from = m->argument + argument;
    int64_t own[MOVE_RANK];
    for (int32_t i = 0; i < from->ndim; i++)
        own[i] = from->shape[i] == 1 ? 0 : place[ndim - from->ndim + i];
    return move_element(m, argument, own);
}

/* Row-major number of a place, and the place of a number. */
static inline int64_t move_number(int32_t ndim, const int64_t *shape, const int64_t *place)
{
    int64_t number = 0;
    for (int32_t i = 0; i < ndim; i++)
        number = number * shape[i] + place[i];
    return number;
}

static inline void move_place(int32_t ndim, const int64_t *shape, int64_t number, int64_t *place)
{
    for (int32_t i = ndim - 1; i >= 0; number /= shape[i], i--)
        place[i] = number % shape[i];
}

/* Element `number` of a tensor in row-major order. */
static inline expops_element move_numbered(const expops_moves *m, int argument, int64_t number)
{
    const expops_move_argument *from = m->argument + argument;
    int64_t place[MOVE_RANK];
    if (number < 0 || number >= move_count(from->ndim, from->shape))
        return (expops_element){ 0, 0, 0, 1 };
    move_place(from->ndim, from->shape, number, place);
    return move_element(m, argument, place);
}

#define MOVE_REFERENCE \
    static expops_element reference_move(const expops_moves *m, const int64_t *at); \
    __attribute__((constructor)) static void reference_register(void) \
    { \
        const test_reference reference = { .name = reference_name(), .move = reference_move }; \
        test_reference_add(&reference); \
    } \
    static expops_element reference_move(const expops_moves *m, const int64_t *at)

#endif
