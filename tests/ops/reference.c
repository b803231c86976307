/* The operators' references, by name. */
#include "reference.h"

#include <string.h>

enum { MAX_REFERENCES = 512 };

static test_reference references[MAX_REFERENCES];
static int num_references;

int test_reference_types[TEST_REFERENCE_ARGUMENTS];

void test_reference_add(const test_reference *reference)
{
    if (num_references < MAX_REFERENCES)
        references[num_references++] = *reference;
}

const test_reference *test_reference_find(const char *name)
{
    for (int i = 0; i < num_references; i++)
        if (strcmp(references[i].name, name) == 0)
            return &references[i];
    return NULL;
}

typedef long double L;

long double test_reference_call(const test_reference *reference, const long double *a)
{
    void *const f = (void *)reference->element;
    switch (reference->count) {
    case 1:
        return ((L(*)(L))f)(a[0]);
    case 2:
        return ((L(*)(L, L))f)(a[0], a[1]);
    case 3:
        return ((L(*)(L, L, L))f)(a[0], a[1], a[2]);
    case 4:
        return ((L(*)(L, L, L, L))f)(a[0], a[1], a[2], a[3]);
    case 5:
        return ((L(*)(L, L, L, L, L))f)(a[0], a[1], a[2], a[3], a[4]);
    case 6:
        return ((L(*)(L, L, L, L, L, L))f)(a[0], a[1], a[2], a[3], a[4], a[5]);
    case 7:
        return ((L(*)(L, L, L, L, L, L, L))f)(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    default:
        return ((L(*)(L, L, L, L, L, L, L, L))f)(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
    }
}
