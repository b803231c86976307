#include "operator.h"
#include "shift.h"

static expops_status draft(expops_draft *d)
{
    return expops_shift_draft(d, 1);
}

OPERATOR(fft_ifftshift) = {
    .name = "fft_ifftshift",
    .doc = "self with the halves of the dimensions dim exchanged, all of them where dim is left out: the inverse of "
           "fft_fftshift.",
    .source = "torch.fft.ifftshift",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dim", .optional = 1, .drafted = 1) },
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
    return shifted_element(m, at, 1);
}
#endif
