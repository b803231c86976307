#include "operator.h"
#include "shift.h"

static expops_status draft(expops_draft *d)
{
    return expops_shift_draft(d, 0);
}

OPERATOR(fft_fftshift) = {
    .name = "fft_fftshift",
    .doc = "self with the halves of the dimensions dim exchanged, all of them where dim is empty: a size n is pushed "
           "on by n / 2.",
    .source = "torch.fft.fftshift",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dim", .optional = 1) },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef XK
#include "shift.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
#include "shift.reference.h"

MOVE_REFERENCE
{
    int64_t place[MOVE_RANK];
    for (int32_t dim = 0; dim < m->ndim; dim++)
        place[dim] = shifted(m, dim, at[dim], 0);
    return move_element(m, 0, place);
}
#endif
