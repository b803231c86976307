/* Guessing what was meant. */
#ifndef EXPOPS_NEAR_H
#define EXPOPS_NEAR_H

/* Whether two words differ by at most two letters added, dropped, changed or swapped, case aside, and have more in common
 * than not: 0, or the more the nearer they are. */
int expops_nearly_equal(const char *a, const char *b);

/* Of words that are held against one, the first of the nearest; NULL where none is near. */
typedef struct expops_guess {
    const char *word, *nearest;
    int nearness;
} expops_guess;
void expops_guess_at(expops_guess *guess, const char *candidate);

#endif
