/* Plain arithmetic on parts, in long double: what sums give where an operand is infinite or NaN, and what no intermediate
 * result exceeds. Then choices and comparisons, which are exact. */
#include "referee.h"

#include <math.h>

static test_value plus(test_value a, test_value b)
{
    return (test_value){ a.re + b.re, a.im + b.im };
}

static test_value minus(test_value a, test_value b)
{
    return (test_value){ a.re - b.re, a.im - b.im };
}

static test_value times(test_value a, test_value b)
{
    return (test_value){ a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re };
}

static long double size(test_value z)
{
    return fmaxl(fabsl(z.re), fabsl(z.im));
}

test_value complex_mul_plain(const test_value *a)
{
    return times(a[0], a[1]);
}

long double complex_mul_largest(const test_value *a)
{
    return size(a[0]) * size(a[1]);
}

test_value complex_square_plain(const test_value *a)
{
    return times(a[0], a[0]);
}

long double complex_square_largest(const test_value *a)
{
    return size(a[0]) * size(a[0]);
}

/* PyTorch starts from the nearer end. */
test_value complex_lerp_plain(const test_value *a)
{
    const int near = hypotl(a[2].re, a[2].im) < 0.5L;
    const test_value back = { a[2].re - 1, a[2].im }, way = minus(a[1], a[0]);
    return near ? plus(a[0], times(a[2], way)) : plus(a[1], times(back, way));
}

long double complex_lerp_largest(const test_value *a)
{
    return (size(a[0]) + size(a[1])) * fmaxl(1, size(a[2]) + 1);
}

test_value complex_addcmul_plain(const test_value *a)
{
    return plus(a[0], times(times(a[3], a[1]), a[2]));
}

long double complex_addcmul_largest(const test_value *a)
{
    return fmaxl(size(a[0]), 4 * size(a[3]) * size(a[1]) * fmaxl(1, size(a[2])));
}

/* A finite number over infinity is zero. */
test_value complex_addcdiv_plain(const test_value *a)
{
    const test_value up = times(a[3], a[1]), down = a[2];
    const int vanishes = (isinf(down.re) || isinf(down.im)) && isfinite(up.re) && isfinite(up.im);
    const long double length = down.re * down.re + down.im * down.im;
    test_value quotient = times(up, (test_value){ down.re, -down.im });
    quotient = length == 0 ? (test_value){ up.re / 0.0L, up.im / 0.0L }
                           : (test_value){ quotient.re / length, quotient.im / length };
    return vanishes ? a[0] : plus(a[0], quotient);
}

long double complex_addcdiv_largest(const test_value *a)
{
    const long double up = 2 * size(a[3]) * size(a[1]);
    return fmaxl(size(a[0]), fmaxl(up, 2 * up / size(a[2])));
}

/* --- choices and comparisons --- */

static test_value bool_of(int truth)
{
    return (test_value){ truth, 0 };
}

test_value complex_eq_of(const test_value *a)
{
    return bool_of(a[0].re == a[1].re && a[0].im == a[1].im);
}

test_value complex_ne_of(const test_value *a)
{
    return bool_of(a[0].re != a[1].re || a[0].im != a[1].im);
}

static int truth(test_value z)
{
    return z.re != 0 || z.im != 0;
}

test_value complex_not_of(const test_value *a)
{
    return bool_of(!truth(a[0]));
}

test_value complex_xor_of(const test_value *a)
{
    return bool_of(truth(a[0]) != truth(a[1]));
}

test_value complex_neg_of(const test_value *a)
{
    return (test_value){ -a[0].re, -a[0].im };
}

test_value complex_first_of(const test_value *a)
{
    return a[0];
}

test_value complex_second_of(const test_value *a)
{
    return a[1];
}

test_value complex_masked_fill_of(const test_value *a)
{
    return truth(a[1]) ? a[2] : a[0];
}
