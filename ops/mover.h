/* What operators that only move elements share: the body of detach, which passes an element on, so that one kernel serves all. */
#ifndef MOVER_H
#define MOVER_H

#include "draft/draft.h"

extern const expops_operator expops_operator_detach;

#define MOVES \
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX, .meet = EXPOPS_MEET_FIRST, \
    .arithmetic = EXPOPS_ARITHMETIC_BITS, .not_in_place = 1

#endif
