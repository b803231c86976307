#include "near.h"

#include <ctype.h>
#include <string.h>

enum { MAX_WORD = 47, MAX_DISTANCE = 2 };

static int same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Edits (a swap of neighbours is one) that turn one word into the other. */
static int distance(const char *a, size_t length_a, const char *b, size_t length_b)
{
    int rows[3][MAX_WORD + 1];
    for (size_t j = 0; j <= length_b; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= length_a; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= length_b; j++) {
            row[j] = above[j - 1] + !same(a[i - 1], b[j - 1]);
            row[j] = smaller(row[j], smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = smaller(row[j], above2[j - 2] + 1);
        }
    }
    return rows[length_a % 3][length_b];
}

/* Two slips at most, and fewer of short words: more would find names that nobody meant. */
int expops_nearly_equal(const char *a, const char *b)
{
    const size_t length_a = strlen(a), length_b = strlen(b);
    if (!length_a || !length_b || length_a > MAX_WORD || length_b > MAX_WORD)
        return 0;
    const int edits = distance(a, length_a, b, length_b);
    const int longer = (int)(length_a > length_b ? length_a : length_b);
    return edits <= MAX_DISTANCE && 2 * edits < longer ? MAX_DISTANCE + 1 - edits : 0;
}

void expops_guess_at(expops_guess *guess, const char *candidate)
{
    const int nearness = expops_nearly_equal(guess->word, candidate);
    if (nearness > guess->nearness) {
        guess->nearness = nearness;
        guess->nearest = candidate;
    }
}
