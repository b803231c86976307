#include "triangle.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    return triangle_draft(d, -1);
}

OPERATOR(triu) = {
    .name = "triu",
    .doc = "self with zeros below a diagonal of its last two dimensions.",
    .source = "torch.triu",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_MOVES,
    .parameters = { TENSOR("self"), INT("diagonal", DEFAULT(0), .doc = "How far above the main one.") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 4, 3 }, .count = 2 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t above = at[m->ndim - 1] - at[m->ndim - 2];
    return above >= m->argument[1].integer ? move_element(m, 0, at) : move_zero();
}
#endif
