/* How much of what its bound grants an operator needs. */
#ifndef TEST_SHARE_H
#define TEST_SHARE_H

#include "judge.h"

/* An element that was accepted within `bound` units in the last place and the answer's slack. Of each operator and type the
 * largest share is appended to the file that EXPOPS_TEST_SHARES names when the program ends: operator, type, backend, share. */
void test_share_note(const test_call *call, const test_answer *answer, test_value actual, double bound);

#endif
