/* Infinities and NaN, by C's Annex G (7.3.5 to 7.3.8 of its functions, G.5.1 of division). Where it is silent: exp2, log2,
 * log10, expm1 and log1p are made of exp and log; 1 / sqrt(z) and the sigmoid are quotients; sgn and sinc, which have no
 * limit there, are PyTorch's: an infinite part over an infinite length, NaN. */
#include "referee.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* A row says, for parts of these classes, what the parts of the result are. Classes of operands: 0 zero, f finite and not
 * zero, r finite, i infinity, m -infinity, e either infinity, n NaN, x not zero (infinity or NaN too). Results: 0 zero, i infinity,
 * n NaN, p pi, h pi / 2, q pi / 4, t 3 pi / 4; o is zero and j infinity, both with a sign that is not specified. The first
 * row that matches holds. */
typedef struct row {
    char x, y, re, im;
} row;

static int matches(char class, long double part)
{
    switch (class) {
    case '0':
        return part == 0;
    case 'f':
        return isfinite(part) && part != 0;
    case 'r':
        return isfinite(part);
    case 'i':
        return isinf(part) && part > 0;
    case 'm':
        return isinf(part) && part < 0;
    case 'e':
        return isinf(part);
    case 'n':
        return isnan(part);
    default:
        return part != 0;
    }
}

static long double number(char word)
{
    const long double pi = acosl(-1.0L);
    switch (word) {
    case 'i':
    case 'j':
        return INFINITY;
    case 'n':
        return NAN;
    case 'p':
        return pi;
    case 'h':
        return pi / 2;
    case 'q':
        return pi / 4;
    case 't':
        return 3 * pi / 4;
    default:
        return 0;
    }
}

/* The rows are for positive imaginary parts. f(conj(z)) = conj(f(z)) gives the others, and f(-z) = -f(z) or f(z), where
 * `parity` is -1 or 1, negative real parts. */
static int look_up(const row *rows, test_value z, int parity, complex_answer *answer)
{
    const int flips = parity && signbit(z.re), conjugates = !signbit(z.im) == !flips ? 0 : 1;
    const long double x = flips ? -z.re : z.re, y = fabsl(z.im);
    for (; rows->x; rows++) {
        if (!matches(rows->x, x) || !matches(rows->y, y))
            continue;
        const long double re = number(rows->re), im = number(rows->im);
        answer->sign_is_free = strchr("oj", rows->re) || strchr("oj", rows->im);
        answer->value.re = flips && parity < 0 ? -re : re;
        answer->value.im = conjugates != (flips && parity < 0) ? -im : im;
        return 1;
    }
    return 0;
}

int complex_special_exp(const test_value *a, complex_answer *answer)
{
    static const row rows[] = {
        { 'r', 'i', 'n', 'n' }, { 'r', 'n', 'n', 'n' },
        { 'i', '0', 'i', '0' }, { 'm', 'e', 'o', 'o' },
        { 'm', 'n', 'o', 'o' }, { 'i', 'i', 'j', 'n' },
        { 'i', 'n', 'j', 'n' }, { 'n', '0', 'n', '0' },
        { 'n', 'x', 'n', 'n' }, { 0 },
    };
    return look_up(rows, a[0], 0, answer);
}

/* Zeros stay what they are. */
static int is_zero(test_value z)
{
    return z.re == 0 && z.im == 0;
}

int complex_special_expm1(const test_value *a, complex_answer *answer)
{
    const int known = complex_special_exp(a, answer);
    answer->value.re -= 1;
    if (is_zero(a[0]))
        answer->value = a[0];
    return known || is_zero(a[0]);
}

int complex_special_log(const test_value *a, complex_answer *answer)
{
    static const row rows[] = {
        { 'r', 'i', 'i', 'h' },
        { 'r', 'n', 'n', 'n' },
        { 'm', 'r', 'i', 'p' },
        { 'i', 'r', 'i', '0' },
        { 'm', 'i', 'i', 't' },
        { 'i', 'i', 'i', 'q' },
        { 'e', 'n', 'i', 'n' },
        { 'n', 'r', 'n', 'n' },
        { 'n', 'i', 'i', 'n' },
        { 'n', 'n', 'n', 'n' },
        { 0 },
    };
    return look_up(rows, a[0], 0, answer);
}

int complex_special_log1p(const test_value *a, complex_answer *answer)
{
    const int known = complex_special_log(a, answer);
    if (is_zero(a[0]))
        answer->value = a[0];
    return known || is_zero(a[0]);
}

int complex_special_log2(const test_value *a, complex_answer *answer)
{
    const int known = complex_special_log(a, answer);
    answer->value.im /= logl(2.0L);
    return known;
}

int complex_special_log10(const test_value *a, complex_answer *answer)
{
    const int known = complex_special_log(a, answer);
    answer->value.im /= logl(10.0L);
    return known;
}

int complex_special_sinh(const test_value *a, complex_answer *answer)
{
    static const row rows[] = {
        { '0', 'i', 'o', 'n' }, { '0', 'n', 'o', 'n' },
        { 'f', 'i', 'n', 'n' }, { 'f', 'n', 'n', 'n' },
        { 'i', '0', 'i', '0' }, { 'i', 'i', 'j', 'n' },
        { 'i', 'n', 'j', 'n' }, { 'n', '0', 'n', '0' },
        { 'n', 'x', 'n', 'n' }, { 0 },
    };
    return look_up(rows, a[0], -1, answer);
}

int complex_special_cosh(const test_value *a, complex_answer *answer)
{
    static const row rows[] = {
        { '0', 'i', 'n', 'o' }, { '0', 'n', 'n', 'o' },
        { 'f', 'i', 'n', 'n' }, { 'f', 'n', 'n', 'n' },
        { 'i', '0', 'i', '0' }, { 'i', 'i', 'j', 'n' },
        { 'i', 'n', 'i', 'n' }, { 'n', '0', 'n', 'o' },
        { 'n', 'x', 'n', 'n' }, { 0 },
    };
    return look_up(rows, a[0], 1, answer);
}

/* cos(z) = cosh(iz), sin(z) = -i sinh(iz) */
int complex_special_cos(const test_value *a, complex_answer *answer)
{
    return complex_special_cosh(&(test_value){ -a[0].im, a[0].re }, answer);
}

int complex_special_sin(const test_value *a, complex_answer *answer)
{
    const int known = complex_special_sinh(&(test_value){ -a[0].im, a[0].re }, answer);
    answer->value = (test_value){ answer->value.im, -answer->value.re };
    return known;
}

int complex_special_asinh(const test_value *a, complex_answer *answer)
{
    static const row rows[] = {
        { 'r', 'i', 'i', 'h' }, { 'r', 'n', 'n', 'n' },
        { 'i', 'r', 'i', '0' }, { 'i', 'i', 'i', 'q' },
        { 'i', 'n', 'i', 'n' }, { 'n', '0', 'n', '0' },
        { 'n', 'f', 'n', 'n' }, { 'n', 'i', 'j', 'n' },
        { 'n', 'n', 'n', 'n' }, { 0 },
    };
    return look_up(rows, a[0], -1, answer);
}

int complex_special_acosh(const test_value *a, complex_answer *answer)
{
    static const row rows[] = {
        { 'r', 'i', 'i', 'h' }, { '0', 'n', 'n', 'h' }, { 'r', 'n', 'n', 'n' }, { 'm', 'r', 'i', 'p' },
        { 'i', 'r', 'i', '0' }, { 'm', 'i', 'i', 't' }, { 'i', 'i', 'i', 'q' }, { 'e', 'n', 'i', 'n' },
        { 'n', 'r', 'n', 'n' }, { 'n', 'i', 'i', 'n' }, { 'n', 'n', 'n', 'n' }, { 0 },
    };
    const int known = look_up(rows, a[0], 0, answer);
    answer->sign_is_free |= a[0].re == 0 && isnan(a[0].im);
    return known;
}

int complex_special_atanh(const test_value *a, complex_answer *answer)
{
    static const row rows[] = {
        { 'r', 'i', '0', 'h' }, { '0', 'n', '0', 'n' },
        { 'f', 'n', 'n', 'n' }, { 'i', 'r', '0', 'h' },
        { 'i', 'i', '0', 'h' }, { 'i', 'n', '0', 'n' },
        { 'n', 'r', 'n', 'n' }, { 'n', 'i', 'o', 'h' },
        { 'n', 'n', 'n', 'n' }, { 0 },
    };
    return look_up(rows, a[0], -1, answer);
}

static int is_infinite(test_value z)
{
    return isinf(z.re) || isinf(z.im);
}

static int is_finite(test_value z)
{
    return isfinite(z.re) && isfinite(z.im);
}

int complex_special_abs(const test_value *a, complex_answer *answer)
{
    answer->value = (test_value){ is_infinite(a[0]) ? INFINITY : NAN, 0 };
    return !is_finite(a[0]);
}

int complex_special_sgn(const test_value *a, complex_answer *answer)
{
    const int is_nan = isnan(a[0].re) || isnan(a[0].im);
    answer->value = (test_value){ is_nan || isinf(a[0].re) ? NAN : copysignl(0, a[0].re),
                                  is_nan || isinf(a[0].im) ? NAN : copysignl(0, a[0].im) };
    if (is_zero(a[0]))
        answer->value = (test_value){ 0, 0 };
    return is_zero(a[0]) || !is_finite(a[0]);
}

int complex_special_sinc(const test_value *a, complex_answer *answer)
{
    answer->value = is_zero(a[0]) ? (test_value){ 1, 0 } : (test_value){ NAN, NAN };
    return is_zero(a[0]) || !is_finite(a[0]);
}

/* Of z and of its root: infinity gives zero, zero an infinity whose other part is 0 / 0. */
int complex_special_reciprocal(const test_value *a, complex_answer *answer)
{
    answer->sign_is_free = 1;
    answer->value = is_zero(a[0])       ? (test_value){ INFINITY, NAN }
                    : is_infinite(a[0]) ? (test_value){ 0, 0 }
                                        : (test_value){ NAN, NAN };
    return is_zero(a[0]) || !is_finite(a[0]);
}

/* exp(-z) is infinite, or zero, whatever the imaginary part of z is. */
int complex_special_sigmoid(const test_value *a, complex_answer *answer)
{
    answer->sign_is_free = 1;
    answer->value = isinf(a[0].re) ? (test_value){ a[0].re > 0, 0 } : (test_value){ NAN, NAN };
    return !is_finite(a[0]);
}
