/* Guessing what was meant. */
#ifndef EXPOPS_NEAR_H
#define EXPOPS_NEAR_H

/* Whether two words differ by at most two letters added, dropped, changed or swapped, case aside, and have more in common
 * than not: 0, or the more the nearer they are. */
int expops_nearly_equal(const char *a, const char *b);

#endif
