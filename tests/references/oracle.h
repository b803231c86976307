/* What the operators' references say of a row, asked in double: the same text with two precisions, of 64 bits and, where the build
 * has it, of 113. */
#ifndef TEST_ORACLE_H
#define TEST_ORACLE_H

#include <stdint.h>

enum { ORACLE_ARGUMENTS = 10 };

typedef struct oracle_question {
    const char *op;
    int64_t n;
    const double *column[ORACLE_ARGUMENTS]; /* n elements of each parameter that is a tensor, or NULL */
    double number[ORACLE_ARGUMENTS];        /* of the parameters that are none */
    int is_number[ORACLE_ARGUMENTS];        /* the ones that a row's reference is given: numbers and choices */
    int arguments;
    /* Losses: elements are summed, and `share` is 1 or 1 / n. */
    int is_loss, is_mean;
    double bound; /* of an element, in roundings */
    int by_terms;
} oracle_question;

/* high + low, and how far off it may be, in roundings of the arithmetic. */
typedef struct oracle_answer {
    double high, low, error;
} oracle_answer;

/* Fills one answer for a reduction or a loss, n for a map. Returns 0 where there is no memory. */
int oracle_ask(const oracle_question *question, int64_t answers, oracle_answer *answer);
int quad_oracle_ask(const oracle_question *question, int64_t answers, oracle_answer *answer);

#endif
